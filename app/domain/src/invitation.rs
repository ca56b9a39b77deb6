//! An invitation of one person to one target: its states. The verdict on each address before it is sent is beside it.

use serde::{Deserialize, Serialize};

use crate::id::{AppId, GroupId, InvitationId, UserId};
use crate::text::{EmailAddress, Label, Message};
use crate::time::{Span, Timestamp, Zone};

mod verdict;

pub use verdict::{Act, Decision, Facts, Inviter, LETTERS, Line, PAUSE, Person, Room, Terms, Verdict, Whose, decide};

/// At most this many links of one invitation are alive; the oldest gives way.
pub const LIVE_LINKS: usize = 3;
/// Declining bars the group from inviting the address for this long.
pub const DECLINE_BARS: Span = Span::days(30);
/// A suspended invitation waits this long for an owner to adopt it.
pub const SUSPENSION: Span = Span::days(14);
pub const LINK_AGAIN_AFTER: Span = Span::minutes(15);
pub const LINKS_A_DAY: i64 = 3;
/// An administrator overrules a block at most once in this time.
pub const OVERRULED_ONCE_IN: Span = Span::days(90);

stored_words! {
    /// The final states of an invitation.
    Outcome { Accepted = "accepted", Revoked = "revoked", Expired = "expired", Declined = "declined" }
}

/// A state is a variant and carries only what that state knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum InvitationState {
    Pending,
    /// The inviter lost the right; another owner may adopt it until `until`.
    Suspended {
        until: Timestamp,
    },
    Final {
        outcome: Outcome,
        at: Timestamp,
        by: Option<UserId>,
    },
}

