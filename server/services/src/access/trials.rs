//! Changes that bear on Lobby itself: confirmed by a request that was judged afresh, or taken back after 15 minutes.

use domain::access::{Location, Policy, Target as Into, Terms};
use domain::event::{Action, Target, TargetKind};
use store::Stored;
use store::access::{Listed, Part, Trial};

use super::look;
use crate::deed::Deed;
use crate::{Actor, Denied, PolicyAdmin, Reader, Refusal, Services, Verb};

/// The changes that wait, the first due first.
pub async fn list(services: &Services, _by: &Reader) -> Verb<Vec<Trial>> {
    Ok(store::access::trials(&mut services.store.read().await?).await?)
}

/// Keeps a change for good: whoever confirms it gets in under it now.
///
/// # Errors
/// `NotFound` where it waits no more; `lockout_self` where its policies stop this very request.
pub async fn confirm(services: &Services, by: &PolicyAdmin, part: &str) -> Verb<()> {
    if !look(services, by.viewer(), Into::Lobby).await?.is_granted() {
        return Err(Refusal::Rule("lockout_self"));
    }
    let mut deed = services.deed(by.actor()).await?;
    let trial = find(&mut deed, part).await?;
    store::access::end_trial(&mut deed.tx, part).await?;
    deed.tell(Action::PolicyConfirmed, target(&trial));
    deed.commit().await
}

/// Takes a change back at once.
///
/// # Errors
/// `NotFound` where it waits no more.
pub async fn take_back(services: &Services, by: &PolicyAdmin, part: &str) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let trial = find(&mut deed, part).await?;
    roll_back(&mut deed, trial).await?;
    deed.commit().await?;
    services.reload_policies().await
}

/// Takes back what nobody confirmed in time; says how many there were.
///
/// # Errors
/// Where the database does not answer.
pub async fn take_back_due(services: &Services) -> Verb<usize> {
    let waiting = store::access::trials(&mut services.store.read().await?).await?;
    let due = |trial: &Trial| trial.due_at <= services.now().0;
    if !waiting.iter().any(due) {
        return Ok(0);
    }
    let actor = Actor::lobby(services);
    let mut deed = services.deed(&actor).await?;
    let over: Vec<Trial> = store::access::trials(&mut deed.tx).await?.into_iter().filter(due).collect();
    let count = over.len();
    for trial in over {
        roll_back(&mut deed, trial).await?;
    }
    deed.commit().await?;
    services.reload_policies().await?;
    Ok(count)
}

async fn find(deed: &mut Deed<'_>, part: &str) -> Verb<Trial> {
    let trials = store::access::trials(&mut deed.tx).await?;
    Ok(trials.into_iter().find(|trial| trial.part_id == part).ok_or(Denied::NotFound)?)
}

async fn roll_back(deed: &mut Deed<'_>, trial: Trial) -> Verb<()> {
    match trial.kind.as_str() {
        Policy::KIND => restore::<Policy>(deed, &trial).await?,
        Location::KIND => restore::<Location>(deed, &trial).await?,
        _ => restore::<Terms>(deed, &trial).await?,
    }
    store::access::end_trial(&mut deed.tx, &trial.part_id).await?;
    deed.tell(Action::PolicyRolledBack, target(&trial));
    Ok(())
}

/// What stood before stands again, over whatever stands now.
async fn restore<T: Part>(deed: &mut Deed<'_>, trial: &Trial) -> Verb<()> {
    let before: Option<T> = trial.before.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let now: Option<Listed<T>> = store::access::listed(&mut deed.tx, &trial.part_id).await?;
    match (before, now) {
        (Some(value), Some(now)) => {
            store::access::save(&mut deed.tx, &Stored { value, version: now.version }, deed.now).await?;
        }
        (Some(value), None) => {
            store::access::insert(&mut deed.tx, &value, deed.now).await?;
        }
        (None, Some(now)) => {
            store::access::forget::<T>(&mut deed.tx, &now.id, &now.name).await?;
        }
        (None, None) => {}
    }
    Ok(())
}

fn target(trial: &Trial) -> Target {
    let kind = match trial.kind.as_str() {
        Location::KIND => TargetKind::Location,
        Terms::KIND => TargetKind::Terms,
        _ => TargetKind::Policy,
    };
    Target::new(kind, &trial.part_id, trial.name.as_str())
}
