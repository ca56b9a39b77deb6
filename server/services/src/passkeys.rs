//! Passkeys: added by their person, named, listed and removed. How one opens a session lives in `entering`, what a browser
//! is asked and how its answer is checked in `ceremony`.

mod ceremony;
mod entering;

pub use ceremony::{Challenge, offered};
pub use entering::{begin_proof, begin_sign_in, prove_again, sign_in};

use domain::event::{Action, Target, TargetKind};
use domain::id::{CeremonyId, PasskeyId, UserId};
use domain::letter::{AccountChange, Lane, Letter};
use domain::passkey::{MOST, Passkey, PasskeyName, Purpose};
use domain::problem::Problems;
use domain::session::Method;
use serde_json::Value;
use store::passkeys::Kept;
use store::{StoreError, Stored, Tx};

use crate::factors::{guard, lost_one, may_change_in};
use crate::signin::{Caller, renew_in};
use crate::{Denied, Refusal, Secret, Services, UserAdmin, Verb, Viewer, people};

fn target(passkey: &Passkey) -> Target {
    Target::new(TargetKind::Passkey, passkey.id, passkey.name.as_str())
}

/// The name that a form sends.
fn named(text: &str) -> Verb<PasskeyName> {
    let mut problems = Problems::default();
    let name = problems.take("name", PasskeyName::parse(text));
    problems.done(name).map_err(Refusal::Invalid)
}

/// The viewer's own passkeys, the oldest first.
///
/// # Errors
/// Where the database does not answer.
pub async fn list(services: &Services, viewer: &Viewer) -> Verb<Vec<Passkey>> {
    of(&mut services.store.read().await?, viewer.user.id).await
}

/// The passkeys of anybody.
pub(crate) async fn of(tx: &mut Tx, user: UserId) -> Verb<Vec<Passkey>> {
    let kept = store::passkeys::of_user(tx, user).await?;
    Ok(kept.into_iter().map(|stored| stored.value.passkey).collect())
}

/// What the browser is to make a passkey for.
///
/// # Errors
/// As [`crate::factors::may_change`]; `passkeys_most`; `passkeys_off` where Lobby is reached by an IP address.
pub async fn begin_adding(services: &Services, viewer: &Viewer, caller: &Caller<'_>) -> Verb<Challenge> {
    let mut tx = services.store.read().await?;
    may_change_in(services, &mut tx, viewer).await?;
    let own = store::passkeys::of_user(&mut tx, viewer.user.id).await?;
    drop(tx);
    if own.len() >= MOST {
        return Err(Refusal::Rule("passkeys_most"));
    }
    ceremony::begin_adding(services, caller, &viewer.user, &own).await
}

/// A passkey that was added: its device made sure of its person, so the session goes on under a new token, with a factor
/// that was just used.
pub struct Added {
    pub id: PasskeyId,
    pub token: Secret,
}

/// Keeps the passkey that the browser made; a letter tells of it.
///
/// # Errors
/// As [`begin_adding`]; beside `name`; `passkey_late` or `passkey_refused` for the answer; `passkey_taken`.
pub async fn add(
    services: &Services,
    viewer: &Viewer,
    caller: &Caller<'_>,
    ceremony: CeremonyId,
    answer: Value,
    name: &str,
) -> Verb<Added> {
    let name = named(name)?;
    let state = ceremony::take(services, caller, Purpose::Add, ceremony, Some(viewer.user.id)).await?;
    let (credential_id, credential) = ceremony::made(services, &state, answer)?;
    let mut deed = services.deed(viewer.actor()).await?;
    // Two at once must not pass the most: the second waits, and counts what is there.
    store::guards::hold(&mut deed.tx, &guard(viewer.user.id)).await?;
    may_change_in(services, &mut deed.tx, viewer).await?;
    if store::passkeys::of_user(&mut deed.tx, viewer.user.id).await?.len() >= MOST {
        return Err(Refusal::Rule("passkeys_most"));
    }
    let passkey = Passkey { id: deed.id(), user: viewer.user.id, name, created_at: deed.now, last_used_at: None };
    let (id, target) = (passkey.id, target(&passkey));
    let kept = store::passkeys::insert(&mut deed.tx, &Kept { passkey, credential_id, credential }).await;
    kept.map_err(|error| match error {
        StoreError::Exists("passkeys") => Refusal::Rule("passkey_taken"),
        error => error.into(),
    })?;
    store::enrolment_passes::spend(&mut deed.tx, viewer.session.id).await?;
    let now = deed.now;
    let token = renew_in(&mut deed, viewer, &[Method::Passkey], now, None).await?;
    deed.tell(Action::PasskeyAdded, target);
    deed.send(Lane::Single, Letter::AccountChanged { user: viewer.user.id, change: AccountChange::PasskeyAdded });
    deed.commit().await?;
    Ok(Added { id, token })
}

