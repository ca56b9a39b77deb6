//! Passkeys as the script of a page asks for them: a challenge, and what answers it. JSON of our own pages alone, bound to
//! the browser's cookie; the answer says where to go.

use app::door::signin::{begin_session, going_on};
use app::routes;
use app::ssr::{self, Cookie, Visit, as_problem, leads_elsewhere};
use axum::Extension;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::id::CeremonyId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use services::factors;
use services::passkeys::{self, Challenge};
use services::signin::{Asked, Continuation, Opened};
use services::{Refusal, Verb};

use crate::layers::cookies;

/// An answer has about two kilobytes.
pub const BODY_LIMIT: usize = 32 * 1024;

/// What the script sends.
#[derive(Deserialize)]
struct Answered {
    ceremony: CeremonyId,
    credential: Value,
    #[serde(default)]
    name: Option<String>,
    /// A path of our own; read as a [`Continuation`].
    #[serde(default)]
    to: Option<String>,
    #[serde(default)]
    keep: Option<bool>,
}

fn read(body: &str) -> Verb<Answered> {
    serde_json::from_str(body).map_err(|_| Refusal::Rule("arguments"))
}

/// `POST /passkey/sign-in/begin`
pub async fn begin_sign_in(Extension(visit): Extension<Visit>) -> Response {
    begun(&visit, passkeys::begin_sign_in(&visit.services, &visit.caller()).await)
}

/// `POST /passkey/sign-in`
pub async fn sign_in(Extension(visit): Extension<Visit>, body: String) -> Response {
    let deed = async {
        let Answered { ceremony, credential, to, keep, .. } = read(&body)?;
        let asked = Asked::to(Continuation::of(&to.unwrap_or_default()), keep.unwrap_or_default());
        passkeys::sign_in(&visit.services, &visit.caller(), ceremony, credential, asked).await
    };
    match deed.await {
        Ok(Opened::Session { session, token, device, to }) => {
            let mut response = leads(&going_on(to));
            // A passkey says nothing of the provider that this browser came by last.
            for (cookie, value, life) in begin_session(&session, &token, &device, visit.way) {
                cookies::append(&mut response, &visit, cookie, &value, life);
            }
            response
        }
        Ok(Opened::Consent) => leads(routes::CONSENT),
        Ok(Opened::Code) => leads(routes::CODE),
        Err(refusal) => refused(&visit, &refusal),
    }
}

/// `POST /passkey/add/begin`
pub async fn begin_adding(Extension(visit): Extension<Visit>) -> Response {
    let deed = async { passkeys::begin_adding(&visit.services, &visit.enrolling()?, &visit.caller()).await };
    begun(&visit, deed.await)
}

/// `POST /passkey/add`
pub async fn add(Extension(visit): Extension<Visit>, body: String) -> Response {
    let deed = async {
        let viewer = visit.enrolling()?;
        let Answered { ceremony, credential, name, to, .. } = read(&body)?;
        let name = name.unwrap_or_default();
        let added = passkeys::add(&visit.services, &viewer, &visit.caller(), ceremony, credential, &name).await?;
        // The codes for when it is lost come with the first factor.
        let codes = factors::mine(&visit.services, &viewer).await?.recovery_codes;
        let to = Continuation::of(&to.unwrap_or_default()).path();
        let to = if codes == 0 { routes::with(routes::RECOVERY, "to", &to) } else { to };
        Ok((added.token, to, ssr::life_of(&visit, &viewer)))
    };
    match deed.await {
        Ok((token, to, life)) => {
            let mut response = leads(&routes::with(&to, "done", "passkey-added"));
            cookies::append(&mut response, &visit, Cookie::Session, token.expose(), life);
            response
        }
        Err(refusal) => refused(&visit, &refusal),
    }
}

/// `POST /passkey/prove/begin`
pub async fn begin_proof(Extension(visit): Extension<Visit>) -> Response {
    let deed = async { passkeys::begin_proof(&visit.services, &visit.whoever()?, &visit.caller()).await };
    begun(&visit, deed.await)
}

/// `POST /passkey/prove`
pub async fn prove(Extension(visit): Extension<Visit>, body: String) -> Response {
    let deed = async {
        let viewer = visit.whoever()?;
        let Answered { ceremony, credential, to, .. } = read(&body)?;
        let to = Continuation::of(&to.unwrap_or_default());
        let token = passkeys::prove_again(&visit.services, &viewer, &visit.caller(), ceremony, credential).await?;
        Ok((to, token, ssr::life_of(&visit, &viewer)))
    };
    match deed.await {
        Ok((to, token, life)) => {
            let mut response = leads(&match to {
                // A launch goes on to another site; it shows no notices.
                Continuation::Launch(_) => going_on(to),
                to => routes::with(&to.path(), "done", "proved"),
            });
            cookies::append(&mut response, &visit, Cookie::Session, token.expose(), life);
            response
        }
        Err(refusal) => refused(&visit, &refusal),
    }
}

fn begun(visit: &Visit, challenge: Verb<Challenge>) -> Response {
    match challenge {
        Ok(challenge) => said(StatusCode::OK, &challenge),
        Err(refusal) => refused(visit, &refusal),
    }
}

fn leads(to: &str) -> Response {
    said(StatusCode::OK, &json!({ "to": to }))
}

/// The reason in words, beside the button; or where to prove first.
fn refused(visit: &Visit, refusal: &Refusal) -> Response {
    if let Refusal::Broken(error) = refusal {
        tracing::error!(%error, request = %visit.correlation, "a passkey could not be taken");
    }
    let to = leads_elsewhere(refusal, routes::ACCOUNT);
    let problem = match refusal {
        Refusal::Invalid(problems) => problems.first().map(app::say::problem),
        other => Some(app::say::problem(&as_problem(visit, other))),
    };
    said(ssr::status(refusal), &json!({ "problem": problem, "to": to }))
}

fn said(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_string(body) {
        Ok(text) => (status, [(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
