//! The four steps on one page after which an owner invites guests to an application.

use domain::group::Group;
use domain::id::GroupId;
use domain::role::Role;
use domain::settings::Collaboration;
use domain::user::User;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::applications::{self, Details, SelfServiceForm};
use services::{Refusal, UserAdmin, Verb, groups, organization};

use super::cards::days;
use super::deeds::{AssignGroup, GroupChoice, SetSelfService};
use super::{Offered, find, offered};
use crate::admin::groups::group::appoint;
use crate::admin::groups::new::{GroupForm, make, owner_problem};
use crate::admin::{AddressForm, button, id as read, param, problems_of};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Draft, Next, NothingTyped, Visit, doorway, draft_or, visit};
use crate::ui::{AdminFrame, Field, Head, Hidden, Logo, Notice, Notices, Select, SelectOption, Tone, page};

/// This page, with the group that was chosen before the application names it.
fn page_with(app: &str, group: Option<GroupId>) -> String {
    let page = app.parse().map_or_else(|_| routes::APPLICATIONS.to_owned(), routes::setup);
    group.map_or(page.clone(), |group| routes::with(&page, "group", &group.to_string()))
}

/// The first step: the organization lets owners invite to their groups.
#[server(prefix = "/fn", endpoint = "setup/owners")]
pub async fn let_owners_invite(#[server(default)] id: String) -> Result<(), AppError> {
    doorway(NothingTyped, page_with(&id, None), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.administrator()?;
        let stored = visit.services.tenant().collaboration.clone();
        let new = Collaboration { owners_may_invite: true, ..stored.value };
        organization::save_collaboration(&visit.services, &admin, new, stored.version).await?;
        Ok(Next::to(page_with(&id, None)).done("saved"))
    })
    .await
}

