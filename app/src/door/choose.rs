//! Where an address may come in by a provider or by a code: the page that lets choose.

use domain::provider::{Offer, Provider, Way};
use domain::text::EmailAddress;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::{Denied, Refusal};

use super::signin::{AddressForm, AskCode, sign_in_button};
use crate::routes;
use crate::ssr::{draft_or, visit};
use crate::ui::{DoorFrame, Hidden, Notices, page};

/// The providers among the ways of an offer, in its order.
fn named<'a>(offer: &Offer, providers: &'a [Provider]) -> Vec<&'a Provider> {
    let ways = std::iter::once(&offer.first).chain(&offer.others);
    let named = |way: &Way| match way {
        Way::Provider(id) => providers.iter().find(|provider| provider.id == *id),
        Way::Passcode => None,
    };
    ways.filter_map(named).collect()
}

/// Both, the provider first.
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
