//! Identifiers: one type for each kind of thing, so that one never fits another's slot.

use crate::time::Timestamp;

/// Newtypes over a UUIDv7; ordered by the time they were made.
macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> { uuid::Uuid::parse_str(text).map(Self) }
        }
        impl From<uuid::Uuid> for $name { fn from(id: uuid::Uuid) -> Self { Self(id) } }
    )+ };
}

/// Before every id that was made at or after `at` (RFC 9562, section 5.7: milliseconds in the first 48 bits).
pub fn first(at: Timestamp) -> uuid::Uuid {
    let millis = at.0.clamp(0, (1 << 48) - 1).unsigned_abs();
    uuid::Uuid::from_u128(u128::from(millis) << 80)
}

ids! {
    UserId,
    GroupId,
    AppId,
    InvitationId,
    SessionId,
    ChallengeId,
    LetterId,
    SignInId,
    EventId,
    JobId,
    BlockId,
    DraftId,
    ProviderId,
    AttemptId,
    PartnerId,
    PasskeyId,
    CeremonyId,
    PolicyId,
    LocationId,
    TermsId,
    /// Ties the log lines, audit events and the error page of one request together.
    RequestId,
}
