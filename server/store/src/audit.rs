//! The audit log: append-only.

use domain::event::{Action, Target, TargetKind};
use domain::id::{EventId, RequestId, UserId};
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::list::{ListDef, Order};
use crate::statements::{on, sql};
use crate::table::Table;
use crate::{Bind, Filter, Page, PageAsk, StoreError, Tx, id, read};

sql! {
    NEWEST_OLD = "SELECT old_value FROM audit WHERE target_id = $1 AND action = $2 AND at <= $3 AND old_value IS NOT NULL ORDER BY id DESC LIMIT 1";
    PRUNE = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at <= $1 LIMIT 1000)";
}

const TABLE: Table = Table {
    name: "audit",
    columns: &[
        "id",
        "at",
        "action",
        "actor_id",
        "actor_name",
        "target_kind",
        "target_id",
        "target_name",
        "old_value",
        "new_value",
        "address",
        "correlation_id",
    ],
    versioned: false,
};
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

pub const BY_ACTION: &str = "e.action = ?";
pub const BY_ACTOR: &str = "e.actor_id = ?";
pub const BY_TARGET: &str = "e.target_id = ?";
pub const SINCE: &str = "e.at >= ?";
pub const UNTIL: &str = "e.at < ?";

const AUDIT: ListDef = ListDef {
    name: "audit log",
    columns: "e.*",
    from: "audit e",
    id: "e.id",
    words: None,
    scope: "TRUE",
    filters: &[BY_ACTION, BY_ACTOR, BY_TARGET, SINCE, UNTIL],
    orders: &[Order { name: "time", key: "e.id", numeric: false, descending: true }],
};
pub(crate) const LISTS: &[&ListDef] = &[&AUDIT];

/// Who did something: a person, or Lobby itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorName {
    pub id: Option<UserId>,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    pub id: EventId,
    pub at: Timestamp,
    pub action: Action,
    pub actor: ActorName,
    pub target: Target,
    /// JSON of what changed, before and after.
    pub old: Option<String>,
    pub new: Option<String>,
    pub address: Option<String>,
    pub correlation: RequestId,
}

#[derive(Debug, FromRow)]
struct AuditRow {
    id: String,
    at: i64,
    action: String,
    actor_id: String,
    actor_name: String,
    target_kind: String,
    target_id: String,
    target_name: String,
    old_value: Option<String>,
    new_value: Option<String>,
    address: Option<String>,
    correlation_id: String,
}

/// What stands in the place of the actor's id where nobody is one.
const NOBODY: &str = "lobby";

impl AuditRow {
    fn event(self) -> Result<AuditEvent, StoreError> {
        let kind = read("target kind", &self.target_kind, TargetKind::parse(&self.target_kind))?;
        let actor = if self.actor_id == NOBODY { None } else { Some(id(&self.actor_id)?) };
        Ok(AuditEvent {
            id: id(&self.id)?,
            at: Timestamp(self.at),
            action: read("action", &self.action, Action::parse(&self.action))?,
            actor: ActorName { id: actor, name: self.actor_name },
            target: Target { kind, id: self.target_id, name: self.target_name },
            old: self.old_value,
            new: self.new_value,
            address: self.address,
            correlation: id(&self.correlation_id)?,
        })
    }
}

pub async fn record(tx: &mut Tx, events: Vec<AuditEvent>) -> Result<(), StoreError> {
    let row = |event: AuditEvent| {
        vec![
            Bind::text(event.id),
            Bind::number(event.at.0),
            Bind::text(event.action),
            Bind::text(event.actor.id.map_or_else(|| NOBODY.to_owned(), |actor| actor.to_string())),
            Bind::Text(Some(event.actor.name)),
            Bind::text(event.target.kind),
            Bind::Text(Some(event.target.id)),
            Bind::Text(Some(event.target.name)),
            Bind::Text(event.old),
            Bind::Text(event.new),
            Bind::Text(event.address),
            Bind::text(event.correlation),
        ]
    };
    TABLE.insert(tx, events.into_iter().map(row).collect()).await
}

pub async fn page(tx: &mut Tx, ask: &PageAsk, filters: &[Filter]) -> Result<Page<AuditEvent>, StoreError> {
    AUDIT.page::<AuditRow>(tx, ask, &[], filters).await?.try_map(AuditRow::event)
}

/// As [`page`] without the count, for an export.
pub async fn rows(tx: &mut Tx, ask: &PageAsk, filters: &[Filter]) -> Result<Page<AuditEvent>, StoreError> {
    AUDIT.rows::<AuditRow>(tx, ask, &[], filters).await?.try_map(AuditRow::event)
}

/// Forgets a thousand events older than `at`; says how many there were.
pub async fn prune(tx: &mut Tx, at: Timestamp) -> Result<u64, StoreError> {
    Ok(on!(tx, |conn| sqlx::query(PRUNE).bind(at.0).execute(conn).await?.rows_affected()))
}

/// What was before the newest change of this kind to a thing until `at`, as JSON.
pub async fn newest_old(
    tx: &mut Tx,
    target: &str,
    action: Action,
    at: Timestamp,
) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = on!(tx, |conn| {
        sqlx::query_as(NEWEST_OLD).bind(target).bind(action.as_str()).bind(at.0).fetch_optional(conn).await?
    });
    Ok(row.map(|(old,)| old))
}
