//! What a form showed when it was sent: typed values and verdicts, for the page that follows.

use domain::id::DraftId;
use domain::time::Timestamp;

use crate::statements::{on, sql};
use crate::table::Table;
use crate::{Bind, StoreError, Tx};

sql! {
    GET = "SELECT body FROM drafts WHERE id = $1 AND browser = $2 AND form = $3 AND expires_at > $4";
    PRUNE = "DELETE FROM drafts WHERE expires_at <= $1";
}

const TABLE: Table =
    Table { name: "drafts", columns: &["id", "browser", "form", "body", "expires_at"], versioned: false };
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

/// `browser` is the digest of the cookie that alone may see it again.
pub async fn keep(
    tx: &mut Tx,
    draft: DraftId,
    browser: &str,
    form: &str,
    body: &str,
    until: Timestamp,
) -> Result<(), StoreError> {
    let row = vec![Bind::text(draft), Bind::text(browser), Bind::text(form), Bind::text(body), Bind::number(until.0)];
    TABLE.insert(tx, vec![row]).await
}

pub async fn get(
    tx: &mut Tx,
    draft: DraftId,
    browser: &str,
    form: &str,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = on!(tx, |conn| {
        let select = sqlx::query_as(GET).bind(draft.to_string()).bind(browser).bind(form).bind(now.0);
        select.fetch_optional(conn).await?
    });
    Ok(row.map(|(body,)| body))
}

pub async fn prune(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    Ok(on!(tx, |conn| sqlx::query(PRUNE).bind(now.0).execute(conn).await?.rows_affected()))
}
