//! `/launch/{id}`: the gate to an application. Checks the assignment, writes the sign-in record, and leads on.

use app::routes;
use app::ssr::Visit;
use axum::Extension;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::id::AppId;
use services::applications::Launch;
use services::{Denied, Refusal, applications};

/// `GET /launch/{app}`
pub async fn launch(Extension(visit): Extension<Visit>, headers: HeaderMap, Path(app): Path<String>) -> Response {
    let Ok(app) = app.parse::<AppId>() else { return Redirect::to(routes::APPS).into_response() };
    if !is_navigation(&headers) {
        return (StatusCode::FORBIDDEN, "A launch is a navigation of its own.\n").into_response();
    }
    if visit.held.is_some() {
        return Redirect::to(&routes::with(routes::ACCESS, "to", &routes::launch(app))).into_response();
    }
    let Some(viewer) = &visit.viewer else {
        return Redirect::to(&routes::with(routes::SIGN_IN, "to", &routes::launch(app))).into_response();
    };
    match applications::launch(&visit.services, viewer, app).await {
        Ok(Launch::Go(url)) => Redirect::to(url.as_str()).into_response(),
        Ok(Launch::Stopped(attempt)) => {
            let page = routes::with(&routes::access(app), "attempt", &attempt.to_string());
            Redirect::to(&page).into_response()
        }
        // It ended while it was on its way.
        Err(Refusal::Denied(Denied::SignIn)) => {
            Redirect::to(&routes::with(routes::SIGN_IN, "to", &routes::launch(app))).into_response()
        }
        Err(Refusal::Denied(Denied::NotFound) | Refusal::Rule(_)) => {
            Redirect::to(&routes::not_open(app)).into_response()
        }
        Err(error) => {
            tracing::error!(%error, request = %visit.correlation, "a launch failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// `GET /go/{app}`: after a sign-in, a page of our own that goes on to the launch. A redirect from the POST itself
/// would be held to `form-action`.
pub async fn go_on(Path(app): Path<String>) -> Response {
    let Ok(app) = app.parse::<AppId>() else { return Redirect::to(routes::APPS).into_response() };
    let path = routes::launch(app);
    Html(format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Going on</title>\
         <meta http-equiv=\"refresh\" content=\"0;url={path}\"></head>\
         <body><p><a href=\"{path}\">Go on to the application</a></p></body></html>"
    ))
    .into_response()
}

/// No prefetch, no frame, no picture: a person who goes there.
fn is_navigation(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let prefetch = [text("sec-purpose"), text("purpose"), text("x-moz")].into_iter().flatten();
    text("sec-fetch-dest").is_none_or(|dest| dest == "document")
        && !prefetch.into_iter().any(|purpose| purpose.contains("prefetch") || purpose.contains("prerender"))
}
