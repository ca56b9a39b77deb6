//! Invitations that end without their guest: revoked all at once, passed by the clock, or without their inviter.

use std::collections::HashSet;

use domain::event::Action;
use domain::id::GroupId;
use domain::invitation::Invitation;
use domain::role::Role;
use domain::settings::Collaboration;
use domain::user::User;
use store::Stored;
use store::settings::COLLABORATION;

use super::managing::close_all;
use super::target;
use crate::deed::Deed;
use crate::refusal::again;
use crate::{Actor, Admin, Refusal, Services, Verb};

/// Revokes everything that is pending, some hundred at a time; says how many. Asked when inviting is stopped.
pub async fn revoke_all_pending(services: &Services, by: &Admin) -> Verb<usize> {
    let mut revoked = 0;
    loop {
        match again!(revoke_some(services, by))? {
            0 => return Ok(revoked),
            some => revoked += some,
        }
    }
}

async fn revoke_some(services: &Services, by: &Admin) -> Verb<usize> {
    let mut deed = services.deed(by.actor()).await?;
    let (user, now) = (by.viewer().user.id, deed.now);
    let open = store::invitations::open(&mut deed.tx, now).await?;
    let revoke = |stored: Stored<Invitation>| stored.try_with(|invitation| invitation.revoke(user, now)).ok();
    let revoked: Vec<Stored<Invitation>> = open.into_iter().filter_map(revoke).collect();
    close_all(&mut deed, &revoked, Action::InvitationRevoked).await?;
    deed.commit().await?;
    Ok(revoked.len())
}

/// Writes down what the clock has ended, two hundred at a time; `true` while there may be more.
pub async fn expire_due(services: &Services) -> Verb<bool> {
    again!(expire_some(services))
}

async fn expire_some(services: &Services) -> Verb<bool> {
    let lobby = Actor::lobby(services);
    let mut deed = services.deed(&lobby).await?;
    let now = deed.now;
    let due = store::invitations::due(&mut deed.tx, now).await?;
    let expire = |stored: Stored<Invitation>| stored.try_with(|invitation| invitation.expire(now).ok_or(())).ok();
    let expired: Vec<Stored<Invitation>> = due.into_iter().filter_map(expire).collect();
    if expired.is_empty() {
        return Ok(false);
    }
    close_all(&mut deed, &expired, Action::InvitationExpired).await?;
    deed.commit().await?;
    Ok(true)
}

/// Suspends the pending invitations of somebody who may not invite there any more. Called in the deed that took a
/// role, an ownership or the account away; `inviter` is as that deed leaves them.
#[allow(dead_code, reason = "for the verbs on people and groups")]
pub(crate) async fn suspend_without_right(deed: &mut Deed<'_>, inviter: &User) -> Verb<()> {
    let now = deed.now;
    let settings: Stored<Collaboration> =
        store::settings::get(&mut deed.tx, COLLABORATION).await?.ok_or(Refusal::Conflict)?;
    let settings = settings.value;
    let pending = store::invitations::open_by_inviter(&mut deed.tx, inviter.id).await?;
    let owned = store::groups::owned_by(&mut deed.tx, inviter.id).await?;
    let owned: HashSet<GroupId> = owned.iter().filter(|group| group.owners_manage).map(|group| group.id).collect();
    let by_role = inviter.roles.has(Role::Administrator) || inviter.roles.has(Role::UserAdministrator);
    let may_here = settings.lets_invite(inviter.user_type, inviter.roles);
    let keeps = |invitation: &Invitation| match invitation.group {
        _ if inviter.may_enter(now).is_err() => false,
        Some(group) => by_role || (owned.contains(&group) && (may_here || settings.owners_may_invite)),
        None => may_here || settings.invitations_stopped(),
    };
    let suspended: Vec<Stored<Invitation>> = pending
        .into_iter()
        .filter(|stored| !keeps(&stored.value))
        .map(|stored| stored.with(|invitation| invitation.suspend(now)))
        .collect();
    store::invitations::save_many(&mut deed.tx, &suspended).await?;
    for stored in &suspended {
        deed.tell(Action::InvitationSuspended, target(&stored.value));
    }
    Ok(())
}
