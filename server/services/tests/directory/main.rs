//! Stories of the directory, each told on both engines: people, groups, applications, logs and what time does.

#![allow(clippy::unwrap_used, reason = "a test may end here")]

mod access;
mod adding;
mod address;
mod applications;
mod certificates;
mod groups;
mod housekeeping;
mod logs;
mod partners;
mod people;
mod providers;
mod races;
mod reset;
mod whatif;

use domain::event::Action;
use services::testing::Lobby;

/// The code of what was refused.
#[track_caller]
fn refusal<T>(verb: services::Verb<T>) -> String {
    match verb {
        Ok(_) => panic!("this should have been refused"),
        Err(services::Refusal::Invalid(problems)) => {
            problems.iter().map(|problem| format!("{}: {}", problem.field, problem.code)).collect::<Vec<_>>().join(", ")
        }
        Err(refusal) => refusal.code().to_owned(),
    }
}

/// How often the audit log tells of this.
async fn told(lobby: &Lobby, action: Action) -> usize {
    lobby.events().await.iter().filter(|event| event.action == action).count()
}
