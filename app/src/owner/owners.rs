//! Who owns a group: listed, added by address, and removed after a question.

use domain::group::Group;
use domain::id::UserId;
use domain::text::EmailAddress;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::groups::{self, Details};
use services::{Denied, OwnerOf, Refusal, people};

use super::frame::crumbs;
use super::{back, owner, param, parsed};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Draft, Kept, Next, NothingTyped, Visit, doorway, visit};
use crate::ui::{Avatar, Badge, Field, Head, Hidden, PanelFrame, Tone, page};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OwnerForm {
    pub group: String,
    pub address: String,
}

impl Kept for OwnerForm {
    const FORM: &'static str = "add-owner";
}

#[server(prefix = "/fn", endpoint = "manage/owners/add")]
pub async fn add_group_owner(#[server(default)] form: OwnerForm) -> Result<(), AppError> {
    doorway(form.clone(), back(&form.group, routes::group_rules), async move {
        let visit = visit()?;
        let owner = owner(&visit, &form.group).await?;
        let address = EmailAddress::parse(&form.address);
        let address = address.map_err(|error| Refusal::field("address", error.code()))?;
        let user = groups::candidate(&visit.services, &owner, &address).await?;
        let added = groups::add_owner(&visit.services, &owner, user.id).await;
        added.map_err(|refusal| match refusal {
            Refusal::Rule(code) => Refusal::field("address", code),
            refusal => refusal,
        })?;
        Ok(Next::to(routes::group_rules(owner.group().id)).done("added"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "manage/owners/remove")]
pub async fn remove_group_owner(
    #[server(default)] group: String,
    #[server(default)] id: String,
) -> Result<(), AppError> {
    doorway(NothingTyped, back(&group, routes::group_rules), async move {
        let visit = visit()?;
        let owner = owner(&visit, &group).await?;
        let user: UserId = parsed(&id)?;
        groups::remove_owner(&visit.services, &owner, user).await?;
        // Who is no owner any more may not see the page.
        let gone = user == owner.viewer().user.id && !owner.by_role;
        let to = if gone { routes::MANAGE.to_owned() } else { routes::group_rules(owner.group().id) };
        Ok(Next::to(to).done("removed"))
    })
    .await
}

pub fn card(visit: &Visit, by: &OwnerOf<Group>, details: &Details, draft: &Draft<OwnerForm>) -> impl IntoView + use<> {
    let group = by.group().id;
    let me = by.viewer().user.id;
    let now = visit.now();
    let rows = details
        .owners
        .iter()
        .map(|owner| {
            let name = owner.shown_name().to_owned();
            let address = owner.name.is_some().then(|| owner.address.shown());
            let barred = owner
                .may_enter(now)
                .err()
                .map(|why| view! { " " <Badge tone=Tone::Critical text=crate::say::barred(why)/> });
            let own = (owner.id == me).then_some(" (you)");
            view! {
                <li>
                    <Avatar name=name.clone()/>
                    <div><b>{name} {own}</b> {barred} <small>{address}</small></div>
                    <a class="button small" href=routes::remove_owner(group, owner.id)>"Remove…"</a>
                </li>
            }
        })
        .collect::<Vec<_>>();
    let none =
        rows.is_empty().then(|| view! { <p class="muted">"Nobody owns this group. Administrators manage it."</p> });
    let may = by.by_role || people::lists_directory(&visit.services, &by.viewer().user);
    let hint = if by.by_role { "Somebody in the directory." } else { "A member of the organization." };
    let form = may.then(|| {
        view! {
            <form class="form" method="post" action=AddGroupOwner::PATH>
                <Hidden name="form[group]" value=group.to_string()/>
                <Field
                    name="form[address]"
                    label="A further owner"
                    kind="email"
                    value=draft.typed.address.clone()
                    hint=hint
                    problem=draft.problem("address")
                    autocomplete="off"
                />
                <div class="actions"><button class="button">"Add owner"</button></div>
            </form>
        }
    });
    view! {
        <section class="card" id="owners">
            <header><h2>"Owners"</h2></header>
            {none}
            <ul class="rows">{rows}</ul>
            {form}
        </section>
    }
}

#[component]
pub fn RemoveOwnerPage() -> impl IntoView {
    let (group, user) = (param("group"), param("user"));
    page(async move {
        let visit = visit()?;
        let owner = owner(&visit, &group).await?;
        let details = groups::get(&visit.services, &owner).await?;
        let user: UserId = parsed(&user)?;
        let found = details.owners.iter().find(|one| one.id == user).ok_or(Denied::NotFound)?;
        let id = owner.group().id;
        let of = owner.group().name.to_string();
        let is_me = user == owner.viewer().user.id;
        let (who, title) = if is_me {
            ("yourself".to_owned(), format!("Give up owning {of}?"))
        } else {
            (found.shown_name().to_owned(), format!("Remove {} as an owner of {of}?", found.shown_name()))
        };
        let last =
            (details.owners.len() == 1).then_some(" Nobody will own the group then; administrators are shown that.");
        let is_lost = match (is_me, owner.by_role) {
            (true, false) => "You no longer see these pages. ",
            _ => "",
        };
        Ok(view! {
            <PanelFrame visit=visit.clone() name=title.clone() narrow=true>
                <Head title="Owners" crumbs=crumbs(id, &of)/>
                <section class="card confirm">
                    <h2>{title}</h2>
                    <p>
                        {is_lost}
                        "Pending invitations that they sent and may no longer send are suspended until another owner takes them over."
                        {last}
                    </p>
                    <form method="post" action=RemoveGroupOwner::PATH>
                        <Hidden name="group" value=id.to_string()/>
                        <Hidden name="id" value=user.to_string()/>
                        <div class="actions">
                            <button class="button danger primary">{format!("Remove {who}")}</button>
                            <a class="button quiet" href=routes::group_rules(id)>"Keep"</a>
                        </div>
                    </form>
                </section>
            </PanelFrame>
        }
        .into_any())
    })
}
