//! Writes what a list of invitations does: people, held memberships, invitations, letters, events; many rows at a time.

use std::collections::HashSet;

use domain::event::{Action, Target, TargetKind};
use domain::group::Membership;
use domain::id::{EventId, GroupId, InvitationId, UserId};
use domain::invitation::{Act, Invitation, InvitationState, LetterState, Line, end_of_stay};
use domain::letter::{Lane, Letter};
use domain::role::{Role, Roles};
use domain::text::{EmailAddress, Label, Pasted};
use domain::time::Timestamp;
use domain::user::{CreationType, ExternalState, Standing, User, UserType};
use serde::Serialize;
use store::memberships::Member;
use store::{Stored, Tx};

use super::plan::{Copied, Plan};
use super::verdicts::{Desk, Weighed, Weighing, hold_letters, letters_bucket, mailbox_hash};
use super::{Inviting, NewInvitations, limited, target};
use crate::deed::Deed;
use crate::groups::guard;
use crate::{Refusal, Services, Verb, access};

/// Weighs a list under the group's guard and does what the verdicts say, in the transaction of `deed`.
///
/// # Errors
/// Beside the fields that are wrong, else why the person may not invite there. Then the deed must not be committed.
pub(crate) async fn send(
    services: &Services,
    deed: &mut Deed<'_>,
    by: &Inviting,
    new: &NewInvitations,
    list: &[Pasted],
    lane: Lane,
) -> Verb<Vec<Line>> {
    if let Some(group) = by.group() {
        store::guards::hold(&mut deed.tx, &guard(group.id)).await?;
    }
    // Two lists of one inviter count one after the other.
    store::guards::hold(&mut deed.tx, &by.bucket()).await?;
    let addresses = list.iter().filter_map(|pasted| pasted.address.as_ref().ok());
    hold_letters(deed, &services.key, addresses.chain(&new.cc)).await?;
    let is_job = lane == Lane::Bulk;
    let mut desk = Desk::open(services, &mut deed.tx, by, is_job).await?;
    let plan = Plan::make(services, &mut deed.tx, by, &desk, new, lane).await?;
    let how = Weighing { confirmed: plan.confirmed.clone(), without_letters: !plan.letters, ..Weighing::default() };
    let weighed = desk.weigh(&mut deed.tx, list, &how).await?;
    write(services, deed, by, &desk, &plan, &weighed).await?;
    if weighed.iter().any(|entry| entry.decision.verdict.is_limit()) {
        deed.tell(Action::LimitHit, limited(by.user()));
    }
    if !is_job {
        let goes = weighed.iter().filter(|entry| entry.decision.verdict.goes()).count();
        let hit = (deed.id::<EventId>(), by.bucket(), i64::try_from(goes).unwrap_or(i64::MAX));
        store::hits::add(&mut deed.tx, Some(hit).filter(|_| goes > 0), deed.now).await?;
    }
    Ok(weighed.into_iter().map(Weighed::line).collect())
}

/// Rows to be written, gathered over the list.
#[derive(Default)]
struct Rows {
    new_users: Vec<User>,
    /// (guest, sponsor) beside the inviter.
    sponsors: Vec<(UserId, UserId)>,
    returned: Vec<Stored<User>>,
    stale: Vec<Stored<Invitation>>,
    invitations: Vec<Invitation>,
    members: Vec<Member>,
    /// Whose old membership row gives way.
    replaced: Vec<UserId>,
    hits: Vec<(EventId, String, i64)>,
    /// What tells the members of the group from others.
    policies: Vec<String>,
}

#[derive(Serialize)]
struct Invited {
    user: UserId,
    group: Option<GroupId>,
    expires_at: Timestamp,
}

#[derive(Serialize)]
struct Added {
    user: UserId,
    ends_at: Option<Timestamp>,
    /// The access policies that hold otherwise for them now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    policies: Vec<String>,
}

