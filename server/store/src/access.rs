//! Policies, named locations and terms of use: as they stand, and as a set at any version.

use std::collections::HashSet;

use domain::access::{Entry, Location, LocationKind, Policy, PolicySet, Terms};
use domain::id::UserId;
use domain::text::Label;
use domain::time::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::FromRow;

use crate::list::{ListDef, Order};
use crate::statements::{on, sql};
use crate::table::Table;
use crate::users::sort_name;
use crate::{Bind, Filter, Page, PageAsk, StoreError, Stored, Tx, guards, id, json, to_json, words};

sql! {
    GET = "SELECT id, name, state, body, changed_at, version FROM access_parts WHERE id = $1 AND kind = $2";
    BY_NAME = "SELECT id, name, state, body, changed_at, version FROM access_parts WHERE kind = $1 AND sort_name = $2";
    DELETE = "DELETE FROM access_parts WHERE id = $1 AND kind = $2";
    KEEP = "INSERT INTO access_history (part_id, set_version, kind, name, body) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (part_id, set_version) DO UPDATE SET name = excluded.name, body = excluded.body";
    AT = "SELECT h.kind, h.part_id, h.name, h.body FROM access_history h WHERE h.body IS NOT NULL AND h.set_version =
          (SELECT MAX(m.set_version) FROM access_history m WHERE m.part_id = h.part_id AND m.set_version <= $1)";
    TRIAL = "INSERT INTO access_trials (part_id, kind, name, before, made_by, due_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (part_id) DO UPDATE SET name = excluded.name, made_by = excluded.made_by, due_at = excluded.due_at";
    TRIALS = "SELECT part_id, kind, name, before, due_at FROM access_trials ORDER BY due_at";
    END_TRIAL = "DELETE FROM access_trials WHERE part_id = $1";
    WEEK = "SELECT policy_id, result, report_only, CAST(SUM(amount) AS BIGINT) AS amount FROM policy_days
            WHERE day >= $1 GROUP BY policy_id, result, report_only";
    NAMES = "SELECT h.part_id, h.name, CAST(CASE WHEN h.body IS NULL THEN 1 ELSE 0 END AS BIGINT) FROM access_history h
             WHERE h.kind = $1 AND h.set_version =
             (SELECT MAX(m.set_version) FROM access_history m WHERE m.part_id = h.part_id)";
    MATCHED = "SELECT DISTINCT policy_id FROM policy_days";
}

/// The guard that every change of a set bumps; its version is the set's.
pub const GUARD: &str = "access";

const TABLE: Table = Table {
    name: "access_parts",
    columns: &["id", "kind", "name", "sort_name", "state", "body", "changed_at"],
    versioned: true,
};
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

pub const BY_STATE: &str = "p.state = ?";

const PARTS: ListDef = ListDef {
    name: "access parts",
    columns: "p.id, p.name, p.state, p.body, p.changed_at, p.version",
    from: "access_parts p",
    id: "p.id",
    words: Some("p.id"),
    scope: "p.kind = ?",
    filters: &[BY_STATE],
    orders: &[
        Order { name: "name", key: "p.sort_name", numeric: false, descending: false },
        Order { name: "created", key: "p.id", numeric: false, descending: true },
    ],
};
pub(crate) const LISTS: &[&ListDef] = &[&PARTS];

/// What a set is made of.
pub trait Part: Serialize + DeserializeOwned + Clone {
    const KIND: &'static str;
    fn key(&self) -> String;
    fn name(&self) -> &str;
    fn state(&self) -> &'static str;
    /// The same under another name.
    #[must_use]
    fn named(self, name: Label<80>) -> Self;
}

impl Part for Policy {
    const KIND: &'static str = "policy";
    fn key(&self) -> String {
        self.id.to_string()
    }
    fn name(&self) -> &str {
        self.name.as_str()
    }
    fn state(&self) -> &'static str {
        self.state.as_str()
    }
    fn named(self, name: Label<80>) -> Self {
        Self { name, ..self }
    }
}

impl Part for Location {
    const KIND: &'static str = "location";
    fn key(&self) -> String {
        self.id.to_string()
    }
    fn name(&self) -> &str {
        self.name.as_str()
    }
    fn state(&self) -> &'static str {
        match self.kind {
            LocationKind::Ranges { trusted: true, .. } => "trusted",
            LocationKind::Ranges { .. } => "ranges",
            LocationKind::Countries { .. } => "countries",
        }
    }
    fn named(self, name: Label<80>) -> Self {
        Self { name, ..self }
    }
}

impl Part for Terms {
    const KIND: &'static str = "terms";
    fn key(&self) -> String {
        self.id.to_string()
    }
    fn name(&self) -> &str {
        self.name.as_str()
    }
    fn state(&self) -> &'static str {
        ""
    }
    fn named(self, name: Label<80>) -> Self {
        Self { name, ..self }
    }
}

