//! Guard rows: an invariant over several rows bumps one, so that two transactions that could break it together queue.

use crate::statements::{on, sql};
use crate::{StoreError, Tx};

sql! {
    BUMP = "INSERT INTO guards (name, version) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET version = guards.version + 1";
    VERSION = "SELECT version FROM guards WHERE name = $1";
}

/// At least one enabled Administrator.
pub const ADMINISTRATORS: &str = "administrators";

/// Holds the guard until the transaction ends. Call it before reading what the invariant is about.
pub async fn hold(tx: &mut Tx, name: &str) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(BUMP).bind(name).execute(conn).await?.rows_affected());
    Ok(())
}

/// Holds the guard, and says which version it has come to.
pub async fn bump(tx: &mut Tx, name: &str) -> Result<i64, StoreError> {
    hold(tx, name).await?;
    version(tx, name).await
}

/// 0 where it was never held.
pub async fn version(tx: &mut Tx, name: &str) -> Result<i64, StoreError> {
    let row: Option<(i64,)> = on!(tx, |conn| sqlx::query_as(VERSION).bind(name).fetch_optional(conn).await?);
    Ok(row.map_or(0, |(version,)| version))
}
