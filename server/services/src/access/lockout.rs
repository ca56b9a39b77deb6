//! Nobody locks everybody out: a change is tried for whoever makes it, and for another Administrator, before it is kept.

use domain::access::{Attempt, PolicySet, Proof, Target, evaluate};
use domain::session::{Origin, Platform};
use domain::time::Timestamp;
use domain::user::User;
use store::Tx;

use super::{attempt, proof_of};
use crate::{Refusal, Services, Verb, Viewer, factors};

/// Would the actor still come in to Lobby, as they are now, and another Administrator, as they came the last three times?
/// A break-glass account that has signed in before counts as one.
///
/// # Errors
/// `lockout_self`, `lockout_others`.
pub(crate) async fn check(services: &Services, tx: &mut Tx, viewer: &Viewer, set: &PolicySet) -> Verb<()> {
    let now = services.now();
    let proof = proof_of(&viewer.session);
    let own = attempt(services, tx, &viewer.user, &viewer.origin, proof, Target::Lobby, now).await?;
    let person = own.person.clone();
    let exempt = |user: &User| services.break_glass.contains(&user.id);
    let passes = |attempt: Attempt, factor| set.can_be_met(&evaluate(set, &attempt).outcome, factor);
    if !exempt(&viewer.user) && !passes(own, factors::has_any(tx, viewer.user.id).await?) {
        return Err(Refusal::Rule("lockout_self"));
    }
    for user in store::users::administrators(tx).await?.into_iter().map(|stored| stored.value) {
        if user.id == viewer.user.id || user.may_enter(now).is_err() {
            continue;
        }
        let factor = factors::has_any(tx, user.id).await?;
        let came = store::sign_ins::last_of(tx, user.id).await?;
        if exempt(&user) {
            // Tested: it has come in before, by its own passkey.
            if !came.is_empty() && factor {
                return Ok(());
            }
            continue;
        }
        let attempts: Vec<Attempt> = match came.is_empty() {
            true => vec![stranger(services, tx, &user, now).await?],
            false => came.iter().filter_map(store::sign_ins::SignIn::attempt).collect(),
        };
        if attempts.into_iter().any(|attempt| passes(Attempt { at: now, ..attempt }, factor)) {
            return Ok(());
        }
    }
    // Where nothing in force can stop the actor, nobody needs to stand by.
    if set.guarding_lobby().any(|policy| policy.users.cover(&person)) {
        Err(Refusal::Rule("lockout_others"))
    } else {
        Ok(())
    }
}

/// Somebody who has not come in yet: nothing is known of where they are.
async fn stranger(services: &Services, tx: &mut Tx, user: &User, now: Timestamp) -> Verb<Attempt> {
    let proof = Proof { at: now, application: None, multifactor_at: None };
    attempt(services, tx, user, &Origin::undetermined(Platform::Undetermined), proof, Target::Lobby, now).await
}