pub(super) async fn write(
    services: &Services,
    deed: &mut Deed<'_>,
    by: &Inviting,
    desk: &Desk<'_>,
    plan: &Plan,
    weighed: &[Weighed<'_>],
) -> Verb<()> {
    let mut rows = Rows::default();
    let adds = |entry: &&Weighed<'_>| matches!(entry.decision.act, Some(Act::AddGuest | Act::AddMember));
    let mut added = weighed.iter().filter(adds).filter_map(|entry| entry.user.as_ref()).map(|user| &user.value);
    // Others may join without a question of who is locked out, and a job leaves these alone.
    let may_lock_out = added.clone().any(|user| user.roles.has(Role::Administrator) || user.id == by.user().id);
    if let Some(group) = by.group().filter(|_| added.next().is_some()) {
        let set = services.policies_in(&mut deed.tx).await?;
        rows.policies = access::telling_apart(&set, group.id);
    }
    for entry in weighed {
        let Ok(address) = &entry.pasted.address else { continue };
        rows.stale.extend(entry.decision.act.and(entry.stale.clone()));
        match entry.decision.act {
            Some(Act::Invite) => rows.invite(deed, by, plan, entry, address)?,
            Some(Act::AddGuest | Act::AddMember) => rows.add(deed, by, desk, plan, entry),
            None => {}
        }
        // Counted by what was told, so that limits tell no more than verdicts.
        let is_member = entry.decision.act == Some(Act::AddMember) && desk.tells_who_is_known();
        if plan.letters && entry.decision.verdict.goes() && !is_member {
            rows.hits.push((deed.id(), letters_bucket(&mailbox_hash(&services.key, address)), 1));
        }
    }
    if let Some(copied) = &plan.cc {
        rows.copy(deed, desk, plan, copied)?;
    }
    rows.tell(deed, by);
    rows.write(deed, by).await?;
    if let (true, Some(group), Some(viewer)) = (may_lock_out, by.group(), by.viewer()) {
        access::regrouped(services, &mut deed.tx, viewer, group.id).await?;
    }
    Ok(())
}

impl Rows {
    fn invite(
        &mut self,
        deed: &mut Deed<'_>,
        by: &Inviting,
        plan: &Plan,
        entry: &Weighed<'_>,
        address: &EmailAddress,
    ) -> Verb<()> {
        let now = deed.now;
        let name = entry.pasted.name.as_deref().and_then(|name| Label::parse(name).ok());
        let user = match &entry.user {
            Some(user) if user.value.standing == Standing::Enabled => user.value.clone(),
            Some(user) => {
                let returned = user.clone().try_with(|user| user.return_by_invitation(now))?;
                self.returned.push(returned.clone());
                returned.value
            }
            None => {
                let user = new_guest(deed, by, address, name.clone(), &plan.language);
                self.new_users.push(user.clone());
                let other = entry.sponsor.filter(|sponsor| *sponsor != by.user().id);
                self.sponsors.extend(other.map(|sponsor| (user.id, sponsor)));
                user
            }
        };
        let group = by.group().map(|group| group.id);
        let invitation = Invitation {
            id: deed.id(),
            user: user.id,
            address: user.address.clone(),
            name,
            group,
            message: plan.message.clone(),
            cc: plan.cc.as_ref().map(|copied| copied.address.clone()),
            language: plan.language.clone(),
            landing: plan.landing,
            stay_days: plan.stay_days,
            ends_at: plan.ends_at,
            invited_by: by.user().id,
            created_at: now,
            expires_at: plan.expires_at,
            state: InvitationState::Pending,
            letter: if plan.letters { LetterState::Waiting } else { LetterState::NotSent },
        };
        if plan.letters {
            deed.send(plan.lane, Letter::Invitation { invitation: invitation.id });
        }
        if let Some(group) = group {
            self.join(by, group, user, now, Timestamp::NEVER, Some(invitation.id), entry.has_row);
        }
        self.invitations.push(invitation);
        Ok(())
    }

    fn add(&mut self, deed: &mut Deed<'_>, by: &Inviting, desk: &Desk<'_>, plan: &Plan, entry: &Weighed<'_>) {
        let (Some(user), Some(group)) = (&entry.user, &desk.group) else { return };
        let user = user.value.clone();
        let ends_at = end_of_stay(plan.stay_days, plan.ends_at, deed.now, &plan.zone);
        let added = Added { user: user.id, ends_at: ends_at.before_never(), policies: self.policies.clone() };
        let told = Target::new(TargetKind::Group, group.id, group.name.as_str());
        deed.tell_change(Action::MemberAdded, told, &(), &added);
        if !entry.blocked {
            deed.send(plan.lane, Letter::Added { group: group.id, user: user.id, by: by.user().id });
        }
        self.join(by, group.id, user, deed.now, ends_at, None, entry.has_row);
    }

    #[allow(clippy::too_many_arguments, reason = "the columns of one row")]
    fn join(
        &mut self,
        by: &Inviting,
        group: GroupId,
        user: User,
        added_at: Timestamp,
        ends_at: Timestamp,
        held_for: Option<InvitationId>,
        replaces: bool,
    ) {
        self.replaced.extend(Some(user.id).filter(|_| replaces));
        let membership = Membership { group, user: user.id, added_by: by.user().id, added_at, ends_at, held_for };
        self.members.push(Member { membership, user });
    }

    /// One copy of each invitation, within what a mailbox gets.
    fn copy(&mut self, deed: &mut Deed<'_>, desk: &Desk<'_>, plan: &Plan, copied: &Copied) -> Verb<()> {
        if !plan.letters {
            return Ok(());
        }
        let mut room = desk.room.clone();
        let mailbox = copied.address.mailbox();
        for invitation in &self.invitations {
            if let Some(until) = room.mailbox_free_at(&mailbox, &copied.letters, deed.now) {
                return Err(Refusal::field_because("cc", "cc_too_many_letters", until.0));
            }
            room.sends_to(&mailbox);
            self.hits.push((deed.id(), letters_bucket(&copied.hash), 1));
            deed.send(plan.lane, Letter::InvitationCopy { invitation: invitation.id });
        }
        Ok(())
    }

    fn tell(&mut self, deed: &mut Deed<'_>, by: &Inviting) {
        let person = |user: &User| Target::new(TargetKind::User, user.id, user.address.as_str());
        for stored in std::mem::take(&mut self.stale) {
            if let Some(expired) = stored.value.clone().expire(deed.now) {
                deed.tell(Action::InvitationExpired, target(&expired));
                self.stale.push(stored.with(|_| expired));
            }
        }
        for user in &self.new_users {
            deed.tell(Action::UserCreated, person(user));
        }
        for user in &self.returned {
            deed.tell(Action::UserRestored, person(&user.value));
        }
        let group = by.group().map(|group| group.id);
        for invitation in &self.invitations {
            let invited = Invited { user: invitation.user, group, expires_at: invitation.expires_at };
            deed.tell_change(Action::InvitationCreated, target(invitation), &(), &invited);
        }
    }

    async fn write(self, deed: &mut Deed<'_>, by: &Inviting) -> Verb<()> {
        let now = deed.now;
        let tx = &mut deed.tx;
        let stale: Vec<InvitationId> = self.stale.iter().map(|stored| stored.value.id).collect();
        store::invitations::save_many(tx, &self.stale).await?;
        store::invitations::void_links(tx, &stale, now).await?;
        store::memberships::release(tx, &stale).await?;
        let returned: Vec<UserId> = self.returned.iter().map(|stored| stored.value.id).collect();
        store::users::save_many(tx, &self.returned).await?;
        store::memberships::remove_all_of(tx, &returned).await?;
        store::users::insert(tx, &self.new_users).await?;
        let inviting = self.new_users.iter().map(|user| (user.id, by.user().id));
        let sponsors = inviting.chain(present(tx, self.sponsors, now).await?).collect::<Vec<_>>();
        store::users::add_sponsors(tx, &sponsors).await?;
        store::invitations::insert(tx, &self.invitations).await?;
        if let Some(group) = by.group() {
            store::memberships::remove_many(tx, group.id, &self.replaced).await?;
        }
        store::memberships::insert(tx, &self.members).await?;
        store::hits::add(tx, self.hits, now).await?;
        Ok(())
    }
}

/// Those whose sponsor can come in.
async fn present(tx: &mut Tx, mut sponsors: Vec<(UserId, UserId)>, now: Timestamp) -> Verb<Vec<(UserId, UserId)>> {
    let distinct: HashSet<UserId> = sponsors.iter().map(|(_, sponsor)| *sponsor).collect();
    let found = store::users::by_ids(tx, &distinct.into_iter().collect::<Vec<_>>()).await?;
    let present: HashSet<UserId> = found
        .into_iter()
        .filter(|sponsor| sponsor.value.may_enter(now).is_ok())
        .map(|sponsor| sponsor.value.id)
        .collect();
    sponsors.retain(|(_, sponsor)| present.contains(sponsor));
    Ok(sponsors)
}

fn new_guest(deed: &mut Deed<'_>, by: &Inviting, address: &EmailAddress, name: Option<Label>, language: &str) -> User {
    User {
        id: deed.id(),
        user_type: UserType::Guest,
        address: address.clone(),
        name,
        company: None,
        standing: Standing::Enabled,
        external: Some(ExternalState::PendingAcceptance { since: deed.now }),
        creation: CreationType::Invitation,
        invited_by: Some(by.user().id),
        roles: Roles::NONE,
        language: language.to_owned(),
        time_zone: None,
        ends_at: None,
        consented_at: None,
        created_at: deed.now,
        last_sign_in_at: None,
    }
}
