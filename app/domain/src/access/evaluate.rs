//! The one function that judges: enforcement, What-If, the apps page, replay and the log all call it.

use super::attempt::{Attempt, Person, Target};
use super::location::Answer;
use super::policy::{Choice, Control, Frequency, Grant, Include, Named, Policy, PolicyState, Where, Who};
use super::verdict::{Demand, Judged, Judgment, Mismatch, Outcome, Step, Verdict};
use super::{Entry, PolicySet};
use crate::session::Platform;
use crate::time::Timestamp;
use crate::user::UserType;

/// Judges an attempt by every policy of the set. Every policy that matches must be satisfied; any block wins; where none
/// matches, access is granted. The order of policies never matters.
pub fn evaluate(set: &PolicySet, attempt: &Attempt) -> Verdict {
    let judged: Vec<Judged> = set
        .policies
        .iter()
        .map(|entry| match entry {
            Entry::Unreadable { id, .. } => Judged { policy: *id, report_only: false, judgment: Judgment::Blocks },
            Entry::Readable(policy) => Judged {
                policy: policy.id,
                report_only: policy.state == PolicyState::ReportOnly,
                judgment: judge(set, policy, attempt),
            },
        })
        .collect();
    Verdict { outcome: outcome(&judged), judged }
}

fn outcome(judged: &[Judged]) -> Outcome {
    let mut wanted = Vec::new();
    for Judged { judgment, .. } in judged.iter().filter(|judged| !judged.report_only) {
        match judgment {
            Judgment::Blocks => return Outcome::Blocked,
            Judgment::Demands(demand) => wanted.push(demand.clone()),
            Judgment::NotApplied(_) | Judgment::Satisfied => {}
        }
    }
    let demand = Demand::of(wanted);
    if demand.is_empty() { Outcome::Granted } else { Outcome::Demanded(demand) }
}

/// What one policy says, whatever its state but off.
fn judge(set: &PolicySet, policy: &Policy, attempt: &Attempt) -> Judgment {
    match mismatch(set, policy, attempt) {
        Some(mismatch) => Judgment::NotApplied(mismatch),
        None => asked(set, policy, attempt),
    }
}

/// The first condition that does not match.
pub fn mismatch(set: &PolicySet, policy: &Policy, attempt: &Attempt) -> Option<Mismatch> {
    let platforms = policy.platforms.as_ref();
    let locations = policy.locations.as_ref();
    if policy.state == PolicyState::Off {
        Some(Mismatch::State)
    } else if !policy.users.cover(&attempt.person) {
        Some(Mismatch::Users)
    } else if !policy.applications.covers(attempt.target) {
        Some(Mismatch::Applications)
    } else if platforms.is_some_and(|choice| !choice.takes(|named| is_platform(*named, attempt.platform))) {
        Some(Mismatch::Platforms)
    } else if locations.is_some_and(|choice| !choice.takes(|place| is_there(set, *place, attempt))) {
        Some(Mismatch::Locations)
    } else {
        None
    }
}

impl Named<Who> {
    pub fn cover(&self, person: &Person) -> bool {
        let is = |who: &Who| match who {
            Who::All => true,
            Who::Guests => person.user_type == UserType::Guest,
            Who::User(user) => person.id == *user,
            Who::Group(group) => person.groups.contains(group),
            Who::Role(role) => person.roles.has(*role),
        };
        self.include.iter().any(is) && !self.exclude.iter().any(is)
    }
}

impl<T> Choice<T> {
    /// A missing fact matches what is included and nothing that is excluded.
    pub(super) fn takes(&self, answer: impl Fn(&T) -> Answer) -> bool {
        let included = match &self.include {
            Include::Any => true,
            Include::Some(named) => named.iter().any(|one| answer(one) != Answer::No),
        };
        included && !self.exclude.iter().any(|one| answer(one) == Answer::Yes)
    }
}

pub(super) fn is_platform(named: Platform, platform: Platform) -> Answer {
    if platform == Platform::Undetermined { Answer::Undetermined } else { (named == platform).into() }
}

fn is_there(set: &PolicySet, place: Where, attempt: &Attempt) -> Answer {
    match place {
        // A location that is gone says nothing, and so it opens nothing.
        Where::Named(id) => set.locations.get(&id).map_or(Answer::Undetermined, |named| named.holds(&attempt.place)),
        Where::AllTrusted if attempt.place.address.is_none() => Answer::Undetermined,
        Where::AllTrusted => {
            let mut trusted = set.locations.values().filter(|location| location.is_trusted());
            trusted.any(|location| location.holds(&attempt.place) == Answer::Yes).into()
        }
    }
}

/// What a policy that matches wants of this attempt.
fn asked(set: &PolicySet, policy: &Policy, attempt: &Attempt) -> Judgment {
    let mut wanted = Vec::new();
    match &policy.grant {
        Some(Grant::Block) => return Judgment::Blocks,
        Some(Grant::RequireAll(controls)) => {
            wanted.extend(
                controls.iter().filter(|control| !is_met(set, policy, **control, attempt)).map(|c| vec![step(*c)]),
            );
        }
        Some(Grant::RequireAny(controls)) if !controls.iter().any(|control| is_met(set, policy, *control, attempt)) => {
            wanted.push(controls.iter().map(|control| step(*control)).collect());
        }
        Some(Grant::RequireAny(_)) | None => {}
    }
    if policy.frequency.is_some_and(|frequency| !is_recent(frequency, attempt.proof.at, attempt)) {
        wanted.push(vec![Step::Prove]);
    }
    if wanted.is_empty() { Judgment::Satisfied } else { Judgment::Demands(Demand::of([Demand(wanted)])) }
}

fn step(control: Control) -> Step {
    match control {
        Control::Multifactor => Step::Multifactor,
        Control::Terms(id) => Step::Terms(id),
    }
}

fn is_met(set: &PolicySet, policy: &Policy, control: Control, attempt: &Attempt) -> bool {
    match control {
        // Where the policy says how often, it says so of the second factor too. One that counts once is of the last proof:
        // an earlier one may have been used up.
        Control::Multifactor => {
            let counts = |at: Timestamp| match policy.frequency {
                None => true,
                Some(Frequency::EveryTime) => {
                    at >= attempt.proof.at && is_recent(Frequency::EveryTime, attempt.proof.at, attempt)
                }
                Some(frequency) => is_recent(frequency, at, attempt),
            };
            attempt.proof.multifactor_at.is_some_and(counts)
        }
        Control::Terms(id) => {
            let accepted = attempt.accepted.iter().find(|accepted| accepted.terms == id);
            let in_force = set.terms.get(&id);
            in_force.zip(accepted).is_some_and(|(terms, accepted)| terms.is_met(accepted, attempt.at))
        }
    }
}

/// Is a proof of this moment as late as that? One that counts once counts for the application it was made for.
fn is_recent(frequency: Frequency, proved_at: Timestamp, attempt: &Attempt) -> bool {
    let for_this = match (frequency, attempt.target) {
        (Frequency::EveryTime, Target::App(app)) => attempt.proof.application.is_none_or(|used_up| used_up == app),
        _ => true,
    };
    for_this && attempt.at < proved_at + frequency.span()
}
