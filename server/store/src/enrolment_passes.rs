//! Enrolment passes by the digest of each.

use domain::id::{SessionId, UserId};
use domain::time::Timestamp;

use crate::statements::{on, sql};
use crate::table::Table;
use crate::{Bind, StoreError, Tx};

sql! {
    VOID = "DELETE FROM enrolment_passes WHERE user_id = $1 AND used_at IS NULL";
    /// Once, and not too late.
    USE = "UPDATE enrolment_passes SET used_at = $4, session_id = $3
           WHERE digest = $1 AND user_id = $2 AND used_at IS NULL AND expires_at > $4 RETURNING by_administrator";
    USED_IN = "SELECT used_at FROM enrolment_passes WHERE session_id = $1 ORDER BY used_at DESC LIMIT 1";
    SPEND = "DELETE FROM enrolment_passes WHERE session_id = $1";
    DROP = "DELETE FROM enrolment_passes WHERE user_id = $1";
    PRUNE = "DELETE FROM enrolment_passes WHERE expires_at <= $1";
}

const TABLE: Table = Table {
    name: "enrolment_passes",
    columns: &["digest", "user_id", "given_by", "by_administrator", "created_at", "expires_at"],
    versioned: false,
};
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    pub digest: String,
    pub user: UserId,
    pub given_by: UserId,
    pub by_administrator: bool,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// The ones before that nobody used are void.
pub async fn give(tx: &mut Tx, pass: &Pass) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(VOID).bind(pass.user.to_string()).execute(conn).await?.rows_affected());
    let row = vec![
        Bind::text(&pass.digest),
        Bind::text(pass.user),
        Bind::text(pass.given_by),
        Bind::Flag(pass.by_administrator),
        Bind::number(pass.created_at.0),
        Bind::number(pass.expires_at.0),
    ];
    TABLE.insert(tx, vec![row]).await
}

/// Uses the pass up in this session; whether an Administrator gave it, or `None` where it is none that holds.
pub async fn take(
    tx: &mut Tx,
    digest: &str,
    user: UserId,
    session: SessionId,
    now: Timestamp,
) -> Result<Option<bool>, StoreError> {
    let (user, session) = (user.to_string(), session.to_string());
    let row: Option<(bool,)> = on!(tx, |conn| {
        sqlx::query_as(USE).bind(digest).bind(user).bind(session).bind(now.0).fetch_optional(conn).await?
    });
    Ok(row.map(|(by_administrator,)| by_administrator))
}

/// When a pass was used in this session by which nothing was enrolled yet.
pub async fn used_in(tx: &mut Tx, session: SessionId) -> Result<Option<Timestamp>, StoreError> {
    let row: Option<(i64,)> =
        on!(tx, |conn| sqlx::query_as(USED_IN).bind(session.to_string()).fetch_optional(conn).await?);
    Ok(row.map(|(at,)| Timestamp(at)))
}

/// A factor was enrolled by it.
pub async fn spend(tx: &mut Tx, session: SessionId) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(SPEND).bind(session.to_string()).execute(conn).await?.rows_affected());
    Ok(())
}

pub async fn drop(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(DROP).bind(user.to_string()).execute(conn).await?.rows_affected());
    Ok(())
}

pub async fn prune(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    Ok(on!(tx, |conn| sqlx::query(PRUNE).bind(before.0).execute(conn).await?.rows_affected()))
}
