use std::sync::LazyLock;

use super::*;
use crate::samples::{NOON, address};
use crate::text::DomainList;

const TOMORROW: Timestamp = Timestamp(NOON.0 + 86_400_000);

fn terms<'a>(group: Option<&'a Narrowing>) -> Terms<'a> {
    static NONE: LazyLock<Familiar> = LazyLock::new(Familiar::default);
    Terms { now: NOON, organization: &DomainRules::Any, group, sees_directory: true, letters: true, familiar: &NONE }
}

fn room() -> Room {
    Room::new(Some(10), Some(10), TOMORROW)
}

fn facts(address: &EmailAddress) -> Facts<'_> {
    Facts {
        address: Ok(address),
        twice: false,
        person: Person::Nobody,
        is_in: false,
        out_of_reach: false,
        open: None,
        declined_until: None,
        blocked: false,
        closed_partner: None,
        letters: &[],
        confirmed: false,
    }
}

fn invitation() -> InvitationId {
    crate::samples::invitation().id
}

#[test]
fn each_verdict_follows_from_its_facts() {
    let ada = address("ada@praxis.example");
    let group = Narrowing::default();
    let open = Some((invitation(), NOON));
    let blank = || facts(&ada);
    for (facts, verdict, act) in [
        (blank(), Verdict::WillBeInvited, Some(Act::Invite)),
        (Facts { person: Person::Pending, ..blank() }, Verdict::WillBeInvited, Some(Act::Invite)),
        (Facts { person: Person::Guest, ..blank() }, Verdict::WillBeAdded, Some(Act::AddGuest)),
        (Facts { person: Person::Member, ..blank() }, Verdict::MemberWillBeAdded, Some(Act::AddMember)),
        (Facts { person: Person::Barred, ..blank() }, Verdict::AskAnAdministrator, None),
        (Facts { person: Person::Member, out_of_reach: true, ..blank() }, Verdict::AskAnAdministrator, None),
        (Facts { person: Person::Guest, is_in: true, ..blank() }, Verdict::AlreadyIn, None),
        (Facts { person: Person::Member, is_in: true, out_of_reach: true, ..blank() }, Verdict::AlreadyIn, None),
        (
            Facts { person: Person::Pending, open, ..blank() },
            Verdict::InvitedAlready { invitation: invitation(), at: NOON },
            None,
        ),
        (
            Facts { person: Person::Pending, declined_until: Some(TOMORROW), ..blank() },
            Verdict::Declined { until: TOMORROW },
            None,
        ),
        (
            Facts { person: Person::Pending, declined_until: Some(NOON), ..blank() },
            Verdict::WillBeInvited,
            Some(Act::Invite),
        ),
        (Facts { blocked: true, ..blank() }, Verdict::TakesNoInvitations, None),
        (
            Facts { person: Person::Pending, declined_until: Some(TOMORROW), blocked: true, ..blank() },
            Verdict::TakesNoInvitations,
            None,
        ),
        (Facts { person: Person::Member, blocked: true, ..blank() }, Verdict::MemberWillBeAdded, Some(Act::AddMember)),
        (Facts { twice: true, ..blank() }, Verdict::TwiceInThisList, None),
        (
            Facts { address: Err(&AddressError::Dot { position: 4 }), ..blank() },
            Verdict::Malformed { code: "address_dot".to_owned(), position: Some(4) },
            None,
        ),
        (
            Facts { letters: &[NOON, NOON, NOON], ..blank() },
            Verdict::TooManyLetters { until: NOON + Span::days(1) },
            None,
        ),
    ] {
        let decision = decide(&terms(Some(&group)), &mut room(), &facts);
        assert_eq!(decision, Decision { verdict, act }, "{facts:?}");
    }
}

#[test]
fn who_left_by_themselves_may_be_invited_and_who_was_put_out_may_not() {
    let guest = || crate::samples::guest("ada@praxis.example").accept(NOON);
    let member = crate::samples::member("ida@lindenhof.example");
    let left = |by| guest().delete(by, NOON).unwrap();
    for (user, person) in [
        (crate::samples::guest("ada@praxis.example"), Person::Pending),
        (guest(), Person::Guest),
        (left(DeletedBy::Themselves), Person::Pending),
        (left(DeletedBy::Disuse), Person::Pending),
        (left(DeletedBy::Administrator), Person::Barred),
        (guest().disable().unwrap(), Person::Barred),
        (User { ends_at: Some(NOON), ..guest() }, Person::Barred),
        (member.clone(), Person::Member),
        (member.delete(DeletedBy::Themselves, NOON).unwrap(), Person::Barred),
    ] {
        assert_eq!(Person::of(Some(&user), NOON), person, "{user:?}");
    }
}

