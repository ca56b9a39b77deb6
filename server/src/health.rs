//! For the supervisor: is the process alive, and can it serve.

use axum::extract::State;
use axum::http::StatusCode;

use crate::state::AppState;

/// `GET /health/live`
pub async fn live() -> &'static str {
    "alive\n"
}

/// `GET /health/ready`: the database answers and has every migration.
pub async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    match state.services.store.migrations().await {
        Ok((known, applied)) if known == applied => (StatusCode::OK, "ready\n"),
        Ok(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database has other migrations than this program\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}
