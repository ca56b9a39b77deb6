//! A browser without a window: asks the real router as a person's browser would, keeps cookies, and goes where it is
//! sent only when told to.

#![allow(dead_code, reason = "each test program uses a part of it")]

pub mod map;
mod page;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Mutex;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use server::config::Proxies;
use server::router::router;
use server::state::AppState;
use services::testing::Lobby;
use tower::ServiceExt;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

pub struct Browser {
    pub router: Router,
    pub origin: String,
    pub host: String,
    /// Such as `text/html`.
    pub accept: &'static str,
    /// Where it stands: no two people share one, or they share its limits.
    pub address: &'static str,
    /// What it says of itself beside what every browser says; the last word on a header.
    pub says: Vec<(&'static str, String)>,
    pub cookies: Mutex<BTreeMap<String, String>>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

/// The doors of this Lobby, without a socket.
pub fn doors(lobby: &Lobby) -> Router {
    router(AppState::new(lobby.services.clone(), Proxies::default()))
}

impl Browser {
    pub fn new(lobby: &Lobby) -> Self {
        Self::at(doors(lobby), lobby)
    }

    pub fn at(router: Router, lobby: &Lobby) -> Self {
        let url = &lobby.services.public_url;
        let origin = url.origin().ascii_serialization();
        let host = origin.split_once("://").unwrap().1.to_owned();
        let (address, says, cookies) = ("192.0.2.7:50000", Vec::new(), Mutex::default());
        Self { router, origin, host, accept: "text/html", address, says, cookies }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form as a page of Lobby would.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_text(path, "application/x-www-form-urlencoded", encoded(fields)).await
    }

    pub async fn post_text(&self, path: &str, kind: &str, body: impl Into<Body>) -> Answer {
        let request = self.request(Method::POST, path).header(header::CONTENT_TYPE, kind);
        self.send(request.body(body.into()).unwrap()).await
    }

    /// A request with everything that a browser sends by itself, to be changed before it is sent.
    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let cookies = self.cookies.lock().unwrap();
        let cookies: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder()
            .method(&method)
            .uri(path)
            .header(header::HOST, &self.host)
            .header(header::ACCEPT, self.accept)
            .header(header::USER_AGENT, FIREFOX)
            .header("sec-fetch-site", "same-origin")
            .extension(ConnectInfo(self.address.parse::<SocketAddr>().unwrap()));
        if method == Method::GET {
            request = request.header("sec-fetch-dest", "document").header("sec-fetch-mode", "navigate");
        } else {
            request = request.header(header::ORIGIN, &self.origin);
        }
        if cookies.is_empty() { request } else { request.header(header::COOKIE, cookies.join("; ")) }
    }

    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        for (name, value) in &self.says {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        self.keep(&parts.headers);
        Answer { status: parts.status, headers: parts.headers, bytes: to_bytes(body, usize::MAX).await.unwrap() }
    }

    fn keep(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().unwrap();
        for line in headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub fn is_signed_in(&self) -> bool {
        self.cookies.lock().unwrap().keys().any(|name| name.ends_with("lobby-session"))
    }
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Where it leads: the path of a redirect.
    pub fn leads_to(&self) -> &str {
        assert!(self.status.is_redirection(), "{} leads nowhere: {}", self.status, self.text());
        self.header("location")
    }

    /// The `Set-Cookie` line of this cookie.
    pub fn set_cookie(&self, name: &str) -> Option<&str> {
        let mut lines = self.headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap());
        lines.find(|line| line.starts_with(&format!("{name}=")))
    }
}

/// `application/x-www-form-urlencoded`.
pub fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// A form with one file in it, as a browser sends it: its content type and its body.
pub fn with_file(field: &str, name: &str, content: &[u8]) -> (String, Vec<u8>) {
    let mut body = format!(
        "--seam\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--seam--\r\n");
    ("multipart/form-data; boundary=seam".to_owned(), body)
}

/// The path of the first link of a letter that begins so.
pub fn link_in(letter: &str, beginning: &str) -> String {
    let at = letter.find(beginning).unwrap_or_else(|| panic!("no {beginning} in {letter}"));
    letter[at..].split(|c: char| c.is_whitespace() || c == '>' || c == ')').next().unwrap().to_owned()
}
