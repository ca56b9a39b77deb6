//! The mail server: one connection for passcodes and one for all other letters, so that no list delays a code.

use std::error::Error;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use domain::id::LetterId;
use domain::letter::Lane;
use domain::text::{EmailAddress, Label};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::Content;
use crate::Secret;

const MOST_WORDS: usize = 500;

domain::stored_words! {
    /// How the connection is encrypted. `none` is for a mail server on this machine alone.
    Tls { Implicit = "implicit", StartTls = "starttls", None = "none" }
}

/// Everything needed to reach the mail server. It holds a password: no `Debug`.
#[derive(Clone)]
pub struct SmtpSettings {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub login: Option<Login>,
    pub sender: EmailAddress,
    pub sender_name: Option<Label>,
    /// Certificates (PEM) to trust beside the system's: a private authority.
    pub ca_file: Option<PathBuf>,
    /// Until somebody answers at the port.
    pub connect_timeout: Duration,
    /// For all that is said until the connection stands, and for all that is said about one letter.
    pub timeout: Duration,
}

#[derive(Clone)]
pub struct Login {
    pub user: String,
    pub password: Secret,
}

impl SmtpSettings {
    /// The usual port for `tls`, no login, the system's certificates.
    pub fn new(host: impl Into<String>, tls: Tls, sender: EmailAddress) -> Self {
        let port = match tls {
            Tls::Implicit => 465,
            Tls::StartTls => 587,
            Tls::None => 25,
        };
        Self {
            host: host.into(),
            port,
            tls,
            login: None,
            sender,
            sender_name: None,
            ca_file: None,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
        }
    }
}

/// What is wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("{host} is not this machine: letters and passwords would travel unencrypted")]
    PlainText { host: String },
    #[error("the certificate file {path} cannot be used: {why}")]
    CaFile { path: String, why: String },
    #[error("the sender {0} cannot be written into a letter")]
    Sender(String),
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

/// Why a letter did not leave, in the mail server's own words where it said some.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// For good: another attempt would fare no better.
    #[error("{0}")]
    Refused(String),
    /// Not taken now.
    #[error("{0}")]
    Later(String),
    /// No answer, or none that makes sense: it may have been taken.
    #[error("{0}")]
    Unclear(String),
}

domain::stored_words! {
    /// How far a connection came.
    Stage { Connect = "connect", Tls = "tls", Greeting = "greeting", Login = "login" }
}

/// Where [`super::Mailer::check`] stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{stage}: {words}")]
pub struct CheckError {
    pub stage: Stage,
    /// The mail server's own, or the system's.
    pub words: String,
}

impl CheckError {
    /// What usually helps, for the command line.
    pub fn cure(&self) -> &'static str {
        match self.stage {
            Stage::Connect => {
                "check host and port, that this machine is let out to them, and that the kind of TLS fits the port"
            }
            Stage::Tls => {
                "check that implicit (465) or starttls (587) fits the port, that the host is the name in the certificate, and name the authority's file if it is a private one"
            }
            Stage::Greeting => "the mail server answered and does not want this machine: ask who runs it",
            Stage::Login => "check user name and password, and that the server takes PLAIN or LOGIN there",
        }
    }
}

/// What a check found in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    Server {
        encrypted: bool,
        signed_in: bool,
    },
    /// The demo's mailbox page needs nothing.
    Mailbox,
}

/// A mail server with the connections to it.
pub struct Smtp {
    settings: SmtpSettings,
    tls: Option<TlsParameters>,
    from: Mailbox,
    codes: Mutex<Option<AsyncSmtpConnection>>,
    others: Mutex<Option<AsyncSmtpConnection>>,
}

impl Smtp {
    pub(super) fn new(settings: SmtpSettings) -> Result<Self, MailError> {
        if settings.tls == Tls::None && !is_this_machine(&settings.host) {
            return Err(MailError::PlainText { host: settings.host });
        }
        let tls = if settings.tls == Tls::None { None } else { Some(tls_parameters(&settings)?) };
        let name = settings.sender_name.as_ref().map(|name| name.as_str().to_owned());
        let from = mailbox(&settings.sender, name).map_err(MailError::Sender)?;
        Ok(Self { settings, tls, from, codes: Mutex::new(None), others: Mutex::new(None) })
    }

    fn line(&self, lane: Lane) -> &Mutex<Option<AsyncSmtpConnection>> {
        if lane == Lane::Passcode { &self.codes } else { &self.others }
    }

    /// Connects, encrypts and signs in.
    async fn connect(&self) -> Result<AsyncSmtpConnection, CheckError> {
        let failed = |stage| move |error: SmtpError| CheckError { stage, words: words_of(&error) };
        let SmtpSettings { host, port, connect_timeout, .. } = &self.settings;
        let hello = ClientId::default();
        let implicit = self.tls.clone().filter(|_| self.settings.tls == Tls::Implicit);
        let connected =
            AsyncSmtpConnection::connect_tokio1((host.as_str(), *port), Some(*connect_timeout), &hello, implicit, None);
        let mut line = connected.await.map_err(|error| {
            let stage = match () {
                () if is_tls(&error) => Stage::Tls,
                () if error.status().is_some() || error.is_response() => Stage::Greeting,
                () => Stage::Connect,
            };
            failed(stage)(error)
        })?;
        if let (Tls::StartTls, Some(tls)) = (self.settings.tls, &self.tls) {
            line.starttls(tls.clone(), &hello).await.map_err(failed(Stage::Tls))?;
        }
        if let Some(Login { user, password }) = &self.settings.login {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            line.auth(DEFAULT_MECHANISMS, &credentials).await.map_err(failed(Stage::Login))?;
        }
        Ok(line)
    }

