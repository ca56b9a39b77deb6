//! Cookies of answers that are not pages.

use app::ssr::{Cookie, CookieLife, Visit};
use axum::http::{HeaderValue, header};
use axum::response::Response;

pub fn append(response: &mut Response, visit: &Visit, cookie: Cookie, value: &str, life: CookieLife) {
    let secure = visit.services.public_url.scheme() == "https";
    if let Ok(line) = HeaderValue::from_str(&cookie.set(secure, value, life)) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
}
