//! The cards of a provider's page.

use domain::provider::{MOST_PASSCODE_HOURS, Protocol, Provider};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::providers::{self, Kept, Preset};

use super::deeds::{HoursForm, LetPasscodes, RemoveProviderLogo, SwitchProvider};
use super::guide;
use crate::admin::button;
use crate::routes;
use crate::ssr::{Draft, Visit};
use crate::ui::{Field, Hidden, Logo, until};

/// What is entered at the provider. One click marks an address whole.
pub fn addresses(visit: &Visit, provider: &Provider) -> impl IntoView + use<> {
    let callback = providers::callback(&visit.services, provider.id);
    let preset = Preset::of(provider);
    let logout = guide::of(preset).logs_out.then(|| {
        view! {
            <div>
                <dt>"Back-channel logout address"</dt>
                <dd>
                    <div class="copy"><code>{providers::back_channel(&visit.services, provider.id)}</code></div>
                    <small>"Whoever is signed out or disabled there is signed out here at once."</small>
                </dd>
            </div>
        }
    });
    let none = logout.is_none().then(|| {
        view! {
            <p class="hint">
                "This kind of provider sends no logout tokens: whoever is disabled there is out here when their session has to be proved \
                anew, a guest after a day at most."
            </p>
        }
    });
    view! {
        <section class="card">
            <header><h2>"For the provider's console"</h2></header>
            <dl class="facts tall">
                <div>
                    <dt>"Redirect address (callback)"</dt>
                    <dd><div class="copy"><code>{callback}</code></div></dd>
                </div>
                {logout}
            </dl>
            {none}
        </section>
    }
}

/// "1 person signs in", "12 people sign in".
pub fn people(n: i64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 person {one}") } else { format!("{} people {many}", crate::say::number(n)) }
}

fn only(kept: &Kept) -> String {
    match (kept.people, kept.only) {
        (_, 0) => "All of them have another way.".to_owned(),
        (1, _) => "They have no other way.".to_owned(),
        (all, only) if all == only => "None of them has another way.".to_owned(),
        (_, only) => format!("{} no other way.", people(only, "of them has", "of them have")),
    }
}

/// Who depends on it, and the switch.
pub fn standing(visit: &Visit, kept: &Kept, own: bool) -> impl IntoView + use<> {
    let provider = &kept.provider.value;
    let depend = match kept.people {
        0 => "Nobody signs in by it yet.".to_owned(),
        n => format!("{} by it. {}", people(n, "signs in", "sign in"), only(kept)),
    };
    let partners = match kept.partners {
        0 => None,
        1 => Some("1 partner organization names it.".to_owned()),
        n => Some(format!("{} partner organizations name it.", crate::say::number(n))),
    };
    let secret = match (kept.has_secret, &provider.settings.protocol) {
        (true, _) => "Kept, encrypted. It is never shown again.",
        (false, Protocol::OpenId { .. }) => "None: Lobby proves itself by PKCE alone.",
        (false, Protocol::OAuth2(_)) => "None is kept.",
    };
    let certificate = provider.certificate_ends_at.map(|end| {
        let end = until(&visit.zone(), end, visit.now());
        view! { <div><dt>"Certificate ends"</dt><dd>{end}<small>"As the provider showed it last."</small></dd></div> }
    });
    let switch = if provider.enabled { off(kept, own).into_any() } else { on(provider).into_any() };
    view! {
        <section class="card">
            <header><h2>"Standing"</h2></header>
            <dl class="facts">
                <div><dt>"People"</dt><dd>{depend} {partners.map(|said| view! { <small>{said}</small> })}</dd></div>
                <div><dt>"Client secret"</dt><dd>{secret}</dd></div>
                {certificate}
            </dl>
            {switch}
        </section>
    }
}

