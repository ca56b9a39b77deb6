//! What is odd about a set of policies: those that can never match, those that undo each other, applications that guests
//! open without any.

use super::PolicySet;
use super::attempt::Target;
use super::policy::{Choice, Include, Named, Policy, PolicyState, What, Where, Who};
use super::verdict::Mismatch;
use crate::id::{AppId, PolicyId};
use crate::session::Platform;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oddity {
    /// Nobody whose facts are known can ever meet this condition.
    NeverMatches { policy: PolicyId, because: Mismatch },
    /// What `policy` asks for opens nothing: `blocked_by` stops everybody whom it matches.
    Undone { policy: PolicyId, blocked_by: PolicyId },
    /// Both say the same of the same.
    Repeats { policy: PolicyId, repeats: PolicyId },
}

/// What is odd about the policies that are on or report-only.
pub fn oddities(set: &PolicySet) -> Vec<Oddity> {
    let policies: Vec<&Policy> = set.in_force().collect();
    let mut found: Vec<Oddity> = policies
        .iter()
        .filter_map(|policy| Some(Oddity::NeverMatches { policy: policy.id, because: never_matches(policy)? }))
        .collect();
    for (index, policy) in policies.iter().enumerate() {
        for (other_index, other) in policies.iter().enumerate() {
            if index == other_index || !is_within(policy, other) {
                continue;
            }
            if other.blocks() && !policy.blocks() && other.state == PolicyState::On {
                found.push(Oddity::Undone { policy: policy.id, blocked_by: other.id });
            } else if other_index < index && is_within(other, policy) && same_controls(policy, other) {
                found.push(Oddity::Repeats { policy: policy.id, repeats: other.id });
            }
        }
    }
    found
}

fn same_controls(one: &Policy, other: &Policy) -> bool {
    one.grant == other.grant && one.frequency == other.frequency
}

/// The condition that nobody can meet whose facts are known. (One that is missing matches every include and no exclude.)
pub fn never_matches(policy: &Policy) -> Option<Mismatch> {
    let users = &policy.users;
    let left: Vec<&Who> = users.include.iter().filter(|who| !users.exclude.contains(who)).collect();
    let guests_only = left.iter().all(|who| **who == Who::Guests);
    let applications = &policy.applications;
    let out = |what: &What| {
        applications.exclude.contains(what)
            || (applications.exclude.contains(&What::All) && *what != What::SecurityInformation)
    };
    if left.is_empty() || users.exclude.contains(&Who::All) || (guests_only && users.exclude.contains(&Who::Guests)) {
        Some(Mismatch::Users)
    } else if applications.include.iter().all(out) {
        Some(Mismatch::Applications)
    } else if policy.platforms.as_ref().is_some_and(takes_no_platform) {
        Some(Mismatch::Platforms)
    } else if policy.locations.as_ref().is_some_and(takes_no_place) {
        Some(Mismatch::Locations)
    } else {
        None
    }
}

fn takes_no_platform(choice: &Choice<Platform>) -> bool {
    let every = || Platform::ALL.iter().filter(|platform| **platform != Platform::Undetermined);
    match &choice.include {
        Include::Any => every().all(|platform| choice.exclude.contains(platform)),
        Include::Some(named) => named.iter().all(|platform| choice.exclude.contains(platform)),
    }
}

fn takes_no_place(choice: &Choice<Where>) -> bool {
    matches!(&choice.include, Include::Some(named) if named.iter().all(|place| choice.exclude.contains(place)))
}

/// Does `outer` surely match whatever `inner` matches? Read from what they name; a doubt is a no.
fn is_within(inner: &Policy, outer: &Policy) -> bool {
    users_within(&inner.users, &outer.users)
        && applications_within(&inner.applications, &outer.applications)
        && condition_within(inner.platforms.as_ref(), outer.platforms.as_ref())
        && condition_within(inner.locations.as_ref(), outer.locations.as_ref())
}

fn users_within(inner: &Named<Who>, outer: &Named<Who>) -> bool {
    let held = |who: &Who| outer.include.contains(&Who::All) || outer.include.contains(who);
    inner.include.iter().all(held) && outer.exclude.iter().all(|who| inner.exclude.contains(who))
}

fn applications_within(inner: &Named<What>, outer: &Named<What>) -> bool {
    let all = outer.include.contains(&What::All);
    let held = |what: &What| outer.include.contains(what) || (all && *what != What::SecurityInformation);
    inner.include.iter().all(held) && outer.exclude.iter().all(|what| inner.exclude.contains(what))
}

fn condition_within<T: PartialEq>(inner: Option<&Choice<T>>, outer: Option<&Choice<T>>) -> bool {
    let Some(outer) = outer else { return true };
    let Some(inner) = inner else { return outer.include == Include::Any && outer.exclude.is_empty() };
    let included = match (&inner.include, &outer.include) {
        (_, Include::Any) => true,
        (Include::Any, Include::Some(_)) => false,
        (Include::Some(inner), Include::Some(outer)) => inner.iter().all(|one| outer.contains(one)),
    };
    included && outer.exclude.iter().all(|one| inner.exclude.contains(one))
}

/// Is there a policy that speaks of guests in this application? One that only reports does not guard it.
pub fn guards_guests(set: &PolicySet, app: AppId) -> bool {
    let of_guests = |who: &Who| matches!(who, Who::All | Who::Guests | Who::Group(_));
    set.in_force().filter(|policy| policy.state == PolicyState::On).any(|policy| {
        policy.applications.covers(Target::App(app))
            && policy.users.include.iter().any(of_guests)
            && !policy.users.exclude.contains(&Who::Guests)
            && never_matches(policy).is_none()
    })
}
