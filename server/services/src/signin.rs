//! Signing in by e-mail passcode: asking for a code, trying it, and the session that follows.

use domain::event::{Action, SignInResult, Target, TargetKind};
use domain::id::{InvitationId, RequestId};
use domain::passcode::{DIGITS, Passcode, PasscodeError, Purpose};
use domain::session::{Method, Origin, Session};
use domain::text::EmailAddress;
use domain::time::{Span, Timestamp};
use domain::user::{Barred, User};
use serde::{Deserialize, Serialize};
use store::passcodes::Challenge;
use store::sign_ins::{Facts, SignIn};
use store::{Stored, Tx};

use crate::deed::Deed;
use crate::limits::Limit;
use crate::redemption::{MAILBOX, Proved};
use crate::{Actor, Denied, Refusal, Secret, Services, Verb, Viewer, redemption, secret, sessions};

pub use domain::continuation::Continuation;

/// How long a proof at the door waits for consent.
const PROOF_WAITS: Span = Span::minutes(30);
/// Unused codes for one client address.
const FOR_CLIENT: &[Limit] = &[Limit::an_hour(20)];
/// Codes for one mailbox from a browser that signed in as it before.
const FOR_KNOWN_BROWSER: &[Limit] = &[Limit::an_hour(5)];
/// Codes for one mailbox from all other browsers together.
const FOR_OTHERS: &[Limit] = &[Limit::an_hour(5), Limit::a_day(15)];

/// Who asks at the door, from which browser.
pub struct Caller<'a> {
    /// The browser's own cookie.
    pub browser: &'a Secret,
    /// The signed cookie of a browser that signed in before.
    pub device: Option<&'a Secret>,
    pub origin: &'a Origin,
    pub correlation: RequestId,
}

/// What a right code opens.
pub enum Opened {
    /// A full session, with the token for its cookie and the one for the device.
    Session { session: Box<Session>, token: Secret, device: Secret, to: Continuation },
    /// Something is pending: consent comes first.
    Consent,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Asked {
    to: Continuation,
    keep: bool,
}

/// Asks for a code. Runs the same statements for an address that nobody has: whether a letter leaves is decided later.
///
/// # Errors
/// `TooMany` under the limits, which count known and unknown addresses alike.
pub async fn ask(
    services: &Services,
    caller: &Caller<'_>,
    purpose: Purpose,
    address: &EmailAddress,
    to: Continuation,
    keep: bool,
) -> Verb<()> {
    let actor = Actor::stranger(caller.origin.clone(), caller.correlation);
    let mut deed = services.deed(&actor).await?;
    if let Err(refusal) = count(&mut deed, services, caller, address).await {
        drop(deed);
        if matches!(refusal, Refusal::TooMany { .. }) {
            let target = Target::new(TargetKind::Address, purpose, caller.origin.limit_key());
            services.note(&actor, Action::LimitHit, target).await?;
        }
        return Err(refusal);
    }
    let challenge = Challenge {
        id: deed.id(),
        purpose,
        browser: caller.browser.digest(),
        address: address.clone(),
        digest: None,
        continuation: serde_json::to_string(&Asked { to, keep }).unwrap_or_default(),
        code: Passcode::asked(deed.now),
    };
    store::passcodes::insert(&mut deed.tx, &challenge).await?;
    deed.send(domain::letter::Lane::Passcode, domain::letter::Letter::Passcode { challenge: challenge.id });
    deed.commit().await
}

async fn count(deed: &mut Deed<'_>, services: &Services, caller: &Caller<'_>, address: &EmailAddress) -> Verb<()> {
    let mailbox = mailbox_digest(services, address);
    deed.count(&client_bucket(caller.origin), FOR_CLIENT).await?;
    match caller.device.filter(|device| is_device_of(services, device, &mailbox)) {
        Some(device) => deed.count(&format!("code:device:{}", device.digest()), FOR_KNOWN_BROWSER).await,
        None => deed.count(&format!("code:others:{mailbox}"), FOR_OTHERS).await,
    }
}

fn client_bucket(origin: &Origin) -> String {
    format!("code:client:{}", origin.limit_key())
}

fn mailbox_digest(services: &Services, address: &EmailAddress) -> String {
    services.key.digest("mailbox", &[&address.mailbox()])
}

/// `<random>.<keyed digest of it and the mailbox>`: says which mailbox this browser signed in as, to nobody but us.
fn device_for(services: &Services, address: &EmailAddress) -> Secret {
    let random = Secret::random();
    let signed = services.key.digest("device", &[random.expose(), &mailbox_digest(services, address)]);
    Secret::given(&format!("{}.{signed}", random.expose()))
}

fn is_device_of(services: &Services, device: &Secret, mailbox: &str) -> bool {
    device
        .expose()
        .split_once('.')
        .is_some_and(|(random, signed)| secret::equal(signed, &services.key.digest("device", &[random, mailbox])))
}

/// The address that this browser asked a code for last, to be shown beside the field.
pub async fn asked_for(services: &Services, browser: &Secret, purpose: Purpose) -> Verb<Option<EmailAddress>> {
    let mut tx = services.store.read().await?;
    let challenge = store::passcodes::newest(&mut tx, &browser.digest(), purpose).await?;
    let recent = |asked: &Stored<Challenge>| asked.value.code.asked_at + PROOF_WAITS > services.now();
    Ok(challenge.filter(recent).map(|asked| asked.value.address))
}

/// Tries a code; a failed try counts. Answers the challenge that was proved.
async fn prove(services: &Services, caller: &Caller<'_>, purpose: Purpose, code: &str) -> Verb<Challenge> {
    let code: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if code.len() != DIGITS || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::field("code", "code_format"));
    }
    let actor = Actor::stranger(caller.origin.clone(), caller.correlation);
    let mut deed = services.deed(&actor).await?;
    let newest = store::passcodes::newest(&mut deed.tx, &caller.browser.digest(), purpose).await?;
    let Some(asked) = newest else { return Err(Refusal::Rule("code_unknown")) };
    let digest = services.key.digest("passcode", &[&asked.value.id.to_string(), &code]);
    let matches = asked.value.digest.as_deref().is_some_and(|kept| secret::equal(kept, &digest));
    let (tried, result) = asked.value.code.try_code(matches, deed.now);
    let challenge = Challenge { code: tried, ..asked.value };
    let stored = Stored { value: challenge, version: asked.version };
    store::passcodes::tried(&mut deed.tx, &stored).await?;
    if result.is_ok() {
        // A code that was used does not count against the client.
        let forgiven = (deed.id(), client_bucket(caller.origin), -1);
        store::hits::add(&mut deed.tx, [forgiven], deed.now).await?;
    }
    deed.commit().await?;
    match result {
        Ok(()) => Ok(stored.value),
        Err(error) => {
            if error == PasscodeError::Spent {
                let target = Target::new(TargetKind::Address, purpose, stored.value.address.as_str());
                services.note(&actor, Action::LimitHit, target).await?;
            }
            Err(error.into())
        }
    }
}

