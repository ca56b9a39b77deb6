//! What owners and administrators do with invitations that were sent.

use domain::event::Action;
use domain::group::Group;
use domain::id::{EventId, GroupId, InvitationId, UserId};
use domain::invitation::{Invitation, InvitationState, LIVE_LINKS, LetterState, Outcome, Verdict};
use domain::letter::{Lane, Letter};
use domain::text::{EmailAddress, Pasted};
use store::{Stored, Tx};

use super::verdicts::{Desk, Weighing, hold_letters, letters_bucket, mailbox_hash};
use super::{Inviting, limited, target};
use crate::deed::Deed;
use crate::{Actor, Denied, OwnerOf, Refusal, Secret, Services, UserAdmin, Verb, Viewer};

/// Who manages invitations: the owners of their group, or user administrators everywhere.
#[derive(Debug, Clone, Copy)]
pub enum Manager<'a> {
    Owner(&'a OwnerOf<Group>),
    Everywhere(&'a UserAdmin),
}

impl<'a> From<&'a OwnerOf<Group>> for Manager<'a> {
    fn from(owner: &'a OwnerOf<Group>) -> Self {
        Self::Owner(owner)
    }
}

impl<'a> From<&'a UserAdmin> for Manager<'a> {
    fn from(admin: &'a UserAdmin) -> Self {
        Self::Everywhere(admin)
    }
}

impl<'a> Manager<'a> {
    pub(super) fn viewer(self) -> &'a Viewer {
        match self {
            Self::Owner(owner) => owner.viewer(),
            Self::Everywhere(admin) => admin.viewer(),
        }
    }

    pub(super) fn actor(self) -> &'a Actor {
        self.viewer().actor()
    }

    pub(super) async fn find(self, tx: &mut Tx, invitation: InvitationId) -> Verb<Stored<Invitation>> {
        let found = store::invitations::get(tx, invitation).await?.ok_or(Denied::NotFound)?;
        match self {
            Self::Owner(owner) if found.value.group != Some(owner.group().id) => Err(Denied::NotFound.into()),
            _ => Ok(found),
        }
    }

    /// The permission to invite to where the invitation leads, unchecked.
    pub(super) async fn inviting(self, tx: &mut Tx, group: Option<GroupId>) -> Verb<Inviting> {
        let group = match group {
            Some(group) => Some(store::groups::get(tx, group).await?.ok_or(Denied::NotFound)?.value),
            None => None,
        };
        Ok(Inviting::of(self.viewer(), group))
    }
}

/// Sends a further letter with a further link.
///
/// # Errors
/// `letter_waiting` while one is on its way; else what stands against a letter to this address now.
pub async fn resend(services: &Services, by: impl Into<Manager<'_>>, invitation: InvitationId) -> Verb<()> {
    let by = by.into();
    let done = resend_now(services, by, invitation).await;
    if matches!(done, Err(Refusal::TooMany { .. })) {
        services.note(by.actor(), Action::LimitHit, limited(&by.viewer().user)).await?;
    }
    done
}

async fn resend_now(services: &Services, by: Manager<'_>, invitation: InvitationId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let found = by.find(&mut deed.tx, invitation).await?;
    let inviting = by.inviting(&mut deed.tx, found.value.group).await?;
    store::guards::hold(&mut deed.tx, &inviting.bucket()).await?;
    hold_letters(&mut deed, &services.key, [&found.value.address]).await?;
    let mut desk = Desk::open(services, &mut deed.tx, &inviting, false).await?;
    let invitation = found.value;
    invitation.open(deed.now)?;
    if invitation.letter == LetterState::Waiting {
        return Err(Refusal::Rule("letter_waiting"));
    }
    desk.room.places = None; // This invitation holds its place already.
    let list = [pasted(&invitation.address)];
    let how = Weighing { except: Some(invitation.id), ..Weighing::meaning(&invitation.address) };
    let weighed = desk.weigh(&mut deed.tx, &list, &how).await?;
    let decision = &weighed[0].decision;
    going(&decision.verdict)?;
    if decision.act.is_some() {
        store::invitations::set_letter(&mut deed.tx, invitation.id, &LetterState::Waiting).await?;
        deed.send(Lane::Single, Letter::Invitation { invitation: invitation.id });
        let hash = mailbox_hash(&services.key, &invitation.address);
        let hits = [(deed.id::<EventId>(), inviting.bucket(), 1), (deed.id(), letters_bucket(&hash), 1)];
        store::hits::add(&mut deed.tx, hits, deed.now).await?;
    }
    deed.tell(Action::InvitationResent, target(&invitation));
    deed.commit().await
}

pub(super) fn pasted(address: &EmailAddress) -> Pasted {
    Pasted { raw: address.as_str().to_owned(), name: None, address: Ok(address.clone()), twice: false }
}

