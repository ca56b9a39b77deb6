//! What would become of an invite form: a verdict on each address and the letter, in words. Nothing is sent.

use std::collections::BTreeMap;

use domain::id::AppId;
use domain::invitation::{Line, Verdict};
use domain::problem::{Problem, Problems};
use domain::text::{EmailAddress, Message, Pasted, parse_list};
use services::invitations::{self, Inviting, NewInvitations};
use services::{Refusal, Verb};

use super::{owner, words};
use crate::error::AppError;
use crate::islands::{Checked, Chip, InviteForm};
use crate::routes;
use crate::ssr::{self, Visit};
use crate::ui::Tone;

/// Chips on one page; who has more reads the sum of them.
const MOST_CHIPS: usize = 200;
/// Stands in the letter until there is an address on the list.
const SOMEBODY: &str = "guest@example.org";

/// The permission to invite to where a form says; an empty group is the directory alone.
pub async fn inviting(visit: &Visit, group: &str) -> Verb<Inviting> {
    if group.is_empty() {
        return Inviting::into_directory(&visit.services, &visit.viewer()?);
    }
    Inviting::to_group(&visit.services, owner(visit, group).await?)
}

/// Every field of the form but the list; what is wrong beside its field.
pub fn read(form: &InviteForm) -> (NewInvitations, Problems) {
    let mut problems = Problems::default();
    let mut new = NewInvitations::of(&form.list, "en");
    let message = form.message.trim();
    if !message.is_empty() {
        new.message = problems.take("message", Message::parse(message));
    }
    let cc = form.cc.trim();
    if !cc.is_empty() {
        new.cc = problems.take("cc", EmailAddress::parse(cc));
    }
    new.until = Some(form.until.trim().to_owned()).filter(|date| !date.is_empty());
    new.landing = form.landing.parse::<AppId>().ok();
    new.confirmed = form.confirmed.clone();
    new.show_link_only = form.show_link_only;
    (new, problems)
}

/// What the island is told.
pub async fn answer(form: InviteForm) -> Result<Checked, AppError> {
    let checked = async {
        let visit = ssr::visit()?;
        let inviting = inviting(&visit, &form.group).await?;
        check(&visit, &inviting, &form).await
    };
    let with_problems = |(checked, problems): (Checked, Vec<Problem>)| Checked {
        wrong: problems.iter().map(crate::say::problem).collect(),
        ..checked
    };
    match checked.await {
        Ok(checked) => Ok(with_problems(checked)),
        Err(refusal) => Err(ssr::told(refusal).await),
    }
}

/// The verdicts and the letter, and what is wrong with the fields.
pub async fn check(visit: &Visit, by: &Inviting, form: &InviteForm) -> Verb<(Checked, Vec<Problem>)> {
    let pasted = parse_list(&form.list);
    let mut wrong = Vec::new();
    let lines = if pasted.is_empty() {
        Vec::new()
    } else {
        match invitations::verdicts(&visit.services, by, &form.list).await {
            Ok(lines) => lines,
            Err(Refusal::Invalid(problems)) => {
                wrong.extend(problems);
                Vec::new()
            }
            Err(refusal) => return Err(refusal),
        }
    };
    let lines = confirmed(lines, &pasted, &form.confirmed);
    let goes = lines.iter().filter(|(line, _)| line.verdict.goes()).count();
    let (content, problems) = letter(visit, by, form, &pasted).await?;
    wrong.extend(problems);
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for (line, _) in &lines {
        *counts.entry(line.verdict.code()).or_default() += 1;
    }
    let chips = lines.iter().take(MOST_CHIPS).map(|(line, doubt)| chip(visit, by, line, doubt.clone())).collect();
    let checked = Checked {
        chips,
        more: lines.len().saturating_sub(MOST_CHIPS),
        summary: words::summary(counts, false),
        wrong: Vec::new(),
        button: button(goes),
        subject: content.subject,
        to: content.to.shown(),
        letter: content.plain,
    };
    Ok((checked, wrong))
}