/// Signs in with a code.
///
/// # Errors
/// What is wrong with the code, or why the person it proved cannot come in.
pub async fn sign_in(services: &Services, caller: &Caller<'_>, code: &str) -> Verb<Opened> {
    let challenge = prove(services, caller, Purpose::SignIn, code).await?;
    let asked = continuation(&challenge);
    enter(services, caller, &challenge.address, asked).await
}

fn continuation(challenge: &Challenge) -> Asked {
    serde_json::from_str(&challenge.continuation).unwrap_or(Asked { to: Continuation::Apps, keep: false })
}

/// What this browser proved at the door not long ago: it waits for consent.
async fn proof(services: &Services, browser: &Secret) -> Verb<(Proved, Asked)> {
    let mut tx = services.store.read().await?;
    let newest = store::passcodes::newest(&mut tx, &browser.digest(), Purpose::SignIn).await?;
    let now = services.now();
    let proof = newest.filter(|asked| asked.value.code.used_at.is_some_and(|at| at + PROOF_WAITS > now));
    let challenge = proof.ok_or(Denied::SignIn)?.value;
    let asked = continuation(&challenge);
    Ok((Proved::by_code(challenge.address), asked))
}

/// The address that this browser proved, for the consent page.
///
/// # Errors
/// `SignIn` where it proved none.
pub async fn proved(services: &Services, browser: &Secret) -> Verb<Proved> {
    Ok(proof(services, browser).await?.0)
}

/// Consents to exactly the invitations that the page listed, and comes in: one deed.
///
/// # Errors
/// As [`redemption::accept`]; `SignIn` where this browser proved no address.
pub async fn accept(services: &Services, caller: &Caller<'_>, listed: &[InvitationId]) -> Verb<Opened> {
    let (proved, asked) = proof(services, caller.browser).await?;
    let user = {
        let mut tx = services.store.read().await?;
        store::users::by_address(&mut tx, proved.address()).await?.ok_or(Denied::NotFound)?.value
    };
    let actor = Actor::proved(&user, caller.origin.clone(), caller.correlation);
    let mut deed = services.deed(&actor).await?;
    let user = redemption::accept_in(services, &mut deed, &proved, listed).await?;
    let (session, token, device) = open_session(&mut deed, services, &user, vec![Method::Otp], asked.keep).await?;
    deed.commit().await?;
    Ok(Opened::Session { session: Box::new(session), token, device, to: asked.to })
}

