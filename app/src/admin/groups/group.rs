//! One group: its name, its owners and what it opens. Its members have pages of their own, shared with the owners.

use domain::group::MOST_OWNERS;
use domain::text::EmailAddress;
use domain::user::User;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::groups::{self, Details, ShapeForm};
use services::{Refusal, Stored};

use super::new::owners_manage;
use crate::admin::{AddressForm, Edited, conflict, id as read, param, problems_of, whole};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Draft, Next, NothingTyped, Visit, doorway, draft_or, visit};
use crate::ui::{AdminFrame, Badge, Field, Head, Hidden, Icon, Notice, Notices, TextArea, Tone, page};

fn page_of(id: &str) -> String {
    id.parse().map_or_else(|_| routes::GROUPS.to_owned(), routes::group)
}

#[server(prefix = "/fn", endpoint = "groups/edit")]
pub async fn edit_group(
    #[server(default)] id: String,
    #[server(default)] version: i64,
    #[server(default)] form: ShapeForm,
) -> Result<(), AppError> {
    doorway(Edited { form: form.clone(), version }, page_of(&id), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        groups::edit(&visit.services, &admin, read(&id)?, form.parse()?, version).await?;
        Ok(Next::to(page_of(&id)).done("saved"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "groups/appoint")]
pub async fn appoint_owner(
    #[server(default)] id: String,
    #[server(default)] form: AddressForm,
) -> Result<(), AppError> {
    doorway(form.clone(), page_of(&id), async move {
        appoint(&visit()?, &id, &form).await?;
        Ok(Next::to(page_of(&id)).done("added"))
    })
    .await
}

/// Somebody by their address becomes a further owner.
pub(in crate::admin) async fn appoint(visit: &Visit, group: &str, form: &AddressForm) -> services::Verb<()> {
    let viewer = visit.viewer()?;
    viewer.clone().user_administrator()?;
    let owner = viewer.owner_of(&visit.services, read(group)?).await?;
    let address = EmailAddress::parse(&form.address).map_err(|error| Refusal::field("address", error.code()))?;
    let person = groups::candidate(&visit.services, &owner, &address).await?;
    groups::add_owner(&visit.services, &owner, person.id).await
}

#[server(prefix = "/fn", endpoint = "groups/dismiss")]
pub async fn dismiss_owner(#[server(default)] id: String, #[server(default)] owner: String) -> Result<(), AppError> {
    doorway(NothingTyped, page_of(&id), async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        viewer.clone().user_administrator()?;
        let by = viewer.owner_of(&visit.services, read(&id)?).await?;
        groups::remove_owner(&visit.services, &by, read(&owner)?).await?;
        Ok(Next::to(page_of(&id)).done("removed"))
    })
    .await
}

#[component]
pub fn GroupPage() -> impl IntoView {
    let group = param("group");
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        viewer.clone().user_administrator()?;
        let owner = viewer.owner_of(&visit.services, read(&group)?).await?;
        let details = groups::get(&visit.services, &owner).await?;
        let Stored { value: group, version } = details.group.clone();
        let shape = draft_or(&visit, Edited { form: ShapeForm::of(&group), version }).await?;
        let address = draft_or(&visit, AddressForm::default()).await?;
        let problems = problems_of(&visit, vec![whole(&shape), address.whole()]).await?;
        let crumbs = vec![(routes::GROUPS.to_owned(), "Groups".to_owned())];
        let lead = group.description.as_ref().map(ToString::to_string).unwrap_or_default();
        let badge = (!group.owners_manage).then(|| view! { <Badge text="Managed by administrators"/> });
        let conflict = conflict(&shape, routes::group(group.id));
        let cards = view! {
            <div class="cards">
                {owners(&visit, &details, &address)}
                {members(&details)}
                {opens(&details)}
                {edit(&details, &shape)}
            </div>
        };
        let orphan = orphan(&details.owners, visit.now());
        let name = group.name.to_string();
        Ok(view! {
            <AdminFrame visit=visit.clone() name=name.clone()>
                <Head title=name lead=lead crumbs=crumbs badge=badge.into_any()>
                    <a class="button" href=routes::guests(group.id)>"Members and invitations"</a>
                    <a class="button danger" href=routes::delete_group(group.id)>"Delete…"</a>
                </Head>
                <Notices visit=visit.clone() problems=problems/>
                {conflict}
                {orphan}
                {cards}
            </AdminFrame>
        }
        .into_any())
    })
}

fn orphan(owners: &[User], now: domain::time::Timestamp) -> Option<impl IntoView + use<>> {
    let alone = !owners.iter().any(|owner| owner.may_enter(now).is_ok());
    alone.then(|| {
        view! {
            <Notice tone=Tone::Caution>
                <b>"Nobody owns this group who can come in."</b>
                <p>"Until you appoint an owner, administrators alone answer for its guests."</p>
            </Notice>
        }
    })
}

