//! Proving again who is signed in: the session goes on under a new token.

use domain::event::{Action, Target, TargetKind};
use domain::passcode::Purpose;
use domain::session::{Method, Vouched};
use domain::time::Timestamp;

use super::{Asked, BREAK_GLASS, Caller, Continuation, Entry, ask, prove, record};
use crate::deed::Deed;
use crate::{Denied, Refusal, Secret, Services, Verb, Viewer};

/// Asks for a code to prove again who is signed in.
///
/// # Errors
/// `TooMany` under the limits.
pub async fn ask_again(services: &Services, viewer: &Viewer, caller: &Caller<'_>) -> Verb<()> {
    let asked = Asked::to(Continuation::Account, false);
    ask(services, caller, Purpose::ProveAgain, &viewer.user.address, &asked).await
}

/// The proof of who is signed in is new again: the session goes on under a new token.
///
/// # Errors
/// What is wrong with the code; `Forbidden` where it was for another address.
pub async fn prove_again(services: &Services, viewer: &Viewer, caller: &Caller<'_>, code: &str) -> Verb<Secret> {
    let challenge = prove(services, caller, Purpose::ProveAgain, code).await?;
    if challenge.address.key() != viewer.user.address.key() {
        return Err(Denied::Forbidden.into());
    }
    renew(services, viewer, &[Method::Otp], services.now(), None).await
}

/// A new proof of who is signed in, made at `proved_at`, under a new token; `by` is the provider that vouched.
///
/// # Errors
/// `SignIn` where the session is gone; `break_glass_passkey` for an account that proves by its passkey alone.
pub(crate) async fn renew(
    services: &Services,
    viewer: &Viewer,
    methods: &[Method],
    proved_at: Timestamp,
    by: Option<&Vouched>,
) -> Verb<Secret> {
    let mut deed = services.deed(viewer.actor()).await?;
    let token = renew_in(&mut deed, viewer, methods, proved_at, by).await?;
    let multifactor_at = Method::multifactor_at(methods, proved_at);
    let multifactor_at = multifactor_at.or(viewer.session.multifactor_at);
    let entry = Entry { methods: methods.to_vec(), auth_time: proved_at, multifactor_at, by: by.cloned() };
    record(&mut deed, &viewer.user, &entry, None).await?;
    deed.tell(Action::SignedIn, Target::new(TargetKind::Session, viewer.session.id, viewer.user.shown_name()));
    deed.commit().await?;
    Ok(token)
}

/// The same within a deed that tells of it in its own words.
pub(crate) async fn renew_in(
    deed: &mut Deed<'_>,
    viewer: &Viewer,
    methods: &[Method],
    proved_at: Timestamp,
    by: Option<&Vouched>,
) -> Verb<Secret> {
    if deed.services().break_glass.contains(&viewer.user.id) && !methods.contains(&Method::Passkey) {
        return Err(Refusal::Rule(BREAK_GLASS));
    }
    let token = Secret::random();
    let multifactor_at = Method::multifactor_at(methods, proved_at);
    let proof = store::sessions::Proof { digest: &token.digest(), methods, proved_at, multifactor_at, by };
    let now = deed.now;
    if !store::sessions::renew(&mut deed.tx, viewer.session.id, &proof, now).await? {
        return Err(Denied::SignIn.into());
    }
    Ok(token)
}
