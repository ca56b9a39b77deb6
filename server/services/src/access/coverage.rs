//! Coverage: which applications no policy speaks for where guests are concerned, and which policies are odd.

use domain::access::coverage::{Oddity, guards_guests, oddities};
use domain::id::{AppId, PolicyId};
use store::PageAsk;

use crate::{Reader, Services, Verb};

/// Applications read at once.
const AT_ONCE: usize = 500;
/// Unguarded applications that are named; the others are counted.
pub const NAMED: usize = 200;

#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// Enabled applications that guests open without any policy: the first by name.
    pub unguarded: Vec<(AppId, String)>,
    /// All of them.
    pub unguarded_count: usize,
    pub oddities: Vec<Oddity>,
    /// In force, and has never applied to anybody.
    pub never_matched: Vec<PolicyId>,
}

/// # Errors
/// Where the database does not answer.
pub async fn coverage(services: &Services, _by: &Reader) -> Verb<Coverage> {
    let set = services.policies();
    let mut tx = services.store.read().await?;
    let mut found = Coverage { oddities: oddities(&set), ..Coverage::default() };
    let mut ask = PageAsk { size: AT_ONCE, ..PageAsk::default() };
    loop {
        let page = store::applications::page(&mut tx, &ask, &[]).await?;
        for app in page.items.into_iter().filter(|app| app.enabled && !guards_guests(&set, app.id)) {
            found.unguarded_count += 1;
            if found.unguarded.len() < NAMED {
                found.unguarded.push((app.id, app.name.to_string()));
            }
        }
        if page.next.is_none() {
            break;
        }
        ask.after = page.next;
    }
    let matched = store::access::ever_matched(&mut tx).await?;
    let never = set.in_force().filter(|policy| !matched.contains(&policy.id.to_string()));
    found.never_matched = never.map(|policy| policy.id).collect();
    Ok(found)
}
