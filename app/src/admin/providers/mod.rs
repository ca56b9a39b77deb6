//! Identity providers: the list of all, and the words for what they are.

mod cards;
pub mod deeds;
pub mod delete;
mod form;
mod guide;
pub mod new;
pub mod provider;
pub mod trial;

use domain::provider::{Asserted, Provider};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use services::providers::{self, Preset, Warning};
use services::{Page, Stored};

use crate::routes;
use crate::ssr::{Kept, Visit, refused, visit};
use crate::ui::{
    Badge, Icon, ListPage, ListTable, Logo, Nothing, Paging, SortHead, Tone, When, is_empty, list_ask, page, until,
};

/// So many domains stand in a row of the list; the rest is counted.
const SHOWN_DOMAINS: usize = 2;

/// What a provider said in a sign-in that is tied to nobody.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Told {
    pub asserted: Option<Asserted>,
}

impl Kept for Told {
    const FORM: &'static str = "told";
}

#[component]
pub fn ProvidersPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let admin = visit.viewer()?.administrator()?;
        let found = providers::list(&visit.services, &admin, &list_ask(&visit)).await?;
        let problems = refused(&visit).await?;
        let add = view! { <a class="button primary" href=routes::NEW_PROVIDER><Icon name="plus"/> "Add provider"</a> };
        Ok(view! {
            <ListPage
                visit=visit.clone()
                title="Identity providers"
                lead="Where guests and members sign in with an account that they already have. Whoever has none gets a code by e-mail."
                problems=problems
                what="identity providers"
                placeholder="Name or domain"
                add=Some(add.into_any())
            >
                {list(visit, found)}
            </ListPage>
        }
        .into_any())
    })
}

fn list(visit: Visit, found: Page<Stored<Provider>>) -> AnyView {
    if is_empty(&found) {
        return none(&visit);
    }
    let rows = found.items.iter().map(|stored| row(&visit, &stored.value)).collect_view();
    let (rows, paging) = (rows.into_any(), Paging::of(&found));
    view! {
        <ListTable visit=visit.clone() caption="Identity providers" rows paging one="provider" many="providers">
            <SortHead visit=visit.clone() name="name" label="Provider" first=true/>
            <th scope="col">"Kind"</th>
            <th scope="col">"Domains"</th>
            <th scope="col">"State"</th>
            <SortHead visit=visit.clone() name="created" label="Added" descending=true/>
        </ListTable>
    }
    .into_any()
}

fn row(visit: &Visit, provider: &Provider) -> impl IntoView + use<> {
    let badges = badges(visit, provider);
    view! {
        <tr>
            <th scope="row">
                <a class="person" href=routes::provider(provider.id)>
                    <Logo name=provider.name.to_string() logo=provider.logo.clone()/>
                    <span>{provider.name.to_string()} " " <small>{provider.host()}</small></span>
                </a>
            </th>
            <td data-label="Kind">{kind(Preset::of(provider))}</td>
            <td data-label="Domains" class="wrap">{domains(provider)}</td>
            <td data-label="State"><span>{badges}</span></td>
            <td data-label="Added"><When visit=visit.clone() at=provider.created_at/></td>
        </tr>
    }
}

/// The first few, and how many there are besides.
fn domains(provider: &Provider) -> String {
    let all = &provider.settings.domains;
    let shown: Vec<&str> = all.iter().take(SHOWN_DOMAINS).map(domain::text::DomainName::as_str).collect();
    match all.len().checked_sub(shown.len()) {
        _ if shown.is_empty() => "None".to_owned(),
        Some(more) if more > 0 => format!("{} and {} more", shown.join(", "), crate::say::number(more as i64)),
        _ => shown.join(", "),
    }
}

/// Whether it lets people in, to whom it is offered, and what wants a hand.
fn badges(visit: &Visit, provider: &Provider) -> impl IntoView + use<> {
    let (zone, now) = (visit.zone(), visit.now());
    let offered = (provider.enabled && provider.offered).then(|| view! { <Badge text="Offered to everybody"/> " " });
    let warnings = Warning::of(provider, now).into_iter().map(|warning| {
        let (tone, text) = match warning {
            Warning::SecretEnded(..) => (Tone::Critical, "Secret has ended".to_owned()),
            Warning::SecretEnds(_, end) => (Tone::Caution, format!("Secret ends {}", until(&zone, end, now))),
            Warning::CertificateEnded(..) => (Tone::Critical, "Certificate has ended".to_owned()),
            Warning::CertificateEnds(_, end) => (Tone::Caution, format!("Certificate ends {}", until(&zone, end, now))),
            Warning::PasscodesUntil(_, end) => (Tone::Caution, format!("Codes until {}", zone.format(end, "%H:%M"))),
        };
        view! { <Badge tone text/> " " }
    });
    let warnings = warnings.collect_view();
    view! { {state(provider)} " " {offered} {warnings} }
}

fn state(provider: &Provider) -> impl IntoView + use<> {
    let (tone, text) = if provider.enabled { (Tone::Positive, "On") } else { (Tone::Critical, "Off") };
    view! { <Badge tone text/> }
}

fn kind(preset: Preset) -> &'static str {
    match preset {
        Preset::Entra => "Entra ID, one tenant",
        Preset::EntraMany => "Entra ID, many tenants",
        Preset::Google => "Google",
        Preset::Okta => "Okta",
        Preset::Keycloak => "Keycloak",
        Preset::OpenId => "OpenID Connect",
        Preset::GitHub => "GitHub",
        Preset::OAuth2 => "OAuth 2",
    }
}

fn none(visit: &Visit) -> AnyView {
    let narrowed = visit.query.get("q").is_some();
    let (title, text) = if narrowed {
        ("No provider matches", "Each word must begin a word of a name or a domain.")
    } else {
        (
            "No identity providers yet",
            "Everybody signs in by a code to their mailbox. With the provider of a partner, its people come with the account that the partner manages.",
        )
    };
    let (all, add) = ((routes::PROVIDERS, "Show all providers"), Some((routes::NEW_PROVIDER, "Add provider")));
    view! { <Nothing icon="identity" title text narrowed all add/> }.into_any()
}
