//! Mailboxes that take no invitations: listed without their addresses where those are gone, overruled, lifted.

use std::collections::HashMap;

use domain::event::{Action, Target, TargetKind};
use domain::id::{BlockId, InvitationId, RequestId};
use domain::invitation::OVERRULED_ONCE_IN;
use domain::session::Origin;
use domain::text::{EmailAddress, Message};
use store::blocks::{Block, IN_FORCE, OF_MAILBOX};
use store::{Bind, Filter, Page, PageAsk, Tx};

use crate::invitations::mailbox_hash;
use crate::redemption::Proved;
use crate::{Actor, Denied, Key, Refusal, Services, UserAdmin, Verb};

/// A block, with the address as far as an invitation still knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub block: Block,
    pub address: Option<EmailAddress>,
}

/// Blocks, the newest first.
pub async fn page(
    services: &Services,
    _by: &UserAdmin,
    ask: &PageAsk,
    in_force_only: bool,
    of: Option<&EmailAddress>,
) -> Verb<Page<Listed>> {
    let mut tx = services.store.read().await?;
    let in_force = in_force_only.then(|| Filter::new(IN_FORCE, []));
    let of = of.map(|of| Filter::new(OF_MAILBOX, [Bind::text(mailbox_hash(&services.key, of))]));
    let filters: Vec<Filter> = in_force.into_iter().chain(of).collect();
    let found = store::blocks::page(&mut tx, ask, &filters).await?;
    let invitations: Vec<InvitationId> = found.items.iter().filter_map(|block| block.invitation).collect();
    let addresses: HashMap<InvitationId, EmailAddress> = store::invitations::by_ids(&mut tx, &invitations)
        .await?
        .into_iter()
        .map(|stored| (stored.value.id, stored.value.address))
        .collect();
    found.try_map(|block| {
        // Where the person was erased, the invitation holds a pseudonym that no longer fits the hash.
        let address = block.invitation.and_then(|invitation| addresses.get(&invitation)).cloned();
        let address = address.filter(|address| mailbox_hash(&services.key, address) == block.mailbox_hash);
        Ok(Listed { block, address })
    })
}

/// An administrator lifts a block against the person's wish, with a reason; at most once in ninety days.
///
/// # Errors
/// `block_lifted` where it is not in force, `TooMany` until it may be overruled again.
pub async fn overrule(services: &Services, by: &UserAdmin, block: BlockId, reason: Message) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let now = deed.now;
    let found = store::blocks::get(&mut deed.tx, block).await?.ok_or(Denied::NotFound)?;
    if found.value.lifted_at.is_some() {
        return Err(Refusal::Rule("block_lifted"));
    }
    if let Some(until) = found.value.overruled_at.map(|at| at + OVERRULED_ONCE_IN).filter(|until| now < *until) {
        return Err(Refusal::TooMany { until });
    }
    let why = reason.as_str().to_owned();
    deed.tell_change(Action::BlockLifted, told(&found.value), &(), &why);
    let lifted = found.with(|block| Block {
        lifted_at: Some(now),
        lifted_by: Some(by.viewer().user.id),
        lifted_why: Some(why),
        overruled_at: Some(now),
        ..block
    });
    store::blocks::save(&mut deed.tx, &lifted).await?;
    deed.commit().await
}

/// The person lifts their own block; `false` where none was in force.
pub async fn lift_own(services: &Services, proved: &Proved, origin: Origin, correlation: RequestId) -> Verb<bool> {
    let actor = Actor::stranger(origin, correlation);
    let mut deed = services.deed(&actor).await?;
    let now = deed.now;
    let hash = mailbox_hash(&services.key, proved.address());
    let found = store::blocks::by_hash(&mut deed.tx, &hash).await?;
    let Some(found) = found.filter(|block| block.value.lifted_at.is_none()) else { return Ok(false) };
    deed.tell(Action::BlockLifted, told(&found.value));
    let lifted = found.with(|block| Block { lifted_at: Some(now), lifted_by: None, lifted_why: None, ..block });
    store::blocks::save(&mut deed.tx, &lifted).await?;
    deed.commit().await?;
    Ok(true)
}

/// Does this mailbox take no invitations, copies and letters about new memberships now? Asked before one leaves.
pub async fn stands(tx: &mut Tx, key: &Key, address: &EmailAddress) -> Verb<bool> {
    Ok(!store::blocks::in_force(tx, &[mailbox_hash(key, address)]).await?.is_empty())
}

fn told(block: &Block) -> Target {
    Target::new(TargetKind::Address, block.id, "")
}
