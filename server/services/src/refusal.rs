//! Why a deed was not done: facts for a page to explain, never sentences.

use domain::invitation::RedeemError;
use domain::passcode::PasscodeError;
use domain::problem::Problem;
use domain::time::Timestamp;
use domain::user::{Barred, StandingError};
use store::StoreError;

use crate::Denied;

/// What every verb answers.
pub type Verb<T> = Result<T, Refusal>;

#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Beside the fields that are wrong.
    #[error("not valid: {0:?}")]
    Invalid(Vec<Problem>),
    #[error("somebody else changed it first")]
    Conflict,
    #[error("too often; again at {until:?}")]
    TooMany { until: Timestamp },
    /// A rule stands against it; the code says which.
    #[error("refused: {0}")]
    Rule(&'static str),
    #[error(transparent)]
    Redeem(#[from] RedeemError),
    #[error(transparent)]
    Passcode(#[from] PasscodeError),
    #[error(transparent)]
    Barred(#[from] Barred),
    #[error(transparent)]
    Standing(#[from] StandingError),
    #[error(transparent)]
    Broken(StoreError),
}

impl From<Vec<Problem>> for Refusal {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Invalid(problems)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        if error.is_conflict() { Self::Conflict } else { Self::Broken(error) }
    }
}

/// Does a verb again that lost a race against another node or request; twice at most.
macro_rules! again {
    ($verb:expr) => {{
        let mut left = 2;
        loop {
            match $verb.await {
                Err(refusal) if left > 0 && $crate::Refusal::lost_a_race(&refusal) => left -= 1,
                done => break done,
            }
        }
    }};
}
pub(crate) use again;

impl Refusal {
    /// Another transaction was first: the same verb may well succeed, or explain itself, when done again.
    pub(crate) fn lost_a_race(&self) -> bool {
        matches!(self, Self::Conflict | Self::Broken(StoreError::Exists(_)))
    }

    /// One field, one problem.
    pub fn field(field: &str, code: &str) -> Self {
        Self::Invalid(vec![Problem::new(field, code)])
    }

    /// The same with the fact that explains it.
    pub fn field_because(field: &str, code: &str, fact: impl ToString) -> Self {
        Self::Invalid(vec![Problem::because(field, code, fact)])
    }

    /// A stable word for logs and addresses.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Denied(Denied::NotFound) => "not_found",
            Self::Denied(Denied::Forbidden) => "forbidden",
            Self::Denied(Denied::SignIn) => "sign_in",
            Self::Denied(Denied::Held) => "access_held",
            Self::Denied(Denied::Stale) => "prove_again",
            Self::Denied(Denied::Multifactor) => "multifactor",
            Self::Denied(Denied::Factor) => "factor_wanted",
            Self::Invalid(_) => "invalid",
            Self::Conflict => "conflict",
            Self::TooMany { .. } => "too_many",
            Self::Rule(code) => code,
            Self::Redeem(RedeemError::Expired(_)) => "invitation_expired",
            Self::Redeem(RedeemError::Revoked(_)) => "invitation_revoked",
            Self::Redeem(RedeemError::Declined(_)) => "invitation_declined",
            Self::Redeem(RedeemError::AlreadyAccepted(_)) => "invitation_accepted",
            Self::Redeem(RedeemError::Suspended) => "invitation_suspended",
            Self::Redeem(RedeemError::WrongRecipient) => "invitation_wrong_recipient",
            Self::Passcode(PasscodeError::Wrong { .. }) => "code_wrong",
            Self::Passcode(PasscodeError::Spent) => "code_spent",
            Self::Passcode(PasscodeError::Expired) => "code_expired",
            Self::Passcode(PasscodeError::Used) => "code_used",
            Self::Barred(Barred::Disabled) => "user_disabled",
            Self::Barred(Barred::Deleted) => "user_deleted",
            Self::Barred(Barred::Ended(_)) => "user_ended",
            Self::Barred(Barred::NotAccepted) => "user_not_accepted",
            Self::Standing(StandingError::Deleted) => "user_is_deleted",
            Self::Standing(StandingError::NotDeleted) => "user_not_deleted",
            Self::Standing(StandingError::Gone(_)) => "user_gone",
            Self::Standing(StandingError::GuestRole) => "guest_role",
            Self::Broken(_) => "broken",
        }
    }
}
