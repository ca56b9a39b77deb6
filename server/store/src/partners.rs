//! Partner organizations, the domains that are theirs, and the filing of guests under them.

use std::collections::HashMap;

use domain::id::{PartnerId, UserId};
use domain::partner::{Partner, PartnerDomains};
use domain::text::{DomainName, Label, Message};
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::list::{ListDef, Order};
use crate::statements::{on, sql};
use crate::table::{Table, select_in};
use crate::users::{prose, sort_name};
use crate::{Bind, Filter, Page, PageAsk, StoreError, Stored, Tx, id, read, words};

sql! {
    GET = "SELECT * FROM partners WHERE id = $1";
    /// To 10,001.
    COUNT_GUESTS = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM users WHERE partner_id = $1 AND deleted_at IS NULL LIMIT 10001) c";
    /// In this state; to 10,001.
    COUNT_IN_STATE = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM users WHERE partner_id = $1 AND state || '' = $2 LIMIT 10001) c";
    DROP_DOMAINS = "DELETE FROM partner_domains WHERE partner_id = $1";
    FILE = "UPDATE users SET partner_id = $1 WHERE user_type = 'guest' AND partner_id IS NULL
            AND domain IN (SELECT d.domain FROM partner_domains d WHERE d.partner_id = $1)";
    UNFILE = "UPDATE users SET partner_id = NULL WHERE partner_id = $1
              AND domain NOT IN (SELECT d.domain FROM partner_domains d WHERE d.partner_id = $1)";
    /// Guests who were written while another transaction gave their domain to a partner.
    FILE_STRAYS = "UPDATE users SET partner_id = (SELECT d.partner_id FROM partner_domains d WHERE d.domain = users.domain)
                   WHERE id > $1 AND user_type = 'guest' AND partner_id IS NULL
                   AND domain IN (SELECT e.domain FROM partner_domains e)";
    DELETE = "DELETE FROM partners WHERE id = $1";
}

const TABLE: Table = Table {
    name: "partners",
    columns: &["id", "name", "sort_name", "provider_id", "sponsor_id", "invitations_allowed", "notes", "created_at"],
    versioned: true,
};
const DOMAINS: Table = Table { name: "partner_domains", columns: &["domain", "partner_id", "shape"], versioned: false };
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE, &DOMAINS];

/// Whose people are not invited.
pub const CLOSED: &str = "NOT p.invitations_allowed";

const PARTNERS: ListDef = ListDef {
    name: "partners",
    columns: "p.*,
        (SELECT COUNT(*) FROM (SELECT 1 AS one FROM users u WHERE u.partner_id = p.id AND u.deleted_at IS NULL LIMIT 10001) c) AS guests",
    from: "partners p",
    id: "p.id",
    words: Some("p.id"),
    scope: "TRUE",
    filters: &[CLOSED],
    orders: &[
        Order { name: "name", key: "p.sort_name", numeric: false, descending: false },
        Order { name: "created", key: "p.id", numeric: false, descending: true },
    ],
};
pub(crate) const LISTS: &[&ListDef] = &[&PARTNERS];

#[derive(Debug, FromRow)]
struct PartnerRow {
    id: String,
    name: String,
    provider_id: Option<String>,
    sponsor_id: Option<String>,
    invitations_allowed: bool,
    notes: String,
    created_at: i64,
    version: i64,
}

#[derive(Debug, FromRow)]
struct CountedRow {
    #[sqlx(flatten)]
    partner: PartnerRow,
    guests: i64,
}

#[derive(Debug, FromRow)]
struct DomainRow {
    domain: String,
    partner_id: String,
}

#[derive(Debug, FromRow)]
struct ClaimRow {
    domain: String,
    partner_id: String,
    name: String,
    invitations_allowed: bool,
    sponsor_id: Option<String>,
}

/// A partner as the list shows it; guests are counted to 10,001, without deleted ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub partner: Partner,
    pub guests: i64,
}

/// A domain that is a partner's, with what bears on whoever has an address there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub domain: DomainName,
    pub partner: PartnerId,
    pub name: String,
    pub invitations_allowed: bool,
    pub sponsor: Option<UserId>,
}