/// # Errors
/// Where nothing would be done for the one address that was asked for.
fn going(verdict: &Verdict) -> Verb<()> {
    match verdict {
        verdict if verdict.goes() => Ok(()),
        Verdict::OverYourLimit { until } | Verdict::TooManyLetters { until } => Err(Refusal::TooMany { until: *until }),
        verdict => Err(Refusal::Rule(verdict.code())),
    }
}

/// Takes an invitation back: what was held for it is free, and its links open nothing.
///
/// # Errors
/// Why there is nothing to revoke.
pub async fn revoke(services: &Services, by: impl Into<Manager<'_>>, invitation: InvitationId) -> Verb<()> {
    let by = by.into();
    let mut deed = services.deed(by.actor()).await?;
    let found = by.find(&mut deed.tx, invitation).await?;
    let (user, now) = (by.viewer().user.id, deed.now);
    let revoked = found.try_with(|invitation| invitation.revoke(user, now))?;
    close(&mut deed, &revoked, Action::InvitationRevoked).await?;
    deed.commit().await
}

/// Writes a final state, frees what was held and voids the links.
pub(crate) async fn close(deed: &mut Deed<'_>, closed: &Stored<Invitation>, action: Action) -> Verb<()> {
    close_all(deed, std::slice::from_ref(closed), action).await
}

pub(crate) async fn close_all(deed: &mut Deed<'_>, closed: &[Stored<Invitation>], action: Action) -> Verb<()> {
    let ids: Vec<InvitationId> = closed.iter().map(|stored| stored.value.id).collect();
    store::invitations::save_many(&mut deed.tx, closed).await?;
    store::memberships::release(&mut deed.tx, &ids).await?;
    store::invitations::void_links(&mut deed.tx, &ids, deed.now).await?;
    for stored in closed {
        deed.tell_change(action, target(&stored.value), &(), &Outcomes::of(&stored.value));
    }
    Ok(())
}

/// What an event says of a closed invitation.
#[derive(serde::Serialize)]
struct Outcomes {
    user: UserId,
    group: Option<GroupId>,
    outcome: Option<Outcome>,
}

impl Outcomes {
    fn of(invitation: &Invitation) -> Self {
        let outcome = match invitation.state {
            InvitationState::Final { outcome, .. } => Some(outcome),
            _ => None,
        };
        Self { user: invitation.user, group: invitation.group, outcome }
    }
}

/// Takes over an invitation whose inviter lost the right.
///
/// # Errors
/// Why there is nothing to adopt.
pub async fn adopt(services: &Services, by: impl Into<Manager<'_>>, invitation: InvitationId) -> Verb<()> {
    let by = by.into();
    let mut deed = services.deed(by.actor()).await?;
    let found = by.find(&mut deed.tx, invitation).await?;
    let inviting = by.inviting(&mut deed.tx, found.value.group).await?;
    Desk::open(services, &mut deed.tx, &inviting, false).await?;
    let (user, now) = (inviting.user().id, deed.now);
    let adopted = found.try_with(|invitation| invitation.adopt(user, now))?;
    store::invitations::save(&mut deed.tx, &adopted).await?;
    deed.tell(Action::InvitationAdopted, target(&adopted.value));
    deed.commit().await
}

/// Mints a further link and shows it: the only time that anybody but the guest sees one.
///
/// # Errors
/// `invitations_stopped`, or why the invitation is not open.
pub async fn show_link(services: &Services, by: &UserAdmin, invitation: InvitationId) -> Verb<Secret> {
    let manager = Manager::from(by);
    let mut deed = services.deed(by.actor()).await?;
    let found = manager.find(&mut deed.tx, invitation).await?.value;
    let inviting = manager.inviting(&mut deed.tx, found.group).await?;
    Desk::open(services, &mut deed.tx, &inviting, false).await?;
    found.open(deed.now)?;
    let link = Secret::random();
    let now = deed.now;
    store::invitations::add_link(&mut deed.tx, found.id, &link.digest(), now, LIVE_LINKS).await?;
    deed.tell(Action::InvitationLinkShown, target(&found));
    deed.commit().await?;
    Ok(link)
}

/// Voids every link that was sent; the invitation stays open for a further letter.
///
/// # Errors
/// Why the invitation is not open.
pub async fn void_links(services: &Services, by: impl Into<Manager<'_>>, invitation: InvitationId) -> Verb<()> {
    let by = by.into();
    let mut deed = services.deed(by.actor()).await?;
    let found = by.find(&mut deed.tx, invitation).await?.value;
    found.open(deed.now)?;
    let now = deed.now;
    store::invitations::void_links(&mut deed.tx, &[found.id], now).await?;
    deed.tell(Action::InvitationLinksVoided, target(&found));
    deed.commit().await
}
