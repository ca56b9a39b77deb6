//! People: members and guests, and how they come and go.

use serde::{Deserialize, Serialize};

use crate::id::UserId;
use crate::role::{Role, Roles};
use crate::text::{EmailAddress, Label};
use crate::time::{Span, Timestamp};

/// A soft-deleted user can be restored this long; then they are erased.
pub const DELETED_KEPT: Span = Span::days(30);
/// A pending guest with nothing pending is soft-deleted after this time.
pub const IDLE_PENDING_KEPT: Span = Span::days(30);
pub const MOST_SPONSORS: usize = 5;

stored_words! {
    /// Says nothing about how a person signs in or what they may do.
    UserType { Member = "member", Guest = "guest" }
}

stored_words! {
    /// How the user came to be.
    CreationType {
        Invitation = "invitation",
        Administrator = "administrator",
        FirstAdministrator = "first_administrator",
    }
}

stored_words! {
    /// Who deleted a user: it decides whether an invitation brings them back.
    DeletedBy { Themselves = "themselves", Administrator = "administrator", Disuse = "disuse" }
}

/// Whether a guest has redeemed an invitation, and since when it is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExternalState {
    PendingAcceptance { since: Timestamp },
    Accepted { at: Timestamp },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    Enabled,
    Disabled,
    Deleted {
        at: Timestamp,
        by: DeletedBy,
    },
    /// Final: only the id and a pseudonym are left.
    Erased {
        at: Timestamp,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    pub user_type: UserType,
    pub address: EmailAddress,
    pub name: Option<Label>,
    pub company: Option<Label>,
    pub standing: Standing,
    /// Guests only.
    pub external: Option<ExternalState>,
    pub creation: CreationType,
    pub invited_by: Option<UserId>,
    pub roles: Roles,
    pub language: String,
    pub time_zone: Option<String>,
    /// After this moment the person cannot sign in; memberships stay.
    pub ends_at: Option<Timestamp>,
    pub consented_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub last_sign_in_at: Option<Timestamp>,
}

/// Why a person cannot come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Barred {
    #[error("the account is disabled")]
    Disabled,
    #[error("the account was deleted")]
    Deleted,
    #[error("access ended at {0:?}")]
    Ended(Timestamp),
    #[error("the invitation has not been accepted")]
    NotAccepted,
}

/// Why a change to a person is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StandingError {
    #[error("the user is deleted")]
    Deleted,
    #[error("the user is not deleted")]
    NotDeleted,
    #[error("the time to restore ended at {0:?}")]
    Gone(Timestamp),
    #[error("only members can hold roles")]
    GuestRole,
}

impl User {
    /// The name where there is one, else the address.
    pub fn shown_name(&self) -> &str {
        self.name.as_ref().map_or(self.address.as_str(), Label::as_str)
    }

    pub fn is_guest(&self) -> bool {
        self.user_type == UserType::Guest
    }

    /// May this person hold a full session now?
    ///
    /// # Errors
    /// What stands in the way, the gravest first.
    pub fn may_enter(&self, now: Timestamp) -> Result<(), Barred> {
        match self.standing {
            Standing::Deleted { .. } | Standing::Erased { .. } => return Err(Barred::Deleted),
            Standing::Disabled => return Err(Barred::Disabled),
            Standing::Enabled => {}
        }
        match (self.ends_at, self.external) {
            (Some(end), _) if now >= end => Err(Barred::Ended(end)),
            (_, Some(ExternalState::PendingAcceptance { .. })) => Err(Barred::NotAccepted),
            _ => Ok(()),
        }
    }

    /// # Errors
    /// `Deleted` where there is nobody to disable.
    pub fn disable(self) -> Result<Self, StandingError> {
        self.stand(Standing::Disabled)
    }

    /// # Errors
    /// `Deleted`: restore first.
    pub fn enable(self) -> Result<Self, StandingError> {
        self.stand(Standing::Enabled)
    }

    fn stand(self, standing: Standing) -> Result<Self, StandingError> {
        match self.standing {
            Standing::Deleted { .. } | Standing::Erased { .. } => Err(StandingError::Deleted),
            _ => Ok(Self { standing, ..self }),
        }
    }

    /// Soft: address and identities stay reserved for [`DELETED_KEPT`].
    ///
    /// # Errors
    /// `Deleted` where it has happened already.
    pub fn delete(self, by: DeletedBy, now: Timestamp) -> Result<Self, StandingError> {
        self.stand(Standing::Deleted { at: now, by })
    }

    /// An administrator brings a user back: disabled, without roles; who left by themselves must consent again.
    ///
    /// # Errors
    /// `NotDeleted`, or `Gone` once the time to restore has passed.
    pub fn restore(self, now: Timestamp) -> Result<Self, StandingError> {
        let Standing::Deleted { at, by } = self.standing else { return Err(StandingError::NotDeleted) };
        if now >= at + DELETED_KEPT {
            return Err(StandingError::Gone(at + DELETED_KEPT));
        }
        let again = by == DeletedBy::Themselves;
        Ok(Self {
            standing: Standing::Disabled,
            roles: Roles::NONE,
            consented_at: self.consented_at.filter(|_| !again),
            external: if again { self.pending_again(now) } else { self.external },
            ..self
        })
    }

