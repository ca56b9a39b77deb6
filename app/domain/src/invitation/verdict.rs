//! The verdict on each address of a list before anything is sent: one pure decision over facts that others gather.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::group::Narrowing;
use crate::id::InvitationId;
use crate::text::{AddressError, DomainRules, EmailAddress, Familiar, Lookalike};
use crate::time::{Span, Timestamp};
use crate::user::{DeletedBy, ExternalState, Standing, User};

/// One mailbox gets at most so many letters of this kind in such a time.
pub const LETTERS: [(usize, Span); 2] = [(3, Span::days(1)), (10, Span::days(30))];
/// So many blocks in such a time pause an inviter.
pub const PAUSE: (usize, Span) = (3, Span::days(7));

/// What would become of one address, said before anything is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Nobody is known at this address, or who asks may not know.
    WillBeInvited,
    /// A guest in the directory: added, and told by a letter.
    WillBeAdded,
    /// A member of the organization: an ordinary assignment.
    MemberWillBeAdded,
    InvitedAlready {
        invitation: InvitationId,
        at: Timestamp,
    },
    AlreadyIn,
    DomainNotAllowed {
        by: Whose,
    },
    /// People of this partner organization are not invited at present.
    PartnerClosed {
        partner: String,
    },
    Declined {
        until: Timestamp,
    },
    /// Blocks invitations; says no more than that.
    TakesNoInvitations,
    /// Disabled, past the end date, or deleted by an administrator.
    AskAnAdministrator,
    TwiceInThisList,
    Malformed {
        code: String,
        /// The character it stopped at, counted from 1.
        position: Option<usize>,
    },
    /// A look-alike of a known domain, or letters of several scripts: the inviter must confirm.
    Confirm {
        like: Option<String>,
    },
    GroupFull {
        most: u32,
    },
    OverYourLimit {
        until: Timestamp,
    },
    TooManyLetters {
        until: Timestamp,
    },
}

stored_words! {
    /// Whose domain rule closed an address.
    Whose { Organization = "organization", Group = "group" }
}

impl Verdict {
    /// Will sending do something for this address?
    pub fn goes(&self) -> bool {
        matches!(self, Self::WillBeInvited | Self::WillBeAdded | Self::MemberWillBeAdded)
    }

    /// Has the inviter or the mailbox had enough for now?
    pub fn is_limit(&self) -> bool {
        matches!(self, Self::OverYourLimit { .. } | Self::TooManyLetters { .. })
    }

    /// Stable, for messages and for counting.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WillBeInvited => "will_be_invited",
            Self::WillBeAdded => "will_be_added",
            Self::MemberWillBeAdded => "member_will_be_added",
            Self::InvitedAlready { .. } => "invited_already",
            Self::AlreadyIn => "already_in",
            Self::DomainNotAllowed { by: Whose::Organization } => "domain_not_allowed",
            Self::DomainNotAllowed { by: Whose::Group } => "domain_not_allowed_by_group",
            Self::PartnerClosed { .. } => "partner_closed",
            Self::Declined { .. } => "declined",
            Self::TakesNoInvitations => "takes_no_invitations",
            Self::AskAnAdministrator => "ask_an_administrator",
            Self::TwiceInThisList => "twice_in_this_list",
            Self::Malformed { .. } => "malformed",
            Self::Confirm { .. } => "confirm",
            Self::GroupFull { .. } => "group_full",
            Self::OverYourLimit { .. } => "over_your_limit",
            Self::TooManyLetters { .. } => "too_many_letters",
        }
    }
}

/// One entry of a pasted list with its verdict, as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// As it stood in the list.
    pub raw: String,
    pub name: Option<String>,
    /// In Unicode, with the domain's A-label beside it where they differ.
    pub address: Option<String>,
    pub verdict: Verdict,
}

stored_words! {
    /// As what somebody invites: it decides how many they may.
    Inviter { Guest = "guest", Member = "member", Owner = "owner", Administrator = "administrator" }
}

impl Inviter {
    /// At most so many in such a time; all of them hold.
    pub fn limits(self) -> &'static [(i64, Span)] {
        const HOUR: Span = Span::hours(1);
        const DAY: Span = Span::days(1);
        match self {
            Self::Guest => &[(5, HOUR), (20, DAY)],
            Self::Member => &[(20, HOUR), (100, DAY)],
            Self::Owner => &[(100, HOUR), (500, DAY)],
            Self::Administrator => &[(1_000, HOUR)],
        }
    }
}

