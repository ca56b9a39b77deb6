//! The one HTTP client: for addresses that administrators and other people's servers name. It goes to public networks
//! and to those that the configuration lists, to nothing else; it follows no redirect and waits for nobody long.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::time::Timestamp;
use http::{Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use ipnet::IpNet;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

/// For one answer, from the look-up of the name to its last byte.
const PATIENCE: Duration = Duration::from_secs(5);
const MOST_BYTES: usize = 1024 * 1024;

#[derive(Clone)]
pub struct Outbound {
    /// Networks that are not public and may be gone to all the same.
    allowed: Arc<[IpNet]>,
    tls: TlsConnector,
    /// When the certificate ends that a host and port showed last.
    shown: Arc<Mutex<HashMap<String, Timestamp>>>,
}

/// Why there is no answer. The words may be shown to administrators: they hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    #[error("the address is neither https nor http on this machine")]
    Scheme,
    #[error("{0} cannot be found")]
    Unknown(String),
    #[error("{0} is at an address that is not public; the key outbound_networks of the configuration can allow it")]
    NotPublic(String),
    #[error("the connection failed: {0}")]
    Connection(String),
    #[error("no answer within {} seconds", PATIENCE.as_secs())]
    Slow,
    #[error("the answer has more than {} KiB", MOST_BYTES / 1024)]
    Large,
    #[error("the answer leads to another address")]
    Redirect,
}

impl Outbound {
    /// # Errors
    /// Where this machine has no root certificates to trust.
    pub fn new(allowed: &[IpNet]) -> Result<Self, rustls::Error> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Self::trusting(allowed, roots)
    }

    /// The same, trusting these authorities alone.
    ///
    /// # Errors
    /// Where none is among them.
    pub fn trusting(allowed: &[IpNet], roots: rustls::RootCertStore) -> Result<Self, rustls::Error> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { allowed: allowed.into(), tls: TlsConnector::from(Arc::new(config)), shown: Arc::default() })
    }

    /// When the first of the certificates ends that these addresses showed last; `None` where none was shown, as by http
    /// on this machine.
    pub fn certificate_ends<'u>(&self, urls: impl IntoIterator<Item = &'u Url>) -> Option<Timestamp> {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        urls.into_iter().filter_map(|url| shown.get(place(url)).copied()).min()
    }

    /// # Errors
    /// Where the address may not be gone to, or nobody there answers as they should.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, OutboundError> {
        tokio::time::timeout(PATIENCE, self.exchange(request)).await.map_err(|_| OutboundError::Slow)?
    }

    /// `GET`, as JSON.
    ///
    /// # Errors
    /// As [`Outbound::send`].
    pub async fn get(&self, url: &Url, bearer: Option<&str>) -> Result<Response<Vec<u8>>, OutboundError> {
        let mut request = Request::get(url.as_str()).header(header::ACCEPT, "application/json");
        if let Some(token) = bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.send(request.body(Vec::new()).map_err(|_| OutboundError::Scheme)?).await
    }

    async fn exchange(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, OutboundError> {
        let url = Url::parse(&request.uri().to_string()).map_err(|_| OutboundError::Scheme)?;
        let (host, at) = self.resolve(&url).await?;
        let stream = connect(&at).await?;
        let answer = if url.scheme() == "https" {
            let name = ServerName::try_from(host).map_err(|_| OutboundError::Scheme)?;
            let stream = self.tls.connect(name, stream).await.map_err(failed)?;
            self.remember(&url, stream.get_ref().1.peer_certificates());
            ask(stream, &url, request).await?
        } else {
            ask(stream, &url, request).await?
        };
        if answer.status().is_redirection() {
            return Err(OutboundError::Redirect);
        }
        let (parts, body) = answer.into_parts();
        Ok(Response::from_parts(parts, read(body).await?))
    }

    /// The first certificate is the host's own; those after it are renewed by others.
    fn remember(&self, url: &Url, certificates: Option<&[CertificateDer<'_>]>) {
        let Some(own) = certificates.and_then(<[_]>::first) else { return };
        let Ok((_, read)) = x509_parser::parse_x509_certificate(own) else { return };
        let ends_at = Timestamp(read.validity().not_after.timestamp().saturating_mul(1000));
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).insert(place(url).to_owned(), ends_at);
    }

    /// Looks the name up once; what is connected to is what was checked.
    async fn resolve(&self, url: &Url) -> Result<(String, Vec<SocketAddr>), OutboundError> {
        let port = url.port_or_known_default().ok_or(OutboundError::Scheme)?;
        let (name, found): (String, Vec<IpAddr>) = match url.host().ok_or(OutboundError::Scheme)? {
            Host::Ipv4(address) => (address.to_string(), vec![address.into()]),
            Host::Ipv6(address) => (address.to_string(), vec![address.into()]),
            // RFC 6761, section 6.3: these names are this machine, whatever a resolver says.
            Host::Domain(name) if name == "localhost" || name.ends_with(".localhost") => {
                let here = [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()];
                let allowed: Vec<IpAddr> = here.into_iter().filter(|address| self.may_go_to(*address)).collect();
                (name.to_owned(), if allowed.is_empty() { here.to_vec() } else { allowed })
            }
            Host::Domain(name) => {
                let looked_up = tokio::net::lookup_host((name, port)).await;
                let unknown = |_| OutboundError::Unknown(name.to_owned());
                (name.to_owned(), looked_up.map_err(unknown)?.map(|at| at.ip()).collect())
            }
        };
        let found: Vec<IpAddr> = found.into_iter().map(|address| address.to_canonical()).collect();
        let on_this_machine = found.iter().all(IpAddr::is_loopback);
        if url.scheme() != "https" && !(url.scheme() == "http" && on_this_machine) {
            return Err(OutboundError::Scheme);
        }
        if found.iter().any(|address| !self.may_go_to(*address)) {
            return Err(OutboundError::NotPublic(name));
        }
        if found.is_empty() {
            return Err(OutboundError::Unknown(name));
        }
        Ok((name, found.into_iter().map(|address| SocketAddr::new(address, port)).collect()))
    }

    fn may_go_to(&self, address: IpAddr) -> bool {
        is_public(address) || self.allowed.iter().any(|net| net.contains(&address))
    }
}

