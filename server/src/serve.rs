//! Listening and stopping: requests and the letter in hand are finished, then the database is closed.

use std::net::SocketAddr;
use std::time::Duration;

use axum::serve::ListenerExt;
use services::mail::Mailer;
use services::{Services, delivery};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

use crate::config::Config;
use crate::router::router;
use crate::state::AppState;
use crate::worker;

/// How long a stop waits for what is under way.
const PATIENCE: Duration = Duration::from_secs(30);

/// Starts the log; a second call does nothing.
pub fn log(config: &Config) {
    let filter = EnvFilter::new(format!("{},sqlx=warn,hyper=warn", config.log_level));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if config.log_json { builder.json().try_init() } else { builder.try_init() };
    drop(started);
}

/// # Errors
/// Where the mail settings cannot work: the words say which and why.
pub fn mailer(config: &Config) -> anyhow::Result<Mailer> {
    match &config.smtp {
        Some(smtp) => Ok(Mailer::smtp(smtp.clone())?),
        None => Ok(Mailer::Mailbox),
    }
}

/// Serves until SIGTERM or Ctrl-C.
///
/// # Errors
/// Where the port cannot be had.
pub async fn run(services: Services, config: &Config) -> anyhow::Result<()> {
    let listener = TcpListener::bind(config.listen).await?;
    let (stop, stopped) = watch::channel(false);
    let letters = tokio::spawn(delivery::run(services.clone(), stopped.clone()));
    let chores = tokio::spawn(worker::run(services.clone(), stopped.clone()));
    tracing::info!(address = %listener.local_addr()?, "listening");
    // Without it, a page waits 40 ms for Nagle's algorithm and a delayed acknowledgment.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
    });
    let state = AppState::new(services.clone(), config.proxies.clone());
    let app = router(state).into_make_service_with_connect_info::<SocketAddr>();
    let graceful = async move {
        signal().await;
        tracing::info!("stopping");
        stop.send_replace(true);
    };
    let mut waiting = stopped.clone();
    let server = axum::serve(listener, app).with_graceful_shutdown(graceful);
    let patience = async move {
        let _ = waiting.wait_for(|stop| *stop).await;
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        served = async { server.await } => served?,
        () = patience => tracing::warn!("some requests did not finish in time"),
    }
    let both = async {
        let _ = letters.await;
        let _ = chores.await;
    };
    if tokio::time::timeout(PATIENCE, both).await.is_err() {
        tracing::warn!("a letter did not leave in time; it goes again at the next start");
    }
    services.store.close().await;
    Ok(())
}

async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
        }
        Err(_) => {
            let _ = interrupt.await;
        }
    }
}
