//! People: the list of everybody in the directory.

pub mod card;
pub mod deeds;
pub mod delete;
pub mod new;
pub mod person;

use domain::id::PartnerId;
use domain::time::Timestamp;
use domain::user::User;
use leptos::prelude::*;
use services::Page;
use services::partners;
use services::people::{self, Listed, Show};

use crate::organization;
use crate::routes;
use crate::ssr::{Visit, refused, visit};
use crate::ui::{
    Badge, FilterChip, Icon, ListPage, ListTable, Nothing, Paging, SortHead, Tone, When, is_empty, list_ask, page,
};

#[component]
pub fn PeoplePage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        let show = visit.query.get("show").and_then(Show::parse).unwrap_or(Show::Everyone);
        let partner = visit.query.get("partner").and_then(|id| id.parse().ok());
        let found = people::list(&visit.services, &admin, show, partner, &list_ask(&visit)).await?;
        let offered = partners::offered(&visit.services, &admin, partner).await?;
        let problems = refused(&visit).await?;
        let add = view! {
            <a class="button" href=routes::NEW_PERSON><Icon name="plus"/> "Create member"</a>
            <a class="button primary" href=routes::DIRECTORY_INVITE>"Invite guests"</a>
        };
        Ok(view! {
            <ListPage
                visit=visit.clone()
                title="People"
                lead="Members and guests of the organization, and those who were invited."
                problems=problems
                what="people"
                placeholder="Name, address, organization"
                chips=chips(offered)
                add=Some(add.into_any())
            >
                {list(visit, show, found)}
            </ListPage>
        }
        .into_any())
    })
}

fn chips(partners: Vec<(PartnerId, String)>) -> Vec<FilterChip> {
    let shows = Show::ALL.iter().filter(|show| **show != Show::Everyone);
    let values = shows.map(|show| (show.as_str().to_owned(), said(*show).to_owned())).collect();
    let partners: Vec<_> = partners.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    let partner = (!partners.is_empty()).then_some(FilterChip { name: "partner", label: "Partner", values: partners });
    std::iter::once(FilterChip { name: "show", label: "Show", values }).chain(partner).collect()
}

fn said(show: Show) -> &'static str {
    match show {
        Show::Everyone => "Everyone",
        Show::Members => "Members",
        Show::Guests => "Guests",
        Show::Active => "Active",
        Show::Pending => "Pending",
        Show::Disabled => "Disabled",
        Show::WithRoles => "With a role",
        Show::Deleted => "Deleted",
    }
}

fn list(visit: Visit, show: Show, found: Page<Listed>) -> AnyView {
    if is_empty(&found) {
        return none(&visit, show);
    }
    let now = visit.now();
    let rows = found.items.iter().map(|listed| row(&visit, listed, now)).collect_view();
    let (rows, paging) = (rows.into_any(), Paging::of(&found));
    view! {
        <ListTable visit=visit.clone() caption="People" rows paging one="person" many="people">
            <SortHead visit=visit.clone() name="name" label="Person" first=true/>
            <th scope="col">"Type"</th>
            <th scope="col">"State"</th>
            <SortHead visit=visit.clone() name="last-sign-in" label="Last sign-in" descending=true/>
            <SortHead visit=visit.clone() name="created" label="Created" descending=true/>
        </ListTable>
    }
    .into_any()
}

/// When somebody was here last.
pub(in crate::admin) fn last_sign_in(visit: &Visit, user: &User) -> AnyView {
    match user.last_sign_in_at {
        Some(at) => view! { <When visit=visit.clone() at/> }.into_any(),
        None => view! { <span class="muted">"never"</span> }.into_any(),
    }
}

fn row(visit: &Visit, listed: &Listed, now: Timestamp) -> impl IntoView + use<> {
    let user = &listed.user;
    let signed_in = last_sign_in(visit, user);
    let roles: Vec<&str> = user.roles.iter().map(crate::say::role).collect();
    let roles = (!roles.is_empty()).then(|| view! { <small>{roles.join(", ")}</small> });
    let company = organization::view(visit, listed.partner.as_ref(), user)
        .filter(|_| roles.is_none())
        .map(|name| view! { <small>{name}</small> });
    view! {
        <tr>
            <th scope="row">{super::person_link(user)}</th>
            <td data-label="Type"><span>{if user.is_guest() { "Guest" } else { "Member" }} {roles} {company}</span></td>
            <td data-label="State">{state(user, now)}</td>
            <td data-label="Last sign-in">{signed_in}</td>
            <td data-label="Created"><When visit=visit.clone() at=user.created_at/></td>
        </tr>
    }
}

/// Whether a person can come in now, in one word.
pub(in crate::admin) fn state(user: &User, now: Timestamp) -> impl IntoView + use<> {
    let (tone, text) = match user.may_enter(now) {
        Ok(()) => (Tone::Positive, "Active"),
        Err(barred @ domain::user::Barred::NotAccepted) => (Tone::Caution, crate::say::barred(barred)),
        Err(barred) => (Tone::Critical, crate::say::barred(barred)),
    };
    view! { <Badge tone text/> }
}

fn none(visit: &Visit, show: Show) -> AnyView {
    let (title, text) = if visit.query.get("q").is_some() {
        ("Nobody matches", "Each word must begin a part of a name, an address or an organization.")
    } else {
        match show {
            Show::Deleted => {
                ("Nobody was deleted lately", "Deleted people stand here for 30 days and can be restored.")
            }
            Show::Pending => ("No invitation is pending", "Guests who have not accepted yet are listed here."),
            Show::Disabled => ("Nobody is disabled", "Disabled people cannot sign in; their memberships stay."),
            _ => ("Nobody is here", "No one in the directory fits this filter."),
        }
    };
    view! { <Nothing icon="people" title text narrowed=true all=(routes::PEOPLE, "Show everyone")/> }.into_any()
}