#[test]
fn into_the_directory_alone_whoever_is_there_is_in_already() {
    let ada = address("ada@praxis.example");
    for person in [Person::Guest, Person::Member] {
        let decision = decide(&terms(None), &mut room(), &Facts { person, is_in: true, ..facts(&ada) });
        assert_eq!(decision, Decision::only(Verdict::AlreadyIn));
    }
}

#[test]
fn domains_close_for_those_who_have_not_accepted_and_a_group_keeps_its_own() {
    let ada = address("ada@praxis.example");
    let others = DomainRules::AllowOnly(DomainList::parse("partner.example").unwrap());
    let (open, narrow) = (Narrowing::default(), Narrowing { domains: others.clone(), ..Narrowing::default() });
    let by = |by| Verdict::DomainNotAllowed { by };
    for (organization, group, person, verdict) in [
        (&others, &open, Person::Nobody, by(Whose::Organization)),
        (&others, &open, Person::Pending, by(Whose::Organization)),
        (&others, &open, Person::Guest, Verdict::WillBeAdded),
        (&others, &open, Person::Member, Verdict::MemberWillBeAdded),
        (&DomainRules::Any, &narrow, Person::Nobody, by(Whose::Group)),
        (&DomainRules::Any, &narrow, Person::Guest, by(Whose::Group)),
        (&DomainRules::Any, &narrow, Person::Member, Verdict::MemberWillBeAdded),
    ] {
        let terms = Terms { organization, ..terms(Some(group)) };
        assert_eq!(decide(&terms, &mut room(), &Facts { person, ..facts(&ada) }).verdict, verdict, "{person:?}");
    }
}

#[test]
fn people_of_a_closed_partner_are_not_invited_and_stay_where_they_have_accepted() {
    let ada = address("ada@praxis.example");
    let group = Narrowing::default();
    let closed = || Verdict::PartnerClosed { partner: "Praxis Nord".to_owned() };
    for (person, sees_directory, verdict) in [
        (Person::Nobody, true, closed()),
        (Person::Pending, true, closed()),
        (Person::Guest, true, Verdict::WillBeAdded),
        (Person::Member, true, Verdict::MemberWillBeAdded),
        (Person::Nobody, false, closed()),
        (Person::Guest, false, closed()),
        (Person::Member, false, closed()),
    ] {
        let terms = Terms { sees_directory, ..terms(Some(&group)) };
        let facts = Facts { person, closed_partner: Some("Praxis Nord"), ..facts(&ada) };
        assert_eq!(decide(&terms, &mut room(), &facts).verdict, verdict, "{person:?}");
    }
}

#[test]
fn a_look_alike_is_confirmed_once_by_the_inviter() {
    let familiar = Familiar::from_iter([address("x@example.com").domain()]);
    let terms = Terms { familiar: &familiar, ..terms(None) };
    let odd = address("ada@examp1e.com");
    let decision = decide(&terms, &mut room(), &facts(&odd));
    assert_eq!(decision.verdict, Verdict::Confirm { like: Some("example.com".to_owned()) });
    let decision = decide(&terms, &mut room(), &Facts { confirmed: true, ..facts(&odd) });
    assert_eq!(decision.verdict, Verdict::WillBeInvited);
    let mixed = address("ada@pаypal.com");
    assert_eq!(decide(&terms, &mut room(), &facts(&mixed)).verdict, Verdict::Confirm { like: None });
}

#[test]
fn a_list_takes_the_last_places_and_the_last_invitations() {
    let group = Narrowing { most_guests: Some(2), ..Narrowing::default() };
    let (ada, eve) = (address("ada@praxis.example"), address("eve@praxis.example"));
    let terms = terms(Some(&group));
    let mut one_place = Room::new(Some(1), Some(10), TOMORROW);
    let member = Facts { person: Person::Member, ..facts(&eve) };
    assert!(decide(&terms, &mut one_place, &member).verdict.goes(), "members take no place of guests");
    assert!(decide(&terms, &mut one_place, &facts(&ada)).verdict.goes());
    assert_eq!(decide(&terms, &mut one_place, &facts(&eve)).verdict, Verdict::GroupFull { most: 2 });
    let mut one_invitation = Room::new(None, Some(1), TOMORROW);
    assert!(decide(&terms, &mut one_invitation, &facts(&ada)).verdict.goes());
    let over = Verdict::OverYourLimit { until: TOMORROW };
    assert_eq!(decide(&terms, &mut one_invitation, &facts(&eve)).verdict, over);
    assert!(decide(&terms, &mut Room::new(None, None, NOON), &facts(&eve)).verdict.goes());
}

