//! The pages that the demo's applications open.

use app::ssr::Visit;
use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

const NAMES: &[(&str, &str)] = &[("records", "Records"), ("rota", "Rota"), ("images", "Images")];

/// `GET /demo/{name}`: stands where the application itself would.
pub async fn application(Extension(visit): Extension<Visit>, Path(name): Path<String>) -> Response {
    let found = NAMES.iter().find(|(known, _)| *known == name).filter(|_| visit.services.demo);
    let Some((_, name)) = found else { return StatusCode::NOT_FOUND.into_response() };
    Html(format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{name}</title></head>\
         <body><h1>{name}</h1><p>This is where the application itself opens. Close this tab to go back to Lobby.</p>\
         </body></html>"
    ))
    .into_response()
}
