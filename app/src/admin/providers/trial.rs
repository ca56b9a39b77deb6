//! Trying a provider: what it publishes, and what it says in one sign-in that is tied to nobody.

use domain::provider::{Asserted, Provider, Vouch, VouchError};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::federation::DiscoveryError;
use services::outbound::OutboundError;
use services::providers::{self, Found, Worth};

use super::Told;
use super::deeds::{LookAtProvider, TryProvider};
use crate::admin::{button, id as read, param, problems_of};
use crate::routes;
use crate::ssr::{Kept, Visit, draft_or, visit};
use crate::ui::{AdminFrame, Badge, Head, Notice, Notices, Tone, When, page, until};

/// What a look at a provider's metadata and keys came to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Looked {
    found: Option<Found>,
    wrong: Option<Wrong>,
}

/// What is wrong with a provider: what it means, and exactly what happened.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Wrong {
    said: String,
    exactly: String,
}

impl Kept for Looked {
    const FORM: &'static str = "looked";
}

impl From<Result<Found, DiscoveryError>> for Looked {
    fn from(looked: Result<Found, DiscoveryError>) -> Self {
        match looked {
            Ok(found) => Self { found: Some(found), wrong: None },
            Err(error) => {
                Self { found: None, wrong: Some(Wrong { said: said(&error).to_owned(), exactly: error.to_string() }) }
            }
        }
    }
}

/// What to do about it.
fn said(error: &DiscoveryError) -> &'static str {
    match error {
        DiscoveryError::Outbound { error, .. } => match error {
            OutboundError::Unknown(_) => "The machine is not known. Check the issuer for a typing error.",
            OutboundError::NotPublic(_) => {
                "The machine stands in a private network, where Lobby does not go by itself. Whoever runs Lobby can allow that \
                 network by the key outbound_networks."
            }
            OutboundError::Slow => "The provider does not answer in time. Try again later, or ask whoever runs it.",
            OutboundError::Large | OutboundError::Redirect => {
                "What stands at this address is no provider's metadata. Check the issuer: it is the address that the provider \
                 itself names, not that of its sign-in page."
            }
            OutboundError::Scheme => "Only https addresses are gone to.",
            OutboundError::Connection(_) => {
                "The machine takes no connection from here. Is the provider up, and its certificate one that is trusted?"
            }
        },
        DiscoveryError::Status { status: 404, .. } => {
            "Nothing stands at this address. Check the path of the issuer: tenant, realm or server may be missing in it."
        }
        DiscoveryError::Status { .. } => "The provider refuses to show its metadata. Ask whoever runs it.",
        DiscoveryError::Malformed { .. } => {
            "What stands at this address cannot be read as metadata. Check the issuer, or ask whoever runs the provider."
        }
        DiscoveryError::Issuer(_) => {
            "The provider calls itself otherwise than the issuer says. They must agree letter by letter, to the last slash."
        }
        DiscoveryError::Algorithms => {
            "The provider signs by no algorithm that is taken here. Let it sign by RS256, PS256, ES256 or EdDSA."
        }
    }
}

#[component]
pub fn TestProviderPage() -> impl IntoView {
    let provider = param("provider");
    page(async move {
        let visit = visit()?;
        let admin = visit.viewer()?.administrator()?;
        let provider = providers::get(&visit.services, &admin, read(&provider)?).await?.provider.value;
        let looked = draft_or(&visit, Looked::default()).await?.typed;
        let told = draft_or(&visit, Told::default()).await?.typed.asserted;
        let problems = problems_of(&visit, Vec::new()).await?;
        let told = match told {
            Some(asserted) => {
                let worth = providers::judge(&visit.services, &admin, &provider, &asserted).await?;
                Some(claims(&visit, &provider, &asserted, &worth).into_any())
            }
            None => None,
        };
        let name = provider.name.to_string();
        let crumbs = vec![
            (routes::PROVIDERS.to_owned(), "Identity providers".to_owned()),
            (routes::provider(provider.id), name.clone()),
        ];
        let published = provider.is_open_id().then(|| published(&visit, &provider, &looked));
        Ok(view! {
            <AdminFrame visit=visit.clone() name=format!("Test {name}") narrow=true>
                <Head
                    title="Test"
                    lead=format!("Does {name} do what it should? Nobody else notices, whether it is on or off.")
                    crumbs=crumbs
                />
                <Notices visit=visit.clone() problems=problems/>
                {published}
                {sign_in(&provider, told)}
            </AdminFrame>
        }
        .into_any())
    })
}

