//! What judging an attempt allocates does not grow with the ranges of the locations that policies name.

use std::net::{IpAddr, Ipv4Addr};

use crate::access::{Choice, Include, LocationKind, Policy, PolicySet, Where, evaluate};
use crate::samples;

/// Twenty policies that match on everything but their location of so many ranges; the last of them holds 203.0.113.0/24.
fn set(ranges: u32) -> PolicySet {
    let listed = |number: u32| {
        let own = (1..ranges).map(|range| Ipv4Addr::from(0x0a00_0000 + (number << 17) + range * 2).to_string());
        own.chain(["203.0.113.0/24".to_owned()]).collect::<Vec<_>>().join("\n")
    };
    let locations: Vec<_> = (1..=20)
        .map(|number| {
            let ranges = samples::ranges(&listed(number));
            samples::location(u128::from(number), LocationKind::Ranges { ranges, trusted: false })
        })
        .collect();
    let policies: Vec<_> = locations
        .iter()
        .zip(1..)
        .map(|(location, number)| {
            let include = Include::Some(vec![Where::Named(location.id)]);
            let locations = Some(Choice { include, exclude: Vec::new() });
            Policy { locations, ..samples::policy(number) }
        })
        .collect();
    samples::policy_set(policies, locations, [])
}

#[test]
fn what_a_verdict_allocates_does_not_grow_with_the_ranges() {
    let (few, many) = (set(2), set(2_000));
    for address in ["203.0.113.7", "198.51.100.7"] {
        let mut attempt = samples::attempt();
        attempt.place.address = Some(address.parse::<IpAddr>().unwrap());
        assert_eq!(evaluate(&few, &attempt), evaluate(&many, &attempt), "{address}");
        let bytes = |set: &PolicySet| {
            let measured = allocation_counter::measure(|| drop(evaluate(set, &attempt)));
            (measured.count_total, measured.bytes_total)
        };
        let (first, second) = (bytes(&few), bytes(&many));
        assert!(first.0 > 0, "the allocations are counted");
        assert_eq!(first, second, "{address}");
    }
}
