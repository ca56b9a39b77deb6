//! The cookies of Lobby: their names, how long they live, and how they are set.

use axum::http::header;
use domain::time::Span;
use services::{Secret, Viewer};

use super::{Visit, set_header};

/// How long a cookie lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieLife {
    Browser,
    Until(Span),
    Gone,
}

/// The cookies of Lobby. On https their names have the `__Host-` prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    Session,
    Browser,
    Device,
    /// Which way this browser signed in last: a provider's id.
    Way,
    Theme,
}

impl Cookie {
    pub fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, true) => "__Host-lobby-session",
            (Self::Session, false) => "lobby-session",
            (Self::Browser, true) => "__Host-lobby-browser",
            (Self::Browser, false) => "lobby-browser",
            (Self::Device, true) => "__Host-lobby-device",
            (Self::Device, false) => "lobby-device",
            (Self::Way, true) => "__Host-lobby-way",
            (Self::Way, false) => "lobby-way",
            (Self::Theme, true) => "__Host-lobby-theme",
            (Self::Theme, false) => "lobby-theme",
        }
    }

    /// The value of a `Set-Cookie` header (RFC 6265): every cookie is `HttpOnly`, `SameSite=Lax`, for the whole site.
    pub fn set(self, secure: bool, value: &str, life: CookieLife) -> String {
        let age = match life {
            CookieLife::Browser => String::new(),
            CookieLife::Until(span) => format!("; Max-Age={}", span.0 / 1000),
            CookieLife::Gone => "; Max-Age=0".to_owned(),
        };
        let secure_flag = if secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure_flag}{age}", self.name(secure))
    }
}

/// Sets a cookie with the answer.
pub fn set_cookie(visit: &Visit, cookie: Cookie, value: &str, life: CookieLife) {
    let secure = visit.services.public_url.scheme() == "https";
    set_header(header::SET_COOKIE, &cookie.set(secure, value, life));
}

/// The session goes on under this token.
pub fn renew_session(visit: &Visit, viewer: &Viewer, token: &Secret) {
    set_cookie(visit, Cookie::Session, token.expose(), life_of(visit, viewer));
}

/// How long the cookie of the viewer's session still lives.
pub fn life_of(visit: &Visit, viewer: &Viewer) -> CookieLife {
    let left = viewer.session.ends_at - visit.now();
    if viewer.session.kept { CookieLife::Until(left) } else { CookieLife::Browser }
}
