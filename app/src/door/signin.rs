//! Signing in: the address, what it leads to, and the session that begins.

use domain::continuation::Continuation;
use domain::id::ProviderId;
use domain::passcode::Purpose;
use domain::problem::Problems;
use domain::provider::{Provider, Way};
use domain::session::Session;
use domain::text::EmailAddress;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::federation::{self, Errand};
use services::signin::Asked;
use services::{Refusal, Secret, signin};

use super::passkey::SignInByPasskey;
use super::ways::{begin, way_button};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{
    self, Cookie, CookieLife, Kept, Next, NothingTyped, Visit, doorway, draft_or, keep_draft, refused, visit,
};
use crate::ui::{DoorFrame, Field, Hidden, Notices, page};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AddressForm {
    pub address: String,
    pub keep: bool,
    /// A code is wanted though a provider is offered first.
    pub code: bool,
    /// A path of our own; read as a [`Continuation`].
    pub to: String,
}

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

impl Kept for AddressForm {
    const FORM: &'static str = "sign-in";
}

impl Visit {
    pub fn caller(&self) -> signin::Caller<'_> {
        signin::Caller {
            browser: &self.browser,
            device: self.device.as_ref(),
            origin: &self.origin,
            correlation: self.correlation,
        }
    }
}

/// The cookies of a session that has just begun: a new token, a new browser cookie, the device's, and the way in.
pub fn begin_session(
    session: &Session,
    token: &Secret,
    device: &Secret,
    way: Option<ProviderId>,
) -> [(Cookie, String, CookieLife); 4] {
    let life = if session.kept { CookieLife::Until(session.ends_at - session.created_at) } else { CookieLife::Browser };
    let year = CookieLife::Until(domain::time::Span::days(365));
    let way = way.map_or((String::new(), CookieLife::Gone), |way| (way.to_string(), year));
    [
        (Cookie::Session, token.expose().to_owned(), life),
        (Cookie::Browser, Secret::random().expose().to_owned(), CookieLife::Browser),
        (Cookie::Device, device.expose().to_owned(), year),
        (Cookie::Way, way.0, way.1),
    ]
}

/// Leads on from a proof: into the panel, or to consent.
pub fn opened(visit: &Visit, opened: signin::Opened) -> Next {
    match opened {
        signin::Opened::Session { session, token, device, to } => {
            let way = session.by.as_ref().map(|by| by.provider);
            for (cookie, value, life) in begin_session(&session, &token, &device, way) {
                ssr::set_cookie(visit, cookie, &value, life);
            }
            Next::to(going_on(to))
        }
        signin::Opened::Consent => Next::to(routes::CONSENT),
        signin::Opened::Code => Next::to(routes::CODE),
    }
}

/// A POST never redirects to a launch: the browser would apply `form-action` to the application's own address.
pub fn going_on(to: Continuation) -> String {
    match to {
        Continuation::Launch(app) => format!("/go/{app}"),
        to => to.path(),
    }
}

