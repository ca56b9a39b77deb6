//! What holds for every set of policies and every attempt, not only for those of the table. Both are made as the text of
//! a case, so that what fails can be read.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::language::{attempt, policy, set};
use crate::access::coverage::never_matches;
use crate::access::{
    Attempt, Country, Demand, Entry, Judgment, Outcome, PolicySet, Step, Verdict, What, Who, evaluate,
};
use crate::samples;
use crate::session::Platform;

const WHO: &[&str] = &["all", "guests", "ada", "bob", "nurses", "doctors", "administrators"];
const WHAT: &[&str] = &["all", "lobby", "security", "records", "wiki"];
const ON: &[&str] = &["linux", "ios", "unknown", "macos"];
const GRANTS: &[&str] =
    &["then block", "then all factor", "then all house", "then all factor yearly", "then any factor house", ""];
const FROM: &[&str] = &["clinic", "lab", "six", "swiss", "abroad", "trusted", "gone"];

/// `section`, up to four of the words, and up to two of them left out.
fn words(section: &'static str, list: &'static [&'static str], any: bool) -> impl Strategy<Value = String> {
    let included = subsequence(list, 1..=list.len().min(4)).prop_map(|words| words.join(" "));
    let included = prop_oneof![2 => included, 1 => Just(if any { "any" } else { "all" }.to_owned())];
    let excluded = subsequence(list, 0..=2).prop_map(|words| words.iter().map(|word| format!(" -{word}")).collect());
    (included, excluded).prop_map(move |(within, out): (String, String)| format!("{section} {within}{out}"))
}

fn or_nothing(text: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), text]
}

fn conditions() -> impl Strategy<Value = String> {
    let (users, apps) = (words("users", WHO, false), words("apps", WHAT, false));
    let (on, from) = (or_nothing(words("on", ON, true)), or_nothing(words("from", FROM, true)));
    (users, apps, on, from).prop_map(|(users, apps, on, from)| format!("{users} {apps} {on} {from}"))
}

fn asked() -> impl Strategy<Value = String> {
    let grant = select(GRANTS);
    let often = select(&["", "every time", "every 4h", "every 1h"][..]);
    (grant, often).prop_map(|(grant, often)| match grant {
        "then block" => grant.to_owned(),
        grant => format!("{grant} {often}"),
    })
}

fn any_policy() -> impl Strategy<Value = String> {
    let state = select(&["", "", "", "state report", "state off"][..]);
    let readable = (conditions(), asked(), state).prop_map(|(when, then, state)| format!("{when} {then} {state}"));
    prop_oneof![30 => readable, 1 => Just("unreadable".to_owned())]
}

fn some_policies() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(any_policy(), 0..6)
}

/// Every fact is known.
fn any_attempt() -> impl Strategy<Value = String> {
    let person = (
        select(&["ada", "bob", "grace"][..]),
        select(&["", "in nurses", "in nurses doctors", "as administrators"][..]),
        select(&["opens records", "opens wiki", "opens lobby", "opens security"][..]),
    );
    let place = (
        select(&["192.0.2.7", "::ffff:192.0.2.7", "198.51.100.1", "2001:db8::1", "9.9.9.9"][..]),
        select(&["CH", "DE", "US", "unknown"][..]),
        select(ON),
    );
    let proof = (
        select(&["proved 0s for records", "proved 2m for wiki", "proved 2h", "proved 9h"][..]),
        select(&["", "factor 1m", "factor 2h", "factor 9h"][..]),
        select(&["", "took house@2", "took house@1 took yearly@1", "took yearly@1 400d"][..]),
    );
    (person, place, proof).prop_map(|((who, has, opens), (from, country, on), (proved, factor, took))| {
        format!("{who} {has} {opens} from {from} country {country} on {on} {proved} {factor} {took}")
    })
}

fn judged(policies: &[String], attempt: &Attempt) -> Verdict {
    evaluate(&set(&policies.join(" & ")), attempt)
}

/// Does a person who brings everything of `demand` bring one of these too? A second factor is a proof.
fn brings(demand: &Demand, one_of: &[Step]) -> bool {
    let enough = |step: &Step| one_of.contains(step) || (*step == Step::Multifactor && one_of.contains(&Step::Prove));
    demand.0.iter().any(|demanded| demanded.iter().all(enough))
}

