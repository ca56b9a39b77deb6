//! How people stop coming in, come back, and leave by themselves.

use domain::access::Thing;
use domain::event::Action;
use domain::group::Group;
use domain::id::UserId;
use domain::role::Role;
use domain::time::Timestamp;
use domain::user::{DeletedBy, Standing, StandingError, User};
use store::Stored;

use super::roles::keep_an_administrator;
use super::{known, live, may_change, revoke, suspend_what_they_lost, target};
use crate::deed::Deed;
use crate::signin::entry_guard;
use crate::{Denied, Refusal, Services, UserAdmin, Verb, Viewer, access};

/// The person cannot sign in until enabled; their sessions end now, their memberships stay.
///
/// # Errors
/// `own_account`, `holds_role`, `last_administrator`.
pub async fn disable(services: &Services, by: &UserAdmin, id: UserId) -> Verb<()> {
    change_standing(services, by, id, Action::UserDisabled, |user, _| user.disable()).await
}

/// # Errors
/// `own_account`, `holds_role`; `user_is_deleted`: restore first.
pub async fn enable(services: &Services, by: &UserAdmin, id: UserId) -> Verb<()> {
    change_standing(services, by, id, Action::UserEnabled, |user, _| user.enable()).await
}

/// Soft: the person can be restored for thirty days. Invitations to them are revoked.
///
/// # Errors
/// `own_account`, `holds_role`, `last_administrator`.
pub async fn delete(services: &Services, by: &UserAdmin, id: UserId) -> Verb<()> {
    change_standing(services, by, id, Action::UserDeleted, |user, now| user.delete(DeletedBy::Administrator, now)).await
}

async fn change_standing(
    services: &Services,
    by: &UserAdmin,
    id: UserId,
    action: Action,
    change: impl FnOnce(User, Timestamp) -> Result<User, StandingError>,
) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    store::guards::hold(&mut deed.tx, store::guards::ADMINISTRATORS).await?;
    store::guards::hold(&mut deed.tx, &entry_guard(id)).await?;
    let user = known(&mut deed.tx, id).await?;
    may_change(&by.viewer().user, &user.value)?;
    let before = user.value.clone();
    let now = deed.now;
    let user = user.try_with(|user| change(user, now))?;
    if user.value == before {
        return Ok(());
    }
    store::users::save(&mut deed.tx, &user).await?;
    deed.tell_change(action, target(&user.value), &before.standing, &user.value.standing);
    if user.value.standing != Standing::Enabled {
        keep_an_administrator(&mut deed, &before).await?;
        store::sessions::end_all(&mut deed.tx, id).await?;
        suspend_what_they_lost(&mut deed, &user.value).await?;
    }
    if matches!(user.value.standing, Standing::Deleted { .. }) {
        access::in_use(services, &mut deed.tx, Thing::User(id), "named_by_policy").await?;
        let to_them = store::invitations::open_of_user(&mut deed.tx, id).await?;
        revoke(&mut deed, to_them).await?;
    }
    deed.commit().await
}

/// What a restored person does not get back.
#[derive(serde::Serialize)]
struct Lost {
    standing: Standing,
    roles: Vec<Role>,
    owned: Vec<String>,
}

/// Brings a deleted person back: disabled, without roles, ownerships and ended memberships.
///
/// # Errors
/// `former_role_holder` unless an Administrator does it; `user_not_deleted`, `user_gone`.
pub async fn restore(services: &Services, by: &UserAdmin, id: UserId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let user = known(&mut deed.tx, id).await?;
    if !user.value.roles.is_empty() && !by.viewer().has(Role::Administrator) {
        return Err(Refusal::Rule("former_role_holder"));
    }
    let before = user.value.clone();
    let now = deed.now;
    let user = user.try_with(|user| user.restore(now))?;
    let owned = names(&store::groups::owned_by(&mut deed.tx, id).await?);
    store::users::save(&mut deed.tx, &user).await?;
    store::groups::remove_ownerships(&mut deed.tx, id).await?;
    store::memberships::remove_ended(&mut deed.tx, id, now).await?;
    let old = Lost { standing: before.standing, roles: before.roles.iter().collect(), owned };
    let new = Lost { standing: user.value.standing, roles: Vec::new(), owned: Vec::new() };
    deed.tell_change(Action::UserRestored, target(&user.value), &old, &new);
    deed.commit().await
}

