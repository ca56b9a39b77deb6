//! Redemption: what a link shows, consent by somebody whose address is proved, and refusing without signing in.
//!
//! A link names an invitation and proves nothing. Codes and sessions live elsewhere.

use std::collections::{BTreeSet, HashMap};

use domain::event::Action;
use domain::group::{Group, Membership};
use domain::id::{GroupId, InvitationId, RequestId, UserId};
use domain::invitation::{Invitation, Whose};
use domain::session::Origin;
use domain::settings::Collaboration;
use domain::text::{EmailAddress, Label, letter_name};
use domain::time::Timestamp;
use domain::user::{Barred, ExternalState, User};
use store::memberships::Member;
use store::settings::COLLABORATION;
use store::{Stored, Tx};

use crate::deed::Deed;
use crate::groups::guard;
use crate::invitations::close_all;
use crate::refusal::again;
use crate::{Actor, Denied, Refusal, Secret, Services, Verb, access, signin};

mod adding;
mod lost;
mod refusing;
mod wishing;

pub use adding::{add, ask_to_add, may_add, to_be_added};
pub use lost::lost;
pub use refusing::{block, decline};
pub use wishing::{ask_inviter, may_be_asked};

pub use crate::signin::Proved;

domain::stored_words! {
    /// What the organization learns of a guest who accepts.
    Shared { Name = "name", Address = "address", Organization = "organization", SignIns = "sign_ins" }
}

/// An open invitation with everything that its guest is told before consenting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub invitation: Invitation,
    /// The name, or the address where the name could mislead.
    pub inviter: String,
    pub inviter_address: EmailAddress,
    pub organization: Label,
    pub group: Option<Label>,
    /// Every application that the group opens, by name.
    pub applications: Vec<store::groups::Opened>,
    pub shared: &'static [Shared],
    pub privacy_contact: Option<EmailAddress>,
    pub privacy_statement: Option<String>,
}

/// What a link leads to. Changes nothing: mail scanners open links.
///
/// # Errors
/// `NotFound` for a link that never was; `Redeem` says why the invitation is not open; `link_void`.
pub async fn look(services: &Services, link: &Secret) -> Verb<Opened> {
    let mut tx = services.store.read().await?;
    let (found, is_live) = named(&mut tx, link).await?;
    found.value.open(services.now())?;
    if !is_live {
        return Err(Refusal::Rule("link_void"));
    }
    let opened = opened(services, &mut tx, vec![found.value]).await?;
    opened.into_iter().next().ok_or_else(|| Denied::NotFound.into())
}

async fn named(tx: &mut Tx, link: &Secret) -> Verb<(Stored<Invitation>, bool)> {
    Ok(store::invitations::by_link(tx, &link.digest()).await?.ok_or(Denied::NotFound)?)
}

/// The invitations that a proved address may accept now: what the consent page lists.
pub async fn pending_for(services: &Services, proved: &Proved) -> Verb<Vec<Opened>> {
    let now = services.now();
    let mut tx = services.store.read().await?;
    let pending = store::invitations::open_by_address(&mut tx, proved.address()).await?;
    let open = pending.into_iter().map(|stored| stored.value).filter(|invitation| invitation.open(now).is_ok());
    opened(services, &mut tx, open.collect()).await
}

async fn opened(services: &Services, tx: &mut Tx, invitations: Vec<Invitation>) -> Verb<Vec<Opened>> {
    let inviters: Vec<UserId> = invitations.iter().map(|invitation| invitation.invited_by).collect();
    let inviters = store::users::by_ids(tx, &inviters).await?;
    let inviters: HashMap<UserId, User> = inviters.into_iter().map(|user| (user.value.id, user.value)).collect();
    let groups: Vec<GroupId> = invitations.iter().filter_map(|invitation| invitation.group).collect();
    let mut applications: HashMap<GroupId, Vec<store::groups::Opened>> = HashMap::new();
    for (group, application) in store::invitations::opened_by(tx, &groups).await? {
        applications.entry(group).or_default().push(application);
    }
    let groups = groups_by_id(tx, &groups).await?;
    let tenant = services.tenant();
    let organization = &tenant.organization.value;
    let opened = invitations.into_iter().filter_map(|invitation| {
        let inviter = inviters.get(&invitation.invited_by)?;
        Some(Opened {
            inviter: safe_name(inviter),
            inviter_address: inviter.address.clone(),
            organization: organization.name.clone(),
            group: invitation.group.and_then(|group| groups.get(&group)).map(|group| group.name.clone()),
            applications: invitation.group.and_then(|group| applications.get(&group)).cloned().unwrap_or_default(),
            shared: Shared::ALL,
            privacy_contact: organization.privacy_contact.clone(),
            privacy_statement: organization.privacy_statement.clone(),
            invitation,
        })
    });
    Ok(opened.collect())
}

async fn groups_by_id(tx: &mut Tx, groups: &[GroupId]) -> Verb<HashMap<GroupId, Group>> {
    let groups = store::groups::by_ids(tx, groups).await?;
    Ok(groups.into_iter().map(|group| (group.value.id, group.value)).collect())
}

fn safe_name(user: &User) -> String {
    let name = user.name.as_ref().and_then(|name| letter_name(name.as_str()));
    name.unwrap_or_else(|| user.address.shown())
}

/// The person behind a proved address consents to exactly the invitations that the page listed.
///
/// # Errors
/// `Redeem` where one of them is not open (any more), `AlreadyAccepted` for a second Accept; `domain_not_allowed` or
/// `partner_closed` where the rules have closed the domain since; `Barred`. Then nothing was accepted.
pub async fn accept(
    services: &Services,
    proved: &Proved,
    listed: &[InvitationId],
    origin: Origin,
    correlation: RequestId,
) -> Verb<User> {
    again!(accept_now(services, proved, listed, origin.clone(), correlation))
}

