//! An invitation that is taken up by another account of the same person: they are invited at one address, and known here
//! by another.
//!
//! What stands against abuse, for whoever changes this. A letter is forwarded and a link proves nothing, so the invited
//! mailbox is proved by a code, typed in this browser, which names the account that it gives the invitation to: whoever
//! reads it to somebody else knows what they do. The account is proved not longer than five minutes ago, so no borrowed
//! browser gains anything. A code must have been enough to redeem: where the domain of the invited address has a
//! provider, its word is what ends this access one day, and another account would escape it; so the inviter is asked. An
//! address that was accepted before is an account of its own, which its own anchor guards. What the organization and the
//! group let in holds for the account too. Who holds a role, or sent the invitation, could give themselves what others
//! must give them. Nothing is linked: the account gains the membership and no way to sign in. The inviter gets a letter.

use domain::event::Action;
use domain::group::Membership;
use domain::id::{GroupId, InvitationId};
use domain::invitation::Invitation;
use domain::letter::{Lane, Letter};
use domain::passcode::Purpose;
use domain::text::EmailAddress;
use domain::time::Timestamp;
use domain::user::{Barred, User};
use store::Tx;
use store::memberships::Member;

use super::{Opened, look, opened};
use crate::groups::guard;
use crate::invitations::{close, target};
use crate::people::{check_domain, named};
use crate::refusal::again;
use crate::signin::{self, Asked, Caller, PROOF_WAITS, entry_guard};
use crate::{Denied, Refusal, Secret, Services, Verb, Viewer, access};

/// May the viewer have this invitation added to their account, once they have proved the invited address?
///
/// # Errors
/// What stands against it: `add_account_exists`, `add_by_provider` with its name, `add_in_already`, `add_invited`,
/// `add_own_invitation`, `add_role_holder`, `invitation_gives_nothing`, and what closes a domain.
pub async fn may_add(services: &Services, viewer: &Viewer, invitation: &Invitation) -> Verb<()> {
    let mut tx = services.store.read().await?;
    check(services, &mut tx, &viewer.user, invitation, services.now()).await.map(|_| ())
}

/// Sends a code to the invited address, for adding the invitation of this link to the viewer's account.
///
/// # Errors
/// As [`look`] and [`may_add`]; `TooMany`.
pub async fn ask_to_add(services: &Services, viewer: &Viewer, caller: &Caller<'_>, link: &Secret) -> Verb<()> {
    let invitation = look(services, link).await?.invitation;
    may_add(services, viewer, &invitation).await?;
    let asked = Asked { by: Some(viewer.user.id), adding: Some(invitation.id), ..Asked::default() };
    signin::ask(services, caller, Purpose::AddInvitation, &invitation.address, &asked).await
}

/// The invitation that the viewer asked to add in this browser, not long ago, for the page that takes the code.
///
/// # Errors
/// `NotFound` where there is none; `Redeem` where it is not open any more.
pub async fn to_be_added(services: &Services, viewer: &Viewer, browser: &Secret) -> Verb<Opened> {
    let mut tx = services.store.read().await?;
    let newest = store::passcodes::newest(&mut tx, &browser.digest(), Purpose::AddInvitation).await?;
    let newest = newest.filter(|asked| asked.value.code.asked_at + PROOF_WAITS > services.now());
    let asked =
        newest.map(|asked| Asked::read(&asked.value.continuation)).filter(|asked| asked.by == Some(viewer.user.id));
    let id = asked.and_then(|asked| asked.adding).ok_or(Denied::NotFound)?;
    let invitation = store::invitations::get(&mut tx, id).await?.ok_or(Denied::NotFound)?.value;
    invitation.open(services.now())?;
    let opened = opened(services, &mut tx, vec![invitation]).await?;
    opened.into_iter().next().ok_or_else(|| Denied::NotFound.into())
}

/// Takes the invitation up for the viewer's account: the membership is theirs from now on, as long as the invited person
/// would have had it. Answers the group.
///
/// # Errors
/// As [`may_add`]; `Stale`; what is wrong with the code; `NotFound` where somebody else asked for it.
pub async fn add(services: &Services, viewer: Viewer, caller: &Caller<'_>, code: &str) -> Verb<GroupId> {
    let viewer = viewer.fresh(services)?;
    let challenge = signin::prove(services, caller, Purpose::AddInvitation, code).await?;
    let asked = Asked::read(&challenge.continuation);
    let id = asked.adding.filter(|_| asked.by == Some(viewer.user.id)).ok_or(Denied::NotFound)?;
    again!(add_now(services, &viewer, &challenge.address, id))
}

