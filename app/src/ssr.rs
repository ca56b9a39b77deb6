//! What pages and server functions on the server stand on: the visit, the doorway, drafts, cookies.

use std::future::Future;

use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use domain::id::{DraftId, ProviderId, RequestId};
use domain::problem::Problem;
use domain::session::Origin;
use domain::time::{Span, Timestamp, Zone};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use services::access::Held;
use services::{Actor, Denied, Refusal, Secret, Services, Verb, Viewer};

use crate::error::AppError;
use crate::routes;

/// How long what was typed waits for the page that shows it again.
const DRAFT_LIFE: Span = Span::minutes(15);

/// One request: who, from where, with which services. The server makes it before any page.
#[derive(Clone)]
pub struct Visit {
    pub services: Services,
    /// Whoever is signed in and past the gate.
    pub viewer: Option<Viewer>,
    /// Whoever is signed in and stopped by an access policy.
    pub held: Option<Box<Held>>,
    pub origin: Origin,
    pub correlation: RequestId,
    /// The browser's own cookie, signed in or not: drafts and passcodes are bound to it.
    pub browser: Secret,
    /// The signed cookie of a browser that signed in before.
    pub device: Option<Secret>,
    /// The provider that this browser signed in by last.
    pub way: Option<ProviderId>,
    pub path: String,
    pub query: Query,
    /// `light` or `dark` where the person chose.
    pub theme: Option<&'static str>,
    pub wants_html: bool,
}

/// The parameters of the address, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(pub Vec<(String, String)>);

impl Query {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// The same parameters with one set anew, and those of paging and notices left out.
    pub fn with(&self, path: &str, name: &str, value: &str) -> String {
        let kept = self.0.iter().filter(|(key, value)| {
            key != name
                && !value.is_empty()
                && !matches!(key.as_str(), "after" | "before" | "done" | "problem" | "draft")
        });
        let set = (name.to_owned(), value.to_owned());
        let pairs: Vec<String> = kept
            .chain(std::iter::once(&set))
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| format!("{}={}", routes::url_encode(key), routes::url_encode(value)))
            .collect();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }
}

impl Visit {
    /// Whoever is signed in and past the gate.
    ///
    /// # Errors
    /// `SignIn` where nobody is; `Held` where an access policy stops them.
    pub fn viewer(&self) -> Result<Viewer, Denied> {
        let outside = if self.held.is_some() { Denied::Held } else { Denied::SignIn };
        self.viewer.clone().ok_or(outside)
    }

    /// Whoever is signed in, past the gate or before it: for signing out, leaving, proving who they are and accepting terms.
    ///
    /// # Errors
    /// `SignIn` where nobody is.
    pub fn whoever(&self) -> Result<Viewer, Denied> {
        let held = || self.held.as_ref().map(|held| held.viewer().clone());
        self.viewer.clone().or_else(held).ok_or(Denied::SignIn)
    }

    /// Whoever may set up a second factor: past the gate, or before it for want of something that they can bring.
    ///
    /// # Errors
    /// `SignIn` where nobody is; `Held` where an access policy blocks them.
    pub fn enrolling(&self) -> Result<Viewer, Denied> {
        match &self.held {
            Some(held) if held.stop.demand.is_none() => Err(Denied::Held),
            _ => self.whoever(),
        }
    }

    pub fn actor(&self) -> Actor {
        match self.whoever() {
            Ok(viewer) => viewer.actor().clone(),
            Err(_) => Actor::stranger(self.origin.clone(), self.correlation),
        }
    }

    /// The viewer's time zone, else the organization's.
    pub fn zone(&self) -> Zone {
        let own = self.whoever().ok().and_then(|viewer| viewer.user.time_zone);
        own.as_deref()
            .and_then(|name| Zone::parse(name).ok())
            .unwrap_or_else(|| self.services.tenant().organization.value.zone.clone())
    }