async fn accept_now(
    services: &Services,
    proved: &Proved,
    listed: &[InvitationId],
    origin: Origin,
    correlation: RequestId,
) -> Verb<User> {
    let mut tx = services.store.read().await?;
    let user = store::users::by_address(&mut tx, proved.address()).await?.ok_or(Denied::NotFound)?;
    drop(tx);
    let actor = Actor::proved(&user.value, origin, correlation);
    let mut deed = services.deed(&actor).await?;
    let user = accept_in(services, &mut deed, proved, listed).await?;
    deed.commit().await?;
    Ok(user)
}

/// The same within a deed that goes on to open a session. May be worth doing again: see [`Refusal::lost_a_race`].
pub(crate) async fn accept_in(
    services: &Services,
    deed: &mut Deed<'_>,
    proved: &Proved,
    listed: &[InvitationId],
) -> Verb<User> {
    let now = deed.now;
    let mut wanted = listed.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let found = store::invitations::by_ids(&mut deed.tx, &wanted).await?;
    let person = found.first().ok_or(Denied::NotFound)?.value.user;
    if found.len() != wanted.len() || found.iter().any(|stored| stored.value.user != person) {
        return Err(Denied::NotFound.into());
    }
    let accepted = found
        .into_iter()
        .map(|stored| stored.try_with(|invitation| invitation.redeem(proved.address(), person, now)))
        .collect::<Result<Vec<_>, _>>()?;
    let groups: BTreeSet<GroupId> = accepted.iter().filter_map(|stored| stored.value.group).collect();
    let groups: Vec<GroupId> = groups.into_iter().collect();
    for group in &groups {
        store::guards::hold(&mut deed.tx, &guard(*group)).await?;
    }
    // Left out of a policy since the letter: nobody slips past it by an invitation from before.
    if access::is_protected(services, &mut deed.tx, &groups).await? {
        return Err(Refusal::Rule("group_protected"));
    }
    signin::hold_entry(&mut deed.tx, person, proved).await?;
    let user = store::users::get(&mut deed.tx, person).await?.ok_or(Denied::NotFound)?;
    match user.value.may_enter(now) {
        Ok(()) | Err(Barred::NotAccepted) => {}
        Err(barred) => return Err(barred.into()),
    }
    check_domains(&mut deed.tx, &user.value, &accepted).await?;
    check_way(&mut deed.tx, &user.value, proved, now).await?;
    signin::check_anchor(&mut deed.tx, &user.value, proved, now).await?;
    let user = user.with(|user| user.accept(now));
    store::users::save(&mut deed.tx, &user).await?;
    let user = user.value;
    signin::bind(deed, &user, proved).await?;
    let held = store::memberships::held_for(&mut deed.tx, &wanted).await?;
    close_all(deed, &accepted, Action::InvitationAccepted).await?;
    let zone = services.tenant().organization.value.zone.clone();
    let begun = held.into_iter().filter_map(|held| {
        let invitation = accepted.iter().find(|stored| Some(stored.value.id) == held.held_for)?;
        let ends_at = invitation.value.stay_ends(now, &zone);
        let membership = Membership { added_at: now, ends_at, held_for: None, ..held };
        Some(Member { membership, user: user.clone() })
    });
    store::memberships::insert(&mut deed.tx, &begun.collect::<Vec<_>>()).await?;
    let set = services.policies_in(&mut deed.tx).await?;
    for group in groups_by_id(&mut deed.tx, &groups).await?.values() {
        let policies = access::telling_apart(&set, group.id);
        if !policies.is_empty() {
            let told = serde_json::json!({ "user": user.id, "policies": policies });
            deed.tell_change(Action::MemberAdded, crate::groups::target(group), &(), &told);
        }
    }
    Ok(user)
}

/// Rules may have closed a domain since the letter: for those who have not accepted anything yet. A group's own rules
/// hold for whoever comes in.
async fn check_domains(tx: &mut Tx, user: &User, accepted: &[Stored<Invitation>]) -> Verb<()> {
    let refused = |by| match by {
        Whose::Organization => Err(Refusal::Rule("domain_not_allowed")),
        Whose::Group => Err(Refusal::Rule("domain_not_allowed_by_group")),
    };
    let settings: Stored<Collaboration> = store::settings::get(tx, COLLABORATION).await?.ok_or(Refusal::Conflict)?;
    let is_pending = matches!(user.external, Some(ExternalState::PendingAcceptance { .. }));
    if is_pending && !settings.value.domains.admits_address(&user.address) {
        return refused(Whose::Organization);
    }
    if is_pending {
        let partner = store::partners::by_domains(tx, [user.address.domain()]).await?;
        if partner.iter().any(|partner| !partner.invitations_allowed) {
            return Err(Refusal::Rule("partner_closed"));
        }
    }
    let groups: Vec<GroupId> = accepted.iter().filter_map(|stored| stored.value.group).collect();
    let groups = groups_by_id(tx, &groups).await?;
    if groups.values().any(|group| !group.narrowing.domains.admits_address(&user.address)) {
        return refused(Whose::Group);
    }
    Ok(())
}

/// A domain that has a provider is redeemed by it alone, unless that one lets passcodes.
async fn check_way(tx: &mut Tx, user: &User, proved: &Proved, now: Timestamp) -> Verb<()> {
    let own = store::providers::of_domain(tx, &user.address.domain()).await?;
    let Some(own) = own.filter(|own| !own.value.lets_passcodes(now)) else { return Ok(()) };
    let by = proved.vouched().map(|by| by.provider);
    if by == Some(own.value.id) { Ok(()) } else { Err(Refusal::Rule("by_its_provider")) }
}
