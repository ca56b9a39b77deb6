//! What every change to a policy, a location or terms goes through: it is first tried against whoever must not be locked
//! out, kept, put on trial where it bears on Lobby itself, and in force before its verb answers.

use domain::event::{Action, Target};
use domain::problem::Problem;
use domain::time::Span;
use serde::Serialize;
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

/// Makes one change.
///
/// # Errors
/// `name_taken` beside `name`; `Conflict`; as [`lockout::check`].
pub(super) async fn make<T: Part + Serialize>(
    services: &Services,
    by: &PolicyAdmin,
    mut deed: Deed<'_>,
    change: Change<T>,
    (action, target): (Action, Target),
) -> Verb<()> {
    let now = deed.now;
    let taken = |error| match error {
        StoreError::Exists(_) => Refusal::Invalid(vec![Problem::new("name", "name_taken")]),
        error => error.into(),
    };
    let before = store::access::current(&mut deed.tx).await?;
    let (key, name, old) = match &change {
        Change::Create(part) => (part.key(), part.name().to_owned(), None),
        Change::Save { old, .. } | Change::Delete(old) => (old.key(), old.name().to_owned(), Some(old)),
    };
    match &change {
        Change::Create(part) => store::access::insert(&mut deed.tx, part, now).await.map_err(taken)?,
        Change::Save { new, .. } => store::access::save(&mut deed.tx, new, now).await.map_err(taken)?,
        Change::Delete(part) => store::access::delete(&mut deed.tx, part).await?,
    };
    let after = store::access::current(&mut deed.tx).await?;
    if before.bears_on_lobby(&after) {
        lockout::check(services, &mut deed.tx, by.viewer(), &after).await?;
        let trial = Trial {
            part_id: key,
            kind: T::KIND.to_owned(),
            name,
            before: old.and_then(|old| serde_json::to_string(old).ok()),
            made_by: by.viewer().user.id.to_string(),
            due_at: (now + ON_TRIAL).0,
        };
        store::access::begin_trial(&mut deed.tx, trial).await?;
    }
    match &change {
        Change::Create(part) => deed.tell_change(action, target, &(), part),
        Change::Save { old, new } => deed.tell_change(action, target, old, &new.value),
        Change::Delete(part) => deed.tell_change(action, target, part, &()),
    }
    deed.commit().await?;
    services.reload_policies().await
}