    /// A new invitation brings a guest back who left by themselves (or whose old invitation nobody took up).
    ///
    /// # Errors
    /// `NotDeleted` where they are not gone, `Deleted` where only an administrator can bring them back.
    pub fn return_by_invitation(self, now: Timestamp) -> Result<Self, StandingError> {
        match self.standing {
            Standing::Deleted { by: DeletedBy::Themselves | DeletedBy::Disuse, .. } => Ok(Self {
                standing: Standing::Enabled,
                roles: Roles::NONE,
                consented_at: None,
                external: self.pending_again(now),
                ..self
            }),
            Standing::Deleted { .. } | Standing::Erased { .. } => Err(StandingError::Deleted),
            _ => Err(StandingError::NotDeleted),
        }
    }

    /// The profile is erased for good; the address is free again and `pseudonym` stands in logs.
    ///
    /// # Errors
    /// `NotDeleted`: only what was deleted long enough is erased.
    pub fn erase(self, pseudonym: EmailAddress, now: Timestamp) -> Result<Self, StandingError> {
        match self.standing {
            Standing::Deleted { at, .. } if now >= at + DELETED_KEPT => Ok(Self {
                standing: Standing::Erased { at: now },
                address: pseudonym,
                name: None,
                company: None,
                roles: Roles::NONE,
                time_zone: None,
                ..self
            }),
            _ => Err(StandingError::NotDeleted),
        }
    }

    /// How the person comes in begins anew: a guest takes an invitation up again; memberships and consent to the rules
    /// of the house stay theirs to give.
    #[must_use]
    pub fn begin_anew(self, now: Timestamp) -> Self {
        let external = self.pending_again(now).or(self.external);
        Self { external, consented_at: None, ..self }
    }

    /// Since when a guest waits for an invitation to be taken up.
    pub fn pending_since(&self) -> Option<Timestamp> {
        match self.external {
            Some(ExternalState::PendingAcceptance { since }) => Some(since),
            _ => None,
        }
    }

    fn pending_again(&self, now: Timestamp) -> Option<ExternalState> {
        self.is_guest().then_some(ExternalState::PendingAcceptance { since: now })
    }

    /// The person consented to what the invitation shares.
    #[must_use]
    pub fn accept(self, now: Timestamp) -> Self {
        let external = self.is_guest().then_some(ExternalState::Accepted { at: now });
        let external = match self.external {
            Some(ExternalState::Accepted { .. }) => self.external,
            _ => external,
        };
        Self { external, consented_at: self.consented_at.or(Some(now)), ..self }
    }

    /// # Errors
    /// `GuestRole`: guests hold none; `Deleted`.
    pub fn give_roles(self, roles: Roles) -> Result<Self, StandingError> {
        match (self.user_type, self.standing) {
            (_, Standing::Deleted { .. } | Standing::Erased { .. }) => Err(StandingError::Deleted),
            (UserType::Guest, _) if !roles.is_empty() => Err(StandingError::GuestRole),
            _ => Ok(Self { roles, ..self }),
        }
    }

    /// Counts for the last-administrator rule.
    pub fn is_working_administrator(&self, now: Timestamp) -> bool {
        self.roles.has(Role::Administrator) && self.may_enter(now).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{self, NOON};

    #[test]
    fn a_guest_comes_in_only_after_acceptance_and_before_the_end() {
        let guest = samples::guest("ada@praxis.example");
        assert_eq!(guest.may_enter(NOON), Err(Barred::NotAccepted));
        let guest = guest.accept(NOON);
        assert_eq!(guest.may_enter(NOON), Ok(()));
        let guest = User { ends_at: Some(NOON), ..guest };
        assert_eq!(guest.may_enter(NOON - Span(1)), Ok(()));
        assert_eq!(guest.may_enter(NOON), Err(Barred::Ended(NOON)));
    }

    #[test]
    fn who_was_deleted_by_an_administrator_does_not_return_by_invitation() {
        let gone = samples::guest("ada@praxis.example").delete(DeletedBy::Administrator, NOON).unwrap();
        assert_eq!(gone.return_by_invitation(NOON), Err(StandingError::Deleted));
    }

    #[test]
    fn who_left_by_themselves_returns_pending_and_must_consent_again() {
        let guest = samples::guest("ada@praxis.example").accept(NOON);
        let back = guest.delete(DeletedBy::Themselves, NOON).unwrap().return_by_invitation(NOON).unwrap();
        assert_eq!(back.may_enter(NOON), Err(Barred::NotAccepted));
        assert_eq!(back.consented_at, None);
    }

    #[test]
    fn a_restored_user_is_disabled_and_without_roles() {
        let admin = samples::member("ida@lindenhof.example").give_roles(Roles::of(Role::Administrator)).unwrap();
        let deleted = admin.delete(DeletedBy::Administrator, NOON).unwrap();
        let restored = deleted.clone().restore(NOON).unwrap();
        assert_eq!((restored.standing, restored.roles), (Standing::Disabled, Roles::NONE));
        assert_eq!(deleted.restore(NOON + DELETED_KEPT), Err(StandingError::Gone(NOON + DELETED_KEPT)));
    }

    #[test]
    fn guests_hold_no_roles() {
        let guest = samples::guest("ada@praxis.example");
        assert_eq!(guest.give_roles(Roles::of(Role::Reader)), Err(StandingError::GuestRole));
    }
}
