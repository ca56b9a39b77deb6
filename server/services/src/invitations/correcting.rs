//! An address that was mistyped: revoked, and invited anew in the same words.

use domain::event::Action;
use domain::id::{EventId, InvitationId};
use domain::invitation::LetterState;
use domain::letter::Lane;
use domain::text::{EmailAddress, Pasted};

use super::NewInvitations;
use super::managing::{Manager, close, pasted};
use super::plan::Plan;
use super::sending::write;
use super::verdicts::{Desk, Weighing, hold_letters};
use crate::groups::guard;
use crate::refusal::again;
use crate::{Refusal, Services, Verb};

/// Revokes the invitation and invites the corrected address anew, to the same and with the same words.
///
/// # Errors
/// Beside `address` where the new one cannot be invited; then nothing happened.
pub async fn correct_address(
    services: &Services,
    by: impl Into<Manager<'_>>,
    invitation: InvitationId,
    address: EmailAddress,
    confirmed: bool,
) -> Verb<InvitationId> {
    let by = by.into();
    again!(correct_now(services, by, invitation, &address, confirmed))
}

async fn correct_now(
    services: &Services,
    by: Manager<'_>,
    invitation: InvitationId,
    address: &EmailAddress,
    confirmed: bool,
) -> Verb<InvitationId> {
    let mut deed = services.deed(by.actor()).await?;
    let found = by.find(&mut deed.tx, invitation).await?;
    if found.value.address.as_str() == address.as_str() {
        return Err(Refusal::field("address", "address_unchanged"));
    }
    let inviting = by.inviting(&mut deed.tx, found.value.group).await?;
    if let Some(group) = inviting.group() {
        store::guards::hold(&mut deed.tx, &guard(group.id)).await?;
    }
    store::guards::hold(&mut deed.tx, &inviting.bucket()).await?;
    hold_letters(&mut deed, &services.key, [address]).await?;
    let (user, now) = (inviting.user().id, deed.now);
    let revoked = found.try_with(|invitation| invitation.revoke(user, now))?;
    close(&mut deed, &revoked, Action::InvitationRevoked).await?;
    let old = revoked.value;
    let mut desk = Desk::open(services, &mut deed.tx, &inviting, false).await?;
    let new = NewInvitations { language: old.language.clone(), landing: old.landing, ..NewInvitations::default() };
    let mut plan = Plan::make(services, &mut deed.tx, &inviting, &desk, &new, Lane::Single).await?;
    plan.message = old.message;
    plan.stay_days = old.stay_days;
    plan.ends_at = old.ends_at;
    plan.expires_at = old.ends_at.map_or(plan.expires_at, |end| end.min(plan.expires_at));
    plan.letters = old.letter != LetterState::NotSent;
    let name = old.name.map(String::from);
    let list = [Pasted { name, ..pasted(address) }];
    let how = if confirmed { Weighing::meaning(address) } else { Weighing::default() };
    let how = Weighing { without_letters: !plan.letters, ..how };
    let weighed = desk.weigh(&mut deed.tx, &list, &how).await?;
    if !weighed[0].decision.verdict.goes() {
        return Err(Refusal::field("address", weighed[0].decision.verdict.code()));
    }
    write(services, &mut deed, &inviting, &desk, &plan, &weighed).await?;
    let hit = (deed.id::<EventId>(), inviting.bucket(), 1);
    store::hits::add(&mut deed.tx, [hit], now).await?;
    let made = store::invitations::open_by_address(&mut deed.tx, address).await?;
    let made = made.iter().find(|made| made.value.group == old.group).map_or(old.id, |made| made.value.id);
    deed.commit().await?;
    Ok(made)
}
