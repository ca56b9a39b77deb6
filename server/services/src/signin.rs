//! Signing in: which way an address is offered, a code by e-mail or a provider, and the session that follows.

use domain::event::{Action, Target, TargetKind};
use domain::id::{AttemptId, InvitationId, ProviderId, RequestId, UserId};
use domain::passcode::{Passcode, Purpose};
use domain::provider::{Offer, Provider};
use domain::session::{Origin, Session};
use domain::text::EmailAddress;
use domain::time::Span;
use serde::{Deserialize, Serialize};
use store::Stored;
use store::passcodes::Challenge;

use crate::{Actor, Refusal, Secret, Services, Verb};

mod again;
mod code;
mod device;
mod entering;
mod proof;
mod record;

pub use again::{ask_again, prove_again};
pub(crate) use again::{renew, renew_in};
pub use domain::continuation::Continuation;
pub(crate) use entering::arrive;
pub use entering::{accept, proved, sign_in};
pub use proof::Proved;
pub(crate) use proof::{
    Word, anchor_carries, bind, check_anchor, entry_guard, hold_entry, opened_for_passcodes, provider_guard,
};
pub(crate) use record::{Entry, open_session, record, record_failure};

pub(crate) use code::prove;

/// An account for emergencies signs in by a passkey that was registered beforehand, never by a code or a provider.
const BREAK_GLASS: &str = "break_glass_passkey";
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
