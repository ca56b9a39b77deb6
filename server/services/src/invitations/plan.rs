//! What is said to everybody on a list: parsed and checked once, before anybody is looked at.

use std::collections::HashSet;

use domain::id::AppId;
use domain::invitation::Verdict;
use domain::letter::Lane;
use domain::problem::{Problem, Problems};
use domain::text::{EmailAddress, Message, suspicious_text};
use domain::time::{Span, Timestamp, Zone};
use domain::user::{Standing, UserType};
use store::Tx;
use url::Url;

use super::verdicts::{Desk, letters_to, mailbox_hash};
use super::{Inviting, NewInvitations};
use crate::{Refusal, Services, Verb, access};

const LONGEST_STAY: u32 = 3_650;

/// The form, as it holds for each invitation of the list.
#[derive(Debug)]
pub(super) struct Plan {
    pub message: Option<Message>,
    pub stay_days: Option<u32>,
    pub ends_at: Option<Timestamp>,
    pub expires_at: Timestamp,
    pub cc: Option<Copied>,
    pub landing: Option<AppId>,
    pub language: String,
    pub letters: bool,
    pub lane: Lane,
    pub zone: Zone,
    pub confirmed: HashSet<String>,
}

/// Who gets a copy, and when letters went to them before.
#[derive(Debug)]
pub(super) struct Copied {
    pub address: EmailAddress,
    pub hash: String,
    pub letters: Vec<Timestamp>,
}

impl Plan {
    /// # Errors
    /// Beside the fields that are wrong.
    pub async fn make(
        services: &Services,
        tx: &mut Tx,
        by: &Inviting,
        desk: &Desk<'_>,
        new: &NewInvitations,
        lane: Lane,
    ) -> Verb<Self> {
        let zone = services.tenant().organization.value.zone.clone();
        let mut problems = Problems::default();
        let opened = match by.group() {
            Some(group) => store::groups::opens(tx, group.id).await?,
            None => Vec::new(),
        };
        if let Some(message) = new.message.as_ref().filter(|_| !by.by_role()) {
            let host = |url: &str| Url::parse(url).ok().and_then(|url| url.host_str().map(ToOwned::to_owned));
            let hosts: Vec<String> = opened.iter().filter_map(|app| host(&app.launch_url)).collect();
            if let Some(found) = suspicious_text(message.as_str(), &hosts) {
                problems.add(Problem::because("message", found.kind.code(), found.found));
            }
        }
        if new.landing.is_some_and(|landing| opened.iter().all(|app| app.id != landing)) {
            problems.add(Problem::new("landing", "landing_not_opened"));
        }
        if let Some(group) = by.group()
            && access::is_protected(services, tx, &[group.id]).await?
        {
            problems.add(Problem::new("", "group_protected"));
        }
        if new.show_link_only && !by.by_role() {
            problems.add(Problem::new("show_link_only", "administrators_only"));
        }
        let until = new.until.as_deref().filter(|date| !date.trim().is_empty());
        let ends_at = until.and_then(|date| problems.take("until", zone.end_of_day(date)));
        if ends_at.is_some_and(|end| end <= desk.now) {
            problems.add(Problem::new("until", "until_past"));
        }
        if new.stay_days.is_some_and(|days| days == 0 || days > LONGEST_STAY) {
            problems.add(Problem::because("stay_days", "stay_range", LONGEST_STAY));
        }
        let cc = match &new.cc {
            Some(cc) => copied(services, tx, desk, cc, &mut problems).await?,
            None => None,
        };
        problems.none().map_err(Refusal::Invalid)?;
        let asked = new.stay_days.or_else(|| ends_at.map(|end| days_until(&zone, desk.now, end)));
        let expires_at = desk.now + Span::days(i64::from(desk.settings.invitation_days));
        Ok(Self {
            message: new.message.clone(),
            stay_days: stay(tx, desk, asked).await?,
            ends_at,
            // What would end before it begins cannot be accepted any more.
            expires_at: ends_at.map_or(expires_at, |end| end.min(expires_at)),
            cc,
            landing: new.landing,
            language: new.language.clone(),
            letters: !new.show_link_only,
            lane,
            zone,
            confirmed: new.confirmed.iter().filter_map(|typed| key_of(typed)).collect(),
        })
    }
}

fn key_of(typed: &str) -> Option<String> {
    EmailAddress::parse(typed).ok().map(|address| address.key().to_owned())
}

fn days_until(zone: &Zone, now: Timestamp, end: Timestamp) -> u32 {
    u32::try_from(zone.days_between(now, end - Span(1))).unwrap_or(0)
}

/// The shortest of what was asked, what the group allows and what each application allows that it grants.
async fn stay(tx: &mut Tx, desk: &Desk<'_>, asked: Option<u32>) -> Verb<Option<u32>> {
    let Some(group) = &desk.group else { return Ok(None) };
    let granted = store::applications::granted_by(tx, group.id).await?;
    let services = granted.iter().filter_map(|app| app.self_service).filter_map(|service| service.stay(asked));
    Ok(services.chain(group.narrowing.stay(asked)).min())
}

/// A copy obeys domains and blocks like an invitation; colleagues are welcome whatever their domain.
async fn copied(
    services: &Services,
    tx: &mut Tx,
    desk: &Desk<'_>,
    cc: &EmailAddress,
    problems: &mut Problems,
) -> Verb<Option<Copied>> {
    let hash = mailbox_hash(&services.key, cc);
    let user = store::users::by_address(tx, cc).await?;
    let is_colleague = user.is_some_and(|user| {
        user.value.user_type == UserType::Member
            && user.value.standing == Standing::Enabled
            && desk.tells_who_is_known()
    });
    let domains = desk.group.iter().map(|group| &group.narrowing.domains).chain([&desk.settings.domains]);
    if !is_colleague && !domains.into_iter().all(|rules| rules.admits_address(cc)) {
        problems.add(Problem::new("cc", "domain_not_allowed"));
    }
    let partner = store::partners::by_domains(tx, [cc.domain()]).await?;
    if let Some(closed) = partner.iter().find(|partner| !is_colleague && !partner.invitations_allowed) {
        problems.add(Problem::because("cc", "partner_closed", &closed.name));
    }
    if !store::blocks::in_force(tx, std::slice::from_ref(&hash)).await?.is_empty() {
        problems.add(Problem::new("cc", Verdict::TakesNoInvitations.code()));
    }
    let letters = letters_to(tx, std::slice::from_ref(&hash), desk.now).await?.remove(&hash).unwrap_or_default();
    Ok(Some(Copied { address: cc.clone(), hash, letters }))
}
