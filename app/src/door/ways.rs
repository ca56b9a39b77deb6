//! The way to a provider: the button that begins it, wherever it stands.

use domain::id::ProviderId;
use domain::provider::Provider;
use leptos::prelude::*;
use services::federation::Errand;
use services::signin::Asked;
use services::{Denied, Verb, Viewer, federation};

use crate::routes;
use crate::ssr::{Next, Visit};
use crate::ui::{Hidden, Logo};

fn provider_of(text: &str) -> Verb<ProviderId> {
    text.parse().map_err(|_| Denied::NotFound.into())
}

/// Who goes to a provider, or comes back: a new proof may be what lets somebody past the gate; everything else is for those
/// within.
///
/// # Errors
/// `SignIn`, `Held`.
pub fn who(visit: &Visit, errand: Errand) -> Result<Viewer, Denied> {
    if errand == Errand::Prove { visit.whoever() } else { visit.viewer() }
}

/// Begins a way to a provider; the page it leads to goes on there.
pub async fn begin(visit: &Visit, provider: &str, errand: Errand, asked: Asked) -> Verb<Next> {
    let provider = provider_of(provider)?;
    let viewer = if errand == Errand::SignIn { None } else { Some(who(visit, errand)?) };
    let attempt =
        federation::start(&visit.services, &visit.caller(), viewer.as_ref(), provider, errand, &asked).await?;
    Ok(Next::to(routes::go_to_provider(attempt)))
}

/// A form of one button that begins a way; `fields` travel with it.
pub fn way_button(
    action: &'static str,
    provider: &Provider,
    said: String,
    class: &'static str,
    fields: Vec<(&'static str, String)>,
) -> impl IntoView + use<> {
    let fields = fields.into_iter().map(|(name, value)| view! { <Hidden name=name value=value/> }).collect_view();
    let logo =
        provider.logo.is_some().then(|| view! { <Logo name=provider.name.as_str() logo=provider.logo.clone()/> });
    view! {
        <form method="post" action=action>
            {fields}
            <button class=class>{logo} {said}</button>
        </form>
    }
}
