//! What policies name: it cannot be deleted, and a group that one leaves out is protected.

use std::collections::BTreeSet;

use domain::access::{Policy, PolicySet, PolicyState, Target, Thing, Who};
use domain::id::{GroupId, PolicyId, UserId};
use domain::user::{Standing, User};
use store::Tx;
use store::access::Trial;

use super::lockout;
use crate::groups::guard;
use crate::{Reader, Refusal, Services, Verb, Viewer};

/// Refuses to part with what a policy names that is in force, or may be again.
///
/// # Errors
/// `code` or `named_by_waiting`, with the name of the policy.
pub(crate) async fn in_use(services: &Services, tx: &mut Tx, thing: Thing, code: &str) -> Verb<()> {
    let [waiting, in_force] = waiting_and_in_force(services, tx).await?;
    let naming = |policies: &[Policy]| policies.iter().find(|policy| policy.names(thing)).map(|one| one.name.clone());
    match (naming(&in_force), naming(&waiting)) {
        (Some(name), _) => Err(Refusal::field_because("", code, name)),
        (None, Some(name)) => Err(Refusal::field_because("", "named_by_waiting", name)),
        (None, None) => Ok(()),
    }
}

/// The policies that were in force and are again where nobody confirms what changed them, and those that are.
async fn waiting_and_in_force(services: &Services, tx: &mut Tx) -> Verb<[Vec<Policy>; 2]> {
    // Twice: what is switched off meanwhile is in the first, what is taken back in the second.
    let first = services.policies_in(tx).await?;
    let waiting = store::access::trials(tx).await?;
    let second = services.policies_in(tx).await?;
    let waiting = waiting.iter().filter_map(Trial::before::<Policy>).filter(|policy| policy.state != PolicyState::Off);
    Ok([waiting.collect(), first.in_force().chain(second.in_force()).cloned().collect()])
}

/// The people and groups among these, each once.
pub(super) fn users_and_groups<'a>(named: impl Iterator<Item = &'a Who>) -> (Vec<UserId>, Vec<GroupId>) {
    let (mut users, mut groups) = (BTreeSet::new(), BTreeSet::new());
    for who in named {
        match who {
            Who::User(id) => _ = users.insert(*id),
            Who::Group(id) => _ = groups.insert(*id),
            Who::All | Who::Guests | Who::Role(_) => {}
        }
    }
    (users.into_iter().collect(), groups.into_iter().collect())
}

fn protected(policy: &Policy) -> Vec<GroupId> {
    let groups: BTreeSet<GroupId> = policy.protected_groups().collect();
    groups.into_iter().collect()
}

/// Whoever lets somebody into a group that the policy leaves out waits until this transaction is over.
pub(super) async fn hold_protected(tx: &mut Tx, policy: &Policy) -> Verb<()> {
    for group in protected(policy) {
        store::guards::hold(tx, &guard(group)).await?;
    }
    Ok(())
}

/// The groups that the policy leaves out and anybody could be let into, by name.
pub(super) async fn unprotected(tx: &mut Tx, policy: &Policy) -> Verb<Vec<String>> {
    Ok(store::groups::open_to_others(tx, &protected(policy)).await?)
}

/// Is one of these groups left out of a policy that is in force, or was and may be again? Then it is never open, and only
/// Administrators and conditional access administrators change who is in it. The caller holds their guards.
///
/// # Errors
/// Where the database does not answer.
pub(crate) async fn is_protected(services: &Services, tx: &mut Tx, groups: &[GroupId]) -> Verb<bool> {
    Ok(waiting_and_in_force(services, tx).await?.iter().flatten().any(|policy| policy.protects(groups)))
}

/// The policies that tell people of a group from others, by name, for the audit log.
pub(crate) fn telling_apart(set: &PolicySet, group: GroupId) -> Vec<String> {
    set.naming(Thing::Group(group)).map(|policy| policy.name.to_string()).collect()
}

/// Does one of them, or one that may be in force again, bear on Lobby itself?
pub(crate) async fn tells_apart_at_lobby(services: &Services, tx: &mut Tx, group: GroupId) -> Verb<bool> {
    let at_lobby = |policy: &Policy| policy.names(Thing::Group(group)) && policy.applications.covers(Target::Lobby);
    Ok(waiting_and_in_force(services, tx).await?.iter().flatten().any(at_lobby))
}

/// The same after a change of who is in the group. Where one of them bears on Lobby itself, nobody may be locked out.
///
/// # Errors
/// As [`lockout::check`] and [`lockout::check_fallback`].
pub(crate) async fn regrouped(services: &Services, tx: &mut Tx, by: &Viewer, group: GroupId) -> Verb<Vec<String>> {
    let set = services.policies_in(tx).await?;
    if tells_apart_at_lobby(services, tx, group).await? {
        lockout::check(services, tx, by, &set).await?;
        let waiting = store::access::trials(tx).await?;
        if !waiting.is_empty() {
            lockout::check_fallback(services, tx, by, &lockout::taken_back(&set, &waiting)).await?;
        }
    }
    Ok(telling_apart(&set, group))
}

/// Of these policies, those that nobody is left in: what they include has become empty, so they match nobody.
///
/// # Errors
/// Where the database does not answer.
pub async fn of_nobody(services: &Services, _by: &Reader, policies: &[&Policy]) -> Verb<BTreeSet<PolicyId>> {
    let (users, groups) = users_and_groups(policies.iter().flat_map(|policy| &policy.users.include));
    let mut tx = services.store.read().await?;
    let gone = |user: &User| matches!(user.standing, Standing::Deleted { .. } | Standing::Erased { .. });
    let users = store::users::by_ids(&mut tx, &users).await?.into_iter().map(|stored| stored.value);
    let users: BTreeSet<UserId> = users.filter(|user| !gone(user)).map(|user| user.id).collect();
    let groups: BTreeSet<GroupId> = store::memberships::with_members(&mut tx, &groups).await?.into_iter().collect();
    let is_somebody = |who: &Who| match who {
        Who::All | Who::Guests | Who::Role(_) => true,
        Who::User(id) => users.contains(id),
        Who::Group(id) => groups.contains(id),
    };
    let of_nobody =
        |policy: &&&Policy| !policy.users.include.is_empty() && !policy.users.include.iter().any(is_somebody);
    Ok(policies.iter().filter(of_nobody).map(|policy| policy.id).collect())
}
