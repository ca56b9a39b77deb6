//! One's own second factors on the account page: the authenticator app, recovery codes, and passkeys below them.

use domain::factor::RECOVERY_CODES;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::factors::{self, Held, totp};
use services::{Denied, Refusal, Verb, Viewer};

use crate::error::AppError;
use crate::routes;
use crate::ssr::{Next, NothingTyped, Visit, as_problem, doorway, visit};
use crate::ui::{Hidden, Icon, When};

#[server(prefix = "/fn", endpoint = "authenticator/remove")]
pub async fn remove_authenticator() -> Result<(), AppError> {
    doorway(NothingTyped, routes::ACCOUNT, async move {
        let visit = visit()?;
        totp::remove(&visit.services, &visit.viewer()?).await?;
        Ok(Next::to(routes::ACCOUNT).done("authenticator-removed"))
    })
    .await
}

/// What a page says of the way to a further factor, where it is not open.
pub enum Way {
    Open,
    /// A proof of the viewer comes first, or a factor of theirs.
    Prove(&'static str),
    /// The page that explains what is missing.
    Enrol,
}

/// # Errors
/// Where the database does not answer.
pub async fn way(visit: &Visit, viewer: &Viewer) -> Verb<Way> {
    Ok(match factors::may_change(&visit.services, viewer).await {
        Ok(()) => Way::Open,
        Err(Refusal::Denied(Denied::Stale)) => Way::Enrol,
        Err(Refusal::Denied(Denied::Factor)) => Way::Prove("Use a second factor to change them"),
        Err(Refusal::Broken(error)) => return Err(Refusal::Broken(error)),
        Err(_) => Way::Enrol,
    })
}

/// The card of the account page.
///
/// # Errors
/// Where the database does not answer.
pub async fn card(visit: &Visit, viewer: &Viewer) -> Verb<impl IntoView + use<>> {
    let held = factors::mine(&visit.services, viewer).await?;
    let has_one = factors::has_one(&visit.services, viewer).await?;
    let way = way(visit, viewer).await?;
    let explained = match (&way, has_one) {
        (Way::Prove(said), _) => view! {
            <div class="actions"><a class="button" href=routes::use_factor(routes::ACCOUNT)>{*said}</a></div>
        }
        .into_any(),
        (Way::Open, false) | (Way::Enrol, _) => view! {
            <div class="actions"><a class="button" href=routes::with(routes::ENROL, "to", routes::ACCOUNT)>"Set up a second factor"</a></div>
        }
        .into_any(),
        (Way::Open, true) => ().into_any(),
    };
    let open = matches!(way, Way::Open);
    Ok(view! {
        <section class="card">
            <header><h2>"Second factors"</h2></header>
            <p>"Beside how you sign in, something that only you have. Some pages and applications ask for it."</p>
            <ul class="rows">
                {authenticator(visit, &held, open && has_one)}
                {has_one.then(|| recovery(held.recovery_codes, open))}
            </ul>
            {explained}
        </section>
    })
}

fn authenticator(visit: &Visit, held: &Held, open: bool) -> AnyView {
    let Some(own) = &held.authenticator else {
        let add = open.then(|| {
            view! { <a class="button small" href=routes::with(routes::ENROL, "to", routes::ACCOUNT)>"Set up an authenticator app"</a> }
        });
        return view! {
            <li><Icon name="phone"/><div><b>"Authenticator app"</b><small>"not set up"</small></div>{add}</li>
        }
        .into_any();
    };
    view! {
        <li>
            <Icon name="phone"/>
            <div><b>"Authenticator app"</b>{added_and_used(visit, own.added_at, own.last_used_at)}</div>
            <form method="post" action=RemoveAuthenticator::PATH>
                <button class="button small" aria-label="Remove the authenticator app">"Remove"</button>
            </form>
        </li>
    }
    .into_any()
}

/// When a factor was added and used last, under its name.
pub fn added_and_used(
    visit: &Visit,
    added_at: domain::time::Timestamp,
    used_at: Option<domain::time::Timestamp>,
) -> impl IntoView + use<> {
    let used = match used_at {
        Some(at) => view! { " · used " <When visit=visit.clone() at/> }.into_any(),
        None => " · not used yet".into_any(),
    };
    view! { <small>"added " <When visit=visit.clone() at=added_at/> {used}</small> }
}

/// How many recovery codes are left, in words.
pub fn codes_left(left: i64) -> String {
    match left {
        0 => "none left".to_owned(),
        1 => "1 left".to_owned(),
        left => format!("{left} of {RECOVERY_CODES} left"),
    }
}

fn recovery(left: i64, open: bool) -> impl IntoView {
    let made = if left == 0 { "Make recovery codes" } else { "Make new recovery codes" };
    let make = open.then(|| view! { <form method="post" action=routes::RECOVERY_CODES><Hidden name="to" value=routes::ACCOUNT/><button class="button small">{made}</button></form> });
    view! {
        <li>
            <Icon name="key"/>
            <div><b>"Recovery codes"</b><small>{codes_left(left)} " · each opens once, where a factor is lost"</small></div>
            {make}
        </li>
    }
}

/// What is said where the way is shut, from the refusal itself.
///
/// # Errors
/// Where the database does not answer.
pub async fn missing(visit: &Visit, viewer: &Viewer) -> Verb<Option<String>> {
    match factors::may_change(&visit.services, viewer).await {
        Ok(()) => Ok(None),
        Err(Refusal::Broken(error)) => Err(Refusal::Broken(error)),
        Err(refusal) => Ok(Some(crate::say::problem(&as_problem(visit, &refusal)))),
    }
}
