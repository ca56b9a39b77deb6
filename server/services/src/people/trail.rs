//! What becomes of invitations when the person who sent them, or the one they are for, goes.

use std::collections::HashSet;

use domain::event::{Action, Target, TargetKind};
use domain::id::{GroupId, InvitationId};
use domain::invitation::{Invitation, InvitationState, Outcome, SUSPENSION};
use domain::user::User;
use store::Stored;

use crate::Verb;
use crate::deed::Deed;

fn target(invitation: &Invitation) -> Target {
    Target::new(TargetKind::Invitation, invitation.id, invitation.address.as_str())
}

/// The pending invitations of `inviter` that they could not send now wait for another owner. `inviter` is as they are
/// after the change; ownerships are read as the transaction left them.
pub(crate) async fn suspend_what_they_lost(deed: &mut Deed<'_>, inviter: &User) -> Verb<()> {
    let theirs = store::invitations::open_by_inviter(&mut deed.tx, inviter.id).await?;
    if theirs.is_empty() {
        return Ok(());
    }
    let now = deed.now;
    let rights = Rights::of(deed, inviter).await?;
    let lost: Vec<Invitation> = theirs
        .into_iter()
        .map(|stored| stored.value)
        .filter(|invitation| !rights.cover(invitation.group))
        .map(|invitation| invitation.suspend(now))
        .filter(|invitation| matches!(invitation.state, InvitationState::Suspended { .. }))
        .collect();
    let ids: Vec<InvitationId> = lost.iter().map(|invitation| invitation.id).collect();
    store::invitations::suspend(&mut deed.tx, &ids, now + SUSPENSION).await?;
    for invitation in &lost {
        deed.tell_change(Action::InvitationSuspended, target(invitation), &InvitationState::Pending, &invitation.state);
    }
    Ok(())
}

/// Where somebody may invite to.
struct Rights {
    anywhere: bool,
    directory: bool,
    groups: HashSet<GroupId>,
}

impl Rights {
    async fn of(deed: &mut Deed<'_>, user: &User) -> Verb<Self> {
        use domain::role::Role;
        if user.may_enter(deed.now).is_err() {
            return Ok(Self { anywhere: false, directory: false, groups: HashSet::new() });
        }
        let anywhere = user.roles.has(Role::Administrator) || user.roles.has(Role::UserAdministrator);
        let owned = store::groups::owned_by(&mut deed.tx, user.id).await?;
        let groups = owned.into_iter().filter(|group| group.owners_manage).map(|group| group.id).collect();
        let tenant = deed.services().tenant();
        let settings = &tenant.collaboration.value;
        // Where inviting is stopped for everybody, this deed took nothing from the person.
        let directory = settings.invitations_stopped() || settings.lets_invite(user.user_type, user.roles);
        Ok(Self { anywhere, directory, groups })
    }

    fn cover(&self, group: Option<GroupId>) -> bool {
        self.anywhere || group.map_or(self.directory, |group| self.groups.contains(&group))
    }
}

/// Revokes those of these invitations that are open: their links are void, and what was held is let go.
pub(crate) async fn revoke(deed: &mut Deed<'_>, invitations: Vec<Stored<Invitation>>) -> Verb<()> {
    let (now, by) = (deed.now, deed.actor().user);
    let open: Vec<Invitation> = invitations
        .into_iter()
        .map(|stored| stored.value)
        .filter(|invitation| !matches!(invitation.state_at(now), InvitationState::Final { .. }))
        .collect();
    let ids: Vec<InvitationId> = open.iter().map(|invitation| invitation.id).collect();
    store::invitations::end(&mut deed.tx, &ids, Outcome::Revoked, by, now).await?;
    for invitation in &open {
        let revoked = InvitationState::Final { outcome: Outcome::Revoked, at: now, by };
        deed.tell_change(Action::InvitationRevoked, target(invitation), &invitation.state, &revoked);
    }
    Ok(())
}