fn published(visit: &Visit, provider: &Provider, looked: &Looked) -> impl IntoView + use<> {
    let found = looked.found.as_ref().map(|told| found(visit, told));
    let wrong = looked.wrong.clone().map(|wrong| {
        view! { <Notice tone=Tone::Critical><b>{wrong.said}</b><p>{wrong.exactly}</p></Notice> }
    });
    let again = if looked.found.is_some() || wrong.is_some() { "Fetch again" } else { "Fetch metadata and keys" };
    view! {
        <section class="card">
            <header>
                <h2>"What it publishes"</h2>
                <p>"Its metadata (discovery) and the keys that it signs with."</p>
            </header>
            {wrong}
            {found}
            {button(LookAtProvider::PATH, provider.id, "button", again)}
        </section>
    }
}

fn found(visit: &Visit, found: &Found) -> impl IntoView + use<> {
    let Found { issuer, authorize, token, user, keys, algorithms, names_itself, logs_out, certificate_ends_at } =
        found.clone();
    let keys = match keys {
        0 => view! { <Badge tone=Tone::Critical text="None"/> " Nothing that it signs can be checked." }.into_any(),
        1 => "1".to_owned().into_any(),
        n => n.to_string().into_any(),
    };
    let certificate = certificate_ends_at.map(|end| {
        let end = until(&visit.zone(), end, visit.now());
        view! { <div><dt>"Certificate ends"</dt><dd>{end}</dd></div> }
    });
    let user = user.unwrap_or_else(|| "None: everything must stand in the ID token.".to_owned());
    view! {
        <Notice tone=Tone::Positive>"The provider answers, and calls itself what the issuer says."</Notice>
        <dl class="facts">
            <div><dt>"Issuer"</dt><dd>{issuer}</dd></div>
            <div><dt>"Authorization"</dt><dd>{authorize}</dd></div>
            <div><dt>"Token"</dt><dd>{token}</dd></div>
            <div><dt>"User info"</dt><dd>{user}</dd></div>
            <div><dt>"Keys"</dt><dd>{keys}</dd></div>
            <div><dt>"Signs by"</dt><dd>{algorithms.join(", ")}</dd></div>
            <div>
                <dt>"Names itself in answers"</dt>
                <dd>{if names_itself { "Yes (RFC 9207), and that is checked." } else { "No. Its own redirect address tells its answers from others." }}</dd>
            </div>
            <div>
                <dt>"Sends logout tokens"</dt>
                <dd>{if logs_out { "Yes, once the back-channel logout address is entered there." } else { "No, as far as it says." }}</dd>
            </div>
            {certificate}
        </dl>
    }
}

fn sign_in(provider: &Provider, told: Option<AnyView>) -> impl IntoView + use<> {
    let again = if told.is_some() { "Sign in again" } else { "Sign in as a test" };
    view! {
        <section class="card">
            <header>
                <h2>"What it says of a person"</h2>
                <p>"You sign in there with any account. What it says is shown here; you stay who you are, nobody is linked, and nothing is kept."</p>
            </header>
            {told}
            {button(TryProvider::PATH, provider.id, "button", again)}
        </section>
    }
}

