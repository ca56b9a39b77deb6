//! One partner organization: its facts, its form, and its guests with their states and last sign-ins.

use domain::provider::Provider;
use domain::user::User;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::partners::{self, Details, ShapeForm};
use services::people::{self, Listed, Show};
use services::providers;
use services::{Count, Page, Stored};

use super::new::fields;
use super::{changes, invitations};
use crate::admin::groups::many;
use crate::admin::people::{last_sign_in, state};
use crate::admin::{Edited, conflict, id as read, param, person_link, problems_of, whole};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Draft, Next, Visit, doorway, draft_or, visit};
use crate::ui::{
    AdminFrame, Badge, Empty, FilterChip, Filters, Head, Hidden, Icon, ListTable, Notice, Notices, Paging, SortHead,
    Tone, When, list_ask, page,
};

fn page_of(id: &str) -> String {
    id.parse().map_or_else(|_| routes::PARTNERS.to_owned(), routes::partner)
}

#[server(prefix = "/fn", endpoint = "partners/edit")]
pub async fn edit_partner(
    #[server(default)] id: String,
    #[server(default)] version: i64,
    #[server(default)] form: ShapeForm,
) -> Result<(), AppError> {
    doorway(Edited { form: form.clone(), version }, page_of(&id), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.administrator()?;
        partners::edit(&visit.services, &admin, read(&id)?, form.parse()?, version).await?;
        Ok(Next::to(page_of(&id)).done("saved"))
    })
    .await
}

#[component]
pub fn PartnerPage() -> impl IntoView {
    let partner = param("partner");
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let admin = viewer.clone().user_administrator()?;
        let details = partners::get(&visit.services, &admin, read(&partner)?).await?;
        let Stored { value: partner, version } = details.partner.clone();
        let show = visit.query.get("show").and_then(Show::parse).unwrap_or(Show::Everyone);
        let guests = people::list(&visit.services, &admin, show, Some(partner.id), &list_ask(&visit)).await?;
        let form = ShapeForm::of(&partner, details.sponsor.as_ref());
        let draft = draft_or(&visit, Edited { form, version }).await?;
        let problems = problems_of(&visit, vec![whole(&draft)]).await?;
        let conflict = conflict(&draft, routes::partner(partner.id));
        let crumbs = vec![(routes::PARTNERS.to_owned(), "Partners".to_owned())];
        let closed = (!partner.invitations_allowed).then(|| view! { <Badge tone=Tone::Critical text="Not invited"/> });
        let may = changes(&viewer);
        let delete = may.then(|| {
            view! { <a class="button danger" href=routes::delete_partner(partner.id)>"Delete…"</a> }
        });
        let providers = providers::enabled(&visit.services, &admin).await?;
        let edit = may.then(|| edit(&details, &draft, providers));
        let facts = facts(&visit, &details, edit);
        let notice = sponsor_gone(&visit, details.sponsor.as_ref());
        let name = partner.name.to_string();
        let body = guests_of(visit.clone(), &details, show, guests);
        Ok(view! {
            <AdminFrame visit=visit.clone() name=name.clone()>
                <Head title=name crumbs=crumbs badge=closed.into_any()>
                    {delete}
                </Head>
                <Notices visit=visit.clone() problems=problems/>
                {conflict}
                {notice}
                {facts}
                {body}
            </AdminFrame>
        }
        .into_any())
    })
}

/// A sponsor who cannot come in stands by nobody.
fn sponsor_gone(visit: &Visit, sponsor: Option<&User>) -> Option<impl IntoView + use<>> {
    let gone = sponsor.filter(|sponsor| sponsor.may_enter(visit.now()).is_err())?;
    let said = format!("{} cannot come in.", gone.shown_name());
    Some(view! {
        <Notice tone=Tone::Caution>
            <b>{said}</b>
            <p>"Until another default sponsor is named, new guests have their inviter alone."</p>
        </Notice>
    })
}