fn owners(visit: &Visit, details: &Details, draft: &Draft<AddressForm>) -> impl IntoView + use<> {
    let group = details.group.value.id;
    let now = visit.now();
    let rows = details
        .owners
        .iter()
        .map(|owner| {
            let barred = owner.may_enter(now).is_err().then(|| view! { " " {crate::admin::people::state(owner, now)} });
            let guest = owner.is_guest().then_some(" · guest");
            view! {
                <li>
                    <Icon name="people"/>
                    <div>
                        <b><a href=routes::person(owner.id)>{owner.shown_name().to_owned()}</a></b> {barred}
                        <small>{owner.address.shown()} {guest}</small>
                    </div>
                    <form method="post" action=DismissOwner::PATH>
                        <Hidden name="id" value=group.to_string()/>
                        <Hidden name="owner" value=owner.id.to_string()/>
                        <button class="button small">"Remove" <span class="hidden">{format!(" {}", owner.shown_name())}</span></button>
                    </form>
                </li>
            }
        })
        .collect_view();
    let add = (details.owners.len() < MOST_OWNERS).then(|| appoint_form(AppointOwner::PATH, group.to_string(), draft));
    view! {
        <section class="card">
            <header><h2>"Owners"</h2></header>
            {(!details.owners.is_empty()).then(|| view! { <ul class="rows">{rows}</ul> })}
            {add}
        </section>
    }
}

pub(in crate::admin) fn appoint_form(
    action: &'static str,
    id: String,
    draft: &Draft<AddressForm>,
) -> impl IntoView + use<> {
    view! {
        <form class="form" method="post" action=action>
            <Hidden name="id" value=id/>
            <Field
                name="form[address]"
                label="Add an owner by address"
                kind="email"
                value=draft.typed.address.clone()
                problem=draft.problem("address")
            />
            <div class="actions"><button class="button">"Add owner"</button></div>
        </form>
    }
}

fn members(details: &Details) -> impl IntoView + use<> {
    let (group, counts) = (details.group.value.id, details.counts);
    let narrowing = &details.group.value.narrowing;
    let domains = match &narrowing.domains {
        domain::text::DomainRules::Any => "as the organization".to_owned(),
        domain::text::DomainRules::Deny(list) => format!("all but {} listed", list.patterns().len()),
        domain::text::DomainRules::AllowOnly(list) => format!("only {} listed", list.patterns().len()),
    };
    let most = narrowing.most_guests.map_or_else(|| "no limit".to_owned(), |most| crate::say::number(i64::from(most)));
    let stay = narrowing.longest_stay_days.map_or_else(|| "no limit".to_owned(), |days| format!("{days} days"));
    view! {
        <section class="card">
            <header>
                <h2>"Guests"</h2>
                <a class="button small" href=routes::group_rules(group)>"Change rules"</a>
            </header>
            <ul class="counts">
                <li><a href=routes::guests(group)><b>{super::many(counts.guests)}</b> {if counts.guests == 1 { " guest" } else { " guests" }}</a></li>
                <li><a href=routes::invitations(group)><b>{super::many(counts.pending)}</b> " pending"</a></li>
                <li><b>{super::many(counts.ending)}</b> " ending soon"</li>
            </ul>
            <dl class="facts">
                <div><dt>"Domains"</dt><dd>{domains}</dd></div>
                <div><dt>"Most guests"</dt><dd>{most}</dd></div>
                <div><dt>"Longest stay"</dt><dd>{stay}</dd></div>
            </dl>
        </section>
    }
}

fn opens(details: &Details) -> impl IntoView + use<> {
    let rows: Vec<_> = details
        .opens
        .iter()
        .map(|opened| {
            view! {
                <li>
                    <Icon name="application"/>
                    <div><b><a href=routes::application(opened.id)>{opened.name.clone()}</a></b><small class="clip">{opened.launch_url.clone()}</small></div>
                </li>
            }
        })
        .collect();
    let none = rows.is_empty();
    view! {
        <section class="card">
            <header><h2>"What it opens"</h2></header>
            {none.then(|| view! {
                <p class="muted">"No application is assigned to this group. Assign it on the "<a href=routes::APPLICATIONS>"application's page"</a>"."</p>
            })}
            {(!none).then(|| view! { <ul class="rows">{rows}</ul> })}
        </section>
    }
}

fn edit(details: &Details, draft: &Draft<Edited<ShapeForm>>) -> impl IntoView + use<> {
    let version = Edited::version_to_send(draft, details.group.version);
    let typed = draft.typed.form.clone();
    view! {
        <section class="card">
            <header><h2>"Details"</h2></header>
            <form class="form" method="post" action=EditGroup::PATH>
                <Hidden name="id" value=details.group.value.id.to_string()/>
                <Hidden name="version" value=version.to_string()/>
                <Field name="form[name]" label="Name" value=typed.name problem=draft.problem("name")/>
                <TextArea
                    name="form[description]"
                    label="Description"
                    value=typed.description
                    problem=draft.problem("description")
                    rows=2
                    optional=true
                />
                {owners_manage(typed.owners_manage)}
                <div class="actions"><button class="button">"Save group"</button></div>
            </form>
        </section>
    }
}
