//! One attempt of the sign-in log: its facts, and what every policy said, judged again as the policies stood then.

use domain::access::{Judgment, Outcome, Policy, evaluate};
use domain::id::{PolicyId, SignInId};
use store::sign_ins::Applied;

use super::SignIn;
use crate::{Denied, Reader, Services, Verb};

/// An attempt with what was said of it.
#[derive(Debug, Clone)]
pub struct Detail {
    pub sign_in: SignIn,
    /// Of every policy that stood then, in the order of their ids. Empty where none was asked.
    pub judged: Vec<Judged>,
    /// `None` where no policy was asked, or where the facts went with the person.
    pub outcome: Option<Outcome>,
    /// Where the facts are gone: what was kept of the policies that applied, by the names they had last.
    pub kept: Vec<(String, Applied)>,
}

/// What one policy said, under the name that it had then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub policy: PolicyId,
    pub name: String,
    pub report_only: bool,
    pub judgment: Judgment,
    /// Somebody deleted it since.
    pub deleted: bool,
}

/// # Errors
/// `NotFound` where there is no such attempt, or no more.
pub async fn sign_in(services: &Services, _by: &Reader, id: SignInId) -> Verb<Detail> {
    let mut tx = services.store.read().await?;
    let sign_in = store::sign_ins::get(&mut tx, id).await?.ok_or(Denied::NotFound)?;
    let set = store::access::at(&mut tx, sign_in.set_version).await?;
    let Some(attempt) = sign_in.attempt().filter(|_| sign_in.set_version > 0) else {
        let applied = store::sign_ins::applied_in(&mut tx, &[id]).await?.remove(&id).unwrap_or_default();
        let names = store::access::names::<Policy>(&mut tx).await?;
        let name = |policy: PolicyId| names.iter().find(|named| named.id == policy.to_string());
        let name = |policy: PolicyId| name(policy).map_or_else(|| policy.to_string(), |named| named.name.clone());
        let kept = applied.into_iter().map(|applied| (name(applied.policy), applied)).collect();
        return Ok(Detail { sign_in, judged: Vec::new(), outcome: None, kept });
    };
    let verdict = evaluate(&set, &attempt);
    let now = services.policies();
    let judged = verdict.judged.into_iter().map(|judged| Judged {
        policy: judged.policy,
        name: set.entry(judged.policy).map(|entry| entry.name().to_owned()).unwrap_or_default(),
        report_only: judged.report_only,
        judgment: judged.judgment,
        deleted: now.entry(judged.policy).is_none(),
    });
    Ok(Detail { sign_in, judged: judged.collect(), outcome: Some(verdict.outcome), kept: Vec::new() })
}
