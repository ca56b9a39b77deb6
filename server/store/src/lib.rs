//! The memory: one SQL text for SQLite and PostgreSQL. Decides nothing and sends nothing.

pub mod access;
pub mod applications;
pub mod attempts;
pub mod audit;
pub mod authenticators;
pub mod blocks;
mod db;
pub mod drafts;
pub mod enrolment_passes;
pub mod groups;
pub mod guards;
pub mod hits;
pub mod identities;
pub mod invitations;
pub mod jobs;
pub mod list;
pub mod mailbox;
pub mod memberships;
pub mod outbox;
pub mod partners;
pub mod passcodes;
pub mod passkeys;
pub mod providers;
pub mod recovery_codes;
pub mod sessions;
pub mod settings;
pub mod sign_ins;
pub mod statements;
mod table;
pub mod terms;
#[cfg(feature = "testing")]
pub mod testing;
pub mod users;
pub mod wishes;
pub mod words;

pub use db::{Engine, Store, Tx};
pub use list::{Count, Filter, Page, PageAsk};
pub use table::Bind;

/// A value with the version it was read at; saving it back names that version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored<T> {
    pub value: T,
    pub version: i64,
}

impl<T> Stored<T> {
    /// The same version with another value.
    pub fn with<U>(self, change: impl FnOnce(T) -> U) -> Stored<U> {
        Stored { value: change(self.value), version: self.version }
    }

    /// As [`Stored::with`], for a change that may be refused.
    ///
    /// # Errors
    /// The refusal.
    pub fn try_with<U, E>(self, change: impl FnOnce(T) -> Result<U, E>) -> Result<Stored<U>, E> {
        Ok(Stored { value: change(self.value)?, version: self.version })
    }
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("somebody else changed {0} first")]
    Conflict(&'static str),
    #[error("{0} exists already")]
    Exists(&'static str),
    #[error("a stored {what} cannot be read: {value}")]
    Unreadable { what: &'static str, value: String },
    #[error("the database answered: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the migrations did not run: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

impl StoreError {
    /// Worth doing the whole verb again: another transaction was first.
    pub fn is_conflict(&self) -> bool {
        match self {
            Self::Conflict(_) => true,
            Self::Database(sqlx::Error::Database(error)) => {
                matches!(error.code().as_deref(), Some("40001" | "40P01" | "5" | "517"))
            }
            _ => false,
        }
    }
}

pub(crate) fn exactly_one(changed: u64, what: &'static str) -> Result<(), StoreError> {
    if changed == 1 { Ok(()) } else { Err(StoreError::Conflict(what)) }
}

/// A unique index was hit: `what` exists already.
pub(crate) fn unique(error: sqlx::Error, what: &'static str) -> StoreError {
    match &error {
        sqlx::Error::Database(inner) if inner.is_unique_violation() => StoreError::Exists(what),
        _ => StoreError::Database(error),
    }
}

/// Reads a stored word or number into its type, or says which one could not be read.
pub(crate) fn read<T>(what: &'static str, value: &str, parsed: Option<T>) -> Result<T, StoreError> {
    parsed.ok_or_else(|| StoreError::Unreadable { what, value: value.chars().take(80).collect() })
}

pub(crate) fn id<T: std::str::FromStr>(value: &str) -> Result<T, StoreError> {
    read("id", value, value.parse().ok())
}

pub(crate) fn json<T: serde::de::DeserializeOwned>(what: &'static str, value: &str) -> Result<T, StoreError> {
    read(what, value, serde_json::from_str(value).ok())
}

pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