async fn enter(services: &Services, caller: &Caller<'_>, address: &EmailAddress, asked: Asked) -> Verb<Opened> {
    let mut tx = services.store.read().await?;
    let user = store::users::by_address(&mut tx, address).await?.ok_or(Denied::NotFound)?.value;
    let now = services.now();
    let pending = store::invitations::open_of_user(&mut tx, user.id).await?;
    drop(tx);
    let barred = user.may_enter(now);
    let open = pending.iter().any(|invitation| invitation.value.open(now).is_ok());
    if open && matches!(barred, Ok(()) | Err(Barred::NotAccepted)) {
        return Ok(Opened::Consent);
    }
    let actor = Actor::proved(&user, caller.origin.clone(), caller.correlation);
    let mut deed = services.deed(&actor).await?;
    if let Err(barred) = barred {
        record(&mut deed, &user, None, &[Method::Otp], now, SignInResult::Failed, Some(Refusal::from(barred).code()))
            .await?;
        deed.commit().await?;
        return Err(barred.into());
    }
    store::users::bind_identity(&mut deed.tx, MAILBOX, address.key(), user.id, now).await?;
    let opened = open_session(&mut deed, services, &user, vec![Method::Otp], asked.keep).await?;
    deed.commit().await?;
    let (session, token, device) = opened;
    Ok(Opened::Session { session: Box::new(session), token, device, to: asked.to })
}

/// A session with its sign-in record, in a deed that proved the person.
pub(crate) async fn open_session(
    deed: &mut Deed<'_>,
    services: &Services,
    user: &User,
    methods: Vec<Method>,
    keep: bool,
) -> Verb<(Session, Secret, Secret)> {
    let origin = deed.origin().ok_or(Refusal::Rule("broken"))?.clone();
    let now = deed.now;
    record(deed, user, None, &methods, now, SignInResult::Success, None).await?;
    let (session, token) = sessions::open(deed, user, methods, keep, &origin).await?;
    Ok((session, token, device_for(services, &user.address)))
}

/// Writes the sign-in record with every fact that access policies will read.
pub(crate) async fn record(
    deed: &mut Deed<'_>,
    user: &User,
    application: Option<(domain::id::AppId, &str)>,
    methods: &[Method],
    auth_time: Timestamp,
    result: SignInResult,
    reason: Option<&str>,
) -> Verb<domain::id::SignInId> {
    let Some(origin) = deed.origin().cloned() else { return Err(Refusal::Rule("broken")) };
    let groups = groups_of(&mut deed.tx, user, deed.now).await?;
    let facts =
        Facts { origin, user_type: user.user_type, roles: user.roles, groups, methods: methods.to_vec(), auth_time };
    let id = deed.id();
    let sign_in = SignIn {
        id,
        at: deed.now,
        user: user.id,
        user_name: user.shown_name().to_owned(),
        application: application.map(|(id, _)| id),
        application_name: application.map_or("Lobby", |(_, name)| name).to_owned(),
        result,
        reason: reason.map(str::to_owned),
        facts: Some(facts),
        correlation: deed.correlation(),
    };
    store::sign_ins::record(&mut deed.tx, sign_in).await?;
    Ok(id)
}

async fn groups_of(tx: &mut Tx, user: &User, now: Timestamp) -> Verb<Vec<domain::id::GroupId>> {
    let memberships = store::memberships::of_user(tx, user.id).await?;
    Ok(memberships.into_iter().filter(|membership| membership.counts(now)).map(|membership| membership.group).collect())
}

/// Asks for a code to prove again who is signed in.
///
/// # Errors
/// `TooMany` under the limits.
pub async fn ask_again(services: &Services, viewer: &Viewer, caller: &Caller<'_>) -> Verb<()> {
    ask(services, caller, Purpose::ProveAgain, &viewer.user.address, Continuation::Account, false).await
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
    let token = Secret::random();
    let mut deed = services.deed(viewer.actor()).await?;
    let now = deed.now;
    if !store::sessions::renew(&mut deed.tx, viewer.session.id, &token.digest(), &[Method::Otp], now).await? {
        return Err(Denied::SignIn.into());
    }
    record(&mut deed, &viewer.user, None, &[Method::Otp], now, SignInResult::Success, None).await?;
    deed.tell(Action::SignedIn, Target::new(TargetKind::Session, viewer.session.id, viewer.user.shown_name()));
    deed.commit().await?;
    Ok(token)
}

/// Proves an address for lifting its own block.
///
/// # Errors
/// What is wrong with the code.
pub async fn prove_for_lift(services: &Services, caller: &Caller<'_>, code: &str) -> Verb<Proved> {
    Ok(Proved::by_code(prove(services, caller, Purpose::LiftBlock, code).await?.address))
}
