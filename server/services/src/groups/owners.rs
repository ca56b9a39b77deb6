//! Who owns a group.

use domain::event::Action;
use domain::group::{Group, MOST_OWNERS};
use domain::id::UserId;
use domain::text::EmailAddress;
use domain::user::User;

use super::{guard, target};
use crate::{Denied, OwnerOf, Refusal, Services, Verb, access, people};

/// Somebody by their address, to become an owner or a member: for who may list the directory.
///
/// # Errors
/// Beside `address`: `person_unknown`, for those who may not come in and for those who ask without the right, too.
pub async fn candidate(services: &Services, by: &OwnerOf<Group>, address: &EmailAddress) -> Verb<User> {
    let mut tx = services.store.read().await?;
    let found = store::users::by_address(&mut tx, address).await?.map(|stored| stored.value);
    let asks = by.by_role || people::lists_directory(services, &by.viewer().user);
    let found = found.filter(|user| asks && user.may_enter(services.now()).is_ok());
    found.ok_or_else(|| Refusal::field("address", "person_unknown"))
}

/// A further owner. Owners appoint members; a guest is appointed by administrators alone.
///
/// # Errors
/// `group_protected`; `owners_full`, `guest_owner`, `owner_already`; what bars the person.
pub async fn add_owner(services: &Services, by: &OwnerOf<Group>, id: UserId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let group = by.group().id;
    store::guards::hold(&mut deed.tx, &guard(group)).await?;
    store::guards::hold(&mut deed.tx, &format!("owners:{group}")).await?;
    if by.group().owners_manage && access::is_protected(services, &mut deed.tx, &[group]).await? {
        return Err(Refusal::Rule("group_protected"));
    }
    let user = people::known(&mut deed.tx, id).await?.value;
    user.may_enter(deed.now)?;
    if user.is_guest() && !by.by_role {
        return Err(Refusal::Rule("guest_owner"));
    }
    let most = i64::try_from(MOST_OWNERS).unwrap_or(i64::MAX);
    if store::groups::count_owners(&mut deed.tx, group).await? >= most {
        return Err(Refusal::Rule("owners_full"));
    }
    let now = deed.now;
    if !store::groups::add_owner(&mut deed.tx, group, id, by.viewer().user.id, now).await? {
        return Err(Refusal::Rule("owner_already"));
    }
    deed.tell_change(Action::OwnerAdded, target(by.group()), &(), &people::named(&user));
    deed.commit().await
}

/// An owner less. What they sent and could not send any more waits for another owner.
pub async fn remove_owner(services: &Services, by: &OwnerOf<Group>, id: UserId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let user = people::known(&mut deed.tx, id).await?.value;
    if !store::groups::remove_owner(&mut deed.tx, by.group().id, id).await? {
        return Err(Denied::NotFound.into());
    }
    deed.tell_change(Action::OwnerRemoved, target(by.group()), &people::named(&user), &());
    people::suspend_what_they_lost(&mut deed, &user).await?;
    deed.commit().await
}
