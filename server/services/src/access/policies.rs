//! Policies: listed, written, copied, switched and deleted by conditional access administrators.

use std::collections::{BTreeSet, HashMap};

use domain::access::{Location, Policy, PolicyState, What, Who};
use domain::event::{Action, Target, TargetKind};
use domain::id::{AppId, GroupId, PolicyId, UserId};
use domain::problem::Problem;
use domain::user::{Standing, User};
use store::access::{BY_STATE, Listed, Tally};
use store::{Bind, Filter, Page, PageAsk, Stored, Tx};

use super::change::{Change, make};
use super::{lockout, record};
use crate::refusal::again;
use crate::{Denied, PolicyAdmin, Reader, Refusal, Services, Verb, Viewer};

/// The policies; `state` is one that they are in.
pub async fn list(
    services: &Services,
    _by: &Reader,
    state: Option<PolicyState>,
    ask: &PageAsk,
) -> Verb<Page<Listed<Policy>>> {
    let filters: Vec<Filter> = state.map(|state| Filter::new(BY_STATE, [Bind::text(state)])).into_iter().collect();
    Ok(store::access::page(&mut services.store.read().await?, ask, &filters).await?)
}

/// What each policy came to in the last seven days.
pub async fn week(services: &Services, _by: &Reader) -> Verb<HashMap<String, Vec<Tally>>> {
    let tallies = store::access::tallies(&mut services.store.read().await?, record::days_ago(services, 6)).await?;
    let mut by_policy: HashMap<String, Vec<Tally>> = HashMap::new();
    for tally in tallies {
        by_policy.entry(tally.policy_id.clone()).or_default().push(tally);
    }
    Ok(by_policy)
}

/// # Errors
/// `NotFound`; `Broken` where what is kept cannot be read.
pub async fn get(services: &Services, _by: &Reader, id: PolicyId) -> Verb<Stored<Policy>> {
    Ok(store::access::get(&mut services.store.read().await?, id).await?.ok_or(Denied::NotFound)?)
}

/// # Errors
/// Beside its fields, what is missing, unknown or cannot be; `lockout_self`, `lockout_others`.
pub async fn create(services: &Services, by: &PolicyAdmin, policy: Policy) -> Verb<PolicyId> {
    again!(create_now(services, by, policy.clone()))
}

async fn create_now(services: &Services, by: &PolicyAdmin, policy: Policy) -> Verb<PolicyId> {
    let mut deed = services.deed(by.actor()).await?;
    let policy = Policy { id: deed.id(), created_at: deed.now, ..policy };
    check(services, &mut deed.tx, &policy).await?;
    let (id, told) = (policy.id, (Action::PolicyCreated, target(&policy)));
    make(services, by, deed, Change::Create(policy), told).await?;
    Ok(id)
}

/// `version` is the one its form was filled from.
///
/// # Errors
/// As [`create`].
pub async fn save(services: &Services, by: &PolicyAdmin, policy: Policy, version: i64) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let old: Stored<Policy> = store::access::get(&mut deed.tx, policy.id).await?.ok_or(Denied::NotFound)?;
    let policy = Policy { created_at: old.value.created_at, ..policy };
    check(services, &mut deed.tx, &policy).await?;
    let told = (Action::PolicyChanged, target(&policy));
    let new = Stored { value: policy, version };
    make(services, by, deed, Change::Save { old: old.value, new }, told).await
}

/// Switches a policy on, off or to report-only.
///
/// # Errors
/// As [`create`].
pub async fn switch(services: &Services, by: &PolicyAdmin, id: PolicyId, state: PolicyState, version: i64) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let old: Stored<Policy> = store::access::get(&mut deed.tx, id).await?.ok_or(Denied::NotFound)?;
    let policy = Policy { state, ..old.value.clone() };
    check(services, &mut deed.tx, &policy).await?;
    let told = (Action::PolicyChanged, target(&policy));
    make(services, by, deed, Change::Save { old: old.value, new: Stored { value: policy, version } }, told).await
}

