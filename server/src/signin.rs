//! The way to a provider and back, and its logout tokens: addresses that browsers and providers meet outside of pages.

use app::admin::providers::Told;
use app::door::signin::{begin_session, going_on};
use app::door::ways;
use app::routes;
use app::ssr::{self, Cookie, CookieLife, Draft, NothingTyped, Visit, keep_draft, problems};
use axum::Extension;
use axum::extract::{Form, Path, Query};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::id::{AttemptId, ProviderId};
use serde::Deserialize;
use services::federation::{self, Answered};
use services::signin::Opened;
use services::{Denied, Refusal};

use crate::layers::cookies;

/// `GET /signin/go/{attempt}`: a page of our own that goes on to the provider. A redirect from the POST that began it
/// would be held to `form-action`.
pub async fn go(Extension(visit): Extension<Visit>, Path(attempt): Path<String>) -> Response {
    let Ok(attempt) = attempt.parse::<AttemptId>() else { return Redirect::to(routes::SIGN_IN).into_response() };
    match federation::way(&visit.services, &visit.caller(), attempt).await {
        Ok(url) => {
            let href = escaped(url.as_str());
            let host = escaped(url.host_str().unwrap_or_default());
            Html(format!(
                "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Going on</title>\
                 <meta http-equiv=\"refresh\" content=\"0;url={href}\"></head>\
                 <body><p><a href=\"{href}\">Go on to {host}</a></p></body></html>"
            ))
            .into_response()
        }
        Err(Refusal::Denied(Denied::NotFound)) => Redirect::to(routes::SIGN_IN).into_response(),
        Err(refusal) => {
            let tried = federation::tried(&visit.services, &visit.caller(), attempt).await.unwrap_or_default();
            let back = tried.map_or_else(|| back_of(&visit).to_owned(), routes::test_provider);
            explain(&visit, &back, refusal).await
        }
    }
}

/// Where an attempt that failed began: somebody signed in was on their account page, somebody before the gate proved.
fn back_of(visit: &Visit) -> &'static str {
    match (&visit.viewer, &visit.held) {
        (Some(_), _) => routes::ACCOUNT,
        (None, Some(_)) => routes::PROVE,
        (None, None) => routes::SIGN_IN,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

#[derive(Deserialize)]
pub struct Parameters {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// `GET /signin/callback/{provider}`: the provider's answer (RFC 6749, section 4.1.2; RFC 9207).
pub async fn callback(
    Extension(visit): Extension<Visit>,
    Path(provider): Path<String>,
    Query(parameters): Query<Parameters>,
) -> Response {
    let Ok(provider) = provider.parse::<ProviderId>() else { return Redirect::to(routes::SIGN_IN).into_response() };
    let Parameters { code, state, iss, error } = parameters;
    let response = federation::Response { code, state, iss, error };
    let who = |errand| ways::who(&visit, errand);
    let answered = federation::answer(&visit.services, &visit.caller(), who, provider, response).await;
    match answered {
        Ok(Answered::Opened(opened, provider)) => open(&visit, opened, provider),
        Ok(Answered::Linked) => Redirect::to(&routes::with(routes::ACCOUNT, "done", "identity-linked")).into_response(),
        Ok(Answered::Proved(token, to)) => {
            let life = visit.whoever().map_or(CookieLife::Browser, |viewer| ssr::life_of(&visit, &viewer));
            let mut response = Redirect::to(&to.path()).into_response();
            cookies::append(&mut response, &visit, Cookie::Session, token.expose(), life);
            response
        }
        Ok(Answered::Tested(provider, asserted)) => {
            let draft = Draft { typed: Told { asserted: Some(*asserted) }, problems: Vec::new() };
            match keep_draft(&visit, <Told as ssr::Kept>::FORM, &draft).await {
                Ok(draft) => Redirect::to(&routes::drafted(&routes::test_provider(provider), draft)).into_response(),
                Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        }
        Err(refusal) if is_of_trial(&refusal) => explain(&visit, &routes::test_provider(provider), refusal).await,
        Err(refusal) => explain(&visit, back_of(&visit), refusal).await,
    }
}

fn is_of_trial(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Invalid(problems) if problems.iter().any(|found| found.code == federation::TRIAL_FAILED))
}

/// Leads on from a provider's word: into the panel, to consent, or to a code.
fn open(visit: &Visit, opened: Opened, provider: ProviderId) -> Response {
    match opened {
        Opened::Session { session, token, device, to } => {
            let mut response = Redirect::to(&going_on(to)).into_response();
            for (cookie, value, life) in begin_session(&session, &token, &device, Some(provider)) {
                cookies::append(&mut response, visit, cookie, &value, life);
            }
            response
        }
        Opened::Consent => Redirect::to(routes::CONSENT).into_response(),
        Opened::Code => Redirect::to(routes::CODE).into_response(),
    }
}

/// Back to where it began, with the reason in words.
async fn explain(visit: &Visit, back: &str, refusal: Refusal) -> Response {
    if let Refusal::Broken(error) = &refusal {
        tracing::error!(%error, request = %visit.correlation, "a provider's answer could not be taken");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let problems = problems(visit, refusal);
    match keep_draft(visit, <NothingTyped as ssr::Kept>::FORM, &Draft { typed: NothingTyped, problems }).await {
        Ok(draft) => Redirect::to(&routes::drafted(back, draft)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[derive(Deserialize)]
pub struct Logout {
    #[serde(default)]
    logout_token: String,
}

/// `POST /signin/backchannel/{provider}`: a logout token, which its signature authenticates (OpenID Connect Back-Channel
/// Logout 1.0, section 2.5). 200 where it was taken, 400 where it is not valid.
pub async fn back_channel(
    Extension(visit): Extension<Visit>,
    Path(provider): Path<String>,
    Form(Logout { logout_token }): Form<Logout>,
) -> Response {
    let Ok(provider) = provider.parse::<ProviderId>() else { return StatusCode::NOT_FOUND.into_response() };
    let (origin, correlation) = (visit.origin.clone(), visit.correlation);
    let taken = federation::logout::back_channel(&visit.services, provider, &logout_token, origin, correlation).await;
    let status = match taken {
        Ok(()) => StatusCode::OK,
        Err(Refusal::Denied(Denied::NotFound)) => StatusCode::NOT_FOUND,
        Err(Refusal::Rule(_)) => StatusCode::BAD_REQUEST,
        Err(refusal) => app::ssr::status(&refusal),
    };
    (status, [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))]).into_response()
}
