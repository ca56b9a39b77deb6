//! An invitation that its own rules keep from another account: whoever has that account asks the inviter to invite it.
//!
//! It proves nothing and gives nothing: somebody else may have the link. The letter says so, and a person decides.

use std::collections::HashSet;

use domain::event::Action;
use domain::id::UserId;
use domain::letter::{Lane, Letter};

use super::adding::may_add;
use super::look;
use crate::invitations::target;
use crate::limits::Limit;
use crate::people::named;
use crate::{Refusal, Secret, Services, Verb, Viewer};

/// About one invitation, and by one person.
const OF_ONE: &[Limit] = &[Limit::a_day(1)];
const BY_ONE: &[Limit] = &[Limit::a_day(5)];

/// Is this a reason that the inviter could do something about?
pub fn may_be_asked(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Invalid(problems) if problems.iter().any(|problem| problem.code == "add_by_provider"))
}

/// Asks the inviter and the owners of the group to invite the viewer's own address instead.
///
/// # Errors
/// As [`look`] and [`may_add`], but for what the inviter can do about it; `wish_not_needed` where it can be added at once;
/// `TooMany`.
pub async fn ask_inviter(services: &Services, viewer: &Viewer, link: &Secret) -> Verb<()> {
    let invitation = look(services, link).await?.invitation;
    match may_add(services, viewer, &invitation).await {
        Ok(()) => return Err(Refusal::Rule("wish_not_needed")),
        Err(refusal) if may_be_asked(&refusal) => {}
        Err(refusal) => return Err(refusal),
    }
    let mut deed = services.deed(viewer.actor()).await?;
    let now = deed.now;
    deed.count(&format!("wish-by:{}", viewer.user.id), BY_ONE).await?;
    deed.count(&format!("wish:{}", invitation.id), OF_ONE).await?;
    store::wishes::make(&mut deed.tx, invitation.id, viewer.user.id).await?;
    let inviter = store::users::get(&mut deed.tx, invitation.invited_by).await?.map(|user| user.value);
    let owners = match invitation.group {
        Some(group) => store::groups::owners(&mut deed.tx, group).await?,
        None => Vec::new(),
    };
    let asked: HashSet<UserId> =
        inviter.into_iter().chain(owners).filter(|user| user.may_enter(now).is_ok()).map(|user| user.id).collect();
    for to in asked {
        deed.send(Lane::Single, Letter::OtherAccountAsked { invitation: invitation.id, account: viewer.user.id, to });
    }
    deed.tell_change(Action::InvitationWished, target(&invitation), &(), &named(&viewer.user));
    deed.commit().await
}