async fn add_now(services: &Services, viewer: &Viewer, proved: &EmailAddress, id: InvitationId) -> Verb<GroupId> {
    let mut deed = services.deed(viewer.actor()).await?;
    let now = deed.now;
    let found = store::invitations::get(&mut deed.tx, id).await?.ok_or(Denied::NotFound)?;
    let mut people = [viewer.user.id, found.value.user];
    // Two accounts that move invitations to each other take the guards in one order.
    people.sort_unstable();
    if let Some(group) = found.value.group {
        store::guards::hold(&mut deed.tx, &guard(group)).await?;
    }
    for user in people {
        store::guards::hold(&mut deed.tx, &entry_guard(user)).await?;
    }
    let account = store::users::get(&mut deed.tx, viewer.user.id).await?.ok_or(Denied::SignIn)?.value;
    let (group, ended) = check(services, &mut deed.tx, &account, &found.value, now).await?;
    let taken = found.try_with(|invitation| invitation.redeem(proved, account.id, now))?;
    close(&mut deed, &taken, Action::InvitationAccepted).await?;
    let taken = taken.value;
    let ends_at = taken.stay_ends(now, &services.tenant().organization.value.zone);
    if ended {
        store::memberships::give(&mut deed.tx, group, account.id, now, ends_at).await?;
    } else {
        let added_by = taken.invited_by;
        let membership = Membership { group, user: account.id, added_by, added_at: now, ends_at, held_for: None };
        store::memberships::insert(&mut deed.tx, &[Member { membership, user: account.clone() }]).await?;
    }
    let set = services.policies_in(&mut deed.tx).await?;
    let policies = access::telling_apart(&set, group);
    let invited = serde_json::json!({ "user": taken.user, "policies": policies });
    deed.tell_change(Action::InvitationAdded, target(&taken), &invited, &named(&account));
    deed.send(Lane::Single, Letter::TakenUpByOther { invitation: taken.id, account: account.id });
    deed.commit().await?;
    Ok(group)
}

/// The group, and whether the account was in it before and is not any more.
async fn check(
    services: &Services,
    tx: &mut Tx,
    account: &User,
    invitation: &Invitation,
    now: Timestamp,
) -> Verb<(GroupId, bool)> {
    invitation.open(now)?;
    account.may_enter(now)?;
    let group = invitation.group.ok_or(Refusal::Rule("invitation_gives_nothing"))?;
    if access::is_protected(services, tx, &[group]).await? {
        return Err(Refusal::Rule("group_protected"));
    }
    if invitation.invited_by == account.id {
        return Err(Refusal::Rule("add_own_invitation"));
    }
    if !account.roles.is_empty() {
        return Err(Refusal::Rule("add_role_holder"));
    }
    // First, so that nobody asks anybody for what they have.
    let ended = match store::memberships::get(tx, group, account.id).await? {
        Some(held) if held.held_for.is_some() => return Err(Refusal::Rule("add_invited")),
        Some(membership) if membership.counts(now) => return Err(Refusal::Rule("add_in_already")),
        membership => membership.is_some(),
    };
    let invited = store::users::get(tx, invitation.user).await?.ok_or(Denied::NotFound)?.value;
    match invited.may_enter(now) {
        Err(Barred::NotAccepted) if invited.id != account.id => {}
        Err(barred) if barred != Barred::NotAccepted => return Err(barred.into()),
        _ => return Err(Refusal::field_because("", "add_account_exists", invited.address.shown())),
    }
    let own = store::providers::of_domain(tx, &invitation.address.domain()).await?;
    if let Some(own) = own.filter(|own| !own.value.lets_passcodes(now)) {
        return Err(Refusal::field_because("", "add_by_provider", own.value.name.as_str()));
    }
    if account.is_guest() {
        check_domain(tx, &account.address).await.map_err(of_the_whole)?;
        let found = store::groups::get(tx, group).await?.ok_or(Denied::NotFound)?.value;
        if !found.narrowing.domains.admits_address(&account.address) {
            return Err(Refusal::Rule("domain_not_allowed_by_group"));
        }
    }
    Ok((group, ended))
}

/// There is no field for the address of the account.
fn of_the_whole(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Invalid(problems) => {
            let whole =
                |problem: domain::problem::Problem| domain::problem::Problem { field: String::new(), ..problem };
            Refusal::Invalid(problems.into_iter().map(whole).collect())
        }
        other => other,
    }
}
