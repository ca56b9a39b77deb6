//! Groups: who belongs to them, until when, and how a group narrows the tenant's rules for itself.

use serde::{Deserialize, Serialize};

use crate::id::{GroupId, InvitationId, UserId};
use crate::text::{DomainName, DomainRules, Label, Message};
use crate::time::Timestamp;

pub const MOST_OWNERS: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub id: GroupId,
    pub name: Label,
    pub description: Option<Message>,
    /// May its owners add, invite and remove members in the panel?
    pub owners_manage: bool,
    pub narrowing: Narrowing,
    pub created_at: Timestamp,
}

/// What a group asks beyond the tenant's rules: it narrows them and never widens.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Narrowing {
    #[serde(default)]
    pub domains: DomainRules,
    /// Held memberships count: an invitation reserves a place.
    pub most_guests: Option<u32>,
    pub longest_stay_days: Option<u32>,
}

impl Narrowing {
    pub fn admits(&self, domain: &DomainName) -> bool {
        self.domains.admits(domain)
    }

    /// The shorter of what was asked and what the group allows; `None` is "without end".
    pub fn stay(&self, asked: Option<u32>) -> Option<u32> {
        match (asked, self.longest_stay_days) {
            (Some(asked), Some(longest)) => Some(asked.min(longest)),
            (asked, longest) => asked.or(longest),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub group: GroupId,
    pub user: UserId,
    pub added_by: UserId,
    pub added_at: Timestamp,
    /// [`Timestamp::NEVER`] is without end.
    pub ends_at: Timestamp,
    /// Held for this invitation: reserved, and confers nothing until Accept.
    pub held_for: Option<InvitationId>,
}

impl Membership {
    /// Does it confer anything at `now`? By the clock, whatever a worker did.
    pub fn counts(&self, now: Timestamp) -> bool {
        self.held_for.is_none() && now < self.ends_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{NOON, membership};
    use crate::time::Span;

    #[test]
    fn a_held_membership_confers_nothing() {
        assert!(membership().counts(NOON));
        assert!(!Membership { held_for: Some(InvitationId(uuid::Uuid::nil())), ..membership() }.counts(NOON));
    }

    #[test]
    fn a_membership_counts_only_before_its_end() {
        let ending = Membership { ends_at: NOON, ..membership() };
        assert!(ending.counts(NOON - Span(1)));
        assert!(!ending.counts(NOON));
    }

    #[test]
    fn a_group_shortens_a_stay_and_never_lengthens_it() {
        let group = Narrowing { longest_stay_days: Some(30), ..Narrowing::default() };
        assert_eq!(group.stay(None), Some(30));
        assert_eq!(group.stay(Some(90)), Some(30));
        assert_eq!(group.stay(Some(7)), Some(7));
        assert_eq!(Narrowing::default().stay(None), None);
    }
}