/// After `end` the person cannot sign in; `None` is without end.
///
/// # Errors
/// `own_account`, `holds_role`, `last_administrator`.
pub async fn set_end(services: &Services, by: &UserAdmin, id: UserId, end: Option<Timestamp>) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    store::guards::hold(&mut deed.tx, store::guards::ADMINISTRATORS).await?;
    store::guards::hold(&mut deed.tx, &entry_guard(id)).await?;
    let user = live(&mut deed.tx, id).await?;
    may_change(&by.viewer().user, &user.value)?;
    let before = user.value.clone();
    let user = user.with(|user| User { ends_at: end, ..user });
    store::users::save(&mut deed.tx, &user).await?;
    if end.is_some() {
        keep_an_administrator(&mut deed, &before).await?;
    }
    if super::is_past(end, deed.now) {
        store::sessions::end_all(&mut deed.tx, id).await?;
        suspend_what_they_lost(&mut deed, &user.value).await?;
    }
    let told = |end: Option<Timestamp>| serde_json::json!({ "ends_at": end });
    deed.tell_change(Action::UserChanged, target(&user.value), &told(before.ends_at), &told(end));
    deed.commit().await
}

/// Ends every session of somebody else.
///
/// # Errors
/// `own_account`, `holds_role`.
pub async fn end_sessions(services: &Services, by: &UserAdmin, id: UserId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    store::guards::hold(&mut deed.tx, &entry_guard(id)).await?;
    let user = known(&mut deed.tx, id).await?.value;
    may_change(&by.viewer().user, &user)?;
    store::sessions::end_all(&mut deed.tx, id).await?;
    deed.tell(Action::SessionsEnded, target(&user));
    deed.commit().await
}

/// What a person gives up who leaves.
#[derive(serde::Serialize)]
struct GivenUp {
    memberships: Vec<String>,
    owned: Vec<String>,
    roles: Vec<Role>,
}

/// The viewer deletes their own account: memberships, ownerships and sessions end now. Wants a fresh proof.
///
/// # Errors
/// `prove_again`; `guests_may_not_leave` where the organization has them ask; `last_administrator`.
pub async fn leave(services: &Services, viewer: Viewer) -> Verb<()> {
    let viewer = viewer.fresh(services)?;
    let tenant = services.tenant();
    if viewer.user.is_guest() && !tenant.organization.value.guests_may_leave(&tenant.collaboration.value) {
        return Err(Refusal::Rule("guests_may_not_leave"));
    }
    let mut deed = services.deed(viewer.actor()).await?;
    store::guards::hold(&mut deed.tx, store::guards::ADMINISTRATORS).await?;
    store::guards::hold(&mut deed.tx, &entry_guard(viewer.user.id)).await?;
    let user = live(&mut deed.tx, viewer.user.id).await?;
    let before = user.value.clone();
    // The session that asks may have been ended while the page was open.
    before.may_enter(deed.now).map_err(|_| Denied::SignIn)?;
    let now = deed.now;
    let user = user.try_with(|user| user.delete(DeletedBy::Themselves, now))?;
    store::users::save(&mut deed.tx, &user).await?;
    keep_an_administrator(&mut deed, &before).await?;
    give_up(&mut deed, &user).await?;
    deed.commit().await
}

async fn give_up(deed: &mut Deed<'_>, user: &Stored<User>) -> Verb<()> {
    let id = user.value.id;
    let to_them = store::invitations::open_of_user(&mut deed.tx, id).await?;
    revoke(deed, to_them).await?;
    let memberships = store::memberships::named_of_user(&mut deed.tx, id).await?;
    let owned = names(&store::groups::owned_by(&mut deed.tx, id).await?);
    store::memberships::remove_all(&mut deed.tx, id).await?;
    store::groups::remove_ownerships(&mut deed.tx, id).await?;
    store::sessions::end_all(&mut deed.tx, id).await?;
    suspend_what_they_lost(deed, &user.value).await?;
    let memberships = memberships.into_iter().map(|(_, name)| name).collect();
    let old = GivenUp { memberships, owned, roles: user.value.roles.iter().collect() };
    deed.tell_change(Action::UserLeft, target(&user.value), &old, &user.value.standing);
    Ok(())
}

fn names(groups: &[Group]) -> Vec<String> {
    groups.iter().map(|group| group.name.as_str().to_owned()).collect()
}
