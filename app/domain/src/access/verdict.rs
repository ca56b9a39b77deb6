//! What comes of judging an attempt: what every policy said, and what they say together.

use serde::{Deserialize, Serialize};

use crate::id::{PolicyId, TermsId};

/// Something that a person can do to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Prove again who they are.
    Prove,
    /// Use a second factor.
    Multifactor,
    Terms(TermsId),
}

/// What is still missing: of each of these, one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Demand(pub Vec<Vec<Step>>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Granted,
    /// Something is missing that the person can bring.
    Demanded(Demand),
    Blocked,
}

/// The first condition of a policy that did not match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mismatch {
    /// The policy is off.
    State,
    Users,
    Applications,
    Platforms,
    Locations,
}

/// What one policy says of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgment {
    NotApplied(Mismatch),
    Satisfied,
    Demands(Demand),
    Blocks,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub policy: PolicyId,
    /// It only reports: nothing follows from what it says.
    pub report_only: bool,
    pub judgment: Judgment,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub outcome: Outcome,
    /// One for each policy, in the order of the set.
    pub judged: Vec<Judged>,
}

stored_words! {
    /// What a policy came to, as the log keeps it.
    PolicyResult { Success = "success", Failure = "failure", ActionRequired = "action_required", NotApplied = "not_applied" }
}

impl Judgment {
    pub fn result(&self) -> PolicyResult {
        match self {
            Self::NotApplied(_) => PolicyResult::NotApplied,
            Self::Satisfied => PolicyResult::Success,
            Self::Demands(_) => PolicyResult::ActionRequired,
            Self::Blocks => PolicyResult::Failure,
        }
    }
}

impl Demand {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn wants(&self, step: Step) -> bool {
        self.0.iter().any(|one_of| one_of.contains(&step))
    }

    /// What several policies want together: in an order of its own, the same once, and not what another brings anyway.
    pub(super) fn of(wanted: impl IntoIterator<Item = Self>) -> Self {
        let mut all: Vec<Vec<Step>> = wanted.into_iter().flat_map(|demand| demand.0).collect();
        for one_of in &mut all {
            one_of.sort_unstable();
            one_of.dedup();
        }
        all.sort_unstable();
        all.dedup();
        let certain: Vec<Step> = all.iter().filter(|one_of| one_of.len() == 1).flatten().copied().collect();
        // A second factor is a proof.
        let brought = |one_of: &Vec<Step>| match one_of.as_slice() {
            [Step::Prove] => certain.contains(&Step::Multifactor),
            [_] => false,
            several => several.iter().any(|step| certain.contains(step)),
        };
        all.retain(|one_of| !brought(one_of));
        Self(all)
    }
}

impl Verdict {
    /// The policies that apply and are in force, with what they say.
    pub fn applied(&self) -> impl Iterator<Item = &Judged> {
        self.judged.iter().filter(|judged| !matches!(judged.judgment, Judgment::NotApplied(_)))
    }

    /// The first policy in force that blocks.
    pub fn blocked_by(&self) -> Option<PolicyId> {
        let blocks = |judged: &&Judged| !judged.report_only && judged.judgment == Judgment::Blocks;
        self.judged.iter().find(blocks).map(|judged| judged.policy)
    }

    pub fn is_granted(&self) -> bool {
        self.outcome == Outcome::Granted
    }
}
