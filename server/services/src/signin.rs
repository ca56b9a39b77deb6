//! Signing in: which way an address is offered, a code by e-mail or a provider, and the session that follows.

use domain::event::{Action, Target, TargetKind};
use domain::id::{AttemptId, InvitationId, ProviderId, RequestId, UserId};
use domain::passcode::{Passcode, Purpose};
use domain::provider::{Offer, Provider};
use domain::session::{Method, Origin, Session, Vouched};
use domain::text::EmailAddress;
use domain::time::{Span, Timestamp};
use domain::user::{Barred, User};
use serde::{Deserialize, Serialize};
use store::attempts::{Attempt, Errand};
use store::passcodes::Challenge;
use store::{Stored, Tx};

use crate::deed::Deed;
use crate::{Actor, Denied, Refusal, Secret, Services, Verb, Viewer, redemption};

mod code;
mod proof;
mod record;

pub use domain::continuation::Continuation;
pub use proof::Proved;
pub(crate) use proof::{
    Word, anchor_carries, bind, check_anchor, entry_guard, hold_entry, opened_for_passcodes, provider_guard,
};
pub(crate) use record::{Entry, open_session, record};

pub(crate) use code::prove;
use proof::{Resolved, may_link, resolve};

/// How long a proof at the door waits for consent.
pub(crate) const PROOF_WAITS: Span = Span::minutes(30);

/// Who asks at the door, from which browser.
pub struct Caller<'a> {
    /// The browser's own cookie.
    pub browser: &'a Secret,
    /// The signed cookie of a browser that signed in before.
    pub device: Option<&'a Secret>,
    pub origin: &'a Origin,
    pub correlation: RequestId,
}

impl Caller<'_> {
    pub(crate) fn actor(&self) -> Actor {
        Actor::stranger(self.origin.clone(), self.correlation)
    }
}

/// What a proof opens.
pub enum Opened {
    /// A full session, with the token for its cookie and the one for the device.
    Session { session: Box<Session>, token: Secret, device: Secret, to: Continuation },
    /// Something is pending: consent comes first.
    Consent,
    /// A code is on its way: the provider's word alone is not enough.
    Code,
}

/// What somebody wanted when they went to prove who they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub to: Continuation,
    pub keep: bool,
    /// The address of the invitation that they opened.
    pub invited: Option<EmailAddress>,
    /// What the provider may fill in: the address that was typed.
    pub hint: Option<String>,
    /// Who was signed in, where that is who it is about.
    pub by: Option<UserId>,
    /// The invitation that is to be added to their account.
    pub adding: Option<InvitationId>,
    /// A code is asked for beside the word of this attempt.
    pub beside: Option<AttemptId>,
}

impl Asked {
    pub fn to(to: Continuation, keep: bool) -> Self {
        Self { to, keep, ..Self::default() }
    }