fn on(provider: &Provider) -> impl IntoView + use<> {
    let led = match provider.settings.domains.len() {
        0 => "It has no domain, so nobody is led to it by their address alone.".to_owned(),
        1 => "The people of its domain are led to it from then on.".to_owned(),
        n => format!("The people of its {n} domains are led to it from then on."),
    };
    view! {
        <form class="form" method="post" action=SwitchProvider::PATH>
            <Hidden name="id" value=provider.id.to_string()/>
            <Hidden name="on" value="true"/>
            <p class="hint">"It is off: nobody comes in by it. " {led}</p>
            <div class="actions"><button class="button">"Switch on"</button></div>
        </form>
    }
}

/// Asks first, and says what it does to whom: the numbers stand between the summary and the button.
fn off(kept: &Kept, own: bool) -> impl IntoView + use<> {
    let provider = &kept.provider.value;
    let mut losses = vec![match kept.people {
        0 => "Nobody signs in by it yet.".to_owned(),
        n => format!("{} by it. Their sessions that came by it end at once.", people(n, "signs in", "sign in")),
    }];
    if kept.only > 0 {
        losses.push(format!(
            "{} no other way, and cannot come in until it is on again.",
            people(kept.only, "has", "have")
        ));
    }
    if !provider.settings.domains.is_empty() {
        losses.push("Whoever is invited from its domains takes up the invitation by a code from then on.".to_owned());
    }
    if own {
        losses.push("You came by it yourself: you will be signed out.".to_owned());
    }
    let losses = losses.into_iter().map(|loss| view! { <li>{loss}</li> }).collect_view();
    view! {
        <details class="ask">
            <summary class="button danger">"Switch off…"</summary>
            <form class="form" method="post" action=SwitchProvider::PATH>
                <Hidden name="id" value=provider.id.to_string()/>
                <ul>{losses}</ul>
                <p class="hint">"Nothing is deleted: identities and settings stay."</p>
                <div class="actions"><button class="button danger primary">{format!("Switch {} off", provider.name)}</button></div>
            </form>
        </details>
    }
}

/// Codes while the provider is down.
pub fn passcodes(visit: &Visit, provider: &Provider, draft: &Draft<HoursForm>) -> AnyView {
    if !provider.is_open_id() || provider.settings.domains.is_empty() {
        return ().into_any();
    }
    if provider.settings.also_by_passcode {
        return view! {
            <section class="card">
                <header><h2>"When it is down"</h2></header>
                <p class="hint">"People of its domains may come by a code to their mailbox at any time, so nothing is to be done here."</p>
            </section>
        }
        .into_any();
    }
    let open = provider.passcode_until.filter(|until| visit.now() < *until).map(|until| {
        let said = format!("Open until {}.", visit.zone().format(until, "%-d %b, %H:%M"));
        view! {
            <form class="row" method="post" action=LetPasscodes::PATH>
                <Hidden name="id" value=provider.id.to_string()/>
                <Hidden name="form[hours]" value="0"/>
                <p><b>{said}</b></p>
                <button class="button small">"Shut now"</button>
            </form>
        }
    });
    let said = if open.is_some() { "Open anew" } else { "Open codes" };
    view! {
        <section class="card">
            <header>
                <h2>"When it is down"</h2>
                <p>"Its people have no other way while it does not answer. Codes to their mailbox can stand in for some hours."</p>
            </header>
            {open}
            <form class="form" method="post" action=LetPasscodes::PATH>
                <Hidden name="id" value=provider.id.to_string()/>
                <Field
                    name="form[hours]"
                    label="Hours from now"
                    kind="number"
                    size="short"
                    value=draft.typed.hours.clone()
                    problem=draft.problem("hours")
                    hint=format!("At most {MOST_PASSCODE_HOURS}.")
                />
                <div class="actions"><button class="button">{said}</button></div>
            </form>
        </section>
    }
    .into_any()
}

pub fn logo(provider: &Provider) -> impl IntoView + use<> {
    let remove =
        provider.logo.is_some().then(|| button(RemoveProviderLogo::PATH, provider.id, "button small", "Remove logo"));
    view! {
        <section class="card">
            <header><h2>"Logo"</h2> {remove}</header>
            {crate::admin::logo_form(
                routes::provider_logo_upload(provider.id),
                Some(view! { <Logo name=provider.name.to_string() logo=provider.logo.clone()/> }.into_any()),
            )}
        </section>
    }
}
