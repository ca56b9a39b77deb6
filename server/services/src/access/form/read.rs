//! Reads the form of a policy: what it names must be one that is known, and a half-made choice is no choice.

use std::str::FromStr;

use domain::access::policy::{Choice, Named};
use domain::access::{Control, Frequency, Grant, Include, Policy, PolicyName, PolicyState, What, Where, Who};
use domain::id::{GroupId, PolicyId, UserId};
use domain::problem::{Problem, Problems};
use domain::role::Role;
use domain::session::Platform;
use domain::text::EmailAddress;
use store::{PageAsk, Tx};

use super::PolicyForm;
use crate::{PolicyAdmin, Services, Verb};

/// Groups of one name that are told apart.
const ALIKE: usize = 50;

impl PolicyForm {
    /// The policy that the form describes; `id` is the one that it is saved under, and a new one where there is none.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub async fn read(&self, services: &Services, _by: &PolicyAdmin, id: Option<PolicyId>) -> Verb<Policy> {
        let mut problems = Problems::default();
        let mut tx = services.store.read().await?;
        let include = self.who(&mut tx, &mut problems, [&self.people, &self.groups], &self.users).await?;
        let exclude = self.who(&mut tx, &mut problems, [&self.people_out, &self.groups_out], &self.users_out).await?;
        drop(tx);
        let now = services.now();
        let id = id.unwrap_or_else(|| services.ids.next(now));
        let name = problems.take("name", PolicyName::parse(&self.name));
        let state = PolicyState::parse(&self.state);
        if state.is_none() {
            problems.add(Problem::new("state", "choice"));
        }
        let applications = Named {
            include: list(&mut problems, "applications", &self.applications, what),
            exclude: list(&mut problems, "applications", &self.applications_out, what),
        };
        let platforms = condition(
            &mut problems,
            "platforms",
            (&self.platform_rule, &self.platforms, &self.platforms_out),
            |word| Platform::parse(word).filter(|platform| *platform != Platform::Undetermined),
        );
        let locations =
            condition(&mut problems, "locations", (&self.location_rule, &self.locations, &self.locations_out), place);
        let grant = self.grant(&mut problems);
        let frequency = self.frequency(&mut problems);
        let users = Named { include, exclude };
        let policy = name.zip(state).map(|(name, state)| Policy {
            id,
            name,
            state,
            users,
            applications,
            platforms,
            locations,
            grant,
            frequency,
            created_at: now,
        });
        for problem in policy.iter().flat_map(Policy::problems) {
            problems.add(problem);
        }
        Ok(problems.done(policy)?)
    }

    async fn who(
        &self,
        tx: &mut Tx,
        problems: &mut Problems,
        [people, groups]: [&str; 2],
        tokens: &[String],
    ) -> Verb<Vec<Who>> {
        let mut found = list(problems, "users", tokens, who);
        for line in people.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match person(tx, line).await? {
                Ok(id) => found.push(Who::User(id)),
                Err(code) => problems.add(Problem::because("users", code, line)),
            }
        }
        for line in groups.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match group(tx, line).await? {
                Some(id) => found.push(Who::Group(id)),
                None => problems.add(Problem::because("users", "policy_group_unknown", line)),
            }
        }
        Ok(distinct(found))
    }

    fn grant(&self, problems: &mut Problems) -> Option<Grant> {
        let controls = list(problems, "grant", &self.controls, control);
        match self.grant.as_str() {
            "block" if !controls.is_empty() => {
                problems.add(Problem::new("grant", "policy_block_alone"));
                None
            }
            "block" => Some(Grant::Block),
            "all" => Some(Grant::RequireAll(controls)),
            "any" => Some(Grant::RequireAny(controls)),
            "none" if controls.is_empty() => None,
            "none" => {
                problems.add(Problem::new("grant", "policy_controls_unused"));
                None
            }
            _ => {
                problems.add(Problem::new("grant", "choice"));
                None
            }
        }
    }

    fn frequency(&self, problems: &mut Problems) -> Option<Frequency> {
        let number: Option<i64> = self.frequency_number.trim().parse().ok();
        let each = match self.frequency.as_str() {
            "none" => return None,
            "every_time" => return Some(Frequency::EveryTime),
            "hours" => Some(1),
            "days" => Some(24),
            _ => None,
        };
        let hours = number.zip(each).and_then(|(number, each)| number.checked_mul(each));
        if hours.is_none() {
            let code = if each.is_some() { "frequency_out_of_range" } else { "choice" };
            problems.add(Problem::new("frequency", code));
        }
        hours.map(Frequency::Hours)
    }
}

