//! The server to compare with: axum, one handler, one SELECT by primary key, with the settings that Lobby runs with.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::serve::ListenerExt as _;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(long)]
    database: PathBuf,
    #[arg(long)]
    listen: SocketAddr,
}

const SELECT: &str = "SELECT id, address, user_type FROM users WHERE id = $1";

pub fn main(arguments: &Arguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(arguments))
}

/// A pool of readers, as `store` opens its own.
pub async fn readers(database: &std::path::Path) -> anyhow::Result<SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(database)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10))
        .statement_cache_capacity(512)
        .pragma("cache_size", "-4096")
        .pragma("query_only", "ON");
    let pool = SqlitePoolOptions::new()
        .max_connections(4)
        .min_connections(1)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None);
    Ok(pool.connect_with(options).await?)
}

async fn serve(arguments: &Arguments) -> anyhow::Result<()> {
    let pool = readers(&arguments.database).await?;
    let app = Router::new().route("/{id}", get(select)).with_state(pool);
    let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
    // As in Lobby: without it the kernel waits to fill packets.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, app).await?)
}

async fn select(State(pool): State<SqlitePool>, Path(id): Path<String>) -> Result<String, StatusCode> {
    let row = sqlx::query_as(SELECT).bind(id).fetch_optional(&pool).await;
    let row: Option<(String, String, String)> = row.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let (id, address, user_type) = row.ok_or(StatusCode::NOT_FOUND)?;
    Ok(format!("{id} {address} {user_type}\n"))
}
