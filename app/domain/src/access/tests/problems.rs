//! What is said of a policy that is unfinished or cannot be.

use super::language::policy;
use crate::access::policy::MOST_NAMED;
use crate::access::{Choice, Frequency, Grant, Include, Policy, PolicyState, Who};
use crate::samples;

fn problems(policy: &Policy) -> Vec<String> {
    policy.problems().into_iter().map(|problem| format!("{} {}", problem.field, problem.code)).collect()
}

#[test]
fn a_finished_policy_has_no_problem() {
    for text in [
        "users all",
        "users guests -nurses apps records lobby on any -ios from swiss -trusted then any factor house every 4h",
        "every time",
        "every 1h",
        "every 365d",
        "users all state report",
        "apps security then all factor",
    ] {
        assert_eq!(problems(&policy(1, text)), [""; 0], "{text}");
    }
}

#[test]
fn each_problem_is_named_with_its_field() {
    for (text, expected) in [
        ("users", &["users policy_no_users"][..]),
        ("users -ada", &["users policy_no_users"]),
        ("apps", &["applications policy_no_applications"]),
        ("on", &["platforms policy_empty_list"]),
        ("on -ios", &["platforms policy_empty_list"]),
        ("from", &["locations policy_empty_list"]),
        ("from -clinic", &["locations policy_empty_list"]),
        ("then all", &["grant policy_no_control"]),
        ("then any", &["grant policy_no_control"]),
        ("then block every 4h", &["frequency policy_block_alone"]),
        ("every 0h", &["frequency frequency_out_of_range"]),
        ("every 8761h", &["frequency frequency_out_of_range"]),
        ("users apps state report", &["users policy_no_users", "applications policy_no_applications"]),
    ] {
        assert_eq!(problems(&policy(1, text)), expected, "{text}");
    }
}

#[test]
fn a_draft_that_is_off_may_lack_anything_but_have_no_empty_list() {
    let mut draft = policy(1, "users apps state off");
    draft.grant = None;
    assert_eq!(problems(&draft), [""; 0]);
    draft.platforms = Some(Choice { include: Include::Some(Vec::new()), exclude: Vec::new() });
    draft.grant = Some(Grant::RequireAll(Vec::new()));
    draft.frequency = Some(Frequency::Hours(-1));
    let expected = ["platforms policy_empty_list", "grant policy_no_control", "frequency frequency_out_of_range"];
    assert_eq!(problems(&draft), expected);
}

#[test]
fn on_and_report_only_need_a_control() {
    for state in [PolicyState::On, PolicyState::ReportOnly] {
        let bare = Policy { grant: None, state, ..samples::policy(1) };
        assert_eq!(problems(&bare), ["grant policy_no_control"]);
        assert_eq!(problems(&Policy { frequency: Some(Frequency::EveryTime), ..bare }), [""; 0]);
    }
}

#[test]
fn a_list_has_an_end() {
    let mut policy = samples::policy(1);
    policy.users.exclude = (0..MOST_NAMED as u128).map(|number| Who::User(samples::user(number))).collect();
    assert_eq!(problems(&policy), [""; 0]);
    policy.users.exclude.push(Who::Guests);
    assert_eq!(problems(&policy), ["users policy_too_many"]);
}

#[test]
fn a_policy_tells_what_it_names() {
    let policy = policy(1, "users all -nurses -ada from clinic trusted -swiss then any factor house yearly");
    let expected = ["clinic", "swiss"].map(super::language::place);
    let named: Vec<_> = policy.named_locations().map(crate::access::Where::Named).collect();
    assert_eq!(named, expected);
    assert_eq!(policy.terms().collect::<Vec<_>>(), [samples::terms_id(31), samples::terms_id(32)]);
    assert_eq!(policy.protected_groups().collect::<Vec<_>>(), [samples::group(21)]);
    assert!(policy.controls().contains(&crate::access::Control::Multifactor) && !policy.blocks());
}