/// Somebody by their address; by their id where no address leads to them any more.
async fn person(tx: &mut Tx, line: &str) -> Verb<Result<UserId, &'static str>> {
    if let Ok(id) = line.parse() {
        return Ok(Ok(id));
    }
    let Ok(address) = EmailAddress::parse(line) else { return Ok(Err("policy_person_malformed")) };
    let user = store::users::by_address(tx, &address).await?;
    Ok(user.map(|user| user.value.id).ok_or("policy_person_unknown"))
}

/// The one group of this name; case does not matter.
async fn group(tx: &mut Tx, name: &str) -> Verb<Option<GroupId>> {
    let ask = PageAsk { size: ALIKE, words: domain::text::words(name), ..PageAsk::default() };
    let found = store::groups::page(tx, &ask, &[]).await?.items;
    let same = |other: &str| other.to_lowercase() == name.to_lowercase();
    let mut alike = found.into_iter().map(|counted| counted.group).filter(|group| same(group.name.as_str()));
    Ok(alike.next().filter(|_| alike.next().is_none()).map(|group| group.id))
}

/// Each token read; what is none of those offered is noted.
fn list<T: PartialEq>(
    problems: &mut Problems,
    field: &str,
    tokens: &[String],
    read: impl Fn(&str) -> Option<T>,
) -> Vec<T> {
    let read: Vec<Option<T>> = tokens.iter().map(|token| read(token)).collect();
    if read.iter().any(Option::is_none) {
        problems.add(Problem::new(field, "policy_names_unknown"));
    }
    distinct(read.into_iter().flatten().collect())
}

fn distinct<T: PartialEq>(list: Vec<T>) -> Vec<T> {
    let mut kept: Vec<T> = Vec::with_capacity(list.len());
    for one in list {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    kept
}

/// A condition that takes in everything and leaves nothing out is left out itself.
fn condition<T: PartialEq>(
    problems: &mut Problems,
    field: &str,
    (rule, tokens, out): (&str, &[String], &[String]),
    read: impl Fn(&str) -> Option<T>,
) -> Option<Choice<T>> {
    let named = list(problems, field, tokens, &read);
    let exclude = list(problems, field, out, &read);
    let include = match rule {
        "any" if !named.is_empty() => {
            problems.add(Problem::new(field, "policy_any_and_some"));
            return None;
        }
        "any" if exclude.is_empty() => return None,
        "any" => Include::Any,
        "some" => Include::Some(named),
        _ => {
            problems.add(Problem::new(field, "choice"));
            return None;
        }
    };
    Some(Choice { include, exclude })
}

fn of_kind<T: FromStr>(token: &str, kind: &str) -> Option<T> {
    token.strip_prefix(kind)?.strip_prefix(':')?.parse().ok()
}

fn who(token: &str) -> Option<Who> {
    match token {
        "all" => Some(Who::All),
        "guests" => Some(Who::Guests),
        token => match token.strip_prefix("role:") {
            Some(role) => Role::parse(role).map(Who::Role),
            None => of_kind(token, "group").map(Who::Group),
        },
    }
}

fn what(token: &str) -> Option<What> {
    match token {
        "all" => Some(What::All),
        "lobby" => Some(What::Lobby),
        "security_information" => Some(What::SecurityInformation),
        token => of_kind(token, "app").map(What::App),
    }
}

fn place(token: &str) -> Option<Where> {
    if token == "trusted" { Some(Where::AllTrusted) } else { of_kind(token, "location").map(Where::Named) }
}

fn control(token: &str) -> Option<Control> {
    if token == "multifactor" { Some(Control::Multifactor) } else { of_kind(token, "terms").map(Control::Terms) }
}
