//! The four steps: whether the facts say that each is done, and the form that does it.

use domain::role::Role;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::applications::{Details, SelfServiceForm};
use services::{UserAdmin, Verb};

use super::Chosen;
use super::deeds::LetOwnersInvite;
use super::group::{group_step, suggestion};
use crate::admin::applications::cards::days;
use crate::admin::applications::deeds::{AssignGroup, SetSelfService};
use crate::admin::applications::offered;
use crate::admin::{AddressForm, button};
use crate::routes;
use crate::ssr::{Draft, Visit, draft_or};
use crate::ui::Hidden;

/// One of the four: whether the facts say it is done, and the form that does it.
pub(super) struct Step {
    pub(super) done: bool,
    pub(super) title: &'static str,
    pub(super) text: String,
    pub(super) form: Option<AnyView>,
}

impl Step {
    pub(super) fn view(self, now: bool) -> impl IntoView {
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

pub(super) async fn steps(
    visit: &Visit,
    by: &UserAdmin,
    details: &Details,
    chosen: Option<&Chosen>,
) -> Verb<[Step; 4]> {
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
