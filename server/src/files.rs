//! Pictures, and the theme.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::settings::Accent;
use services::logos;

use crate::state::AppState;

const FOR_GOOD: (header::HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=31536000, immutable");

/// `GET /logo/{digest}`
pub async fn logo(State(state): State<AppState>, Path(digest): Path<String>) -> Response {
    match logos::get(&state.services, &digest).await {
        Ok(Some(png)) => ([(header::CONTENT_TYPE, "image/png"), FOR_GOOD], png).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "a logo could not be read");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// `GET /theme/{file}`: the color in the name is the whole content.
pub async fn theme(Path(name): Path<String>) -> Response {
    let color = name.strip_suffix(".css");
    match color.and_then(|color| Accent::parse(&format!("#{color}")).ok()) {
        Some(accent) => {
            ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), FOR_GOOD], app::theme::sheet(&accent)).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
