//! Ways to a provider and back: who began one in which browser, and what the provider asserted.

use domain::id::{AttemptId, ProviderId, UserId};
use domain::provider::Asserted;
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::statements::{on, sql};
use crate::table::Table;
use crate::{Bind, StoreError, Tx, id, json, read, to_json};

domain::stored_words! {
    /// What a person went to a provider for.
    Errand { SignIn = "sign_in", Link = "link", Prove = "prove", Test = "test" }
}

sql! {
    GET = "SELECT * FROM attempts WHERE id = $1";
    /// One answer is taken: whoever comes second changes nothing.
    USE = "UPDATE attempts SET used_at = $2, version = version + 1 WHERE id = $1 AND used_at IS NULL";
    ASSERT = "UPDATE attempts SET asserted = $2, version = version + 1 WHERE id = $1";
    NEWEST = "SELECT * FROM attempts WHERE browser = $1 AND purpose = $2 AND asserted IS NOT NULL ORDER BY used_at DESC LIMIT 1";
    PRUNE = "DELETE FROM attempts WHERE started_at <= $1";
    DROP_OF_PROVIDER = "DELETE FROM attempts WHERE provider_id = $1";
    PRUNE_TOKENS = "DELETE FROM logout_tokens WHERE expires_at <= $1";
    TAKE_TOKEN = "INSERT INTO logout_tokens (issuer, token_id, expires_at) VALUES ($1, $2, $3)
                  ON CONFLICT (issuer, token_id) DO NOTHING";
}

const TABLE: Table = Table {
    name: "attempts",
    columns: &["id", "browser", "provider_id", "purpose", "user_id", "asked", "started_at"],
    versioned: true,
};
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub id: AttemptId,
    /// The digest of the browser's cookie.
    pub browser: String,
    pub provider: ProviderId,
    pub errand: Errand,
    /// Who began it, where somebody was signed in.
    pub user: Option<UserId>,
    /// JSON of where to go on.
    pub asked: String,
    pub started_at: Timestamp,
    pub used_at: Option<Timestamp>,
    pub asserted: Option<Asserted>,
}

#[derive(Debug, FromRow)]
struct AttemptRow {
    id: String,
    browser: String,
    provider_id: String,
    purpose: String,
    user_id: Option<String>,
    asked: String,
    started_at: i64,
    used_at: Option<i64>,
    asserted: Option<String>,
}

impl AttemptRow {
    fn attempt(self) -> Result<Attempt, StoreError> {
        Ok(Attempt {
            id: id(&self.id)?,
            browser: self.browser,
            provider: id(&self.provider_id)?,
            errand: read("errand", &self.purpose, Errand::parse(&self.purpose))?,
            user: self.user_id.as_deref().map(id).transpose()?,
            asked: self.asked,
            started_at: Timestamp(self.started_at),
            used_at: self.used_at.map(Timestamp),
            asserted: self.asserted.as_deref().map(|text| json("assertion", text)).transpose()?,
        })
    }
}

pub async fn insert(tx: &mut Tx, attempt: &Attempt) -> Result<(), StoreError> {
    let row = vec![
        Bind::text(attempt.id),
        Bind::text(&attempt.browser),
        Bind::text(attempt.provider),
        Bind::text(attempt.errand),
        Bind::maybe(attempt.user),
        Bind::text(&attempt.asked),
        Bind::number(attempt.started_at.0),
    ];
    TABLE.insert(tx, vec![row]).await
}

pub async fn get(tx: &mut Tx, attempt: AttemptId) -> Result<Option<Attempt>, StoreError> {
    let row: Option<AttemptRow> =
        on!(tx, |conn| sqlx::query_as(GET).bind(attempt.to_string()).fetch_optional(conn).await?);
    row.map(AttemptRow::attempt).transpose()
}

/// `false` where its answer was taken already.
pub async fn take(tx: &mut Tx, attempt: AttemptId, now: Timestamp) -> Result<bool, StoreError> {
    Ok(on!(tx, |conn| sqlx::query(USE).bind(attempt.to_string()).bind(now.0).execute(conn).await?.rows_affected()) == 1)
}

pub async fn assert(tx: &mut Tx, attempt: AttemptId, asserted: &Asserted) -> Result<(), StoreError> {
    let text = to_json(asserted);
    on!(tx, |conn| sqlx::query(ASSERT).bind(attempt.to_string()).bind(text).execute(conn).await?.rows_affected());
    Ok(())
}

/// The newest one of this browser that a provider answered.
pub async fn newest(tx: &mut Tx, browser: &str, errand: Errand) -> Result<Option<Attempt>, StoreError> {
    let row: Option<AttemptRow> =
        on!(tx, |conn| sqlx::query_as(NEWEST).bind(browser).bind(errand.as_str()).fetch_optional(conn).await?);
    row.map(AttemptRow::attempt).transpose()
}

/// Remembers a logout token; `false` where it came before.
pub async fn take_token(tx: &mut Tx, issuer: &str, token: &str, until: Timestamp) -> Result<bool, StoreError> {
    let insert = on!(tx, |conn| {
        sqlx::query(TAKE_TOKEN).bind(issuer).bind(token).bind(until.0).execute(conn).await?.rows_affected()
    });
    Ok(insert == 1)
}

/// Forgets attempts that began before `old`, and logout tokens that are refused for their age by now.
pub async fn prune(tx: &mut Tx, old: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
    let attempts = on!(tx, |conn| sqlx::query(PRUNE).bind(old.0).execute(conn).await?.rows_affected());
    let tokens = on!(tx, |conn| sqlx::query(PRUNE_TOKENS).bind(now.0).execute(conn).await?.rows_affected());
    Ok(attempts + tokens)
}

pub async fn drop_of(tx: &mut Tx, provider: ProviderId) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(DROP_OF_PROVIDER).bind(provider.to_string()).execute(conn).await?.rows_affected());
    Ok(())
}
