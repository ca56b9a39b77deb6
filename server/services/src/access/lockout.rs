//! Nobody locks everybody out: a change is tried for whoever makes it, and for another Administrator, before it is kept.

use domain::access::{Attempt, Entry, Location, Person, Policy, PolicySet, Proof, Target, Terms, evaluate};
use domain::session::{Origin, Platform};
use domain::time::Timestamp;
use domain::user::User;
use store::Tx;
use store::access::Trial;
use store::sign_ins::SignIn;

use super::{attempt, proof_of};
use crate::{Refusal, Services, Verb, Viewer, factors};

/// Would whoever changes something still come in to Lobby, as they are now, and another Administrator, from where they came
/// the last three times? A break-glass account that has come in by its passkey before counts as one, and changes what it
/// likes in a session of its own.
///
/// # Errors
/// `lockout_self`, `lockout_others`.
pub(crate) async fn check(services: &Services, tx: &mut Tx, viewer: &Viewer, set: &PolicySet) -> Verb<()> {
    let now = services.now();
    let can_be_kept_out = |person: &Person| set.guarding_lobby().any(|policy| policy.users.cover(person));
    let passes = |attempt: Attempt, factor| set.can_be_met(&evaluate(set, &attempt).outcome, factor);
    if services.is_exempt(viewer.user.id, &viewer.session.methods) {
        return Ok(());
    }
    let proof = proof_of(&viewer.session);
    let own = attempt(services, tx, &viewer.user, &viewer.origin, proof, Target::Lobby, now).await?;
    // Where nothing in force can stop any Administrator, nobody needs to stand by.
    let mut anybody = can_be_kept_out(&own.person);
    if !passes(own, factors::has_any(tx, viewer.user.id).await?) {
        return Err(Refusal::Rule("lockout_self"));
    }
    for user in store::users::administrators(tx).await?.into_iter().map(|stored| stored.value) {
        if user.id == viewer.user.id || user.may_enter(now).is_err() {
            continue;
        }
        let came = store::sign_ins::last_of(tx, user.id).await?;
        if services.break_glass.contains(&user.id) {
            if came.iter().any(|came| by_passkey(services, came)) && store::passkeys::has_any(tx, user.id).await? {
                return Ok(());
            }
            continue;
        }
        // Who they are now: since they came, they may have joined a group or been given a role.
        let today = unseen(services, tx, &user, now).await?;
        anybody |= can_be_kept_out(&today.person);
        let from_there =
            |then: Attempt| Attempt { place: then.place, platform: then.platform, proof: then.proof, ..today.clone() };
        let attempts: Vec<Attempt> = match came.is_empty() {
            true => vec![today],
            false => came.iter().filter_map(SignIn::attempt).map(from_there).collect(),
        };
        let factor = factors::has_any(tx, user.id).await?;
        if attempts.into_iter().any(|attempt| passes(attempt, factor)) {
            return Ok(());
        }
    }
    if anybody { Err(Refusal::Rule("lockout_others")) } else { Ok(()) }
}

/// The same for what remains where waiting changes are taken back, which nobody asks for when it happens.
///
/// # Errors
/// `lockout_waiting`.
pub(super) async fn check_fallback(services: &Services, tx: &mut Tx, viewer: &Viewer, set: &PolicySet) -> Verb<()> {
    check(services, tx, viewer, set).await.map_err(|refusal| match refusal {
        Refusal::Rule("lockout_self" | "lockout_others") => Refusal::Rule("lockout_waiting"),
        refusal => refusal,
    })
}

/// The set as it would be with these changes taken back.
pub(super) fn taken_back(set: &PolicySet, waiting: &[Trial]) -> PolicySet {
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

fn by_passkey(services: &Services, sign_in: &SignIn) -> bool {
    sign_in.facts.as_ref().is_some_and(|facts| services.is_exempt(sign_in.user, &facts.methods))
}

/// An Administrator of whom nothing is known of where they are.
async fn unseen(services: &Services, tx: &mut Tx, user: &User, now: Timestamp) -> Verb<Attempt> {
    let proof = Proof { at: now, application: None, multifactor_at: None };
    attempt(services, tx, user, &Origin::undetermined(Platform::Undetermined), proof, Target::Lobby, now).await
}
