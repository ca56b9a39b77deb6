//! Who accepted which version of which terms, when.

use domain::access::Accepted;
use domain::id::{EventId, TermsId, UserId};
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::list::{ListDef, Order};
use crate::statements::{on, sql};
use crate::table::Table;
use crate::{Bind, Page, PageAsk, StoreError, Tx, id};

sql! {
    OF_USER = "SELECT terms_id, terms_version, accepted_at FROM terms_acceptances WHERE user_id = $1 ORDER BY terms_id, id";
    COUNT = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM terms_acceptances WHERE terms_id = $1 LIMIT 10001) c";
}

const TABLE: Table = Table {
    name: "terms_acceptances",
    columns: &["id", "terms_id", "user_id", "terms_version", "language", "accepted_at"],
    versioned: false,
};
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

const ACCEPTANCES: ListDef = ListDef {
    name: "acceptances of terms",
    columns: "a.id, a.user_id, a.terms_version, a.language, a.accepted_at, u.address, COALESCE(u.name, u.address) AS name",
    from: "terms_acceptances a JOIN users u ON u.id = a.user_id",
    id: "a.id",
    words: Some("a.user_id"),
    scope: "a.terms_id = ?",
    filters: &[],
    orders: &[Order { name: "time", key: "a.id", numeric: false, descending: true }],
};
pub(crate) const LISTS: &[&ListDef] = &[&ACCEPTANCES];

#[derive(Debug, FromRow)]
struct AcceptedRow {
    terms_id: String,
    terms_version: i64,
    accepted_at: i64,
}

#[derive(Debug, FromRow)]
struct AcceptanceRow {
    user_id: String,
    terms_version: i64,
    language: String,
    accepted_at: i64,
    address: String,
    name: String,
}

/// One acceptance with its person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    pub user: UserId,
    pub name: String,
    pub address: String,
    pub version: i64,
    pub language: String,
    pub at: Timestamp,
}

pub async fn accept(
    tx: &mut Tx,
    event: EventId,
    user: UserId,
    accepted: &Accepted,
    language: &str,
) -> Result<(), StoreError> {
    let row = vec![
        Bind::text(event),
        Bind::text(accepted.terms),
        Bind::text(user),
        Bind::number(accepted.version),
        Bind::text(language),
        Bind::number(accepted.at.0),
    ];
    TABLE.insert(tx, vec![row]).await
}

/// Of each document that the person took, the last time.
pub async fn of_user(tx: &mut Tx, user: UserId) -> Result<Vec<Accepted>, StoreError> {
    let rows: Vec<AcceptedRow> = on!(tx, |conn| sqlx::query_as(OF_USER).bind(user.to_string()).fetch_all(conn).await?);
    let mut newest: Vec<Accepted> = Vec::new();
    for AcceptedRow { terms_id, terms_version, accepted_at } in rows {
        let accepted = Accepted { terms: id(&terms_id)?, version: terms_version, at: Timestamp(accepted_at) };
        match newest.last_mut() {
            Some(last) if last.terms == accepted.terms => *last = accepted,
            _ => newest.push(accepted),
        }
    }
    Ok(newest)
}

/// To 10,001.
pub async fn count(tx: &mut Tx, terms: TermsId) -> Result<i64, StoreError> {
    let (count,): (i64,) = on!(tx, |conn| sqlx::query_as(COUNT).bind(terms.to_string()).fetch_one(conn).await?);
    Ok(count)
}

pub async fn page(tx: &mut Tx, terms: TermsId, ask: &PageAsk) -> Result<Page<Acceptance>, StoreError> {
    ACCEPTANCES.page::<AcceptanceRow>(tx, ask, &[Bind::text(terms)], &[]).await?.try_map(AcceptanceRow::acceptance)
}

/// As [`page`] without the count, for an export.
pub async fn rows(tx: &mut Tx, terms: TermsId, ask: &PageAsk) -> Result<Page<Acceptance>, StoreError> {
    ACCEPTANCES.rows::<AcceptanceRow>(tx, ask, &[Bind::text(terms)], &[]).await?.try_map(AcceptanceRow::acceptance)
}

impl AcceptanceRow {
    fn acceptance(self) -> Result<Acceptance, StoreError> {
        let Self { user_id, terms_version, language, accepted_at, address, name } = self;
        let (user, at) = (id(&user_id)?, Timestamp(accepted_at));
        Ok(Acceptance { user, name, address, version: terms_version, language, at })
    }
}
