//! Connections: SQLite with one writer and several readers, or PostgreSQL; and the transaction every verb runs in.

use std::str::FromStr;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Executor as _, PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction};

use crate::StoreError;

/// Sorted and unique text compares by bytes on both engines; SQLite has this collation built in.
const COLLATION: &str = r#"CREATE COLLATION IF NOT EXISTS "binary" (provider = libc, locale = 'C')"#;
const READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 16;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The database, cheap to clone.
#[derive(Debug, Clone)]
pub struct Store(Pools);

#[derive(Debug, Clone)]
enum Pools {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres(PgPool),
}

/// One transaction (from [`Store::begin`]) or one reading connection (from [`Store::read`]).
/// Dropped without [`Tx::commit`], a transaction is rolled back.
pub struct Tx(Kind);

enum Kind {
    SqliteWrite(Transaction<'static, Sqlite>),
    SqliteRead(PoolConnection<Sqlite>),
    PostgresWrite(Transaction<'static, Postgres>),
    PostgresRead(PoolConnection<Postgres>),
}

pub(crate) enum Link<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

impl Tx {
    pub(crate) fn link(&mut self) -> Link<'_> {
        match &mut self.0 {
            Kind::SqliteWrite(tx) => Link::Sqlite(tx),
            Kind::SqliteRead(conn) => Link::Sqlite(conn),
            Kind::PostgresWrite(tx) => Link::Postgres(tx),
            Kind::PostgresRead(conn) => Link::Postgres(conn),
        }
    }

    /// # Errors
    /// Where the database refused; then nothing of it happened.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.0 {
            Kind::SqliteWrite(tx) => Ok(tx.commit().await?),
            Kind::PostgresWrite(tx) => Ok(tx.commit().await?),
            Kind::SqliteRead(_) | Kind::PostgresRead(_) => Ok(()),
        }
    }
}

impl Store {
    /// Opens `sqlite:PATH` (made where absent) or `postgres://…`. Runs no migration.
    ///
    /// # Errors
    /// The database's own words.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)?
                .create_if_missing(true)
                .foreign_keys(true)
                .journal_mode(SqliteJournalMode::Wal)
                // A commit that a page confirmed survives a loss of power.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(10))
                .statement_cache_capacity(512)
                .pragma("cache_size", "-4096");
            let writer = SqlitePoolOptions::new()
                .max_connections(1)
                .min_connections(1)
                .test_before_acquire(false)
                .idle_timeout(None)
                .max_lifetime(None)
                .connect_with(options.clone())
                .await?;
            let readers = SqlitePoolOptions::new()
                .max_connections(READERS)
                .min_connections(1)
                .test_before_acquire(false)
                .idle_timeout(None)
                .max_lifetime(None)
                .connect_with(options.create_if_missing(false).pragma("query_only", "ON"))
                .await?;
            return Ok(Self(Pools::Sqlite { writer, readers }));
        }
        let options = PgConnectOptions::from_str(url)?.statement_cache_capacity(512);
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(Duration::from_secs(10))
            // A plan for any values walks whatever is rare by time.
            .after_connect(|conn, _| {
                Box::pin(async { conn.execute("SET plan_cache_mode = force_custom_plan").await.map(drop) })
            })
            .connect_with(options)
            .await?;
        Ok(Self(Pools::Postgres(pool)))
    }

    pub fn engine(&self) -> Engine {
        match self.0 {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// Brings the tables to this version; safe to call at every start.
    ///
    /// # Errors
    /// The first statement that failed, and why.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match &self.0 {
            Pools::Sqlite { writer, .. } => MIGRATIONS.run(writer).await?,
            Pools::Postgres(pool) => {
                // Two nodes may start at once: the loser of this race finds the collation made.
                let made = sqlx::query(COLLATION).execute(pool).await;
                if let Err(sqlx::Error::Database(error)) = &made
                    && !error.is_unique_violation()
                {
                    made?;
                }
                MIGRATIONS.run(pool).await?;
            }
        }
        Ok(())
    }

    /// How many migrations this program knows and how many the database has.
    ///
    /// # Errors
    /// Where the database cannot be asked.
    pub async fn migrations(&self) -> Result<(i64, i64), StoreError> {
        const APPLIED: &str = "SELECT COUNT(*) FROM _sqlx_migrations WHERE success";
        let known = MIGRATIONS.iter().count();
        let applied: Result<(i64,), sqlx::Error> = match &self.0 {
            Pools::Sqlite { readers, .. } => sqlx::query_as(APPLIED).fetch_one(readers).await,
            Pools::Postgres(pool) => sqlx::query_as(APPLIED).fetch_one(pool).await,
        };
        let applied = match applied {
            Ok((count,)) => count,
            Err(sqlx::Error::Database(_)) => 0,
            Err(error) => return Err(error.into()),
        };
        Ok((i64::try_from(known).unwrap_or(i64::MAX), applied))
    }

    /// Begins a transaction that writes. On SQLite there is one at a time.
    ///
    /// # Errors
    /// Where no connection can be had.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(Tx(match &self.0 {
            Pools::Sqlite { writer, .. } => Kind::SqliteWrite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(pool) => Kind::PostgresWrite(pool.begin().await?),
        }))
    }

    /// A connection to read with, each statement for itself.
    ///
    /// # Errors
    /// Where no connection can be had.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        Ok(Tx(match &self.0 {
            Pools::Sqlite { readers, .. } => Kind::SqliteRead(readers.acquire().await?),
            Pools::Postgres(pool) => Kind::PostgresRead(pool.acquire().await?),
        }))
    }

    /// Finishes what runs and closes every connection.
    pub async fn close(&self) {
        match &self.0 {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}
