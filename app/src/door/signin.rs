//! Signing in: the address, then the code that was sent to it.

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
use super::ways::sign_in_button;
use crate::error::AppError;
use crate::routes;
use crate::ssr::{
    self, Cookie, CookieLife, Kept, Next, NothingTyped, Visit, doorway, draft_or, keep_draft, refused, visit,
};
use crate::ui::{DoorFrame, Field, Hidden, Notice, Notices, Tone, page};

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

impl Kept for AddressForm {
    const FORM: &'static str = "sign-in";
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    pub code: String,
}

impl Kept for CodeForm {
    const FORM: &'static str = "code";
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
        let asked = Asked::to(Continuation::of(&form.to), form.keep);
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

#[server(prefix = "/fn", endpoint = "sign-in/code")]
pub async fn try_code(#[server(default)] form: CodeForm) -> Result<(), AppError> {
    // What was typed is a secret: a draft keeps the problem alone.
    doorway(CodeForm::default(), routes::CODE, async move {
        let visit = visit()?;
        let outcome = signin::sign_in(&visit.services, &visit.caller(), &form.code).await?;
        Ok(opened(&visit, outcome))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "sign-out")]
pub async fn sign_out() -> Result<(), AppError> {
    doorway(NothingTyped, routes::SIGN_IN, async move {
        let visit = visit()?;
        if let Some(viewer) = &visit.viewer {
            services::sessions::sign_out(&visit.services, viewer).await?;
        }
        ssr::set_cookie(&visit, Cookie::Session, "", CookieLife::Gone);
        Ok(Next::to(routes::SIGN_IN).done("signed-out"))
    })
    .await
}

#[component]
pub fn SignInPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let to = visit.query.get("to").unwrap_or_default().to_owned();
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

/// The form that takes the eight digits, for each purpose.
pub fn code_form(
    action: &'static str,
    draft: &ssr::Draft<CodeForm>,
    button: &'static str,
    to: Option<String>,
) -> impl IntoView + use<> {
    let problem = draft.problem("code");
    let described = problem.is_some().then_some("code-problem");
    view! {
        <form class="form" method="post" action=action>
            {to.map(|to| view! { <Hidden name="to" value=to/> })}
            <div class="field wide">
                <label for="code">"Code"</label>
                <input
                    class="code"
                    id="code"
                    name="form[code]"
                    inputmode="numeric"
                    autocomplete="one-time-code"
                    maxlength="9"
                    pattern="\\d{4} ?\\d{4}"
                    title="8 digits"
                    required=true
                    autofocus=true
                    aria-describedby=described
                    aria-invalid=described.map(|_| "true")
                />
                {problem.map(|problem| view! { <p class="problem" id="code-problem">{problem}</p> })}
            </div>
            <button class="button primary">{button}</button>
        </form>
    }
}

#[component]
pub fn CodePage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let asked = signin::asked_for(&visit.services, &visit.browser, Purpose::SignIn).await?;
        let draft = draft_or(&visit, CodeForm::default()).await?;
        let others = match &asked {
            Some(address) => signin::ways(&visit.services, address).await?.1,
            None => Vec::new(),
        };
        Ok(code_page(visit, asked, draft, others).into_any())
    })
}

fn code_page(
    visit: Visit,
    asked: Option<EmailAddress>,
    draft: ssr::Draft<CodeForm>,
    others: Vec<Provider>,
) -> impl IntoView + use<> {
    let Some(asked) = asked else {
        return view! {
            <DoorFrame visit=visit.clone() name="Enter the code">
                <h1>"Ask for a code first"</h1>
                <Notice tone=Tone::Info>"This browser has not asked for a code, or it was long ago."</Notice>
                <a class="button primary" href=routes::SIGN_IN>"Sign in"</a>
            </DoorFrame>
        }
        .into_any();
    };
    let mailbox = visit.services.demo.then(|| {
        view! { <p class="muted">"This is a demo: the code is in the "<a href=routes::MAILBOX>"mailbox"</a>"."</p> }
    });
    let typed = AddressForm { address: asked.as_str().to_owned(), ..AddressForm::default() };
    let others = (!others.is_empty()).then(|| {
        let buttons = others.iter().map(|provider| sign_in_button(provider, "button", &typed)).collect_view();
        view! {
            <div class="or">"other ways"</div>
            <div class="ways">{buttons}</div>
        }
    });
    view! {
        <DoorFrame visit=visit.clone() name="Enter the code">
            <h1>"Enter the code"</h1>
            <p class="lead">
                "If " <b>{asked.shown()}</b> " is known here, a letter with 8 digits is on its way. They hold for 10 minutes."
            </p>
            <Notices visit=visit.clone() problems=draft.whole()/>
            {code_form(TryCode::PATH, &draft, "Sign in", None)}
            {mailbox}
            {others}
            <div class="other">
                <form method="post" action=AskCode::PATH>
                    <Hidden name="form[address]" value=asked.as_str()/>
                    <Hidden name="form[code]" value="true"/>
                    <button class="link">"Send another code"</button>
                </form>
                <a href=routes::SIGN_IN>"Use another address"</a>
            </div>
        </DoorFrame>
    }
    .into_any()
}
