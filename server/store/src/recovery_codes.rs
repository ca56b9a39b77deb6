//! Recovery codes by the digest of each.

use domain::id::UserId;
use domain::time::Timestamp;

use crate::statements::{on, sql};
use crate::table::Table;
use crate::{Bind, StoreError, Tx};

sql! {
    LEFT = "SELECT COUNT(*), COALESCE(MAX(created_at), 0) FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL";
    USE = "UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND digest = $2 AND used_at IS NULL";
    DROP = "DELETE FROM recovery_codes WHERE user_id = $1";
}

const TABLE: Table =
    Table { name: "recovery_codes", columns: &["user_id", "digest", "created_at", "used_at"], versioned: false };
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

/// In place of those there were.
pub async fn replace(tx: &mut Tx, user: UserId, digests: &[String], now: Timestamp) -> Result<(), StoreError> {
    drop(tx, user).await?;
    let row =
        |digest: &String| vec![Bind::text(user), Bind::text(digest), Bind::number(now.0), Bind::Number(None::<i64>)];
    TABLE.insert(tx, digests.iter().map(row).collect()).await
}

/// How many are left, and when they were made.
pub async fn left(tx: &mut Tx, user: UserId) -> Result<(i64, Timestamp), StoreError> {
    let (count, at): (i64, i64) = on!(tx, |conn| sqlx::query_as(LEFT).bind(user.to_string()).fetch_one(conn).await?);
    Ok((count, Timestamp(at)))
}

/// `false` where the person has no such code, or it was used.
pub async fn take(tx: &mut Tx, user: UserId, digest: &str, now: Timestamp) -> Result<bool, StoreError> {
    let user = user.to_string();
    Ok(on!(tx, |conn| sqlx::query(USE).bind(user).bind(digest).bind(now.0).execute(conn).await?.rows_affected()) == 1)
}

pub async fn drop(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(DROP).bind(user.to_string()).execute(conn).await?.rows_affected());
    Ok(())
}
