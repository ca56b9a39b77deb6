//! SQL that is composed for whole tables: inserts of many rows, saves that name their version, and look-ups of many keys at
//! once. It joins constants alone.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow};

use crate::statements::on;
use crate::{StoreError, Tx, exactly_one, unique};

/// Parameters of one statement: under the limits of both engines, and few enough statements to keep prepared.
const MOST_PARAMETERS: usize = 3_000;
/// Values of one `IN (…)`.
const AT_ONCE: usize = 500;

/// A parameter; NULL keeps its type, which PostgreSQL wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bind {
    Text(Option<String>),
    Number(Option<i64>),
    Flag(bool),
    Bytes(Vec<u8>),
}

impl Bind {
    pub fn text(value: impl ToString) -> Self {
        Self::Text(Some(value.to_string()))
    }
    pub fn maybe(value: Option<impl ToString>) -> Self {
        Self::Text(value.map(|value| value.to_string()))
    }
    pub fn number(value: i64) -> Self {
        Self::Number(Some(value))
    }
}

macro_rules! bound {
    ($query:expr, $binds:expr) => {{
        let mut query = $query;
        for bind in $binds {
            query = match bind {
                Bind::Text(text) => query.bind(text),
                Bind::Number(number) => query.bind(number),
                Bind::Flag(flag) => query.bind(flag),
                Bind::Bytes(bytes) => query.bind(bytes),
            };
        }
        query
    }};
}
pub(crate) use bound;

/// A table by its columns: the first is its key; a versioned one counts its saves.
pub(crate) struct Table {
    pub name: &'static str,
    pub columns: &'static [&'static str],
    pub versioned: bool,
}

impl Table {
    fn insert_text(&self, rows: usize) -> String {
        let version = if self.versioned { ", 1" } else { "" };
        let width = self.columns.len();
        let row = |at: usize| {
            let places: Vec<String> = (1..=width).map(|place| format!("${}", at * width + place)).collect();
            format!("({}{version})", places.join(", "))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        let version = if self.versioned { ", version" } else { "" };
        format!("INSERT INTO {} ({}{version}) VALUES {}", self.name, self.columns.join(", "), rows.join(", "))
    }

    /// Writes rows that stand, each unless somebody wrote it since its version.
    fn save_many_text(&self, rows: usize) -> String {
        let (name, width) = (self.name, self.columns.len() + 1);
        let row = |at: usize| {
            let places: Vec<String> = (1..=width).map(|place| format!("${}", at * width + place)).collect();
            format!("({})", places.join(", "))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        let sets: Vec<String> =
            self.columns.iter().skip(1).map(|column| format!("{column} = excluded.{column}")).collect();
        format!(
            "INSERT INTO {name} ({}, version) VALUES {} ON CONFLICT ({}) DO UPDATE SET {}, version = {name}.version + 1 \
             WHERE {name}.version = excluded.version",
            self.columns.join(", "),
            rows.join(", "),
            self.columns[0],
            sets.join(", ")
        )
    }

    fn save_text(&self) -> String {
        let sets: Vec<String> =
            self.columns.iter().enumerate().skip(1).map(|(at, column)| format!("{column} = ${}", at + 1)).collect();
        let (key, version) = (self.columns[0], self.columns.len() + 1);
        format!(
            "UPDATE {} SET {}, version = version + 1 WHERE {key} = $1 AND version = ${version}",
            self.name,
            sets.join(", ")
        )
    }

    /// Adds rows, many at a time.
    pub(crate) async fn insert(&self, tx: &mut Tx, rows: Vec<Vec<Bind>>) -> Result<(), StoreError> {
        let at_once = (MOST_PARAMETERS / self.columns.len()).max(1);
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let chunk: Vec<Vec<Bind>> = rows.by_ref().take(at_once).collect();
            let text = self.insert_text(chunk.len());
            on!(tx, |conn| {
                let query = sqlx::query(AssertSqlSafe(text));
                bound!(query, chunk.into_iter().flatten())
                    .execute(conn)
                    .await
                    .map_err(|error| unique(error, self.name))?;
            });
        }
        Ok(())
    }

    /// Writes many rows back, each with the version it was read at; all of them or none.
    pub(crate) async fn save_many(&self, tx: &mut Tx, rows: Vec<(Vec<Bind>, i64)>) -> Result<(), StoreError> {
        let at_once = (MOST_PARAMETERS / (self.columns.len() + 1)).max(1);
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let chunk: Vec<(Vec<Bind>, i64)> = rows.by_ref().take(at_once).collect();
            let wanted = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            let text = self.save_many_text(chunk.len());
            let binds = chunk.into_iter().flat_map(|(row, version)| row.into_iter().chain([Bind::number(version)]));
            let changed = on!(tx, |conn| {
                let query = bound!(sqlx::query(AssertSqlSafe(text)), binds);
                query.execute(conn).await.map_err(|error| unique(error, self.name))?.rows_affected()
            });
            if changed != wanted {
                return Err(StoreError::Conflict(self.name));
            }
        }
        Ok(())
    }

