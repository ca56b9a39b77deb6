//! One member of a group, as its owners see them.

use domain::group::{Group, Membership};
use domain::id::UserId;
use domain::invitation::Invitation;
use domain::user::User;
use store::groups::Opened;

use crate::partners::Organization;
use crate::{Denied, OwnerOf, Refusal, Services, Verb, partners, people};

/// A member with what their owner may know of them.
#[derive(Debug, Clone)]
pub struct Guest {
    pub user: User,
    /// Whose guest they are.
    pub partner: Option<Organization>,
    pub membership: Membership,
    pub added_by: String,
    pub sponsors: Vec<User>,
    /// Theirs to this group, the newest first.
    pub invitations: Vec<Invitation>,
    /// What they would lose with the group.
    pub opens: Vec<Opened>,
    /// May this owner reset how they sign in?
    pub may_reset: bool,
}

/// # Errors
/// `NotFound` where they are not in the group, nor held for it.
pub async fn member(services: &Services, by: &OwnerOf<Group>, id: UserId) -> Verb<Guest> {
    let group = by.group().id;
    let mut tx = services.store.read().await?;
    let membership = store::memberships::get(&mut tx, group, id).await?.ok_or(Denied::NotFound)?;
    let user = store::users::get(&mut tx, id).await?.ok_or(Denied::NotFound)?.value;
    let added_by = store::users::get(&mut tx, membership.added_by).await?;
    let sponsors = store::users::sponsors(&mut tx, id).await?;
    let invitations = store::invitations::of_user(&mut tx, id).await?;
    let mut invitations: Vec<Invitation> =
        invitations.into_iter().map(|stored| stored.value).filter(|one| one.group == Some(group)).collect();
    invitations.sort_by_key(|invitation| std::cmp::Reverse(invitation.id));
    let opens = store::groups::opens(&mut tx, group).await?;
    let may_reset = people::may_reset(&mut tx, by.viewer(), &user, by.group()).await?;
    Ok(Guest {
        may_reset,
        added_by: added_by.map_or_else(String::new, |adder| adder.value.shown_name().to_owned()),
        sponsors: sponsors.into_iter().map(|sponsor| sponsor.value).collect(),
        partner: partners::organization(&mut tx, &user).await?,
        user,
        membership,
        invitations,
        opens,
    })
}

/// Several members by their ids, in no order; who is not in the group is left out.
pub async fn several(services: &Services, by: &OwnerOf<Group>, ids: &[UserId]) -> Verb<Vec<(User, Membership)>> {
    let mut tx = services.store.read().await?;
    let memberships = store::memberships::of_users(&mut tx, by.group().id, ids).await?;
    let present: Vec<UserId> = memberships.iter().map(|membership| membership.user).collect();
    let users = store::users::by_ids(&mut tx, &present).await?;
    let found = |membership: Membership| {
        let user = users.iter().find(|user| user.value.id == membership.user)?;
        Some((user.value.clone(), membership))
    };
    Ok::<_, Refusal>(memberships.into_iter().filter_map(found).collect())
}
