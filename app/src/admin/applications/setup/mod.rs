//! The page with the four steps after which an owner invites guests to an application.

mod deeds;
mod group;
mod steps;

use domain::group::Group;
use domain::id::GroupId;
use domain::user::User;
use leptos::prelude::*;
use services::applications::{self, Details, SelfServiceForm};
use services::{Verb, groups};

use super::deeds::GroupChoice;
use crate::admin::groups::new::GroupForm;
use crate::admin::{AddressForm, id as read, param, problems_of};
use crate::routes;
use crate::ssr::{Visit, draft_or, visit};
use crate::ui::{AdminFrame, Head, Logo, Notice, Notices, Tone, page};

/// This page, with the group that was chosen before the application names it.
fn page_with(app: &str, group: Option<GroupId>) -> String {
    let page = app.parse().map_or_else(|_| routes::APPLICATIONS.to_owned(), routes::setup);
    group.map_or(page.clone(), |group| routes::with(&page, "group", &group.to_string()))
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
        let steps = steps::steps(&visit, &admin, &details, chosen.as_ref()).await?;
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