    /// Writes one row back, unless somebody else wrote it since version `version`.
    pub(crate) async fn save(&self, tx: &mut Tx, mut row: Vec<Bind>, version: i64) -> Result<(), StoreError> {
        row.push(Bind::number(version));
        let text = self.save_text();
        let changed = on!(tx, |conn| {
            let query = bound!(sqlx::query(AssertSqlSafe(text)), row);
            query.execute(conn).await.map_err(|error| unique(error, self.name))?.rows_affected()
        });
        exactly_one(changed, self.name)
    }
}

/// `prefix ($1, $2, …) suffix` over many values, in as many statements as it takes.
pub(crate) async fn select_in<R>(
    tx: &mut Tx,
    prefix: &'static str,
    values: &[String],
    suffix: &'static str,
) -> Result<Vec<R>, StoreError>
where
    R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    select_in_with(tx, prefix, &[], values, suffix).await
}

/// The same with parameters `$1`, `$2`, … of the prefix before those of the list.
pub(crate) async fn select_in_with<R>(
    tx: &mut Tx,
    prefix: &'static str,
    fixed: &[Bind],
    values: &[String],
    suffix: &'static str,
) -> Result<Vec<R>, StoreError>
where
    R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let mut found = Vec::new();
    for chunk in values.chunks(AT_ONCE) {
        let (places, filled) = places(fixed.len(), chunk);
        let (text, binds) = (format!("{prefix} ({places}) {suffix}"), fixed.iter().cloned().chain(filled));
        let rows: Vec<R> =
            on!(tx, |conn| { bound!(sqlx::query_as(AssertSqlSafe(text)), binds).fetch_all(conn).await? });
        found.extend(rows);
    }
    Ok(found)
}

/// `prefix ($n, $n+1, …)` over many values, where `prefix` has parameters of its own; says how many rows changed.
pub(crate) async fn change_in(
    tx: &mut Tx,
    prefix: &'static str,
    binds: &[Bind],
    values: &[String],
) -> Result<u64, StoreError> {
    let mut changed = 0;
    for chunk in values.chunks(AT_ONCE) {
        let (places, filled) = places(binds.len(), chunk);
        let (text, binds) = (format!("{prefix} ({places})"), binds.iter().cloned().chain(filled));
        changed += on!(tx, |conn| bound!(sqlx::query(AssertSqlSafe(text)), binds).execute(conn).await?.rows_affected());
    }
    Ok(changed)
}

/// The places of a chunk after `taken` others. A few sizes only, so that few statements are kept: the last value
/// fills up.
fn places(taken: usize, chunk: &[String]) -> (String, impl Iterator<Item = Bind>) {
    let size = [1, 10, 100].into_iter().find(|size| *size >= chunk.len()).unwrap_or(AT_ONCE);
    let places: Vec<String> = (1..=size).map(|place| format!("${}", taken + place)).collect();
    let last = chunk.last().cloned().unwrap_or_default();
    let filled = chunk.iter().cloned().chain(std::iter::repeat(last)).take(size);
    (places.join(", "), filled.map(|value| Bind::Text(Some(value))))
}

#[cfg(feature = "testing")]
impl Table {
    /// The insert of one row and of two, and the saves.
    pub(crate) fn texts(&self) -> Vec<(String, String)> {
        let mut texts = vec![
            (format!("insert into {}", self.name), self.insert_text(1)),
            (format!("insert two into {}", self.name), self.insert_text(2)),
        ];
        if self.versioned {
            texts.push((format!("save {}", self.name), self.save_text()));
            texts.push((format!("save two of {}", self.name), self.save_many_text(2)));
            texts.push((format!("save two of {}", self.name), self.save_many_text(2)));
        }
        texts
    }
}
