//! Encryption, login, and what `lobby check` is told.

use domain::letter::{Lane, Letter};
use domain::samples::address;
use services::Secret;
use services::delivery::deliver_due;
use services::mail::{Checked, Login, MailError, Mailer, SmtpSettings, Stage, Tls};
use store::outbox::OutboxState;

use crate::post::{Lobby, MailServer, settings};

fn login(password: &str) -> Option<Login> {
    Some(Login { user: "lobby".to_owned(), password: Secret::given(password) })
}

#[tokio::test]
async fn letters_travel_encrypted_and_signed_in() {
    for tls in [Tls::StartTls, Tls::Implicit] {
        let server = match tls {
            Tls::StartTls => MailServer::start_with(&["--tls", "starttls", "--login", "lobby:correct horse"]),
            _ => MailServer::start_with(&["--tls", "implicit", "--login", "lobby:correct horse"]),
        };
        let settings =
            SmtpSettings { tls, login: login("correct horse"), ca_file: Some(server.ca_file()), ..server.settings() };
        let mailer = Mailer::smtp(settings).unwrap();
        assert_eq!(mailer.check().await, Ok(Checked::Server { encrypted: true, signed_in: true }));
        let lobby = Lobby::with(mailer).await;
        let ida = lobby.ida().await;
        lobby.send(Lane::Single, Letter::Welcome { user: ida.id }).await;
        assert_eq!(deliver_due(&lobby.services).await.unwrap(), 1);
        let kept = server.letter();
        assert_eq!((kept.encrypted, kept.login.as_deref()), (true, Some("lobby")), "{tls}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_no_fault_of_the_letter() {
    let server = MailServer::start_with(&["--tls", "starttls", "--login", "lobby:correct horse"]);
    let settings = SmtpSettings {
        tls: Tls::StartTls,
        login: login("battery staple"),
        ca_file: Some(server.ca_file()),
        ..server.settings()
    };
    let mailer = Mailer::smtp(settings).unwrap();
    let error = mailer.check().await.unwrap_err();
    assert_eq!(error.stage, Stage::Login);
    assert!(error.words.starts_with("535 ") && error.cure().contains("password"), "{error}");
    let lobby = Lobby::with(mailer).await;
    let ida = lobby.ida().await;
    let letter = lobby.send(Lane::Single, Letter::Welcome { user: ida.id }).await;
    assert_eq!(deliver_due(&lobby.services).await.unwrap(), 0);
    let waiting = lobby.outgoing(letter).await;
    assert_eq!(waiting.state, OutboxState::Waiting);
    let words = waiting.last_words.unwrap();
    assert!(words.contains("535") && !words.contains("battery"), "{words}");
}

#[tokio::test]
async fn a_check_says_how_far_it_came() {
    let plain = MailServer::start();
    let private = MailServer::start_with(&["--tls", "starttls"]);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (settings, stage) in [
        (settings(nobody), Stage::Connect),
        // Its authority is not among the system's.
        (SmtpSettings { tls: Tls::StartTls, ..private.settings() }, Stage::Tls),
        (SmtpSettings { tls: Tls::StartTls, ..plain.settings() }, Stage::Tls),
        (SmtpSettings { tls: Tls::Implicit, ..plain.settings() }, Stage::Tls),
    ] {
        let error = Mailer::smtp(settings).unwrap().check().await.unwrap_err();
        assert_eq!(error.stage, stage, "{error}");
        assert!(!error.words.is_empty() && !error.cure().is_empty());
    }
    let found = Mailer::smtp(plain.settings()).unwrap().check().await;
    assert_eq!(found, Ok(Checked::Server { encrypted: false, signed_in: false }));
}

#[test]
fn unencrypted_goes_to_this_machine_only() {
    for (host, allowed) in [
        ("localhost", true),
        ("127.0.0.1", true),
        ("::1", true),
        ("mail.lindenhof.example", false),
        ("10.0.0.1", false),
    ] {
        let settings = SmtpSettings::new(host, Tls::None, address("lobby@lindenhof.example"));
        let refused = matches!(Mailer::smtp(settings), Err(MailError::PlainText { .. }));
        assert_eq!(!refused, allowed, "{host}");
    }
}

#[test]
fn a_certificate_file_that_holds_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    for text in [None, Some("nothing")] {
        if let Some(text) = text {
            std::fs::write(&path, text).unwrap();
        }
        let settings = SmtpSettings {
            ca_file: Some(path.clone()),
            ..SmtpSettings::new("mail.lindenhof.example", Tls::Implicit, address("lobby@lindenhof.example"))
        };
        assert!(matches!(Mailer::smtp(settings), Err(MailError::CaFile { .. })));
    }
}
