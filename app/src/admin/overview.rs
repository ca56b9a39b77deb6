//! Where administration begins: what waits for somebody, with links; a reader goes straight to the logs.

use leptos::prelude::*;
use services::invitations::Showing;
use services::{Count, Denied, PageAsk, UserAdmin, Verb, groups, invitations, letters, people};

use crate::routes;
use crate::ssr::{Visit, refused, visit};
use crate::ui::{AdminFrame, Head, Icon, Notices, page};

#[component]
pub fn OverviewPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        if !viewer.sees_admin() {
            return Err(Denied::Forbidden.into());
        }
        if !viewer.administers_users() {
            crate::ssr::redirect(routes::SIGN_INS);
            return Ok(().into_any());
        }
        let rows = waiting(&visit, &viewer.user_administrator()?).await?;
        let problems = refused(&visit).await?;
        Ok(view! {
            <AdminFrame visit=visit.clone() name="Administration">
                <Head title="Administration" lead="What waits for somebody."/>
                <Notices visit=visit.clone() problems=problems/>
                <section class="card"><h2 class="hidden">"Waiting"</h2><ul class="rows">{rows}</ul></section>
                <section class="stack">
                    <h2>"Begin here"</h2>
                    <div class="actions">
                        <a class="button" href=routes::NEW_APPLICATION>"Add application"</a>
                        <a class="button" href=routes::NEW_GROUP>"Create group"</a>
                        <a class="button" href=routes::NEW_PERSON>"Create member"</a>
                        <a class="button" href=routes::DIRECTORY_INVITE>"Invite guests"</a>
                    </div>
                </section>
            </AdminFrame>
        }
        .into_any())
    })
}

/// One row for each kind of thing that may wait, with how many there are.
async fn waiting(visit: &Visit, by: &UserAdmin) -> Verb<Vec<AnyView>> {
    let services = &visit.services;
    let ask = PageAsk { size: 1, ..PageAsk::default() };
    let mail = letters::counts(services, by).await?;
    let refused = invitations::directory_page(services, by, &ask, Showing::Refused).await?.count;
    let pending = invitations::directory_page(services, by, &ask, Showing::Pending).await?.count;
    let suspended = invitations::directory_page(services, by, &ask, Showing::Suspended).await?.count;
    let orphans = groups::list(services, by, true, &ask).await?.count;
    let people = people::list(services, by, people::Show::Pending, &ask).await?.count;
    let letters = |state: &str| routes::with(routes::LETTERS, "state", state);
    let stuck = Count::Exactly(mail.stuck);
    let waiting = Count::Exactly(mail.waiting);
    Ok(vec![
        row(
            "letter",
            crate::say::count(stuck, "letter is stuck", "letters are stuck"),
            "The mail server does not take them.",
            letters("stuck"),
        ),
        row(
            "letter",
            crate::say::count(waiting, "letter waits", "letters wait"),
            "They leave as soon as the mail server takes them.",
            letters("waiting"),
        ),
        row(
            "warning",
            crate::say::count(
                refused,
                "invitation was refused by a mail server",
                "invitations were refused by a mail server",
            ),
            "The address may be wrong: the guest's page corrects it.",
            routes::with(routes::PEOPLE, "show", "pending"),
        ),
        row(
            "clock",
            crate::say::count(pending, "invitation is pending", "invitations are pending"),
            crate::say::count(people, "guest has not accepted yet.", "guests have not accepted yet."),
            routes::with(routes::PEOPLE, "show", "pending"),
        ),
        row(
            "clock",
            crate::say::count(suspended, "invitation is suspended", "invitations are suspended"),
            "Who sent them may not invite any more; another owner can adopt them.",
            routes::with(routes::PEOPLE, "show", "pending"),
        ),
        row(
            "group",
            crate::say::count(orphans, "group has no owner", "groups have no owner"),
            "Nobody who can come in answers for their guests.",
            routes::with(routes::GROUPS, "show", "orphans"),
        ),
    ])
}

fn row(icon: &'static str, said: String, why: impl Into<String>, href: String) -> AnyView {
    let why = why.into();
    view! {
        <li>
            <Icon name=icon/>
            <div><b>{said}</b><small>{why}</small></div>
            <a class="button small" href=href>"Show"</a>
        </li>
    }
    .into_any()
}
