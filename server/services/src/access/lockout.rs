//! Nobody locks everybody out: a change is tried for whoever makes it, and for another Administrator, before it is kept.

use domain::access::{Attempt, Outcome, Place, PolicySet, Proof, Step, Target, evaluate};
use domain::session::Platform;
use domain::time::Timestamp;
use domain::user::User;
use store::Tx;

use super::{attempt, proof_of};
use crate::{Refusal, Services, Verb, Viewer};

/// Would the actor still come in to Lobby, as they are now, and another Administrator, as they came the last three times?
/// A break-glass account that has signed in before counts as one.
///
/// # Errors
/// `lockout_self`, `lockout_others`.
pub(crate) async fn check(services: &Services, tx: &mut Tx, viewer: &Viewer, set: &PolicySet) -> Verb<()> {
    let now = services.now();
    let proof = proof_of(&viewer.session);
    let own = attempt(services, tx, &viewer.user, &viewer.origin, proof, Target::Lobby, now).await?;
    let exempt = |user: &User| services.break_glass.contains(&user.id);
    if !exempt(&viewer.user) && !passes(set, own, has_factor(tx, &viewer.user).await?) {
        return Err(Refusal::Rule("lockout_self"));
    }
    for user in store::users::administrators(tx).await?.into_iter().map(|stored| stored.value) {
        if user.id == viewer.user.id || user.may_enter(now).is_err() {
            continue;
        }
        let factor = has_factor(tx, &user).await?;
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
        if attempts.into_iter().any(|attempt| passes(set, Attempt { at: now, ..attempt }, factor)) {
            return Ok(());
        }
    }
    // Where nothing in force can stop the actor, nobody needs to stand by.
    let person = attempt(services, tx, &viewer.user, &viewer.origin, proof, Target::Lobby, now).await?.person;
    let touched = set.in_force().any(|policy| {
        policy.state == domain::access::PolicyState::On
            && policy.applications.covers(Target::Lobby)
            && policy.users.cover(&person)
    });
    if touched { Err(Refusal::Rule("lockout_others")) } else { Ok(()) }
}

/// Somebody who has not come in yet: nothing is known of where they are.
async fn stranger(services: &Services, tx: &mut Tx, user: &User, now: Timestamp) -> Verb<Attempt> {
    let origin = domain::session::Origin {
        address: None,
        platform: Platform::Undetermined,
        client: String::new(),
        user_agent: String::new(),
        platform_hint: None,
    };
    let proof = Proof { at: now, application: None, multifactor_at: None };
    let attempt = attempt(services, tx, user, &origin, proof, Target::Lobby, now).await?;
    Ok(Attempt { place: Place { address: None, ..attempt.place }, ..attempt })
}

/// Granted, or asked for what they can bring: a proof, their factor, or their word to some terms.
fn passes(set: &PolicySet, attempt: Attempt, factor: bool) -> bool {
    match evaluate(set, &attempt).outcome {
        Outcome::Granted => true,
        Outcome::Blocked => false,
        Outcome::Demanded(demand) => demand.0.iter().all(|one_of| {
            one_of.iter().any(|step| match step {
                Step::Multifactor => factor,
                Step::Prove => true,
                Step::Terms(id) => set.terms.contains_key(id),
            })
        }),
    }
}

async fn has_factor(tx: &mut Tx, user: &User) -> Verb<bool> {
    crate::factors::has_any(tx, user.id).await
}