/// A copy under another name, switched off.
///
/// # Errors
/// `NotFound`; beside `name`.
pub async fn duplicate(services: &Services, by: &PolicyAdmin, id: PolicyId) -> Verb<PolicyId> {
    let of: Stored<Policy> =
        store::access::get(&mut services.store.read().await?, id).await?.ok_or(Denied::NotFound)?;
    for number in 1..100 {
        let suffix = if number == 1 { " (copy)".to_owned() } else { format!(" (copy {number})") };
        let kept: String = of.value.name.as_str().chars().take(80 - suffix.chars().count()).collect();
        let Ok(name) = domain::access::PolicyName::parse(&format!("{kept}{suffix}")) else { break };
        match create(services, by, Policy { name, state: PolicyState::Off, ..of.value.clone() }).await {
            Err(Refusal::Invalid(problems)) if problems.iter().any(|problem| problem.code == "name_taken") => {}
            done => return done,
        }
    }
    Err(Refusal::field("name", "name_taken"))
}

/// # Errors
/// `NotFound`; `lockout_self`, `lockout_others`.
pub async fn delete(services: &Services, by: &PolicyAdmin, id: PolicyId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let policy: Stored<Policy> = store::access::get(&mut deed.tx, id).await?.ok_or(Denied::NotFound)?;
    let told = (Action::PolicyDeleted, target(&policy.value));
    make(services, by, deed, Change::Delete(policy.value), told).await
}

/// Switches a policy off by its name, whoever would be let in then: on the machine itself.
///
/// # Errors
/// `NotFound`.
pub async fn switch_off(services: &Services, name: &str) -> Verb<()> {
    let actor = crate::Actor::lobby(services);
    let mut deed = services.deed(&actor).await?;
    let listed: Listed<Policy> = store::access::by_name(&mut deed.tx, name).await?.ok_or(Denied::NotFound)?;
    let target = Target::new(TargetKind::Policy, &listed.id, listed.name.as_str());
    match listed.value {
        Some(old) => {
            let new = Policy { state: PolicyState::Off, ..old.clone() };
            deed.tell_change(Action::PolicyChanged, target, &old, &new);
            store::access::save(&mut deed.tx, &Stored { value: new, version: listed.version }, deed.now).await?;
        }
        // What cannot be read can only be put away.
        None => {
            deed.tell(Action::PolicyDeleted, target);
            store::access::forget::<Policy>(&mut deed.tx, &listed.id, &listed.name).await?;
        }
    }
    store::access::end_trial(&mut deed.tx, &listed.id).await?;
    deed.commit().await?;
    services.reload_policies().await
}

pub(super) fn target(policy: &Policy) -> Target {
    Target::new(TargetKind::Policy, policy.id, policy.name.as_str())
}

/// Is the policy whole, is everything that it names there, and may it be named?
async fn check(services: &Services, tx: &mut Tx, policy: &Policy) -> Verb<()> {
    let mut problems = policy.problems();
    unknown(tx, policy, &mut problems).await?;
    if policy.state != PolicyState::Off {
        for group in policy.protected_groups() {
            if let Some(why) = unprotected(tx, group).await? {
                problems.push(Problem::because("users", "group_unprotected", why));
            }
        }
        let set = store::access::current(tx).await?;
        let by_country = |id| set.locations.get(&id).is_some_and(Location::by_country);
        if policy.named_locations().any(by_country) && !services.countries.has_data() {
            problems.push(Problem::new("locations", "country_data_missing"));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.into()) }
}

