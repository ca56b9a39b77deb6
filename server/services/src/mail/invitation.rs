//! The letters of an invitation: to the guest, the copy, and a further link for somebody who lost theirs.

use domain::text::{EmailAddress, Message};
use domain::time::{Timestamp, Zone};

use super::paper::Paper;
use super::{Content, House, Person, links, moment, words};

/// What the letters of one invitation say. The same for a letter that leaves and for the preview of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationFacts {
    pub house: House,
    pub inviter: Person,
    /// Answers go to the inviter only where their address is proved.
    pub inviter_is_proved: bool,
    pub to: EmailAddress,
    /// The name of the group; `None` invites into the directory alone.
    pub group: Option<String>,
    /// Every application that the group opens, by name.
    pub applications: Vec<String>,
    pub landing: Option<String>,
    pub message: Option<Message>,
    pub cc: Option<EmailAddress>,
    /// Days from Accept; `None` is without end.
    pub stay_days: Option<u32>,
    pub expires_at: Timestamp,
    pub zone: Zone,
}

impl InvitationFacts {
    /// What the subject names: the application, where there is one to name, else the organization.
    fn what(&self) -> &str {
        match (&self.landing, self.applications.as_slice()) {
            (Some(landing), _) => landing,
            (None, [only]) => only,
            _ => &self.house.name,
        }
    }

    fn reply_to(&self) -> Option<EmailAddress> {
        self.inviter_is_proved.then(|| self.inviter.address.clone())
    }

    fn facts(&self, guest: Option<String>) -> Vec<(&'static str, String)> {
        let mut facts = vec![(words::INVITED_BY, self.inviter.in_full())];
        facts.push((words::ORGANIZATION, self.house.name.clone()));
        facts.extend(guest.map(|guest| (words::INVITED, guest)));
        if !self.applications.is_empty() {
            facts.push((words::OPENS, words::all_of(&self.applications)));
        } else if let Some(group) = &self.group {
            facts.push((words::GROUP, group.clone()));
        }
        if self.group.is_some() {
            facts.push((words::ACCESS, words::stay(self.stay_days)));
        }
        facts.push((words::ANSWER_BY, moment(self.expires_at, &self.zone)));
        facts
    }

    fn quoted<'a>(&self, paper: Paper<'a>) -> Paper<'a> {
        match &self.message {
            Some(message) => paper.quote(words::writes(&self.inviter.shown()), message.lines()),
            None => paper,
        }
    }

    fn to_the_guest(&self, token: &str, subject: String, heading: String, intro: Option<&str>) -> Content {
        let link = links::redeem(&self.house, token);
        let mut facts = self.facts(None);
        facts.extend(self.cc.as_ref().map(|cc| (words::COPY_TO, cc.shown())));
        let mut paper = Paper::of(&self.house).caution(words::CAUTION).heading(heading);
        if let Some(intro) = intro {
            paper = paper.text(intro);
        }
        let paper = self.quoted(paper.facts(facts)).button(words::VIEW_INVITATION, link.clone());
        let paper = paper.small(words::proof(&self.to.shown()));
        let paper = paper.small_link(words::NOT_EXPECTED, words::DECLINE, links::decline(&link));
        paper.seal(self.to.clone(), self.reply_to(), subject)
    }
}

/// The invitation itself. A preview gives a placeholder for the token.
pub fn render_invitation(facts: &InvitationFacts, token: &str) -> Content {
    let subject = words::invited(&facts.inviter.shown(), facts.what());
    facts.to_the_guest(token, subject.clone(), subject, None)
}

/// A further link to somebody who lost theirs.
pub fn render_lost_link(facts: &InvitationFacts, token: &str) -> Content {
    let (subject, heading) = (words::lost_link_subject(facts.what()), words::lost_link_heading(facts.what()));
    facts.to_the_guest(token, subject, heading, Some(words::LOST_LINK_TEXT))
}

/// What the Cc gets: no link and no button.
pub fn render_copy(facts: &InvitationFacts, to: &EmailAddress) -> Content {
    let (inviter, guest) = (facts.inviter.shown(), facts.to.shown());
    let subject = words::copy_subject(&inviter, &guest, facts.what());
    let heading = words::copy_heading(&inviter, &guest, facts.what());
    let paper = Paper::of(&facts.house).caution(words::CAUTION).heading(heading);
    let paper = facts.quoted(paper.facts(facts.facts(Some(guest.clone()))));
    paper.small(words::copy_has_no_link(&guest)).seal(to.clone(), facts.reply_to(), subject)
}

#[cfg(test)]
mod tests;
