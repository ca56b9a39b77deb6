//! The permission to invite to one target: checked when a page opens and again in the transaction that sends.

use domain::group::Group;
use domain::invitation::Inviter;
use domain::role::Role;
use domain::settings::{Collaboration, GuestAccess};
use domain::user::User;

use crate::limits::Limit;
use crate::{Actor, Denied, OwnerOf, Refusal, Services, Verb, Viewer};

/// Somebody who may invite to one group, or into the directory alone.
#[derive(Debug, Clone)]
pub struct Inviting {
    actor: Actor,
    user: User,
    /// `None` for a job, which goes on without a request.
    viewer: Option<Box<Viewer>>,
    group: Option<Group>,
}

impl Inviting {
    /// To a group, by whoever manages its members.
    ///
    /// # Errors
    /// `invitations_stopped` under `none`; `Forbidden` where owners may not invite.
    pub fn to_group(services: &Services, owner: OwnerOf<Group>) -> Verb<Self> {
        Self::of(owner.viewer(), Some(owner.group().clone())).checked(services)
    }

    /// Into the directory alone.
    ///
    /// # Errors
    /// `invitations_stopped` under `none`; `Forbidden` for whom the setting does not admit; `Multifactor`.
    pub fn into_directory(services: &Services, viewer: &Viewer) -> Verb<Self> {
        Self::of(&viewer.clone().managing()?, None).checked(services)
    }

    fn checked(self, services: &Services) -> Verb<Self> {
        self.check(&services.tenant().collaboration.value)?;
        Ok(self)
    }

    /// Unchecked: whoever calls this checks in the transaction. The viewer manages the group.
    pub(crate) fn of(viewer: &Viewer, group: Option<Group>) -> Self {
        let (actor, user) = (viewer.actor().clone(), viewer.user.clone());
        Self { actor, user, viewer: Some(Box::new(viewer.clone())), group }
    }

    /// An administrator whose job goes on without a request of theirs. Unchecked, as [`Inviting::of`].
    pub(crate) fn of_job(actor: Actor, user: User, group: Option<Group>) -> Self {
        Self { actor, user, viewer: None, group }
    }

    /// # Errors
    /// As the settings in force have it.
    pub(crate) fn check(&self, settings: &Collaboration) -> Verb<()> {
        if settings.invitations_stopped() {
            return Err(Refusal::Rule("invitations_stopped"));
        }
        let may_as_owner = self.group.is_some() && settings.lets_owners_invite();
        if may_as_owner || settings.lets_invite(self.user.user_type, self.user.roles) {
            Ok(())
        } else {
            Err(Denied::Forbidden.into())
        }
    }

    pub(crate) fn actor(&self) -> &Actor {
        &self.actor
    }

    pub fn user(&self) -> &User {
        &self.user
    }

    pub(crate) fn viewer(&self) -> Option<&Viewer> {
        self.viewer.as_deref()
    }

    pub fn group(&self) -> Option<&Group> {
        self.group.as_ref()
    }

    /// An administrator: long lists become jobs, and links may be shown instead of sent.
    pub fn by_role(&self) -> bool {
        self.user.roles.has(Role::Administrator) || self.user.roles.has(Role::UserAdministrator)
    }

    pub fn inviter(&self) -> Inviter {
        match &self.group {
            _ if self.by_role() => Inviter::Administrator,
            Some(_) => Inviter::Owner,
            None if self.user.is_guest() => Inviter::Guest,
            None => Inviter::Member,
        }
    }

    pub(crate) fn sees_directory(&self, settings: &Collaboration) -> bool {
        !self.user.is_guest() || settings.guest_access == GuestAccess::SameAsMembers
    }

    pub(crate) fn bucket(&self) -> String {
        format!("invitations:{}", self.user.id)
    }

    pub(crate) fn limits(&self) -> Vec<Limit> {
        self.inviter().limits().iter().map(|&(most, window)| Limit { most, window }).collect()
    }
}
