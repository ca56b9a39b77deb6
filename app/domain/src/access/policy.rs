//! A policy as an administrator writes it: for whom, in what, under which conditions, and what it then asks.

use serde::{Deserialize, Serialize};

use super::attempt::Target;
use crate::id::{AppId, GroupId, LocationId, PolicyId, TermsId, UserId};
use crate::problem::Problem;
use crate::role::Role;
use crate::session::Platform;
use crate::text::Label;
use crate::time::{Span, Timestamp};

pub type PolicyName = Label<80>;

/// Of one list in a policy.
pub const MOST_NAMED: usize = 500;

stored_words! {
    /// A policy that only reports is judged like one that is on, and changes nothing.
    PolicyState { On = "on", Off = "off", ReportOnly = "report_only" }
}

/// Somebody that a policy names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    All,
    Guests,
    User(UserId),
    Group(GroupId),
    Role(Role),
}

/// Something that a policy names to be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Every application and Lobby itself. Security information is not among them: who is asked for a second factor
    /// everywhere must be able to enrol one.
    All,
    Lobby,
    /// Enrolling and removing second factors.
    SecurityInformation,
    App(AppId),
}

/// Somewhere that a policy names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Where {
    AllTrusted,
    Named(LocationId),
}

/// What a condition takes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Include<T> {
    Any,
    Some(Vec<T>),
}

/// A condition: what it takes in, and what it leaves out of that. Leaving out wins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice<T> {
    pub include: Include<T>,
    pub exclude: Vec<T>,
}

/// Users or applications: lists of names, of which `All` is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named<T> {
    pub include: Vec<T>,
    pub exclude: Vec<T>,
}

impl<T> Named<T> {
    /// What it includes, then what it excludes.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        self.include.iter().chain(&self.exclude)
    }
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self { include: Vec::new(), exclude: Vec::new() }
    }
}

/// What lets somebody pass whom the policy matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    Block,
    RequireAll(Vec<Control>),
    RequireAny(Vec<Control>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    Multifactor,
    Terms(TermsId),
}

/// How old the last proof may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    /// A proof counts five minutes, and for one application: the first that is opened with it.
    EveryTime,
    /// 1 hour to 365 days.
    Hours(i64),
}

impl Frequency {
    pub const MOST_HOURS: i64 = 365 * 24;
    const ONCE: Span = Span::minutes(5);

    pub fn span(self) -> Span {
        match self {
            Self::EveryTime => Self::ONCE,
            Self::Hours(hours) => Span::hours(hours),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    pub id: PolicyId,
    pub name: PolicyName,
    pub state: PolicyState,
    pub users: Named<Who>,
    pub applications: Named<What>,
    /// `None` is every platform.
    pub platforms: Option<Choice<Platform>>,
    /// `None` is everywhere.
    pub locations: Option<Choice<Where>>,
    pub grant: Option<Grant>,
    pub frequency: Option<Frequency>,
    pub created_at: Timestamp,
}

impl Named<What> {
    pub fn covers(&self, target: Target) -> bool {
        let is = |what: &What| match (what, target) {
            (What::All, target) => target != Target::SecurityInformation,
            (What::Lobby, Target::Lobby) | (What::SecurityInformation, Target::SecurityInformation) => true,
            (What::App(named), Target::App(app)) => *named == app,
            _ => false,
        };
        self.include.iter().any(is) && !self.exclude.iter().any(is)
    }
}

impl Grant {
    pub fn controls(&self) -> &[Control] {
        match self {
            Self::Block => &[],
            Self::RequireAll(controls) | Self::RequireAny(controls) => controls,
        }
    }
}

impl Policy {
    pub fn controls(&self) -> &[Control] {
        self.grant.as_ref().map_or(&[], Grant::controls)
    }

    pub fn blocks(&self) -> bool {
        self.grant == Some(Grant::Block)
    }

    /// The locations that it names, included or excluded.
    pub fn named_locations(&self) -> impl Iterator<Item = LocationId> {
        let included = self.locations.iter().flat_map(|choice| match &choice.include {
            Include::Any => &[][..],
            Include::Some(named) => named,
        });
        let excluded = self.locations.iter().flat_map(|choice| &choice.exclude);
        included.chain(excluded).filter_map(|place| match place {
            Where::Named(id) => Some(*id),
            Where::AllTrusted => None,
        })
    }

    pub fn named_applications(&self) -> impl Iterator<Item = AppId> {
        self.applications.all().filter_map(|what| match what {
            What::App(id) => Some(*id),
            What::All | What::Lobby | What::SecurityInformation => None,
        })
    }

    pub fn terms(&self) -> impl Iterator<Item = TermsId> {
        self.controls().iter().filter_map(|control| match control {
            Control::Terms(id) => Some(*id),
            Control::Multifactor => None,
        })
    }

    /// The groups whose members it leaves out: joining one of them would open what it closes.
    pub fn protected_groups(&self) -> impl Iterator<Item = GroupId> {
        self.users.exclude.iter().filter_map(|who| match who {
            Who::Group(id) => Some(*id),
            _ => None,
        })
    }

    /// What is missing or cannot be. A draft that is off may be unfinished; an empty list is wrong in any state.
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let mut wrong = |is: bool, field: &str, code: &str| {
            if is {
                found.push(Problem::new(field, code));
            }
        };
        let live = self.state != PolicyState::Off;
        wrong(live && self.users.include.is_empty(), "users", "policy_no_users");
        wrong(live && self.applications.include.is_empty(), "applications", "policy_no_applications");
        wrong(live && self.grant.is_none() && self.frequency.is_none(), "grant", "policy_no_control");
        let empty = |include: Option<bool>| include == Some(true);
        let platforms = self.platforms.as_ref().map(|choice| choice.include == Include::Some(Vec::new()));
        let locations = self.locations.as_ref().map(|choice| choice.include == Include::Some(Vec::new()));
        wrong(empty(platforms), "platforms", "policy_empty_list");
        wrong(empty(locations), "locations", "policy_empty_list");
        let none = matches!(&self.grant, Some(Grant::RequireAll(list) | Grant::RequireAny(list)) if list.is_empty());
        wrong(none, "grant", "policy_no_control");
        wrong(self.blocks() && self.frequency.is_some(), "frequency", "policy_block_alone");
        let hours =
            |frequency| matches!(frequency, Frequency::Hours(hours) if !(1..=Frequency::MOST_HOURS).contains(&hours));
        wrong(self.frequency.is_some_and(hours), "frequency", "frequency_out_of_range");
        let many = [self.users.include.len(), self.users.exclude.len()].into_iter().any(|count| count > MOST_NAMED);
        wrong(many, "users", "policy_too_many");
        let many = [self.applications.include.len(), self.applications.exclude.len()];
        wrong(many.into_iter().any(|count| count > MOST_NAMED), "applications", "policy_too_many");
        found
    }
}