    pub fn now(&self) -> Timestamp {
        self.services.now()
    }
}

/// The visit of the request being answered.
///
/// # Errors
/// `SignIn` never; a missing visit is a fault of the server and answers as broken.
pub fn visit() -> Verb<Visit> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<Visit>().cloned()).ok_or(Refusal::Rule("broken"))
}

/// Where a doorway leads after its deed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next(String);

impl Next {
    pub fn to(path: impl Into<String>) -> Self {
        Self(path.into())
    }

    /// The page says by this code what was done.
    #[must_use]
    pub fn done(self, code: &str) -> Self {
        Self(routes::with(&self.0, "done", code))
    }
}

/// What a form held when it was sent, and what was wrong with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Draft<T> {
    pub typed: T,
    pub problems: Vec<Problem>,
}

impl<T: Default> Default for Draft<T> {
    fn default() -> Self {
        Self { typed: T::default(), problems: Vec::new() }
    }
}

impl<T> Draft<T> {
    /// A form as it is filled at first.
    pub fn fresh(typed: T) -> Self {
        Self { typed, problems: Vec::new() }
    }

    /// The sentence beside one field.
    pub fn problem(&self, field: &str) -> Option<String> {
        self.problems.iter().find(|problem| problem.field == field).map(crate::say::problem)
    }

    /// The sentences about the form as a whole.
    pub fn whole(&self) -> Vec<String> {
        self.problems.iter().filter(|problem| problem.field.is_empty()).map(crate::say::problem).collect()
    }
}

/// A form that is kept when it is refused, under the name of its page.
pub trait Kept: Serialize + DeserializeOwned + Send + Sync + 'static {
    const FORM: &'static str;
}

/// Where a refusal leads that a sign-in, a new proof or a second factor answers; after it, on to `back`.
pub fn leads_elsewhere(refusal: &Refusal, back: &str) -> Option<String> {
    match refusal {
        Refusal::Denied(Denied::SignIn) => Some(routes::SIGN_IN.to_owned()),
        Refusal::Denied(Denied::Held) => Some(routes::with(routes::ACCESS, "to", back)),
        Refusal::Denied(Denied::Stale) => Some(routes::with(routes::PROVE, "to", back)),
        Refusal::Denied(Denied::Multifactor) => Some(routes::use_factor(back)),
        Refusal::Denied(Denied::Factor) => Some(routes::with(&routes::use_factor(back), "problem", refusal.code())),
        _ => None,
    }
}

/// Runs the deed of a server function and leads on: to its page, back to the form with what was typed, to sign-in, or
/// back with the code of the refusal. A request that does not accept HTML gets the refusal as JSON with its status.
///
/// # Errors
/// To a client that is no browser: the refusal.
pub async fn doorway<T: Kept>(
    typed: T,
    back: impl Into<String>,
    deed: impl Future<Output = Verb<Next>> + Send,
) -> Result<(), AppError> {
    let back = back.into();
    let refusal = match deed.await {
        Ok(Next(path)) => {
            redirect(&path);
            return Ok(());
        }
        Err(refusal) => refusal,
    };
    let visit = visit().map_err(|refusal| AppError::code(refusal.code()))?;
    if !visit.wants_html {
        return Err(told(refusal).await);
    }
    log_refusal(&visit, &refusal).await;
    if let Some(elsewhere) = leads_elsewhere(&refusal, &back) {
        redirect(&elsewhere);
        return Ok(());
    }
    let problems = match refusal {
        Refusal::Invalid(problems) => problems,
        other => vec![as_problem(&visit, &other)],
    };
    match keep_draft(&visit, T::FORM, &Draft { typed, problems }).await {
        Ok(draft) => redirect(&routes::drafted(&back, draft)),
        Err(error) => {
            tracing::error!(%error, "a draft was not kept");
            redirect(&routes::with(&back, "problem", "broken"));
        }
    }
    Ok(())
}

