//! Letters for user administrators: which wait, which left, which are stuck, and the one verb that helps them on.

use domain::event::{Action, Target, TargetKind};
use domain::id::LetterId;
use domain::invitation::LetterState;
use domain::letter::Letter;
use domain::text::EmailAddress;
use store::outbox::{BY_RECIPIENT, BY_STATE};
pub use store::outbox::{OutboxState, Outgoing};
use store::{Bind, Filter};

use crate::{Denied, Page, PageAsk, Refusal, Services, UserAdmin, Verb};

/// How many letters wait and how many are stuck; each to 10,001.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub waiting: i64,
    pub stuck: i64,
}

/// The newest first; all, or those in one state, or those to one address.
pub async fn list(
    services: &Services,
    _: &UserAdmin,
    ask: &PageAsk,
    state: Option<OutboxState>,
    to: Option<&EmailAddress>,
) -> Verb<Page<Outgoing>> {
    let state = state.map(|state| Filter::new(BY_STATE, [Bind::text(state)]));
    let to = to.map(|to| Filter::new(BY_RECIPIENT, [Bind::text(to.key())]));
    let filters: Vec<Filter> = state.into_iter().chain(to).collect();
    let mut tx = services.store.read().await?;
    Ok(store::outbox::page(&mut tx, ask, &filters).await?)
}

pub async fn counts(services: &Services, _: &UserAdmin) -> Verb<Counts> {
    let mut tx = services.store.read().await?;
    let (waiting, stuck) = store::outbox::counts(&mut tx).await?;
    Ok(Counts { waiting, stuck })
}

/// A stuck letter waits again and is tried as if it were new.
///
/// # Errors
/// `NotFound` where there is none of that id, the rule `letter_not_stuck` where it is not stuck.
pub async fn retry(services: &Services, by: &UserAdmin, letter: LetterId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let found = store::outbox::get(&mut deed.tx, letter).await?.ok_or(Denied::NotFound)?.value;
    let now = deed.now;
    if !store::outbox::retry(&mut deed.tx, letter, now).await? {
        return Err(Refusal::Rule("letter_not_stuck"));
    }
    if let Letter::Invitation { invitation } | Letter::LostLink { invitation } = found.letter {
        store::invitations::set_letter(&mut deed.tx, invitation, &LetterState::Waiting).await?;
    }
    let name = found.recipient.unwrap_or_else(|| found.letter.kind().to_owned());
    deed.tell(Action::LetterRetried, Target::new(TargetKind::Letter, letter, name));
    deed.commit().await?;
    services.bell.ring();
    Ok(())
}
