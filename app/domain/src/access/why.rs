//! Why a policy stopped somebody, and what would pass: facts for the blocked page, without any sentence.

use super::attempt::Attempt;
use super::evaluate::is_platform;
use super::policy::{Include, Policy, Where};
use super::verdict::Judgment;
use super::{PolicySet, Verdict};
use crate::session::Platform;

/// Which conditions a policy that blocks has; where it has none, it is about the person alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Why {
    pub platform: Option<PlatformWhy>,
    pub location: Option<LocationWhy>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformWhy {
    pub is: Platform,
    /// From these it would not apply.
    pub passes: Vec<Platform>,
}

/// From where it would not apply; both empty where it applies everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LocationWhy {
    pub within: Vec<Where>,
    pub outside: Vec<Where>,
}

/// The reasons of every policy in force that blocks. One that cannot be read has no condition that can be told.
pub fn why(set: &PolicySet, verdict: &Verdict, attempt: &Attempt) -> Vec<Why> {
    let blocks = verdict.judged.iter().filter(|one| !one.report_only && one.judgment == Judgment::Blocks);
    let of = |judged: &super::Judged| set.entry(judged.policy).and_then(super::Entry::policy);
    blocks.map(|judged| of(judged).map_or_else(Why::default, |policy| why_of(policy, attempt))).collect()
}

fn why_of(policy: &Policy, attempt: &Attempt) -> Why {
    let platform = policy.platforms.as_ref().map(|choice| {
        let open = |one: &Platform| !choice.takes(|named| is_platform(*named, *one));
        let passes = Platform::ALL.iter().filter(|one| **one != Platform::Undetermined && open(one));
        PlatformWhy { is: attempt.platform, passes: passes.copied().collect() }
    });
    let location = policy.locations.as_ref().map(|choice| LocationWhy {
        within: choice.exclude.clone(),
        outside: match &choice.include {
            Include::Any => Vec::new(),
            Include::Some(named) => named.clone(),
        },
    });
    Why { platform, location }
}
