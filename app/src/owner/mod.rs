//! Pages of whoever manages a group: its guests, its invitations, its rules, and the page that invites.

pub mod add;
pub mod check;
pub mod frame;
pub mod groups;
pub mod guest;
pub mod guests;
pub mod invitation;
pub mod invitations;
pub mod invite;
pub mod job;
pub mod owners;
pub mod rules;
pub mod sent;
pub mod several;
mod wish;
pub mod words;

use std::str::FromStr;

use domain::group::Group;
use domain::id::GroupId;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use services::{Denied, OwnerOf, Refusal, Verb};

use crate::routes;
use crate::ssr::Visit;

/// A part of the address of the page, such as the id of a group.
fn param(name: &str) -> String {
    use_params_map().get_untracked().get(name).unwrap_or_default()
}

/// An id from an address or a form; what is none names nothing.
fn parsed<T: FromStr>(id: &str) -> Verb<T> {
    id.parse().map_err(|_| Refusal::Denied(Denied::NotFound))
}

/// The permission to manage the group that an address or a form names.
async fn owner(visit: &Visit, group: &str) -> Verb<OwnerOf<Group>> {
    let group: GroupId = parsed(group)?;
    visit.viewer()?.owner_of(&visit.services, group).await
}

/// The page of a group that a form leads back to.
fn back(group: &str, page: impl FnOnce(GroupId) -> String) -> String {
    group.parse().map_or_else(|_| routes::MANAGE.to_owned(), page)
}
