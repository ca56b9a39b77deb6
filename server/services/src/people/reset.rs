//! Reset of a redemption: the person stays, with their memberships; how they come in begins anew.

use domain::event::Action;
use domain::group::Group;
use domain::id::UserId;
use domain::invitation::{Invitation, InvitationState, LetterState};
use domain::letter::{AccountChange, Lane, Letter};
use domain::role::Role;
use domain::settings::Collaboration;
use domain::text::EmailAddress;
use domain::time::Span;
use domain::user::User;
use store::settings::COLLABORATION;
use store::{StoreError, Stored, Tx};

use super::{live, may_change_sign_in, revoke, target};
use crate::deed::Deed;
use crate::limits::Limit;
use crate::signin::entry_guard;
use crate::{Denied, OwnerOf, Refusal, Services, UserAdmin, Verb, Viewer};

/// Each sends letters: not more than an inviter could.
const RESETS: &[Limit] = &[Limit::a_day(3)];

/// Sessions end and identities go; the guest is invited anew, at another address where one is given. A member binds an
/// identity at the next sign-in, as at the first one.
///
/// # Errors
/// `own_account`, `holds_role` (who owns a group too is an Administrator's to reset); beside `address`, why it cannot be
/// theirs; `invitations_stopped`.
pub async fn reset(services: &Services, by: &UserAdmin, id: UserId, address: Option<EmailAddress>) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let user = live(&mut deed.tx, id).await?;
    may_change_sign_in(&by.viewer().user, &user.value)?;
    let owns = !store::groups::owned_by(&mut deed.tx, id).await?.is_empty();
    if owns && !by.viewer().has(Role::Administrator) {
        return Err(Refusal::Rule("holds_role"));
    }
    begin_anew(services, &mut deed, user, by.viewer(), address).await?;
    deed.commit().await
}

/// The same by an owner, at the same address: only for a guest who is in no group that somebody else owns.
///
/// # Errors
/// `NotFound` where they are not in the group; `Forbidden` where they are in another's too, or hold anything.
pub async fn reset_by_owner(services: &Services, by: &OwnerOf<Group>, id: UserId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let user = live(&mut deed.tx, id).await?;
    if !may_reset(&mut deed.tx, by.viewer(), &user.value, by.group()).await? {
        return Err(Denied::Forbidden.into());
    }
    begin_anew(services, &mut deed, user, by.viewer(), None).await?;
    deed.commit().await
}

/// May this owner reset the guest? Asked for the button too.
///
/// # Errors
/// `NotFound` where they are not in the group.
pub(crate) async fn may_reset(tx: &mut Tx, owner: &Viewer, user: &User, group: &Group) -> Verb<bool> {
    let memberships = store::memberships::of_user(tx, user.id).await?;
    if !memberships.iter().any(|membership| membership.group == group.id) {
        return Err(Denied::NotFound.into());
    }
    let owned = store::groups::owned_by(tx, owner.user.id).await?;
    let all_theirs = memberships.iter().all(|membership| owned.iter().any(|group| group.id == membership.group));
    let holds = !user.roles.is_empty() || !store::groups::owned_by(tx, user.id).await?.is_empty();
    Ok(user.is_guest() && user.id != owner.user.id && all_theirs && !holds)
}

async fn begin_anew(
    services: &Services,
    deed: &mut Deed<'_>,
    user: Stored<User>,
    by: &Viewer,
    address: Option<EmailAddress>,
) -> Verb<()> {
    store::guards::hold(&mut deed.tx, &entry_guard(user.value.id)).await?;
    deed.count(&format!("reset:{}", user.value.id), RESETS).await?;
    let before = user.value.clone();
    let address = address.filter(|address| address.key() != before.address.key());
    if let Some(address) = &address {
        check_new(services, deed, address).await?;
    }
    let now = deed.now;
    let user = user.with(|user| {
        let user = user.begin_anew(now);
        User { address: address.clone().unwrap_or(user.address.clone()), ..user }
    });
    let saved = store::users::save(&mut deed.tx, &user).await;
    saved.map_err(|error| match error {
        StoreError::Exists("users") => Refusal::field("address", "address_taken"),
        error => error.into(),
    })?;
    store::sessions::end_all(&mut deed.tx, before.id).await?;
    store::identities::drop_all(&mut deed.tx, before.id).await?;
    let open = store::invitations::open_of_user(&mut deed.tx, before.id).await?;
    let stale = open.into_iter().filter(|open| address.is_some() || open.value.group.is_none()).collect();
    revoke(deed, stale).await?;
    deed.tell_change(Action::RedemptionReset, target(&user.value), &before.address, &user.value.address);
    if user.value.is_guest() {
        invite(deed, &user.value, by).await?;
    } else {
        deed.send(Lane::Single, Letter::Welcome { user: before.id });
    }
    let change = if address.is_some() { AccountChange::AddressChanged } else { AccountChange::RedemptionReset };
    deed.send(Lane::Single, Letter::AccountChanged { user: before.id, change });
    Ok(())
}

/// A new address is checked as that of a new invitation.
async fn check_new(services: &Services, deed: &mut Deed<'_>, address: &EmailAddress) -> Verb<()> {
    check_domain(&mut deed.tx, address).await?;
    if crate::blocks::stands(&mut deed.tx, &services.key, address).await? {
        return Err(Refusal::field("address", "takes_no_invitations"));
    }
    if store::users::by_address(&mut deed.tx, address).await?.is_some() {
        return Err(Refusal::field("address", "address_taken"));
    }
    Ok(())
}

/// Do the rules of the organization, and what it has settled with the partner of that domain, let the address in?
pub(crate) async fn check_domain(tx: &mut Tx, address: &EmailAddress) -> Verb<()> {
    let settings: Stored<Collaboration> = store::settings::get(tx, COLLABORATION).await?.ok_or(Refusal::Conflict)?;
    if !settings.value.domains.admits_address(address) {
        return Err(Refusal::field("address", "domain_not_allowed"));
    }
    let claims = store::partners::by_domains(tx, [address.domain()]).await?;
    if claims.iter().any(|claim| !claim.invitations_allowed) {
        return Err(Refusal::field("address", "partner_closed"));
    }
    Ok(())
}

async fn invite(deed: &mut Deed<'_>, user: &User, by: &Viewer) -> Verb<()> {
    let settings: Stored<Collaboration> =
        store::settings::get(&mut deed.tx, COLLABORATION).await?.ok_or(Refusal::Conflict)?;
    if settings.value.invitations_stopped() {
        return Err(Refusal::Rule("invitations_stopped"));
    }
    let invitation = Invitation {
        id: deed.id(),
        user: user.id,
        address: user.address.clone(),
        name: user.name.clone(),
        group: None,
        message: None,
        cc: None,
        language: user.language.clone(),
        landing: None,
        stay_days: None,
        ends_at: None,
        invited_by: by.user.id,
        created_at: deed.now,
        expires_at: deed.now + Span::days(i64::from(settings.value.invitation_days)),
        state: InvitationState::Pending,
        letter: LetterState::Waiting,
    };
    store::invitations::insert(&mut deed.tx, std::slice::from_ref(&invitation)).await?;
    deed.tell(Action::InvitationCreated, crate::invitations::target(&invitation));
    deed.send(Lane::Single, Letter::Invitation { invitation: invitation.id });
    Ok(())
}