/// A refusal for a client that is no browser, or for a script: with its status, and written down.
pub async fn told(refusal: Refusal) -> AppError {
    if let Ok(visit) = visit() {
        log_refusal(&visit, &refusal).await;
    }
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status(&refusal));
    }
    let code = refusal.code().to_owned();
    let problems = if let Refusal::Invalid(problems) = refusal { problems } else { Vec::new() };
    AppError { code, problems }
}

/// A form that could not be read: said on the page that it came from, and to a client that is no browser by a status.
/// Left alone, the browser would be led to whatever its `Referer` says, with nothing that a page shows.
pub fn unread(code: &'static str) {
    let status = match code {
        "arguments" => StatusCode::BAD_REQUEST,
        "form_too_large" => StatusCode::PAYLOAD_TOO_LARGE,
        _ => return,
    };
    let (Ok(visit), Some(response)) = (visit(), use_context::<ResponseOptions>()) else { return };
    if !visit.wants_html {
        return response.set_status(status);
    }
    let page = came_from(&visit).unwrap_or_else(|| routes::APPS.to_owned());
    redirect(&routes::with(&page, "problem", code));
}

/// The page of ours that a form was sent from.
fn came_from(visit: &Visit) -> Option<String> {
    let parts = use_context::<Parts>()?;
    let referer = parts.headers.get(header::REFERER)?.to_str().ok()?;
    let page = referer.strip_prefix(&visit.services.public_url.origin().ascii_serialization())?;
    page.starts_with('/').then(|| page.split(['?', '#']).next().unwrap_or_default().to_owned())
}

/// A refusal of the form as a whole, with the fact that explains it.
pub fn as_problem(visit: &Visit, refusal: &Refusal) -> Problem {
    use domain::invitation::RedeemError;
    use domain::passcode::PasscodeError;
    use domain::user::{Barred, StandingError};
    let at = |at: &Timestamp| visit.zone().format(*at, "%-d %B %Y, %H:%M");
    let fact = match refusal {
        Refusal::TooMany { until } => Some(at(until)),
        Refusal::Redeem(
            RedeemError::Expired(when)
            | RedeemError::Revoked(when)
            | RedeemError::Declined(when)
            | RedeemError::AlreadyAccepted(when),
        )
        | Refusal::Barred(Barred::Ended(when))
        | Refusal::Standing(StandingError::Gone(when)) => Some(at(when)),
        Refusal::Passcode(PasscodeError::Wrong { left }) => Some(left.to_string()),
        _ => None,
    };
    // What is wrong with a code is said beside its field.
    let field = if matches!(refusal, Refusal::Passcode(_)) { "code" } else { "" };
    Problem { field: field.to_owned(), code: refusal.code().to_owned(), fact }
}

/// For forms of one button, where there is nothing to keep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NothingTyped;

impl Kept for NothingTyped {
    const FORM: &'static str = "nothing";
}

async fn log_refusal(visit: &Visit, refusal: &Refusal) {
    match refusal {
        Refusal::Broken(error) => tracing::error!(%error, request = %visit.correlation, "a deed failed"),
        Refusal::Denied(Denied::NotFound | Denied::Forbidden) if visit.viewer.is_some() => {
            visit.services.note_refusal(&visit.actor(), &visit.path, refusal).await;
        }
        _ => {}
    }
}

pub fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::Denied(Denied::SignIn | Denied::Stale | Denied::Multifactor | Denied::Factor) => {
            StatusCode::UNAUTHORIZED
        }
        Refusal::Denied(Denied::NotFound) => StatusCode::NOT_FOUND,
        Refusal::Denied(Denied::Forbidden | Denied::Held) => StatusCode::FORBIDDEN,
        Refusal::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        Refusal::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        Refusal::Conflict => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// Keeps a form for the next GET of this browser.
