//! What the blocked page and the log are told: every policy's word, and what would pass.

use super::language::{self, attempt, place, platform, set};
use crate::access::verdict::PolicyResult;
use crate::access::why::{LocationWhy, PlatformWhy, Why, why};
use crate::access::{Judgment, Mismatch, Step, Where, evaluate};
use crate::session::Platform;

fn whys(policies: &str, who: &str) -> Vec<Why> {
    let (set, attempt) = (set(policies), attempt(who));
    why(&set, &evaluate(&set, &attempt), &attempt)
}

fn places<const N: usize>(words: [&str; N]) -> Vec<Where> {
    words.map(place).to_vec()
}

#[test]
fn a_block_by_platform_names_the_platforms_that_pass() {
    let told = whys("on ios android unknown", "on ios");
    let passes = ["windows", "macos", "linux", "chromeos"].map(platform).to_vec();
    let platform = Some(PlatformWhy { is: Platform::Ios, passes });
    assert_eq!(told, [Why { platform, location: None }]);
    let told = whys("on any -linux -macos", "on undetermined");
    let passes = ["macos", "linux"].map(language::platform).to_vec();
    assert_eq!(told[0].platform, Some(PlatformWhy { is: Platform::Undetermined, passes }));
    assert_eq!(whys("on any", "on linux")[0].platform.as_ref().map(|why| why.passes.len()), Some(0));
}

#[test]
fn a_block_by_location_names_where_it_would_not_apply() {
    let of = |text, who| whys(text, who)[0].location.clone();
    let expected = LocationWhy { within: places(["trusted", "swiss"]), outside: Vec::new() };
    assert_eq!(of("from any -trusted -swiss", "from 9.9.9.9 country DE"), Some(expected));
    let expected = LocationWhy { within: places(["clinic"]), outside: places(["swiss"]) };
    assert_eq!(of("from swiss -clinic", "from 9.9.9.9"), Some(expected));
    assert_eq!(of("from any", "ada"), Some(LocationWhy::default()));
}

#[test]
fn only_what_blocks_and_is_on_is_explained() {
    assert_eq!(whys("users ada", "ada"), [Why::default()]);
    assert_eq!(whys("unreadable", "ada"), [Why::default()]);
    assert_eq!(whys("on linux & from any & then all factor & users bob", "ada").len(), 2);
    assert_eq!(whys("on linux state report & then all factor", "ada"), []);
}

#[test]
fn every_policy_says_its_word_in_the_order_of_the_set() {
    let set = set("users bob & then all factor & from any -clinic state report & users all & unreadable & every 1h");
    let verdict = evaluate(&set, &attempt("ada from 9.9.9.9"));
    let told: Vec<PolicyResult> = verdict.judged.iter().map(|judged| judged.judgment.result()).collect();
    use PolicyResult::{ActionRequired, Failure, NotApplied, Success};
    assert_eq!(told, [NotApplied, ActionRequired, Failure, Failure, Failure, Success]);
    assert_eq!(
        verdict.judged.iter().map(|judged| judged.report_only).collect::<Vec<_>>(),
        [false, false, true, false, false, false]
    );
    assert_eq!(verdict.judged[0].judgment, Judgment::NotApplied(Mismatch::Users));
    assert_eq!(verdict.applied().count(), 5);
    // The one that only reports comes first and stops nobody.
    assert_eq!(verdict.blocked_by(), Some(set.policies[3].id()));
}

#[test]
fn the_first_condition_that_does_not_match_is_the_one_that_is_named() {
    let told = |text: &str, who| language::told(&evaluate(&set(text), &attempt(who)));
    let all = "users bob apps wiki on ios from lab state off";
    assert_eq!(told(all, "ada"), "skips state");
    assert_eq!(told(&all.replace(" state off", ""), "ada"), "skips users");
    assert_eq!(told("apps wiki on ios from lab", "ada"), "skips apps");
    assert_eq!(told("on ios from lab", "ada"), "skips platforms");
    assert_eq!(told("from lab", "ada"), "skips locations");
}

#[test]
fn a_demand_tells_what_is_among_it() {
    let set = set("then any factor house & then all yearly");
    let verdict = evaluate(&set, &attempt("ada"));
    let crate::access::Outcome::Demanded(demand) = verdict.outcome else { panic!("nothing is asked") };
    assert!(demand.wants(Step::Multifactor) && !demand.wants(Step::Prove) && !demand.is_empty());
}
