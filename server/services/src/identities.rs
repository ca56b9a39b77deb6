//! The identities of a person: which they have, tying a further one, and taking one away.

use domain::event::{Action, Target, TargetKind};
use domain::factor::is_recent;
use domain::id::UserId;
use domain::identity::Identity;
use domain::letter::{AccountChange, Lane, Letter};
use domain::provider::Provider;
use domain::session::FRESH;

use store::Tx;

use crate::signin::{Proved, Word, bind, entry_guard, hold_entry};
use crate::{Denied, Refusal, Services, Verb, Viewer, factors};

/// An identity with the provider that vouches for it; `None` for a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub identity: Identity,
    pub provider: Option<Provider>,
}

/// The viewer's own identities, the oldest first.
///
/// # Errors
/// Where the database does not answer.
pub async fn list(services: &Services, viewer: &Viewer) -> Verb<Vec<Named>> {
    of(&mut services.store.read().await?, viewer.user.id).await
}

/// The identities of anybody.
pub(crate) async fn of(tx: &mut Tx, user: UserId) -> Verb<Vec<Named>> {
    let identities = store::identities::of_user(tx, user).await?;
    let providers: Vec<_> = identities.iter().filter_map(|identity| identity.provider).collect();
    let providers = store::providers::by_ids(tx, &providers).await?;
    let provider = |identity: &Identity| providers.iter().find(|found| Some(found.id) == identity.provider).cloned();
    Ok(identities.into_iter().map(|identity| Named { provider: provider(&identity), identity }).collect())
}

/// Ties a further identity to the viewer, who proved both just now.
///
/// # Errors
/// `identity_taken` where it is somebody else's.
pub(crate) async fn link(services: &Services, viewer: &Viewer, word: Word) -> Verb<()> {
    let mut deed = services.deed(viewer.actor()).await?;
    let known = store::identities::get(&mut deed.tx, &word.asserted.issuer, &word.asserted.subject).await?;
    let proved = Proved::by_word(viewer.user.address.clone(), word, false);
    hold_entry(&mut deed.tx, viewer.user.id, &proved).await?;
    bind(&mut deed, &viewer.user, &proved).await?;
    if known.is_none() {
        deed.send(Lane::Single, Letter::AccountChanged { user: viewer.user.id, change: AccountChange::IdentityLinked });
    }
    deed.commit().await
}

/// # Errors
/// `identity_of_other` where the word is not about the viewer.
pub(crate) async fn is_own(services: &Services, viewer: &Viewer, word: &Word) -> Verb<()> {
    let mut tx = services.store.read().await?;
    let known = store::identities::get(&mut tx, &word.asserted.issuer, &word.asserted.subject).await?;
    match known {
        Some(identity) if identity.user == viewer.user.id => Ok(()),
        _ => Err(Refusal::field_because("", "provider_other_account", word.provider.name.as_str())),
    }
}

/// Takes an identity away from the viewer; wants a fresh proof, and a factor of who has one. Sessions that hang on it end,
/// this one too.
///
/// # Errors
/// `identity_last` for the only one; `identity_anchor`, `identity_anchor_factor`; `NotFound`; `Stale`; `Factor`.
pub async fn remove(services: &Services, viewer: Viewer, issuer: &str, subject: &str) -> Verb<()> {
    let viewer = viewer.fresh(services)?;
    let mut deed = services.deed(viewer.actor()).await?;
    // Two removals at once must not leave nobody: the second waits, and sees what is left.
    store::guards::hold(&mut deed.tx, &entry_guard(viewer.user.id)).await?;
    let all = store::identities::of_user(&mut deed.tx, viewer.user.id).await?;
    let identity = all.iter().find(|one| (one.issuer.as_str(), one.subject.as_str()) == (issuer, subject));
    let identity = identity.ok_or(Denied::NotFound)?;
    if all.len() == 1 {
        return Err(Refusal::Rule("identity_last"));
    }
    if identity.anchor && viewer.user.is_guest() {
        return Err(Refusal::Rule("identity_anchor"));
    }
    // Whoever holds the mailbox alone must not put a way of their own in the place of the anchor.
    factors::used_where_held(&mut deed.tx, &viewer, deed.now).await?;
    if identity.anchor && !is_recent(viewer.session.multifactor_at, FRESH, deed.now) {
        return Err(Refusal::Rule("identity_anchor_factor"));
    }
    store::identities::drop(&mut deed.tx, identity).await?;
    if identity.anchor {
        // Somebody without an anchor would be sent codes: what remains stands in its place, a provider before a mailbox.
        let rest = all.iter().filter(|one| *one != identity);
        if let Some(next) = rest.min_by_key(|one| one.is_mailbox()) {
            store::identities::raise(&mut deed.tx, next).await?;
        }
    }
    if identity.is_mailbox() {
        // Which sessions came by a code is not known of each.
        store::sessions::end_others(&mut deed.tx, viewer.user.id, viewer.session.id).await?;
    }
    store::sessions::end_of(&mut deed.tx, issuer, Some(subject), None).await?;
    let target = Target::new(TargetKind::User, viewer.user.id, viewer.user.shown_name());
    deed.tell_change(Action::IdentityRemoved, target, &identity.issuer, &());
    deed.send(Lane::Single, Letter::AccountChanged { user: viewer.user.id, change: AccountChange::IdentityRemoved });
    deed.commit().await
}
