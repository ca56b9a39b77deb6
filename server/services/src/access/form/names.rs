//! What the tokens of a form stand for, and which of them can be chosen.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::{Policy, Terms};
use domain::id::{AppId, GroupId, UserId};
use domain::user::User;
use store::PageAsk;

use crate::access::naming::users_and_groups;
use crate::{Reader, Services, Verb};

/// So many groups or applications are offered; further groups are named by their name.
const OFFERED: usize = 100;

/// The name behind a token: of a person their address, or the id where no address leads to them any more.
#[derive(Debug, Clone, Default)]
pub struct Names(BTreeMap<String, String>);

impl Names {
    /// What stands for nothing any more is called so.
    pub fn label(&self, token: &str) -> String {
        self.0.get(token).cloned().unwrap_or_else(|| "something deleted".to_owned())
    }

    pub fn get(&self, token: &str) -> Option<&str> {
        self.0.get(token).map(String::as_str)
    }

    fn add<T: Ord + ToString>(&mut self, kind: &str, named: impl IntoIterator<Item = (T, String)>) {
        self.0.extend(named.into_iter().map(|(id, name)| (format!("{kind}:{}", id.to_string()), name)));
    }
}

/// What a policy can name, each with its token, and the names of all of it.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    pub groups: Vec<String>,
    /// There are more groups than are offered.
    pub more_groups: bool,
    pub applications: Vec<String>,
    pub locations: Vec<String>,
    /// Of the locations, those that are countries.
    pub countries: Vec<String>,
    pub terms: Vec<String>,
    pub names: Names,
}

/// The names of all that these policies name.
///
/// # Errors
/// Where the database does not answer.
pub async fn names(services: &Services, _by: &Reader, policies: &[&Policy]) -> Verb<Names> {
    let (users, groups) = users_and_groups(policies.iter().flat_map(|policy| policy.users.all()));
    let apps: BTreeSet<AppId> = policies.iter().flat_map(|policy| policy.named_applications()).collect();
    let apps: Vec<AppId> = apps.into_iter().collect();
    let mut names = Names::default();
    let mut tx = services.store.read().await?;
    names.add("user", people(&mut tx, &users).await?);
    let found = store::groups::by_ids(&mut tx, &groups).await?;
    names.add("group", found.into_iter().map(|group| (group.value.id, group.value.name.to_string())));
    names.add("app", store::applications::names(&mut tx, &apps).await?);
    whole(services, &mut tx, &mut names).await?;
    Ok(names)
}

async fn people(tx: &mut store::Tx, ids: &[UserId]) -> Verb<Vec<(UserId, String)>> {
    let shown = |user: &User| match user.standing {
        domain::user::Standing::Deleted { .. } | domain::user::Standing::Erased { .. } => user.id.to_string(),
        _ => user.address.to_string(),
    };
    let found = store::users::by_ids(tx, ids).await?;
    Ok(found.into_iter().map(|user| (user.value.id, shown(&user.value))).collect())
}

/// Locations and terms: there are few, and all are named.
async fn whole(services: &Services, tx: &mut store::Tx, names: &mut Names) -> Verb<()> {
    let set = services.policies();
    names.add("location", set.locations.values().map(|location| (location.id, location.name.to_string())));
    if !set.terms.is_empty() {
        let there = store::access::names::<Terms>(tx).await?.into_iter().filter(|terms| !terms.deleted);
        names.add("terms", there.map(|terms| (terms.id, terms.name)));
    }
    Ok(())
}

/// What can be chosen, and what `policy` has chosen already.
///
/// # Errors
/// Where the database does not answer.
pub async fn choices(services: &Services, by: &Reader, policy: Option<&Policy>) -> Verb<Choices> {
    let chosen: Vec<&Policy> = policy.into_iter().collect();
    let mut names = names(services, by, &chosen).await?;
    let mut tx = services.store.read().await?;
    let ask = PageAsk { size: OFFERED, ..PageAsk::default() };
    let groups = store::groups::page(&mut tx, &ask, &[]).await?;
    let more_groups = groups.next.is_some();
    let groups: Vec<(GroupId, String)> =
        groups.items.into_iter().map(|group| (group.group.id, group.group.name.to_string())).collect();
    names.add("group", groups);
    let applications = store::applications::page(&mut tx, &ask, &[]).await?.items;
    names.add("app", applications.into_iter().map(|app| (app.id, app.name.to_string())));
    let of_kind = |kind: &str| {
        let mut tokens: Vec<(String, String)> = names
            .0
            .iter()
            .filter(|(token, _)| token.starts_with(kind))
            .map(|(token, name)| (name.to_lowercase(), token.clone()))
            .collect();
        tokens.sort();
        tokens.into_iter().map(|(_, token)| token).collect::<Vec<String>>()
    };
    let set = services.policies();
    let by_country = set.locations.values().filter(|location| location.by_country());
    Ok(Choices {
        groups: of_kind("group:"),
        more_groups,
        applications: of_kind("app:"),
        locations: of_kind("location:"),
        countries: by_country.map(|location| format!("location:{}", location.id)).collect(),
        terms: of_kind("terms:"),
        names,
    })
}
