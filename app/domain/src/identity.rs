//! Identities: who vouches for a person, and how long their word holds. Lobby itself holds no passwords.

use serde::{Deserialize, Serialize};

use crate::id::{ProviderId, UserId};
use crate::settings::Collaboration;
use crate::time::{Span, Timestamp};

/// The issuer of the identities that a mailbox is; the subject is the address's key.
pub const MAILBOX: &str = "mailbox";

/// An issuer's name for one person, tied to one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// [`MAILBOX`], or the issuer that its provider asserts.
    pub issuer: String,
    pub subject: String,
    pub user: UserId,
    /// `None` for a mailbox.
    pub provider: Option<ProviderId>,
    /// What the provider says the person's address is: shown, never compared.
    pub address: Option<String>,
    /// The one that redeemed; a person has at most one.
    pub anchor: bool,
    pub created_at: Timestamp,
    /// When it vouched for the person last; `None` once it has taken its word back.
    pub spoke_at: Option<Timestamp>,
    /// The provider's session in which it spoke last, for logout tokens that name nothing else.
    pub session: Option<String>,
}

impl Identity {
    pub fn is_mailbox(&self) -> bool {
        self.issuer == MAILBOX
    }

    /// Does the word of this anchor still carry other ways to sign in, by what the organization has set?
    pub fn carries(&self, settings: &Collaboration, now: Timestamp) -> bool {
        let days = if self.is_mailbox() { settings.mailbox_word_days } else { settings.provider_word_days };
        self.anchor && self.spoke_at.is_some_and(|at| now < at + Span::days(i64::from(days)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{NOON, identity as anchor};

    #[test]
    fn other_ways_carry_as_long_as_the_anchors_word() {
        let set = Collaboration { provider_word_days: 1, mailbox_word_days: 90, ..Collaboration::default() };
        for (settings, issuer, days) in [
            (Collaboration::default(), "https://partner.example", 7),
            (Collaboration::default(), MAILBOX, 30),
            (set.clone(), "https://partner.example", 1),
            (set, MAILBOX, 90),
        ] {
            assert!(anchor(issuer).carries(&settings, NOON + Span::days(days) - Span(1)));
            assert!(!anchor(issuer).carries(&settings, NOON + Span::days(days)));
        }
    }

    #[test]
    fn without_days_a_provider_is_asked_each_time() {
        let settings = Collaboration { provider_word_days: 0, ..Collaboration::default() };
        assert!(!anchor("https://partner.example").carries(&settings, NOON));
    }

    #[test]
    fn a_word_taken_back_and_a_further_identity_carry_nothing() {
        let settings = Collaboration::default();
        assert!(!Identity { spoke_at: None, ..anchor("https://partner.example") }.carries(&settings, NOON));
        assert!(!Identity { anchor: false, ..anchor(MAILBOX) }.carries(&settings, NOON));
    }
}
