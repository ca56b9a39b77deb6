//! What somebody at the door has proved: an address, by a code that was sent there or by the word of a provider.

use domain::event::{Action, Target, TargetKind};
use domain::id::{ProviderId, UserId};
use domain::identity::{Identity, MAILBOX};
use domain::provider::{Asserted, Provider, Vouch, VouchError};
use domain::session::{Method, Vouched};
use domain::settings::Collaboration;
use domain::text::EmailAddress;
use domain::time::Timestamp;
use domain::user::User;
use store::settings::COLLABORATION;
use store::{Stored, Tx};

use crate::deed::Deed;
use crate::{Denied, Refusal, Services, Verb};

/// A provider's word about somebody, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub provider: Provider,
    pub asserted: Asserted,
}

/// An address that was proved, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    address: EmailAddress,
    code: bool,
    word: Option<Box<Word>>,
    /// The identity as it stood when the word was taken.
    known: Option<Box<Identity>>,
}

/// What a provider's word proves.
pub(super) enum Resolved {
    /// An identity that is tied to a person, and their address of record.
    Known(EmailAddress, Box<Identity>),
    /// The address, for whoever is invited at it or comes for the first time.
    Address(EmailAddress),
    /// The address, once a code that was sent there is typed too.
    WithCode(EmailAddress),
}

impl Proved {
    /// Only for whoever has just compared the code.
    pub(crate) fn by_code(address: EmailAddress) -> Self {
        Self { address, code: true, word: None, known: None }
    }

    /// Only for whoever has just checked the word.
    pub(crate) fn by_word(address: EmailAddress, word: Word, code: bool) -> Self {
        Self { address, code, word: Some(Box::new(word)), known: None }
    }

    /// The same about an identity that is tied already.
    pub(super) fn of_known(self, identity: Box<Identity>) -> Self {
        Self { known: Some(identity), ..self }
    }

    pub fn address(&self) -> &EmailAddress {
        &self.address
    }

    /// By a code alone, which proves a mailbox.
    pub(crate) fn is_mailbox(&self) -> bool {
        self.word.is_none()
    }

    pub(crate) fn methods(&self) -> Vec<Method> {
        // A code beside it is what was proved just now; the word may be from long ago.
        let Some(word) = self.word.as_deref().filter(|_| !self.code) else { return vec![Method::Otp] };
        let own = word.provider.is_authoritative(&word.asserted, &self.address.domain());
        let second = own && word.provider.settings.second_factor.is_in(&word.asserted);
        std::iter::once(Method::Federated).chain(second.then_some(Method::MultiFactor)).collect()
    }

    /// When the person last proved themselves: a provider that does not say counts as never.
    pub(crate) fn auth_time(&self, now: Timestamp) -> Timestamp {
        match &self.word {
            Some(word) if !self.code => word.asserted.auth_time.map_or(Timestamp::EPOCH, |at| at.min(now)),
            _ => now,
        }
    }

    /// For the session that follows.
    pub(crate) fn vouched(&self) -> Option<Vouched> {
        let Word { provider, asserted } = self.word.as_deref()?;
        let (issuer, subject) = (asserted.issuer.clone(), asserted.subject.clone());
        Some(Vouched { provider: provider.id, issuer, subject, session: asserted.session.clone() })
    }

    fn identity(&self, user: &User, now: Timestamp) -> Identity {
        let (issuer, subject, provider, address) = match &self.word {
            Some(word) => {
                let Asserted { issuer, subject, address, .. } = &word.asserted;
                let address = address.as_ref().map(|address| address.as_str().to_owned());
                (issuer.clone(), subject.clone(), Some(word.provider.id), address)
            }
            None => (MAILBOX.to_owned(), self.address.key().to_owned(), None, None),
        };
        let session = self.word.as_ref().and_then(|word| word.asserted.session.clone());
        Identity {
            session,
            issuer,
            subject,
            user: user.id,
            provider,
            address,
            anchor: false,
            created_at: now,
            spoke_at: Some(now),
        }
    }
}

impl From<VouchError> for Refusal {
    fn from(error: VouchError) -> Self {
        match error {
            VouchError::NoAddress => Self::Rule("provider_no_address"),
            VouchError::Unverified => Self::Rule("provider_unverified"),
            VouchError::OtherAddress(address) => Self::field_because("", "provider_other_address", address),
            VouchError::ByItsProvider => Self::Rule("by_its_provider"),
        }
    }
}

/// What a word proves, of the invited address where it is known which one is meant.
///
/// # Errors
/// Why it proves nothing; `identity_of_other` where it is tied to somebody else than who is invited.
pub(super) async fn resolve(
    services: &Services,
    tx: &mut Tx,
    word: &Word,
    invited: Option<&EmailAddress>,
) -> Verb<Resolved> {
    let Word { provider, asserted } = word;
    if let Some(identity) = store::identities::get(tx, &asserted.issuer, &asserted.subject).await? {
        let user = store::users::get(tx, identity.user).await?.ok_or(Denied::NotFound)?.value;
        if invited.is_some_and(|invited| invited.key() != user.address.key()) {
            return Err(Refusal::field_because("", "identity_of_other", user.address.shown()));
        }
        return Ok(Resolved::Known(user.address, Box::new(identity)));
    }
    let address = invited.or(asserted.address.as_ref()).ok_or(VouchError::NoAddress)?;
    let of_domain = store::providers::of_domain(tx, &address.domain()).await?.map(|stored| stored.value);
    Ok(match provider.vouch(asserted, address, of_domain.as_ref(), services.now())? {
        Vouch::Enough => Resolved::Address(address.clone()),
        Vouch::WithCode => Resolved::WithCode(address.clone()),
    })
}

