//! Letters: what they say, and the mail server that takes them. When they leave is `delivery`'s to decide.

mod invitation;
mod links;
mod notice;
mod paper;
mod passcode;
mod smtp;
mod words;

use domain::application::LaunchUrl;
use domain::id::LetterId;
use domain::letter::Lane;
use domain::settings::{Accent, Organization};
use domain::text::{EmailAddress, letter_name};
use domain::time::{Timestamp, Zone};
use domain::user::User;

pub use invitation::{InvitationFacts, render_copy, render_invitation, render_lost_link};
pub use notice::{
    AccessAskedFacts, AccountFacts, AddedFacts, AssignedFacts, BreakGlassFacts, OtherAccountFacts, OwnWayFacts,
    RenewalFacts, TakenUpFacts, WelcomeFacts, render_access_asked, render_account_changed, render_added,
    render_assigned, render_break_glass, render_other_account, render_own_way, render_renewal_asked, render_taken_up,
    render_welcome,
};
pub use passcode::{PasscodeFacts, render_passcode};
pub use smtp::{CheckError, Checked, Fault, Login, MailError, Smtp, SmtpSettings, Stage, Tls};

use crate::Services;

/// How letters leave.
pub enum Mailer {
    /// By a mail server.
    Smtp(Box<Smtp>),
    /// The demo's mailbox page.
    Mailbox,
}

/// One letter to one mailbox, ready to leave. It may carry a secret: no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    pub to: EmailAddress,
    pub reply_to: Option<EmailAddress>,
    pub subject: String,
    pub html: String,
    pub plain: String,
}

impl Mailer {
    /// # Errors
    /// What is wrong with the settings. The mail server itself is asked by [`Mailer::check`] and when a letter leaves.
    pub fn smtp(settings: SmtpSettings) -> Result<Self, MailError> {
        Smtp::new(settings).map(|smtp| Self::Smtp(Box::new(smtp)))
    }

    /// Connects, encrypts and signs in as a letter would, and sends none.
    ///
    /// # Errors
    /// How far it came, in the mail server's own words.
    pub async fn check(&self) -> Result<Checked, CheckError> {
        match self {
            Self::Smtp(smtp) => smtp.check().await,
            Self::Mailbox => Ok(Checked::Mailbox),
        }
    }

    /// Makes sure that somebody answers before a secret is minted for a letter.
    pub(crate) async fn ready(&self, lane: Lane) -> Result<(), Fault> {
        match self {
            Self::Smtp(smtp) => smtp.ready(lane).await,
            Self::Mailbox => Ok(()),
        }
    }

    /// Hands the letter over. The mailbox takes its own when the outcome is written down.
    pub(crate) async fn send(&self, lane: Lane, letter: LetterId, content: &Content) -> Result<(), Fault> {
        match self {
            Self::Smtp(smtp) => smtp.send(lane, letter, content).await,
            Self::Mailbox => Ok(()),
        }
    }
}

/// The house that writes: what every letter shows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct House {
    pub name: String,
    /// Where Lobby is reached: `https://lobby.example`, without a path.
    pub url: String,
    /// The host of it, as shown beside buttons.
    pub host: String,
    pub accent: Accent,
    pub privacy_contact: Option<EmailAddress>,
    /// Only where it is an address that a browser opens.
    pub privacy_statement: Option<String>,
}

impl House {
    pub fn new(organization: &Organization, public_url: &url::Url) -> Self {
        let host = public_url.host_str().unwrap_or_default().to_owned();
        let is_web = |text: &String| LaunchUrl::parse(text).is_ok();
        Self {
            name: letter_name(organization.name.as_str()).unwrap_or_else(|| host.clone()),
            url: public_url.as_str().trim_end_matches('/').to_owned(),
            host,
            accent: organization.accent.clone(),
            privacy_contact: organization.privacy_contact.clone(),
            privacy_statement: organization.privacy_statement.clone().filter(is_web),
        }
    }
}

impl Services {
    /// The house as letters show it, by the settings in force.
    pub fn house(&self) -> House {
        House::new(&self.tenant().organization.value, &self.public_url)
    }
}

/// Somebody whom a letter names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// `None` where the name has no place in a letter: the address stands instead.
    pub name: Option<String>,
    pub address: EmailAddress,
}

impl Person {
    pub fn new(name: Option<&str>, address: &EmailAddress) -> Self {
        Self { name: name.and_then(letter_name), address: address.clone() }
    }

    pub fn of(user: &User) -> Self {
        Self::new(user.name.as_ref().map(domain::text::Label::as_str), &user.address)
    }

    /// The name, or else the address.
    pub fn shown(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.address.shown())
    }

    /// The name and the address.
    pub fn in_full(&self) -> String {
        match &self.name {
            Some(name) => format!("{name}, {}", self.address.shown()),
            None => self.address.shown(),
        }
    }
}

/// The name of an application in a letter; one that reads as a link is shown by its own host.
pub fn application_name(name: &str, launch_url: &str) -> String {
    let host = || LaunchUrl::parse(launch_url).map(|url| url.host().to_owned()).unwrap_or_default();
    letter_name(name).unwrap_or_else(host)
}

/// What stands for a group whose own name has no place in a letter.
pub fn unnamed_group() -> &'static str {
    words::A_GROUP
}

/// What stands for a provider whose own name has no place in a letter.
pub fn unnamed_provider() -> &'static str {
    words::YOUR_PROVIDER
}

/// A moment in a zone that is named: letters are read elsewhere than written.
fn moment(at: Timestamp, zone: &Zone) -> String {
    format!("{} ({})", zone.format(at, "%-d %B %Y, %H:%M"), zone.name())
}
