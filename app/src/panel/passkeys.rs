//! One's own passkeys on the account page, and proving with one. Adding and proving need the script; naming and removing
//! do not.

use domain::id::PasskeyId;
use domain::passkey::Passkey;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::{Denied, Verb, Viewer, passkeys};

use super::factors::{Way, added_and_used, way};
use crate::error::AppError;
use crate::routes;
use crate::scripts::PasskeyScript;
use crate::ssr::{Draft, Kept, Next, NothingTyped, Visit, doorway, draft_or, visit};
use crate::ui::{Field, Hidden, Icon};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NameForm {
    pub id: String,
    pub name: String,
}

impl Kept for NameForm {
    const FORM: &'static str = "passkey-name";
}

fn passkey_of(text: &str) -> Verb<PasskeyId> {
    text.parse().map_err(|_| Denied::NotFound.into())
}

#[server(prefix = "/fn", endpoint = "passkeys/rename")]
pub async fn rename_passkey(#[server(default)] form: NameForm) -> Result<(), AppError> {
    doorway(form.clone(), routes::ACCOUNT, async move {
        let visit = visit()?;
        passkeys::rename(&visit.services, &visit.viewer()?, passkey_of(&form.id)?, &form.name).await?;
        Ok(Next::to(routes::ACCOUNT).done("passkey-renamed"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "passkeys/remove")]
pub async fn remove_passkey(#[server(default)] id: String) -> Result<(), AppError> {
    doorway(NothingTyped, routes::ACCOUNT, async move {
        let visit = visit()?;
        passkeys::remove(&visit.services, &visit.viewer()?, passkey_of(&id)?).await?;
        Ok(Next::to(routes::ACCOUNT).done("passkey-removed"))
    })
    .await
}

/// The card of the account page; nothing where there are no passkeys.
///
/// # Errors
/// Where the database does not answer.
pub async fn card(visit: &Visit, viewer: &Viewer, to: &str) -> Verb<Option<impl IntoView + use<>>> {
    if !passkeys::offered(&visit.services) {
        return Ok(None);
    }
    let own = passkeys::list(&visit.services, viewer).await?;
    let add = match way(visit, viewer).await? {
        Way::Open => adding(viewer, to).into_any(),
        Way::Prove(_) => prove_link("Use a second factor to add another one", routes::use_factor(routes::ACCOUNT)),
        Way::Enrol => prove_link("See what is needed to add one", routes::with(routes::ENROL, "to", routes::ACCOUNT)),
    };
    let renamed = draft_or(visit, NameForm::default()).await?;
    let rows: Vec<_> = own.iter().map(|passkey| row(visit, passkey, &renamed)).collect();
    Ok(Some(view! {
        <section class="card">
            <header><h2>"Passkeys"</h2></header>
            <p>
                "A passkey signs you in by the lock of your own device: a finger, a face or a PIN. Nobody can guess it or
                phish it."
            </p>
            {(!rows.is_empty()).then(|| view! { <ul class="rows">{rows}</ul> })}
            {add}
        </section>
    }))
}

fn prove_link(said: &'static str, href: String) -> AnyView {
    view! { <div class="actions"><a class="button" href=href>{said}</a></div> }.into_any()
}

fn adding(viewer: &Viewer, to: &str) -> impl IntoView + use<> {
    let client = viewer.origin.client.split(' ').next().unwrap_or_default();
    let client = if client.is_empty() { "A browser" } else { client };
    let name = format!("{client} on {}", crate::say::access::a_platform(viewer.origin.platform));
    let to = to.to_owned();
    view! {
        <form class="form" data-passkey="add" data-to=to hidden>
            <Field name="name" id="new-passkey" label="Name of a new passkey" value=name hint="To tell it from others"/>
            <p class="problem" role="alert"></p>
            <div class="actions"><button class="button primary">"Add a passkey"</button></div>
        </form>
        <noscript><p class="muted">"Adding a passkey needs JavaScript."</p></noscript>
        <PasskeyScript/>
    }
}

fn row(visit: &Visit, passkey: &Passkey, renamed: &Draft<NameForm>) -> impl IntoView + use<> {
    let id = passkey.id.to_string();
    let typed = (renamed.typed.id == id).then_some(renamed);
    let name = typed.map_or_else(|| passkey.name.to_string(), |draft| draft.typed.name.clone());
    let problem = typed.and_then(|draft| draft.problem("name"));
    let open = problem.is_some();
    view! {
        <li>
            <Icon name="key"/>
            <div>
                <b>{passkey.name.to_string()}</b>
                {added_and_used(visit, passkey.created_at, passkey.last_used_at)}
                <details class="more" open=open>
                    <summary>"Rename" <span class="hidden">{format!(" {}", passkey.name)}</span></summary>
                    <form class="form" method="post" action=RenamePasskey::PATH>
                        <Hidden name="form[id]" value=id.clone()/>
                        <Field name="form[name]" id=format!("name-{id}") label="New name" value=name problem=problem/>
                        <div class="actions"><button class="button small">"Rename passkey"</button></div>
                    </form>
                </details>
            </div>
            <form method="post" action=RemovePasskey::PATH>
                <Hidden name="id" value=id/>
                <button class="button small" aria-label=format!("Remove {}", passkey.name)>"Remove"</button>
            </form>
        </li>
    }
}

/// The button of the prove page, for whoever has a passkey.
///
/// # Errors
/// Where the database does not answer.
pub async fn proof(visit: &Visit, viewer: &Viewer, to: &str) -> Verb<Option<impl IntoView + use<>>> {
    let has = passkeys::offered(&visit.services) && !passkeys::list(&visit.services, viewer).await?.is_empty();
    let to = to.to_owned();
    Ok(has.then(|| {
        view! {
            <form class="form" data-passkey="prove" data-to=to hidden>
                <p class="problem" role="alert"></p>
                <div><button class="button primary"><Icon name="key"/> "Prove with a passkey"</button></div>
            </form>
            <PasskeyScript/>
        }
    }))
}
