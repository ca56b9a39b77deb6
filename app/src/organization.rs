//! What organization somebody is of, as pages say it: the partner's name, else what they wrote themselves.

use domain::user::User;
use leptos::prelude::*;
use services::partners::Organization;

use crate::routes;
use crate::ssr::Visit;

/// In words, where a link has no place.
pub fn name(partner: Option<&Organization>, user: &User) -> Option<String> {
    let own = user.company.as_ref().map(ToString::to_string);
    partner.map(|partner| partner.name.clone()).or(own)
}

/// As a link where the viewer may open the partner.
pub fn view(visit: &Visit, partner: Option<&Organization>, user: &User) -> Option<AnyView> {
    match partner {
        Some(partner) => Some(link(visit, partner)),
        None => name(None, user).map(IntoAny::into_any),
    }
}

/// The partner by its name, as a link where the viewer may open it.
pub fn link(visit: &Visit, partner: &Organization) -> AnyView {
    let name = partner.name.clone();
    if visit.viewer.as_ref().is_some_and(services::Viewer::administers_users) {
        view! { <a href=routes::partner(partner.partner)>{name}</a> }.into_any()
    } else {
        name.into_any()
    }
}
