//! Sessions: how long they live, and the facts about a request that access rules read.

use serde::{Deserialize, Serialize};

use crate::id::{AppId, ProviderId, SessionId, UserId};
use crate::identity::Identity;
use crate::time::{Span, Timestamp};
use crate::user::UserType;

pub const IDLE: Span = Span::hours(8);
/// `last_seen_at` moves at most this often.
pub const TOUCH: Span = Span::minutes(5);
/// What changes a person's own security needs a proof no older than this.
pub const FRESH: Span = Span::minutes(5);
pub const MOST_SESSIONS: i64 = 20;

stored_words! {
    /// Authentication methods of a session (RFC 8176 names where one fits).
    Method { Otp = "otp", Federated = "fed", MultiFactor = "mfa", Passkey = "passkey", Totp = "totp", Recovery = "recovery", FirstLink = "first_link", Demo = "demo" }
}

impl Method {
    /// Passkeys here always verify their user (`required`), so each is two factors at once.
    pub fn is_multifactor(self) -> bool {
        matches!(self, Self::MultiFactor | Self::Passkey | Self::Totp | Self::Recovery)
    }

    /// The moment that a proof by these methods counts as multifactor from, where it does.
    pub fn multifactor_at(methods: &[Self], proved_at: Timestamp) -> Option<Timestamp> {
        methods.iter().any(|method| method.is_multifactor()).then_some(proved_at)
    }
}

stored_words! {
    /// The device platform as far as the browser tells; `undetermined` is the lack of a fact.
    Platform {
        Android = "android",
        Ios = "ios",
        Windows = "windows",
        MacOs = "macos",
        Linux = "linux",
        ChromeOs = "chromeos",
        Unknown = "unknown",
        Undetermined = "undetermined",
    }
}

/// What one request tells about where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// `None` is undetermined: a trusted proxy named no usable address.
    pub address: Option<std::net::IpAddr>,
    pub platform: Platform,
    /// The browser's name and version, at most 60 characters.
    pub client: String,
    /// As sent, cut to 300 characters.
    pub user_agent: String,
    /// `Sec-CH-UA-Platform` as sent, where it was.
    pub platform_hint: Option<String>,
}

impl Origin {
    /// Of whom nothing is known but, where it is supposed, the platform.
    pub fn undetermined(platform: Platform) -> Self {
        Self { address: None, platform, client: String::new(), user_agent: String::new(), platform_hint: None }
    }

    /// Where limits count: an IPv6 client stands for its /64, a v4-mapped address for the v4 one.
    pub fn limit_key(&self) -> String {
        match self.address.map(|address| address.to_canonical()) {
            Some(std::net::IpAddr::V6(v6)) => {
                let [a, b, c, d, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            Some(address) => address.to_string(),
            None => "undetermined".to_owned(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub id: SessionId,
    pub user: UserId,
    pub created_at: Timestamp,
    /// When the person last proved who they are.
    pub auth_time: Timestamp,
    pub methods: Vec<Method>,
    /// When a second factor was used last in this session, or a trusted partner said so.
    pub multifactor_at: Option<Timestamp>,
    /// The application that used the last proof up, where one wants a proof every time.
    pub proof_application: Option<AppId>,
    pub last_seen_at: Timestamp,
    pub ends_at: Timestamp,
    /// "Keep me signed in": the cookie outlives the browser window.
    pub kept: bool,
    pub origin: Origin,
    /// The provider whose word it hangs on.
    pub by: Option<Vouched>,
}

/// A person as a provider names them in one of its own sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vouched {
    pub provider: ProviderId,
    pub issuer: String,
    pub subject: String,
    /// `sid`, where the provider tells.
    pub session: Option<String>,
}

impl Vouched {
    pub fn is_of(&self, identity: &Identity) -> bool {
        (&self.issuer, &self.subject) == (&identity.issuer, &identity.subject)
    }
}

impl Session {
    pub fn absolute(user_type: UserType) -> Span {
        match user_type {
            UserType::Guest => Span::hours(24),
            UserType::Member => Span::days(7),
        }
    }

    pub fn is_alive(&self, now: Timestamp) -> bool {
        now < self.ends_at && now < self.last_seen_at + IDLE
    }

    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.auth_time + FRESH
    }

    pub fn wants_touch(&self, now: Timestamp) -> bool {
        now >= self.last_seen_at + TOUCH
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{NOON, origin, session};

    #[test]
    fn a_session_ends_when_idle_and_at_its_absolute_end() {
        let session = session();
        assert!(session.is_alive(NOON + IDLE - Span(1)));
        assert!(!session.is_alive(NOON + IDLE));
        let busy = Session { last_seen_at: session.ends_at, ..session };
        assert!(!busy.is_alive(busy.ends_at));
    }

    #[test]
    fn limits_count_an_ipv6_network_as_one_client() {
        let at = |text: &str| Origin { address: Some(text.parse().unwrap()), ..origin() }.limit_key();
        assert_eq!(at("2001:db8:1:2::7"), at("2001:db8:1:2:ffff::1"));
        assert_ne!(at("2001:db8:1:2::7"), at("2001:db8:1:3::7"));
        assert_eq!(at("::ffff:192.0.2.7"), "192.0.2.7");
    }
}
