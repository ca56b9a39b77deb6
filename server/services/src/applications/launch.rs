//! The tiles of a person, and the gate behind each.

use domain::access::{Frequency, Outcome, Policy, Target, evaluate};
use domain::application::{Application, LaunchUrl};
use domain::event::SignInResult;
use domain::id::{AppId, SignInId};
use store::applications::{Launched, Tile};

use crate::access::{self, Asked, Written};
use crate::{Denied, Refusal, Services, Verb, Viewer};

/// Why an attempt was blocked that no assignment let through.
pub(crate) const NOT_ASSIGNED: &str = "not_assigned";

/// A tile, and whether it opens from here.
#[derive(Debug, Clone)]
pub struct Door {
    pub tile: Tile,
    /// What the policies say of a launch now.
    pub outcome: Outcome,
}

/// Where a launch leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Launch {
    /// To the application.
    Go(LaunchUrl),
    /// Before its gate: the attempt stands in the log.
    Stopped(SignInId),
}

/// What the viewer may see and launch now, by name. Nothing is written.
pub async fn tiles(services: &Services, viewer: &Viewer) -> Verb<Vec<Door>> {
    let mut tx = services.store.read().await?;
    let tiles = store::applications::tiles(&mut tx, viewer.user.id, services.now()).await?;
    drop(tx);
    let set = services.policies();
    if !tiles.iter().any(|tile| set.speaks_for(Target::App(tile.id))) {
        return Ok(tiles.into_iter().map(|tile| Door { tile, outcome: Outcome::Granted }).collect());
    }
    let facts = access::look(services, viewer, Target::Lobby).await?.attempt;
    let door = |tile: Tile| {
        let attempt = domain::access::Attempt { target: Target::App(tile.id), ..facts.clone() };
        Door { outcome: evaluate(&set, &attempt).outcome, tile }
    };
    Ok(tiles.into_iter().map(door).collect())
}

/// Where the application launches, if it is enabled, assigned to the viewer, and the policies let them. The sign-in log
/// records the launch, and the refusal, with the facts of this moment.
///
/// # Errors
/// `NotFound` where there is no such application or nothing gives it to the viewer; `application_disabled`.
pub async fn launch(services: &Services, viewer: &Viewer, id: AppId) -> Verb<Launch> {
    let now = services.now();
    // Read before the writing transaction begins: on SQLite there is one of those at a time.
    let mut tx = services.store.read().await?;
    let Launched { name, launch_url, enabled, assigned } =
        store::applications::launched(&mut tx, id, viewer.user.id, now).await?.ok_or(Denied::NotFound)?;
    drop(tx);
    let mut asked = access::look(services, viewer, Target::App(id)).await?;
    let refusal = match (assigned, enabled) {
        (false, _) => Some((NOT_ASSIGNED, Refusal::from(Denied::NotFound))),
        (true, false) => Some(("application_disabled", Refusal::Rule("application_disabled"))),
        (true, true) => None,
    };
    let mut tx = services.store.begin().await?;
    if refusal.is_none() && asked.is_granted() && wants_every_time(&asked) {
        // Another launch of the same moment may have used the proof up: then this one is judged as it stands now.
        let used_up_by = store::sessions::use_up(&mut tx, viewer.session.id, id).await?;
        asked.attempt.proof.application = Some(used_up_by.ok_or(Denied::SignIn)?);
        asked = services.judge(asked.attempt);
    }
    let written = Written {
        user: &viewer.user,
        origin: &viewer.origin,
        methods: &viewer.session.methods,
        application: Some((id, &name)),
        refused: refusal.as_ref().map(|(reason, _)| (SignInResult::Blocked, *reason)),
        correlation: viewer.correlation,
    };
    let attempt = access::write(services, &mut tx, &asked, written).await?;
    let granted = refusal.is_none() && asked.is_granted();
    if granted {
        store::applications::used(&mut tx, id, viewer.user.id, now).await?;
    }
    tx.commit().await?;
    match refusal {
        Some((_, refusal)) => Err(refusal),
        None if granted => Ok(Launch::Go(launch_url)),
        None => Ok(Launch::Stopped(attempt)),
    }
}

/// Does a policy that applies want a proof for each launch?
fn wants_every_time(asked: &Asked) -> bool {
    let every_time = |policy: &Policy| policy.frequency == Some(Frequency::EveryTime);
    asked
        .verdict
        .applied()
        .filter(|judged| !judged.report_only)
        .any(|judged| asked.set.entry(judged.policy).and_then(domain::access::Entry::policy).is_some_and(every_time))
}

/// What stands between the viewer and an application that is theirs, for the page before its gate.
///
/// # Errors
/// `NotFound` where nothing gives it to the viewer.
pub async fn before(services: &Services, viewer: &Viewer, id: AppId) -> Verb<(Application, Asked)> {
    let mut tx = services.store.read().await?;
    let launched = store::applications::launched(&mut tx, id, viewer.user.id, services.now()).await?;
    launched.filter(|launched| launched.assigned && launched.enabled).ok_or(Denied::NotFound)?;
    let application = store::applications::get(&mut tx, id).await?.ok_or(Denied::NotFound)?.value;
    drop(tx);
    Ok((application, access::look(services, viewer, Target::App(id)).await?))
}
