//! Policies, attempts and locations for tests: the widest policy that blocks, and a guest at the clinic who opens an
//! application. Tests change what they are about by struct update.

use std::net::{IpAddr, Ipv4Addr};

use crate::access::terms::InForce;
use crate::access::{
    Attempt, Country, Entry, Grant, Location, LocationKind, Named, Person, Place, Policy, PolicySet, PolicyState,
    Proof, Ranges, Target, What, Who,
};
use crate::id::{AppId, GroupId, LocationId, PolicyId, TermsId, UserId};
use crate::role::Roles;
use crate::samples::NOON;
use crate::session::Platform;
use crate::text::Label;
use crate::user::UserType;

pub fn user(number: u128) -> UserId {
    UserId(uuid::Uuid::from_u128(number))
}

pub fn group(number: u128) -> GroupId {
    GroupId(uuid::Uuid::from_u128(number))
}

pub fn app(number: u128) -> AppId {
    AppId(uuid::Uuid::from_u128(number))
}

pub fn terms_id(number: u128) -> TermsId {
    TermsId(uuid::Uuid::from_u128(number))
}

/// On, and blocks everybody from everything but security information.
///
/// # Panics
/// Never: the name is one.
#[allow(clippy::unwrap_used, reason = "test values")]
pub fn policy(number: u128) -> Policy {
    Policy {
        id: PolicyId(uuid::Uuid::from_u128(number)),
        name: Label::parse(&format!("Policy {number}")).unwrap(),
        state: PolicyState::On,
        users: Named { include: vec![Who::All], exclude: Vec::new() },
        applications: Named { include: vec![What::All], exclude: Vec::new() },
        platforms: None,
        locations: None,
        grant: Some(Grant::Block),
        frequency: None,
        created_at: NOON,
    }
}

/// The guest of [`crate::samples::guest`], just proved to Lobby by one factor, opens application 1 from 192.0.2.7 in
/// Switzerland on Linux at [`NOON`].
///
/// # Panics
/// Never: the country is one.
#[allow(clippy::unwrap_used, reason = "test values")]
pub fn attempt() -> Attempt {
    Attempt {
        at: NOON,
        person: Person { id: user(2), user_type: UserType::Guest, roles: Roles::NONE, groups: Vec::new() },
        target: Target::App(app(1)),
        place: Place {
            address: Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7))),
            country: Country::Known("CH".parse().unwrap()),
        },
        platform: Platform::Linux,
        proof: Proof { at: NOON, application: None, multifactor_at: None },
        accepted: Vec::new(),
    }
}

/// # Panics
/// Where the text holds no ranges: a fault of the test.
#[allow(clippy::unwrap_used, reason = "test values")]
pub fn ranges(text: &str) -> Ranges {
    Ranges::parse(text).unwrap()
}

/// # Panics
/// Never: the name is one.
#[allow(clippy::unwrap_used, reason = "test values")]
pub fn location(number: u128, kind: LocationKind) -> Location {
    Location {
        id: LocationId(uuid::Uuid::from_u128(number)),
        name: Label::parse(&format!("Location {number}")).unwrap(),
        kind,
        created_at: NOON,
    }
}

/// # Panics
/// Where a word is no country: a fault of the test.
#[allow(clippy::unwrap_used, reason = "test values")]
pub fn countries(words: &str, include_unknown: bool) -> LocationKind {
    LocationKind::Countries {
        codes: words.split_whitespace().map(|word| word.parse().unwrap()).collect(),
        include_unknown,
    }
}

/// Version 1 of a set, with these policies, locations and terms.
pub fn policy_set(
    policies: impl IntoIterator<Item = Policy>,
    locations: impl IntoIterator<Item = Location>,
    terms: impl IntoIterator<Item = (TermsId, InForce)>,
) -> PolicySet {
    PolicySet {
        version: 1,
        policies: policies.into_iter().map(|policy| Entry::Readable(Box::new(policy))).collect(),
        locations: locations.into_iter().map(|location| (location.id, location)).collect(),
        terms: terms.into_iter().collect(),
    }
}
