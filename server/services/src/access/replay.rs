//! Replay: a draft against the attempts of the last 30 days, before it is turned on.

use std::collections::HashMap;
use std::sync::Arc;

use domain::access::{Entry, Judgment, Policy, PolicySet, PolicyState, evaluate};
use domain::id::{SignInId, UserId};
use domain::time::{Span, Timestamp};

use crate::{Reader, Services, Verb};

const BACK: Span = Span::days(30);
/// Attempts that are judged again, the newest first.
const MOST: usize = 100_000;
const AT_ONCE: i64 = 2_000;
/// People who are named.
const NAMED: usize = 100;

/// What a draft would have done.
#[derive(Debug, Clone, Default)]
pub struct Replayed {
    pub attempts: usize,
    /// Older ones were not looked at.
    pub cut: bool,
    pub since: Option<Timestamp>,
    pub applied: usize,
    pub blocked: usize,
    /// Would have been asked for something.
    pub asked: usize,
    /// Whom it would have stopped, most often first.
    pub people: Vec<Stopped>,
    /// All of them.
    pub people_count: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    pub user: UserId,
    pub name: String,
    pub blocked: usize,
    pub asked: usize,
    /// The newest of these attempts.
    pub last: SignInId,
    pub last_at: Timestamp,
    pub last_application: String,
}

/// # Errors
/// Where the database does not answer.
pub async fn replay(services: &Services, _by: &Reader, draft: Policy) -> Verb<Replayed> {
    let in_force = services.policies();
    let policies = vec![Entry::Readable(Box::new(Policy { state: PolicyState::On, ..draft }))];
    let set = Arc::new(PolicySet { policies, ..PolicySet::clone(&in_force) });
    let since = services.now() - BACK;
    let mut told = Replayed { since: Some(since), ..Replayed::default() };
    let mut people: HashMap<UserId, Stopped> = HashMap::new();
    // After every id.
    let mut before = "~".to_owned();
    loop {
        let mut tx = services.store.read().await?;
        let batch = store::sign_ins::before(&mut tx, &before, since, AT_ONCE).await?;
        drop(tx);
        let Some(last) = batch.last() else { break };
        before = last.id.to_string();
        for sign_in in &batch {
            let Some(attempt) = sign_in.attempt() else { continue };
            told.attempts += 1;
            let judgment = evaluate(&set, &attempt).judged.pop().map(|judged| judged.judgment);
            let (blocked, asked) = match judgment {
                Some(Judgment::Blocks) => (1, 0),
                Some(Judgment::Demands(_)) => (0, 1),
                Some(Judgment::Satisfied) => (0, 0),
                Some(Judgment::NotApplied(_)) | None => continue,
            };
            told.applied += 1;
            told.blocked += blocked;
            told.asked += asked;
            if blocked + asked > 0 {
                let stopped = people.entry(sign_in.user).or_insert_with(|| Stopped {
                    user: sign_in.user,
                    name: sign_in.user_name.clone(),
                    blocked: 0,
                    asked: 0,
                    last: sign_in.id,
                    last_at: sign_in.at,
                    last_application: sign_in.application_name.clone(),
                });
                stopped.blocked += blocked;
                stopped.asked += asked;
            }
        }
        if told.attempts >= MOST {
            told.cut = true;
            break;
        }
    }
    told.people_count = people.len();
    told.people = people.into_values().collect();
    told.people.sort_by_key(|one| (std::cmp::Reverse((one.blocked, one.asked)), one.user));
    told.people.truncate(NAMED);
    Ok(told)
}
