//! One log line a request: the matched route, never the raw path; and its id, which every error page shows.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use domain::id::RequestId;

use crate::state::AppState;

/// The name of this request, in its extensions and in the answer's `X-Request-Id`.
#[derive(Debug, Clone, Copy)]
pub struct RequestName(pub RequestId);

pub async fn requests(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id: RequestId = state.services.ids.next(state.services.now());
    request.extensions_mut().insert(RequestName(id));
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    let route = route.as_deref().unwrap_or("(none)");
    let (status, micros) = (response.status().as_u16(), began.elapsed().as_micros());
    if response.status().is_server_error() {
        tracing::error!(%method, route, status, micros, request = %id, "answered");
    } else {
        tracing::debug!(%method, route, status, micros, request = %id, "answered");
    }
    response
}
