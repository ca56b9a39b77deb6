//! The letters Lobby sends. A letter names ids only: what it says is looked up, and secrets minted, when it leaves.

use serde::{Deserialize, Serialize};

use crate::id::{AppId, ChallengeId, GroupId, InvitationId, SignInId, UserId};

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
        // By an administrator; to the address that was theirs until now.
        AddressChanged = "address_changed",
        // By themselves; likewise.
        AddressMoved = "address_moved",
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
    /// To the inviter: the invited person took it up by an account with another address.
    TakenUpByOther {
        invitation: InvitationId,
        account: UserId,
    },
    /// To inviter and owners: somebody who opened the invitation asks for it by another account.
    OtherAccountAsked {
        invitation: InvitationId,
        account: UserId,
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
    /// To the owners of an application, from somebody whom a policy stopped.
    AccessAsked {
        attempt: SignInId,
        group: GroupId,
        to: UserId,
    },
    /// To every Administrator: somebody tried a break-glass account.
    BreakGlass {
        attempt: SignInId,
        to: UserId,
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
            Self::TakenUpByOther { .. } => "taken_up_by_other",
            Self::OtherAccountAsked { .. } => "other_account_asked",
            Self::Added { .. } => "added",
            Self::Welcome { .. } => "welcome",
            Self::Passcode { .. } => "passcode",
            Self::AccountChanged { .. } => "account_changed",
            Self::AccessAsked { .. } => "access_asked",
            Self::BreakGlass { .. } => "break_glass",
            Self::ApplicationAssigned { .. } => "application_assigned",
        }
    }
}
