//! The letter as it would leave, for whoever writes it. The link in it opens nothing.

use domain::letter::Lane;
use domain::text::{EmailAddress, letter_name};

use super::plan::Plan;
use super::verdicts::Desk;
use super::{Inviting, NewInvitations};
use crate::mail::{self, Content, InvitationFacts, Person};
use crate::{Services, Verb};

/// What stands for the token of a letter that nobody gets.
const NO_TOKEN: &str = "preview";

/// # Errors
/// Beside the fields that are wrong, else why the person may not invite there.
pub async fn preview(services: &Services, by: &Inviting, new: &NewInvitations, to: &EmailAddress) -> Verb<Content> {
    let mut tx = services.store.read().await?;
    let desk = Desk::open(services, &mut tx, by, true).await?;
    let plan = Plan::make(services, &mut tx, by, &desk, new, Lane::Single).await?;
    let opened = match by.group() {
        Some(group) => store::groups::opens(&mut tx, group.id).await?,
        None => Vec::new(),
    };
    let landing = opened.iter().find(|app| Some(app.id) == plan.landing);
    let name = |app: &store::groups::Opened| mail::application_name(&app.name, &app.launch_url);
    let group =
        by.group().map(|group| letter_name(group.name.as_str()).unwrap_or_else(|| mail::unnamed_group().to_owned()));
    let facts = InvitationFacts {
        house: services.house(),
        inviter: Person::of(by.user()),
        inviter_is_proved: true,
        to: to.clone(),
        group,
        applications: opened.iter().map(name).collect(),
        landing: landing.map(name),
        message: plan.message,
        cc: plan.cc.map(|copied| copied.address),
        stay_days: plan.stay_days,
        expires_at: plan.expires_at,
        zone: plan.zone,
    };
    Ok(mail::render_invitation(&facts, NO_TOKEN))
}
