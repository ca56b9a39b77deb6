//! The words that cases are written in: policies, an attempt and what comes of it, each on a part of one line.
//!
//! A policy: `users all -guests  apps records  on any -ios  from swiss  then all factor house  every 4h  state report`.
//! What is left out is everybody, everything, everywhere, and `then block` where nothing is asked. Several stand with
//! ` & ` between them; `unreadable` is one that cannot be read.
//!
//! An attempt: `grace  in nurses  as readers  opens wiki  from 198.51.100.9  country DE  on ios  proved 3h  for wiki
//! factor 2h  took house@2 5d`. What is left out is as in [`samples::attempt`].

use uuid::Uuid;

use crate::access::terms::InForce;
use crate::access::{
    Accepted, Attempt, Choice, Control, Country, Entry, Frequency, Grant, Include, Judgment, LocationKind, Mismatch,
    Named, Outcome, Policy, PolicySet, PolicyState, Step, Target, Verdict, What, Where, Who,
};
use crate::id::{LocationId, PolicyId};
use crate::role::{Role, Roles};
use crate::samples::{self, NOON};
use crate::session::Platform;
use crate::time::Span;
use crate::user::UserType;

/// Guests but for the last; the first is the one of [`samples::attempt`].
const PEOPLE: &[(&str, u128)] = &[("ada", 2), ("bob", 3), ("grace", 4)];
const GROUPS: &[(&str, u128)] = &[("nurses", 21), ("doctors", 22)];
const ROLES: &[(&str, Role)] = &[("administrators", Role::Administrator), ("readers", Role::Reader)];
const APPS: &[(&str, u128)] = &[("records", 1), ("wiki", 12)];
const TERMS: &[(&str, u128)] = &[("house", 31), ("yearly", 32), ("lost", 39)];
const LOCATIONS: &[(&str, u128)] =
    &[("clinic", 41), ("branch", 42), ("lab", 43), ("six", 44), ("swiss", 45), ("abroad", 46), ("gone", 49)];

fn find<T: Copy>(list: &[(&str, T)], word: &str) -> Option<T> {
    list.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}

fn known<T>(word: &str, found: Option<T>) -> T {
    found.unwrap_or_else(|| panic!("{word} is no word of the cases"))
}

/// Two trusted places, one that is not, one of v6, two of countries; `gone` is none of them. Two documents; `lost` is none.
pub fn surroundings(policies: impl IntoIterator<Item = Policy>) -> PolicySet {
    let ranges = |text, trusted| LocationKind::Ranges { ranges: samples::ranges(text), trusted };
    let kinds = [
        ("clinic", ranges("192.0.2.0/24", true)),
        ("branch", ranges("203.0.113.0/25, ::ffff:203.0.113.128/121", true)),
        ("lab", ranges("198.51.100.0/24", false)),
        ("six", ranges("2001:db8::/32", false)),
        ("swiss", samples::countries("CH LI", false)),
        ("abroad", samples::countries("DE FR", true)),
    ];
    let locations = kinds.map(|(name, kind)| samples::location(known(name, find(LOCATIONS, name)), kind));
    let house = (samples::terms_id(31), InForce { binding: 2, days: None });
    let yearly = (samples::terms_id(32), InForce { binding: 1, days: Some(365) });
    samples::policy_set(policies, locations, [house, yearly])
}

pub fn set(text: &str) -> PolicySet {
    let mut set = surroundings([]);
    for (index, text) in text.split(" & ").map(str::trim).filter(|text| !text.is_empty()).enumerate() {
        let number = 100 + index as u128;
        let unreadable = || Entry::Unreadable { id: PolicyId(Uuid::from_u128(number)), name: "Old".to_owned() };
        set.policies.push(match text {
            "unreadable" => unreadable(),
            text => Entry::Readable(Box::new(policy(number, text))),
        });
    }
    set
}

pub fn policy(number: u128, text: &str) -> Policy {
    let mut policy = Policy { grant: None, ..samples::policy(number) };
    for (section, words) in sections(text, &["users", "apps", "on", "from", "then", "every", "state"]) {
        match section {
            "users" => policy.users = named(&words, who),
            "apps" => policy.applications = named(&words, what),
            "on" => policy.platforms = Some(choice(&words, platform)),
            "from" => policy.locations = Some(choice(&words, place)),
            "then" => policy.grant = Some(grant(&words)),
            "every" => policy.frequency = Some(frequency(words[0])),
            _ => policy.state = known(words[0], PolicyState::parse(&words[0].replace("report", "report_only"))),
        }
    }
    if policy.grant.is_none() && policy.frequency.is_none() {
        policy.grant = Some(Grant::Block);
    }
    policy
}

/// The words behind each of `names`; what stands before the first one has no name.
fn sections<'a>(text: &'a str, names: &[&str]) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for word in text.split_whitespace() {
        match found.last_mut() {
            _ if names.contains(&word) => found.push((word, Vec::new())),
            Some((_, words)) => words.push(word),
            None => found.push(("", vec![word])),
        }
    }
    found
}

fn halves<T>(words: &[&str], read: fn(&str) -> T) -> (Vec<T>, Vec<T>) {
    let (out, within): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| word.starts_with('-'));
    (within.into_iter().map(read).collect(), out.into_iter().map(|word| read(&word[1..])).collect())
}

fn named<T>(words: &[&str], read: fn(&str) -> T) -> Named<T> {
    let (include, exclude) = halves(words, read);
    Named { include, exclude }
}