/// One of the viewer's own.
async fn own(tx: &mut Tx, viewer: &Viewer, passkey: PasskeyId) -> Verb<Stored<Kept>> {
    let all = store::passkeys::of_user(tx, viewer.user.id).await?;
    let found = all.into_iter().find(|stored| stored.value.passkey.id == passkey);
    Ok(found.ok_or(Denied::NotFound)?)
}

/// # Errors
/// `NotFound` for what is not the viewer's; beside `name`.
pub async fn rename(services: &Services, viewer: &Viewer, passkey: PasskeyId, name: &str) -> Verb<()> {
    let name = named(name)?;
    let mut deed = services.deed(viewer.actor()).await?;
    let kept = own(&mut deed.tx, viewer, passkey).await?;
    store::passkeys::rename(&mut deed.tx, &kept, &name).await?;
    let old = kept.value.passkey;
    deed.tell_change(Action::PasskeyRenamed, target(&old), &old.name, &name);
    deed.commit().await
}

/// Takes a passkey away from the viewer; their other sessions end, for one of them may have come by it.
///
/// # Errors
/// `NotFound` for what is not the viewer's; else as [`crate::factors::may_change`].
pub async fn remove(services: &Services, viewer: &Viewer, passkey: PasskeyId) -> Verb<()> {
    let mut deed = services.deed(viewer.actor()).await?;
    store::guards::hold(&mut deed.tx, &guard(viewer.user.id)).await?;
    let kept = own(&mut deed.tx, viewer, passkey).await?;
    may_change_in(services, &mut deed.tx, viewer).await?;
    store::passkeys::drop(&mut deed.tx, viewer.user.id, passkey).await?;
    lost_one(&mut deed.tx, viewer.user.id).await?;
    store::sessions::end_others(&mut deed.tx, viewer.user.id, viewer.session.id).await?;
    deed.tell(Action::PasskeyRemoved, target(&kept.value.passkey));
    deed.send(Lane::Single, Letter::AccountChanged { user: viewer.user.id, change: AccountChange::PasskeyRemoved });
    deed.commit().await
}

/// The same by an administrator, for somebody who lost it; all their sessions end.
///
/// # Errors
/// `own_account`, `holds_role`; `NotFound` where it is not this person's.
pub async fn remove_of(services: &Services, by: &UserAdmin, user: UserId, passkey: PasskeyId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    store::guards::hold(&mut deed.tx, &guard(user)).await?;
    let person = people::live(&mut deed.tx, user).await?.value;
    people::may_change_sign_in(&by.viewer().user, &person)?;
    let all = store::passkeys::of_user(&mut deed.tx, user).await?;
    let kept = all.into_iter().find(|stored| stored.value.passkey.id == passkey).ok_or(Denied::NotFound)?;
    store::passkeys::drop(&mut deed.tx, user, passkey).await?;
    lost_one(&mut deed.tx, user).await?;
    store::sessions::end_all(&mut deed.tx, user).await?;
    deed.tell(Action::PasskeyRemoved, target(&kept.value.passkey));
    deed.send(Lane::Single, Letter::AccountChanged { user, change: AccountChange::PasskeyRemoved });
    deed.commit().await
}
