//! Replay: a draft against the attempts of the last 30 days, before it is turned on.

use std::collections::HashMap;

use domain::access::{Entry, Judgment, Policy, PolicySet, PolicyState, evaluate};
use domain::id::{SignInId, UserId};
use domain::time::{Span, Timestamp};
use store::sign_ins::SignIn;

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
pub async fn replay(services: &Services, by: &Reader, draft: Policy) -> Verb<Replayed> {
    replay_newest(services, by, draft, MOST).await
}

/// As [`replay`], of the newest `most` attempts.
///
/// # Errors
/// As [`replay`].
pub async fn replay_newest(services: &Services, _by: &Reader, draft: Policy, most: usize) -> Verb<Replayed> {
    let in_force = services.policies();
    // The draft alone, as if it were on: what the others say stays out of it.
    let set = PolicySet {
        version: in_force.version,
        policies: vec![Entry::Readable(Box::new(Policy { state: PolicyState::On, ..draft }))],
        locations: in_force.locations.clone(),
        terms: in_force.terms.clone(),
    };
    let since = services.now() - BACK;
    let mut told = Replayed { since: Some(since), ..Replayed::default() };
    let mut people: HashMap<UserId, Stopped> = HashMap::new();
    // After every id.
    let mut before = "~".to_owned();
    'all: loop {
        let batch = store::sign_ins::before(&mut services.store.read().await?, &before, since, AT_ONCE).await?;
        let Some(last) = batch.last() else { break };
        before = last.id.to_string();
        for sign_in in &batch {
            // Of who was erased no facts are left to judge.
            let Some(attempt) = sign_in.attempt() else { continue };
            if told.attempts == most {
                told.cut = true;
                break 'all;
            }
            told.attempts += 1;
            let judged = evaluate(&set, &attempt).judged.pop();
            if let Some(judged) = judged {
                told.count(&mut people, sign_in, &judged.judgment);
            }
        }
    }
    told.people_count = people.len();
    told.people = people.into_values().collect();
    told.people.sort_by_key(|one| (std::cmp::Reverse((one.blocked, one.asked)), one.user));
    told.people.truncate(NAMED);
    Ok(told)
}

impl Replayed {
    fn count(&mut self, people: &mut HashMap<UserId, Stopped>, sign_in: &SignIn, judgment: &Judgment) {
        let (blocked, asked) = match judgment {
            Judgment::Blocks => (1, 0),
            Judgment::Demands(_) => (0, 1),
            Judgment::Satisfied => (0, 0),
            Judgment::NotApplied(_) => return,
        };
        self.applied += 1;
        self.blocked += blocked;
        self.asked += asked;
        if blocked + asked == 0 {
            return;
        }
        // The newest comes first, and so stands as the last.
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