fn choice<T>(words: &[&str], read: fn(&str) -> T) -> Choice<T> {
    let rest: Vec<&str> = words.iter().copied().filter(|word| *word != "any").collect();
    let (include, exclude) = halves(&rest, read);
    let any = words.contains(&"any");
    Choice { include: if any { Include::Any } else { Include::Some(include) }, exclude }
}

fn who(word: &str) -> Who {
    match word {
        "all" => Who::All,
        "guests" => Who::Guests,
        word => {
            let user = find(PEOPLE, word).map(|number| Who::User(samples::user(number)));
            let group = || find(GROUPS, word).map(|number| Who::Group(samples::group(number)));
            known(word, user.or_else(group).or_else(|| find(ROLES, word).map(Who::Role)))
        }
    }
}

fn what(word: &str) -> What {
    match word {
        "all" => What::All,
        "lobby" => What::Lobby,
        "security" => What::SecurityInformation,
        word => What::App(samples::app(known(word, find(APPS, word)))),
    }
}

fn target(word: &str) -> Target {
    match what(word) {
        What::App(app) => Target::App(app),
        What::SecurityInformation => Target::SecurityInformation,
        _ => Target::Lobby,
    }
}

pub fn platform(word: &str) -> Platform {
    known(word, Platform::parse(word))
}

pub fn place(word: &str) -> Where {
    match word {
        "trusted" => Where::AllTrusted,
        word => Where::Named(LocationId(Uuid::from_u128(known(word, find(LOCATIONS, word))))),
    }
}

fn grant(words: &[&str]) -> Grant {
    let controls = || words[1..].iter().copied().map(control).collect();
    match words[0] {
        "block" => Grant::Block,
        "all" => Grant::RequireAll(controls()),
        "any" => Grant::RequireAny(controls()),
        word => panic!("{word} is no word of the cases"),
    }
}

fn control(word: &str) -> Control {
    match step(word) {
        Step::Terms(id) => Control::Terms(id),
        _ => Control::Multifactor,
    }
}

fn step(word: &str) -> Step {
    match word {
        "prove" => Step::Prove,
        "factor" => Step::Multifactor,
        word => Step::Terms(samples::terms_id(known(word, find(TERMS, word)))),
    }
}

fn frequency(word: &str) -> Frequency {
    if word == "time" { Frequency::EveryTime } else { Frequency::Hours(span(word).0 / Span::hours(1).0) }
}

/// `90s`, `5m`, `4h` or `30d`.
fn span(word: &str) -> Span {
    let (count, unit) = word.split_at(word.len() - 1);
    let count = known(word, count.parse::<i64>().ok());
    match unit {
        "s" => Span::seconds(count),
        "m" => Span::minutes(count),
        "h" => Span::hours(count),
        _ => Span::days(count),
    }
}

pub fn attempt(text: &str) -> Attempt {
    let mut attempt = samples::attempt();
    let names = ["in", "as", "opens", "from", "country", "on", "proved", "for", "factor", "took"];
    for (section, words) in sections(text, &names) {
        let word = words[0];
        match section {
            "" => {
                attempt.person.id = samples::user(known(word, find(PEOPLE, word)));
                attempt.person.user_type = if word == "grace" { UserType::Member } else { UserType::Guest };
            }
            "in" => attempt.person.groups.extend(words.iter().map(|w| samples::group(known(w, find(GROUPS, w))))),
            "as" => attempt.person.roles = words.iter().map(|w| known(w, find(ROLES, w))).collect::<Roles>(),
            "opens" => attempt.target = target(word),
            "from" => attempt.place.address = (word != "nowhere").then(|| known(word, word.parse().ok())),
            "country" => attempt.place.country = Country::read(word),
            "on" => attempt.platform = platform(word),
            "proved" => attempt.proof.at = NOON - span(word),
            "for" => attempt.proof.application = target(word).application(),
            "factor" => attempt.proof.multifactor_at = Some(NOON - span(word)),
            _ => {
                let (name, version) = known(word, word.split_once('@'));
                let terms = samples::terms_id(known(name, find(TERMS, name)));
                let at = NOON - words.get(1).map_or(Span(0), |word| span(word));
                attempt.accepted.push(Accepted { terms, version: known(version, version.parse().ok()), at });
            }
        }
    }
    attempt
}

/// In the words of the cases: `granted`, `blocked`, `asks factor terms/prove`; or `skips users`, where the only policy
/// did not apply because of that.
pub fn told(verdict: &Verdict) -> String {
    match (&verdict.outcome, verdict.judged.as_slice()) {
        (Outcome::Granted, [only]) => match &only.judgment {
            Judgment::NotApplied(mismatch) => format!("skips {}", condition(*mismatch)),
            _ => "granted".to_owned(),
        },
        (Outcome::Granted, _) => "granted".to_owned(),
        (Outcome::Blocked, _) => "blocked".to_owned(),
        (Outcome::Demanded(demand), _) => {
            let one_of = |steps: &Vec<Step>| steps.iter().map(|step| word(*step)).collect::<Vec<_>>().join("/");
            format!("asks {}", demand.0.iter().map(one_of).collect::<Vec<_>>().join(" "))
        }
    }
}

fn condition(mismatch: Mismatch) -> &'static str {
    match mismatch {
        Mismatch::State => "state",
        Mismatch::Users => "users",
        Mismatch::Applications => "apps",
        Mismatch::Platforms => "platforms",
        Mismatch::Locations => "locations",
    }
}

fn word(step: Step) -> &'static str {
    match step {
        Step::Prove => "prove",
        Step::Multifactor => "factor",
        Step::Terms(id) => {
            TERMS.iter().find(|(_, number)| samples::terms_id(*number) == id).map_or("?", |(name, _)| name)
        }
    }
}
