//! Administration: people, groups, applications, settings and logs; and the few words their pages share.

pub mod access_checks;
pub mod applications;
pub mod audit;
pub mod blocks;
mod changes;
pub mod collaboration;
pub mod groups;
pub mod letters;
pub mod locations;
pub mod overview;
pub mod partners;
pub mod people;
pub mod policies;
pub mod providers;
pub mod security;
pub mod settings;
pub mod sign_ins;
pub mod terms;
pub mod what_if;

use std::str::FromStr;

use domain::id::UserId;
use domain::text::EmailAddress;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use services::{Denied, Refusal, Services, UserAdmin, Verb};

use crate::routes;
use crate::ssr::{Draft, Kept, Visit};
use crate::ui::{Avatar, Hidden, Notice, Tone};

/// An id of a form or an address; what is none is not there.
fn id<T: FromStr>(text: &str) -> Verb<T> {
    text.trim().parse().map_err(|_| Denied::NotFound.into())
}

/// A part of the address of the page being made. Read before anything is awaited.
fn param(name: &str) -> String {
    use_params_map().get_untracked().get(name).unwrap_or_default()
}

/// A form with the version of the thing that it was filled from.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Edited<F> {
    pub form: F,
    pub version: i64,
}

impl<F: Serialize + DeserializeOwned + Send + Sync + 'static> Kept for Edited<F> {
    const FORM: &'static str = "edited";
}

impl<F> Edited<F> {
    /// After a conflict the form goes on from what stands now: to save again is to know of the other change.
    fn version_to_send(draft: &Draft<Self>, now: i64) -> i64 {
        if in_conflict(draft) { now } else { draft.typed.version }
    }
}

fn in_conflict<T>(draft: &Draft<T>) -> bool {
    draft.problems.iter().any(|problem| problem.code == "conflict")
}

/// Says that somebody else saved first, and where to see what they saved.
fn conflict<T>(draft: &Draft<T>, page: String) -> Option<AnyView> {
    in_conflict(draft).then(|| {
        view! {
            <Notice tone=Tone::Caution>
                <b>"Somebody else saved this while you were editing."</b>
                <p>"What you typed is kept below. Saving again replaces what they saved."</p>
                <div class="actions"><a class="button small" href=page>"Show what they saved"</a></div>
            </Notice>
        }
        .into_any()
    })
}

/// The sentences about a form as a whole, without the conflict that is said apart.
fn whole<T>(draft: &Draft<T>) -> Vec<String> {
    draft
        .problems
        .iter()
        .filter(|problem| problem.field.is_empty() && problem.code != "conflict")
        .map(crate::say::problem)
        .collect()
}

/// The address that a list is searched by, from `q`; beside it what is wrong with what was typed.
fn searched_address(visit: &Visit) -> (Option<EmailAddress>, Option<String>) {
    match visit.query.get("q").map(EmailAddress::parse) {
        None => (None, None),
        Some(Ok(address)) => (Some(address), None),
        Some(Err(error)) => (None, Some(crate::say::problem(&domain::problem::Problem::new("q", error.code())))),
    }
}

/// Somebody's address, to find them by.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AddressForm {
    pub address: String,
}

impl Kept for AddressForm {
    const FORM: &'static str = "address";
}

/// Whoever has this address.
///
/// # Errors
/// Beside `address`: what is wrong with it, or `person_unknown`.
async fn person_of(services: &Services, by: &UserAdmin, address: &str) -> Verb<UserId> {
    let address = EmailAddress::parse(address).map_err(|error| Refusal::field("address", error.code()))?;
    let found = services::people::by_address(services, by, &address).await?;
    Ok(found.ok_or_else(|| Refusal::field("address", "person_unknown"))?.id)
}

/// A person's name over their address, as a link where the viewer may open it.
fn person_link(user: &domain::user::User) -> impl IntoView + use<> {
    let name = user.shown_name().to_owned();
    let address = user.name.is_some().then(|| user.address.shown());
    view! {
        <a class="person" href=routes::person(user.id)>
            <Avatar name=name.clone()/>
            <span>{name} {address.map(|address| view! { " " <small>{address}</small> })}</span>
        </a>
    }
}

/// A form of one button.
fn button(action: &'static str, id: impl ToString, class: &'static str, said: &str) -> AnyView {
    let (id, said) = (id.to_string(), said.to_owned());
    view! {
        <form method="post" action=action>
            <Hidden name="id" value=id/>
            <button class=class>{said}</button>
        </form>
    }
    .into_any()
}

/// Every problem of the forms of a page that belongs to no field.
async fn problems_of(visit: &Visit, more: Vec<Vec<String>>) -> Verb<Vec<String>> {
    // A button has no fields: what it is refused for is said here, whatever it is about.
    let button = crate::ssr::draft_or(visit, crate::ssr::NothingTyped).await?;
    Ok(button.problems.iter().map(crate::say::problem).chain(more.into_iter().flatten()).collect())
}

/// A picture is sent to a plain handler: server functions take no files.
fn logo_form(action: String, now: Option<AnyView>) -> impl IntoView {
    view! {
        <form class="form" method="post" action=action enctype="multipart/form-data">
            {now.map(|now| view! { <div>{now}</div> })}
            <div class="field">
                <label for="logo">"Picture"</label>
                <p class="hint" id="logo-hint">"PNG, JPEG or WebP, at most 256 KiB; drawn square, so square is best."</p>
                <input id="logo" type="file" name="logo" accept="image/png,image/jpeg,image/webp" aria-describedby="logo-hint" required/>
            </div>
            <div class="actions"><button class="button"><crate::ui::Icon name="upload"/> "Upload logo"</button></div>
        </form>
    }
}