#[derive(Debug, FromRow)]
struct PartRow {
    id: String,
    name: String,
    state: String,
    body: String,
    changed_at: i64,
    version: i64,
}

/// One part as a list shows it. `value` is `None` where what is kept cannot be read.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    pub id: String,
    pub name: String,
    pub state: String,
    pub value: Option<T>,
    pub changed_at: Timestamp,
    pub version: i64,
}

#[derive(Debug, FromRow)]
struct KeptRow {
    kind: String,
    part_id: String,
    name: String,
    body: String,
}

/// A change that waits to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Trial {
    pub part_id: String,
    pub kind: String,
    pub name: String,
    /// JSON of what stood before; `None` where there was nothing.
    pub before: Option<String>,
    pub due_at: i64,
}

impl Trial {
    /// What stood before, where it is of this kind and can be read.
    pub fn before<T: Part>(&self) -> Option<T> {
        let text = self.before.as_deref().filter(|_| self.kind == T::KIND)?;
        serde_json::from_str(text).ok()
    }
}

/// How often a policy came to a result since some day.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Tally {
    pub policy_id: String,
    pub result: String,
    pub report_only: bool,
    pub amount: i64,
}

impl PartRow {
    fn listed<T: Part>(self) -> Listed<T> {
        let Self { id, name, state, body, changed_at, version } = self;
        Listed { id, name, state, value: serde_json::from_str(&body).ok(), changed_at: Timestamp(changed_at), version }
    }

    fn stored<T: Part>(self) -> Result<Stored<T>, StoreError> {
        Ok(Stored { value: json(T::KIND, &self.body)?, version: self.version })
    }
}

fn row<T: Part>(part: &T, now: Timestamp) -> Vec<Bind> {
    vec![
        Bind::text(part.key()),
        Bind::text(T::KIND),
        Bind::text(part.name()),
        Bind::text(sort_name(part.name())),
        Bind::text(part.state()),
        Bind::text(to_json(part)),
        Bind::number(now.0),
    ]
}

/// Adds a part: the set has a new version from here on.
///
/// # Errors
/// `Exists` where the name is another's.
pub async fn insert<T: Part>(tx: &mut Tx, part: &T, now: Timestamp) -> Result<i64, StoreError> {
    let version = guards::bump(tx, GUARD).await?;
    TABLE.insert(tx, vec![row(part, now)]).await?;
    words::insert(tx, &[(part.key(), part.name().to_owned())]).await?;
    keep(tx, part.key(), T::KIND, part.name(), Some(to_json(part)), version).await?;
    Ok(version)
}

/// Writes a part back: the set has a new version from here on.
///
/// # Errors
/// `Conflict` where somebody else saved since; `Exists` where the name is another's.
pub async fn save<T: Part>(tx: &mut Tx, part: &Stored<T>, now: Timestamp) -> Result<i64, StoreError> {
    let version = guards::bump(tx, GUARD).await?;
    TABLE.save(tx, row(&part.value, now), part.version).await?;
    words::replace(tx, &part.value.key(), part.value.name()).await?;
    keep(tx, part.value.key(), T::KIND, part.value.name(), Some(to_json(&part.value)), version).await?;
    Ok(version)
}

pub async fn delete<T: Part>(tx: &mut Tx, part: &T) -> Result<i64, StoreError> {
    forget::<T>(tx, &part.key(), part.name()).await
}

/// Deletes a part by its id, readable or not.
pub async fn forget<T: Part>(tx: &mut Tx, id: &str, name: &str) -> Result<i64, StoreError> {
    let version = guards::bump(tx, GUARD).await?;
    words::replace(tx, id, "").await?;
    on!(tx, |conn| sqlx::query(DELETE).bind(id).bind(T::KIND).execute(conn).await?.rows_affected());
    keep(tx, id.to_owned(), T::KIND, name, None, version).await?;
    Ok(version)
}

async fn keep(
    tx: &mut Tx,
    part: String,
    kind: &'static str,
    name: &str,
    body: Option<String>,
    version: i64,
) -> Result<(), StoreError> {
    on!(tx, |conn| {
        let insert = sqlx::query(KEEP).bind(part).bind(version).bind(kind).bind(name).bind(body);
        insert.execute(conn).await?.rows_affected()
    });
    Ok(())
}

pub async fn get<T: Part>(tx: &mut Tx, id: impl ToString) -> Result<Option<Stored<T>>, StoreError> {
    let row: Option<PartRow> =
        on!(tx, |conn| sqlx::query_as(GET).bind(id.to_string()).bind(T::KIND).fetch_optional(conn).await?);
    row.map(PartRow::stored).transpose()
}