impl PartnerRow {
    fn partner(self, domains: Vec<DomainName>) -> Result<Stored<Partner>, StoreError> {
        let value = Partner {
            id: id(&self.id)?,
            name: read("name", &self.name, Label::parse(&self.name).ok())?,
            domains: PartnerDomains::known(domains),
            provider: self.provider_id.as_deref().map(id).transpose()?,
            sponsor: self.sponsor_id.as_deref().map(id).transpose()?,
            invitations_allowed: self.invitations_allowed,
            notes: prose(&self.notes)?,
            created_at: Timestamp(self.created_at),
        };
        Ok(Stored { value, version: self.version })
    }
}

impl ClaimRow {
    fn claim(self) -> Result<Claim, StoreError> {
        Ok(Claim {
            domain: domain(&self.domain)?,
            partner: id(&self.partner_id)?,
            name: self.name,
            invitations_allowed: self.invitations_allowed,
            sponsor: self.sponsor_id.as_deref().map(id).transpose()?,
        })
    }
}

fn domain(text: &str) -> Result<DomainName, StoreError> {
    read("domain", text, DomainName::parse(text).ok())
}

fn row(partner: &Partner) -> Vec<Bind> {
    vec![
        Bind::text(partner.id),
        Bind::text(partner.name.as_str()),
        Bind::text(sort_name(partner.name.as_str())),
        Bind::maybe(partner.provider),
        Bind::maybe(partner.sponsor),
        Bind::Flag(partner.invitations_allowed),
        Bind::text(partner.notes.as_ref().map_or("", Message::as_str)),
        Bind::number(partner.created_at.0),
    ]
}

fn searched(partner: &Partner) -> String {
    let domains = partner.domains.iter().map(DomainName::unicode).collect::<Vec<_>>().join(" ");
    format!("{} {domains}", partner.name)
}

/// Adds a partner and files the guests of its domains under it.
///
/// # Errors
/// `Exists` where a domain is another partner's.
pub async fn insert(tx: &mut Tx, partner: &Partner) -> Result<(), StoreError> {
    TABLE.insert(tx, vec![row(partner)]).await?;
    words::insert(tx, &[(partner.id.to_string(), searched(partner))]).await?;
    insert_domains(tx, partner).await?;
    run(tx, FILE, partner.id).await
}

/// Writes the partner back. Where its domains are others than before, its guests are filed anew.
///
/// # Errors
/// `Exists` where a domain is another partner's.
pub async fn save(tx: &mut Tx, partner: &Stored<Partner>) -> Result<(), StoreError> {
    let Stored { value, version } = partner;
    TABLE.save(tx, row(value), *version).await?;
    words::replace(tx, &value.id.to_string(), &searched(value)).await?;
    let before = domains_of(tx, &[value.id]).await?.remove(&value.id).unwrap_or_default();
    if PartnerDomains::known(before) == value.domains {
        return Ok(());
    }
    run(tx, DROP_DOMAINS, value.id).await?;
    insert_domains(tx, value).await?;
    run(tx, UNFILE, value.id).await?;
    run(tx, FILE, value.id).await
}

async fn insert_domains(tx: &mut Tx, partner: &Partner) -> Result<(), StoreError> {
    let row = |domain: &DomainName| vec![Bind::text(domain), Bind::text(partner.id), Bind::text(domain.shape())];
    DOMAINS.insert(tx, partner.domains.iter().map(row).collect()).await
}

async fn run(tx: &mut Tx, statement: &'static str, partner: PartnerId) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(statement).bind(partner.to_string()).execute(conn).await?.rows_affected());
    Ok(())
}

pub async fn get(tx: &mut Tx, partner: PartnerId) -> Result<Option<Stored<Partner>>, StoreError> {
    let row: Option<PartnerRow> =
        on!(tx, |conn| sqlx::query_as(GET).bind(partner.to_string()).fetch_optional(conn).await?);
    let Some(row) = row else { return Ok(None) };
    let domains = domains_of(tx, &[partner]).await?.remove(&partner).unwrap_or_default();
    row.partner(domains).map(Some)
}

