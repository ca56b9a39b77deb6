//! Letters to people who are known: added, welcome, an invitation to renew, an application that a group gained.

use domain::access::Country;
use domain::id::{GroupId, InvitationId, ProviderId, SignInId, UserId};
use domain::letter::AccountChange;
use domain::session::Platform;
use domain::text::EmailAddress;
use domain::time::{Timestamp, Zone};

use super::paper::Paper;
use super::{Content, House, Person, links, moment, words};

/// A known person was added to a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedFacts {
    pub house: House,
    pub to: EmailAddress,
    pub by: Person,
    pub by_is_proved: bool,
    pub group: String,
    /// Every application that the group opens, by name.
    pub applications: Vec<String>,
    /// `None` is without end.
    pub ends_at: Option<Timestamp>,
    pub zone: Zone,
}

pub fn render_added(facts: &AddedFacts) -> Content {
    let what = match facts.applications.as_slice() {
        [] => &facts.group,
        [only] => only,
        _ => &facts.house.name,
    };
    let subject = words::added(&facts.by.shown(), what);
    let mut lines = vec![(words::ADDED_BY, facts.by.in_full()), (words::ORGANIZATION, facts.house.name.clone())];
    if facts.applications.is_empty() {
        lines.push((words::GROUP, facts.group.clone()));
    } else {
        lines.push((words::OPENS, words::all_of(&facts.applications)));
    }
    lines.push((words::ACCESS, words::until(facts.ends_at.map(|end| moment(end, &facts.zone)))));
    Paper::of(&facts.house)
        .heading(subject.clone())
        .facts(lines)
        .button(words::OPEN_APPS, links::apps(&facts.house))
        .seal(facts.to.clone(), facts.by_is_proved.then(|| facts.by.address.clone()), subject)
}

/// A member whom an administrator created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WelcomeFacts {
    pub house: House,
    pub to: EmailAddress,
}

pub fn render_welcome(facts: &WelcomeFacts) -> Content {
    let subject = words::welcome_subject(&facts.house.name);
    Paper::of(&facts.house)
        .heading(subject.clone())
        .text(words::welcome_text(&facts.house.name, &facts.to.shown()))
        .button(words::SIGN_IN, links::apps(&facts.house))
        .seal(facts.to.clone(), None, subject)
}

/// How somebody comes in has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFacts {
    pub house: House,
    pub to: EmailAddress,
    pub change: AccountChange,
    pub at: Timestamp,
    pub zone: Zone,
}

pub fn render_account_changed(facts: &AccountFacts) -> Content {
    let subject = words::account_changed(&facts.house.name, facts.change);
    Paper::of(&facts.house)
        .heading(subject.clone())
        .text(words::account_changed_text(facts.change))
        .facts(vec![(words::CHANGED_AT, moment(facts.at, &facts.zone))])
        .button(words::SEE_ACCOUNT, links::account(&facts.house))
        .seal(facts.to.clone(), None, subject)
}

/// Somebody who comes by a provider asked for a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnWayFacts {
    pub house: House,
    pub to: EmailAddress,
    pub provider: (ProviderId, String),
}

pub fn render_own_way(facts: &OwnWayFacts) -> Content {
    let (provider, name) = &facts.provider;
    Paper::of(&facts.house)
        .heading(words::own_way_subject(&facts.house.name))
        .text(words::own_way_text(&facts.house.name, name))
        .button(words::CONTINUE, links::sign_in_with(&facts.house, *provider))
        .small(words::PASSCODE_NOT_ASKED)
        .seal(facts.to.clone(), None, words::own_way_subject(&facts.house.name))
}

/// Somebody tried an invitation that had expired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewalFacts {
    pub house: House,
    pub to: EmailAddress,
    pub guest: Person,
    pub inviter: Person,
    pub group: Option<(GroupId, String)>,
    pub invited_at: Timestamp,
    pub ended_at: Timestamp,
    pub zone: Zone,
}

pub fn render_renewal_asked(facts: &RenewalFacts) -> Content {
    let guest = facts.guest.shown();
    let mut lines = vec![(words::INVITED, facts.guest.in_full()), (words::INVITED_BY, facts.inviter.in_full())];
    lines.extend(facts.group.as_ref().map(|(_, name)| (words::GROUP, name.clone())));
    lines.push((words::SENT_AT, moment(facts.invited_at, &facts.zone)));
    lines.push((words::ENDED_AT, moment(facts.ended_at, &facts.zone)));
    let subject = words::renewal_subject(&guest);
    let link = links::invitations(&facts.house, facts.group.as_ref().map(|(group, _)| *group));
    Paper::of(&facts.house)
        .heading(subject.clone())
        .text(words::renewal_text(&guest))
        .facts(lines)
        .button(words::SEE_INVITATIONS, link)
        .seal(facts.to.clone(), None, subject)
}

