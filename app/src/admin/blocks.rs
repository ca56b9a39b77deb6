//! Blocks: mailboxes that take no invitations, and lifting one against its owner's wish.

use domain::text::Message;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::blocks::{self, Listed};
use services::{Page, Refusal};

use crate::admin::{id as read, problems_of, searched_address};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Draft, Kept, Next, Visit, doorway, draft_or, visit};
use crate::ui::{
    Badge, Empty, Field, FilterChip, Hidden, ListPage, ListTable, Paging, SortHead, Tone, When, is_empty, list_ask,
    page,
};

/// Why a block is lifted.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LiftForm {
    pub id: String,
    pub reason: String,
}

impl Kept for LiftForm {
    const FORM: &'static str = "lift-block";
}

#[server(prefix = "/fn", endpoint = "blocks/overrule")]
pub async fn overrule_block(#[server(default)] form: LiftForm) -> Result<(), AppError> {
    doorway(form.clone(), routes::BLOCKS, async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        let reason = Message::parse(&form.reason).map_err(|error| match error.code() {
            "text_empty" => Refusal::field("reason", "reason"),
            code => Refusal::field("reason", code),
        })?;
        blocks::overrule(&visit.services, &admin, read(&form.id)?, reason).await?;
        Ok(Next::to(routes::BLOCKS).done("lifted"))
    })
    .await
}

#[component]
pub fn BlocksPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        let in_force = visit.query.get("show") == Some("in-force");
        let (of, wrong) = searched_address(&visit);
        let found = blocks::page(&visit.services, &admin, &list_ask(&visit), in_force, of.as_ref()).await?;
        let draft = draft_or(&visit, LiftForm::default()).await?;
        let problems = problems_of(&visit, vec![draft.whole(), wrong.into_iter().collect()]).await?;
        let values = vec![("in-force".to_owned(), "In force".to_owned())];
        let chips = vec![FilterChip { name: "show", label: "Show", values }];
        Ok(view! {
            <ListPage
                visit=visit.clone()
                title="Blocks"
                lead="People who asked for no more invitations. Codes and letters about their security still reach them."
                problems=problems
                what="blocks"
                placeholder="A whole address"
                chips=chips
            >
                {list(visit, found, &draft)}
            </ListPage>
        }
        .into_any())
    })
}

fn list(visit: Visit, found: Page<Listed>, draft: &Draft<LiftForm>) -> AnyView {
    if is_empty(&found) {
        if visit.query.get("q").is_some() {
            return view! { <Empty icon="search" title="No block of this mailbox" text="It takes invitations as far as blocks go."/> }
                .into_any();
        }
        return view! {
            <Empty icon="block" title="No blocks" text="Whoever declines an invitation and wants no more of them is listed here."/>
        }
        .into_any();
    }
    let rows = found.items.iter().map(|listed| row(&visit, listed, draft)).collect_view();
    let (rows, paging) = (rows.into_any(), Paging::of(&found));
    view! {
        <ListTable visit=visit.clone() caption="Blocks" rows paging one="block" many="blocks">
            <th scope="col">"Mailbox"</th>
            <th scope="col">"State"</th>
            <SortHead visit=visit.clone() name="time" label="Since" first=true descending=true/>
            <th scope="col">"Lifting"</th>
        </ListTable>
    }
    .into_any()
}

fn row(visit: &Visit, listed: &Listed, draft: &Draft<LiftForm>) -> impl IntoView + use<> {
    let block = &listed.block;
    let address = listed
        .address
        .as_ref()
        .map_or_else(|| "An address that is known no more".to_owned(), |address| address.shown());
    let state = match block.lifted_at {
        None => view! { <Badge tone=Tone::Critical text="In force"/> }.into_any(),
        Some(_) => view! { <Badge text="Lifted"/> }.into_any(),
    };
    let lifting = match block.lifted_at {
        Some(at) => {
            let who = if block.lifted_by.is_some() { "By an administrator, " } else { "By themselves, " };
            let why = block.lifted_why.clone().map(|why| view! { " " <small>{why}</small> });
            view! { <span>{who} <When visit=visit.clone() at/> {why}</span> }.into_any()
        }
        None => lift(block.id.to_string(), draft),
    };
    view! {
        <tr>
            <th scope="row" class="wrap">{address}</th>
            <td data-label="State">{state}</td>
            <td data-label="Since"><When visit=visit.clone() at=block.made_at/></td>
            <td class="wide">{lifting}</td>
        </tr>
    }
}

fn lift(id: String, draft: &Draft<LiftForm>) -> AnyView {
    let own = draft.typed.id == id;
    let reason = if own { draft.typed.reason.clone() } else { String::new() };
    let problem = own.then(|| draft.problem("reason")).flatten();
    view! {
        <details class="more" open=own>
            <summary>"Lift against their wish"</summary>
            <form class="form" method="post" action=OverruleBlock::PATH>
                <Hidden name="form[id]" value=id.clone()/>
                <Field
                    id=format!("reason-{id}")
                    name="form[reason]"
                    label="Reason"
                    value=reason
                    problem=problem
                    hint="Stands in the audit log. A mailbox's block can be lifted once in 90 days."
                />
                <div class="actions"><button class="button danger">"Lift block"</button></div>
            </form>
        </details>
    }
    .into_any()
}