async fn domains_of(tx: &mut Tx, partners: &[PartnerId]) -> Result<HashMap<PartnerId, Vec<DomainName>>, StoreError> {
    let keys: Vec<String> = partners.iter().map(ToString::to_string).collect();
    let prefix = "SELECT domain, partner_id FROM partner_domains WHERE partner_id IN";
    let rows: Vec<DomainRow> = select_in(tx, prefix, &keys, "").await?;
    let mut domains: HashMap<PartnerId, Vec<DomainName>> = HashMap::new();
    for row in rows {
        domains.entry(id(&row.partner_id)?).or_default().push(domain(&row.domain)?);
    }
    Ok(domains)
}

pub async fn page(tx: &mut Tx, ask: &PageAsk, filters: &[Filter]) -> Result<Page<Counted>, StoreError> {
    let page = PARTNERS.page::<CountedRow>(tx, ask, &[], filters).await?;
    let ids = page.items.iter().map(|row| id(&row.partner.id)).collect::<Result<Vec<PartnerId>, _>>()?;
    let mut domains = domains_of(tx, &ids).await?;
    page.try_map(|row| {
        let domains = domains.remove(&id(&row.partner.id)?).unwrap_or_default();
        Ok(Counted { partner: row.partner.partner(domains)?.value, guests: row.guests })
    })
}

/// Which of these domains are whose.
pub async fn by_domains(tx: &mut Tx, domains: impl IntoIterator<Item = DomainName>) -> Result<Vec<Claim>, StoreError> {
    let keys: Vec<String> = domains.into_iter().map(String::from).collect();
    let prefix = "SELECT d.domain, d.partner_id, p.name, p.invitations_allowed, p.sponsor_id
                  FROM partner_domains d JOIN partners p ON p.id = d.partner_id WHERE d.domain IN";
    let rows: Vec<ClaimRow> = select_in(tx, prefix, &keys, "").await?;
    rows.into_iter().map(ClaimRow::claim).collect()
}

/// The domains of partners that are drawn so: see [`DomainName::shapes`].
pub async fn by_shapes(tx: &mut Tx, shapes: &[String]) -> Result<Vec<Claim>, StoreError> {
    let prefix = "SELECT d.domain, d.partner_id, p.name, p.invitations_allowed, p.sponsor_id
                  FROM partner_domains d JOIN partners p ON p.id = d.partner_id WHERE d.shape IN";
    let rows: Vec<ClaimRow> = select_in(tx, prefix, shapes, "").await?;
    rows.into_iter().map(ClaimRow::claim).collect()
}

/// Guests who are not deleted, to 10,001.
pub async fn count_guests(tx: &mut Tx, partner: PartnerId) -> Result<i64, StoreError> {
    let (count,): (i64,) =
        on!(tx, |conn| sqlx::query_as(COUNT_GUESTS).bind(partner.to_string()).fetch_one(conn).await?);
    Ok(count)
}

/// Guests who have not accepted yet, to 10,001.
pub async fn count_pending(tx: &mut Tx, partner: PartnerId) -> Result<i64, StoreError> {
    let (count,): (i64,) = on!(tx, |conn| {
        sqlx::query_as(COUNT_IN_STATE).bind(partner.to_string()).bind("pending").fetch_one(conn).await?
    });
    Ok(count)
}

/// The partner goes; its guests stay, and are of no partner.
pub async fn delete(tx: &mut Tx, partner: PartnerId) -> Result<(), StoreError> {
    words::replace(tx, &partner.to_string(), "").await?;
    for statement in [DROP_DOMAINS, UNFILE, DELETE] {
        run(tx, statement, partner).await?;
    }
    Ok(())
}

/// Files the guests who came after `since` and whom a partner's change in the same moment did not see.
pub async fn file_strays(tx: &mut Tx, since: UserId) -> Result<u64, StoreError> {
    Ok(on!(tx, |conn| sqlx::query(FILE_STRAYS).bind(since.to_string()).execute(conn).await?.rows_affected()))
}
