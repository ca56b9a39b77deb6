//! The letter with a one-time code.

use domain::passcode::{LIFE, Purpose};
use domain::text::EmailAddress;
use domain::time::{Span, Timestamp, Zone};

use super::paper::Paper;
use super::{Content, House, moment, words};
use crate::Secret;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasscodeFacts {
    pub house: House,
    pub to: EmailAddress,
    pub purpose: Purpose,
    pub asked_at: Timestamp,
    /// The account that it changes, where that is another than the reader's own.
    pub account: Option<EmailAddress>,
    pub zone: Zone,
}

pub fn render_passcode(facts: &PasscodeFacts, code: &Secret) -> Content {
    let heading = match facts.purpose {
        Purpose::SignIn => words::CODE_TO_SIGN_IN,
        Purpose::ProveAgain => words::CODE_TO_PROVE,
        Purpose::LiftBlock => words::CODE_TO_LIFT,
        Purpose::NewAddress => words::CODE_FOR_ADDRESS,
        Purpose::AddInvitation => words::CODE_TO_ADD,
    };
    let mut lines = vec![(words::ASKED_AT, moment(facts.asked_at, &facts.zone))];
    lines.extend(facts.account.as_ref().map(|account| (words::FOR_ACCOUNT, account.shown())));
    Paper::of(&facts.house)
        .heading(heading)
        .code(code.expose())
        .text(words::passcode_text(&facts.house.host, LIFE.0 / Span::minutes(1).0))
        .facts(lines)
        .small(words::PASSCODE_NOT_ASKED)
        .seal(facts.to.clone(), None, words::passcode_subject(&facts.house.name))
}