fn button(goes: usize) -> String {
    match goes {
        0 => "Invite".to_owned(),
        1 => "Invite 1 guest".to_owned(),
        n => format!("Invite {} guests", crate::say::number(i64::try_from(n).unwrap_or(i64::MAX))),
    }
}

/// Look-alikes with their address and whether they are meant; those that are would go.
fn confirmed(lines: Vec<Line>, pasted: &[Pasted], meant: &[String]) -> Vec<(Line, Option<(String, bool)>)> {
    let known = lines.into_iter().zip(pasted);
    known
        .map(|(line, pasted)| match (&line.verdict, &pasted.address) {
            (Verdict::Confirm { .. }, Ok(address)) => {
                let is_meant = meant.iter().any(|typed| typed == address.as_str());
                let verdict = if is_meant { Verdict::WillBeInvited } else { line.verdict.clone() };
                (Line { verdict, ..line }, Some((address.as_str().to_owned(), is_meant)))
            }
            _ => (line, None),
        })
        .collect()
}

fn chip(visit: &Visit, by: &Inviting, line: &Line, doubt: Option<(String, bool)>) -> Chip {
    let (tone, verdict) = words::verdict(visit, &line.verdict);
    let group = by.group().map(|group| group.id);
    let link = match (&line.verdict, group) {
        (Verdict::InvitedAlready { invitation, .. }, Some(group)) => {
            Some((routes::invitation(group, *invitation), "resend".to_owned()))
        }
        (Verdict::DomainNotAllowed { by: domain::invitation::Whose::Group }, Some(group)) => {
            Some((routes::group_rules(group), "why".to_owned()))
        }
        (Verdict::PartnerClosed { .. }, _) if by.by_role() => {
            Some((routes::with(routes::PARTNERS, "show", "closed"), "why".to_owned()))
        }
        _ => None,
    };
    let said = line.address.clone().unwrap_or_else(|| line.raw.clone());
    Chip { raw: line.raw.clone(), said, tone: tone_word(tone).to_owned(), verdict, link, doubt }
}

pub fn tone_word(tone: Tone) -> &'static str {
    match tone {
        Tone::Neutral => "",
        Tone::Positive => "positive",
        Tone::Caution => "caution",
        Tone::Critical => "critical",
        Tone::Info => "info",
    }
}

/// The letter; where a field is wrong, the letter without what was typed there.
async fn letter(
    visit: &Visit,
    by: &Inviting,
    form: &InviteForm,
    pasted: &[Pasted],
) -> Verb<(services::mail::Content, Vec<Problem>)> {
    let to = pasted.iter().find_map(|pasted| pasted.address.clone().ok());
    let to = to.map_or_else(|| EmailAddress::parse(SOMEBODY), Ok).map_err(|_| Refusal::Rule("broken"))?;
    let (mut new, problems) = read(form);
    let mut wrong = problems.none().err().unwrap_or_default();
    // Once for the fields as typed, and once without those that are wrong.
    loop {
        match invitations::preview(&visit.services, by, &new, &to).await {
            Ok(content) => return Ok((content, wrong)),
            Err(Refusal::Invalid(problems)) => {
                let before = (new.message.is_some(), new.until.is_some(), new.cc.is_some(), new.landing.is_some());
                for problem in &problems {
                    match problem.field.as_str() {
                        "message" => new.message = None,
                        "until" => new.until = None,
                        "cc" => new.cc = None,
                        "landing" => new.landing = None,
                        _ => {}
                    }
                }
                let after = (new.message.is_some(), new.until.is_some(), new.cc.is_some(), new.landing.is_some());
                wrong.extend(problems.iter().cloned());
                if before == after {
                    return Err(Refusal::Invalid(problems));
                }
            }
            Err(refusal) => return Err(refusal),
        }
    }
}
