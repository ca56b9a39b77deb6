//! The HTML of a letter in the demo's mailbox, for the frame of its page.

use app::ssr::Visit;
use axum::Extension;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use services::mailbox;

/// A letter's own styles stand in attributes; nothing else of it runs or loads, and links open over the frame.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; \
                      sandbox allow-popups allow-top-navigation-by-user-activation";

/// `GET /mailbox/{letter}/letter`
pub async fn letter(Extension(visit): Extension<Visit>, Path(letter): Path<String>) -> Response {
    let Ok(letter) = letter.parse() else { return StatusCode::NOT_FOUND.into_response() };
    match mailbox::get(&visit.services, letter).await {
        Ok(letter) => {
            let html = letter.html.replacen("<head>", "<head><base target=\"_top\">", 1);
            ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response()
        }
        Err(refusal) => app::ssr::status(&refusal).into_response(),
    }
}
