//! What a person may do beyond their own groups, and who stands by them.

use domain::event::Action;
use domain::id::UserId;
use domain::role::{Role, Roles};
use domain::time::Timestamp;
use domain::user::{MOST_SPONSORS, User};

use super::{live, suspend_what_they_lost, target};
use crate::deed::Deed;
use crate::{Admin, Refusal, Services, UserAdmin, Verb};

/// Gives a member exactly these roles. Their sessions end: the next one has the new rights.
///
/// # Errors
/// `guest_role`, and `last_administrator` where nobody would be left.
pub async fn set_roles(services: &Services, by: &Admin, id: UserId, roles: Roles) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    store::guards::hold(&mut deed.tx, store::guards::ADMINISTRATORS).await?;
    let user = live(&mut deed.tx, id).await?;
    if user.value.roles == roles {
        return Ok(());
    }
    let before = user.value.clone();
    let user = user.try_with(|user| user.give_roles(roles))?;
    store::users::save(&mut deed.tx, &user).await?;
    keep_an_administrator(&mut deed, &before).await?;
    store::sessions::end_all(&mut deed.tx, id).await?;
    suspend_what_they_lost(&mut deed, &user.value).await?;
    let names = |roles: Roles| roles.iter().collect::<Vec<Role>>();
    deed.tell_change(Action::RolesChanged, target(&user.value), &names(before.roles), &names(roles));
    deed.commit().await
}

/// Refuses what the transaction has done to `before`, if it leaves no Administrator, now or once an end date passes.
/// The caller holds the guard of administrators.
pub(super) async fn keep_an_administrator(deed: &mut Deed<'_>, before: &User) -> Verb<()> {
    if !before.is_working_administrator(deed.now) {
        return Ok(());
    }
    let lasting = before.ends_at.is_none();
    let at = if lasting { Timestamp::NEVER } else { deed.now };
    if store::users::count_working_administrators(&mut deed.tx, at).await? == 0 {
        return Err(Refusal::Rule("last_administrator"));
    }
    Ok(())
}

/// Who stands by a guest: at most five enabled people, in place of those before.
///
/// # Errors
/// `not_a_guest`; beside `sponsors`: `sponsors_most`, `sponsor_unknown`, `sponsor_not_enabled`, `sponsor_self`.
pub async fn set_sponsors(services: &Services, by: &UserAdmin, id: UserId, sponsors: &[UserId]) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let user = live(&mut deed.tx, id).await?.value;
    let mut wanted = sponsors.to_vec();
    wanted.sort();
    wanted.dedup();
    if !user.is_guest() {
        return Err(Refusal::Rule("not_a_guest"));
    }
    if wanted.len() > MOST_SPONSORS {
        return Err(Refusal::field_because("sponsors", "sponsors_most", MOST_SPONSORS));
    }
    if wanted.contains(&id) {
        return Err(Refusal::field("sponsors", "sponsor_self"));
    }
    let found = store::users::by_ids(&mut deed.tx, &wanted).await?;
    if found.len() != wanted.len() {
        return Err(Refusal::field("sponsors", "sponsor_unknown"));
    }
    if let Some(out) = found.iter().find(|sponsor| sponsor.value.may_enter(deed.now).is_err()) {
        return Err(Refusal::field_because("sponsors", "sponsor_not_enabled", out.value.shown_name()));
    }
    let before = store::users::sponsors(&mut deed.tx, id).await?;
    store::users::set_sponsors(&mut deed.tx, id, &wanted).await?;
    let ids = |people: &[store::Stored<User>]| people.iter().map(|person| person.value.id).collect::<Vec<_>>();
    deed.tell_change(Action::SponsorsChanged, target(&user), &ids(&before), &ids(&found));
    deed.commit().await
}
