//! Changes that bear on Lobby itself: confirmed by a request that was judged afresh, or taken back after 15 minutes.

use domain::access::{Location, Policy, Target as Into, Terms};
use domain::event::{Action, Target};
use domain::text::Label;
use store::Stored;
use store::access::{Listed, Part, Trial};

use super::change::Told;
use super::{lockout, look};
use crate::deed::Deed;
use crate::{Actor, Denied, PolicyAdmin, Reader, Refusal, Services, Verb};

/// The changes that wait, the first due first.
pub async fn list(services: &Services, _by: &Reader) -> Verb<Vec<Trial>> {
    Ok(store::access::trials(&mut services.store.read().await?).await?)
}

/// Keeps a change for good: whoever confirms it gets in under it now.
///
/// # Errors
/// `NotFound` where it waits no more; `lockout_self` where its policies stop this very request; `lockout_waiting`.
pub async fn confirm(services: &Services, by: &PolicyAdmin, part: &str) -> Verb<()> {
    let exempt = services.is_exempt(by.viewer().user.id, &by.viewer().session.methods);
    if !exempt && !look(services, by.viewer(), Into::Lobby).await?.is_granted() {
        return Err(Refusal::Rule("lockout_self"));
    }
    let mut deed = services.deed(by.actor()).await?;
    let trial = find(&mut deed, part).await?;
    store::access::end_trial(&mut deed.tx, part).await?;
    let others = store::access::trials(&mut deed.tx).await?;
    let set = store::access::current(&mut deed.tx).await?;
    let fallback = lockout::taken_back(&set, &others);
    if set.bears_on_lobby(&fallback) {
        lockout::check_fallback(services, &mut deed.tx, by.viewer(), &fallback).await?;
    }
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

/// Takes back what nobody confirmed in time, each for itself: what stands against one must not keep another. Says how many
/// there were.
///
/// # Errors
/// Where the database does not answer.
pub async fn take_back_due(services: &Services) -> Verb<usize> {
    let waiting = store::access::trials(&mut services.store.read().await?).await?;
    let actor = Actor::lobby(services);
    let mut count = 0;
    for due in waiting.iter().filter(|trial| is_due(services, trial)) {
        match take_back_one(services, &actor, &due.part_id).await {
            Ok(taken) => count += usize::from(taken),
            Err(refusal) => {
                tracing::error!(%refusal, part = due.part_id, "an unconfirmed change could not be taken back");
            }
        }
    }
    if count > 0 {
        services.reload_policies().await?;
    }
    Ok(count)
}

fn is_due(services: &Services, trial: &Trial) -> bool {
    trial.due_at <= services.now().0
}

/// `false` where it was confirmed, or changed again, meanwhile.
async fn take_back_one(services: &Services, actor: &Actor, part: &str) -> Verb<bool> {
    let mut deed = services.deed(actor).await?;
    let waiting = store::access::trials(&mut deed.tx).await?;
    let Some(trial) = waiting.into_iter().find(|trial| trial.part_id == part && is_due(services, trial)) else {
        return Ok(false);
    };
    roll_back(&mut deed, trial).await?;
    deed.commit().await?;
    Ok(true)
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
    let now: Option<Listed<T>> = store::access::listed(&mut deed.tx, &trial.part_id).await?;
    match (trial.before::<T>(), now) {
        (Some(before), Some(now)) => {
            let value = under_a_free_name(deed, before).await?;
            store::access::save(&mut deed.tx, &Stored { value, version: now.version }, deed.now).await?;
        }
        (Some(before), None) => {
            let value = under_a_free_name(deed, before).await?;
            store::access::insert(&mut deed.tx, &value, deed.now).await?;
        }
        (None, Some(now)) => {
            store::access::forget::<T>(&mut deed.tx, &now.id, &now.name).await?;
        }
        (None, None) => {}
    }
    Ok(())
}

/// Another may have taken its name since.
async fn under_a_free_name<T: Part>(deed: &mut Deed<'_>, before: T) -> Verb<T> {
    let Ok(own) = Label::parse(before.name()) else { return Ok(before) };
    for name in std::iter::once(own.clone()).chain(own.variants("taken back")) {
        let found: Option<Listed<T>> = store::access::by_name(&mut deed.tx, name.as_str()).await?;
        if found.is_none_or(|found| found.id == before.key()) {
            return Ok(before.named(name));
        }
    }
    Ok(before)
}

fn target(trial: &Trial) -> Target {
    let kind = match trial.kind.as_str() {
        Policy::KIND => Policy::TARGET,
        Location::KIND => Location::TARGET,
        _ => Terms::TARGET,
    };
    Target::new(kind, &trial.part_id, trial.name.as_str())
}
