//! Conditional access: who gets in from where, with which device and after what. Policies are data; one function judges.
//!
//! A fact that is missing is *undetermined*: it matches every include and no exclude, so it never opens what a known one
//! would close.

pub mod attempt;
mod change;
pub mod country;
pub mod coverage;
pub mod evaluate;
pub mod location;
pub mod policy;
pub mod ranges;
pub mod terms;
pub mod verdict;
pub mod why;

#[cfg(test)]
mod tests;

pub use attempt::{Accepted, Attempt, Person, Place, Proof, Target};
pub use change::Thing;
pub use country::{Country, CountryCode};
pub use evaluate::evaluate;
pub use location::{Location, LocationKind, LocationName};
pub use policy::{
    Choice, Control, Frequency, Grant, Include, Named, Policy, PolicyName, PolicyState, What, Where, Who,
};
pub use ranges::{Ranges, RangesError};
pub use terms::{Terms, TermsName, TermsText};
pub use verdict::{Demand, Judged, Judgment, Mismatch, Outcome, Step, Verdict};

use std::collections::BTreeMap;

use crate::id::{LocationId, PolicyId, TermsId};

/// Everything that a verdict depends on besides the attempt, as it stood at one version.
#[derive(Debug, Clone, Default)]
pub struct PolicySet {
    /// Grows with every change to a policy, a location or terms.
    pub version: i64,
    pub policies: Vec<Entry>,
    pub locations: BTreeMap<LocationId, Location>,
    pub terms: BTreeMap<TermsId, terms::InForce>,
}

/// One policy of a set. What cannot be read blocks: nobody knows whom it was to keep out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    Readable(Box<Policy>),
    Unreadable { id: PolicyId, name: String },
}

impl Entry {
    pub fn id(&self) -> PolicyId {
        match self {
            Self::Readable(policy) => policy.id,
            Self::Unreadable { id, .. } => *id,
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Readable(policy) => policy.name.as_str(),
            Self::Unreadable { name, .. } => name,
        }
    }

    pub fn policy(&self) -> Option<&Policy> {
        match self {
            Self::Readable(policy) => Some(policy),
            Self::Unreadable { .. } => None,
        }
    }
}

impl PolicySet {
    /// Does anything in this set speak for this target at all? If not, no facts need to be gathered.
    pub fn speaks_for(&self, target: Target) -> bool {
        self.policies.iter().any(|entry| match entry {
            Entry::Unreadable { .. } => true,
            Entry::Readable(policy) => policy.state != PolicyState::Off && policy.applications.covers(target),
        })
    }

    pub fn entry(&self, id: PolicyId) -> Option<&Entry> {
        self.policies.iter().find(|entry| entry.id() == id)
    }

    /// The policies that are on or report-only.
    pub fn in_force(&self) -> impl Iterator<Item = &Policy> {
        self.policies.iter().filter_map(Entry::policy).filter(|policy| policy.state != PolicyState::Off)
    }

    /// The same set with one policy as a draft has it, in the place of the kept one or beside the others.
    #[must_use]
    pub fn with(&self, draft: Policy) -> Self {
        let mut set = self.clone();
        match set.policies.iter_mut().find(|entry| entry.id() == draft.id) {
            Some(entry) => *entry = Entry::Readable(Box::new(draft)),
            None => set.policies.push(Entry::Readable(Box::new(draft))),
        }
        set
    }
}