    async fn connect_in_time(&self) -> Result<AsyncSmtpConnection, CheckError> {
        let late = || CheckError { stage: Stage::Connect, words: no_answer(self.settings.timeout) };
        timeout(self.settings.timeout, self.connect()).await.unwrap_or_else(|_| Err(late()))
    }

    pub(super) async fn check(&self) -> Result<Checked, CheckError> {
        let mut line = self.connect_in_time().await?;
        let _ = timeout(self.settings.connect_timeout, line.quit()).await;
        Ok(Checked::Server { encrypted: line.is_encrypted(), signed_in: self.settings.login.is_some() })
    }

    /// A connection that stands; a fault of it is never the letter's.
    pub(super) async fn ready(&self, lane: Lane) -> Result<(), Fault> {
        let mut kept = self.line(lane).lock().await;
        // Taken out while it is asked: whoever is cancelled here leaves no connection half-read behind.
        if let Some(mut line) = kept.take()
            && timeout(self.settings.connect_timeout, line.test_connected()).await.unwrap_or(false)
        {
            *kept = Some(line);
            return Ok(());
        }
        *kept = Some(self.connect_in_time().await.map_err(|error| Fault::Later(error.to_string()))?);
        Ok(())
    }

    pub(super) async fn send(&self, lane: Lane, letter: LetterId, content: &Content) -> Result<(), Fault> {
        let message = self.message(letter, content).map_err(Fault::Refused)?;
        let mut kept = self.line(lane).lock().await;
        let mut line = match kept.take() {
            Some(line) => line,
            None => self.connect_in_time().await.map_err(|error| Fault::Later(error.to_string()))?,
        };
        match timeout(self.settings.timeout, line.send(message.envelope(), &message.formatted())).await {
            Ok(Ok(_)) => {
                *kept = Some(line);
                Ok(())
            }
            Ok(Err(error)) if error.is_permanent() || error.is_client() => Err(Fault::Refused(words_of(&error))),
            Ok(Err(error)) if error.is_transient() => Err(Fault::Later(words_of(&error))),
            Ok(Err(error)) => Err(Fault::Unclear(words_of(&error))),
            Err(_) => Err(Fault::Unclear(no_answer(self.settings.timeout))),
        }
    }

    fn message(&self, letter: LetterId, content: &Content) -> Result<lettre::Message, String> {
        // Not the machine's name, and another one for each attempt: two letters with two links are two letters.
        let id = format!("<{letter}.{}@{}>", &Secret::random().expose()[..8], self.settings.sender.domain());
        // RFC 3834: no holiday replies.
        let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
        let mut builder = lettre::Message::builder()
            .from(self.from.clone())
            .to(mailbox(&content.to, None)?)
            .subject(content.subject.clone())
            .message_id(Some(id))
            .date_now()
            .raw_header(automatic);
        if let Some(reply_to) = &content.reply_to {
            builder = builder.reply_to(mailbox(reply_to, None)?);
        }
        let parts = MultiPart::alternative_plain_html(content.plain.clone(), content.html.clone());
        builder.multipart(parts).map_err(|error| error.to_string())
    }
}

fn mailbox(address: &EmailAddress, name: Option<String>) -> Result<Mailbox, String> {
    let parsed = address.as_str().parse().map_err(|error| format!("{address}: {error}"))?;
    Ok(Mailbox::new(name, parsed))
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn tls_parameters(settings: &SmtpSettings) -> Result<TlsParameters, MailError> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(path) = &settings.ca_file {
        let unusable = |why: String| MailError::CaFile { path: path.display().to_string(), why };
        let pem = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
        if !pem.windows(11).any(|part| part == b"CERTIFICATE") {
            return Err(unusable("it holds no certificate in PEM".to_owned()));
        }
        let certificate = Certificate::from_pem(&pem).map_err(|error| unusable(error.to_string()))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map_err(|error| MailError::Tls(error.to_string()))
}

fn no_answer(after: Duration) -> String {
    format!("no answer within {} seconds", after.as_secs_f32())
}

/// What lies at the bottom of an error.
fn root<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    error.source().map_or(error, root)
}

/// An implicit handshake that fails comes as an error of the connection.
fn is_tls(error: &SmtpError) -> bool {
    let inner = root(error).downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    error.is_tls() || inner.is_some_and(|inner| inner.is::<rustls::Error>())
}

/// `550 5.1.1 no such mailbox`, or the system's words where the server said none.
fn words_of(error: &SmtpError) -> String {
    let said = root(error).to_string();
    let words = error.status().map_or_else(|| said.clone(), |code| format!("{code} {said}"));
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MOST_WORDS).collect()
}
