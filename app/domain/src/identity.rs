//! Identities: who vouches for a person, and how long their word holds. Lobby itself holds no passwords.

use serde::{Deserialize, Serialize};

use crate::id::{ProviderId, UserId};
use crate::time::{Span, Timestamp};

/// The issuer of the identities that a mailbox is; the subject is the address's key.
pub const MAILBOX: &str = "mailbox";
/// How long after the anchor spoke other ways are the whole sign-in of a guest.
pub const PROVIDER_WORD: Span = Span::days(7);
/// The same where the anchor is a mailbox.
pub const MAILBOX_WORD: Span = Span::days(30);

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

    /// Does the word of this anchor still carry other ways to sign in?
    pub fn carries(&self, now: Timestamp) -> bool {
        let holds = if self.is_mailbox() { MAILBOX_WORD } else { PROVIDER_WORD };
        self.anchor && self.spoke_at.is_some_and(|at| now < at + holds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::NOON;

    fn anchor(issuer: &str) -> Identity {
        Identity {
            issuer: issuer.to_owned(),
            subject: "7".to_owned(),
            user: UserId(uuid::Uuid::nil()),
            provider: None,
            address: None,
            anchor: true,
            created_at: NOON,
            spoke_at: Some(NOON),
            session: None,
        }
    }

    #[test]
    fn other_ways_carry_as_long_as_the_anchors_word() {
        for (issuer, holds) in [("https://partner.example", PROVIDER_WORD), (MAILBOX, MAILBOX_WORD)] {
            assert!(anchor(issuer).carries(NOON + holds - Span(1)));
            assert!(!anchor(issuer).carries(NOON + holds));
        }
    }

    #[test]
    fn a_word_taken_back_and_a_further_identity_carry_nothing() {
        assert!(!Identity { spoke_at: None, ..anchor("https://partner.example") }.carries(NOON));
        assert!(!Identity { anchor: false, ..anchor(MAILBOX) }.carries(NOON));
    }
}
