//! Conditional access in words: what a policy is about, what stopped somebody, what would let them pass.

use domain::access::verdict::PolicyResult;
use domain::access::why::Why;
use domain::access::{Country, Demand, Mismatch, Outcome, PolicySet, PolicyState, Step, Where};
use domain::session::Platform;

/// "Windows, macOS or Linux".
pub fn one_of(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

pub fn platform(platform: Platform) -> &'static str {
    match platform {
        Platform::Android => "Android",
        Platform::Ios => "iOS",
        Platform::Windows => "Windows",
        Platform::MacOs => "macOS",
        Platform::Linux => "Linux",
        Platform::ChromeOs => "ChromeOS",
        Platform::Unknown => "Unknown",
        Platform::Undetermined => "Undetermined",
    }
}

pub fn country(country: Country) -> String {
    match country {
        Country::Known(code) => code.to_string(),
        Country::Unknown => "Unknown".to_owned(),
        Country::Undetermined => "Undetermined".to_owned(),
    }
}

pub fn state(state: PolicyState) -> &'static str {
    match state {
        PolicyState::On => "On",
        PolicyState::Off => "Off",
        PolicyState::ReportOnly => "Report-only",
    }
}

pub fn result(result: PolicyResult, report_only: bool) -> &'static str {
    match (result, report_only) {
        (PolicyResult::Success, false) => "Satisfied",
        (PolicyResult::Failure, false) => "Blocked",
        (PolicyResult::ActionRequired, false) => "Asked for more",
        (PolicyResult::Success, true) => "Would be satisfied",
        (PolicyResult::Failure, true) => "Would block",
        (PolicyResult::ActionRequired, true) => "Would ask for more",
        (PolicyResult::NotApplied, _) => "Not applied",
    }
}

pub fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Granted => "Opens",
        Outcome::Demanded(_) => "Asks for more",
        Outcome::Blocked => "Blocked",
    }
}

pub fn mismatch(mismatch: Mismatch) -> &'static str {
    match mismatch {
        Mismatch::State => "The policy is off.",
        Mismatch::Users => "It is not for this person.",
        Mismatch::Applications => "It is not for this application.",
        Mismatch::Platforms => "It is not for this device platform.",
        Mismatch::Locations => "It is not for this location.",
    }
}

pub fn place(set: &PolicySet, place: Where) -> String {
    match place {
        Where::AllTrusted => "a trusted location".to_owned(),
        Where::Named(id) => set.locations.get(&id).map_or("a location", |location| location.name.as_str()).to_owned(),
    }
}

/// Which condition stopped somebody, as the end of "… cannot be opened".
pub fn condition(why: &Why) -> String {
    conditions(why, "from where you are", "with your account")
}

/// Which condition stopped somebody else, as the end of "An access policy stops this …".
pub fn condition_of(why: &Why) -> String {
    conditions(why, "from this place", "for this person")
}

fn conditions(why: &Why, place: &str, nothing: &str) -> String {
    let device = why.platform.as_ref().map(|platform| match platform.is {
        Platform::Unknown => "on a device of this kind".to_owned(),
        Platform::Undetermined => "on a device whose kind cannot be told".to_owned(),
        known => format!("on {}", self::platform(known)),
    });
    match (device, &why.location) {
        (Some(device), Some(_)) => format!("{device} {place}"),
        (Some(device), None) => device,
        (None, Some(_)) => place.to_owned(),
        (None, None) => nothing.to_owned(),
    }
}

/// What would pass: any one of these sentences. Empty where nothing that a person can change does.
pub fn passes(set: &PolicySet, why: &Why) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(platform) = &why.platform
        && !platform.passes.is_empty()
    {
        let known = platform.passes.iter().filter(|one| **one != Platform::Unknown);
        let names: Vec<String> = known.map(|one| self::platform(*one).to_owned()).collect();
        if !names.is_empty() {
            said.push(format!("It opens on {}.", one_of(&names)));
        }
    }
    if let Some(location) = &why.location {
        let names = |places: &[Where]| one_of(&places.iter().map(|one| place(set, *one)).collect::<Vec<_>>());
        if !location.within.is_empty() {
            said.push(format!("It opens from {}.", names(&location.within)));
        }
        if !location.outside.is_empty() {
            said.push(format!("It opens from outside of {}.", names(&location.outside)));
        }
    }
    said
}

/// What somebody is asked for, in a few words.
pub fn step(step: Step) -> &'static str {
    match step {
        Step::Prove => "a fresh proof that it is you",
        Step::Multifactor => "a second factor",
        Step::Terms(_) => "your word to the terms of use",
    }
}

/// What somebody else is asked for, in a few words.
pub fn step_of(step: Step) -> &'static str {
    match step {
        Step::Prove => "a fresh proof of who they are",
        Step::Multifactor => "a second factor",
        Step::Terms(_) => "their word to the terms of use",
    }
}

/// All that somebody else is asked for: "a second factor or their word to the terms of use, and …".
pub fn demand_of(demand: &Demand) -> String {
    let words = |steps: &Vec<Step>| steps.iter().map(|step| step_of(*step).to_owned()).collect::<Vec<_>>();
    demand.0.iter().map(|steps| one_of(&words(steps))).collect::<Vec<_>>().join(", and ")
}

/// Why an attempt did not succeed, as the logs say it; a code that has no words here is shown as it is.
pub fn reason(code: &str) -> String {
    match code {
        "access_blocked" => "An access policy stopped this.".to_owned(),
        "access_asks" => "An access policy asked for more.".to_owned(),
        code => super::problem(&domain::problem::Problem::new("", code)),
    }
}

/// A platform within a sentence.
pub fn a_platform(platform: Platform) -> &'static str {
    match platform {
        Platform::Unknown => "an unknown platform",
        Platform::Undetermined => "an undetermined platform",
        known => self::platform(known),
    }
}
