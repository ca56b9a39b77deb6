//! What follows from changing a set: who it can keep out of Lobby itself, and which policies a location is used by.

use super::PolicySet;
use super::attempt::Target;
use super::location::Location;
use super::policy::{Include, Policy, PolicyState, Where, Who};
use super::verdict::{Outcome, Step};
use crate::id::{AppId, GroupId, LocationId, TermsId, UserId};

/// Something that a policy may name; what one in force names stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    User(UserId),
    Group(GroupId),
    App(AppId),
    Location(LocationId),
    Terms(TermsId),
}

impl Policy {
    pub fn names(&self, thing: Thing) -> bool {
        match thing {
            Thing::User(id) => self.users.all().any(|who| *who == Who::User(id)),
            Thing::Group(id) => self.users.all().any(|who| *who == Who::Group(id)),
            Thing::App(id) => self.named_applications().any(|app| app == id),
            Thing::Location(id) => self.named_locations().any(|location| location == id),
            Thing::Terms(id) => self.terms().any(|terms| terms == id),
        }
    }

    /// Does it leave out people of one of these groups, so that nobody may slip into it?
    pub fn protects(&self, groups: &[GroupId]) -> bool {
        self.state != PolicyState::Off && self.protected_groups().any(|named| groups.contains(&named))
    }

    /// Does it tell trusted locations from others, whichever they are?
    pub fn names_all_trusted(&self) -> bool {
        self.locations.as_ref().is_some_and(|choice| {
            let included = matches!(&choice.include, Include::Some(named) if named.contains(&Where::AllTrusted));
            included || choice.exclude.contains(&Where::AllTrusted)
        })
    }

    fn uses(&self, location: &Location) -> bool {
        self.names(Thing::Location(location.id)) || (location.is_trusted() && self.names_all_trusted())
    }
}

impl PolicySet {
    /// The policies that can keep somebody out of Lobby itself.
    pub fn guarding_lobby(&self) -> impl Iterator<Item = &Policy> {
        self.in_force().filter(|policy| policy.state == PolicyState::On && policy.applications.covers(Target::Lobby))
    }

    /// The policies in force that name a thing. Of a group: a change of who is in it is a change of what holds for them.
    pub fn naming(&self, thing: Thing) -> impl Iterator<Item = &Policy> {
        self.in_force().filter(move |policy| policy.names(thing))
    }

    /// The policies that a location is used by, whatever their state.
    pub fn using<'a>(&'a self, location: &'a Location) -> impl Iterator<Item = &'a Policy> {
        self.policies.iter().filter_map(super::Entry::policy).filter(|policy| policy.uses(location))
    }

