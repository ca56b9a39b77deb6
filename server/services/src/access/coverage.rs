//! Coverage: which applications no policy speaks for where guests are concerned, and which policies are odd.

use domain::access::coverage::{Oddity, guards_guests, oddities};
use domain::id::{AppId, PolicyId};
use store::PageAsk;

use crate::{Reader, Services, Verb};

/// So many applications are looked at.
const MOST: usize = 500;

#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// Enabled applications that guests open without any policy.
    pub unguarded: Vec<(AppId, String)>,
    pub oddities: Vec<Oddity>,
    /// In force, and has never applied to anybody.
    pub never_matched: Vec<PolicyId>,
}

/// # Errors
/// Where the database does not answer.
pub async fn coverage(services: &Services, _by: &Reader) -> Verb<Coverage> {
    let set = services.policies();
    let mut tx = services.store.read().await?;
    let ask = PageAsk { size: MOST, ..PageAsk::default() };
    let applications = store::applications::page(&mut tx, &ask, &[]).await?.items;
    let matched = store::access::ever_matched(&mut tx).await?;
    let unguarded = applications.into_iter().filter(|app| app.enabled && !guards_guests(&set, app.id));
    let never = set.in_force().filter(|policy| !matched.contains(&policy.id.to_string()));
    Ok(Coverage {
        unguarded: unguarded.map(|app| (app.id, app.name.to_string())).collect(),
        never_matched: never.map(|policy| policy.id).collect(),
        oddities: oddities(&set),
    })
}