fn claims(visit: &Visit, provider: &Provider, asserted: &Asserted, worth: &Worth) -> impl IntoView + use<> {
    let Asserted { issuer, subject, address, verified, name, tenant, hosted_domain, auth_time, amr, acr, .. } =
        asserted.clone();
    let none = || view! { <span class="muted">"Not told"</span> }.into_any();
    let or_none = |text: Option<String>| text.map_or_else(none, |text| text.into_any());
    let verified = match verified {
        Some(true) => view! { <Badge tone=Tone::Positive text="Verified"/> }.into_any(),
        Some(false) => view! { <Badge tone=Tone::Critical text="Not verified"/> }.into_any(),
        None => none(),
    };
    let amr = (!amr.is_empty()).then(|| amr.join(", "));
    let since = auth_time.map_or_else(none, |at| view! { <When visit=visit.clone() at/> }.into_any());
    let tenant = tenant.map(|tenant| view! { <div><dt>"Tenant (tid)"</dt><dd>{tenant}</dd></div> });
    let hosted = hosted_domain.map(|domain| view! { <div><dt>"Hosted domain (hd)"</dt><dd>{domain}</dd></div> });
    let verdict = verdict(provider, asserted, worth);
    view! {
        <Notice tone=Tone::Positive>"The sign-in went well. Nothing was stored: this page forgets it within 15 minutes."</Notice>
        <dl class="facts">
            <div><dt>"Issuer"</dt><dd>{issuer}</dd></div>
            <div><dt>"Subject"</dt><dd><code>{subject}</code></dd></div>
            <div><dt>"E-mail address"</dt><dd>{or_none(address.map(|address| address.shown()))}</dd></div>
            <div><dt>"Verified"</dt><dd>{verified}</dd></div>
            <div><dt>"Name"</dt><dd>{or_none(name.map(|name| name.to_string()))}</dd></div>
            {tenant}
            {hosted}
            <div><dt>"Methods (amr)"</dt><dd>{or_none(amr)}</dd></div>
            <div><dt>"Class (acr)"</dt><dd>{or_none(acr)}</dd></div>
            <div><dt>"Proved there"</dt><dd>{since}</dd></div>
        </dl>
        <h3>"What that would be worth"</h3>
        <ul>{verdict}</ul>
    }
}

fn verdict(provider: &Provider, asserted: &Asserted, worth: &Worth) -> impl IntoView + use<> {
    let address = asserted.address.as_ref().map(|address| (address.shown(), address.domain().to_string()));
    let speaks = match &address {
        Some((_, domain)) if worth.authoritative => {
            format!("It speaks for {domain}: it gives out the addresses there.")
        }
        Some((_, domain)) => format!("It does not speak for {domain}."),
        None => "It tells no address, so it speaks for none.".to_owned(),
    };
    let invited = address.map(|(address, _)| format!("An invitation to {address} would ")).unwrap_or_default();
    let vouch = match &worth.vouch {
        Ok(Vouch::Enough) => format!("{invited}be taken up by this sign-in alone."),
        Ok(Vouch::WithCode) => {
            format!("{invited}be taken up by this sign-in together with a code that is sent to the address.")
        }
        Err(VouchError::NoAddress) => {
            "It can take up no invitation. Let the provider tell the address, or correct the name of the claim."
                .to_owned()
        }
        Err(VouchError::Unverified) => {
            format!("{invited}be refused: the provider says that the address is not verified.")
        }
        Err(VouchError::ByItsProvider) => {
            format!("{invited}be refused: the domain has another provider, which alone takes it up.")
        }
        Err(VouchError::OtherAddress(_)) => format!("{invited}be refused."),
    };
    let factor = &provider.settings.second_factor;
    let factor = match (factor.trusted, worth.second_factor) {
        (true, true) => "It counts as a second factor.",
        (true, false) => "It does not count as a second factor: none of the words that would mean one was said.",
        (false, _) => "It does not count as a second factor: this provider is not trusted for that.",
    };
    let late = asserted.auth_time.is_none().then_some(
        "It does not tell when the person proved themselves, so nobody can confirm by it what they change on their account page.",
    );
    [Some(speaks), Some(vouch), Some(factor.to_owned()), late.map(str::to_owned)]
        .into_iter()
        .flatten()
        .map(|said| view! { <li>{said}</li> })
        .collect_view()
}
