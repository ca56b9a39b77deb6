//! The rows there is one of: organization, collaboration settings; and the links for first administrators.

use domain::text::EmailAddress;
use domain::time::Timestamp;

use crate::statements::{on, sql};
use crate::users::address;
use crate::{StoreError, Stored, Tx, exactly_one, json, to_json};

sql! {
    GET = "SELECT value, version FROM settings WHERE name = $1";
    ADD = "INSERT INTO settings (name, value, version) VALUES ($1, $2, 1) ON CONFLICT (name) DO NOTHING";
    SAVE = "UPDATE settings SET value = $2, version = version + 1 WHERE name = $1 AND version = $3";
    VOID_LINKS = "DELETE FROM administrator_links WHERE used_at IS NULL";
    ADD_LINK = "INSERT INTO administrator_links (digest, address, created_at, expires_at) VALUES ($1, $2, $3, $4)";
    LINK = "SELECT address, expires_at FROM administrator_links WHERE digest = $1 AND used_at IS NULL";
    USE_LINK = "UPDATE administrator_links SET used_at = $2 WHERE digest = $1 AND used_at IS NULL AND expires_at > $2";
}

pub const ORGANIZATION: &str = "organization";
pub const ACCESS: &str = "access";
pub const COLLABORATION: &str = "collaboration";
pub const SECURITY: &str = "security";

pub async fn get<T: serde::de::DeserializeOwned>(
    tx: &mut Tx,
    name: &'static str,
) -> Result<Option<Stored<T>>, StoreError> {
    let row: Option<(String, i64)> = on!(tx, |conn| sqlx::query_as(GET).bind(name).fetch_optional(conn).await?);
    row.map(|(value, version)| Ok(Stored { value: json(name, &value)?, version })).transpose()
}

/// Does nothing where the row stands already.
pub async fn add<T: serde::Serialize>(tx: &mut Tx, name: &'static str, value: &T) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(ADD).bind(name).bind(to_json(value)).execute(conn).await?.rows_affected());
    Ok(())
}

/// # Errors
/// `Conflict` where somebody else saved since.
pub async fn save<T: serde::Serialize>(tx: &mut Tx, name: &'static str, setting: &Stored<T>) -> Result<(), StoreError> {
    let value = to_json(&setting.value);
    let changed = on!(tx, |conn| {
        sqlx::query(SAVE).bind(name).bind(value).bind(setting.version).execute(conn).await?.rows_affected()
    });
    exactly_one(changed, name)
}

/// Keeps the digest of a link for a first administrator; the ones before are void.
pub async fn add_administrator_link(
    tx: &mut Tx,
    digest: &str,
    for_address: &EmailAddress,
    now: Timestamp,
    until: Timestamp,
) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(VOID_LINKS).execute(conn).await?.rows_affected());
    on!(tx, |conn| {
        let insert = sqlx::query(ADD_LINK).bind(digest).bind(for_address.as_str()).bind(now.0).bind(until.0);
        insert.execute(conn).await?.rows_affected()
    });
    Ok(())
}

/// Whom an unused link is for, and until when.
pub async fn administrator_link(tx: &mut Tx, digest: &str) -> Result<Option<(EmailAddress, Timestamp)>, StoreError> {
    let row: Option<(String, i64)> = on!(tx, |conn| sqlx::query_as(LINK).bind(digest).fetch_optional(conn).await?);
    row.map(|(text, until)| Ok((address(&text)?, Timestamp(until)))).transpose()
}

/// `false` where the link is unknown, used or over.
pub async fn use_administrator_link(tx: &mut Tx, digest: &str, now: Timestamp) -> Result<bool, StoreError> {
    Ok(on!(tx, |conn| sqlx::query(USE_LINK).bind(digest).bind(now.0).execute(conn).await?.rows_affected()) == 1)
}
