//! Identity providers and the domains that they speak for.

use domain::id::ProviderId;
use domain::provider::Provider;
use domain::text::DomainName;
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::list::{ListDef, Order};
use crate::statements::{on, sql};
use crate::table::{Table, select_in};
use crate::users::label;
use crate::{Bind, Page, PageAsk, StoreError, Stored, Tx, id, json, read, to_json, words};

sql! {
    GET = "SELECT * FROM providers WHERE id = $1";
    OF_DOMAIN = "SELECT p.* FROM provider_domains d JOIN providers p ON p.id = d.provider_id WHERE d.domain = $1 AND d.enabled";
    OFFERED = "SELECT * FROM providers WHERE enabled AND offered ORDER BY position, sort_name, id LIMIT 20";
    ENABLED = "SELECT * FROM providers WHERE enabled ORDER BY sort_name, id";
    SECRET = "SELECT client_secret FROM providers WHERE id = $1";
    CERTIFICATE = "UPDATE providers SET certificate_ends_at = $2 WHERE id = $1";
    PARTNERS = "SELECT COUNT(*) FROM partners WHERE provider_id = $1";
    DROP_DOMAINS = "DELETE FROM provider_domains WHERE provider_id = $1";
    DROP = "DELETE FROM providers WHERE id = $1";
}

const TABLE: Table = Table {
    name: "providers",
    columns: &[
        "id",
        "name",
        "sort_name",
        "enabled",
        "offered",
        "position",
        "client_id",
        "client_secret",
        "secret_ends_at",
        "passcode_until",
        "logo",
        "settings",
        "created_at",
    ],
    versioned: true,
};
const DOMAINS: Table =
    Table { name: "provider_domains", columns: &["provider_id", "domain", "enabled"], versioned: false };
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE, &DOMAINS];

const PROVIDERS: ListDef = ListDef {
    name: "providers",
    columns: "p.*",
    from: "providers p",
    id: "p.id",
    words: Some("p.id"),
    scope: "1 = 1",
    filters: &[],
    orders: &[
        Order { name: "name", key: "p.sort_name", numeric: false, descending: false },
        Order { name: "created", key: "p.id", numeric: false, descending: true },
    ],
};
pub(crate) const LISTS: &[&ListDef] = &[&PROVIDERS];

#[derive(Debug, FromRow)]
struct ProviderRow {
    id: String,
    name: String,
    enabled: bool,
    offered: bool,
    position: i64,
    client_id: String,
    secret_ends_at: Option<i64>,
    certificate_ends_at: Option<i64>,
    passcode_until: Option<i64>,
    logo: Option<String>,
    settings: String,
    created_at: i64,
    version: i64,
}

impl ProviderRow {
    fn provider(self) -> Result<Stored<Provider>, StoreError> {
        let name = self.name.clone();
        let value = Provider {
            id: id(&self.id)?,
            name: read("name", &name, label(&Some(self.name))?)?,
            enabled: self.enabled,
            offered: self.offered,
            position: self.position,
            client_id: self.client_id,
            secret_ends_at: self.secret_ends_at.map(Timestamp),
            certificate_ends_at: self.certificate_ends_at.map(Timestamp),
            passcode_until: self.passcode_until.map(Timestamp),
            logo: self.logo,
            settings: json("provider", &self.settings)?,
            created_at: Timestamp(self.created_at),
        };
        Ok(Stored { value, version: self.version })
    }
}

fn row(provider: &Provider, sealed: &str) -> Vec<Bind> {
    vec![
        Bind::text(provider.id),
        Bind::text(&provider.name),
        Bind::text(provider.name.as_str().to_lowercase()),
        Bind::Flag(provider.enabled),
        Bind::Flag(provider.offered),
        Bind::number(provider.position),
        Bind::text(&provider.client_id),
        Bind::text(sealed),
        Bind::Number(provider.secret_ends_at.map(|at| at.0)),
        Bind::Number(provider.passcode_until.map(|at| at.0)),
        Bind::maybe(provider.logo.as_ref()),
        Bind::text(to_json(&provider.settings)),
        Bind::number(provider.created_at.0),
    ]
}

async fn set_domains(tx: &mut Tx, provider: &Provider) -> Result<(), StoreError> {
    let key = provider.id.to_string();
    on!(tx, |conn| sqlx::query(DROP_DOMAINS).bind(&key).execute(conn).await?.rows_affected());
    let rows = provider.settings.domains.iter();
    let rows = rows.map(|domain| vec![Bind::text(&key), Bind::text(domain), Bind::Flag(provider.enabled)]);
    DOMAINS.insert(tx, rows.collect()).await
}

fn searched(provider: &Provider) -> String {
    let domains: Vec<&str> = provider.settings.domains.iter().map(DomainName::as_str).collect();
    format!("{} {}", provider.name, domains.join(" "))
}

