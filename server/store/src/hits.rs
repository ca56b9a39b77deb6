//! What limits count: one row a deed, in a bucket, with how many it stood for.

use domain::time::Timestamp;

use crate::statements::{on, sql};
use crate::table::{Table, select_in_with};
use crate::{Bind, StoreError, Tx};

sql! {
    SUM = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT), COALESCE(MIN(at), 0) FROM hits WHERE bucket = $1 AND at > $2";
    HOLD = "INSERT INTO hits (id, bucket, amount, at) VALUES ($1, 'guard', 0, $2) ON CONFLICT (id) DO UPDATE SET at = excluded.at";
    FORGET = "DELETE FROM hits WHERE bucket = $1";
    PRUNE = "DELETE FROM hits WHERE at <= $1";
}

const TABLE: Table = Table { name: "hits", columns: &["id", "bucket", "amount", "at"], versioned: false };
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

/// (id, bucket, amount) of each deed.
pub async fn add(
    tx: &mut Tx,
    hits: impl IntoIterator<Item = (domain::id::EventId, String, i64)>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = |(id, bucket, amount): (domain::id::EventId, String, i64)| {
        vec![Bind::text(id), Bind::Text(Some(bucket)), Bind::number(amount), Bind::number(now.0)]
    };
    TABLE.insert(tx, hits.into_iter().map(row).collect()).await
}

/// Holds a bucket until the transaction ends: of two that would count in it, the second waits and sees what the first
/// counted. Call it before reading the count. Its row goes when old hits go; a guard of [`crate::guards`] would stay for
/// every mailbox and browser that ever asked.
pub async fn hold(tx: &mut Tx, bucket: &str, now: Timestamp) -> Result<(), StoreError> {
    let row = format!("guard:{bucket}");
    on!(tx, |conn| sqlx::query(HOLD).bind(&row).bind(now.0).execute(conn).await?.rows_affected());
    Ok(())
}

/// The same for many, in an order that is the same for everybody: two that hold some of the same never wait for each
/// other in a circle.
pub async fn hold_all(tx: &mut Tx, mut buckets: Vec<String>, now: Timestamp) -> Result<(), StoreError> {
    buckets.sort_unstable();
    buckets.dedup();
    for bucket in buckets {
        hold(tx, &bucket, now).await?;
    }
    Ok(())
}

/// How many since `since`, and when the oldest of them was.
pub async fn since(tx: &mut Tx, bucket: &str, since: Timestamp) -> Result<(i64, Timestamp), StoreError> {
    let (sum, oldest): (i64, i64) =
        on!(tx, |conn| sqlx::query_as(SUM).bind(bucket).bind(since.0).fetch_one(conn).await?);
    Ok((sum, Timestamp(oldest)))
}

/// (bucket, amount, at) of every deed in these buckets since `since`.
pub async fn of_since(
    tx: &mut Tx,
    buckets: &[String],
    since: Timestamp,
) -> Result<Vec<(String, i64, i64)>, StoreError> {
    let prefix = "SELECT bucket, amount, at FROM hits WHERE at > $1 AND bucket IN";
    select_in_with(tx, prefix, &[Bind::number(since.0)], buckets, "").await
}

pub async fn forget(tx: &mut Tx, bucket: &str) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(FORGET).bind(bucket).execute(conn).await?.rows_affected());
    Ok(())
}

pub async fn prune(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    Ok(on!(tx, |conn| sqlx::query(PRUNE).bind(before.0).execute(conn).await?.rows_affected()))
}
