//! Adding somebody who is in the directory already: no invitation, and a letter that says so to guests.

use domain::problem::Problems;
use domain::text::EmailAddress;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::{Refusal, groups, memberships, people};

use super::frame::crumbs;
use super::several::{end_date, renamed};
use super::{back, owner, param};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Kept, Next, doorway, draft_or, visit};
use crate::ui::{Field, Head, Hidden, Notice, Notices, PanelFrame, Tone, page};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AddForm {
    pub group: String,
    pub address: String,
    pub until: String,
}

impl Kept for AddForm {
    const FORM: &'static str = "add-member";
}

#[server(prefix = "/fn", endpoint = "guests/add")]
pub async fn add_guest(#[server(default)] form: AddForm) -> Result<(), AppError> {
    doorway(form.clone(), back(&form.group, routes::add_member), async move {
        let visit = visit()?;
        let owner = owner(&visit, &form.group).await?;
        let mut problems = Problems::default();
        let address = problems.take("address", EmailAddress::parse(&form.address));
        let address = problems.done(address).map_err(Refusal::Invalid)?;
        let end = end_date(&visit, "until", &form.until)?;
        let user = groups::candidate(&visit.services, &owner, &address).await?;
        let added = memberships::add(&visit.services, &owner, user.id, end).await;
        added.map_err(|refusal| renamed(refusal, &[("user", "address"), ("ends_at", "until")]))?;
        Ok(Next::to(routes::guest(owner.group().id, user.id)).done("added"))
    })
    .await
}

#[component]
pub fn AddPage() -> impl IntoView {
    let group = param("group");
    page(async move {
        let visit = visit()?;
        let owner = owner(&visit, &group).await?;
        let (id, name) = (owner.group().id, owner.group().name.to_string());
        let draft = draft_or(&visit, AddForm::default()).await?;
        let may = owner.by_role || people::lists_directory(&visit.services, &owner.viewer().user);
        let blind = (!may).then(|| {
            view! {
                <Notice tone=Tone::Info>
                    "Your account may not see who is in the directory, so nobody is found here. Invite the person instead: \
                    whoever is known is added."
                </Notice>
            }
        });
        Ok(view! {
            <PanelFrame visit=visit.clone() name="Add a person" narrow=true>
                <Head
                    title="Add a person"
                    lead="Somebody who is in the directory already. Anybody else is invited."
                    crumbs=crumbs(id, &name)
                />
                <Notices visit=visit.clone() problems=draft.whole()/>
                {blind}
                <section class="card">
                    <form class="form" method="post" action=AddGuest::PATH>
                        <Hidden name="form[group]" value=id.to_string()/>
                        <Field
                            name="form[address]"
                            label="E-mail address"
                            kind="email"
                            value=draft.typed.address.clone()
                            problem=draft.problem("address")
                            autocomplete="off"
                            autofocus=true
                        />
                        <Field
                            name="form[until]"
                            label="Access until"
                            kind="date"
                            value=draft.typed.until.clone()
                            hint=format!("The last day, in {}. Empty: as long as the group allows.", visit.zone().name())
                            problem=draft.problem("until")
                            size="short"
                            optional=true
                        />
                        <div class="actions">
                            <button class="button primary">{format!("Add to {name}")}</button>
                            <a class="button quiet" href=routes::guests(id)>"Cancel"</a>
                        </div>
                    </form>
                </section>
            </PanelFrame>
        }
        .into_any())
    })
}