    pub(crate) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub(crate) fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The ways that are offered for an address, with the providers among them: by its domain alone.
///
/// # Errors
/// Where the database does not answer.
pub async fn ways(services: &Services, address: &EmailAddress) -> Verb<(Offer, Vec<Provider>)> {
    let domain = address.domain();
    let mut tx = services.store.read().await?;
    let own = store::providers::of_domain(&mut tx, &domain).await?.map(|stored| stored.value);
    let open = match &own {
        Some(_) => Vec::new(),
        None => store::providers::offered(&mut tx).await?,
    };
    let offer = domain::provider::offer(&domain, own.as_ref(), &open, services.now());
    Ok((offer, own.into_iter().chain(open).collect()))
}

/// The providers that everybody is offered, and the one that this browser used last.
///
/// # Errors
/// Where the database does not answer.
pub async fn front_door(services: &Services, last: Option<ProviderId>) -> Verb<(Option<Provider>, Vec<Provider>)> {
    let mut tx = services.store.read().await?;
    let last = match last {
        Some(id) => store::providers::get(&mut tx, id).await?.map(|stored| stored.value),
        None => None,
    };
    let last = last.filter(|provider| provider.enabled);
    let offered = store::providers::offered(&mut tx).await?;
    let others = offered.into_iter().filter(|provider| Some(provider.id) != last.as_ref().map(|last| last.id));
    let others = others.collect();
    Ok((last, others))
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
    asked: &Asked,
) -> Verb<()> {
    let actor = caller.actor();
    let mut deed = services.deed(&actor).await?;
    if let Err(refusal) = code::count(&mut deed, services, caller, address).await {
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
        continuation: asked.write(),
        code: Passcode::asked(deed.now),
    };
    store::passcodes::insert(&mut deed.tx, &challenge).await?;
    deed.send(domain::letter::Lane::Passcode, domain::letter::Letter::Passcode { challenge: challenge.id });
    deed.commit().await
}

/// The address that this browser asked a code for last, to be shown beside the field.
pub async fn asked_for(services: &Services, browser: &Secret, purpose: Purpose) -> Verb<Option<EmailAddress>> {
    let mut tx = services.store.read().await?;
    let challenge = store::passcodes::newest(&mut tx, &browser.digest(), purpose).await?;
    let recent = |asked: &Stored<Challenge>| asked.value.code.asked_at + PROOF_WAITS > services.now();
    Ok(challenge.filter(recent).map(|asked| asked.value.address))
}

/// Signs in with a code.
///
/// # Errors
/// What is wrong with the code, or why the person it proved cannot come in.
pub async fn sign_in(services: &Services, caller: &Caller<'_>, code: &str) -> Verb<Opened> {
    let challenge = prove(services, caller, Purpose::SignIn, code).await?;
    let asked = Asked::read(&challenge.continuation);
    let mut tx = services.store.read().await?;
    let proved = by_code(services, &mut tx, challenge.address, &asked).await?;
    drop(tx);
    enter(services, caller, proved, asked).await
}

/// A provider's word that was checked just now; `attempt` keeps it for the pages that follow.
///
/// # Errors
/// Why the word does not count, or why the person cannot come in.
pub(crate) async fn arrive(services: &Services, caller: &Caller<'_>, attempt: &Attempt, word: Word) -> Verb<Opened> {
    let asked = Asked::read(&attempt.asked);
    let mut tx = services.store.read().await?;
    let resolved = resolve(services, &mut tx, &word, asked.invited.as_ref()).await?;
    drop(tx);
    let mut tx = services.store.begin().await?;
    store::attempts::assert(&mut tx, attempt.id, &word.asserted).await?;
    tx.commit().await?;
    let address = match resolved {
        Resolved::Known(address, identity) => {
            return enter(services, caller, Proved::by_word(address, word, false).of_known(identity), asked).await;
        }
        Resolved::Address(address) => address,
        Resolved::WithCode(address) => {
            let asked = Asked { beside: Some(attempt.id), ..asked };
            ask(services, caller, Purpose::SignIn, &address, &asked).await?;
            return Ok(Opened::Code);
        }
    };
    enter(services, caller, Proved::by_word(address, word, false), asked).await
}

/// What a right code proves: the mailbox, or the word of a provider that the code was asked for beside.
async fn by_code(services: &Services, tx: &mut Tx, address: EmailAddress, asked: &Asked) -> Verb<Proved> {
    let alone = Proved::by_code(address);
    let Some(attempt) = asked.beside else { return Ok(alone) };
    let attempt = store::attempts::get(tx, attempt).await?;
    let Some(word) = word_of(tx, attempt).await? else { return Ok(alone) };
    let user = store::users::by_address(tx, alone.address()).await?;
    let may = match &user {
        Some(user) => may_link(tx, &user.value, services.now()).await?,
        None => false,
    };
    match resolve(services, tx, &word, Some(alone.address())).await {
        Ok(Resolved::Address(address) | Resolved::WithCode(address)) if may => Ok(Proved::by_word(address, word, true)),
        Ok(Resolved::Known(address, identity)) => Ok(Proved::by_word(address, word, true).of_known(identity)),
        _ => Ok(alone),
    }
}

async fn word_of(tx: &mut Tx, attempt: Option<Attempt>) -> Verb<Option<Word>> {
    let Some((asserted, provider)) = attempt.and_then(|attempt| Some((attempt.asserted?, attempt.provider))) else {
        return Ok(None);
    };
    let provider = store::providers::get(tx, provider).await?.map(|stored| stored.value);
    Ok(provider.filter(|provider| provider.enabled).map(|provider| Word { provider, asserted }))
}

/// What this browser proved at the door not long ago, by a code or by a provider: it waits for consent.
async fn proof(services: &Services, browser: &Secret) -> Verb<(Proved, Asked)> {
    let (now, browser) = (services.now(), browser.digest());
    let mut tx = services.store.read().await?;
    let code = store::passcodes::newest(&mut tx, &browser, Purpose::SignIn).await?;
    let code = code.and_then(|asked| Some((asked.value.code.used_at?, asked.value)));
    let attempt = store::attempts::newest(&mut tx, &browser, Errand::SignIn).await?;
    let attempt = attempt.and_then(|attempt| Some((attempt.used_at?, attempt)));
    let recent = |at| at + PROOF_WAITS > now;
    match (code.filter(|(at, _)| recent(*at)), attempt.filter(|(at, _)| recent(*at))) {
        (Some((typed, challenge)), answered) if answered.as_ref().is_none_or(|(at, _)| typed >= *at) => {
            let asked = Asked::read(&challenge.continuation);
            Ok((by_code(services, &mut tx, challenge.address, &asked).await?, asked))
        }
        (_, Some((answered, attempt))) => {
            let asked = Asked::read(&attempt.asked);
            let word = word_of(&mut tx, Some(attempt)).await?.ok_or(Denied::SignIn)?;
            match resolve(services, &mut tx, &word, asked.invited.as_ref()).await? {
                // Taken back since: what waited for consent waits in vain.
                Resolved::Known(_, identity) if identity.spoke_at.is_none() => Err(Denied::SignIn.into()),
                Resolved::Known(address, identity) => {
                    Ok((Proved::by_word(address, word, false).of_known(identity), asked))
                }
                Resolved::Address(address) => {
                    let user = store::users::by_address(&mut tx, &address).await?;
                    let since = user.and_then(|user| user.value.pending_since());
                    // Reset since: the word was about how they came in before.
                    if since.is_some_and(|since| answered < since) {
                        return Err(Denied::SignIn.into());
                    }
                    Ok((Proved::by_word(address, word, false), asked))
                }
                Resolved::WithCode(_) => Err(Denied::SignIn.into()),
            }
        }
        _ => Err(Denied::SignIn.into()),
    }
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
    let entry = Entry::of(&proved, deed.now);
    if let Some(blocked) = blocked(&mut deed, &user, &entry).await? {
        deed.commit().await?;
        return Err(blocked);
    }
    let user = redemption::accept_in(services, &mut deed, &proved, listed).await?;
    let (session, token, device) = open_session(&mut deed, services, &user, entry, asked.keep).await?;
    deed.commit().await?;
    Ok(Opened::Session { session: Box::new(session), token, device, to: asked.to })
}

async fn enter(services: &Services, caller: &Caller<'_>, proved: Proved, asked: Asked) -> Verb<Opened> {
    let mut tx = services.store.read().await?;
    let unknown = if proved.is_mailbox() { Denied::NotFound.into() } else { Refusal::Rule("identity_unknown") };
    let user = store::users::by_address(&mut tx, proved.address()).await?.ok_or(unknown)?.value;
    drop(tx);
    let actor = Actor::proved(&user, caller.origin.clone(), caller.correlation);
    let mut deed = services.deed(&actor).await?;
    let now = deed.now;
    let held = hold_entry(&mut deed.tx, user.id, &proved).await;
    // As they are now that nobody else changes how they come in.
    let user = store::users::get(&mut deed.tx, user.id).await?.ok_or(Denied::NotFound)?.value;
    let pending = store::invitations::open_of_user(&mut deed.tx, user.id).await?;
    let open = pending.iter().any(|invitation| invitation.value.open(now).is_ok());
    let refusal = match user.may_enter(now) {
        Err(barred) if !open || barred != Barred::NotAccepted => Some(Refusal::from(barred)),
        _ => match held {
            Ok(()) => may_come(&mut deed.tx, &user, &proved, now).await.err(),
            Err(refusal) => Some(refusal),
        },
    };
    let entry = Entry::of(&proved, now);
    if let Some(refusal) = refusal {
        record(&mut deed, &user, &entry, Some(refusal.code())).await?;
        deed.commit().await?;
        return Err(refusal);
    }
    if open {
        let blocked = blocked(&mut deed, &user, &entry).await?;
        deed.commit().await?;
        return blocked.map_or(Ok(Opened::Consent), Err);
    }
    bind(&mut deed, &user, &proved).await?;
    let (session, token, device) = open_session(&mut deed, services, &user, entry, asked.keep).await?;
    deed.commit().await?;
    Ok(Opened::Session { session: Box::new(session), token, device, to: asked.to })
}

/// Redeeming is asked after the proof and before consent: a policy that blocks leaves the invitation pending. What it
/// would ask for comes after Accept, when there is a session to bring it in.
async fn blocked(deed: &mut Deed<'_>, user: &User, entry: &Entry) -> Verb<Option<Refusal>> {
    let asked = record::ask(deed, user, entry).await?;
    if *asked.outcome() != domain::access::Outcome::Blocked {
        return Ok(None);
    }
    let attempt = record::keep(deed, user, entry, &asked, None).await?;
    Ok(Some(Refusal::field_because("", "access_blocked", attempt)))
}

/// Does this way let this person in?
async fn may_come(tx: &mut Tx, user: &User, proved: &Proved, now: Timestamp) -> Verb<()> {
    let known = match proved.vouched() {
        Some(by) => store::identities::get(tx, &by.issuer, &by.subject).await?.is_some(),
        None => true,
    };
    if !known && !may_link(tx, user, now).await? {
        return Err(Refusal::Rule("identity_not_linked"));
    }
    check_anchor(tx, user, proved, now).await
}

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
/// `SignIn` where the session is gone.
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
    let token = Secret::random();
    let multifactor_at = Method::multifactor_at(methods, proved_at);
    let proof = store::sessions::Proof { digest: &token.digest(), methods, proved_at, multifactor_at, by };
    let now = deed.now;
    if !store::sessions::renew(&mut deed.tx, viewer.session.id, &proof, now).await? {
        return Err(Denied::SignIn.into());
    }
    Ok(token)
}

/// What was wanted when this browser asked this address for a code last, for asking anew.
///
/// # Errors
/// Where the database does not answer.
pub async fn asked_before(services: &Services, browser: &Secret, address: &EmailAddress) -> Verb<Option<Asked>> {
    let mut tx = services.store.read().await?;
    let newest = store::passcodes::newest(&mut tx, &browser.digest(), Purpose::SignIn).await?;
    let same = |asked: &Stored<Challenge>| {
        asked.value.address.key() == address.key() && asked.value.code.asked_at + PROOF_WAITS > services.now()
    };
    Ok(newest.filter(same).map(|asked| Asked::read(&asked.value.continuation)))
}

/// Proves an address for lifting its own block.
///
/// # Errors
/// What is wrong with the code.
pub async fn prove_for_lift(services: &Services, caller: &Caller<'_>, code: &str) -> Verb<Proved> {
    Ok(Proved::by_code(prove(services, caller, Purpose::LiftBlock, code).await?.address))
}