/// Lets `one` through nobody whom `other` keeps out or asks for more?
fn no_wider(one: &Outcome, other: &Outcome) -> bool {
    match (one, other) {
        (Outcome::Blocked, _) | (_, Outcome::Granted) => true,
        (Outcome::Granted, _) | (Outcome::Demanded(_), Outcome::Blocked) => false,
        (Outcome::Demanded(one), Outcome::Demanded(other)) => other.0.iter().all(|one_of| brings(one, one_of)),
    }
}

/// The attempt with a fact missing, by each of its facts.
fn without_a_fact(attempt: &Attempt) -> [(&'static str, Attempt); 4] {
    let [mut address, mut country, mut platform, mut factor] =
        [attempt.clone(), attempt.clone(), attempt.clone(), attempt.clone()];
    address.place.address = None;
    country.place.country = Country::Undetermined;
    platform.platform = Platform::Undetermined;
    factor.proof.multifactor_at = None;
    [("address", address), ("country", country), ("platform", platform), ("factor", factor)]
}

/// The attempt when the person has just brought the first of each that is asked.
fn having_brought(demand: &Demand, set: &PolicySet, attempt: &Attempt) -> Attempt {
    let mut after = attempt.clone();
    for step in demand.0.iter().filter_map(|one_of| one_of.first()) {
        match step {
            Step::Terms(terms) => {
                after.accepted.retain(|accepted| accepted.terms != *terms);
                let version = set.terms.get(terms).map_or(0, |terms| terms.binding);
                after.accepted.push(crate::access::Accepted { terms: *terms, version, at: attempt.at });
            }
            step => {
                after.proof.at = attempt.at;
                after.proof.application = attempt.target.application();
                if *step == Step::Multifactor {
                    after.proof.multifactor_at = Some(attempt.at);
                }
            }
        }
    }
    after
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_order_of_policies_never_matters(
        (policies, shuffled) in some_policies().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        who in any_attempt(),
    ) {
        let (one, other) = (judged(&policies, &attempt(&who)), judged(&shuffled, &attempt(&who)));
        prop_assert_eq!(one.outcome, other.outcome);
        for (policy, judged) in policies.iter().zip(&one.judged) {
            let same = shuffled.iter().zip(&other.judged).filter(|(text, _)| *text == policy);
            prop_assert!(same.map(|(_, other)| &other.judgment).all(|other| *other == judged.judgment));
        }
    }

    #[test]
    fn one_more_policy_never_widens(policies in some_policies(), more in any_policy(), who in any_attempt()) {
        let before = judged(&policies, &attempt(&who));
        let after = judged(&[policies, vec![more]].concat(), &attempt(&who));
        prop_assert!(no_wider(&after.outcome, &before.outcome), "{:?} after {:?}", after.outcome, before.outcome);
    }

    #[test]
    fn one_more_block_keeps_out_whom_it_matches(policies in some_policies(), when in conditions(), who in any_attempt()) {
        let block = format!("{when} then block");
        let alone = judged(std::slice::from_ref(&block), &attempt(&who));
        let before = judged(&policies, &attempt(&who));
        let after = judged(&[policies, vec![block]].concat(), &attempt(&who));
        let expected = if alone.outcome == Outcome::Blocked { Outcome::Blocked } else { before.outcome };
        prop_assert_eq!(after.outcome, expected);
    }

    #[test]
    fn who_is_left_out_is_out_whatever_takes_them_in(when in conditions(), then in asked(), who in any_attempt()) {
        let attempt = attempt(&who);
        let kept = policy(100, &format!("{when} {then}"));
        let mut people = kept.clone();
        people.users.exclude.push(Who::User(attempt.person.id));
        let mut targets = kept.clone();
        targets.applications.exclude.extend([What::All, What::SecurityInformation]);
        let mut platforms = kept.clone();
        platforms.platforms.get_or_insert_with(|| policy(1, "on any").platforms.unwrap()).exclude.push(attempt.platform);
        for changed in [people, targets, platforms] {
            let verdict = evaluate(&set("").with(changed), &attempt);
            prop_assert_eq!(verdict.outcome, Outcome::Granted);
            prop_assert!(matches!(verdict.judged[0].judgment, Judgment::NotApplied(_)));
        }
    }

    #[test]
    fn a_place_that_is_left_out_is_out_whatever_takes_it_in(when in conditions(), then in asked(), who in any_attempt()) {
        let attempt = attempt(&format!("{who} from 192.0.2.7 country CH"));
        for left_out in ["clinic", "swiss", "trusted"] {
            let from = if when.contains("from") { "" } else { "from any" };
            let verdict = judged(&[format!("{when} {from} -{left_out} {then}")], &attempt);
            prop_assert_eq!(verdict.outcome, Outcome::Granted, "{}", left_out);
        }
    }

    #[test]
    fn what_only_reports_changes_no_verdict(policies in some_policies(), when in conditions(), then in asked(), who in any_attempt()) {
        let (kept, attempt) = (set(&policies.join(" & ")), attempt(&who));
        let reports = kept.with(policy(9, &format!("{when} {then} state report")));
        let on = kept.with(policy(9, &format!("{when} {then}")));
        let (before, after, real) = (evaluate(&kept, &attempt), evaluate(&reports, &attempt), evaluate(&on, &attempt));
        prop_assert_eq!(&before.outcome, &after.outcome);
        prop_assert_eq!(before.blocked_by(), after.blocked_by());
        prop_assert_eq!(&before.judged[..], &after.judged[..before.judged.len()]);
        // And it says itself what it would say if it were on.
        prop_assert_eq!(&after.judged.last().unwrap().judgment, &real.judged.last().unwrap().judgment);
    }

    #[test]
    fn a_fact_that_is_missing_never_opens_what_a_known_one_closes(policies in some_policies(), who in any_attempt()) {
        let known = attempt(&who);
        let verdict = judged(&policies, &known);
        for (fact, without) in without_a_fact(&known) {
            let missing = judged(&policies, &without);
            prop_assert!(no_wider(&missing.outcome, &verdict.outcome), "no {}: {:?}", fact, missing.outcome);
        }
        let mut none = known;
        none.place = crate::access::Place { address: None, country: Country::Undetermined };
        none.platform = Platform::Undetermined;
        prop_assert!(no_wider(&judged(&policies, &none).outcome, &verdict.outcome));
    }

    #[test]
    fn who_brings_what_is_asked_is_in(policies in some_policies(), who in any_attempt()) {
        let (set, attempt) = (set(&policies.join(" & ")), attempt(&who));
        if let Outcome::Demanded(demand) = evaluate(&set, &attempt).outcome {
            let after = having_brought(&demand, &set, &attempt);
            prop_assert_eq!(evaluate(&set, &after).outcome, Outcome::Granted, "after {:?}", demand);
        }
    }

    #[test]
    fn what_can_never_match_never_does(when in conditions(), who in any_attempt()) {
        // Of a location that is gone nobody can tell: what takes it in matches then.
        if !when.contains("gone") && never_matches(&policy(100, &when)).is_some() {
            prop_assert_eq!(judged(&[when], &attempt(&who)).outcome, Outcome::Granted);
        }
    }

    #[test]
    fn where_no_policy_speaks_for_a_target_it_opens(policies in some_policies(), who in any_attempt()) {
        let (set, attempt) = (set(&policies.join(" & ")), attempt(&who));
        if !set.speaks_for(attempt.target) {
            prop_assert_eq!(evaluate(&set, &attempt).outcome, Outcome::Granted);
        }
    }

    #[test]
    fn what_is_kept_of_a_policy_reads_as_it_was(when in conditions(), then in asked()) {
        let policy = policy(100, &format!("{when} {then}"));
        let kept = serde_json::to_string(&policy).unwrap();
        prop_assert_eq!(serde_json::from_str::<crate::access::Policy>(&kept).unwrap(), policy);
    }

    #[test]
    fn a_range_holds_what_arithmetic_says(first: u32, prefix in 9_u8..=32, address: u32) {
        let base = std::net::Ipv4Addr::from(first);
        let ranges = samples::ranges(&format!("{base}/{prefix}"));
        let near = (first & !(u32::MAX >> 9)) | (address & (u32::MAX >> 9));
        for address in [address, near, first] {
            let inside = u64::from(address ^ first) >> (32 - prefix) == 0;
            let v4 = std::net::Ipv4Addr::from(address);
            prop_assert_eq!(ranges.contains(v4.into()), inside);
            prop_assert_eq!(ranges.contains(v4.to_ipv6_mapped().into()), inside);
        }
    }
}

#[test]
fn a_policy_that_cannot_be_read_blocks_whatever_else_there_is() {
    let mut set = set("users grace & then all factor");
    set.policies.push(Entry::Unreadable { id: samples::policy(9).id, name: "Old".to_owned() });
    let verdict = evaluate(&set, &attempt("ada factor 1m"));
    assert_eq!((verdict.outcome.clone(), verdict.blocked_by()), (Outcome::Blocked, Some(samples::policy(9).id)));
}
