//! For tests alone: databases of their own, statements prepared without being run, and how an engine would run them.

use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, Row, SqlSafeStr};

use crate::statements::on;
use crate::{Store, StoreError};

/// Makes a database on the server at `server`, empty or as a copy of another; its address is the answer.
///
/// # Errors
/// The server's own words.
pub async fn make_database(server: &str, name: &str, template: Option<&str>) -> Result<String, StoreError> {
    let options = PgConnectOptions::from_str(server)?;
    let template = template.map_or_else(String::new, |template| format!(" TEMPLATE \"{template}\""));
    run(&options, format!("CREATE DATABASE \"{name}\"{template}")).await?;
    Ok(options.database(name).to_url_lossy().to_string())
}

/// Drops a database, whoever is connected to it.
///
/// # Errors
/// The server's own words.
pub async fn drop_database(server: &str, name: &str) -> Result<(), StoreError> {
    let options = PgConnectOptions::from_str(server)?;
    run(&options, format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)")).await
}

async fn run(options: &PgConnectOptions, text: String) -> Result<(), StoreError> {
    let mut conn: PgConnection = options.connect().await?;
    conn.execute(sqlx::raw_sql(AssertSqlSafe(text))).await?;
    Ok(conn.close().await?)
}

/// The inserts and saves of every table, by name.
pub fn table_texts() -> Vec<(String, String)> {
    let tables = [
        crate::access::TABLES,
        crate::applications::TABLES,
        crate::attempts::TABLES,
        crate::audit::TABLES,
        crate::authenticators::TABLES,
        crate::blocks::TABLES,
        crate::drafts::TABLES,
        crate::enrolment_passes::TABLES,
        crate::groups::TABLES,
        crate::hits::TABLES,
        crate::identities::TABLES,
        crate::invitations::TABLES,
        crate::jobs::TABLES,
        crate::mailbox::TABLES,
        crate::memberships::TABLES,
        crate::outbox::TABLES,
        crate::partners::TABLES,
        crate::passcodes::TABLES,
        crate::passkeys::TABLES,
        crate::providers::TABLES,
        crate::recovery_codes::TABLES,
        crate::sessions::TABLES,
        crate::sign_ins::TABLES,
        crate::terms::TABLES,
        crate::users::TABLES,
        crate::words::TABLES,
    ];
    tables.concat().into_iter().flat_map(crate::table::Table::texts).collect()
}

impl Store {
    /// Runs a statement, for a state that no verb leads to.
    ///
    /// # Errors
    /// The engine's words on what is wrong with it.
    pub async fn run(&self, statement: &str) -> Result<(), StoreError> {
        let (mut tx, text) = (self.begin().await?, AssertSqlSafe(statement.to_owned()));
        on!(tx, |conn| sqlx::query(text).execute(conn).await?.rows_affected());
        tx.commit().await
    }

    /// Prepares a statement without running it.
    ///
    /// # Errors
    /// The engine's words on what is wrong with it.
    pub async fn prepare(&self, statement: &str) -> Result<(), StoreError> {
        let (mut tx, text) = (self.read().await?, AssertSqlSafe(statement.to_owned()).into_sql_str());
        on!(tx, |conn| {
            conn.prepare(text).await?;
        });
        Ok(())
    }

    /// The lines in which the engine says how it would run a statement, whatever its parameters. PostgreSQL is told to
    /// scan a table only where nothing else will do: a test's tables are too small for it to bother with an index.
    ///
    /// # Errors
    /// The engine's words on what is wrong with it.
    pub async fn explain(&self, statement: &str) -> Result<Vec<String>, StoreError> {
        let mut tx = self.read().await?;
        match tx.link() {
            crate::db::Link::Sqlite(conn) => {
                let text = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
                let rows = sqlx::query(text).fetch_all(conn).await?;
                rows.iter().map(|row| Ok(row.try_get("detail")?)).collect()
            }
            crate::db::Link::Postgres(conn) => {
                let places = (1..).take_while(|place| statement.contains(&format!("${place}"))).count();
                let nulls = if places == 0 { String::new() } else { format!("({})", vec!["NULL"; places].join(", ")) };
                let before = "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan";
                let explained = format!("{before}; PREPARE explained AS {statement}; EXPLAIN EXECUTE explained{nulls}");
                let rows = sqlx::raw_sql(AssertSqlSafe(explained)).fetch_all(&mut *conn).await?;
                let lines = rows.iter().map(|row| Ok(row.try_get(0)?)).collect();
                conn.execute(sqlx::raw_sql("DEALLOCATE explained; RESET ALL")).await?;
                lines
            }
        }
    }
}
