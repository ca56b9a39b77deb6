//! A passkey as the whole sign-in, and as a new proof of who is signed in.

use domain::id::CeremonyId;
use domain::passkey::Purpose;
use domain::session::Method;
use domain::time::Timestamp;
use domain::user::User;
use serde_json::Value;
use store::Tx;

use super::ceremony::{self, Answer, Challenge};
use crate::signin::{
    Asked, Caller, Entry, Opened, anchor_carries, entry_guard, open_session, record, record_failure, renew,
};
use crate::{Actor, Denied, Refusal, Secret, Services, Verb, Viewer};

/// What any passkey of Lobby's may sign.
///
/// # Errors
/// `passkeys_off` where Lobby is reached by an IP address.
pub async fn begin_sign_in(services: &Services, caller: &Caller<'_>) -> Verb<Challenge> {
    ceremony::begin_using(services, caller, Purpose::SignIn, None).await
}

/// Signs in whoever the passkey is of. What is pending for them waits: consent wants a proof of the address.
///
/// # Errors
/// `passkey_late`, `passkey_unknown` or `passkey_refused` for the answer; why its person cannot come in; `anchor_silent`
/// for a guest for whom their anchor has not spoken for too long.
pub async fn sign_in(
    services: &Services,
    caller: &Caller<'_>,
    ceremony: CeremonyId,
    answer: Value,
    asked: Asked,
) -> Verb<Opened> {
    let state = ceremony::take(services, caller, Purpose::SignIn, ceremony, None).await?;
    let answer = Answer::parse(answer)?;
    let mut tx = services.store.read().await?;
    let kept = store::passkeys::by_credential(&mut tx, &answer.credential_id()).await?;
    // The device names its person too; both must agree (section 7.2, step 6).
    let kept = kept.filter(|kept| answer.user() == Some(kept.value.passkey.user));
    let Some(kept) = kept else {
        drop(tx);
        let refusal = Refusal::Rule("passkey_unknown");
        if let Some(user) = answer.user() {
            record_failure(services, caller, user, Method::Passkey, &refusal).await?;
        }
        return Err(refusal);
    };
    let user = store::users::get(&mut tx, kept.value.passkey.user).await?.ok_or(Denied::NotFound)?.value;
    let checked = answer.check(services, &state, &kept.value);
    drop(tx);
    let actor = match &checked {
        Ok(_) => Actor::proved(&user, caller.origin.clone(), caller.correlation),
        Err(_) => caller.actor(),
    };
    let mut deed = services.deed(&actor).await?;
    store::guards::hold(&mut deed.tx, &entry_guard(user.id)).await?;
    // As they are now that nobody else changes how they come in.
    let user = store::users::get(&mut deed.tx, user.id).await?.ok_or(Denied::NotFound)?.value;
    let checked = match (checked, may_come(&mut deed.tx, &user, deed.now).await) {
        (Ok(credential), Ok(())) => Ok(credential),
        (Err(refusal), _) | (_, Err(refusal)) => Err(refusal),
    };
    let credential = match checked {
        Ok(credential) => credential,
        Err(refusal) => {
            let entry = Entry::by(Method::Passkey, deed.now);
            record(&mut deed, &user, &entry, Some(refusal.code())).await?;
            deed.commit().await?;
            return Err(refusal);
        }
    };
    store::passkeys::used(&mut deed.tx, &kept, &credential, deed.now).await?;
    let entry = Entry::by(Method::Passkey, deed.now);
    let (session, token, device) = open_session(&mut deed, services, &user, entry, asked.keep).await?;
    deed.commit().await?;
    Ok(Opened::Session { session: Box::new(session), token, device, to: asked.to })
}

/// A passkey is the whole sign-in only of somebody who has an identity: after a reset they redeem first. A guest's hangs on
/// the word of their anchor, which must hold; members have no such limit.
async fn may_come(tx: &mut Tx, user: &User, now: Timestamp) -> Verb<()> {
    user.may_enter(now)?;
    let silent = Refusal::Rule("anchor_silent");
    if user.is_guest() {
        let anchor = store::identities::anchor(tx, user.id).await?.ok_or(silent)?;
        return anchor_carries(tx, &anchor, now).await;
    }
    if store::identities::of_user(tx, user.id).await?.is_empty() { Err(silent) } else { Ok(()) }
}

/// What one of the viewer's own passkeys is to sign.
///
/// # Errors
/// `passkeys_none` where they have none.
pub async fn begin_proof(services: &Services, viewer: &Viewer, caller: &Caller<'_>) -> Verb<Challenge> {
    let own = store::passkeys::of_user(&mut services.store.read().await?, viewer.user.id).await?;
    if own.is_empty() {
        return Err(Refusal::Rule("passkeys_none"));
    }
    ceremony::begin_using(services, caller, Purpose::Prove, Some((viewer.user.id, &own))).await
}

/// The proof of who is signed in is new again: the session goes on under a new token.
///
/// # Errors
/// As [`sign_in`]; `passkey_unknown` where the passkey is not the viewer's.
pub async fn prove_again(
    services: &Services,
    viewer: &Viewer,
    caller: &Caller<'_>,
    ceremony: CeremonyId,
    answer: Value,
) -> Verb<Secret> {
    let state = ceremony::take(services, caller, Purpose::Prove, ceremony, Some(viewer.user.id)).await?;
    let answer = Answer::parse(answer)?;
    let mut tx = services.store.begin().await?;
    let kept = store::passkeys::by_credential(&mut tx, &answer.credential_id()).await?;
    let kept = kept.filter(|kept| kept.value.passkey.user == viewer.user.id);
    let kept = kept.ok_or(Refusal::Rule("passkey_unknown"))?;
    let credential = answer.check(services, &state, &kept.value)?;
    store::passkeys::used(&mut tx, &kept, &credential, services.now()).await?;
    tx.commit().await?;
    renew(services, viewer, &[Method::Passkey], services.now(), None).await
}
