//! One-time passcodes: who asked from which browser, and the keyed digest of the code once it left.

use domain::id::ChallengeId;
use domain::passcode::{Passcode, Purpose};
use domain::text::EmailAddress;
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::statements::{on, sql};
use crate::table::Table;
use crate::users::address;
use crate::{Bind, StoreError, Stored, Tx, exactly_one, id, read};

sql! {
    GET = "SELECT * FROM passcodes WHERE id = $1";
    NEWEST = "SELECT * FROM passcodes WHERE browser = $1 AND purpose = $2 ORDER BY id DESC LIMIT 1";
    MINTED = "UPDATE passcodes SET digest = $2 WHERE id = $1 AND used_at IS NULL";
    SENT = "UPDATE passcodes SET sent_at = $2 WHERE id = $1 AND used_at IS NULL";
    TRIED = "UPDATE passcodes SET tries = $2, used_at = $3, version = version + 1 WHERE id = $1 AND version = $4";
    PRUNE = "DELETE FROM passcodes WHERE asked_at <= $1";
}

const TABLE: Table = Table {
    name: "passcodes",
    columns: &["id", "purpose", "browser", "address", "address_key", "continuation", "asked_at", "tries"],
    versioned: true,
};
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    pub id: ChallengeId,
    pub purpose: Purpose,
    /// The digest of the asking browser's cookie.
    pub browser: String,
    pub address: EmailAddress,
    /// The keyed digest of the code; `None` until the letter leaves.
    pub digest: Option<String>,
    /// JSON of where the person was going.
    pub continuation: String,
    pub code: Passcode,
}

#[derive(Debug, FromRow)]
struct PasscodeRow {
    id: String,
    purpose: String,
    browser: String,
    address: String,
    digest: Option<String>,
    continuation: String,
    asked_at: i64,
    sent_at: Option<i64>,
    tries: i64,
    used_at: Option<i64>,
    version: i64,
}

impl PasscodeRow {
    fn challenge(self) -> Result<Stored<Challenge>, StoreError> {
        let value = Challenge {
            id: id(&self.id)?,
            purpose: read("purpose", &self.purpose, Purpose::parse(&self.purpose))?,
            browser: self.browser,
            address: address(&self.address)?,
            digest: self.digest,
            continuation: self.continuation,
            code: Passcode {
                asked_at: Timestamp(self.asked_at),
                sent_at: self.sent_at.map(Timestamp),
                tries: u32::try_from(self.tries).unwrap_or(u32::MAX),
                used_at: self.used_at.map(Timestamp),
            },
        };
        Ok(Stored { value, version: self.version })
    }
}

pub async fn insert(tx: &mut Tx, challenge: &Challenge) -> Result<(), StoreError> {
    let row = vec![
        Bind::text(challenge.id),
        Bind::text(challenge.purpose),
        Bind::text(&challenge.browser),
        Bind::text(challenge.address.as_str()),
        Bind::text(challenge.address.key()),
        Bind::text(&challenge.continuation),
        Bind::number(challenge.code.asked_at.0),
        Bind::number(0),
    ];
    TABLE.insert(tx, vec![row]).await
}

pub async fn get(tx: &mut Tx, challenge: ChallengeId) -> Result<Option<Stored<Challenge>>, StoreError> {
    let row: Option<PasscodeRow> =
        on!(tx, |conn| sqlx::query_as(GET).bind(challenge.to_string()).fetch_optional(conn).await?);
    row.map(PasscodeRow::challenge).transpose()
}

/// The newest one that a browser asked for, for one purpose.
pub async fn newest(tx: &mut Tx, browser: &str, purpose: Purpose) -> Result<Option<Stored<Challenge>>, StoreError> {
    let row: Option<PasscodeRow> =
        on!(tx, |conn| sqlx::query_as(NEWEST).bind(browser).bind(purpose.as_str()).fetch_optional(conn).await?);
    row.map(PasscodeRow::challenge).transpose()
}

/// The code was made; a letter that goes a second time carries another one.
pub async fn minted(tx: &mut Tx, challenge: ChallengeId, digest: &str) -> Result<(), StoreError> {
    let key = challenge.to_string();
    on!(tx, |conn| sqlx::query(MINTED).bind(key).bind(digest).execute(conn).await?.rows_affected());
    Ok(())
}

/// The mail server took the letter: the code's life begins.
pub async fn sent(tx: &mut Tx, challenge: ChallengeId, at: Timestamp) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(SENT).bind(challenge.to_string()).bind(at.0).execute(conn).await?.rows_affected());
    Ok(())
}

/// A try was counted.
///
/// # Errors
/// `Conflict` where another try came first.
pub async fn tried(tx: &mut Tx, challenge: &Stored<Challenge>) -> Result<(), StoreError> {
    let Stored { value, version } = challenge;
    let (tries, used) = (i64::from(value.code.tries), value.code.used_at.map(|at| at.0));
    let changed = on!(tx, |conn| {
        let update = sqlx::query(TRIED).bind(value.id.to_string()).bind(tries).bind(used).bind(*version);
        update.execute(conn).await?.rows_affected()
    });
    exactly_one(changed, "passcode")
}

pub async fn prune(tx: &mut Tx, asked_before: Timestamp) -> Result<u64, StoreError> {
    Ok(on!(tx, |conn| sqlx::query(PRUNE).bind(asked_before.0).execute(conn).await?.rows_affected()))
}
