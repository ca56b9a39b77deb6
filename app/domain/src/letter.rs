//! The letters Lobby sends. A letter names ids only: what it says is looked up, and secrets minted, when it leaves.

use serde::{Deserialize, Serialize};

use crate::id::{AppId, ChallengeId, GroupId, InvitationId, UserId};

stored_words! {
    /// Passcodes first, then what one person did, then lists.
    Lane { Passcode = "passcode", Single = "single", Bulk = "bulk" }
}

stored_words! {
    /// What changed about how somebody comes in.
    AccountChange {
        IdentityLinked = "identity_linked",
        IdentityRemoved = "identity_removed",
        PasskeyAdded = "passkey_added",
        PasskeyRemoved = "passkey_removed",
        AuthenticatorAdded = "authenticator_added",
        AuthenticatorRemoved = "authenticator_removed",
        RecoveryCodesMade = "recovery_codes_made",
        RecoveryCodeUsed = "recovery_code_used",
        PassGiven = "pass_given",
        RedemptionReset = "redemption_reset",
        // To the address that was theirs until now.
        AddressChanged = "address_changed",
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Letter {
    /// To the guest: with a link minted when it leaves.
    Invitation {
        invitation: InvitationId,
    },
    /// To the Cc: without link or buttons.
    InvitationCopy {
        invitation: InvitationId,
    },
    /// A further link to somebody who lost theirs.
    LostLink {
        invitation: InvitationId,
    },
    /// To inviter and owners: somebody tried an expired invitation.
    RenewalAsked {
        invitation: InvitationId,
        to: UserId,
    },
    /// To a known user who was added to a group.
    Added {
        group: GroupId,
        user: UserId,
        by: UserId,
    },
    /// To a member whom an administrator created.
    Welcome {
        user: UserId,
    },
    Passcode {
        challenge: ChallengeId,
    },
    /// To somebody whose ways to sign in, or whose address, changed: so that they notice if it was not them.
    AccountChanged {
        user: UserId,
        change: AccountChange,
    },
    /// To the owners of a group that gained an application.
    ApplicationAssigned {
        application: AppId,
        group: GroupId,
        to: UserId,
    },
}

impl Letter {
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Invitation { .. } => "invitation",
            Self::InvitationCopy { .. } => "invitation_copy",
            Self::LostLink { .. } => "lost_link",
            Self::RenewalAsked { .. } => "renewal_asked",
            Self::Added { .. } => "added",
            Self::Welcome { .. } => "welcome",
            Self::Passcode { .. } => "passcode",
            Self::AccountChanged { .. } => "account_changed",
            Self::ApplicationAssigned { .. } => "application_assigned",
        }
    }
}
