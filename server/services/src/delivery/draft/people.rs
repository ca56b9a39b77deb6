//! Letters to people who are known: added, welcome, a change of their account, an application gained.

use domain::event::Action;
use domain::id::{AppId, GroupId, UserId};
use domain::letter::AccountChange;
use domain::text::EmailAddress;
use domain::time::Timestamp;
use domain::user::Standing;

use super::{Draft, Drafted, Look, Why};
use crate::Verb;
use crate::mail::{self, Person};

impl Look<'_> {
    pub(super) async fn added(mut self, group: GroupId, user: UserId, by: UserId) -> Verb<Drafted> {
        let reader = match self.reader(user).await? {
            Ok(reader) => reader,
            Err(why) => return Ok(Err(why)),
        };
        let membership = store::memberships::get(&mut self.tx, group, user).await?;
        let Some(membership) = membership.filter(|membership| membership.counts(self.now)) else {
            return Ok(Err(Why::Gone));
        };
        if self.is_blocked(&reader.address).await? {
            return Ok(Err(Why::Blocked));
        }
        let (Some(name), Some(by)) = (self.group_name(group).await?, self.user(by).await?) else {
            return Ok(Err(Why::Gone));
        };
        Ok(Ok(Draft::Whole(mail::render_added(&mail::AddedFacts {
            house: self.services.house(),
            to: reader.address.clone(),
            by: Person::of(&by),
            by_is_proved: self.is_proved(&by),
            group: name,
            applications: self.opens(group).await?,
            ends_at: membership.ends_at.before_never(),
            zone: self.zone(Some(&reader)),
        }))))
    }

    pub(super) async fn welcome(mut self, user: UserId) -> Verb<Drafted> {
        let house = self.services.house();
        Ok(self
            .reader(user)
            .await?
            .map(|reader| Draft::Whole(mail::render_welcome(&mail::WelcomeFacts { house, to: reader.address }))))
    }

    /// To whomever it is about, whatever they may do by now: it is how they learn of it.
    pub(super) async fn account_changed(mut self, user: UserId, change: AccountChange, at: Timestamp) -> Verb<Drafted> {
        let Some(user) = self.user(user).await? else { return Ok(Err(Why::Gone)) };
        if matches!(user.standing, Standing::Erased { .. }) {
            return Ok(Err(Why::Gone));
        }
        let to = match change {
            AccountChange::AddressChanged => self.address_before(user.id, Action::RedemptionReset, at).await?,
            AccountChange::AddressMoved => self.address_before(user.id, Action::AddressChanged, at).await?,
            _ => Some(user.address.clone()),
        };
        let Some(to) = to else { return Ok(Err(Why::Gone)) };
        let (house, zone) = (self.services.house(), self.zone(Some(&user)));
        let facts = mail::AccountFacts { house, to, change, at, zone };
        Ok(Ok(Draft::Whole(mail::render_account_changed(&facts))))
    }

    /// The address that was theirs before the change of this moment, which the audit log keeps.
    pub(super) async fn address_before(
        &mut self,
        user: UserId,
        by: Action,
        at: Timestamp,
    ) -> Verb<Option<EmailAddress>> {
        let kept = store::audit::newest_old(&mut self.tx, &user.to_string(), by, at).await?;
        Ok(kept.and_then(|json| serde_json::from_str(&json).ok()))
    }

    pub(super) async fn assigned(mut self, application: AppId, group: GroupId, to: UserId) -> Verb<Drafted> {
        let reader = match self.reader(to).await? {
            Ok(reader) => reader,
            Err(why) => return Ok(Err(why)),
        };
        if !store::groups::is_owner(&mut self.tx, group, to).await? {
            return Ok(Err(Why::Barred));
        }
        let (Some(application), Some(name)) = (self.application(application).await?, self.group_name(group).await?)
        else {
            return Ok(Err(Why::Gone));
        };
        let guests = store::groups::count_guests(&mut self.tx, group, self.now).await?;
        let (house, to, group) = (self.services.house(), reader.address, (group, name));
        let facts = mail::AssignedFacts { house, to, application, group, guests };
        Ok(Ok(Draft::Whole(mail::render_assigned(&facts))))
    }
}
