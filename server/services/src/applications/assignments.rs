//! Who gets an application: groups, single people, and the group that grants it.

use domain::application::{Application, SelfService};
use domain::event::Action;
use domain::group::Group;
use domain::id::{AppId, GroupId, UserId};
use domain::letter::{Lane, Letter};

use super::{read, target};
use crate::{Denied, Refusal, Services, UserAdmin, Verb, access, groups, people};
use domain::problem::{Problem, Problems};
use serde::{Deserialize, Serialize};

/// What assigning an application to a group does, said before it is done.
#[derive(Debug, Clone)]
pub struct Effect {
    pub application: Application,
    pub group: Group,
    /// Guests who gain it, held and waiting ones too.
    pub guests: i64,
    /// The owners who can come in: they get a letter.
    pub owners: Vec<domain::user::User>,
    /// Is it assigned already?
    pub assigned: bool,
}

/// A [`SelfService`] as a form sends it; no group is no self-service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SelfServiceForm {
    pub group: String,
    pub default_days: String,
    pub longest_days: String,
}

impl SelfServiceForm {
    pub const MOST_DAYS: u32 = 3_650;

    pub fn of(service: Option<SelfService>) -> Self {
        let Some(service) = service else { return Self::default() };
        let days = |days: Option<u32>| days.map_or_else(String::new, |days| days.to_string());
        Self {
            group: service.group.to_string(),
            default_days: days(service.default_days),
            longest_days: days(service.longest_days),
        }
    }

    /// # Errors
    /// Every field that is wrong.
    pub fn parse(&self) -> Result<Option<SelfService>, Vec<Problem>> {
        if self.group.is_empty() {
            return Ok(None);
        }
        let mut problems = Problems::default();
        let group: Option<GroupId> = self.group.parse().ok();
        if group.is_none() {
            problems.add(Problem::new("group", "group_unknown"));
        }
        let default = groups::bound(&mut problems, "default_days", &self.default_days, 1..=Self::MOST_DAYS);
        let longest = groups::bound(&mut problems, "longest_days", &self.longest_days, 1..=Self::MOST_DAYS);
        let service = group.zip(default).zip(longest);
        problems.done(
            service
                .map(|((group, default_days), longest_days)| Some(SelfService { group, default_days, longest_days })),
        )
    }
}

/// Who gains the application and who is told, for the page that asks.
pub async fn assignment_effect(services: &Services, _by: &UserAdmin, id: AppId, group: GroupId) -> Verb<Effect> {
    let now = services.now();
    let mut tx = services.store.read().await?;
    let application = store::applications::get(&mut tx, id).await?.ok_or(Denied::NotFound)?.value;
    let found = store::groups::get(&mut tx, group).await?.ok_or(Denied::NotFound)?.value;
    let guests = store::groups::count_guests(&mut tx, group, now).await?;
    let mut owners = store::groups::owners(&mut tx, group).await?;
    owners.retain(|owner| owner.may_enter(now).is_ok());
    let assigned = store::groups::opens(&mut tx, group).await?.iter().any(|opened| opened.id == id);
    Ok(Effect { application, group: found, guests, owners, assigned })
}

/// Everybody in the group gets the application; where guests do, the group's owners are told by letter.
pub async fn assign_group(services: &Services, by: &UserAdmin, id: AppId, group: GroupId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let now = deed.now;
    let application = read(&mut deed, id).await?.value;
    let found = store::groups::get(&mut deed.tx, group).await?.ok_or(Denied::NotFound)?.value;
    if !store::applications::assign_group(&mut deed.tx, id, group, by.viewer().user.id, now).await? {
        return Ok(());
    }
    let guests = store::groups::count_guests(&mut deed.tx, group, now).await?;
    if guests > 0 {
        let owners = store::groups::owners(&mut deed.tx, group).await?;
        for owner in owners.iter().filter(|owner| owner.may_enter(now).is_ok()) {
            deed.send(Lane::Single, Letter::ApplicationAssigned { application: id, group, to: owner.id });
        }
    }
    let new = serde_json::json!({ "group": group, "name": found.name, "guests": guests });
    deed.tell_change(Action::ApplicationAssigned, target(&application), &(), &new);
    deed.commit().await
}

/// Who has the application by this group alone loses it now.
pub async fn unassign_group(services: &Services, by: &UserAdmin, id: AppId, group: GroupId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let application = read(&mut deed, id).await?.value;
    let found = store::groups::get(&mut deed.tx, group).await?.ok_or(Denied::NotFound)?.value;
    if !store::applications::unassign_group(&mut deed.tx, id, group).await? {
        return Err(Denied::NotFound.into());
    }
    let old = serde_json::json!({ "group": group, "name": found.name });
    deed.tell_change(Action::ApplicationUnassigned, target(&application), &old, &());
    deed.commit().await
}

/// # Errors
/// What bars the person.
pub async fn assign_user(services: &Services, by: &UserAdmin, id: AppId, user: UserId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let now = deed.now;
    let application = read(&mut deed, id).await?.value;
    let user = people::known(&mut deed.tx, user).await?.value;
    user.may_enter(now)?;
    if !store::applications::assign_user(&mut deed.tx, id, user.id, by.viewer().user.id, now).await? {
        return Ok(());
    }
    deed.tell_change(Action::ApplicationAssigned, target(&application), &(), &people::named(&user));
    deed.commit().await
}

pub async fn unassign_user(services: &Services, by: &UserAdmin, id: AppId, user: UserId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let application = read(&mut deed, id).await?.value;
    let user = people::known(&mut deed.tx, user).await?.value;
    if !store::applications::unassign_user(&mut deed.tx, id, user.id).await? {
        return Err(Denied::NotFound.into());
    }
    deed.tell_change(Action::ApplicationUnassigned, target(&application), &people::named(&user), &());
    deed.commit().await
}

/// Which group grants the application, and for how long; its owners are the application's owners.
///
/// # Errors
/// Beside `group`: `group_unknown`; beside `default_days`: `days_order` where it is longer than the longest.
pub async fn set_self_service(services: &Services, by: &UserAdmin, id: AppId, to: Option<SelfService>) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let application = read(&mut deed, id).await?;
    if let Some(service) = to {
        if store::groups::get(&mut deed.tx, service.group).await?.is_none() {
            return Err(Refusal::field("group", "group_unknown"));
        }
        store::guards::hold(&mut deed.tx, &groups::guard(service.group)).await?;
        if access::is_protected(services, &mut deed.tx, &[service.group]).await? {
            return Err(Refusal::field("group", "group_protected"));
        }
        if service.default_days.zip(service.longest_days).is_some_and(|(default, longest)| default > longest) {
            return Err(Refusal::field("default_days", "days_order"));
        }
    }
    let old = application.value.self_service;
    let application = application.with(|app| Application { self_service: to, ..app });
    store::applications::save(&mut deed.tx, &application).await?;
    let told = |service: Option<SelfService>| serde_json::json!({ "self_service": service });
    deed.tell_change(Action::ApplicationChanged, target(&application.value), &told(old), &told(to));
    deed.commit().await
}