/// May an identity be tied to this person now? By their own open invitation, or at the first sign-in; never because an
/// address is the same.
pub(super) async fn may_link(tx: &mut Tx, user: &User, now: Timestamp) -> Verb<bool> {
    let open = store::invitations::open_of_user(tx, user.id).await?;
    if open.iter().any(|invitation| invitation.value.open(now).is_ok()) {
        return Ok(true);
    }
    Ok(user.may_enter(now).is_ok() && store::identities::of_user(tx, user.id).await?.is_empty())
}

/// Ties what was proved to the person, or notes that it spoke again. The first identity is the anchor.
///
/// # Errors
/// `identity_taken` where it is somebody else's.
pub(crate) async fn bind(deed: &mut Deed<'_>, user: &User, proved: &Proved) -> Verb<()> {
    let identity = proved.identity(user, deed.now);
    match store::identities::get(&mut deed.tx, &identity.issuer, &identity.subject).await? {
        Some(known) if known.user == user.id => Ok(store::identities::spoke(&mut deed.tx, &identity, deed.now).await?),
        Some(_) => Err(Refusal::Rule("identity_taken")),
        None => {
            let anchor = store::identities::anchor(&mut deed.tx, user.id).await?.is_none();
            if let Some(provider) = identity.provider {
                let target = Target::new(TargetKind::User, user.id, user.shown_name());
                let linked = serde_json::json!({ "provider": provider, "issuer": identity.issuer, "anchor": anchor });
                deed.tell_change(Action::IdentityLinked, target, &(), &linked);
            }
            Ok(store::identities::insert(&mut deed.tx, &Identity { anchor, ..identity }).await?)
        }
    }
}

/// What two deeds about one person's coming in queue on.
pub(crate) fn entry_guard(user: UserId) -> String {
    format!("entry:{user}")
}

/// What switching a provider off and coming in by it queue on.
pub(crate) fn provider_guard(provider: ProviderId) -> String {
    format!("provider:{provider}")
}

/// Takes the guards of somebody who comes in, and looks whether the word stands still: a provider may have taken it back,
/// or an administrator may have switched the provider off or reset the person, while it was on its way.
///
/// # Errors
/// `anchor_silent` where it does not.
pub(crate) async fn hold_entry(tx: &mut Tx, user: UserId, proved: &Proved) -> Verb<()> {
    store::guards::hold(tx, &entry_guard(user)).await?;
    let Some(word) = &proved.word else { return Ok(()) };
    store::guards::hold(tx, &provider_guard(word.provider.id)).await?;
    let provider = store::providers::get(tx, word.provider.id).await?;
    let mut stands = provider.is_some_and(|stored| stored.value.enabled);
    if let Some(known) = &proved.known {
        let now = store::identities::get(tx, &known.issuer, &known.subject).await?;
        stands &= now.is_some_and(|now| now.user == known.user && (now.spoke_at.is_some() || known.spoke_at.is_none()));
    }
    if stands { Ok(()) } else { Err(Refusal::Rule("anchor_silent")) }
}

/// Whether this way carries a whole sign-in: the anchor always does; others while its word holds and its provider is on.
/// Members have no such limit: their employer is who runs this Lobby.
///
/// # Errors
/// `anchored_elsewhere` for a code where no mailbox is tied; `anchor_silent`.
pub(crate) async fn check_anchor(tx: &mut Tx, user: &User, proved: &Proved, now: Timestamp) -> Verb<()> {
    let identities = store::identities::of_user(tx, user.id).await?;
    let identity = proved.identity(user, now);
    let is_this = |one: &Identity| (&one.issuer, &one.subject) == (&identity.issuer, &identity.subject);
    let Some(anchor) = identities.iter().find(|one| one.anchor) else { return Ok(()) };
    if is_this(anchor) {
        return Ok(());
    }
    if proved.is_mailbox() {
        if opened_for_passcodes(tx, anchor, now).await? {
            return Ok(());
        }
        if !identities.iter().any(is_this) {
            return Err(Refusal::Rule("anchored_elsewhere"));
        }
    }
    if user.is_guest() { anchor_carries(tx, anchor, now).await } else { Ok(()) }
}

/// Do other ways hang on a word that holds, of a provider that is on?
///
/// # Errors
/// `anchor_silent`.
pub(crate) async fn anchor_carries(tx: &mut Tx, anchor: &Identity, now: Timestamp) -> Verb<()> {
    let on = match anchor.provider {
        Some(provider) => store::providers::get(tx, provider).await?.is_some_and(|stored| stored.value.enabled),
        None => true,
    };
    let settings: Stored<Collaboration> = store::settings::get(tx, COLLABORATION).await?.ok_or(Refusal::Conflict)?;
    if on && anchor.carries(&settings.value, now) { Ok(()) } else { Err(Refusal::Rule("anchor_silent")) }
}

/// Has an administrator let passcodes stand in for the provider of this anchor?
pub(crate) async fn opened_for_passcodes(tx: &mut Tx, anchor: &Identity, now: Timestamp) -> Verb<bool> {
    // Whose word was taken back is not who cannot reach a provider that is down.
    let Some(provider) = anchor.provider.filter(|_| anchor.spoke_at.is_some()) else { return Ok(false) };
    let provider = store::providers::get(tx, provider).await?;
    Ok(provider.is_some_and(|stored| stored.value.passcode_until.is_some_and(|until| now < until)))
}
