//! What is said about a set of policies: never matching, undone, repeated; applications that guests open without any.

use super::language;
use crate::access::coverage::{Oddity, guards_guests, never_matches, oddities};
use crate::access::{Mismatch, Target};
use crate::id::PolicyId;
use crate::samples;

fn number(id: PolicyId) -> u128 {
    id.0.as_u128() - 100
}

/// `0 never users`, `1 undone 0`, `1 repeats 0`.
fn odd(text: &str) -> Vec<String> {
    let told = oddities(&language::set(text)).into_iter().map(|oddity| match oddity {
        Oddity::NeverMatches { policy, because } => format!("{} never {because:?}", number(policy)),
        Oddity::Undone { policy, blocked_by } => format!("{} undone {}", number(policy), number(blocked_by)),
        Oddity::Repeats { policy, repeats } => format!("{} repeats {}", number(policy), number(repeats)),
    });
    told.collect()
}

#[test]
fn a_policy_that_nobody_can_meet_says_by_which_condition() {
    for (text, expected) in [
        ("users", Some(Mismatch::Users)),
        ("users all -all", Some(Mismatch::Users)),
        ("users ada -ada", Some(Mismatch::Users)),
        ("users guests -guests", Some(Mismatch::Users)),
        ("users ada -all", Some(Mismatch::Users)),
        ("users ada bob -ada", None),
        ("users all -guests", None),
        ("users ada -guests", None),
        ("apps", Some(Mismatch::Applications)),
        ("apps records -records", Some(Mismatch::Applications)),
        ("apps records -all", Some(Mismatch::Applications)),
        ("apps all -all", Some(Mismatch::Applications)),
        ("apps security -all", None),
        ("apps all -records", None),
        ("on ios -ios", Some(Mismatch::Platforms)),
        ("on any -android -ios -windows -macos -linux -chromeos -unknown", Some(Mismatch::Platforms)),
        ("on any -android -ios -windows -macos -linux -chromeos", None),
        ("on ios android -ios", None),
        ("from clinic -clinic", Some(Mismatch::Locations)),
        ("from clinic lab -clinic", None),
        ("from any -clinic", None),
        ("from trusted -trusted", Some(Mismatch::Locations)),
    ] {
        assert_eq!(never_matches(&language::policy(1, text)), expected, "{text}");
    }
}

#[test]
fn what_a_block_undoes_is_named() {
    for (text, expected) in [
        ("users all & then all factor", &["1 undone 0"][..]),
        ("then all factor & users all", &["0 undone 1"]),
        ("users all & users guests apps records then all factor", &["1 undone 0"]),
        ("users guests & then all factor", &[]),
        ("users all -nurses & then all factor", &[]),
        ("users all -nurses & users all -nurses -ada then all factor", &["1 undone 0"]),
        ("apps all & apps security then all factor", &[]),
        ("on ios & on ios then all factor", &["1 undone 0"]),
        ("on ios & then all factor", &[]),
        ("on any & then all factor", &["1 undone 0"]),
        ("from any -clinic & from any -clinic -lab then all factor", &["1 undone 0"]),
        ("from any -clinic & from any -lab then all factor", &[]),
        ("from clinic lab & from lab then all factor", &["1 undone 0"]),
        ("users all state report & then all factor", &[]),
        ("users all state off & then all factor", &[]),
        ("users all & users guests", &[]),
    ] {
        assert_eq!(odd(text), expected, "{text}");
    }
}

#[test]
fn what_says_the_same_is_named_once() {
    assert_eq!(odd("then all factor & then all factor"), ["1 repeats 0"]);
    assert_eq!(odd("users ada & users ada & users bob"), ["1 repeats 0"]);
    assert_eq!(odd("users ada bob & users bob ada"), ["1 repeats 0"]);
    assert_eq!(odd("then all factor & then all house"), [""; 0]);
    assert_eq!(odd("then all factor & then all factor every 4h"), [""; 0]);
    assert_eq!(odd("users ada & users bob"), [""; 0]);
    assert_eq!(odd("users ada -ada & users bob"), ["0 never Users"]);
}

#[test]
fn an_application_is_guarded_by_what_is_on_and_speaks_of_guests() {
    for (text, guarded) in [
        ("", false),
        ("users all", true),
        ("users guests apps records then all factor", true),
        ("users nurses", true),
        ("users guests apps wiki", false),
        ("users guests apps all -records", false),
        ("users administrators", false),
        ("users all -guests", false),
        ("users all state report", false),
        ("users all state off", false),
        ("users all on ios -ios", false),
        ("users all state report & users guests every 4h", true),
    ] {
        assert_eq!(guards_guests(&language::set(text), samples::app(1)), guarded, "{text}");
    }
}

#[test]
fn a_set_speaks_for_what_a_policy_of_it_may_judge() {
    let records = Target::App(samples::app(1));
    for (text, target, speaks) in [
        ("", records, false),
        ("users all", records, true),
        ("users all", Target::SecurityInformation, false),
        ("users all state off", records, false),
        ("users all state report", records, true),
        ("apps wiki", records, false),
        ("apps wiki & apps records", records, true),
        ("unreadable", Target::SecurityInformation, true),
    ] {
        assert_eq!(language::set(text).speaks_for(target), speaks, "{text}");
    }
}

#[test]
fn a_draft_stands_in_the_place_of_the_kept_one_or_beside_the_others() {
    let set = language::set("users ada & users bob");
    let of = |text: &str, number| set.with(language::policy(number, text));
    let told = |set: &crate::access::PolicySet| language::told(&crate::access::evaluate(set, &samples::attempt()));
    assert_eq!(told(&set), "blocked");
    assert_eq!(told(&of("users grace", 100)), "granted");
    assert_eq!(told(&of("users grace", 7)), "blocked");
    assert_eq!((of("users grace", 100).policies.len(), of("users grace", 7).policies.len()), (2, 3));
}