/// Notes what the policy names and nobody knows.
async fn unknown(tx: &mut Tx, policy: &Policy, problems: &mut Vec<Problem>) -> Verb<()> {
    let (users, groups) = named_users_and_groups(policy.users.include.iter().chain(&policy.users.exclude));
    let apps: BTreeSet<AppId> = policy
        .applications
        .include
        .iter()
        .chain(&policy.applications.exclude)
        .filter_map(|what| match what {
            What::App(id) => Some(*id),
            What::All | What::Lobby | What::SecurityInformation => None,
        })
        .collect();
    let apps: Vec<AppId> = apps.into_iter().collect();
    let set = store::access::current(tx).await?;
    let known = store::users::by_ids(tx, &users).await?.len() == users.len()
        && store::groups::by_ids(tx, &groups).await?.len() == groups.len();
    let mut wrong = |is: bool, field: &str| {
        if is {
            problems.push(Problem::new(field, "policy_names_unknown"));
        }
    };
    wrong(!known, "users");
    wrong(store::applications::names(tx, &apps).await?.len() != apps.len(), "applications");
    wrong(policy.named_locations().any(|id| !set.locations.contains_key(&id)), "locations");
    wrong(policy.terms().any(|id| !set.terms.contains_key(&id)), "grant");
    Ok(())
}

/// The people and groups among these, each once.
fn named_users_and_groups<'a>(named: impl Iterator<Item = &'a Who>) -> (Vec<UserId>, Vec<GroupId>) {
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

/// Why a group may not be excluded from a policy: anybody could be let into it.
async fn unprotected(tx: &mut Tx, group: GroupId) -> Verb<Option<String>> {
    let Some(found) = store::groups::get(tx, group).await? else { return Ok(None) };
    let name = found.value.name.to_string();
    let granted = !store::applications::granted_by(tx, group).await?.is_empty();
    let invited = !store::invitations::open_of_group(tx, group).await?.is_empty();
    let owned = found.value.owners_manage && store::groups::count_owners(tx, group).await? > 0;
    Ok((granted || invited || owned).then_some(name))
}

/// The enabled policy that names a thing: it cannot be deleted then.
pub(crate) async fn naming(tx: &mut Tx, named: Named) -> Verb<Option<String>> {
    let set = store::access::current(tx).await?;
    let names = |policy: &Policy| match named {
        Named::User(id) => policy.users.include.iter().chain(&policy.users.exclude).any(|who| *who == Who::User(id)),
        Named::Group(id) => policy.users.include.iter().chain(&policy.users.exclude).any(|who| *who == Who::Group(id)),
        Named::App(id) => {
            policy.applications.include.iter().chain(&policy.applications.exclude).any(|what| *what == What::App(id))
        }
        Named::Location(id) => policy.named_locations().any(|location| location == id),
        Named::Terms(id) => policy.terms().any(|terms| terms == id),
    };
    Ok(set.in_force().find(|policy| names(policy)).map(|policy| policy.name.to_string()))
}

/// Something that a policy may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    User(UserId),
    Group(GroupId),
    App(AppId),
    Location(domain::id::LocationId),
    Terms(domain::id::TermsId),
}

/// Is the group left out of a policy in force? Then it is never open, and only Administrators and conditional access
/// administrators change who is in it.
pub(crate) fn is_protected(services: &Services, group: GroupId) -> bool {
    services.policies().in_force().any(|policy| policy.protected_groups().any(|named| named == group))
}

/// After a change of who is in a group: the policies that hold otherwise now, for the audit log. Where one of them bears on
/// Lobby itself, nobody may be locked out by it.
///
/// # Errors
/// As [`lockout::check`].
pub(crate) async fn regrouped(services: &Services, tx: &mut Tx, by: &Viewer, group: GroupId) -> Verb<Vec<String>> {
    let set = services.policies();
    let names = |policy: &&Policy| {
        policy.users.include.iter().chain(&policy.users.exclude).any(|who| *who == Who::Group(group))
    };
    let changed: Vec<&Policy> = set.in_force().filter(names).collect();
    if changed.iter().any(|policy| policy.applications.covers(domain::access::Target::Lobby)) {
        lockout::check(services, tx, by, &set).await?;
    }
    Ok(changed.into_iter().map(|policy| policy.name.to_string()).collect())
}

/// Of these policies, those that nobody is left in: what they include has become empty, so they match nobody.
///
/// # Errors
/// Where the database does not answer.
pub async fn of_nobody(services: &Services, _by: &Reader, policies: &[&Policy]) -> Verb<BTreeSet<PolicyId>> {
    let named = policies.iter().flat_map(|policy| &policy.users.include);
    let (users, groups) = named_users_and_groups(named);
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