fn facts<E: IntoView>(visit: &Visit, details: &Details, edit: Option<E>) -> impl IntoView + use<E> {
    let partner = &details.partner.value;
    let sponsor = match &details.sponsor {
        Some(sponsor) => view! { <a href=routes::person(sponsor.id)>{sponsor.shown_name().to_owned()}</a> }.into_any(),
        None => "nobody: the inviter alone".into_any(),
    };
    let administers = visit.viewer.as_ref().is_some_and(|viewer| viewer.has(domain::role::Role::Administrator));
    let provider = details.provider.as_ref().map(|provider| {
        let name = provider.name.to_string();
        let name = match administers {
            true => view! { <a href=routes::provider(provider.id)>{name}</a> }.into_any(),
            false => name.into_any(),
        };
        view! { <div><dt>"Identity provider"</dt><dd>{name}</dd></div> }
    });
    let notes = partner.notes.as_ref().map(|notes| {
        view! { <div><dt>"Notes"</dt><dd class="prose">{notes.to_string()}</dd></div> }
    });
    view! {
        <section class="card">
            <header><h2>"Facts"</h2></header>
            <ul class="counts">
                <li><b>{many(details.guests)}</b> {if details.guests == 1 { " guest" } else { " guests" }}</li>
                <li><b>{many(details.pending)}</b> " pending"</li>
            </ul>
            <dl class="facts">
                <div><dt>"Domains"</dt><dd class="wrap">{partner.domains.to_string()}</dd></div>
                <div><dt>"Invitations"</dt><dd>{invitations(partner.invitations_allowed)}</dd></div>
                {provider}
                <div><dt>"Default sponsor"</dt><dd>{sponsor}</dd></div>
                {notes}
                <div><dt>"Added"</dt><dd><When visit=visit.clone() at=partner.created_at/></dd></div>
            </dl>
            {edit}
        </section>
    }
}

/// Folded, for whoever comes to see the guests; open where something typed waits in it.
fn edit(details: &Details, draft: &Draft<Edited<ShapeForm>>, providers: Vec<Provider>) -> impl IntoView + use<> {
    let version = Edited::version_to_send(draft, details.partner.version);
    view! {
        <details class="more" open=!draft.problems.is_empty()>
            <summary>"Change this partner"</summary>
            <form class="form" method="post" action=EditPartner::PATH>
                <Hidden name="id" value=details.partner.value.id.to_string()/>
                <Hidden name="version" value=version.to_string()/>
                {fields(&draft.typed.form, &draft.problems, providers)}
                <div class="actions"><button class="button">"Save partner"</button></div>
            </form>
        </details>
    }
}

/// Which of a partner's guests can be shown.
const SHOWN: [(Show, &str); 4] =
    [(Show::Active, "Active"), (Show::Pending, "Pending"), (Show::Disabled, "Disabled"), (Show::Deleted, "Deleted")];

fn guests_of(visit: Visit, details: &Details, show: Show, found: Page<Listed>) -> impl IntoView + use<> {
    let narrowed = show != Show::Everyone || visit.query.get("q").is_some();
    let nobody = found.items.is_empty() && found.count == Count::Exactly(0);
    let filters = (narrowed || !nobody).then(|| {
        let values = SHOWN.iter().map(|(show, said)| (show.to_string(), (*said).to_owned())).collect();
        let chips = vec![FilterChip { name: "show", label: "Show", values }];
        view! { <Filters visit=visit.clone() what="guests" placeholder="Name, address" chips=chips/> }
    });
    let list = if nobody { none(details, narrowed) } else { table(visit, found) };
    view! {
        <section class="stack">
            <h2>"Guests"</h2>
            {filters}
            {list}
        </section>
    }
}

fn table(visit: Visit, found: Page<Listed>) -> AnyView {
    let rows = found.items.iter().map(|listed| row(&visit, &listed.user)).collect_view();
    let (rows, paging) = (rows.into_any(), Paging::of(&found));
    view! {
        <ListTable visit=visit.clone() caption="Guests of this partner" rows paging one="guest" many="guests">
            <SortHead visit=visit.clone() name="name" label="Person" first=true/>
            <th scope="col">"State"</th>
            <SortHead visit=visit.clone() name="last-sign-in" label="Last sign-in" descending=true/>
            <SortHead visit=visit.clone() name="created" label="Created" descending=true/>
        </ListTable>
    }
    .into_any()
}

fn row(visit: &Visit, user: &User) -> impl IntoView + use<> {
    view! {
        <tr>
            <th scope="row">{person_link(user)}</th>
            <td data-label="State">{state(user, visit.now())}</td>
            <td data-label="Last sign-in">{last_sign_in(visit, user)}</td>
            <td data-label="Created"><When visit=visit.clone() at=user.created_at/></td>
        </tr>
    }
}

fn none(details: &Details, narrowed: bool) -> AnyView {
    if narrowed {
        let all = routes::partner(details.partner.value.id);
        return view! {
            <Empty icon="search" title="Nobody here" text="No guest of this partner fits what you look for.">
                <a class="button" href=all>"Show all guests"</a>
            </Empty>
        }
        .into_any();
    }
    if !details.partner.value.invitations_allowed {
        return view! {
            <Empty icon="people" title="No guests" text="Its people are not invited at present. Guests it has would be listed here."/>
        }
        .into_any();
    }
    view! {
        <Empty icon="people" title="No guests yet" text="Whoever is invited at one of its domains is listed here.">
            <a class="button" href=routes::DIRECTORY_INVITE><Icon name="plus"/> "Invite guests"</a>
        </Empty>
    }
    .into_any()
}
