//! Second factors besides passkeys: authenticator apps, recovery codes, passes to enrol the first one.

use domain::id::{SessionId, UserId};
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::list::Table;
use crate::statements::{on, sql};
use crate::{Bind, StoreError, Tx};

sql! {
    HAS_ANY = "SELECT EXISTS (SELECT 1 FROM passkeys p WHERE p.user_id = $1)
               OR EXISTS (SELECT 1 FROM authenticators a WHERE a.user_id = $1)";
    GET = "SELECT secret, created_at, last_step, last_used_at FROM authenticators WHERE user_id = $1";
    /// The step must grow: of two requests with the same code, one wins.
    USE_STEP = "UPDATE authenticators SET last_step = $2, last_used_at = $3 WHERE user_id = $1 AND last_step < $2";
    DROP_AUTHENTICATOR = "DELETE FROM authenticators WHERE user_id = $1";
    DROP_CODES = "DELETE FROM recovery_codes WHERE user_id = $1";
    DROP_PASSES = "DELETE FROM enrolment_passes WHERE user_id = $1";
    LEFT = "SELECT COUNT(*) FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL";
    USE_CODE = "UPDATE recovery_codes SET used_at = $3 WHERE digest = $1 AND user_id = $2 AND used_at IS NULL";
    USE_PASS = "DELETE FROM enrolment_passes WHERE digest = $1 AND user_id = $2 AND expires_at > $3";
    LET_ENROL = "UPDATE sessions SET enrol_until = $2 WHERE id = $1";
    PRUNE = "DELETE FROM enrolment_passes WHERE expires_at <= $1";
}

const AUTHENTICATORS: Table =
    Table { name: "authenticators", columns: &["user_id", "secret", "created_at", "last_step"], versioned: false };
const CODES: Table = Table { name: "recovery_codes", columns: &["digest", "user_id"], versioned: false };
const PASSES: Table =
    Table { name: "enrolment_passes", columns: &["digest", "user_id", "given_by", "expires_at"], versioned: false };
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&AUTHENTICATORS, &CODES, &PASSES];

/// An authenticator app as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticator {
    /// Encrypted under the installation's key.
    pub secret: String,
    pub created_at: Timestamp,
    pub last_step: i64,
    pub last_used_at: Option<Timestamp>,
}

#[derive(Debug, FromRow)]
struct AuthenticatorRow {
    secret: String,
    created_at: i64,
    last_step: i64,
    last_used_at: Option<i64>,
}

/// Has somebody a second factor: a passkey or an authenticator app?
pub async fn has_any(tx: &mut Tx, user: UserId) -> Result<bool, StoreError> {
    let (any,): (bool,) = on!(tx, |conn| sqlx::query_as(HAS_ANY).bind(user.to_string()).fetch_one(conn).await?);
    Ok(any)
}

pub async fn authenticator(tx: &mut Tx, user: UserId) -> Result<Option<Authenticator>, StoreError> {
    let row: Option<AuthenticatorRow> =
        on!(tx, |conn| sqlx::query_as(GET).bind(user.to_string()).fetch_optional(conn).await?);
    Ok(row.map(|AuthenticatorRow { secret, created_at, last_step, last_used_at }| Authenticator {
        secret,
        created_at: Timestamp(created_at),
        last_step,
        last_used_at: last_used_at.map(Timestamp),
    }))
}

/// # Errors
/// `Exists` where the person has one.
pub async fn add_authenticator(
    tx: &mut Tx,
    user: UserId,
    secret: &str,
    step: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    AUTHENTICATORS
        .insert(tx, vec![vec![Bind::text(user), Bind::text(secret), Bind::number(now.0), Bind::number(step)]])
        .await
}

/// `false` where this step, or a later one, was accepted before.
pub async fn use_step(tx: &mut Tx, user: UserId, step: i64, now: Timestamp) -> Result<bool, StoreError> {
    Ok(on!(tx, |conn| {
        sqlx::query(USE_STEP).bind(user.to_string()).bind(step).bind(now.0).execute(conn).await?.rows_affected()
    }) == 1)
}

pub async fn drop_authenticator(tx: &mut Tx, user: UserId) -> Result<bool, StoreError> {
    Ok(on!(tx, |conn| sqlx::query(DROP_AUTHENTICATOR).bind(user.to_string()).execute(conn).await?.rows_affected()) == 1)
}

/// These codes, and none of those before.
pub async fn set_codes(tx: &mut Tx, user: UserId, digests: &[String]) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(DROP_CODES).bind(user.to_string()).execute(conn).await?.rows_affected());
    CODES.insert(tx, digests.iter().map(|digest| vec![Bind::text(digest), Bind::text(user)]).collect()).await
}

/// How many codes are left.
pub async fn codes_left(tx: &mut Tx, user: UserId) -> Result<i64, StoreError> {
    let (left,): (i64,) = on!(tx, |conn| sqlx::query_as(LEFT).bind(user.to_string()).fetch_one(conn).await?);
    Ok(left)
}

/// `false` where the person has no such code left.
pub async fn use_code(tx: &mut Tx, user: UserId, digest: &str, now: Timestamp) -> Result<bool, StoreError> {
    Ok(on!(tx, |conn| {
        sqlx::query(USE_CODE).bind(digest).bind(user.to_string()).bind(now.0).execute(conn).await?.rows_affected()
    }) == 1)
}

/// This pass, and none of those before.
pub async fn give_pass(
    tx: &mut Tx,
    user: UserId,
    digest: &str,
    by: UserId,
    until: Timestamp,
) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(DROP_PASSES).bind(user.to_string()).execute(conn).await?.rows_affected());
    PASSES.insert(tx, vec![vec![Bind::text(digest), Bind::text(user), Bind::text(by), Bind::number(until.0)]]).await
}

/// Uses a pass up; `false` where it is unknown, somebody else's, used or over.
pub async fn use_pass(tx: &mut Tx, user: UserId, digest: &str, now: Timestamp) -> Result<bool, StoreError> {
    Ok(on!(tx, |conn| {
        sqlx::query(USE_PASS).bind(digest).bind(user.to_string()).bind(now.0).execute(conn).await?.rows_affected()
    }) == 1)
}

/// Until when this session may enrol a first factor.
pub async fn let_enrol(tx: &mut Tx, session: SessionId, until: Timestamp) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(LET_ENROL).bind(session.to_string()).bind(until.0).execute(conn).await?.rows_affected());
    Ok(())
}

/// Everything but the passkeys goes.
pub async fn drop_all(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    for statement in [DROP_AUTHENTICATOR, DROP_CODES, DROP_PASSES] {
        on!(tx, |conn| sqlx::query(statement).bind(user.to_string()).execute(conn).await?.rows_affected());
    }
    Ok(())
}

pub async fn prune(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    Ok(on!(tx, |conn| sqlx::query(PRUNE).bind(now.0).execute(conn).await?.rows_affected()))
}