impl<'c> oauth2::AsyncHttpClient<'c> for Outbound {
    type Error = OutboundError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Vec<u8>>, OutboundError>> + Send + 'c>>;

    fn call(&'c self, request: Request<Vec<u8>>) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// Who shows a certificate.
fn place(url: &Url) -> &str {
    &url[url::Position::BeforeHost..url::Position::AfterPort]
}

async fn connect(at: &[SocketAddr]) -> Result<TcpStream, OutboundError> {
    let mut last = OutboundError::Slow;
    for address in at {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                stream.set_nodelay(true).map_err(failed)?;
                return Ok(stream);
            }
            Err(error) => last = failed(error),
        }
    }
    Err(last)
}

fn failed(error: impl std::fmt::Display) -> OutboundError {
    OutboundError::Connection(error.to_string())
}

async fn ask<S>(stream: S, url: &Url, request: Request<Vec<u8>>) -> Result<Response<Incoming>, OutboundError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut parts, body) = request.into_parts();
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    parts.uri = path.parse().map_err(|_| OutboundError::Scheme)?;
    parts.headers.insert(header::HOST, place(url).parse().map_err(|_| OutboundError::Scheme)?);
    parts.headers.insert(header::USER_AGENT, header::HeaderValue::from_static("Lobby"));
    let (mut send, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    // Ends with the answer, or when the caller has no more patience and lets go of it.
    tokio::spawn(connection);
    send.send_request(Request::from_parts(parts, Full::new(Bytes::from(body)))).await.map_err(failed)
}

async fn read(mut body: Incoming) -> Result<Vec<u8>, OutboundError> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(failed)?.into_data() else { continue };
        if bytes.len() + data.len() > MOST_BYTES {
            return Err(OutboundError::Large);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

/// Networks within the public ranges that are not public: IANA's special-purpose registries (RFC 6890 and its updates).
const NOT_PUBLIC: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
    // Of v6, 2000::/3 is public but for these; 6to4 and Teredo carry a v4 address inside.
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
];

fn is_public(address: IpAddr) -> bool {
    static NETS: std::sync::LazyLock<Vec<IpNet>> =
        std::sync::LazyLock::new(|| NOT_PUBLIC.iter().filter_map(|net| net.parse().ok()).collect());
    let global = match address {
        IpAddr::V4(_) => true,
        IpAddr::V6(v6) => v6.segments()[0] & 0xe000 == 0x2000,
    };
    global && !NETS.iter().any(|net| net.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public_in_whatever_form() {
        for text in ["8.8.8.8", "93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8"] {
            assert!(is_public(text.parse::<IpAddr>().unwrap().to_canonical()), "{text}");
        }
        for text in [
            "127.0.0.1",
            "10.0.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "::10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::1",
            "2001:0:a00:1::1",
            "2001:db8::1",
        ] {
            assert!(!is_public(text.parse::<IpAddr>().unwrap().to_canonical()), "{text}");
        }
        assert_eq!(NOT_PUBLIC.len(), NOT_PUBLIC.iter().filter(|net| net.parse::<IpNet>().is_ok()).count());
    }

    async fn refusal(url: &str, allowed: &[&str]) -> OutboundError {
        let allowed: Vec<IpNet> = allowed.iter().map(|net| net.parse().unwrap()).collect();
        let outbound = Outbound::new(&allowed).unwrap();
        outbound.get(&Url::parse(url).unwrap(), None).await.unwrap_err()
    }

    #[tokio::test]
    async fn nothing_is_asked_at_an_address_that_is_not_public() {
        for url in [
            "https://127.0.0.1/",
            "https://localhost/",
            "https://x.localhost/",
            "https://[::1]/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::ffff:169.254.169.254]/",
            "https://10.1.2.3/",
        ] {
            assert!(matches!(refusal(url, &[]).await, OutboundError::NotPublic(_)), "{url}");
        }
        for url in ["http://8.8.8.8/", "http://10.0.0.1/", "ftp://8.8.8.8/"] {
            assert_eq!(refusal(url, &["10.0.0.0/24"]).await, OutboundError::Scheme, "{url}");
        }
    }

    #[tokio::test]
    async fn what_is_allowed_is_gone_to() {
        // Nobody listens on this port: that the connection is refused shows that it was tried.
        let refused = refusal("http://localhost:1/", &["127.0.0.0/8", "::1/128"]).await;
        assert!(matches!(refused, OutboundError::Connection(_)), "{refused}");
    }
}
