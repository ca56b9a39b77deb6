//! Authenticator apps by their person, with the step of the last code that was taken.

use domain::id::{SessionId, UserId};
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::statements::{on, sql};
use crate::table::Table;
use crate::{Bind, StoreError, Stored, Tx, exactly_one, id};

sql! {
    OF_USER = "SELECT * FROM authenticators WHERE user_id = $1";
    /// An authenticator that waits gives way to a new one.
    DROP_WAITING = "DELETE FROM authenticators WHERE user_id = $1 AND confirmed_at IS NULL";
    DROP = "DELETE FROM authenticators WHERE user_id = $1";
    /// Whoever is first takes the step: it counts once, and steps grow.
    TAKE = "UPDATE authenticators SET last_step = $3, last_used_at = $4, confirmed_at = COALESCE(confirmed_at, $4),
            version = version + 1 WHERE user_id = $1 AND version = $2 AND last_step < $3";
    PRUNE = "DELETE FROM authenticators WHERE confirmed_at IS NULL AND created_at <= $1";
}

const TABLE: Table = Table {
    name: "authenticators",
    columns: &["user_id", "secret", "session_id", "created_at", "confirmed_at", "last_step", "last_used_at"],
    versioned: true,
};
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub user: UserId,
    /// Sealed.
    pub secret: String,
    /// The session that began it.
    pub session: SessionId,
    pub created_at: Timestamp,
    /// `None` while it waits for its first code.
    pub confirmed_at: Option<Timestamp>,
    pub last_step: i64,
    pub last_used_at: Option<Timestamp>,
}

#[derive(Debug, FromRow)]
struct Row {
    user_id: String,
    secret: String,
    session_id: String,
    created_at: i64,
    confirmed_at: Option<i64>,
    last_step: i64,
    last_used_at: Option<i64>,
    version: i64,
}

impl Row {
    fn kept(self) -> Result<Stored<Kept>, StoreError> {
        let kept = Kept {
            user: id(&self.user_id)?,
            secret: self.secret,
            session: id(&self.session_id)?,
            created_at: Timestamp(self.created_at),
            confirmed_at: self.confirmed_at.map(Timestamp),
            last_step: self.last_step,
            last_used_at: self.last_used_at.map(Timestamp),
        };
        Ok(Stored { value: kept, version: self.version })
    }
}

/// In place of one that still waits.
///
/// # Errors
/// `Exists` where the person has one that is confirmed.
pub async fn begin(tx: &mut Tx, kept: &Kept) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(DROP_WAITING).bind(kept.user.to_string()).execute(conn).await?.rows_affected());
    let row = vec![
        Bind::text(kept.user),
        Bind::text(&kept.secret),
        Bind::text(kept.session),
        Bind::number(kept.created_at.0),
        Bind::Number(kept.confirmed_at.map(|at| at.0)),
        Bind::number(kept.last_step),
        Bind::Number(kept.last_used_at.map(|at| at.0)),
    ];
    TABLE.insert(tx, vec![row]).await
}

pub async fn of_user(tx: &mut Tx, user: UserId) -> Result<Option<Stored<Kept>>, StoreError> {
    let row: Option<Row> = on!(tx, |conn| sqlx::query_as(OF_USER).bind(user.to_string()).fetch_optional(conn).await?);
    row.map(Row::kept).transpose()
}

/// A code of this step was typed: it is confirmed, if it was not.
///
/// # Errors
/// `Conflict` where this step or a later one was taken since.
pub async fn take(tx: &mut Tx, read: &Stored<Kept>, step: i64, now: Timestamp) -> Result<(), StoreError> {
    let user = read.value.user.to_string();
    let changed = on!(tx, |conn| {
        sqlx::query(TAKE).bind(user).bind(read.version).bind(step).bind(now.0).execute(conn).await?.rows_affected()
    });
    exactly_one(changed, "authenticators")
}

/// `false` where the person has none.
pub async fn drop(tx: &mut Tx, user: UserId) -> Result<bool, StoreError> {
    Ok(on!(tx, |conn| sqlx::query(DROP).bind(user.to_string()).execute(conn).await?.rows_affected()) == 1)
}

/// Those that have waited since before.
pub async fn prune(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    Ok(on!(tx, |conn| sqlx::query(PRUNE).bind(before.0).execute(conn).await?.rows_affected()))
}
