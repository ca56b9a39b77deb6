//! A lost link: the same page and the same statements for everybody, whatever is known of the address.

use std::collections::HashSet;

use domain::event::{Action, Target, TargetKind};
use domain::id::{InvitationId, RequestId, UserId};
use domain::invitation::{Invitation, InvitationState, LINK_AGAIN_AFTER, LINKS_A_DAY, Outcome, Person};
use domain::letter::{Lane, Letter};
use domain::session::Origin;
use domain::settings::Collaboration;
use domain::text::EmailAddress;
use domain::time::Timestamp;
use store::Stored;
use store::settings::COLLABORATION;

use crate::invitations::{mailbox_hash, target};
use crate::limits::{self, Limit};
use crate::{Actor, Refusal, Services, Verb};

/// Asked by one client, for whatever addresses.
const FROM_ONE_CLIENT: Limit = Limit::an_hour(20);

/// Somebody lost their link and typed an address. Where an invitation is pending, a further link goes to its stored
/// address; an expired one is put before inviter and owners. `Ok` says nothing of either.
///
/// # Errors
/// `invitations_stopped` for everybody under `none`; `TooMany` for a client that asks for many addresses.
pub async fn lost(services: &Services, address: EmailAddress, origin: Origin, correlation: RequestId) -> Verb<()> {
    let client = format!("lost-from:{}", origin.limit_key());
    let actor = Actor::stranger(origin, correlation);
    let mut deed = services.deed(&actor).await?;
    let now = deed.now;
    let settings: Stored<Collaboration> =
        store::settings::get(&mut deed.tx, COLLABORATION).await?.ok_or(Refusal::Conflict)?;
    if settings.value.invitations_stopped() {
        return Err(Refusal::Rule("invitations_stopped"));
    }
    if let Err(refusal) = deed.count(&client, &[FROM_ONE_CLIENT]).await {
        drop(deed);
        if matches!(refusal, Refusal::TooMany { .. }) {
            services.note(&actor, Action::LimitHit, Target::new(TargetKind::Address, "lost_link", &client)).await?;
        }
        return Err(refusal);
    }
    let hash = mailbox_hash(&services.key, &address);
    let bucket = format!("lost:{hash}");
    let often = [Limit { most: 1, window: LINK_AGAIN_AFTER }, Limit::a_day(LINKS_A_DAY)];
    let asked = Target::new(TargetKind::Address, &hash, address.domain().shown());
    store::hits::hold(&mut deed.tx, &bucket, now).await?;
    if limits::left(&mut deed.tx, &bucket, &often, now).await?.0 < 1 {
        deed.tell(Action::LimitHit, asked);
        return deed.commit().await;
    }
    let hit = (deed.id(), bucket, 1);
    store::hits::add(&mut deed.tx, [hit], now).await?;
    let newest = store::invitations::newest_by_address(&mut deed.tx, &address).await?;
    let user = store::users::by_address(&mut deed.tx, &address).await?;
    let blocked = store::blocks::in_force(&mut deed.tx, std::slice::from_ref(&hash)).await?;
    let welcome = blocked.is_empty() && Person::of(user.as_ref().map(|user| &user.value), now) != Person::Barred;
    let pending = newest.iter().find(|stored| welcome && stored.value.open(now).is_ok());
    // A letter about nothing is dropped by the worker: the statements must not tell who is known.
    let invitation = pending.map_or_else(|| deed.id::<InvitationId>(), |stored| stored.value.id);
    deed.send(Lane::Single, Letter::LostLink { invitation });
    deed.tell(Action::LostLinkAsked, pending.map_or(asked, |stored| target(&stored.value)));
    deed.commit().await?;
    let expired = newest.into_iter().map(|stored| stored.value).next().filter(|newest| has_expired(newest, now));
    if let Some(invitation) = expired.filter(|_| welcome) {
        // After the answer, so that its time tells nothing; lost in a crash, it is asked for again.
        let services = services.clone();
        tokio::spawn(async move {
            if let Err(error) = ask_renewal(&services, &invitation).await {
                tracing::error!(%error, "nobody was asked to renew an invitation");
            }
        });
    }
    Ok(())
}

fn has_expired(invitation: &Invitation, now: Timestamp) -> bool {
    matches!(invitation.state_at(now), InvitationState::Final { outcome: Outcome::Expired, .. })
}

/// Asks the inviter and the group's owners whether to renew, once a day.
async fn ask_renewal(services: &Services, expired: &Invitation) -> Verb<()> {
    let lobby = Actor::lobby(services);
    let mut deed = services.deed(&lobby).await?;
    let now = deed.now;
    match deed.count(&format!("renewal:{}", expired.id), &[Limit::a_day(1)]).await {
        Err(Refusal::TooMany { .. }) => return Ok(()),
        counted => counted?,
    }
    let inviter = store::users::get(&mut deed.tx, expired.invited_by).await?.map(|user| user.value);
    let owners = match expired.group {
        Some(group) => store::groups::owners(&mut deed.tx, group).await?,
        None => Vec::new(),
    };
    let asked: HashSet<UserId> =
        inviter.into_iter().chain(owners).filter(|user| user.may_enter(now).is_ok()).map(|user| user.id).collect();
    for to in asked {
        deed.send(Lane::Single, Letter::RenewalAsked { invitation: expired.id, to });
    }
    deed.commit().await
}