/// An invitation was taken up by another account of whom it was for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenUpFacts {
    pub house: House,
    pub to: EmailAddress,
    pub guest: Person,
    pub account: Person,
    pub group: Option<(GroupId, String)>,
}

pub fn render_taken_up(facts: &TakenUpFacts) -> Content {
    let subject = words::taken_up_subject(&facts.guest.shown(), &facts.account.shown());
    let mut lines = vec![(words::INVITED, facts.guest.in_full()), (words::TAKEN_UP_BY, facts.account.in_full())];
    lines.extend(facts.group.as_ref().map(|(_, name)| (words::GROUP, name.clone())));
    let paper = Paper::of(&facts.house).heading(subject.clone()).text(words::TAKEN_UP_TEXT).facts(lines);
    let paper = match &facts.group {
        Some((group, _)) => paper.button(words::SEE_GUESTS, links::guests(&facts.house, *group)),
        None => paper,
    };
    paper.seal(facts.to.clone(), None, subject)
}

/// Somebody who opened an invitation asks for it by another account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherAccountFacts {
    pub house: House,
    pub to: EmailAddress,
    pub guest: Person,
    pub account: Person,
    pub group: (GroupId, String),
    pub invitation: InvitationId,
}

pub fn render_other_account(facts: &OtherAccountFacts) -> Content {
    let (guest, account) = (facts.guest.shown(), facts.account.shown());
    let subject = words::other_account_subject(&guest, &account);
    let (group, name) = &facts.group;
    Paper::of(&facts.house)
        .heading(subject.clone())
        .text(words::other_account_text(&guest, &account))
        .facts(vec![
            (words::INVITED, facts.guest.in_full()),
            (words::ASKED_BY, facts.account.in_full()),
            (words::GROUP, name.clone()),
        ])
        .button(words::SEE_INVITATION, links::invitation(&facts.house, *group, facts.invitation))
        .seal(facts.to.clone(), None, subject)
}

/// A group gained an application: its guests gain it too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignedFacts {
    pub house: House,
    pub to: EmailAddress,
    pub application: String,
    pub group: (GroupId, String),
    pub guests: i64,
}

pub fn render_assigned(facts: &AssignedFacts) -> Content {
    let (group, name) = &facts.group;
    let subject = words::assigned_subject(&facts.application, name);
    Paper::of(&facts.house)
        .heading(subject.clone())
        .text(words::assigned_text(facts.guests))
        .button(words::SEE_GUESTS, links::guests(&facts.house, *group))
        .seal(facts.to.clone(), None, subject)
}

/// Somebody whom a policy stopped asks an owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessAskedFacts {
    pub house: House,
    pub to: EmailAddress,
    pub guest: Person,
    pub application: String,
    pub group: GroupId,
    pub user: UserId,
    pub attempt: SignInId,
    pub at: Timestamp,
    pub platform: Platform,
    pub country: Country,
    pub zone: Zone,
}

pub fn render_access_asked(facts: &AccessAskedFacts) -> Content {
    let subject = words::access_asked_subject(&facts.guest.shown(), &facts.application);
    Paper::of(&facts.house)
        .heading(subject.clone())
        .text(words::ACCESS_ASKED)
        .facts(vec![
            (words::GUEST, facts.guest.in_full()),
            (words::AT, moment(facts.at, &facts.zone)),
            (words::PLATFORM, facts.platform.to_string()),
            (words::COUNTRY, facts.country.word()),
            (words::ATTEMPT, facts.attempt.to_string()),
        ])
        .button(words::SEE_GUEST, links::guest(&facts.house, facts.group, facts.user))
        .seal(facts.to.clone(), Some(facts.guest.address.clone()), subject)
}

/// Somebody tried a break-glass account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakGlassFacts {
    pub house: House,
    pub to: EmailAddress,
    pub account: String,
    pub succeeded: bool,
    pub at: Timestamp,
    /// Empty where it is undetermined.
    pub address: String,
    pub zone: Zone,
}

pub fn render_break_glass(facts: &BreakGlassFacts) -> Content {
    let subject = words::break_glass_subject(&facts.account, facts.succeeded);
    let mut lines = vec![(words::AT, moment(facts.at, &facts.zone))];
    if !facts.address.is_empty() {
        lines.push((words::ADDRESS, facts.address.clone()));
    }
    Paper::of(&facts.house)
        .heading(subject.clone())
        .text(words::BREAK_GLASS)
        .facts(lines)
        .button(words::SEE_SIGN_INS, links::sign_ins(&facts.house))
        .seal(facts.to.clone(), None, subject)
}