///
/// # Errors
/// Where the database does not answer.
pub async fn keep_draft<T: Serialize>(visit: &Visit, form: &str, draft: &T) -> Verb<DraftId> {
    let now = visit.now();
    let id = visit.services.ids.next(now);
    let body = serde_json::to_string(draft).map_err(|_| Refusal::Rule("broken"))?;
    services::drafts::keep(&visit.services, id, &visit.browser, form, &body, now + DRAFT_LIFE).await?;
    Ok(id)
}

/// What this browser typed into the form before, where the address names it; else the form as `fresh` fills it.
///
/// # Errors
/// Where the database does not answer.
pub async fn draft_or<T: Kept>(visit: &Visit, fresh: T) -> Verb<Draft<T>> {
    let kept = match visit.query.get("draft").and_then(|id| id.parse().ok()) {
        Some(id) => services::drafts::get(&visit.services, id, &visit.browser, T::FORM).await?,
        None => None,
    };
    Ok(kept.and_then(|body| serde_json::from_str(&body).ok()).unwrap_or(Draft::fresh(fresh)))
}

/// The problems of a refused button (or of another form) that this address names.
pub async fn refused(visit: &Visit) -> Verb<Vec<String>> {
    Ok(draft_or(visit, NothingTyped).await?.whole())
}

/// Sends the browser on. Only to paths of our own.
pub fn redirect(path: &str) {
    // Browsers read a backslash as a slash.
    let own = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    if own && HeaderValue::from_str(path).is_ok() {
        leptos_axum::redirect(path);
    } else {
        leptos_axum::redirect(routes::APPS);
    }
}

/// The session goes on under this token.
pub fn renew_session(visit: &Visit, viewer: &Viewer, token: &Secret) {
    set_cookie(visit, Cookie::Session, token.expose(), life_of(visit, viewer));
}

/// How long the cookie of the viewer's session still lives.
pub fn life_of(visit: &Visit, viewer: &Viewer) -> CookieLife {
    let left = viewer.session.ends_at - visit.now();
    if viewer.session.kept { CookieLife::Until(left) } else { CookieLife::Browser }
}

/// Adds a header to the answer.
pub fn set_header(name: HeaderName, value: &str) {
    if let (Some(response), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(value)) {
        response.append_header(name, value);
    }
}

/// How long a cookie lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieLife {
    Browser,
    Until(Span),
    Gone,
}

/// The cookies of Lobby. On https their names have the `__Host-` prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    Session,
    Browser,
    Device,
    /// Which way this browser signed in last: a provider's id.
    Way,
    Theme,
}

impl Cookie {
    pub fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, true) => "__Host-lobby-session",
            (Self::Session, false) => "lobby-session",
            (Self::Browser, true) => "__Host-lobby-browser",
            (Self::Browser, false) => "lobby-browser",
            (Self::Device, true) => "__Host-lobby-device",
            (Self::Device, false) => "lobby-device",
            (Self::Way, true) => "__Host-lobby-way",
            (Self::Way, false) => "lobby-way",
            (Self::Theme, true) => "__Host-lobby-theme",
            (Self::Theme, false) => "lobby-theme",
        }
    }

    /// The value of a `Set-Cookie` header (RFC 6265): every cookie is `HttpOnly`, `SameSite=Lax`, for the whole site.
    pub fn set(self, secure: bool, value: &str, life: CookieLife) -> String {
        let age = match life {
            CookieLife::Browser => String::new(),
            CookieLife::Until(span) => format!("; Max-Age={}", span.0 / 1000),
            CookieLife::Gone => "; Max-Age=0".to_owned(),
        };
        let secure_flag = if secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure_flag}{age}", self.name(secure))
    }
}

/// Sets a cookie with the answer.
pub fn set_cookie(visit: &Visit, cookie: Cookie, value: &str, life: CookieLife) {
    let secure = visit.services.public_url.scheme() == "https";
    set_header(header::SET_COOKIE, &cookie.set(secure, value, life));
}
