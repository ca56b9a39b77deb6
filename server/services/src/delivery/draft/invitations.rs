//! Letters about an invitation: to the guest, to the Cc, to the inviter.

use domain::id::{InvitationId, UserId};
use domain::invitation::Invitation;
use domain::user::User;

use super::{Draft, Drafted, Look, Why};
use crate::Verb;
use crate::mail::{self, InvitationFacts, Person};

impl Look<'_> {
    /// An open invitation with its inviter, where letters about it may go to `to`.
    pub(super) async fn open_invitation(&mut self, id: InvitationId) -> Verb<Result<(Invitation, User), Why>> {
        let Some(found) = store::invitations::get(&mut self.tx, id).await? else { return Ok(Err(Why::Gone)) };
        if found.value.open(self.now).is_err() {
            return Ok(Err(Why::NotOpen));
        }
        if self.is_stopped() {
            return Ok(Err(Why::Stopped));
        }
        let inviter = self.user(found.value.invited_by).await?;
        Ok(inviter.map(|inviter| (found.value, inviter)).ok_or(Why::Gone))
    }

    pub(super) async fn invitation_facts(&mut self, invitation: Invitation, inviter: &User) -> Verb<InvitationFacts> {
        let guest = self.user(invitation.user).await?;
        let (mut group, mut applications) = (None, Vec::new());
        if let Some(id) = invitation.group {
            group = self.group_name(id).await?;
            applications = self.opens(id).await?;
        }
        let landing = match invitation.landing {
            Some(landing) => self.application(landing).await?,
            None => None,
        };
        Ok(InvitationFacts {
            house: self.services.house(),
            inviter: Person::of(inviter),
            inviter_is_proved: self.is_proved(inviter),
            to: invitation.address,
            group,
            applications,
            landing,
            message: invitation.message,
            cc: invitation.cc,
            stay_days: invitation.stay_days,
            expires_at: invitation.expires_at,
            zone: self.zone(guest.as_ref()),
        })
    }

    pub(super) async fn link(mut self, id: InvitationId, lost: bool) -> Verb<Drafted> {
        let (invitation, inviter) = match self.open_invitation(id).await? {
            Ok(found) => found,
            Err(why) => return Ok(Err(why)),
        };
        if self.is_blocked(&invitation.address).await? {
            return Ok(Err(Why::Blocked));
        }
        let facts = Box::new(self.invitation_facts(invitation, &inviter).await?);
        Ok(Ok(Draft::WithLink { invitation: id, lost, facts }))
    }

    pub(super) async fn copy(mut self, id: InvitationId) -> Verb<Drafted> {
        let (invitation, inviter) = match self.open_invitation(id).await? {
            Ok(found) => found,
            Err(why) => return Ok(Err(why)),
        };
        let Some(cc) = invitation.cc.clone() else { return Ok(Err(Why::Gone)) };
        // Who takes no invitations is not told of through the copy either.
        if self.is_blocked(&cc).await? || self.is_blocked(&invitation.address).await? {
            return Ok(Err(Why::Blocked));
        }
        let facts = self.invitation_facts(invitation, &inviter).await?;
        Ok(Ok(Draft::Whole(mail::render_copy(&facts, &cc))))
    }

    pub(super) async fn renewal(mut self, id: InvitationId, to: UserId) -> Verb<Drafted> {
        let reader = match self.reader(to).await? {
            Ok(reader) => reader,
            Err(why) => return Ok(Err(why)),
        };
        let Some(invitation) = store::invitations::get(&mut self.tx, id).await?.map(|stored| stored.value) else {
            return Ok(Err(Why::Gone));
        };
        let owns = match invitation.group {
            Some(group) => store::groups::is_owner(&mut self.tx, group, to).await?,
            None => false,
        };
        if !owns && invitation.invited_by != to {
            return Ok(Err(Why::Barred));
        }
        let Some(inviter) = self.user(invitation.invited_by).await? else { return Ok(Err(Why::Gone)) };
        let group = match invitation.group {
            Some(id) => self.group_name(id).await?.map(|name| (id, name)),
            None => None,
        };
        let name = invitation.name.as_ref().map(domain::text::Label::as_str);
        Ok(Ok(Draft::Whole(mail::render_renewal_asked(&mail::RenewalFacts {
            house: self.services.house(),
            to: reader.address.clone(),
            guest: Person::new(name, &invitation.address),
            inviter: Person::of(&inviter),
            group,
            invited_at: invitation.created_at,
            ended_at: invitation.expires_at,
            zone: self.zone(Some(&reader)),
        }))))
    }

    pub(super) async fn taken_up(mut self, id: InvitationId, account: UserId) -> Verb<Drafted> {
        let Some(invitation) = store::invitations::get(&mut self.tx, id).await?.map(|stored| stored.value) else {
            return Ok(Err(Why::Gone));
        };
        let reader = match self.reader(invitation.invited_by).await? {
            Ok(reader) => reader,
            Err(why) => return Ok(Err(why)),
        };
        let Some(account) = self.user(account).await? else { return Ok(Err(Why::Gone)) };
        let group = match invitation.group {
            Some(id) => self.group_name(id).await?.map(|name| (id, name)),
            None => None,
        };
        let name = invitation.name.as_ref().map(domain::text::Label::as_str);
        Ok(Ok(Draft::Whole(mail::render_taken_up(&mail::TakenUpFacts {
            house: self.services.house(),
            to: reader.address,
            guest: Person::new(name, &invitation.address),
            account: Person::of(&account),
            group,
        }))))
    }

    pub(super) async fn other_account(mut self, id: InvitationId, account: UserId, to: UserId) -> Verb<Drafted> {
        let reader = match self.reader(to).await? {
            Ok(reader) => reader,
            Err(why) => return Ok(Err(why)),
        };
        let invitation = match self.open_invitation(id).await? {
            Ok((invitation, _)) => invitation,
            Err(why) => return Ok(Err(why)),
        };
        let Some(group) = invitation.group else { return Ok(Err(Why::Gone)) };
        if !store::groups::is_owner(&mut self.tx, group, to).await? && invitation.invited_by != to {
            return Ok(Err(Why::Barred));
        }
        let (Some(account), Some(name)) = (self.user(account).await?, self.group_name(group).await?) else {
            return Ok(Err(Why::Gone));
        };
        Ok(Ok(Draft::Whole(mail::render_other_account(&mail::OtherAccountFacts {
            house: self.services.house(),
            to: reader.address,
            guest: Person::new(invitation.name.as_ref().map(domain::text::Label::as_str), &invitation.address),
            account: Person::of(&account),
            group: (group, name),
            invitation: id,
        }))))
    }
}
