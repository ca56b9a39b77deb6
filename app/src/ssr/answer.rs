//! What a server function answers: where its deed leads on to, or what stands against it.

use std::future::Future;

use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use domain::problem::Problem;
use domain::time::Timestamp;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use services::{Denied, Refusal, Verb};

use super::{Draft, Kept, Visit, keep_draft, visit};
use crate::error::AppError;
use crate::routes;

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
    let problems = problems(&visit, refusal);
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

/// What a form was refused for: beside its fields, or as a whole.
pub fn problems(visit: &Visit, refusal: Refusal) -> Vec<Problem> {
    match refusal {
        Refusal::Invalid(problems) => problems,
        other => vec![as_problem(visit, &other)],
    }
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

/// Writes down who was refused what exists, and what broke.
pub async fn log_refusal(visit: &Visit, refusal: &Refusal) {
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

/// Adds a header to the answer.
pub fn set_header(name: HeaderName, value: &str) {
    if let (Some(response), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(value)) {
        response.append_header(name, value);
    }
}