/// `sealed` is the client secret, encrypted.
///
/// # Errors
/// `Exists` where another enabled provider has one of its domains.
pub async fn insert(tx: &mut Tx, provider: &Provider, sealed: &str) -> Result<(), StoreError> {
    TABLE.insert(tx, vec![row(provider, sealed)]).await?;
    set_domains(tx, provider).await?;
    words::insert(tx, &[(provider.id.to_string(), searched(provider))]).await
}

/// Keeps the secret that is there where `sealed` is `None`.
///
/// # Errors
/// `Conflict` where somebody saved since; `Exists` where another enabled provider has one of its domains.
pub async fn save(tx: &mut Tx, provider: &Stored<Provider>, sealed: Option<&str>) -> Result<(), StoreError> {
    let kept = match sealed {
        Some(sealed) => sealed.to_owned(),
        None => secret(tx, provider.value.id).await?.unwrap_or_default(),
    };
    TABLE.save(tx, row(&provider.value, &kept), provider.version).await?;
    set_domains(tx, &provider.value).await?;
    words::replace(tx, &provider.value.id.to_string(), &searched(&provider.value)).await
}

pub async fn get(tx: &mut Tx, provider: ProviderId) -> Result<Option<Stored<Provider>>, StoreError> {
    let row: Option<ProviderRow> =
        on!(tx, |conn| sqlx::query_as(GET).bind(provider.to_string()).fetch_optional(conn).await?);
    row.map(ProviderRow::provider).transpose()
}

pub async fn by_ids(tx: &mut Tx, providers: &[ProviderId]) -> Result<Vec<Provider>, StoreError> {
    let keys: Vec<String> = providers.iter().map(ToString::to_string).collect();
    let rows: Vec<ProviderRow> = select_in(tx, "SELECT * FROM providers WHERE id IN", &keys, "").await?;
    rows.into_iter().map(|row| Ok(row.provider()?.value)).collect()
}

/// The enabled provider that speaks for a domain.
pub async fn of_domain(tx: &mut Tx, domain: &DomainName) -> Result<Option<Stored<Provider>>, StoreError> {
    let row: Option<ProviderRow> =
        on!(tx, |conn| sqlx::query_as(OF_DOMAIN).bind(domain.as_str()).fetch_optional(conn).await?);
    row.map(ProviderRow::provider).transpose()
}

/// Those that everybody is offered, in the order that administrators set; twenty at most.
pub async fn offered(tx: &mut Tx) -> Result<Vec<Provider>, StoreError> {
    let rows: Vec<ProviderRow> = on!(tx, |conn| sqlx::query_as(OFFERED).fetch_all(conn).await?);
    rows.into_iter().map(|row| Ok(row.provider()?.value)).collect()
}

pub async fn enabled(tx: &mut Tx) -> Result<Vec<Provider>, StoreError> {
    let rows: Vec<ProviderRow> = on!(tx, |conn| sqlx::query_as(ENABLED).fetch_all(conn).await?);
    rows.into_iter().map(|row| Ok(row.provider()?.value)).collect()
}

/// The client secret, encrypted.
pub async fn secret(tx: &mut Tx, provider: ProviderId) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> =
        on!(tx, |conn| sqlx::query_as(SECRET).bind(provider.to_string()).fetch_optional(conn).await?);
    Ok(row.map(|(sealed,)| sealed))
}

/// When the certificate ends that the provider showed last. Lobby sees it, nobody sets it: the version stays, and a form
/// that is open is not refused for it.
pub async fn note_certificate(tx: &mut Tx, provider: ProviderId, ends_at: Option<Timestamp>) -> Result<(), StoreError> {
    let end = ends_at.map(|at| at.0);
    on!(tx, |conn| sqlx::query(CERTIFICATE).bind(provider.to_string()).bind(end).execute(conn).await?.rows_affected());
    Ok(())
}

/// How many partner organizations name it.
pub async fn partners(tx: &mut Tx, provider: ProviderId) -> Result<i64, StoreError> {
    let (count,): (i64,) = on!(tx, |conn| sqlx::query_as(PARTNERS).bind(provider.to_string()).fetch_one(conn).await?);
    Ok(count)
}

pub async fn page(tx: &mut Tx, ask: &PageAsk) -> Result<Page<Stored<Provider>>, StoreError> {
    PROVIDERS.page::<ProviderRow>(tx, ask, &[], &[]).await?.try_map(ProviderRow::provider)
}

/// Only a provider that no identity, attempt or partner names can go.
pub async fn drop(tx: &mut Tx, provider: ProviderId) -> Result<(), StoreError> {
    let key = provider.to_string();
    words::replace(tx, &key, "").await?;
    crate::attempts::drop_of(tx, provider).await?;
    for statement in [DROP_DOMAINS, DROP] {
        on!(tx, |conn| sqlx::query(statement).bind(&key).execute(conn).await?.rows_affected());
    }
    Ok(())
}
