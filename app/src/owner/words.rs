//! The words for states of members and invitations, and for the verdict on each address.

use domain::group::Membership;
use domain::invitation::{Invitation, InvitationState, LetterState, Outcome, Verdict, Whose};
use domain::time::Timestamp;
use domain::user::{Standing, User};
use leptos::prelude::*;

use crate::ssr::Visit;
use crate::ui::{Tone, When, day, until};

/// "A", "A and B", "A, B and C".
pub fn all_of(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What a member of a group is at present, the gravest first.
pub fn member(user: &User, membership: &Membership, now: Timestamp) -> (Tone, &'static str) {
    match user.standing {
        Standing::Deleted { .. } | Standing::Erased { .. } => (Tone::Critical, "Deleted"),
        Standing::Disabled => (Tone::Critical, "Disabled"),
        Standing::Enabled if membership.held_for.is_some() => (Tone::Caution, "Invited"),
        Standing::Enabled if user.ends_at.is_some_and(|end| now >= end) => (Tone::Critical, "Ended"),
        Standing::Enabled if now >= membership.ends_at => (Tone::Critical, "Ended"),
        Standing::Enabled => (Tone::Positive, "Active"),
    }
}

/// Until when a membership lasts; in the color of caution where that is soon.
pub fn stay(visit: &Visit, membership: &Membership) -> AnyView {
    let (zone, now) = (visit.zone(), visit.now());
    match membership.ends_at.before_never() {
        _ if membership.held_for.is_some() => view! { <span class="muted">"from acceptance"</span> }.into_any(),
        None => view! { <span class="muted">"no end"</span> }.into_any(),
        Some(end) if end <= now => view! { <span>"ended " {until(&zone, end, now)}</span> }.into_any(),
        Some(end) => {
            let class = if end - now <= services::groups::SOON { "tone caution" } else { "" };
            let title = format!("end of {} {}", zone.format(Timestamp(end.0 - 1), "%A %-d %B %Y"), zone.name());
            view! { <span class=class title=title>{until(&zone, end, now)}</span> }.into_any()
        }
    }
}

/// When somebody was here last.
pub fn last_seen(visit: &Visit, user: &User) -> AnyView {
    match user.last_sign_in_at {
        Some(at) => view! { <When visit=visit.clone() at=at/> }.into_any(),
        None => view! { <span class="muted">"never"</span> }.into_any(),
    }
}

pub fn invitation(state: InvitationState) -> (Tone, &'static str) {
    match state {
        InvitationState::Pending => (Tone::Caution, "Pending"),
        InvitationState::Suspended { .. } => (Tone::Critical, "Suspended"),
        InvitationState::Final { outcome: Outcome::Accepted, .. } => (Tone::Positive, "Accepted"),
        InvitationState::Final { outcome: Outcome::Revoked, .. } => (Tone::Neutral, "Revoked"),
        InvitationState::Final { outcome: Outcome::Expired, .. } => (Tone::Critical, "Expired"),
        InvitationState::Final { outcome: Outcome::Declined, .. } => (Tone::Critical, "Declined"),
    }
}

/// What became of the newest letter; one that waits leaves only while the invitation is open.
pub fn letter(visit: &Visit, invitation: &Invitation) -> AnyView {
    match &invitation.letter {
        LetterState::Waiting if invitation.open(visit.now()).is_err() => {
            view! { <span class="muted">"did not leave"</span> }.into_any()
        }
        LetterState::NotSent => view! { <span class="muted">"no letter"</span> }.into_any(),
        LetterState::Waiting => view! { <span class="muted">"waiting to leave"</span> }.into_any(),
        LetterState::Sent { at } => view! { <span>"sent " <When visit=visit.clone() at=*at/></span> }.into_any(),
        LetterState::Refused { at, words } => {
            let words = words.clone();
            view! {
                <span>
                    <span class="tone critical">"refused " <When visit=visit.clone() at=*at/></span>
                    " "
                    <small class="wrap">{words}</small>
                </span>
            }
            .into_any()
        }
    }
}

/// What would become of an address: said before anything is sent.
pub fn verdict(visit: &Visit, verdict: &Verdict) -> (Tone, String) {
    let (zone, now) = (visit.zone(), visit.now());
    let at = |at: Timestamp| {
        if zone.days_between(now, at) == 0 { zone.format(at, "%H:%M") } else { zone.format(at, "%-d %b, %H:%M") }
    };
    match verdict {
        Verdict::WillBeInvited => (Tone::Positive, "will be invited".to_owned()),
        Verdict::WillBeAdded => (Tone::Positive, "known here: will be added".to_owned()),
        Verdict::MemberWillBeAdded => (Tone::Positive, "a member: will be added".to_owned()),
        Verdict::InvitedAlready { at, .. } => (Tone::Caution, format!("invited already on {}", day(&zone, *at, now))),
        Verdict::AlreadyIn => (Tone::Neutral, "already in".to_owned()),
        Verdict::DomainNotAllowed { by: Whose::Organization } => {
            (Tone::Critical, "domain not allowed by the organization".to_owned())
        }
        Verdict::DomainNotAllowed { by: Whose::Group } => {
            (Tone::Critical, "domain not allowed by this group".to_owned())
        }
        Verdict::PartnerClosed { partner } => (Tone::Critical, format!("people of {partner} are not invited")),
        Verdict::Declined { until } => {
            (Tone::Critical, format!("has declined: not again before {}", day(&zone, *until, now)))
        }
        Verdict::TakesNoInvitations => (Tone::Critical, "does not take invitations".to_owned()),
        Verdict::AskAnAdministrator => {
            (Tone::Critical, "disabled, deleted or out of your reach: ask an administrator".to_owned())
        }
        Verdict::TwiceInThisList => (Tone::Neutral, "twice in this list".to_owned()),
        Verdict::Malformed { position: Some(position), .. } => {
            (Tone::Critical, format!("not an address: look at character {position}"))
        }
        Verdict::Malformed { code, position: None } => (Tone::Critical, malformed(code).to_owned()),
        Verdict::Confirm { like: Some(like) } => (Tone::Caution, format!("looks like {like}: confirm below")),
        Verdict::Confirm { like: None } => (Tone::Caution, "letters of several alphabets: confirm below".to_owned()),
        Verdict::GroupFull { most } => (Tone::Critical, format!("the group is full ({most} guests)")),
        Verdict::OverYourLimit { until } => (Tone::Caution, format!("over your limit until {}", at(*until))),
        Verdict::TooManyLetters { until } => (Tone::Caution, format!("had many letters: again from {}", at(*until))),
    }
}

fn malformed(code: &str) -> &'static str {
    match code {
        "address_no_at" => "not an address: no @",
        "address_empty" => "nothing before or after the @",
        _ => "not an address",
    }
}

