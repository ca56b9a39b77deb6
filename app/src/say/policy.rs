//! A policy as a sentence: each part of its form in a few words.

use domain::role::Role;
use domain::session::Platform;
use services::access::form::{Names, PolicyForm};

/// "a, b and c"; of many the first three and how many more.
fn all_of(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first, second] => format!("{first} and {second}"),
        [first, second, third] => format!("{first}, {second} and {third}"),
        [first, second, third, more @ ..] => format!("{first}, {second}, {third} and {} more", more.len()),
    }
}

/// What a token stands for.
pub fn token(names: &Names, token: &str) -> String {
    match token {
        "guests" => "all guests".to_owned(),
        "lobby" => "Lobby itself".to_owned(),
        "security_information" => "security information".to_owned(),
        "trusted" => "all trusted locations".to_owned(),
        "multifactor" => "multifactor".to_owned(),
        token => match (token.strip_prefix("role:").and_then(Role::parse), Platform::parse(token)) {
            (Some(role), _) => format!("everyone with the role {}", super::role(role)),
            (None, Some(platform)) => super::access::platform(platform).to_owned(),
            (None, None) => names.label(token),
        },
    }
}

fn listed(names: &Names, tokens: &[String], all: &str, more: [&str; 2]) -> Vec<String> {
    let said = tokens.iter().map(|one| if one == "all" { all.to_owned() } else { token(names, one) });
    let lines = more.into_iter().flat_map(str::lines).map(str::trim).filter(|line| !line.is_empty());
    said.chain(lines.map(str::to_owned)).collect()
}

fn except(said: String, out: &[String]) -> String {
    if out.is_empty() { said } else { format!("{said} except {}", all_of(out)) }
}

/// "all guests except break-glass".
pub fn users(form: &PolicyForm, names: &Names) -> String {
    let who = listed(names, &form.users, "everybody", [&form.people, &form.groups]);
    let out = listed(names, &form.users_out, "everybody", [&form.people_out, &form.groups_out]);
    except(if who.is_empty() { "nobody yet".to_owned() } else { all_of(&who) }, &out)
}

pub fn applications(form: &PolicyForm, names: &Names) -> String {
    let what = listed(names, &form.applications, "all applications", ["", ""]);
    let out = listed(names, &form.applications_out, "all applications", ["", ""]);
    except(if what.is_empty() { "no application yet".to_owned() } else { all_of(&what) }, &out)
}

pub fn platforms(form: &PolicyForm, names: &Names) -> String {
    let on = listed(names, &form.platforms, "", ["", ""]);
    let out = listed(names, &form.platforms_out, "", ["", ""]);
    condition(&form.platform_rule, "any platform", "any platform but", &on, &out)
}

pub fn locations(form: &PolicyForm, names: &Names) -> String {
    let from = listed(names, &form.locations, "", ["", ""]);
    let out = listed(names, &form.locations_out, "", ["", ""]);
    condition(&form.location_rule, "anywhere", "anywhere but", &from, &out)
}

fn condition(rule: &str, any: &str, but: &str, named: &[String], out: &[String]) -> String {
    match (rule, named, out) {
        ("some", [], _) => "nothing yet".to_owned(),
        ("some", named, out) => except(all_of(named), out),
        (_, _, []) => any.to_owned(),
        (_, _, out) => format!("{but} {}", all_of(out)),
    }
}

/// "block", "require multifactor and a proof every 8 hours".
pub fn control(form: &PolicyForm, names: &Names) -> String {
    let wanted = listed(names, &form.controls, "", ["", ""]);
    let grant = match (form.grant.as_str(), wanted.as_slice()) {
        ("block", _) => return "block".to_owned(),
        ("all", wanted) if !wanted.is_empty() => Some(format!("require {}", all_of(wanted))),
        ("any", wanted) if !wanted.is_empty() => Some(format!("require {}", super::access::one_of(wanted))),
        _ => None,
    };
    let number = form.frequency_number.trim();
    let again = match form.frequency.as_str() {
        "every_time" => Some("a proof every time".to_owned()),
        "hours" if number == "1" => Some("a proof every hour".to_owned()),
        "hours" => Some(format!("a proof every {number} hours")),
        "days" if number == "1" => Some("a proof every day".to_owned()),
        "days" => Some(format!("a proof every {number} days")),
        _ => None,
    };
    match (grant, again) {
        (Some(grant), Some(again)) => format!("{grant}, and {again}"),
        (Some(grant), None) => grant,
        (None, Some(again)) => format!("require {again}"),
        (None, None) => "nothing yet".to_owned(),
    }
}

/// The whole sentence, for a list.
pub fn sentence(form: &PolicyForm, names: &Names) -> String {
    let mut said = format!("For {} in {}", users(form, names), applications(form, names));
    let (platforms, locations) = (platforms(form, names), locations(form, names));
    if platforms != "any platform" {
        said = format!("{said}, on {platforms}");
    }
    if locations != "anywhere" {
        said = format!("{said}, from {locations}");
    }
    format!("{said}: {}", control(form, names))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_policy_reads_as_a_sentence() {
        let form = PolicyForm {
            users: words(&["guests"]),
            people_out: "ada@praxis.example".to_owned(),
            applications: words(&["all"]),
            platform_rule: "some".to_owned(),
            platforms: words(&["windows", "macos"]),
            locations_out: words(&["trusted"]),
            grant: "block".to_owned(),
            ..PolicyForm::empty()
        };
        assert_eq!(
            sentence(&form, &Names::default()),
            "For all guests except ada@praxis.example in all applications, on Windows and macOS, from anywhere but all \
             trusted locations: block"
        );
    }

    #[test]
    fn what_is_not_chosen_yet_is_said_so() {
        let empty = PolicyForm::empty();
        assert_eq!(sentence(&empty, &Names::default()), "For nobody yet in no application yet: nothing yet");
        let often = PolicyForm {
            grant: "any".to_owned(),
            controls: words(&["multifactor"]),
            frequency: "hours".to_owned(),
            frequency_number: "8".to_owned(),
            ..PolicyForm::empty()
        };
        assert_eq!(control(&often, &Names::default()), "require multifactor, and a proof every 8 hours");
    }
}
