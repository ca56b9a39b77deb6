//! The address of record, changed by its own person: a code typed from the new mailbox, and a letter to the old one.

use domain::event::Action;
use domain::identity::Identity;
use domain::letter::{AccountChange, Lane, Letter};
use domain::passcode::Purpose;
use domain::text::EmailAddress;
use domain::time::Timestamp;
use domain::user::User;
use store::{StoreError, Tx};

use super::{check_domain, live, target};
use crate::limits::Limit;
use crate::signin::{self, Asked, Caller, anchor_carries, entry_guard};
use crate::{Denied, Refusal, Services, Verb, Viewer, factors};

const CHANGES: &[Limit] = &[Limit::a_day(3)];

/// Is the address of the viewer theirs to change?
///
/// # Errors
/// `address_by_administrator` for whoever holds a role or owns a group; `address_by_provider`, with its name, where the
/// organization of their domain keeps its people; `address_invitations_open`; `anchor_silent`.
pub async fn may_change_address(services: &Services, viewer: &Viewer) -> Verb<()> {
    check_person(&mut services.store.read().await?, &viewer.user, services.now()).await
}

/// Sends a code to the address that the viewer wants. Whether somebody has it already is said only to who types the code:
/// they have proved the mailbox, and nobody finds out by asking who is known here.
///
/// # Errors
/// As [`may_change_address`]; `Stale`; `Factor`; beside `address`, why it cannot be theirs; `TooMany`.
pub async fn ask_new_address(
    services: &Services,
    viewer: Viewer,
    caller: &Caller<'_>,
    address: &EmailAddress,
) -> Verb<()> {
    let viewer = viewer.fresh(services)?;
    let mut tx = services.store.read().await?;
    factors::used_where_held(&mut tx, &viewer, services.now()).await?;
    check_person(&mut tx, &viewer.user, services.now()).await?;
    check_address(&mut tx, &viewer.user, address, services.now()).await?;
    drop(tx);
    let asked = Asked { by: Some(viewer.user.id), ..Asked::default() };
    signin::ask(services, caller, Purpose::NewAddress, address, &asked).await
}

/// Changes the address to the one that the code went to. The mailbox as a way to sign in, and as anchor, moves with it;
/// accounts at providers stay as they are. Other sessions end: which of them came by the old mailbox is not known.
///
/// # Errors
/// As [`ask_new_address`]; what is wrong with the code; `Forbidden` where somebody else asked for it; `address_has_account`.
pub async fn change_address(services: &Services, viewer: Viewer, caller: &Caller<'_>, code: &str) -> Verb<()> {
    let viewer = viewer.fresh(services)?;
    let challenge = signin::prove(services, caller, Purpose::NewAddress, code).await?;
    if Asked::read(&challenge.continuation).by != Some(viewer.user.id) {
        return Err(Denied::Forbidden.into());
    }
    let mut deed = services.deed(viewer.actor()).await?;
    let now = deed.now;
    store::guards::hold(&mut deed.tx, &entry_guard(viewer.user.id)).await?;
    deed.count(&format!("address:{}", viewer.user.id), CHANGES).await?;
    let user = live(&mut deed.tx, viewer.user.id).await?;
    let (old, new) = (user.value.address.clone(), challenge.address);
    factors::used_where_held(&mut deed.tx, &viewer, now).await?;
    check_person(&mut deed.tx, &user.value, now).await?;
    check_address(&mut deed.tx, &user.value, &new, now).await?;
    // Deleted people too: their address stays reserved.
    if store::users::by_address(&mut deed.tx, &new).await?.is_some() {
        return Err(Refusal::Rule("address_has_account"));
    }
    let user = user.with(|user| User { address: new.clone(), ..user });
    store::users::save(&mut deed.tx, &user).await.map_err(taken)?;
    move_mailbox(&mut deed.tx, &user.value, now).await?;
    store::sessions::end_others(&mut deed.tx, viewer.user.id, viewer.session.id).await?;
    deed.tell_change(Action::AddressChanged, target(&user.value), &old, &new);
    let change = AccountChange::AddressMoved;
    deed.send(Lane::Single, Letter::AccountChanged { user: viewer.user.id, change });
    deed.commit().await
}

fn taken(error: StoreError) -> Refusal {
    match error {
        StoreError::Exists("users") => Refusal::Rule("address_has_account"),
        error => error.into(),
    }
}

async fn check_person(tx: &mut Tx, user: &User, now: Timestamp) -> Verb<()> {
    if !user.roles.is_empty() || !store::groups::owned_by(tx, user.id).await?.is_empty() {
        return Err(Refusal::Rule("address_by_administrator"));
    }
    let domain = user.address.domain();
    let anchor = store::identities::anchor(tx, user.id).await?;
    let vouching = match anchor.as_ref().and_then(|anchor| anchor.provider) {
        Some(provider) => store::providers::get(tx, provider).await?.filter(|found| found.value.speaks_for(&domain)),
        None => None,
    };
    // Whoever leaves that organization must lose what hangs on it: an address elsewhere would carry them past its word.
    let keeper = match vouching {
        Some(provider) => Some(provider),
        None => store::providers::of_domain(tx, &domain).await?,
    };
    if let Some(provider) = keeper {
        return Err(Refusal::field_because("", "address_by_provider", provider.value.name.as_str()));
    }
    // They are for the old address, and could not be accepted from the new one.
    let open = store::invitations::open_of_user(tx, user.id).await?;
    if open.iter().any(|invitation| invitation.value.open(now).is_ok()) {
        return Err(Refusal::Rule("address_invitations_open"));
    }
    match anchor.filter(|_| user.is_guest()) {
        Some(anchor) => anchor_carries(tx, &anchor, now).await,
        None => Ok(()),
    }
}

/// As the address of a new invitation, to every group that the person is in: a group's rules hold for who moves, too.
async fn check_address(tx: &mut Tx, user: &User, address: &EmailAddress, now: Timestamp) -> Verb<()> {
    if address.key() == user.address.key() {
        return Err(Refusal::field("address", "address_own"));
    }
    let own = store::providers::of_domain(tx, &address.domain()).await?;
    if let Some(own) = own.filter(|own| !own.value.lets_passcodes(now)) {
        return Err(Refusal::field_because("address", "address_wants_provider", own.value.name.as_str()));
    }
    if !user.is_guest() && address.domain() == user.address.domain() {
        return Ok(());
    }
    check_domain(tx, address).await?;
    if user.is_guest() {
        let memberships = store::memberships::of_user(tx, user.id).await?;
        let groups: Vec<_> = memberships.into_iter().map(|membership| membership.group).collect();
        let groups = store::groups::by_ids(tx, &groups).await?;
        if groups.iter().any(|group| !group.value.narrowing.domains.admits_address(address)) {
            return Err(Refusal::field("address", "domain_not_allowed_by_group"));
        }
    }
    Ok(())
}

/// The mailbox that vouched for the person gives way to the one that was proved just now.
async fn move_mailbox(tx: &mut Tx, user: &User, now: Timestamp) -> Verb<()> {
    let all = store::identities::of_user(tx, user.id).await?;
    let Some(old) = all.into_iter().find(Identity::is_mailbox) else { return Ok(()) };
    store::identities::drop(tx, &old).await?;
    let subject = user.address.key().to_owned();
    let new = Identity { subject, created_at: now, spoke_at: Some(now), ..old };
    let kept = store::identities::insert(tx, &new).await;
    kept.map_err(|error| match error {
        StoreError::Exists("identities") => Refusal::Rule("identity_taken"),
        error => error.into(),
    })
}