/// Who stands behind an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    Nobody,
    /// A guest who has not accepted yet, or left by themselves and may return.
    Pending,
    Guest,
    Member,
    /// Disabled, past the end date, or deleted by an administrator.
    Barred,
}

impl Person {
    pub fn of(user: Option<&User>, now: Timestamp) -> Self {
        let Some(user) = user else { return Self::Nobody };
        let returns =
            user.is_guest() && matches!(user.standing, Standing::Deleted { by, .. } if by != DeletedBy::Administrator);
        match (user.standing, user.external) {
            _ if user.ends_at.is_some_and(|end| now >= end) => Self::Barred,
            (Standing::Enabled, _) if !user.is_guest() => Self::Member,
            (Standing::Enabled, Some(ExternalState::Accepted { .. })) => Self::Guest,
            (Standing::Enabled, _) => Self::Pending,
            _ if returns => Self::Pending,
            _ => Self::Barred,
        }
    }
}

/// What holds for the whole list.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    pub now: Timestamp,
    pub organization: &'a DomainRules,
    /// Of the group that is invited to; `None` invites into the directory alone.
    pub group: Option<&'a Narrowing>,
    /// Who may not list the directory gets no verdict that tells who is known.
    pub sees_directory: bool,
    /// A letter goes out; else an administrator shows the link.
    pub letters: bool,
    /// Domains that a look-alike may be mistaken for.
    pub familiar: &'a Familiar,
}

/// What is left to give: each address that goes takes from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Places in the group; `None` where it takes any number of guests.
    pub places: Option<u32>,
    /// Invitations of this inviter; `None` is without limit.
    pub invitations: Option<i64>,
    /// When there are invitations again.
    pub until: Timestamp,
    /// Letters that this list sends, by mailbox.
    letters: HashMap<String, usize>,
}

impl Room {
    pub fn new(places: Option<u32>, invitations: Option<i64>, until: Timestamp) -> Self {
        Self { places, invitations, until, letters: HashMap::new() }
    }

    /// A letter to this mailbox leaves with the list.
    pub fn sends_to(&mut self, mailbox: &str) {
        *self.letters.entry(mailbox.to_owned()).or_default() += 1;
    }

    /// When the mailbox may get a further letter, where that is not now. `sent` is when letters went to it.
    pub fn mailbox_free_at(&self, mailbox: &str, sent: &[Timestamp], now: Timestamp) -> Option<Timestamp> {
        let here = self.letters.get(mailbox).copied().unwrap_or(0);
        let mut times: Vec<Timestamp> = std::iter::repeat_n(now, here).chain(sent.iter().copied()).collect();
        times.sort_by(|one, other| other.cmp(one));
        let free_at = |&(most, window): &(usize, Span)| {
            times.get(most - 1).map(|oldest| *oldest + window).filter(|until| *until > now)
        };
        LETTERS.iter().filter_map(free_at).max()
    }
}

/// What is known about one entry of the list.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    pub address: Result<&'a EmailAddress, &'a AddressError>,
    pub twice: bool,
    pub person: Person,
    /// Is a membership in force (a directory: are they in it)?
    pub is_in: bool,
    /// Known, and not the inviter's to add: an administrator's.
    pub out_of_reach: bool,
    /// Pending or suspended for this target by the clock.
    pub open: Option<(InvitationId, Timestamp)>,
    pub declined_until: Option<Timestamp>,
    pub blocked: bool,
    /// The name of their partner organization, where its people are not invited.
    pub closed_partner: Option<&'a str>,
    /// When letters went to this mailbox.
    pub letters: &'a [Timestamp],
    /// The inviter has looked at the domain and means it.
    pub confirmed: bool,
}

/// What is done for an address that goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Invite,
    AddGuest,
    AddMember,
}

/// What the inviter is told, and what happens: to who may not list the directory they differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub verdict: Verdict,
    pub act: Option<Act>,
}

impl Decision {
    fn only(verdict: Verdict) -> Self {
        Self { verdict, act: None }
    }
}