    /// Can the change from this set to `after` alter who gets in to Lobby itself?
    pub fn bears_on_lobby(&self, after: &Self) -> bool {
        let trusted = |set: &'_ Self| -> Vec<Location> {
            set.locations.values().filter(|location| location.is_trusted()).cloned().collect()
        };
        let moved = |policy: &Policy| {
            policy.named_locations().any(|id| self.locations.get(&id) != after.locations.get(&id))
                || (policy.names_all_trusted() && trusted(self) != trusted(after))
        };
        !self.guarding_lobby().eq(after.guarding_lobby()) || after.guarding_lobby().any(moved)
    }

    /// Could somebody of whom this came bring what is asked: a proof, a factor that they have, their word to terms?
    pub fn can_be_met(&self, outcome: &Outcome, has_factor: bool) -> bool {
        let can = |step: &Step| match step {
            Step::Multifactor => has_factor,
            Step::Prove => true,
            Step::Terms(id) => self.terms.contains_key(id),
        };
        match outcome {
            Outcome::Granted => true,
            Outcome::Blocked => false,
            Outcome::Demanded(demand) => demand.0.iter().all(|one_of| one_of.iter().any(can)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::location::LocationKind;
    use super::super::policy::{Choice, Named, What};
    use super::super::verdict::Demand;
    use super::*;
    use crate::samples::{self, app, location, policy, policy_set, ranges, terms_id};

    fn opens(what: What, state: PolicyState, locations: Option<Choice<Where>>) -> Policy {
        Policy { state, applications: Named { include: vec![what], exclude: Vec::new() }, locations, ..policy(1) }
    }

    fn clinic(text: &str, trusted: bool) -> Location {
        location(1, LocationKind::Ranges { ranges: ranges(text), trusted })
    }

    #[test]
    fn only_what_is_on_and_covers_lobby_bears_on_it() {
        let nothing = policy_set([], [], []);
        for (what, state, bears) in [
            (What::Lobby, PolicyState::On, true),
            (What::All, PolicyState::On, true),
            (What::All, PolicyState::ReportOnly, false),
            (What::All, PolicyState::Off, false),
            (What::SecurityInformation, PolicyState::On, false),
            (What::App(app(1)), PolicyState::On, false),
        ] {
            let with = policy_set([opens(what, state, None)], [], []);
            assert_eq!(nothing.bears_on_lobby(&with), bears, "{what:?} {state}");
            assert_eq!(with.bears_on_lobby(&nothing), bears, "{what:?} {state}, taken away");
            assert!(!with.bears_on_lobby(&with));
        }
    }

    #[test]
    fn a_location_bears_on_lobby_where_a_policy_that_does_tells_it_from_others() {
        let (here, there) = (clinic("192.0.2.0/24", true), clinic("198.51.100.0/24", true));
        let from = |place| Some(Choice { include: Include::Any, exclude: vec![place] });
        let (named, trusted) = (from(Where::Named(here.id)), from(Where::AllTrusted));
        for (what, places, bears) in [
            (What::Lobby, named.clone(), true),
            (What::Lobby, trusted, true),
            (What::Lobby, None, false),
            (What::App(app(1)), named, false),
        ] {
            let policy = opens(what, PolicyState::On, places);
            let [was, is] = [&here, &there].map(|place| policy_set([policy.clone()], [place.clone()], []));
            assert_eq!(was.bears_on_lobby(&is), bears, "{policy:?}");
            assert_eq!(was.using(&here).count(), usize::from(policy.locations.is_some()));
        }
        let distrusted = clinic("192.0.2.0/24", false);
        let policy = opens(What::Lobby, PolicyState::On, from(Where::AllTrusted));
        assert_eq!(policy_set([policy], [distrusted.clone()], []).using(&distrusted).count(), 0);
    }

    #[test]
    fn what_a_policy_names_is_found_by_it_while_it_is_in_force() {
        let (nurses, ada, place) = (samples::group(1), samples::user(1), clinic("192.0.2.0/24", false));
        let who = Named { include: vec![Who::User(ada)], exclude: vec![Who::Group(nurses)] };
        let places = Some(Choice { include: Include::Any, exclude: vec![Where::Named(place.id)] });
        let named = |state| Policy { users: who.clone(), ..opens(What::App(app(1)), state, places.clone()) };
        for (state, is) in [(PolicyState::On, true), (PolicyState::ReportOnly, true), (PolicyState::Off, false)] {
            let set = policy_set([named(state)], [place.clone()], []);
            for thing in [Thing::User(ada), Thing::Group(nurses), Thing::App(app(1)), Thing::Location(place.id)] {
                assert_eq!(set.naming(thing).count(), usize::from(is), "{thing:?} {state}");
            }
            assert_eq!(set.naming(Thing::App(app(2))).count(), 0);
            assert_eq!(named(state).protects(&[samples::group(2), nurses]), is, "{state}");
            assert!(!named(state).protects(&[samples::group(2)]));
        }
    }

    #[test]
    fn a_demand_can_be_met_where_each_of_its_parts_has_a_way() {
        let set = policy_set([], [], [(terms_id(1), super::super::terms::InForce { binding: 1, days: None })]);
        let demand = |parts: &[&[Step]]| Outcome::Demanded(Demand(parts.iter().map(|part| part.to_vec()).collect()));
        let (known, gone) = (Step::Terms(terms_id(1)), Step::Terms(terms_id(2)));
        for (outcome, with, without) in [
            (Outcome::Granted, true, true),
            (Outcome::Blocked, false, false),
            (demand(&[&[Step::Multifactor]]), true, false),
            (demand(&[&[Step::Prove], &[known]]), true, true),
            (demand(&[&[Step::Prove], &[gone]]), false, false),
            (demand(&[&[Step::Multifactor, known]]), true, true),
            (demand(&[&[Step::Multifactor], &[known]]), true, false),
        ] {
            assert_eq!(
                [set.can_be_met(&outcome, true), set.can_be_met(&outcome, false)],
                [with, without],
                "{outcome:?}"
            );
        }
    }
}
