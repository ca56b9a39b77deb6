//! Coming in: what a code or a provider's word proves is held against who it is here, and opens a session or consent.

use domain::id::InvitationId;
use domain::passcode::Purpose;
use domain::text::EmailAddress;
use domain::time::Timestamp;
use domain::user::{Barred, User};
use store::Tx;
use store::attempts::{Attempt, Errand};

use super::proof::{Resolved, may_link, resolve};
use super::{
    Asked, BREAK_GLASS, Caller, Entry, Opened, PROOF_WAITS, Proved, Word, ask, bind, check_anchor, hold_entry,
    open_session, prove, record,
};
use crate::deed::Deed;
use crate::{Actor, Denied, Refusal, Secret, Services, Verb, redemption};

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
/// As [`redemption::accept`]; `break_glass_passkey`; `SignIn` where this browser proved no address.
pub async fn accept(services: &Services, caller: &Caller<'_>, listed: &[InvitationId]) -> Verb<Opened> {
    let (proved, asked) = proof(services, caller.browser).await?;
    let user = {
        let mut tx = services.store.read().await?;
        store::users::by_address(&mut tx, proved.address()).await?.ok_or(Denied::NotFound)?.value
    };
    if services.break_glass.contains(&user.id) {
        return Err(Refusal::Rule(BREAK_GLASS));
    }
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
        _ if services.break_glass.contains(&user.id) => Some(Refusal::Rule(BREAK_GLASS)),
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