/// The verdict on one entry, after those before it in the list.
pub fn decide(terms: &Terms<'_>, room: &mut Room, facts: &Facts<'_>) -> Decision {
    let address = match facts.address {
        Ok(address) => address,
        Err(error) => {
            return Decision::only(Verdict::Malformed { code: error.code().to_owned(), position: error.position() });
        }
    };
    if facts.twice {
        return Decision::only(Verdict::TwiceInThisList);
    }
    let (act, known) = what_is_known(terms, facts);
    let told = if terms.sees_directory { facts.person } else { Person::Nobody };
    if let Some(verdict) = known.filter(|_| terms.sees_directory).or_else(|| closed(terms, facts, address, told)) {
        return Decision::only(verdict);
    }
    if let Some(verdict) = exhausted(terms, room, facts, address, told) {
        return Decision::only(verdict);
    }
    let verdict = match act.filter(|_| terms.sees_directory) {
        Some(Act::AddGuest) => Verdict::WillBeAdded,
        Some(Act::AddMember) => Verdict::MemberWillBeAdded,
        _ => Verdict::WillBeInvited,
    };
    // Counted by what is told: what is left must not tell more than the verdicts.
    if let Some(left) = room.invitations.as_mut() {
        *left -= 1;
    }
    if let Some(places) = room.places.as_mut().filter(|_| told != Person::Member) {
        *places = places.saturating_sub(1);
    }
    if terms.letters && told != Person::Member {
        room.sends_to(&address.mailbox());
    }
    Decision { verdict, act }
}

/// What would be done, and what only those may be told who may list the directory.
fn what_is_known(terms: &Terms<'_>, facts: &Facts<'_>) -> (Option<Act>, Option<Verdict>) {
    let known = match (facts.person, facts.open, facts.declined_until) {
        (Person::Barred, ..) => Some(Verdict::AskAnAdministrator),
        _ if facts.is_in => Some(Verdict::AlreadyIn),
        (_, Some((invitation, at)), _) => Some(Verdict::InvitedAlready { invitation, at }),
        _ if facts.out_of_reach => Some(Verdict::AskAnAdministrator),
        (Person::Member, ..) => None,
        // A block outlives the bar of having declined: who blocked is not said to come round.
        (_, _, Some(until)) if until > terms.now && !facts.blocked => Some(Verdict::Declined { until }),
        _ => None,
    };
    let act = match facts.person {
        _ if known.is_some() => None,
        Person::Nobody | Person::Pending => Some(Act::Invite),
        Person::Guest if terms.group.is_some() => Some(Act::AddGuest),
        Person::Member if terms.group.is_some() => Some(Act::AddMember),
        _ => None,
    };
    (act, known)
}

/// What stands against the address itself.
fn closed(terms: &Terms<'_>, facts: &Facts<'_>, address: &EmailAddress, told: Person) -> Option<Verdict> {
    if told == Person::Member {
        return None;
    }
    // Not retroactive: whoever has accepted stays welcome in the organization, but a group keeps its own rules.
    if told != Person::Guest && !terms.organization.admits_address(address) {
        return Some(Verdict::DomainNotAllowed { by: Whose::Organization });
    }
    if let Some(partner) = facts.closed_partner.filter(|_| told != Person::Guest) {
        return Some(Verdict::PartnerClosed { partner: partner.to_owned() });
    }
    if terms.group.is_some_and(|group| !group.domains.admits_address(address)) {
        return Some(Verdict::DomainNotAllowed { by: Whose::Group });
    }
    if facts.blocked {
        return Some(Verdict::TakesNoInvitations);
    }
    if facts.confirmed || told == Person::Guest {
        return None;
    }
    Some(Verdict::Confirm {
        like: match address.needs_confirmation(terms.familiar)? {
            Lookalike::Confusable { with } => Some(with.unicode()),
            Lookalike::MixedScripts { .. } => None,
        },
    })
}

/// What has run out.
fn exhausted(
    terms: &Terms<'_>,
    room: &Room,
    facts: &Facts<'_>,
    address: &EmailAddress,
    told: Person,
) -> Option<Verdict> {
    if told != Person::Member {
        if room.places == Some(0) {
            let most = terms.group.and_then(|group| group.most_guests).unwrap_or(0);
            return Some(Verdict::GroupFull { most });
        }
        let free_at = room.mailbox_free_at(&address.mailbox(), facts.letters, terms.now);
        if let Some(until) = free_at.filter(|_| terms.letters) {
            return Some(Verdict::TooManyLetters { until });
        }
    }
    let is_over = room.invitations.is_some_and(|left| left < 1);
    is_over.then_some(Verdict::OverYourLimit { until: room.until })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
