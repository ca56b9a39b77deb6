//! Passkeys by their person and by the id of their credential; and the challenges that wait for one.

use domain::id::{CeremonyId, PasskeyId, UserId};
use domain::passkey::{Passkey, PasskeyName, Purpose};
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::statements::{on, sql};
use crate::table::Table;
use crate::{Bind, StoreError, Stored, Tx, exactly_one, id, read};

sql! {
    BY_CREDENTIAL = "SELECT * FROM passkeys WHERE credential_id = $1";
    OF_USER = "SELECT * FROM passkeys WHERE user_id = $1 ORDER BY id";
    ANY_OF_USER = "SELECT 1 FROM passkeys WHERE user_id = $1 LIMIT 1";
    USED = "UPDATE passkeys SET credential = $3, last_used_at = $4, version = version + 1 WHERE id = $1 AND version = $2";
    RENAME = "UPDATE passkeys SET name = $3, version = version + 1 WHERE id = $1 AND version = $2";
    DROP = "DELETE FROM passkeys WHERE id = $1 AND user_id = $2";
    DROP_ALL = "DELETE FROM passkeys WHERE user_id = $1";
    /// Whoever takes it has the only answer that counts, right or wrong.
    TAKE = "DELETE FROM ceremonies WHERE id = $1 AND browser = $2 AND purpose = $3 AND expires_at > $4
            RETURNING user_id, state";
    PRUNE = "DELETE FROM ceremonies WHERE expires_at <= $1";
}

const PASSKEYS: Table = Table {
    name: "passkeys",
    columns: &["id", "credential_id", "user_id", "name", "credential", "created_at", "last_used_at"],
    versioned: true,
};
const CEREMONIES: Table = Table {
    name: "ceremonies",
    columns: &["id", "browser", "purpose", "user_id", "state", "expires_at"],
    versioned: false,
};
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&PASSKEYS, &CEREMONIES];

/// A passkey with what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub passkey: Passkey,
    /// In base64url.
    pub credential_id: String,
    /// JSON of the public key with its counter and flags.
    pub credential: String,
}

/// A challenge that waits for its passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ceremony {
    pub id: CeremonyId,
    /// The digest of the browser's cookie.
    pub browser: String,
    pub purpose: Purpose,
    /// Who began it, where somebody was signed in.
    pub user: Option<UserId>,
    /// JSON of the challenge.
    pub state: String,
    pub expires_at: Timestamp,
}

#[derive(Debug, FromRow)]
struct PasskeyRow {
    id: String,
    credential_id: String,
    user_id: String,
    name: String,
    credential: String,
    created_at: i64,
    last_used_at: Option<i64>,
    version: i64,
}

impl PasskeyRow {
    fn kept(self) -> Result<Stored<Kept>, StoreError> {
        let passkey = Passkey {
            id: id(&self.id)?,
            user: id(&self.user_id)?,
            name: read("name", &self.name, PasskeyName::parse(&self.name).ok())?,
            created_at: Timestamp(self.created_at),
            last_used_at: self.last_used_at.map(Timestamp),
        };
        let kept = Kept { passkey, credential_id: self.credential_id, credential: self.credential };
        Ok(Stored { value: kept, version: self.version })
    }
}

/// # Errors
/// `Exists` where this credential is somebody's already.
pub async fn insert(tx: &mut Tx, kept: &Kept) -> Result<(), StoreError> {
    let passkey = &kept.passkey;
    let row = vec![
        Bind::text(passkey.id),
        Bind::text(&kept.credential_id),
        Bind::text(passkey.user),
        Bind::text(&passkey.name),
        Bind::text(&kept.credential),
        Bind::number(passkey.created_at.0),
        Bind::Number(passkey.last_used_at.map(|at| at.0)),
    ];
    PASSKEYS.insert(tx, vec![row]).await
}

pub async fn by_credential(tx: &mut Tx, credential_id: &str) -> Result<Option<Stored<Kept>>, StoreError> {
    let row: Option<PasskeyRow> =
        on!(tx, |conn| sqlx::query_as(BY_CREDENTIAL).bind(credential_id).fetch_optional(conn).await?);
    row.map(PasskeyRow::kept).transpose()
}

/// The oldest first.
pub async fn of_user(tx: &mut Tx, user: UserId) -> Result<Vec<Stored<Kept>>, StoreError> {
    let rows: Vec<PasskeyRow> = on!(tx, |conn| sqlx::query_as(OF_USER).bind(user.to_string()).fetch_all(conn).await?);
    rows.into_iter().map(PasskeyRow::kept).collect()
}

/// Has this person any?
pub async fn has_any(tx: &mut Tx, user: UserId) -> Result<bool, StoreError> {
    let row: Option<(i32,)> =
        on!(tx, |conn| sqlx::query_as(ANY_OF_USER).bind(user.to_string()).fetch_optional(conn).await?);
    Ok(row.is_some())
}

/// It proved its person: its counter as it is now.
pub async fn used(tx: &mut Tx, read: &Stored<Kept>, credential: &str, now: Timestamp) -> Result<(), StoreError> {
    let key = read.value.passkey.id.to_string();
    let changed = on!(tx, |conn| {
        let update = sqlx::query(USED).bind(key).bind(read.version).bind(credential).bind(now.0);
        update.execute(conn).await?.rows_affected()
    });
    exactly_one(changed, "passkeys")
}

pub async fn rename(tx: &mut Tx, read: &Stored<Kept>, name: &PasskeyName) -> Result<(), StoreError> {
    let key = read.value.passkey.id.to_string();
    let changed = on!(tx, |conn| {
        let update = sqlx::query(RENAME).bind(key).bind(read.version).bind(name.as_str());
        update.execute(conn).await?.rows_affected()
    });
    exactly_one(changed, "passkeys")
}

/// `false` where the person has no such passkey.
pub async fn drop(tx: &mut Tx, user: UserId, passkey: PasskeyId) -> Result<bool, StoreError> {
    let (passkey, user) = (passkey.to_string(), user.to_string());
    Ok(on!(tx, |conn| sqlx::query(DROP).bind(passkey).bind(user).execute(conn).await?.rows_affected()) == 1)
}

pub async fn drop_all(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(DROP_ALL).bind(user.to_string()).execute(conn).await?.rows_affected());
    Ok(())
}

pub async fn begin(tx: &mut Tx, ceremony: &Ceremony) -> Result<(), StoreError> {
    let row = vec![
        Bind::text(ceremony.id),
        Bind::text(&ceremony.browser),
        Bind::text(ceremony.purpose),
        Bind::maybe(ceremony.user),
        Bind::text(&ceremony.state),
        Bind::number(ceremony.expires_at.0),
    ];
    CEREMONIES.insert(tx, vec![row]).await
}

/// The challenge and who began it, once; `None` for another browser, another purpose, a second time and too late.
pub async fn take(
    tx: &mut Tx,
    ceremony: CeremonyId,
    browser: &str,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<(Option<UserId>, String)>, StoreError> {
    let row: Option<(Option<String>, String)> = on!(tx, |conn| {
        let take = sqlx::query_as(TAKE).bind(ceremony.to_string()).bind(browser).bind(purpose.as_str()).bind(now.0);
        take.fetch_optional(conn).await?
    });
    row.map(|(user, state)| Ok((user.as_deref().map(id).transpose()?, state))).transpose()
}

pub async fn prune(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    Ok(on!(tx, |conn| sqlx::query(PRUNE).bind(now.0).execute(conn).await?.rows_affected()))
}
