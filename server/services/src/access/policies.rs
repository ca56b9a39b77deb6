//! Policies: listed, written, copied, switched and deleted by conditional access administrators.

use std::collections::{BTreeSet, HashMap};

use domain::access::{Location, Policy, PolicySet, PolicyState};
use domain::event::{Action, Target, TargetKind};
use domain::id::{AppId, PolicyId};
use domain::problem::Problem;
use store::access::{BY_STATE, Listed, Tally};
use store::{Bind, Filter, Page, PageAsk, Stored, Tx};

use super::change::{Change, make};
use super::naming::{hold_protected, unprotected, users_and_groups};
use super::{lockout, record};
use crate::refusal::again;
use crate::{Denied, PolicyAdmin, Reader, Refusal, Services, Verb};

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
/// Beside its fields, what is missing, unknown or cannot be; `lockout_self`, `lockout_others`, `lockout_waiting`.
pub async fn create(services: &Services, by: &PolicyAdmin, policy: Policy) -> Verb<PolicyId> {
    again!(create_now(services, by, policy.clone()))
}

async fn create_now(services: &Services, by: &PolicyAdmin, policy: Policy) -> Verb<PolicyId> {
    let mut deed = services.deed(by.actor()).await?;
    let policy = Policy { id: deed.id(), created_at: deed.now, ..policy };
    check(services, &mut deed.tx, &policy).await?;
    let id = policy.id;
    make(services, by, deed, Change::Create(policy)).await?;
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
    let new = Stored { value: policy, version };
    make(services, by, deed, Change::Save { old: old.value, new }).await
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
    make(services, by, deed, Change::Save { old: old.value, new: Stored { value: policy, version } }).await
}

/// A copy under another name, switched off.
///
/// # Errors
/// `NotFound`; beside `name`.
pub async fn duplicate(services: &Services, by: &PolicyAdmin, id: PolicyId) -> Verb<PolicyId> {
    let of: Stored<Policy> =
        store::access::get(&mut services.store.read().await?, id).await?.ok_or(Denied::NotFound)?;
    for name in of.value.name.variants("copy") {
        match create(services, by, Policy { name, state: PolicyState::Off, ..of.value.clone() }).await {
            Err(Refusal::Invalid(problems)) if problems.iter().any(|problem| problem.code == "name_taken") => {}
            done => return done,
        }
    }
    Err(Refusal::field("name", "name_taken"))
}

/// # Errors
/// `NotFound`; `lockout_self`, `lockout_others`, `lockout_waiting`.
pub async fn delete(services: &Services, by: &PolicyAdmin, id: PolicyId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let policy: Stored<Policy> = store::access::get(&mut deed.tx, id).await?.ok_or(Denied::NotFound)?;
    make(services, by, deed, Change::Delete(policy.value)).await
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

/// What stands against a policy as it is being written: as [`create`], or [`save`] for one that is there. Nothing is kept.
///
/// # Errors
/// As [`create`].
pub async fn weigh(services: &Services, by: &PolicyAdmin, draft: &Policy) -> Verb<()> {
    let mut tx = services.store.read().await?;
    let mut problems = problems(services, &mut tx, draft).await?;
    let named: Option<Listed<Policy>> = store::access::by_name(&mut tx, draft.name.as_str()).await?;
    if named.is_some_and(|named| named.id != draft.id.to_string()) {
        problems.push(Problem::new("name", "name_taken"));
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    let before = services.policies_in(&mut tx).await?;
    let after = before.with(draft.clone());
    if before.bears_on_lobby(&after) {
        lockout::check(services, &mut tx, by.viewer(), &after).await?;
    }
    Ok(())
}

/// Is the policy whole, is everything that it names there, and may it be named? Whoever lets people into a group that it
/// leaves out waits until it is kept, or is seen.
async fn check(services: &Services, tx: &mut Tx, policy: &Policy) -> Verb<()> {
    hold_protected(tx, policy).await?;
    let problems = problems(services, tx, policy).await?;
    if problems.is_empty() { Ok(()) } else { Err(problems.into()) }
}

async fn problems(services: &Services, tx: &mut Tx, policy: &Policy) -> Verb<Vec<Problem>> {
    let set = services.policies_in(tx).await?;
    let mut problems = policy.problems();
    unknown(tx, &set, policy, &mut problems).await?;
    if policy.state != PolicyState::Off {
        for name in unprotected(tx, policy).await? {
            problems.push(Problem::because("users", "group_unprotected", name));
        }
        let by_country = |id| set.locations.get(&id).is_some_and(Location::by_country);
        if policy.named_locations().any(by_country) && !services.countries.has_data() {
            problems.push(Problem::new("locations", "country_data_missing"));
        }
    }
    Ok(problems)
}

/// Notes what the policy names and nobody knows.
async fn unknown(tx: &mut Tx, set: &PolicySet, policy: &Policy, problems: &mut Vec<Problem>) -> Verb<()> {
    let (users, groups) = users_and_groups(policy.users.all());
    let apps: BTreeSet<AppId> = policy.named_applications().collect();
    let apps: Vec<AppId> = apps.into_iter().collect();
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
