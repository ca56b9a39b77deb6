//! The demo's mailbox: what would have been sent.

use domain::id::LetterId;
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::statements::{on, sql};
use crate::table::Table;
use crate::{Bind, StoreError, Tx};

sql! {
    NEWEST = "SELECT * FROM mailbox ORDER BY id DESC LIMIT 200";
    GET = "SELECT * FROM mailbox WHERE id = $1";
}

const TABLE: Table = Table {
    name: "mailbox",
    columns: &["id", "recipient", "subject", "html", "plain", "received_at"],
    versioned: false,
};
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Received {
    pub id: String,
    pub recipient: String,
    pub subject: String,
    pub html: String,
    pub plain: String,
    pub received_at: i64,
}

pub async fn deliver(
    tx: &mut Tx,
    id: LetterId,
    to: &str,
    subject: &str,
    html: &str,
    plain: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let row = vec![
        Bind::text(id),
        Bind::text(to),
        Bind::text(subject),
        Bind::text(html),
        Bind::text(plain),
        Bind::number(at.0),
    ];
    TABLE.insert(tx, vec![row]).await
}

/// The newest two hundred.
pub async fn newest(tx: &mut Tx) -> Result<Vec<Received>, StoreError> {
    Ok(on!(tx, |conn| sqlx::query_as(NEWEST).fetch_all(conn).await?))
}

pub async fn get(tx: &mut Tx, id: LetterId) -> Result<Option<Received>, StoreError> {
    Ok(on!(tx, |conn| sqlx::query_as(GET).bind(id.to_string()).fetch_optional(conn).await?))
}
