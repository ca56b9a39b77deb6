//! Makes the visit that pages and server functions stand on: who it is, from where, in which browser.

use app::ssr::{Cookie, CookieLife, Query, Visit};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use services::access::{self, Admission};
use services::{Secret, origin, sessions};

use super::client;
use super::log::RequestName;
use crate::state::AppState;

/// The value of a cookie that was sent.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value)
}

fn query(text: &str) -> Query {
    Query(url::form_urlencoded::parse(text.as_bytes()).into_owned().take(64).collect())
}

pub async fn visits(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let secure = state.services.public_url.scheme() == "https";
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let origin = origin::read(client::of(&request, &state.proxies), text("user-agent"), text("sec-ch-ua-platform"));
    let correlation = match request.extensions().get::<RequestName>() {
        Some(name) => name.0,
        None => state.services.ids.next(state.services.now()),
    };
    let (viewer, held) = match cookie(headers, Cookie::Session.name(secure)).map(Secret::given) {
        Some(token) => match sessions::viewer(&state.services, &token, origin.clone(), correlation).await {
            Ok(None) => (None, None),
            Ok(Some(viewer)) => match access::admit(&state.services, viewer).await {
                Ok(Admission::Full(viewer)) => (Some(*viewer), None),
                Ok(Admission::Held(held)) => (None, Some(held)),
                Err(error) => {
                    tracing::error!(%error, request = %correlation, "the access policies could not be asked");
                    return axum::http::StatusCode::SERVICE_UNAVAILABLE.into_response();
                }
            },
            Err(error) => {
                tracing::error!(%error, request = %correlation, "a session could not be looked up");
                return axum::http::StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
        },
        None => (None, None),
    };
    let sent = cookie(headers, Cookie::Browser.name(secure)).filter(|value| value.len() == 43).map(Secret::given);
    let fresh = sent.is_none().then(Secret::random);
    let visit = Visit {
        services: state.services.clone(),
        viewer,
        held,
        origin,
        correlation,
        browser: sent.or_else(|| fresh.clone()).unwrap_or_else(Secret::random),
        device: cookie(headers, Cookie::Device.name(secure)).map(Secret::given),
        way: cookie(headers, Cookie::Way.name(secure)).and_then(|way| way.parse().ok()),
        path: request.uri().path().to_owned(),
        query: query(request.uri().query().unwrap_or_default()),
        theme: match cookie(headers, Cookie::Theme.name(secure)) {
            Some("light") => Some("light"),
            Some("dark") => Some("dark"),
            _ => None,
        },
        wants_html: text("accept").is_some_and(|accept| accept.contains("text/html")),
    };
    request.extensions_mut().insert(visit);
    let mut response = next.run(request).await;
    if let Some(fresh) = fresh {
        let set = Cookie::Browser.set(secure, fresh.expose(), CookieLife::Browser);
        let already = response
            .headers()
            .get_all(header::SET_COOKIE)
            .iter()
            .any(|line| line.to_str().is_ok_and(|line| line.starts_with(Cookie::Browser.name(secure))));
        if let (false, Ok(value)) = (already, HeaderValue::from_str(&set)) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}
