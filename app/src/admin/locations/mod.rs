//! Named locations: the list of all, with a field that tries an address.

pub mod delete;
mod form;
pub mod pages;

use domain::access::location::Answer;
use domain::access::{Location, LocationKind};
use leptos::prelude::*;
use services::access::locations;
use services::access::rows::Listed;
use services::{Page, Reader};

use crate::routes;
use crate::say;
use crate::ssr::{Visit, refused, visit};
use crate::ui::{
    Badge, Field, Icon, ListPage, ListTable, Nothing, Notice, Paging, SortHead, Tone, When, is_empty, list_ask, page,
};

#[component]
pub fn LocationsPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let reader = viewer.clone().reader()?;
        let found = locations::list(&visit.services, &reader, &list_ask(&visit)).await?;
        let problems = refused(&visit).await?;
        let may = viewer.administers_policies();
        let new = may.then(|| {
            view! { <a class="button primary" href=routes::NEW_LOCATION><Icon name="plus"/> "New location"</a> }
                .into_any()
        });
        let some = !found.items.is_empty();
        let try_it = some.then(|| try_address(&visit, &reader, routes::LOCATIONS.to_owned()));
        Ok(view! {
            <ListPage
                visit=visit.clone()
                title="Locations"
                lead="Address ranges, which may be trusted, and countries, for access policies to name."
                problems=problems
                what="locations"
                placeholder="Name"
                add=new
            >
                {list(visit, found, may)}
                {try_it}
            </ListPage>
        }
        .into_any())
    })
}

/// What a location is made of, in a few words.
fn made_of(location: &Location) -> String {
    match &location.kind {
        LocationKind::Ranges { ranges, .. } => match ranges.listed() {
            [only] => only.to_string(),
            listed => {
                let first: Vec<String> = listed.iter().take(3).map(ToString::to_string).collect();
                let more = listed.len().saturating_sub(3);
                if more == 0 { first.join(", ") } else { format!("{} and {more} more", first.join(", ")) }
            }
        },
        LocationKind::Countries { codes, include_unknown } => {
            let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
            let unknown = if *include_unknown { ", and unknown" } else { "" };
            format!("{}{unknown}", codes.join(", "))
        }
    }
}

fn kind_badge(location: &Location) -> impl IntoView + use<> {
    let (tone, text) = match &location.kind {
        LocationKind::Ranges { trusted: true, .. } => (Tone::Positive, "Trusted"),
        LocationKind::Ranges { .. } => (Tone::Neutral, "Ranges"),
        LocationKind::Countries { .. } => (Tone::Neutral, "Countries"),
    };
    view! { <Badge tone text/> }
}

fn list(visit: Visit, found: Page<Listed<Location>>, may: bool) -> AnyView {
    if is_empty(&found) {
        return none(&visit, may);
    }
    let rows = found.items.iter().map(|listed| row(&visit, listed)).collect_view();
    let (rows, paging) = (rows.into_any(), Paging::of(&found));
    view! {
        <ListTable visit=visit.clone() caption="Locations" rows paging one="location" many="locations">
            <SortHead visit=visit.clone() name="name" label="Location" first=true/>
            <th scope="col">"Kind"</th>
            <th scope="col">"Used by"</th>
            <SortHead visit=visit.clone() name="created" label="Created" descending=true/>
        </ListTable>
    }
    .into_any()
}

fn row(visit: &Visit, listed: &Listed<Location>) -> AnyView {
    let Some(location) = &listed.value else {
        return view! {
            <tr><th scope="row">{listed.name.clone()} <small>"What is kept of it cannot be read."</small></th><td></td><td></td><td></td></tr>
        }
        .into_any();
    };
    view! {
        <tr>
            <th scope="row">
                <a href=routes::location(location.id)>{location.name.to_string()}</a>
                <small class="wrap">{made_of(location)}</small>
            </th>
            <td data-label="Kind">{kind_badge(location)}</td>
            <td data-label="Used by">{used_by(visit, location)}</td>
            <td data-label="Created"><When visit=visit.clone() at=location.created_at/></td>
        </tr>
    }
    .into_any()
}

/// Which policies name it.
fn used_by(visit: &Visit, location: &Location) -> AnyView {
    let set = visit.services.policies();
    let using: Vec<_> = set.using(location).map(|policy| (policy.id, policy.name.to_string())).collect();
    if using.is_empty() {
        return view! { <span class="muted">"no policy"</span> }.into_any();
    }
    using
        .into_iter()
        .enumerate()
        .map(|(at, (id, name))| view! { {(at > 0).then_some(", ")} <a href=routes::policy(id)>{name}</a> })
        .collect_view()
        .into_any()
}

fn none(visit: &Visit, may: bool) -> AnyView {
    let searched = visit.query.get("q").is_some();
    let (title, text) = if searched {
        ("No location matches", "Each word must begin a word of a name.")
    } else {
        ("No locations yet", "Name the places that policies tell apart: your own networks, or countries.")
    };
    let add = may.then_some((routes::NEW_LOCATION, "New location"));
    let all = (routes::LOCATIONS, "Show all locations");
    view! { <Nothing icon="location" title text narrowed=searched all add/> }.into_any()
}

/// Asks where an address is: a plain GET form, whose answer stands below it.
fn try_address(visit: &Visit, reader: &Reader, action: String) -> impl IntoView + use<> {
    let typed = visit.query.get("address").unwrap_or_default().trim().to_owned();
    let parsed = typed.parse::<std::net::IpAddr>();
    let problem =
        (!typed.is_empty() && parsed.is_err()).then(|| "Enter an address such as 192.0.2.7 or 2001:db8::7.".to_owned());
    let answer = parsed.ok().map(|address| tried(&locations::try_address(&visit.services, reader, address)));
    view! {
        <section class="card" id="try">
            <header><h2>"Try an address"</h2></header>
            <form class="form" method="get" action=format!("{action}#try")>
                <Field name="address" label="Address" value=typed problem=problem hint="IPv4 or IPv6."/>
                <div class="actions"><button class="button">"Look it up"</button></div>
            </form>
            {answer}
        </section>
    }
}

fn tried(tried: &locations::Tried) -> impl IntoView + use<> {
    let country = match tried.country {
        domain::access::Country::Undetermined => {
            "Undetermined: there are no country data that answer for it".to_owned()
        }
        domain::access::Country::Unknown => "Unknown: looked up, and not listed".to_owned(),
        known @ domain::access::Country::Known(_) => say::access::country(known),
    };
    let rows = tried
        .within
        .iter()
        .map(|(location, answer)| {
            let said = if *answer == Answer::Undetermined { "cannot be told" } else { "holds it" };
            let href = routes::location(location.id);
            view! { <li><div><a href=href>{location.name.to_string()}</a> " " <small>{said}</small></div></li> }
        })
        .collect_view();
    let none = tried.within.is_empty().then(|| view! { <p>"No location holds it."</p> });
    view! {
        <Notice tone=Tone::Info><b>{format!("Country: {country}.")}</b></Notice>
        {none}
        <ul class="rows">{rows}</ul>
    }
}
