//! What every change to a policy, a location or terms goes through: it is first tried against whoever must not be locked
//! out, kept, put on trial where it bears on Lobby itself, and in force before its verb answers.

use domain::access::{Location, Policy, Terms};
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
/// `name_taken` beside `name`; `Conflict`; as [`lockout::check`] and [`lockout::check_fallback`].
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
        lockout::check(services, &mut deed.tx, by.viewer(), &after).await?;
        let trial = Trial {
            part_id: of.key(),
            kind: T::KIND.to_owned(),
            name: of.name().to_owned(),
            before: json(old),
            due_at: (now + ON_TRIAL).0,
        };
        store::access::begin_trial(&mut deed.tx, trial, by.viewer().user.id).await?;
    }
    let mut waiting = store::access::trials(&mut deed.tx).await?;
    // What stood before the first change stands again: nothing is left to confirm.
    if let Some(at) = waiting.iter().position(|trial| trial.part_id == of.key() && trial.before == json(new)) {
        store::access::end_trial(&mut deed.tx, &waiting.remove(at).part_id).await?;
    }
    // What waits may be taken back at any moment: together with this change that must lock nobody out either.
    let [before, after] = [&*before, &after].map(|set| lockout::taken_back(set, &waiting));
    if before.bears_on_lobby(&after) {
        lockout::check_fallback(services, &mut deed.tx, by.viewer(), &after).await?;
    }
    deed.commit().await?;
    services.reload_policies().await
}

fn json<T: Told>(part: Option<&T>) -> Option<String> {
    part.and_then(|part| serde_json::to_string(part).ok())
}
