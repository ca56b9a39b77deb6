//! What no request passes without: the right host, the same origin for what changes something; and the headers of
//! every answer.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::event::{Action, Target, TargetKind};
use services::{Actor, origin, secret};

use crate::layers::client;
use crate::layers::log::RequestName;
use crate::state::AppState;

/// Endpoints that others than our own pages may post to: the signature of a logout token authenticates its provider.
const CROSS_SITE: &[&str] = &["/signin/backchannel/"];

/// The `Host` must be that of `public_url` (421); in demo mode 127.0.0.1 is led to localhost before any cookie is set.
pub async fn host(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/health/") {
        return next.run(request).await;
    }
    let authority = request.uri().authority().map(|authority| authority.as_str().to_owned());
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    let host = authority.or(named).unwrap_or_default();
    let expected = state.authority();
    if host.eq_ignore_ascii_case(&expected) {
        return next.run(request).await;
    }
    if state.services.demo && request.method() == Method::GET && host.starts_with("127.0.0.1") {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        return Redirect::temporary(&state.services.link(path)).into_response();
    }
    (StatusCode::MISDIRECTED_REQUEST, "This is not a host that Lobby answers for.\n").into_response()
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// `Sec-Fetch-Site: same-origin`, or where a browser does not send it, an equal `Origin`.
fn is_same_origin(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => text("origin").is_some_and(|sent| sent.eq_ignore_ascii_case(origin)),
    }
}

/// Every unsafe method comes from a page of our own, with a cookie or without; else 403.
pub async fn same_origin(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let origin = state.services.public_url.origin().ascii_serialization();
    if is_safe(request.method())
        || CROSS_SITE.iter().any(|path| request.uri().path().starts_with(path))
        || is_same_origin(request.headers(), &origin)
    {
        return next.run(request).await;
    }
    if let Some((actor, target)) = strange(&request, &state)
        && let Err(error) = state.services.note(&actor, Action::OriginRefused, target).await
    {
        tracing::error!(%error, "a refused origin was not written down");
    }
    (StatusCode::FORBIDDEN, "This request did not come from a page of Lobby.\n").into_response()
}

/// Who tried, from where, at which path: for the audit log.
fn strange(request: &Request, state: &AppState) -> Option<(Actor, Target)> {
    let RequestName(correlation) = *request.extensions().get::<RequestName>()?;
    let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let origin = origin::read(client::of(request, &state.proxies), agent, None);
    let actor = Actor { user: None, name: "another site".to_owned(), origin: Some(origin), correlation };
    Some((actor, Target::new(TargetKind::Path, "cross_origin", secret::hidden_in(request.uri().path()))))
}

/// The headers of every answer that does not set its own.
pub async fn headers(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let https = state.services.public_url.scheme() == "https";
    let headers = response.headers_mut();
    let mut set = |name: header::HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::CACHE_CONTROL, "no-store");
    set(header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(header::HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()");
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        is_same_origin(&headers, "https://lobby.example")
    }

    #[test]
    fn only_a_page_of_our_own_changes_anything() {
        assert!(passes(&[("sec-fetch-site", "same-origin")]));
        assert!(passes(&[("origin", "https://lobby.example")]));
        for refused in [
            &[][..],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://lobby.example")],
            &[("origin", "null")],
            &[("origin", "https://lobby.example.evil.example")],
            &[("origin", "http://lobby.example")],
        ] {
            assert!(!passes(refused), "{refused:?}");
        }
    }
}
