//! What every change to a policy, a location or terms goes through: it is first tried against whoever must not be locked
//! out, kept, put on trial where it bears on Lobby itself, and in force before its verb answers.

use domain::access::{Entry, Location, Policy, PolicySet, Terms};
use domain::event::{Action, Target, TargetKind};
use domain::time::Span;
use store::access::{Part, Trial};
use store::{StoreError, Stored};

use super::lockout;
use crate::deed::Deed;
use crate::{PolicyAdmin, Refusal, Services, Verb};

/// How long a change that bears on Lobby itself waits for whoever made it to confirm it.
pub const ON_TRIAL: Span = Span::minutes(15);

/// How a part changes.
pub(super) enum Change<T> {
    Create(T),
    Save { old: T, new: Stored<T> },
    Delete(T),
}

/// A part as the audit log tells of it.
pub(super) trait Told: Part {
    const TARGET: TargetKind;
    const CREATED: Action;
    const CHANGED: Action;
    const DELETED: Action;

    fn target(&self) -> Target {
        Target::new(Self::TARGET, self.key(), self.name())
    }
}

impl Told for Policy {
    const TARGET: TargetKind = TargetKind::Policy;
    const CREATED: Action = Action::PolicyCreated;
    const CHANGED: Action = Action::PolicyChanged;
    const DELETED: Action = Action::PolicyDeleted;
}

impl Told for Location {
    const TARGET: TargetKind = TargetKind::Location;
    const CREATED: Action = Action::LocationCreated;
    const CHANGED: Action = Action::LocationChanged;
    const DELETED: Action = Action::LocationDeleted;
}

impl Told for Terms {
    const TARGET: TargetKind = TargetKind::Terms;
    const CREATED: Action = Action::TermsCreated;
    const CHANGED: Action = Action::TermsChanged;
    const DELETED: Action = Action::TermsDeleted;
}

/// Makes one change.
///
/// # Errors
/// `name_taken` beside `name`; `Conflict`; `lockout_waiting`; as [`lockout::check`].
pub(super) async fn make<T: Told>(
    services: &Services,
    by: &PolicyAdmin,
    mut deed: Deed<'_>,
    change: Change<T>,
) -> Verb<()> {
    let now = deed.now;
    let taken = |error| match error {
        StoreError::Exists(_) => Refusal::field("name", "name_taken"),
        error => error.into(),
    };
    let before = services.policies_in(&mut deed.tx).await?;
    let (of, old, new) = match &change {
        Change::Create(part) => {
            store::access::insert(&mut deed.tx, part, now).await.map_err(taken)?;
            deed.tell_change(T::CREATED, part.target(), &(), part);
            (part, None, Some(part))
        }
        Change::Save { old, new } => {
            store::access::save(&mut deed.tx, new, now).await.map_err(taken)?;
            deed.tell_change(T::CHANGED, new.value.target(), old, &new.value);
            (old, Some(old), Some(&new.value))
        }
        Change::Delete(part) => {
            store::access::delete(&mut deed.tx, part).await?;
            deed.tell_change(T::DELETED, part.target(), part, &());
            (part, Some(part), None)
        }
    };
    let after = store::access::current(&mut deed.tx).await?;
    if before.bears_on_lobby(&after) {
        lockout::check(services, &mut deed.tx, Some(by.viewer()), &after).await?;
        put_on_trial(&mut deed, by, of, old, new).await?;
    }
    check_taken_back(services, &mut deed, by, &before, &after).await?;
    deed.commit().await?;
    services.reload_policies().await
}

/// The change waits to be confirmed, unless it brings back what stood before the first one.
async fn put_on_trial<T: Told>(
    deed: &mut Deed<'_>,
    by: &PolicyAdmin,
    of: &T,
    old: Option<&T>,
    new: Option<&T>,
) -> Verb<()> {
    let [before, now] = [old, new].map(|part| part.and_then(|part| serde_json::to_string(part).ok()));
    let (part_id, kind, name) = (of.key(), T::KIND.to_owned(), of.name().to_owned());
    let trial = Trial { part_id: part_id.clone(), kind, name, before, due_at: (deed.now + ON_TRIAL).0 };
    store::access::begin_trial(&mut deed.tx, trial, by.viewer().user.id).await?;
    let waiting = store::access::trials(&mut deed.tx).await?;
    if waiting.iter().any(|trial| trial.part_id == part_id && trial.before == now) {
        store::access::end_trial(&mut deed.tx, &part_id).await?;
    }
    Ok(())
}

/// What waits may be taken back at any moment: together with a change from `before` to `after` that must lock nobody out
/// either.
async fn check_taken_back(
    services: &Services,
    deed: &mut Deed<'_>,
    by: &PolicyAdmin,
    before: &PolicySet,
    after: &PolicySet,
) -> Verb<()> {
    let waiting = store::access::trials(&mut deed.tx).await?;
    let [before, after] = [before, after].map(|set| taken_back(set, &waiting));
    if waiting.is_empty() || !before.bears_on_lobby(&after) {
        return Ok(());
    }
    lockout::check(services, &mut deed.tx, Some(by.viewer()), &after).await.map_err(|refusal| match refusal {
        Refusal::Rule("lockout_self" | "lockout_others") => Refusal::Rule("lockout_waiting"),
        refusal => refusal,
    })
}

/// The set as it would be with all that waits taken back.
fn taken_back(set: &PolicySet, waiting: &[Trial]) -> PolicySet {
    let mut set = set.clone();
    for trial in waiting {
        let key = &trial.part_id;
        set.policies.retain(|entry| entry.id().to_string() != *key);
        set.locations.retain(|id, _| id.to_string() != *key);
        set.terms.retain(|id, _| id.to_string() != *key);
        set.policies.extend(trial.before::<Policy>().map(|policy| Entry::Readable(Box::new(policy))));
        set.locations.extend(trial.before::<Location>().map(|location| (location.id, location)));
        set.terms.extend(trial.before::<Terms>().map(|terms| (terms.id, terms.in_force())));
    }
    set
}