/// What became of the newest letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LetterState {
    /// No letter: an administrator passes the link on.
    NotSent,
    Waiting,
    Sent {
        at: Timestamp,
    },
    /// The mail server's own words.
    Refused {
        at: Timestamp,
        words: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub id: InvitationId,
    pub user: UserId,
    pub address: EmailAddress,
    pub name: Option<Label>,
    /// `None` invites into the directory alone.
    pub group: Option<GroupId>,
    pub message: Option<Message>,
    pub cc: Option<EmailAddress>,
    pub language: String,
    pub landing: Option<AppId>,
    /// Days that the membership lasts from Accept; `None` is without end.
    pub stay_days: Option<u32>,
    /// The end date that was asked for: the membership ends no later, whenever it begins.
    pub ends_at: Option<Timestamp>,
    pub invited_by: UserId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub state: InvitationState,
    pub letter: LetterState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedeemError {
    #[error("the invitation expired at {0:?}")]
    Expired(Timestamp),
    #[error("the invitation was revoked at {0:?}")]
    Revoked(Timestamp),
    #[error("the invitation was declined at {0:?}")]
    Declined(Timestamp),
    #[error("the invitation was already accepted at {0:?}")]
    AlreadyAccepted(Timestamp),
    #[error("the invitation waits for another owner")]
    Suspended,
    #[error("the invitation is for another address")]
    WrongRecipient,
}

impl Invitation {
    /// What the clock makes of a stored state: expiry holds at the moment of asking, not by a worker.
    pub fn state_at(&self, now: Timestamp) -> InvitationState {
        let expired = |at| InvitationState::Final { outcome: Outcome::Expired, at, by: None };
        match self.state {
            InvitationState::Pending if now >= self.expires_at => expired(self.expires_at),
            InvitationState::Suspended { until } if now >= until.min(self.expires_at) => {
                expired(until.min(self.expires_at))
            }
            state => state,
        }
    }

    /// # Errors
    /// Why nobody can take it up now.
    pub fn open(&self, now: Timestamp) -> Result<(), RedeemError> {
        match self.state_at(now) {
            InvitationState::Pending => Ok(()),
            InvitationState::Suspended { .. } => Err(RedeemError::Suspended),
            InvitationState::Final { outcome, at, .. } => Err(match outcome {
                Outcome::Accepted => RedeemError::AlreadyAccepted(at),
                Outcome::Revoked => RedeemError::Revoked(at),
                Outcome::Expired => RedeemError::Expired(at),
                Outcome::Declined => RedeemError::Declined(at),
            }),
        }
    }

    /// A guest whose address is proved takes the invitation up.
    ///
    /// # Errors
    /// `WrongRecipient` where another address was proved, else why it is not open.
    pub fn redeem(self, proved: &EmailAddress, by: UserId, now: Timestamp) -> Result<Self, RedeemError> {
        self.open(now)?;
        if proved.key() != self.address.key() {
            return Err(RedeemError::WrongRecipient);
        }
        Ok(self.close(Outcome::Accepted, Some(by), now))
    }

    /// By the link alone, without signing in.
    ///
    /// # Errors
    /// Why it is not open.
    pub fn decline(self, now: Timestamp) -> Result<Self, RedeemError> {
        match self.state_at(now) {
            InvitationState::Suspended { .. } => Ok(self.close(Outcome::Declined, None, now)),
            _ => self.open(now).map(|()| self.close(Outcome::Declined, None, now)),
        }
    }

    /// # Errors
    /// Why there is nothing to revoke.
    pub fn revoke(self, by: UserId, now: Timestamp) -> Result<Self, RedeemError> {
        match self.state_at(now) {
            InvitationState::Suspended { .. } => Ok(self.close(Outcome::Revoked, Some(by), now)),
            _ => self.open(now).map(|()| self.close(Outcome::Revoked, Some(by), now)),
        }
    }

    /// The worker writes down what the clock already decided; `None` where nothing is due.
    pub fn expire(self, now: Timestamp) -> Option<Self> {
        match (self.state, self.state_at(now)) {
            (InvitationState::Final { .. }, _) => None,
            (_, state @ InvitationState::Final { .. }) => Some(Self { state, ..self }),
            _ => None,
        }
    }

    /// The inviter lost the right to invite here.
    #[must_use]
    pub fn suspend(self, now: Timestamp) -> Self {
        match self.state_at(now) {
            InvitationState::Pending => Self { state: InvitationState::Suspended { until: now + SUSPENSION }, ..self },
            _ => self,
        }
    }

    /// Another owner takes a suspended invitation over.
    ///
    /// # Errors
    /// Why there is nothing to adopt.
    pub fn adopt(self, by: UserId, now: Timestamp) -> Result<Self, RedeemError> {
        match self.state_at(now) {
            InvitationState::Suspended { .. } => Ok(Self { state: InvitationState::Pending, invited_by: by, ..self }),
            _ => self.open(now).map(|()| self),
        }
    }

    /// When a membership ends that begins at `from`: at the end of its last day there, and no later than was asked.
    pub fn stay_ends(&self, from: Timestamp, zone: &Zone) -> Timestamp {
        end_of_stay(self.stay_days, self.ends_at, from, zone)
    }

    fn close(self, outcome: Outcome, by: Option<UserId>, at: Timestamp) -> Self {
        Self { state: InvitationState::Final { outcome, at, by }, ..self }
    }
}

/// The end of a stay of so many days that begins at `from`; [`Timestamp::NEVER`] is without end.
pub fn end_of_stay(days: Option<u32>, until: Option<Timestamp>, from: Timestamp, zone: &Zone) -> Timestamp {
    let end = days.map_or(Timestamp::NEVER, |days| zone.end_of_day_after(from, i64::from(days)));
    end.min(until.unwrap_or(Timestamp::NEVER))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::samples::{self, NOON};

    #[test]
    fn an_invitation_is_dead_at_its_last_moment() {
        let invitation = Invitation { expires_at: NOON, ..samples::invitation() };
        let proved = invitation.address.clone();
        let by = invitation.user;
        assert_eq!(invitation.clone().redeem(&proved, by, NOON), Err(RedeemError::Expired(NOON)));
        assert!(invitation.redeem(&proved, by, NOON - Span(1)).is_ok());
    }

    #[test]
    fn only_the_invited_address_redeems() {
        let invitation = samples::invitation();
        let other = EmailAddress::parse("eve@praxis.example").unwrap();
        let by = invitation.user;
        assert_eq!(invitation.redeem(&other, by, NOON), Err(RedeemError::WrongRecipient));
    }

    #[test]
    fn each_final_state_refuses_every_verb() {
        for outcome in Outcome::ALL.iter().copied() {
            let state = InvitationState::Final { outcome, at: NOON, by: None };
            let closed = Invitation { state, ..samples::invitation() };
            let (proved, by) = (closed.address.clone(), closed.user);
            assert!(closed.clone().redeem(&proved, by, NOON).is_err(), "{outcome}");
            assert!(closed.clone().decline(NOON).is_err(), "{outcome}");
            assert!(closed.clone().revoke(by, NOON).is_err(), "{outcome}");
            assert!(closed.clone().adopt(by, NOON).is_err(), "{outcome}");
            assert_eq!(closed.clone().suspend(NOON), closed, "{outcome}");
            assert_eq!(closed.expire(NOON), None, "{outcome}");
        }
    }

    #[test]
    fn a_suspended_invitation_waits_for_another_owner_and_not_for_the_guest() {
        let waiting = samples::invitation().suspend(NOON);
        let (proved, by) = (waiting.address.clone(), waiting.user);
        assert_eq!(waiting.clone().redeem(&proved, by, NOON), Err(RedeemError::Suspended));
        let adopted = waiting.clone().adopt(by, NOON).unwrap();
        assert!(adopted.redeem(&proved, by, NOON).is_ok());
        let late = NOON + SUSPENSION;
        assert_eq!(waiting.adopt(by, late), Err(RedeemError::Expired(late)));
    }

    #[test]
    fn a_stay_ends_with_its_last_day_and_never_after_the_date_asked_for() {
        let zone = Zone::utc();
        let date = zone.end_of_day("2026-06-10").unwrap();
        let invitation = Invitation { stay_days: Some(7), ends_at: Some(date), ..samples::invitation() };
        assert_eq!(zone.last_day(invitation.stay_ends(NOON, &zone)), "2026-06-08");
        assert_eq!(invitation.stay_ends(NOON + Span::days(7), &zone), date);
        assert_eq!(samples::invitation().stay_ends(NOON, &zone), Timestamp::NEVER);
    }
}