#[test]
fn one_mailbox_gets_three_letters_a_day_and_ten_a_month_whatever_its_tags() {
    let mut room = Room::new(None, None, NOON);
    let verdicts: Vec<bool> = (0..4)
        .map(|tag| {
            let ada = address(&format!("ada+{tag}@praxis.example"));
            decide(&terms(None), &mut room, &facts(&ada)).verdict.goes()
        })
        .collect();
    assert_eq!(verdicts, [true, true, true, false]);
    let earlier: Vec<Timestamp> = (2..12).map(|days| NOON - Span::days(days)).collect();
    let ada = address("ada@praxis.example");
    let decision = decide(&terms(None), &mut self::room(), &Facts { letters: &earlier, ..facts(&ada) });
    assert_eq!(decision.verdict, Verdict::TooManyLetters { until: NOON + Span::days(19) });
    let shown = Terms { letters: false, ..terms(None) };
    assert!(decide(&shown, &mut self::room(), &Facts { letters: &earlier, ..facts(&ada) }).verdict.goes());
}

/// Every person behind one address looks the same, also by what is left afterwards.
#[test]
fn who_may_not_list_the_directory_learns_of_nobody() {
    let ada = address("ada@examp1e.com");
    let familiar = Familiar::from_iter([address("x@example.com").domain()]);
    let closed = DomainRules::AllowOnly(DomainList::parse("partner.example").unwrap());
    let open = Some((invitation(), NOON));
    let people = || {
        [
            facts(&ada),
            Facts { person: Person::Pending, ..facts(&ada) },
            Facts { person: Person::Pending, open, ..facts(&ada) },
            Facts { person: Person::Pending, declined_until: Some(TOMORROW), ..facts(&ada) },
            Facts { person: Person::Guest, ..facts(&ada) },
            Facts { person: Person::Guest, is_in: true, ..facts(&ada) },
            Facts { person: Person::Member, ..facts(&ada) },
            Facts { person: Person::Barred, ..facts(&ada) },
        ]
    };
    let group = Narrowing { most_guests: Some(1), ..Narrowing::default() };
    let letters = [NOON; 3];
    for (organization, confirmed, letters, room, verdict) in [
        (&DomainRules::Any, true, &[][..], room(), Verdict::WillBeInvited),
        (&closed, true, &[], room(), Verdict::DomainNotAllowed { by: Whose::Organization }),
        (&DomainRules::Any, false, &[], room(), Verdict::Confirm { like: Some("example.com".to_owned()) }),
        (&DomainRules::Any, true, &letters, room(), Verdict::TooManyLetters { until: NOON + Span::days(1) }),
        (&DomainRules::Any, true, &[], Room::new(Some(0), None, NOON), Verdict::GroupFull { most: 1 }),
        (&DomainRules::Any, true, &[], Room::new(None, Some(0), NOON), Verdict::OverYourLimit { until: NOON }),
    ] {
        let terms = Terms { organization, sees_directory: false, familiar: &familiar, ..terms(Some(&group)) };
        let left: Vec<Room> = people()
            .into_iter()
            .map(|facts| {
                let mut room = room.clone();
                let decision = decide(&terms, &mut room, &Facts { confirmed, letters, ..facts });
                assert_eq!(decision.verdict, verdict);
                room
            })
            .collect();
        assert!(left.windows(2).all(|pair| pair[0] == pair[1]), "{verdict:?}");
    }
    let terms = Terms { sees_directory: false, ..terms(Some(&group)) };
    let acts: Vec<Option<Act>> =
        people().into_iter().map(|facts| decide(&terms, &mut self::room(), &facts).act).collect();
    let added = (Some(Act::AddGuest), Some(Act::AddMember));
    assert_eq!(acts, [Some(Act::Invite), Some(Act::Invite), None, None, added.0, None, added.1, None]);
}
