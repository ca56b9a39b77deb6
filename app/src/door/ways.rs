//! Signing in by a provider: the buttons that begin it, wherever they stand, and the page that lets choose.

use domain::continuation::Continuation;
use domain::id::ProviderId;
use domain::provider::{Offer, Provider, Way};
use domain::text::EmailAddress;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::federation::Errand;
use services::signin::Asked;
use services::{Denied, Refusal, Secret, Verb, federation, redemption};

use super::redeem::LinkForm;
use super::signin::{AddressForm, AskCode};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Next, NothingTyped, Visit, doorway, draft_or, visit};
use crate::ui::{DoorFrame, Hidden, Logo, Notices, page};

/// What travels with the button of a provider.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WayForm {
    pub provider: String,
    /// The address that was typed, for the provider to fill in.
    pub hint: String,
    pub to: String,
    pub keep: bool,
}

fn provider_of(text: &str) -> Verb<ProviderId> {
    text.parse().map_err(|_| Denied::NotFound.into())
}

/// Begins a way to a provider; the page it leads to goes on there.
async fn begin(visit: &Visit, provider: &str, errand: Errand, asked: Asked) -> Verb<Next> {
    let provider = provider_of(provider)?;
    let viewer = visit.viewer.as_ref();
    let attempt = federation::start(&visit.services, &visit.caller(), viewer, provider, errand, &asked).await?;
    Ok(Next::to(routes::go_to_provider(attempt)))
}

#[server(prefix = "/fn", endpoint = "sign-in/with")]
pub async fn sign_in_with(#[server(default)] form: WayForm) -> Result<(), AppError> {
    let back = routes::with(routes::SIGN_IN, "to", &form.to);
    doorway(NothingTyped, back, async move {
        let visit = visit()?;
        let hint = Some(form.hint).filter(|hint| !hint.is_empty());
        let asked = Asked { hint, ..Asked::to(Continuation::of(&form.to), form.keep) };
        begin(&visit, &form.provider, Errand::SignIn, asked).await
    })
    .await
}

#[server(prefix = "/fn", endpoint = "invitation/with")]
pub async fn redeem_with(
    #[server(default)] token: String,
    #[server(default)] provider: String,
) -> Result<(), AppError> {
    doorway(LinkForm, routes::redeem(&routes::url_encode(&token)), async move {
        let visit = visit()?;
        let opened = redemption::look(&visit.services, &Secret::given(&token)).await?;
        let asked = Asked { invited: Some(opened.invitation.address), ..Asked::default() };
        begin(&visit, &provider, Errand::SignIn, asked).await
    })
    .await
}

#[server(prefix = "/fn", endpoint = "prove/with")]
pub async fn prove_with(#[server(default)] provider: String, #[server(default)] to: String) -> Result<(), AppError> {
    let to = Continuation::of(&to);
    doorway(NothingTyped, routes::with(routes::PROVE, "to", &to.path()), async move {
        let visit = visit()?;
        let hint = visit.viewer()?.user.address.as_str().to_owned();
        let asked = Asked { hint: Some(hint), ..Asked::to(to, false) };
        begin(&visit, &provider, Errand::Prove, asked).await
    })
    .await
}

#[server(prefix = "/fn", endpoint = "identities/link")]
pub async fn link_identity(#[server(default)] provider: String) -> Result<(), AppError> {
    doorway(NothingTyped, routes::ACCOUNT, async move {
        let visit = visit()?;
        begin(&visit, &provider, Errand::Link, Asked::to(Continuation::Account, false)).await
    })
    .await
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

/// The button that signs in by a provider.
pub fn sign_in_button(provider: &Provider, class: &'static str, typed: &AddressForm) -> impl IntoView + use<> {
    let keep = if typed.keep { "true" } else { "false" };
    let fields = vec![
        ("form[provider]", provider.id.to_string()),
        ("form[hint]", typed.address.clone()),
        ("form[to]", typed.to.clone()),
        ("form[keep]", keep.to_owned()),
    ];
    way_button(SignInWith::PATH, provider, format!("Continue with {}", provider.name), class, fields)
}

/// The providers among the ways of an offer, in its order.
pub fn named<'a>(offer: &Offer, providers: &'a [Provider]) -> Vec<&'a Provider> {
    let ways = std::iter::once(&offer.first).chain(&offer.others);
    let named = |way: &Way| match way {
        Way::Provider(id) => providers.iter().find(|provider| provider.id == *id),
        Way::Passcode => None,
    };
    ways.filter_map(named).collect()
}

/// Where an address may come in by a provider or by a code: both, the provider first.
#[component]
pub fn WaysPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let draft = draft_or(&visit, AddressForm::default()).await?;
        let address = EmailAddress::parse(&draft.typed.address).map_err(|_| Refusal::Denied(Denied::SignIn))?;
        let (offer, providers) = services::signin::ways(&visit.services, &address).await?;
        let buttons = named(&offer, &providers).into_iter().enumerate().map(|(at, provider)| {
            sign_in_button(provider, if at == 0 { "button primary" } else { "button" }, &draft.typed)
        });
        let buttons = buttons.collect_view();
        let code = offer.has(Way::Passcode).then(|| {
            view! {
                <form method="post" action=AskCode::PATH>
                    <Hidden name="form[address]" value=draft.typed.address.clone()/>
                    <Hidden name="form[to]" value=draft.typed.to.clone()/>
                    <Hidden name="form[keep]" value=if draft.typed.keep { "true" } else { "false" }/>
                    <Hidden name="form[code]" value="true"/>
                    <button class="button">"Send a code to this address"</button>
                </form>
            }
        });
        Ok(view! {
            <DoorFrame visit=visit.clone() name="Sign in">
                <h1>"How do you want to sign in?"</h1>
                <p class="lead">"As " <b>{address.shown()}</b> "."</p>
                <Notices visit=visit.clone() problems=draft.whole()/>
                <div class="ways">{buttons} {code}</div>
                <div class="other"><a href=routes::SIGN_IN>"Use another address"</a></div>
            </DoorFrame>
        }
        .into_any())
    })
}
