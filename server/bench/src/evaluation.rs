//! What one attempt costs to judge: 200 policies that match on everything but their location, of 2,000 ranges each.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use anyhow::Context as _;
use domain::access::policy::Named;
use domain::access::{
    Attempt, Choice, Control, Country, Entry, Grant, Include, Location, LocationKind, LocationName, Person, Place,
    Policy, PolicyName, PolicySet, PolicyState, Proof, Ranges, Target, What, Where, Who, evaluate,
};
use domain::id::{AppId, LocationId, PolicyId, UserId};
use domain::role::Roles;
use domain::session::Platform;
use domain::time::Timestamp;
use domain::user::UserType;
use uuid::Uuid;

const POLICIES: u32 = 200;
const RANGES: u32 = 2_000;
const ATTEMPTS: u32 = 10_000;
const ROUNDS: usize = 7;
const NOW: Timestamp = Timestamp(1_790_000_000_000);

/// Microseconds for one attempt, over as many addresses as attempts: half of them in the last range of every location, half
/// in none.
pub fn measure() -> anyhow::Result<f64> {
    let (set, attempts) = (set()?, (0..ATTEMPTS).map(attempt).collect::<Vec<_>>());
    let within = attempts.iter().filter(|attempt| !evaluate(&set, attempt).is_granted()).count();
    anyhow::ensure!(within == attempts.len() / 2, "{within} of {} attempts were asked for a factor", attempts.len());
    let round = || {
        let began = Instant::now();
        for attempt in &attempts {
            black_box(evaluate(black_box(&set), attempt));
        }
        began.elapsed().as_secs_f64() * 1e6 / f64::from(ATTEMPTS)
    };
    Ok(crate::load::median((0..ROUNDS).map(|_| round()).collect()))
}

fn set() -> anyhow::Result<PolicySet> {
    let mut set = PolicySet { version: 1, ..PolicySet::default() };
    for number in 0..POLICIES {
        // Every second address of a part of 10.0.0.0/8 that is this location's own, and one network that all have.
        let own = (1..RANGES).map(|range| Ipv4Addr::from(0x0a00_0000 + number * 2 * RANGES + range * 2).to_string());
        let ranges = own.chain(["203.0.0.0/16".to_owned()]).collect::<Vec<_>>().join("\n");
        let id = LocationId(Uuid::from_u128(number.into()));
        let name = LocationName::parse(&format!("Practice {number}"))?;
        let kind = LocationKind::Ranges { ranges: Ranges::parse(&ranges)?, trusted: false };
        set.locations.insert(id, Location { id, name, kind, created_at: NOW });
        set.policies.push(Entry::Readable(Box::new(Policy {
            id: PolicyId(Uuid::from_u128(number.into())),
            name: PolicyName::parse(&format!("From practice {number}"))?,
            state: PolicyState::On,
            users: Named { include: vec![Who::Guests], exclude: Vec::new() },
            applications: Named { include: vec![What::All], exclude: Vec::new() },
            platforms: Some(Choice { include: Include::Some(vec![Platform::Windows]), exclude: Vec::new() }),
            locations: Some(Choice { include: Include::Some(vec![Where::Named(id)]), exclude: Vec::new() }),
            grant: Some(Grant::RequireAll(vec![Control::Multifactor])),
            frequency: None,
            created_at: NOW,
        })));
    }
    let last = set.locations.values().next_back().context("there are locations")?;
    anyhow::ensure!(matches!(&last.kind, LocationKind::Ranges { ranges, .. } if ranges.len() == RANGES as usize));
    Ok(set)
}

fn attempt(number: u32) -> Attempt {
    let network = if number.is_multiple_of(2) { 0xcb00_0000 } else { 0x6440_0000 };
    let address = IpAddr::V4(Ipv4Addr::from(network + number));
    Attempt {
        at: NOW,
        person: Person {
            id: UserId(Uuid::from_u128(1)),
            user_type: UserType::Guest,
            roles: Roles::NONE,
            groups: Vec::new(),
        },
        target: Target::App(AppId(Uuid::from_u128(1))),
        place: Place { address: Some(address), country: Country::Undetermined },
        platform: Platform::Windows,
        proof: Proof { at: NOW, application: None, multifactor_at: None },
        accepted: Vec::new(),
    }
}