/// As a list shows it, readable or not.
pub async fn listed<T: Part>(tx: &mut Tx, id: &str) -> Result<Option<Listed<T>>, StoreError> {
    let row: Option<PartRow> = on!(tx, |conn| sqlx::query_as(GET).bind(id).bind(T::KIND).fetch_optional(conn).await?);
    Ok(row.map(PartRow::listed))
}

/// By its name as people write it: case does not matter. What cannot be read is found too.
pub async fn by_name<T: Part>(tx: &mut Tx, name: &str) -> Result<Option<Listed<T>>, StoreError> {
    let row: Option<PartRow> =
        on!(tx, |conn| sqlx::query_as(BY_NAME).bind(T::KIND).bind(sort_name(name)).fetch_optional(conn).await?);
    Ok(row.map(PartRow::listed))
}

pub async fn page<T: Part>(tx: &mut Tx, ask: &PageAsk, filters: &[Filter]) -> Result<Page<Listed<T>>, StoreError> {
    PARTS.page::<PartRow>(tx, ask, &[Bind::text(T::KIND)], filters).await?.try_map(|row| Ok(row.listed()))
}

/// The set in force.
pub async fn current(tx: &mut Tx) -> Result<PolicySet, StoreError> {
    let version = guards::version(tx, GUARD).await?;
    at(tx, version).await
}

/// The set as it stood at a version.
pub async fn at(tx: &mut Tx, version: i64) -> Result<PolicySet, StoreError> {
    let rows: Vec<KeptRow> = on!(tx, |conn| sqlx::query_as(AT).bind(version).fetch_all(conn).await?);
    let mut set = PolicySet { version, ..PolicySet::default() };
    for KeptRow { kind, part_id, name, body } in rows {
        match kind.as_str() {
            Policy::KIND => set.policies.push(match serde_json::from_str(&body) {
                Ok(policy) => Entry::Readable(Box::new(policy)),
                Err(_) => Entry::Unreadable { id: id(&part_id)?, name },
            }),
            // One that cannot be read is missing, and a missing one opens nothing.
            Location::KIND => {
                if let Ok(location) = serde_json::from_str::<Location>(&body) {
                    set.locations.insert(location.id, location);
                }
            }
            _ => {
                if let Ok(terms) = serde_json::from_str::<Terms>(&body) {
                    set.terms.insert(terms.id, terms.in_force());
                }
            }
        }
    }
    set.policies.sort_by_key(Entry::id);
    Ok(set)
}

/// Begins or goes on with the trial of a change. What stood before the first change stays what a roll-back restores.
pub async fn begin_trial(tx: &mut Tx, trial: Trial, by: UserId) -> Result<(), StoreError> {
    let Trial { part_id, kind, name, before, due_at } = trial;
    on!(tx, |conn| {
        let insert =
            sqlx::query(TRIAL).bind(part_id).bind(kind).bind(name).bind(before).bind(by.to_string()).bind(due_at);
        insert.execute(conn).await?.rows_affected()
    });
    Ok(())
}

/// Those that wait, the first due first.
pub async fn trials(tx: &mut Tx) -> Result<Vec<Trial>, StoreError> {
    Ok(on!(tx, |conn| sqlx::query_as(TRIALS).fetch_all(conn).await?))
}

/// `false` where it waits no more.
pub async fn end_trial(tx: &mut Tx, part: &str) -> Result<bool, StoreError> {
    Ok(on!(tx, |conn| sqlx::query(END_TRIAL).bind(part).execute(conn).await?.rows_affected()) == 1)
}

/// What the policies came to since a day.
pub async fn tallies(tx: &mut Tx, since_day: i64) -> Result<Vec<Tally>, StoreError> {
    Ok(on!(tx, |conn| sqlx::query_as(WEEK).bind(since_day).fetch_all(conn).await?))
}

/// The policies that ever applied.
pub async fn ever_matched(tx: &mut Tx) -> Result<HashSet<String>, StoreError> {
    let rows: Vec<(String,)> = on!(tx, |conn| sqlx::query_as(MATCHED).fetch_all(conn).await?);
    Ok(rows.into_iter().map(|(policy,)| policy).collect())
}

/// What a part was called last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub id: String,
    pub name: String,
    pub deleted: bool,
}

/// Every part of a kind that there ever was, by name.
pub async fn names<T: Part>(tx: &mut Tx) -> Result<Vec<Named>, StoreError> {
    let rows: Vec<(String, String, i64)> = on!(tx, |conn| sqlx::query_as(NAMES).bind(T::KIND).fetch_all(conn).await?);
    let named = rows.into_iter().map(|(id, name, deleted)| Named { id, name, deleted: deleted != 0 });
    let mut named: Vec<Named> = named.collect();
    named.sort_by_cached_key(|one| (one.deleted, sort_name(&one.name)));
    Ok(named)
}