/// The second step: a group and its owner.
#[server(prefix = "/fn", endpoint = "setup/group")]
pub async fn make_group(#[server(default)] id: String, #[server(default)] form: GroupForm) -> Result<(), AppError> {
    doorway(form.clone(), page_with(&id, None), async move {
        if form.owner.trim().is_empty() {
            return Err(Refusal::field("address", "address_empty"));
        }
        let group = make(&visit()?, &GroupForm { owners_manage: true, ..form }).await?;
        Ok(Next::to(page_with(&id, Some(group))).done("created"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "setup/owner")]
pub async fn name_owner(
    #[server(default)] id: String,
    #[server(default)] group: String,
    #[server(default)] form: AddressForm,
) -> Result<(), AppError> {
    let back = page_with(&id, group.parse().ok());
    doorway(form.clone(), back.clone(), async move {
        appoint(&visit()?, &group, &form).await?;
        Ok(Next::to(back).done("added"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "setup/owners-manage")]
pub async fn let_owners_manage(
    #[server(default)] id: String,
    #[server(default)] group: String,
) -> Result<(), AppError> {
    let back = page_with(&id, group.parse().ok());
    doorway(NothingTyped, back.clone(), async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let admin = viewer.clone().user_administrator()?;
        let stored = viewer.owner_of(&visit.services, read(&group)?).await?.thing;
        let shape = groups::ShapeForm { owners_manage: true, ..groups::ShapeForm::of(&stored.value) }.parse()?;
        groups::edit(&visit.services, &admin, stored.value.id, shape, stored.version).await?;
        Ok(Next::to(back).done("saved"))
    })
    .await
}

/// The group that the steps are about, with its owners.
struct Chosen {
    group: Group,
    owners: Vec<User>,
    granting: bool,
    assigned: bool,
}

impl Chosen {
    /// The granting group, else the one in the address, else the only one assigned.
    async fn find(visit: &Visit, details: &Details) -> Verb<Option<Self>> {
        let granting = details.setup.group.as_ref().map(|(group, _)| group.id);
        let only = if let [(group, _)] = details.groups.as_slice() { Some(*group) } else { None };
        let asked = visit.query.get("group").and_then(|id| id.parse().ok());
        let Some(id) = granting.or(asked).or(only) else { return Ok(None) };
        let owner = visit.viewer()?.owner_of(&visit.services, id).await?;
        let found = groups::get(&visit.services, &owner).await?;
        Ok(Some(Self {
            group: found.group.value,
            owners: found.owners,
            granting: granting == Some(id),
            assigned: details.groups.iter().any(|(group, _)| *group == id),
        }))
    }

    fn has_owner(&self, visit: &Visit) -> bool {
        self.owners.iter().any(|owner| owner.may_enter(visit.now()).is_ok())
    }
}

#[component]
pub fn SetupPage() -> impl IntoView {
    let app = param("app");
    page(async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        let details = applications::get(&visit.services, &admin, read(&app)?).await?;
        let app = details.application.value.clone();
        let chosen = Chosen::find(&visit, &details).await?;
        let steps = steps(&visit, &admin, &details, chosen.as_ref()).await?;
        let done = steps.iter().filter(|step| step.done).count();
        let left = steps.len() - done;
        let first = steps.iter().position(|step| !step.done);
        let items = steps.into_iter().enumerate().map(|(at, step)| step.view(first == Some(at))).collect_view();
        let lead = match left {
            0 => "Done: its owners invite guests to it.".to_owned(),
            1 => "One step is left until an owner can invite guests.".to_owned(),
            n => format!("{n} steps are left until an owner can invite guests."),
        };
        let finish = (left == 0).then(|| finish(chosen.as_ref()));
        let problems = problems(&visit).await?;
        let name = app.name.to_string();
        let crumbs = vec![
            (routes::APPLICATIONS.to_owned(), "Applications".to_owned()),
            (routes::application(app.id), name.clone()),
        ];
        let title = format!("Set up {name}");
        Ok(view! {
            <AdminFrame visit=visit.clone() name=title.clone()>
                <Head
                    title=title
                    lead=lead
                    crumbs=crumbs
                    picture=view! { <Logo name=name.clone() logo=app.logo.clone()/> }.into_any()
                >
                    <a class="button" href=routes::application(app.id)>"Application"</a>
                </Head>
                <Notices visit=visit.clone() problems=problems/>
                {finish}
                <ol class="steps">{items}</ol>
            </AdminFrame>
        }
        .into_any())
    })
}

async fn problems(visit: &Visit) -> Verb<Vec<String>> {
    let said = vec![
        draft_or(visit, GroupForm::default()).await?.whole(),
        draft_or(visit, AddressForm::default()).await?.whole(),
        draft_or(visit, GroupChoice::default()).await?.whole(),
        draft_or(visit, SelfServiceForm::default()).await?.whole(),
    ];
    problems_of(visit, said).await
}

fn finish(chosen: Option<&Chosen>) -> Option<impl IntoView + use<>> {
    let group = chosen?.group.id;
    Some(view! {
        <Notice tone=Tone::Positive>
            <b>"All four steps are done."</b>
            <p>"The owners find the application under Manage, and invite guests to it from there."</p>
            <div class="actions"><a class="button small" href=routes::guests(group)>"See what they see"</a></div>
        </Notice>
    })
}

/// One of the four: whether the facts say it is done, and the form that does it.
struct Step {
    done: bool,
    title: &'static str,
    text: String,
    form: Option<AnyView>,
}

impl Step {
    fn view(self, now: bool) -> impl IntoView {
        let state = if self.done {
            "done"
        } else if now {
            "now"
        } else {
            "todo"
        };
        let said = self.done.then(|| view! { " " <span class="hidden">"(done)"</span> });
        view! {
            <li data-state=state aria-current=now.then_some("step")>
                <div class="stack">
                    <div><h2>{self.title} {said}</h2><p>{self.text}</p></div>
                    {self.form}
                </div>
            </li>
        }
    }
}

async fn steps(visit: &Visit, by: &UserAdmin, details: &Details, chosen: Option<&Chosen>) -> Verb<[Step; 4]> {
    let offered = offered(visit, by, None).await?;
    let group_draft = draft_or(visit, suggestion(details)).await?;
    let address = draft_or(visit, AddressForm::default()).await?;
    let service = match chosen {
        Some(chosen) if !chosen.granting => {
            SelfServiceForm { group: chosen.group.id.to_string(), ..Default::default() }
        }
        _ => SelfServiceForm::of(details.application.value.self_service),
    };
    let service = draft_or(visit, service).await?;
    Ok([
        owners_step(visit, details),
        group_step(visit, details, chosen, &offered, &group_draft, &address),
        service_step(details, chosen, &service),
        assign_step(details, chosen),
    ])
}

/// A name for the group, which one may well keep.
fn suggestion(details: &Details) -> GroupForm {
    GroupForm {
        name: format!("{} guests", details.application.value.name),
        owners_manage: true,
        ..GroupForm::default()
    }
}

fn owners_step(visit: &Visit, details: &Details) -> Step {
    let administrator = visit.viewer.as_ref().is_some_and(|viewer| viewer.has(Role::Administrator));
    let stopped = visit.services.tenant().collaboration.value.invitations_stopped();
    let done = details.setup.owners_may_invite;
    let app = details.application.value.id;
    let (text, form) = match (done, stopped, administrator) {
        (true, _, _) => ("The organization lets owners invite to their groups.", None),
        (false, true, true) => (
            "The organization has stopped all inviting. Say first who may invite.",
            Some(
                view! {
                <div class="actions"><a class="button small" href=routes::COLLABORATION>"Open the collaboration settings"</a></div>
            }
                    .into_any(),
            ),
        ),
        (false, false, true) => (
            "The organization does not let owners invite. This holds for all groups whose owners manage them.",
            Some(button(LetOwnersInvite::PATH, app, "button", "Let owners invite")),
        ),
        (false, _, false) => ("The organization does not let owners invite. Ask an Administrator to allow it.", None),
    };
    Step { done, title: "Let owners manage their groups", text: text.to_owned(), form }
}

fn group_step(
    visit: &Visit,
    details: &Details,
    chosen: Option<&Chosen>,
    offered: &Offered,
    draft: &Draft<GroupForm>,
    address: &Draft<AddressForm>,
) -> Step {
    let app = details.application.value.id;
    let title = "Make a group and name its owner";
    let Some(chosen) = chosen else {
        let text = "The group opens the application; its owner invites the guests.".to_owned();
        let form = view! { {new_group(app, draft)} {existing_group(visit, offered)} }.into_any();
        return Step { done: false, title, text, form: Some(form) };
    };
    let name = chosen.group.name.to_string();
    if !chosen.has_owner(visit) {
        let form = view! {
            <form class="form" method="post" action=NameOwner::PATH>
                <Hidden name="id" value=app.to_string()/>
                <Hidden name="group" value=chosen.group.id.to_string()/>
                <Field
                    name="form[address]"
                    label="Owner's address"
                    kind="email"
                    value=address.typed.address.clone()
                    problem=address.problem("address")
                />
                <div class="actions"><button class="button primary">"Name owner"</button></div>
            </form>
        };
        let text = format!("{name} has no owner who can come in.");
        return Step { done: false, title, text, form: Some(form.into_any()) };
    }
    if !chosen.group.owners_manage {
        let form = view! {
            <form method="post" action=LetOwnersManage::PATH>
                <Hidden name="id" value=app.to_string()/>
                <Hidden name="group" value=chosen.group.id.to_string()/>
                <button class="button primary">"Let its owners manage it"</button>
            </form>
        };
        let text = format!("{name} has an owner, but administrators alone manage its members.");
        return Step { done: false, title, text, form: Some(form.into_any()) };
    }
    let owners: Vec<&str> = chosen.owners.iter().map(User::shown_name).collect();
    let form = view! { <div class="actions"><a class="button small" href=routes::group(chosen.group.id)>"Open group"</a></div> };
    let text = format!("{name}, owned by {}.", owners.join(", "));
    Step { done: true, title, text, form: Some(form.into_any()) }
}

fn new_group(app: domain::id::AppId, draft: &Draft<GroupForm>) -> impl IntoView + use<> {
    view! {
        <form class="form" method="post" action=MakeGroup::PATH>
            <Hidden name="id" value=app.to_string()/>
            <div class="fields">
                <Field name="form[name]" label="Name of the group" value=draft.typed.name.clone() problem=draft.problem("name")/>
                <Field
                    name="form[owner]"
                    label="Address of its owner"
                    kind="email"
                    value=draft.typed.owner.clone()
                    problem=owner_problem(draft)
                />
            </div>
            <div class="actions"><button class="button primary">"Make group"</button></div>
        </form>
    }
}

fn existing_group(visit: &Visit, offered: &Offered) -> Option<impl IntoView + use<>> {
    let search = find(visit, offered);
    let options: Vec<SelectOption> = offered.options.clone();
    (!options.is_empty() || search.is_some()).then(|| {
        view! {
            <details class="more">
                <summary>"Use a group that is there already"</summary>
                {search}
                <form class="form" action=visit.path.clone()>
                    <Select name="group" label="Group" options=options/>
                    <div class="actions"><button class="button">"Use this group"</button></div>
                </form>
            </details>
        }
    })
}

fn service_step(details: &Details, chosen: Option<&Chosen>, draft: &Draft<SelfServiceForm>) -> Step {
    let title = "Make the application self-service";
    let app = details.application.value.id;
    let done = chosen.is_some_and(|chosen| chosen.granting);
    let text = match chosen {
        Some(chosen) if done => format!("{} grants it; its owners are the application's owners.", chosen.group.name),
        Some(chosen) => format!("Then {} grants it, and its owners are the application's owners.", chosen.group.name),
        None => "The group grants the application, and its owners become the application's owners.".to_owned(),
    };
    let form = chosen.filter(|_| !done).map(|chosen| {
        view! {
            <form class="form" method="post" action=SetSelfService::PATH>
                <Hidden name="id" value=app.to_string()/>
                <Hidden name="from" value="setup"/>
                <Hidden name="service[group]" value=chosen.group.id.to_string()/>
                {days(draft)}
                {draft.problem("group").map(|problem| view! { <p class="problem">{problem}</p> })}
                <div class="actions"><button class="button primary">"Make it self-service"</button></div>
            </form>
        }
        .into_any()
    });
    Step { done, title, text, form }
}

fn assign_step(details: &Details, chosen: Option<&Chosen>) -> Step {
    let app = details.application.value.clone();
    let done = chosen.is_some_and(|chosen| chosen.granting && chosen.assigned);
    let text = match chosen {
        Some(chosen) if chosen.assigned => format!("Everybody in {} gets {}.", chosen.group.name, app.name),
        Some(chosen) => format!("Then everybody in {} gets {}.", chosen.group.name, app.name),
        None => "Then everybody in the group gets the application.".to_owned(),
    };
    let form = chosen.filter(|chosen| chosen.granting && !chosen.assigned).map(|chosen| {
        view! {
            <form class="form" method="post" action=AssignGroup::PATH>
                <Hidden name="id" value=app.id.to_string()/>
                <Hidden name="form[group]" value=chosen.group.id.to_string()/>
                <Hidden name="form[from]" value="setup"/>
                <div class="actions"><button class="button primary">"Assign the group"</button></div>
            </form>
        }
        .into_any()
    });
    Step { done, title: "Assign the group", text, form }
}
