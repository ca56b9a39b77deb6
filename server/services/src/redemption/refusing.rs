//! Declining and blocking by the link alone, without signing in.

use domain::event::Action;
use domain::id::{BlockId, RequestId};
use domain::session::Origin;
use store::blocks::Block;

use super::named;
use crate::invitations::{close, mailbox_hash, target};
use crate::refusal::again;
use crate::{Actor, Refusal, Secret, Services, Verb};

/// Declines by the link alone; the group may not invite the address for thirty days.
///
/// # Errors
/// `NotFound`, `Redeem` or `link_void`: see `redemption::look`.
pub async fn decline(services: &Services, link: &Secret, origin: Origin, correlation: RequestId) -> Verb<()> {
    let actor = Actor::stranger(origin, correlation);
    again!(decline_now(services, link, &actor))
}

async fn decline_now(services: &Services, link: &Secret, actor: &Actor) -> Verb<()> {
    let mut deed = services.deed(actor).await?;
    let (found, is_live) = named(&mut deed.tx, link).await?;
    let now = deed.now;
    let declined = found.try_with(|invitation| invitation.decline(now))?;
    if !is_live {
        return Err(Refusal::Rule("link_void"));
    }
    close(&mut deed, &declined, Action::InvitationDeclined).await?;
    deed.commit().await
}

/// "Never again", by any link that was ever sent: no invitations to this mailbox, from nobody here. Declines the
/// invitation where it is still open.
///
/// # Errors
/// `NotFound` for a link that never was.
pub async fn block(services: &Services, link: &Secret, origin: Origin, correlation: RequestId) -> Verb<()> {
    let actor = Actor::stranger(origin, correlation);
    again!(block_now(services, link, &actor))
}

async fn block_now(services: &Services, link: &Secret, actor: &Actor) -> Verb<()> {
    let mut deed = services.deed(actor).await?;
    let (found, _) = named(&mut deed.tx, link).await?;
    let now = deed.now;
    let hash = mailbox_hash(&services.key, &found.value.address);
    let (invitation, inviter) = (Some(found.value.id), Some(found.value.invited_by));
    let about = target(&found.value);
    if let Ok(declined) = found.try_with(|invitation| invitation.decline(now)) {
        close(&mut deed, &declined, Action::InvitationDeclined).await?;
    }
    match store::blocks::by_hash(&mut deed.tx, &hash).await? {
        Some(standing) if standing.value.lifted_at.is_none() => {}
        Some(lifted) => {
            let again = |block| Block {
                invitation,
                inviter,
                made_at: now,
                lifted_at: None,
                lifted_by: None,
                lifted_why: None,
                ..block
            };
            store::blocks::save(&mut deed.tx, &lifted.with(again)).await?;
            deed.tell(Action::BlockMade, about);
        }
        None => {
            let block = Block {
                id: deed.id::<BlockId>(),
                mailbox_hash: hash,
                invitation,
                inviter,
                made_at: now,
                lifted_at: None,
                lifted_by: None,
                lifted_why: None,
                overruled_at: None,
            };
            store::blocks::insert(&mut deed.tx, &block).await?;
            deed.tell(Action::BlockMade, about);
        }
    }
    deed.commit().await
}