#[server(prefix = "/fn", endpoint = "sign-in/ask")]
pub async fn ask_code(#[server(default)] form: AddressForm) -> Result<(), AppError> {
    let back = routes::with(routes::SIGN_IN, "to", &form.to);
    let typed = form.clone();
    doorway(typed, back, async move {
        let visit = visit()?;
        let mut problems = Problems::default();
        let address = problems.take("address", EmailAddress::parse(&form.address));
        let address = problems.done(address).map_err(Refusal::Invalid)?;
        let (offer, _) = signin::ways(&visit.services, &address).await?;
        let offer = offer.by_code(visit.device.is_some() && visit.way.is_none(), form.code);
        let fresh = Asked::to(Continuation::of(&form.to), form.keep);
        // Another code for the same address goes on with what the first one was for.
        let before = match form.code {
            true => signin::asked_before(&visit.services, &visit.browser, &address).await?,
            false => None,
        };
        let asked = before.unwrap_or(fresh);
        match offer.first {
            Way::Passcode => {
                signin::ask(&visit.services, &visit.caller(), Purpose::SignIn, &address, &asked).await?;
                Ok(Next::to(routes::CODE))
            }
            Way::Provider(provider) if offer.others.is_empty() => {
                let asked = Asked { hint: Some(form.address), ..asked };
                let (caller, errand) = (visit.caller(), Errand::SignIn);
                let attempt = federation::start(&visit.services, &caller, None, provider, errand, &asked).await?;
                Ok(Next::to(routes::go_to_provider(attempt)))
            }
            Way::Provider(_) => {
                let draft = keep_draft(&visit, AddressForm::FORM, &ssr::Draft::fresh(form)).await?;
                Ok(Next::to(routes::drafted(routes::WAYS, draft)))
            }
        }
    })
    .await
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

#[server(prefix = "/fn", endpoint = "sign-out")]
pub async fn sign_out() -> Result<(), AppError> {
    doorway(NothingTyped, routes::SIGN_IN, async move {
        let visit = visit()?;
        if let Ok(viewer) = visit.whoever() {
            services::sessions::sign_out(&visit.services, &viewer).await?;
        }
        ssr::set_cookie(&visit, Cookie::Session, "", CookieLife::Gone);
        Ok(Next::to(routes::SIGN_IN).done("signed-out"))
    })
    .await
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

#[component]
pub fn SignInPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let to = visit.query.get("to").unwrap_or_default().to_owned();
        if visit.held.is_some() {
            ssr::redirect(&routes::with(routes::ACCESS, "to", &to));
            return Ok(().into_any());
        }
        let draft = draft_or(&visit, AddressForm { to, ..AddressForm::default() }).await?;
        let mut problems = refused(&visit).await?;
        problems.extend(draft.whole());
        let named = visit.query.get("with").and_then(|id| id.parse().ok());
        let (last, others) = signin::front_door(&visit.services, named.or(visit.way)).await?;
        Ok(sign_in(visit, draft, problems, last, others).into_any())
    })
}

fn sign_in(
    visit: Visit,
    draft: ssr::Draft<AddressForm>,
    problems: Vec<String>,
    last: Option<Provider>,
    others: Vec<Provider>,
) -> impl IntoView + use<> {
    let first = last.is_none();
    let class = if first { "button primary" } else { "button" };
    let last = last.map(|provider| {
        view! {
            <div class="ways">{sign_in_button(&provider, "button primary", &draft.typed)}</div>
            <div class="or">"or"</div>
        }
    });
    let others = (!others.is_empty()).then(|| {
        let buttons = others.iter().map(|provider| sign_in_button(provider, "button", &draft.typed)).collect_view();
        view! {
            <div class="or">"other ways"</div>
            <div class="ways">{buttons}</div>
        }
    });
    let people = visit.services.demo.then(|| {
        view! {
            <p class="muted">
                "This is a demo: codes arrive in the "<a href=routes::MAILBOX>"mailbox"</a>
                ". Try ida@lindenhof.example (administrator), olga@lindenhof.example (owner) or ada@praxis-nord.example (guest)."
            </p>
        }
    });
    view! {
        <DoorFrame visit=visit.clone() name="Sign in">
            <h1>"Sign in"</h1>
            <p class="lead">"With the account of your organization, or with a code by e-mail. There is no password here."</p>
            <Notices visit=visit.clone() problems=problems/>
            {last}
            <form class="form" method="post" action=AskCode::PATH>
                <Hidden name="form[to]" value=draft.typed.to.clone()/>
                <Field
                    name="form[address]"
                    label="E-mail address"
                    kind="email"
                    value=draft.typed.address.clone()
                    problem=draft.problem("address")
                    autocomplete="username webauthn"
                    size="wide"
                    autofocus=first
                />
                <label class="choice">
                    <input type="checkbox" name="form[keep]" value="true" checked=draft.typed.keep/>
                    <span>"Keep me signed in " <small>"on this device, for as long as the session lasts"</small></span>
                </label>
                <button class=class>"Continue"</button>
            </form>
            {others}
            <SignInByPasskey visit=visit.clone() to=draft.typed.to.clone()/>
            {people}
            <div class="other"><a href=routes::LOST>"Lost your invitation?"</a></div>
        </DoorFrame>
    }
}