/// What has become of an address that was sent.
pub fn outcome(visit: &Visit, of: &Verdict) -> (Tone, String) {
    match of {
        Verdict::WillBeInvited => (Tone::Positive, "invited".to_owned()),
        Verdict::WillBeAdded | Verdict::MemberWillBeAdded => (Tone::Positive, "added".to_owned()),
        Verdict::Confirm { like: Some(like) } => (Tone::Caution, format!("looks like {like}: not confirmed")),
        Verdict::Confirm { like: None } => (Tone::Caution, "letters of several alphabets: not confirmed".to_owned()),
        other => verdict(visit, other),
    }
}

/// The rest of a sentence that begins with how many there are of a verdict, by its code.
pub fn summed(code: &str, n: i64, sent: bool) -> String {
    let (one, many) = match code {
        "will_be_invited" if sent => ("was invited", "were invited"),
        "will_be_added" | "member_will_be_added" if sent => ("was added", "were added"),
        "will_be_invited" => ("will be invited", "will be invited"),
        "will_be_added" | "member_will_be_added" => ("will be added", "will be added"),
        "invited_already" => ("is invited already", "are invited already"),
        "already_in" => ("is already in", "are already in"),
        "domain_not_allowed" | "domain_not_allowed_by_group" => ("domain is not allowed", "domains are not allowed"),
        "partner_closed" => ("belongs to a partner that is not invited", "belong to a partner that is not invited"),
        "declined" => ("has declined", "have declined"),
        "takes_no_invitations" => ("takes no invitations", "take no invitations"),
        "ask_an_administrator" => ("needs an administrator", "need an administrator"),
        "twice_in_this_list" => ("is twice in this list", "are twice in this list"),
        "malformed" => ("is not an address", "are not addresses"),
        "confirm" if sent => ("was not confirmed", "were not confirmed"),
        "confirm" => ("must be confirmed", "must be confirmed"),
        "group_full" => ("does not fit into the group", "do not fit into the group"),
        "over_your_limit" => ("is over your limit", "are over your limit"),
        "too_many_letters" => ("had too many letters", "had too many letters"),
        other => return other.to_owned(),
    };
    (if n == 1 { one } else { many }).to_owned()
}

/// The parts of "12 will be invited, 2 are already in": those that go first.
pub fn summary<'a>(counts: impl IntoIterator<Item = (&'a str, i64)>, sent: bool) -> Vec<(i64, String)> {
    let mut merged: Vec<(usize, i64, &str)> = Vec::new();
    for (code, n) in counts {
        // Two codes that are said alike are one part.
        let alike = merged.iter_mut().find(|(_, _, other)| summed(other, 2, sent) == summed(code, 2, sent));
        match alike {
            Some((_, sum, _)) => *sum += n,
            None => merged.push((ORDER.iter().position(|other| *other == code).unwrap_or(ORDER.len()), n, code)),
        }
    }
    merged.sort();
    merged.into_iter().map(|(_, n, code)| (n, summed(code, n, sent))).collect()
}

const ORDER: [&str; 8] = [
    "will_be_invited",
    "will_be_added",
    "member_will_be_added",
    "confirm",
    "invited_already",
    "already_in",
    "twice_in_this_list",
    "domain_not_allowed",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_begins_with_what_goes_and_joins_what_is_said_alike() {
        let counts =
            [("already_in", 2), ("domain_not_allowed", 1), ("domain_not_allowed_by_group", 2), ("will_be_invited", 12)];
        let said: Vec<String> = summary(counts, false).into_iter().map(|(n, said)| format!("{n} {said}")).collect();
        assert_eq!(said, ["12 will be invited", "2 are already in", "3 domains are not allowed"]);
    }

    #[test]
    fn names_are_listed_as_one_says_them() {
        let names = |n: usize| ["A", "B", "C"][..n].iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!([1, 2, 3].map(|n| all_of(&names(n))), ["A", "A and B", "A, B and C"]);
    }
}
