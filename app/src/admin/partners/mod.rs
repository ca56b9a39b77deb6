//! Partner organizations: the list of all, and what an administrator does to them.

pub mod delete;
pub mod new;
pub mod partner;

use leptos::prelude::*;
use services::partners::{self, Listed};
use services::{Page, Viewer};

use crate::admin::groups::many;
use crate::routes;
use crate::ssr::{Visit, refused, visit};
use crate::ui::{
    Badge, FilterChip, Icon, ListPage, ListTable, Nothing, Paging, SortHead, Tone, When, is_empty, list_ask, page,
};

/// Domains that a row names; the rest are counted.
const NAMED: usize = 3;

#[component]
pub fn PartnersPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        let closed = visit.query.get("show") == Some("closed");
        let found = partners::list(&visit.services, &admin, closed, &list_ask(&visit)).await?;
        let problems = refused(&visit).await?;
        let may = changes(&visit.viewer()?);
        let chips = vec![FilterChip {
            name: "show",
            label: "Show",
            values: vec![("closed".to_owned(), "Not invited".to_owned())],
        }];
        let new = may.then(|| {
            view! { <a class="button primary" href=routes::NEW_PARTNER><Icon name="plus"/> "Add partner"</a> }
                .into_any()
        });
        Ok(view! {
            <ListPage
                visit=visit.clone()
                title="Partners"
                lead="Organizations whose people come as guests, known by their mail domains."
                problems=problems
                what="partners"
                placeholder="Name or domain"
                chips=chips
                add=new
            >
                {list(visit, closed, may, found)}
            </ListPage>
        }
        .into_any())
    })
}

/// Only Administrators change partners: they touch collaboration.
fn changes(viewer: &Viewer) -> bool {
    viewer.has(domain::role::Role::Administrator)
}

fn list(visit: Visit, closed: bool, may: bool, found: Page<Listed>) -> AnyView {
    if is_empty(&found) {
        return none(&visit, closed, may);
    }
    let rows = found.items.iter().map(|listed| row(&visit, listed)).collect_view();
    let (rows, paging) = (rows.into_any(), Paging::of(&found));
    view! {
        <ListTable visit=visit.clone() caption="Partners" rows paging one="partner" many="partners">
            <SortHead visit=visit.clone() name="name" label="Partner" first=true/>
            <th scope="col" class="number">"Guests"</th>
            <th scope="col">"Invitations"</th>
            <th scope="col">"Default sponsor"</th>
            <SortHead visit=visit.clone() name="created" label="Added" descending=true/>
        </ListTable>
    }
    .into_any()
}

fn row(visit: &Visit, listed: &Listed) -> impl IntoView + use<> {
    let partner = &listed.counted.partner;
    let domains: Vec<String> = partner.domains.iter().map(|domain| domain.shown()).collect();
    let mut said = domains.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if domains.len() > NAMED {
        said = format!("{said} and {} more", domains.len() - NAMED);
    }
    let sponsor = match &listed.sponsor {
        Some(sponsor) => view! { <a href=routes::person(sponsor.id)>{sponsor.shown_name().to_owned()}</a> }.into_any(),
        None => view! { <span class="muted">"nobody"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row"><a href=routes::partner(partner.id)>{partner.name.to_string()}</a> <small class="wrap">{said}</small></th>
            <td data-label="Guests" class="number">{many(listed.counted.guests)}</td>
            <td data-label="Invitations">{invitations(partner.invitations_allowed)}</td>
            <td data-label="Default sponsor">{sponsor}</td>
            <td data-label="Added"><When visit=visit.clone() at=partner.created_at/></td>
        </tr>
    }
}

/// Whether its people are invited, in a word.
fn invitations(allowed: bool) -> impl IntoView {
    let (tone, text) = if allowed { (Tone::Positive, "Allowed") } else { (Tone::Critical, "Not allowed") };
    view! { <Badge tone text/> }
}

fn none(visit: &Visit, closed: bool, may: bool) -> AnyView {
    let searched = visit.query.get("q").is_some();
    let (title, text) = if searched {
        ("No partner matches", "Each word must begin a word of a name or a domain.")
    } else if closed {
        ("Every partner is invited", "Partners whose people are not invited are listed here.")
    } else {
        ("No partners yet", "A partner gathers the guests of one organization and says who answers for them.")
    };
    let add = may.then_some((routes::NEW_PARTNER, "Add partner"));
    let (narrowed, all) = (searched || closed, (routes::PARTNERS, "Show all partners"));
    view! { <Nothing icon="partner" title text narrowed all add/> }.into_any()
}
