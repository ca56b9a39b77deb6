//! Invitations: verdicts before sending, sending, and what an owner or administrator does with them afterwards.

mod correcting;
mod detail;
mod ending;
mod inviting;
mod listing;
mod managing;
mod plan;
mod preview;
mod sending;
mod verdicts;

use domain::event::{Target, TargetKind};
use domain::id::{AppId, JobId};
use domain::invitation::{Invitation, Line};
use domain::letter::Lane;
use domain::text::{EmailAddress, Message, Pasted, parse_list};
use domain::user::User;
use serde::{Deserialize, Serialize};
use store::Tx;

pub use correcting::correct_address;
pub use detail::{Details, get};
pub use ending::revoke_all_pending;
pub use inviting::Inviting;
pub use listing::{Listed, Showing, directory_page, page};
pub use managing::{Manager, adopt, resend, revoke, show_link, void_links};
pub(crate) use managing::{close, close_all};
pub use preview::preview;
pub(crate) use sending::send;
pub(crate) use verdicts::mailbox_hash;
pub use verdicts::verdicts;

use crate::refusal::again;
use crate::{Services, Verb, jobs};

/// An administrator's list of more entries than this becomes a job.
pub const BULK: usize = 100;

/// A list of people and what is said to all of them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct NewInvitations {
    #[serde(skip)]
    pub list: Vec<Pasted>,
    pub message: Option<Message>,
    /// The date on which memberships end at the latest, `2026-01-31` in the organization's zone.
    pub until: Option<String>,
    /// How long a membership lasts from Accept.
    pub stay_days: Option<u32>,
    pub cc: Option<EmailAddress>,
    pub landing: Option<AppId>,
    pub language: String,
    /// Addresses with a look-alike domain that the inviter means.
    pub confirmed: Vec<String>,
    /// No letters: an administrator shows the links.
    pub show_link_only: bool,
}

impl NewInvitations {
    pub fn of(pasted: &str, language: &str) -> Self {
        Self { list: parse_list(pasted), language: language.to_owned(), ..Self::default() }
    }
}

/// What became of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// In the order of the list; empty where it became a job.
    pub lines: Vec<Line>,
    pub job: Option<JobId>,
}

/// Invites everybody whose verdict lets them: verdicts are found again under the group's guard. A long list of an
/// administrator becomes a job.
///
/// # Errors
/// Beside the fields that are wrong, else why the person may not invite there.
pub async fn invite(services: &Services, by: &Inviting, new: NewInvitations) -> Verb<Sent> {
    verdicts::bounded(by, &new.list)?;
    if verdicts::is_bulk(by, &new.list) {
        let job = jobs::start(services, by, new).await?;
        return Ok(Sent { lines: Vec::new(), job: Some(job) });
    }
    again!(invite_now(services, by, &new))
}

async fn invite_now(services: &Services, by: &Inviting, new: &NewInvitations) -> Verb<Sent> {
    let mut deed = services.deed(by.actor()).await?;
    let lines = send(services, &mut deed, by, new, &new.list, Lane::Single).await?;
    deed.commit().await?;
    Ok(Sent { lines, job: None })
}

/// Checks what is said to everybody on a list, without looking at the list.
///
/// # Errors
/// Beside the fields that are wrong, else why the person may not invite there.
pub(crate) async fn check_plan(services: &Services, tx: &mut Tx, by: &Inviting, new: &NewInvitations) -> Verb<()> {
    let desk = verdicts::Desk::open(services, tx, by, true).await?;
    plan::Plan::make(services, tx, by, &desk, new, Lane::Bulk).await?;
    Ok(())
}

/// The applications that these invitations open, named on the form, in the letter and at consent.
pub async fn opens(services: &Services, by: &Inviting) -> Verb<Vec<store::groups::Opened>> {
    let Some(group) = by.group() else { return Ok(Vec::new()) };
    let mut tx = services.store.read().await?;
    Ok(store::groups::opens(&mut tx, group.id).await?)
}

/// Whose limit was hit, for the log.
fn limited(inviter: &User) -> Target {
    Target::new(TargetKind::User, inviter.id, inviter.shown_name())
}

pub(crate) fn target(invitation: &Invitation) -> Target {
    Target::new(TargetKind::Invitation, invitation.id, invitation.address.as_str())
}
