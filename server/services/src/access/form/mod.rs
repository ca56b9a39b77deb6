//! A policy as a form sends it: every name a token, people by their address; read into a policy, and filled from one.

mod names;
mod read;
mod template;

pub use names::{Choices, Names, choices, names};
pub use template::Template;

use domain::access::{Control, Frequency, Grant, Include, Policy, What, Where, Who};
use domain::session::Platform;
use serde::{Deserialize, Serialize};

/// A [`Policy`] as a form sends it. A token is a word, or a kind with an id: `guests`, `group:0190…`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicyForm {
    pub name: String,
    /// `on`, `off` or `report_only`.
    pub state: String,
    /// `all`, `guests`, `role:…`, `group:…`.
    pub users: Vec<String>,
    /// Addresses, one on each line.
    pub people: String,
    /// Names of further groups, one on each line.
    pub groups: String,
    pub users_out: Vec<String>,
    pub people_out: String,
    pub groups_out: String,
    /// `all`, `lobby`, `security_information`, `app:…`.
    pub applications: Vec<String>,
    pub applications_out: Vec<String>,
    /// `any` or `some`.
    pub platform_rule: String,
    pub platforms: Vec<String>,
    pub platforms_out: Vec<String>,
    /// `any` or `some`.
    pub location_rule: String,
    /// `trusted`, `location:…`.
    pub locations: Vec<String>,
    pub locations_out: Vec<String>,
    /// `none`, `block`, `all` or `any`.
    pub grant: String,
    /// `multifactor`, `terms:…`.
    pub controls: Vec<String>,
    /// `none`, `every_time`, `hours` or `days`.
    pub frequency: String,
    pub frequency_number: String,
}

impl PolicyForm {
    /// A form as it stands empty: it only reports, and holds on every platform and from everywhere.
    pub fn empty() -> Self {
        let word = |word: &str| word.to_owned();
        Self {
            state: word("report_only"),
            platform_rule: word("any"),
            location_rule: word("any"),
            grant: word("none"),
            frequency: word("none"),
            ..Self::default()
        }
    }

    /// The form filled with what stands now.
    pub fn of(policy: &Policy, names: &Names) -> Self {
        let (users, people) = users_of(&policy.users.include, names);
        let (users_out, people_out) = users_of(&policy.users.exclude, names);
        let (platform_rule, platforms) = included(policy.platforms.as_ref().map(|choice| &choice.include), platform);
        let (location_rule, locations) = included(policy.locations.as_ref().map(|choice| &choice.include), place);
        let (frequency, frequency_number) = frequency_of(policy.frequency);
        let grant = match &policy.grant {
            None => "none",
            Some(Grant::Block) => "block",
            Some(Grant::RequireAll(_)) => "all",
            Some(Grant::RequireAny(_)) => "any",
        };
        Self {
            name: policy.name.to_string(),
            state: policy.state.to_string(),
            users,
            people,
            users_out,
            people_out,
            applications: policy.applications.include.iter().map(what).collect(),
            applications_out: policy.applications.exclude.iter().map(what).collect(),
            platform_rule,
            platforms,
            platforms_out: excluded(policy.platforms.as_ref().map(|choice| &choice.exclude), platform),
            location_rule,
            locations,
            locations_out: excluded(policy.locations.as_ref().map(|choice| &choice.exclude), place),
            grant: grant.to_owned(),
            controls: policy.controls().iter().map(control).collect(),
            frequency,
            frequency_number,
            ..Self::empty()
        }
    }

    /// Does the form, as far as it can be told, hold for Lobby itself while it is on? Such a change waits to be confirmed.
    pub fn bears_on_lobby(&self) -> bool {
        let named = |list: &[String], word: &str| list.iter().any(|token| token == word);
        let covers = named(&self.applications, "all") || named(&self.applications, "lobby");
        let left_out = named(&self.applications_out, "all") || named(&self.applications_out, "lobby");
        self.state == "on" && covers && !left_out
    }
}

fn users_of(list: &[Who], names: &Names) -> (Vec<String>, String) {
    let people = list.iter().filter(|who| matches!(who, Who::User(_)));
    let people: Vec<String> = people.map(|who| names.label(&self::who(who))).collect();
    (list.iter().filter(|who| !matches!(who, Who::User(_))).map(who).collect(), people.join("\n"))
}

pub(super) fn who(who: &Who) -> String {
    match who {
        Who::All => "all".to_owned(),
        Who::Guests => "guests".to_owned(),
        Who::User(id) => format!("user:{id}"),
        Who::Group(id) => format!("group:{id}"),
        Who::Role(role) => format!("role:{role}"),
    }
}

pub(super) fn what(what: &What) -> String {
    match what {
        What::All => "all".to_owned(),
        What::Lobby => "lobby".to_owned(),
        What::SecurityInformation => "security_information".to_owned(),
        What::App(id) => format!("app:{id}"),
    }
}

fn platform(platform: &Platform) -> String {
    platform.to_string()
}

pub(super) fn place(place: &Where) -> String {
    match place {
        Where::AllTrusted => "trusted".to_owned(),
        Where::Named(id) => format!("location:{id}"),
    }
}

pub(super) fn control(control: &Control) -> String {
    match control {
        Control::Multifactor => "multifactor".to_owned(),
        Control::Terms(id) => format!("terms:{id}"),
    }
}

fn included<T>(include: Option<&Include<T>>, token: fn(&T) -> String) -> (String, Vec<String>) {
    match include {
        None | Some(Include::Any) => ("any".to_owned(), Vec::new()),
        Some(Include::Some(named)) => ("some".to_owned(), named.iter().map(token).collect()),
    }
}

fn excluded<T>(exclude: Option<&Vec<T>>, token: fn(&T) -> String) -> Vec<String> {
    exclude.into_iter().flatten().map(token).collect()
}

fn frequency_of(frequency: Option<Frequency>) -> (String, String) {
    match frequency {
        None => ("none".to_owned(), String::new()),
        Some(Frequency::EveryTime) => ("every_time".to_owned(), String::new()),
        Some(Frequency::Hours(hours)) if hours % 24 == 0 => ("days".to_owned(), (hours / 24).to_string()),
        Some(Frequency::Hours(hours)) => ("hours".to_owned(), hours.to_string()),
    }
}
