//! The certificate of a provider that ends soon: shown by a real TLS server on this machine, kept, and warned of.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use domain::id::ProviderId;
use domain::time::{Span, Timestamp, Zone};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use services::providers::{self, Preset, ProviderForm, Warning};
use services::testing::{Lobby, engines};
use services::{Admin, Outbound};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A provider by https whose certificate lasts for `days`; ends with the value.
struct Https {
    issuer: String,
    roots: rustls::RootCertStore,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for Https {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn openssl(folder: &Path, arguments: &str) {
    let made = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

impl Https {
    async fn lasting(days: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        std::fs::write(at.join("more"), "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n").unwrap();
        let new = "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
        openssl(at, &format!("{new} -x509 -days 90 -subj /CN=Authority -keyout ca.key -out ca.pem"));
        openssl(at, &format!("{new} -subj /CN=Provider -keyout key.pem -out request.pem"));
        let by = "-CA ca.pem -CAkey ca.key -CAcreateserial -extfile more";
        openssl(at, &format!("x509 -req -days {days} -in request.pem {by} -out own.pem"));
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(at.join("ca.pem")).unwrap()).unwrap();
        let own = CertificateDer::from_pem_file(at.join("own.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(at.join("key.pem")).unwrap();
        let config =
            rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![own], key)
                .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("https://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(serve(listener, tokio_rustls::TlsAcceptor::from(Arc::new(config)), issuer.clone()));
        Self { issuer, roots, serving }
    }
}

async fn serve(listener: TcpListener, tls: tokio_rustls::TlsAcceptor, issuer: String) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let Ok(mut stream) = tls.accept(stream).await else { continue };
        let mut asked = vec![0; 4096];
        let read = stream.read(&mut asked).await.unwrap();
        let body = if String::from_utf8_lossy(&asked[..read]).starts_with("GET /keys ") {
            serde_json::json!({ "keys": [] })
        } else {
            serde_json::json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/keys"),
                "id_token_signing_alg_values_supported": ["ES256"],
            })
        };
        let body = body.to_string();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).await.unwrap();
        stream.shutdown().await.ok();
    }
}

async fn create(lobby: &Lobby, by: &Admin, issuer: &str) -> ProviderId {
    let form = ProviderForm {
        name: "Praxis Nord".to_owned(),
        issuer: issuer.to_owned(),
        client_id: "lobby".to_owned(),
        ..Preset::OpenId.form()
    };
    providers::create(&lobby.services, by, form.parse(&Zone::utc()).unwrap()).await.unwrap()
}

async fn known(lobby: &Lobby, by: &Admin, id: ProviderId) -> Option<Timestamp> {
    providers::get(&lobby.services, by, id).await.unwrap().provider.value.certificate_ends_at
}

/// Moves the clock of the test to so long before `end`.
fn stand_before(lobby: &Lobby, end: Timestamp, before: Span) {
    lobby.clock.advance(end - before - lobby.services.now());
}

#[tokio::test]
async fn a_certificate_that_ends_soon_is_warned_of_until_another_one_is_shown() {
    for engine in engines() {
        let https = Https::lasting(20).await;
        let allowed = ["127.0.0.0/8".parse().unwrap()];
        let roots = https.roots.clone();
        let lobby = Lobby::open_with(engine, move |parts| {
            parts.outbound = Outbound::trusting(&allowed, roots).unwrap();
        })
        .await;
        let admin = lobby.admin().await;
        let id = create(&lobby, &admin, &https.issuer).await;
        assert_eq!(known(&lobby, &admin, id).await, None);
        let found = providers::look(&lobby.services, &admin, id).await.unwrap().unwrap();
        let end = found.certificate_ends_at.unwrap();
        assert_eq!(known(&lobby, &admin, id).await, Some(end));
        // The test's own clock stands still; the certificate's dates are those of this machine.
        let machine = services::Clock::system().now();
        assert!((end - machine).0.abs_diff(Span::days(20).0) < 3_600_000, "{end:?}");

        stand_before(&lobby, end, Span(Span::days(30).0 + 1));
        assert_eq!(providers::warnings(&lobby.services, &admin).await.unwrap(), []);
        stand_before(&lobby, end, Span::days(30));
        let warned = providers::warnings(&lobby.services, &admin).await.unwrap();
        assert!(matches!(warned.as_slice(), [Warning::CertificateEnds(_, at)] if *at == end), "{warned:?}");
        stand_before(&lobby, end, Span(0));
        let warned = providers::warnings(&lobby.services, &admin).await.unwrap();
        assert!(matches!(warned.as_slice(), [Warning::CertificateEnded(_, at)] if *at == end), "{warned:?}");

        // A provider elsewhere shows a certificate of its own: nothing is known of it yet.
        let form = ProviderForm {
            name: "Praxis Nord".to_owned(),
            issuer: "http://127.0.0.1:9".to_owned(),
            client_id: "lobby".to_owned(),
            ..Preset::OpenId.form()
        };
        let form = form.parse(&Zone::utc()).unwrap();
        providers::change(&lobby.services, &admin, id, form, 1).await.unwrap();
        assert_eq!(known(&lobby, &admin, id).await, None);
        assert_eq!(providers::warnings(&lobby.services, &admin).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_certificate_is_remembered_without_refusing_a_form_that_is_open() {
    for engine in engines() {
        let https = Https::lasting(20).await;
        let allowed = ["127.0.0.0/8".parse().unwrap()];
        let roots = https.roots.clone();
        let lobby = Lobby::open_with(engine, move |parts| {
            parts.outbound = Outbound::trusting(&allowed, roots).unwrap();
        })
        .await;
        let admin = lobby.admin().await;
        let id = create(&lobby, &admin, &https.issuer).await;
        let opened = providers::get(&lobby.services, &admin, id).await.unwrap().provider;
        providers::look(&lobby.services, &admin, id).await.unwrap().unwrap();
        let form = ProviderForm::of(&opened.value, &Zone::utc()).parse(&Zone::utc()).unwrap();
        providers::change(&lobby.services, &admin, id, form, opened.version).await.unwrap();
        assert!(known(&lobby, &admin, id).await.is_some(), "saving does not forget it");
    }
}
