//! What is done beside requests: bulk jobs, what other processes changed, and every minute the chores of the house.

use std::time::Duration;

use services::{Services, housekeeping, jobs};
use tokio::sync::watch;

/// Also how soon the policies of another process are in force here.
const JOBS_EVERY: Duration = Duration::from_millis(500);
const CHORES_EVERY: u32 = 120;

/// Runs until `stop` says so; finishes the chunk in hand.
pub async fn run(services: Services, mut stop: watch::Receiver<bool>) {
    let mut turn: u32 = 0;
    loop {
        if turn.is_multiple_of(CHORES_EVERY)
            && let Err(error) = housekeeping::tick(&services).await
        {
            tracing::error!(%error, "the chores were not done");
        }
        turn = turn.wrapping_add(1);
        if let Err(error) = services.follow_policies().await {
            tracing::error!(%error, "the access policies were not looked at");
        }
        loop {
            if *stop.borrow() {
                return;
            }
            match jobs::run_next(&services).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::error!(%error, "a bulk job stumbled");
                    break;
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep(JOBS_EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}
