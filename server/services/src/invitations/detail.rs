//! One invitation with everything that its page says.

use domain::id::InvitationId;
use domain::user::User;
use store::groups::Opened;
use store::{Count, Page};

use super::listing::{Listed, listed};
use super::managing::Manager;
use crate::{Refusal, Services, Verb};

/// An invitation, who ended it, and what it opens.
#[derive(Debug, Clone)]
pub struct Details {
    pub listed: Listed,
    /// Who accepted, revoked or declined it, as they are called now.
    pub ended_by: Option<String>,
    pub opens: Vec<Opened>,
    /// Whose account asks to be invited instead, while that can be done.
    pub wished_by: Option<User>,
}

/// # Errors
/// `NotFound` where it does not lead to a group of theirs.
pub async fn get(services: &Services, by: impl Into<Manager<'_>>, invitation: InvitationId) -> Verb<Details> {
    let by = by.into();
    let mut tx = services.store.read().await?;
    let found = by.find(&mut tx, invitation).await?.value;
    let ended_by = match found.state_at(services.now()) {
        domain::invitation::InvitationState::Final { by: Some(by), .. } => store::users::get(&mut tx, by).await?,
        _ => None,
    };
    let opens = match found.group {
        Some(group) => store::groups::opens(&mut tx, group).await?,
        None => Vec::new(),
    };
    let wished_by = match store::wishes::get(&mut tx, found.id).await? {
        Some(account) if found.open(services.now()).is_ok() => store::users::get(&mut tx, account).await?,
        _ => None,
    };
    let wished_by = wished_by.map(|user| user.value).filter(|user| user.may_enter(services.now()).is_ok());
    let page = Page { items: vec![found], next: None, previous: None, count: Count::Exactly(1) };
    let listed = listed(services, &mut tx, page).await?.items.pop().ok_or(Refusal::Conflict)?;
    Ok(Details { listed, ended_by: ended_by.map(|user| user.value.shown_name().to_owned()), opens, wished_by })
}
