//! Who belongs to a group: known people added and removed, and until when they stay.

use domain::event::Action;
use domain::group::{Group, Membership};
use domain::id::UserId;
use domain::letter::{Lane, Letter};
use domain::time::Timestamp;
use domain::user::User;
use store::memberships::Member;

use crate::deed::Deed;
use crate::groups::{guard, target};
use crate::{Denied, OwnerOf, Refusal, Services, Verb, access, people};

/// What the log tells of a membership; as [`people::named`], with its end.
#[derive(serde::Serialize)]
struct Told {
    user: UserId,
    ends_at: Option<Timestamp>,
    /// The access policies that hold otherwise for them now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    policies: Vec<String>,
}

fn told(user: &User, ends_at: Timestamp) -> Told {
    Told { user: user.id, ends_at: ends_at.before_never(), policies: Vec::new() }
}

/// Adds somebody who is known and has come in, until `end`; guests get a letter. A membership that has ended begins
/// again.
///
/// # Errors
/// `own_account`, `holds_role`; what bars the person; `already_in`, `invited_already`; beside `user`:
/// `group_full`, `domain_not_allowed`; beside `ends_at`: `date_past`, `ends_too_late` with the last day.
pub async fn add(services: &Services, by: &OwnerOf<Group>, id: UserId, end: Option<Timestamp>) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let (group, user) = begin(&mut deed, by, id).await?;
    user.may_enter(deed.now)?;
    let old = store::memberships::get(&mut deed.tx, group.id, id).await?;
    match &old {
        Some(held) if held.held_for.is_some() => return Err(Refusal::Rule("invited_already")),
        Some(membership) if membership.counts(deed.now) => return Err(Refusal::Rule("already_in")),
        _ => {}
    }
    let end = admitted(&mut deed, &group, &user, end).await?;
    let now = deed.now;
    match old {
        Some(_) => {
            store::memberships::give(&mut deed.tx, group.id, id, now, end).await?;
        }
        None => {
            let added_by = by.viewer().user.id;
            let membership =
                Membership { group: group.id, user: id, added_by, added_at: now, ends_at: end, held_for: None };
            store::memberships::insert(&mut deed.tx, &[Member { membership, user: user.clone() }]).await?;
        }
    }
    let policies = access::regrouped(services, &mut deed.tx, by.viewer(), group.id).await?;
    deed.tell_change(Action::MemberAdded, target(&group), &(), &Told { policies, ..told(&user, end) });
    if user.is_guest() {
        deed.send(Lane::Single, Letter::Added { group: group.id, user: id, by: by.viewer().user.id });
    }
    deed.commit().await
}

/// Ends a membership now. One that is held ends with its invitation.
///
/// # Errors
/// `own_account`, `holds_role`.
pub async fn remove(services: &Services, by: &OwnerOf<Group>, id: UserId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let (group, user) = begin(&mut deed, by, id).await?;
    let membership = store::memberships::get(&mut deed.tx, group.id, id).await?.ok_or(Denied::NotFound)?;
    if let Some(invitation) = membership.held_for {
        let invitation = store::invitations::get(&mut deed.tx, invitation).await?;
        people::revoke(&mut deed, invitation.into_iter().collect()).await?;
    }
    store::memberships::remove(&mut deed.tx, group.id, id).await?;
    let policies = access::regrouped(services, &mut deed.tx, by.viewer(), group.id).await?;
    let old = Told { policies, ..told(&user, membership.ends_at) };
    deed.tell_change(Action::MemberRemoved, target(&group), &old, &());
    deed.commit().await
}

/// Moves the end of a stay; one that has ended is renewed.
///
/// # Errors
/// As [`add`]; `invited_already` where the stay has not begun.
pub async fn set_end(services: &Services, by: &OwnerOf<Group>, id: UserId, end: Option<Timestamp>) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let (group, user) = begin(&mut deed, by, id).await?;
    let membership = store::memberships::get(&mut deed.tx, group.id, id).await?.ok_or(Denied::NotFound)?;
    if membership.held_for.is_some() {
        return Err(Refusal::Rule("invited_already"));
    }
    // A stay that has ended begins again: what lies between belongs to neither.
    let (begins, end) = match membership.counts(deed.now) {
        true => (membership.added_at, within(&deed, &group, &user, end)?),
        false => (deed.now, admitted(&mut deed, &group, &user, end).await?),
    };
    store::memberships::give(&mut deed.tx, group.id, id, begins, end).await?;
    let policies = access::regrouped(services, &mut deed.tx, by.viewer(), group.id).await?;
    let (old, new) = (told(&user, membership.ends_at), Told { policies, ..told(&user, end) });
    deed.tell_change(Action::MembershipChanged, target(&group), &old, &new);
    deed.commit().await
}

/// Holds the group, reads it as it is now and the person, and asks whether their memberships may be changed.
async fn begin(deed: &mut Deed<'_>, by: &OwnerOf<Group>, id: UserId) -> Verb<(Group, User)> {
    let group = by.group().id;
    store::guards::hold(&mut deed.tx, &guard(group)).await?;
    let group = store::groups::get(&mut deed.tx, group).await?.ok_or(Denied::NotFound)?.value;
    let user = people::known(&mut deed.tx, id).await?.value;
    if access::is_protected(deed.services(), &mut deed.tx, &[group.id]).await? && !by.viewer().administers_policies() {
        return Err(Refusal::Rule("group_protected"));
    }
    if by.by_role {
        people::may_change(&by.viewer().user, &user)?;
    }
    Ok((group, user))
}

/// Does the group take this person, and until when? The caller holds its guard.
async fn admitted(deed: &mut Deed<'_>, group: &Group, user: &User, end: Option<Timestamp>) -> Verb<Timestamp> {
    if user.is_guest() {
        if !group.narrowing.admits(&user.address.domain()) {
            return Err(Refusal::field("user", "domain_not_allowed"));
        }
        let now = deed.now;
        if let Some(most) = group.narrowing.most_guests
            && store::groups::count_guests(&mut deed.tx, group.id, now).await? >= i64::from(most)
        {
            return Err(Refusal::field_because("user", "group_full", most));
        }
    }
    within(deed, group, user, end)
}

/// The end of a stay within the group's bound; no end asked means the latest there may be.
fn within(deed: &Deed<'_>, group: &Group, user: &User, end: Option<Timestamp>) -> Verb<Timestamp> {
    if people::is_past(end, deed.now) {
        return Err(Refusal::field("ends_at", "date_past"));
    }
    let zone = deed.services().tenant().organization.value.zone.clone();
    let longest = group.narrowing.longest_stay_days.filter(|_| user.is_guest());
    let latest = longest.map_or(Timestamp::NEVER, |days| zone.end_of_day_after(deed.now, i64::from(days)));
    match end {
        // A day's grace: the same last day ends at another moment in the zone of who asks.
        Some(end) if end > latest + domain::time::Span::days(1) => {
            Err(Refusal::field_because("ends_at", "ends_too_late", zone.last_day(latest)))
        }
        Some(end) => Ok(end.min(latest)),
        None => Ok(latest),
    }
}
