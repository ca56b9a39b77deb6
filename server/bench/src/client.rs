//! One connection that is kept alive, as a browser keeps it.

use std::time::Duration;

use anyhow::Context as _;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, COOKIE, HOST, USER_AGENT};
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
/// An answer that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(30);

pub type Message = Request<Full<Bytes>>;

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

pub struct Client {
    send: SendRequest<Full<Bytes>>,
}

impl Client {
    pub async fn connect(port: u16) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let (send, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { send })
    }

    /// Sends and waits for the whole body.
    pub async fn ask(&mut self, message: Message) -> anyhow::Result<Answer> {
        let answered = async {
            self.send.ready().await?;
            let (parts, body) = self.send.send_request(message).await?.into_parts();
            let body = body.collect().await?.to_bytes();
            anyhow::Ok(Answer { status: parts.status, headers: parts.headers, body })
        };
        tokio::time::timeout(PATIENCE, answered).await.context("no answer in time")?
    }
}

/// A page as a browser asks for it.
pub fn get(port: u16, path: &str, cookie: Option<&str>) -> anyhow::Result<Message> {
    message("GET", port, path, cookie, Bytes::new())
}

/// A form as a browser sends it.
pub fn post(port: u16, path: &str, cookie: &str, form: String) -> anyhow::Result<Message> {
    let mut message = message("POST", port, path, Some(cookie), form.into())?;
    message.headers_mut().insert(CONTENT_TYPE, "application/x-www-form-urlencoded".parse()?);
    Ok(message)
}

/// The same from another client, as the trusted proxy says: limits count by client, and policies tell places apart.
pub fn from_elsewhere(mut message: Message, number: usize) -> anyhow::Result<Message> {
    let [a, b] = [number / 250 % 250, number % 250];
    message.headers_mut().insert("x-forwarded-for", format!("198.18.{a}.{b}").parse()?);
    Ok(message)
}

fn message(method: &str, port: u16, path: &str, cookie: Option<&str>, body: Bytes) -> anyhow::Result<Message> {
    let mut builder = Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, format!("localhost:{port}"))
        .header(USER_AGENT, BROWSER)
        .header(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
        .header(ACCEPT_ENCODING, "gzip, deflate, br, zstd")
        .header("x-forwarded-for", "198.51.100.7")
        .header("sec-fetch-dest", "document")
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-site", "same-origin");
    if let Some(cookie) = cookie {
        builder = builder.header(COOKIE, cookie);
    }
    Ok(builder.body(Full::new(body))?)
}
