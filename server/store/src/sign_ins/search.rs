//! The sign-in log by any filters together, quick in a log of any length: the filter with the fewest rows is walked by its
//! index and the others are checked on what it finds. Where even that one has many rows, a look goes back so far and says so.

use domain::access::Country;
use domain::event::SignInResult;
use domain::id::{PolicyId, UserId};
use domain::session::Platform;
use domain::time::Timestamp;

use super::{SignIn, SignInRow};
use crate::list::{ListDef, Order};
use crate::{Bind, Count, Filter, Page, PageAsk, StoreError, Tx};

/// Rows of the rarest filter that one look goes through.
const FAR: i64 = 3_000;

pub const BY_USER: &str = "s.user_id = ?";
const BY_APPLICATION: &str = "s.application_id = ?";
const BY_RESULT: &str = "s.result = ?";
const BY_PLATFORM: &str = "s.platform = ?";
const BY_COUNTRY: &str = "s.country = ?";
const BY_APPLICATION_RESULT: &str = "s.application_id || ' ' || s.result = ?";
const BY_COUNTRY_RESULT: &str = "s.country || ' ' || s.result = ?";
const BY_PLATFORM_RESULT: &str = "s.platform || ' ' || s.result = ?";
// The same as conditions that no index answers: an engine that knows nothing of the values would walk any of them.
const OF_USER: &str = "s.user_id || '' = ?";
const OF_APPLICATION: &str = "s.application_id || '' = ?";
const OF_RESULT: &str = "s.result || '' = ?";
const OF_PLATFORM: &str = "s.platform || '' = ?";
const OF_COUNTRY: &str = "s.country || '' = ?";
const OF_POLICY: &str = "EXISTS (SELECT 1 FROM sign_in_policies p WHERE p.policy_id = ? AND p.sign_in_id = s.id)";
// An id holds its moment, so that every index that ends in the id answers for time as well.
const SINCE: &str = "s.id >= ?";
const UNTIL: &str = "s.id < ?";
const AT_MOST: &str = "s.id <= ?";
const POLICY_SINCE: &str = "p.sign_in_id >= ?";
const POLICY_UNTIL: &str = "p.sign_in_id < ?";
const POLICY_AT_MOST: &str = "p.sign_in_id <= ?";

pub(crate) const SIGN_INS: ListDef = ListDef {
    name: "sign-in log",
    columns: "s.*",
    from: "sign_ins s",
    id: "s.id",
    words: None,
    scope: "TRUE",
    filters: &[
        BY_USER,
        BY_APPLICATION,
        BY_RESULT,
        BY_PLATFORM,
        BY_COUNTRY,
        BY_APPLICATION_RESULT,
        BY_COUNTRY_RESULT,
        BY_PLATFORM_RESULT,
        OF_USER,
        OF_APPLICATION,
        OF_RESULT,
        OF_PLATFORM,
        OF_COUNTRY,
        OF_POLICY,
        SINCE,
        UNTIL,
        AT_MOST,
    ],
    orders: &[Order { name: "time", key: "s.id", numeric: false, descending: true }],
};
/// The sign-ins that one policy applied to. Joined by a text that no order is known of: PostgreSQL would merge the whole log
/// with them, from its newest row on.
const OF_ONE_POLICY: ListDef = ListDef {
    name: "sign-in log of a policy",
    columns: "s.*",
    from: "sign_in_policies p JOIN sign_ins s ON s.id = p.sign_in_id || ''",
    id: "p.sign_in_id",
    words: None,
    scope: "p.policy_id = ?",
    filters: &[OF_USER, OF_APPLICATION, OF_RESULT, OF_PLATFORM, OF_COUNTRY, POLICY_SINCE, POLICY_UNTIL, POLICY_AT_MOST],
    orders: &[Order { name: "time", key: "p.sign_in_id", numeric: false, descending: true }],
};
/// The same without the sign-ins, to count.
const IDS_OF_ONE_POLICY: ListDef = ListDef {
    name: "ids of a policy",
    columns: "p.sign_in_id",
    from: "sign_in_policies p",
    id: "p.sign_in_id",
    words: None,
    scope: "p.policy_id = ?",
    filters: &[POLICY_SINCE, POLICY_UNTIL, POLICY_AT_MOST],
    orders: &[Order { name: "time", key: "p.sign_in_id", numeric: false, descending: true }],
};
pub(crate) const LISTS: &[&ListDef] = &[&SIGN_INS, &OF_ONE_POLICY, &IDS_OF_ONE_POLICY];

/// Which sign-ins are wanted: what is left out matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Want {
    pub user: Option<UserId>,
    /// An id, or [`super::LOBBY`].
    pub application: Option<String>,
    pub result: Option<SignInResult>,
    pub platform: Option<Platform>,
    pub country: Option<Country>,
    pub policy: Option<PolicyId>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its count is of this look where there is one.
    pub page: Page<SignIn>,
    /// How far the look went, where there may be more beyond it: the next page goes on from there.
    pub looked_to: Option<Timestamp>,
}

/// One thing that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Facet {
    User,
    Application,
    Country,
    Platform,
    Result,
    Policy,
}

impl Facet {
    /// As a condition on rows that another facet found.
    fn checked(self) -> &'static str {
        match self {
            Self::User => OF_USER,
            Self::Application => OF_APPLICATION,
            Self::Country => OF_COUNTRY,
            Self::Platform => OF_PLATFORM,
            Self::Result => OF_RESULT,
            Self::Policy => OF_POLICY,
        }
    }
}

/// What an index can be walked by: one facet, or two that share an index. `None` is a list's scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Driver {
    facets: &'static [Facet],
    fragment: Option<&'static str>,
}

/// Pairs first: they have no more rows than either of their own.
const DRIVERS: [Driver; 9] = [
    Driver { facets: &[Facet::Application, Facet::Result], fragment: Some(BY_APPLICATION_RESULT) },
    Driver { facets: &[Facet::Country, Facet::Result], fragment: Some(BY_COUNTRY_RESULT) },
    Driver { facets: &[Facet::Platform, Facet::Result], fragment: Some(BY_PLATFORM_RESULT) },
    Driver { facets: &[Facet::User], fragment: Some(BY_USER) },
    Driver { facets: &[Facet::Policy], fragment: None },
    Driver { facets: &[Facet::Application], fragment: Some(BY_APPLICATION) },
    Driver { facets: &[Facet::Country], fragment: Some(BY_COUNTRY) },
    Driver { facets: &[Facet::Platform], fragment: Some(BY_PLATFORM) },
    Driver { facets: &[Facet::Result], fragment: Some(BY_RESULT) },
];

impl Want {
    fn facets(&self) -> Vec<(Facet, String)> {
        let asked = [
            (Facet::User, self.user.map(|user| user.to_string())),
            (Facet::Application, self.application.clone()),
            (Facet::Country, self.country.map(Country::word)),
            (Facet::Platform, self.platform.map(|platform| platform.to_string())),
            (Facet::Result, self.result.map(|result| result.to_string())),
            (Facet::Policy, self.policy.map(|policy| policy.to_string())),
        ];
        asked.into_iter().filter_map(|(facet, value)| Some((facet, value?))).collect()
    }
}

/// When an id was made.
fn moment(id: &str) -> Option<Timestamp> {
    let high = id.get(..8).and_then(|high| i64::from_str_radix(high, 16).ok())?;
    let low = id.get(9..13).and_then(|low| i64::from_str_radix(low, 16).ok())?;
    Some(Timestamp(high << 16 | low))
}

/// One way to answer: a list, what its scope takes, the filters that its index answers, and those that are checked.
struct Way {
    list: &'static ListDef,
    /// The list that is counted, and looked ahead on, where nothing is checked.
    index: &'static ListDef,
    scope: Vec<Bind>,
    walked: Vec<Filter>,
    checked: Vec<Filter>,
    bounds: [&'static str; 2],
}

impl Way {
    fn new(want: &Want, facets: &[(Facet, String)], driver: Option<Driver>) -> Self {
        let value = |facet: &Facet| facets.iter().find(|(one, _)| one == facet).map(|(_, value)| value.as_str());
        let driven = driver.map_or(&[][..], |driver| driver.facets);
        // An index of two has them in one text.
        let key = Bind::text(driven.iter().filter_map(value).collect::<Vec<_>>().join(" "));
        let rest = facets.iter().filter(|(facet, _)| !driven.contains(facet));
        let checked = rest.map(|(facet, value)| Filter::new(facet.checked(), [Bind::text(value)])).collect();
        let by_policy = driver.is_some_and(|driver| driver.fragment.is_none());
        let (since, until) = if by_policy { (POLICY_SINCE, POLICY_UNTIL) } else { (SINCE, UNTIL) };
        let span = [(since, want.since), (until, want.until)];
        let span = span
            .into_iter()
            .filter_map(|(fragment, at)| Some(Filter::new(fragment, [Bind::text(domain::id::first(at?))])));
        if by_policy {
            let bounds = [POLICY_SINCE, POLICY_AT_MOST];
            let walked = span.collect();
            return Self { list: &OF_ONE_POLICY, index: &IDS_OF_ONE_POLICY, scope: vec![key], walked, checked, bounds };
        }
        let own = driver.and_then(|driver| driver.fragment).map(|fragment| Filter::new(fragment, [key]));
        let (walked, bounds) = (own.into_iter().chain(span).collect(), [SINCE, AT_MOST]);
        Self { list: &SIGN_INS, index: &SIGN_INS, scope: Vec::new(), walked, checked, bounds }
    }

    /// `None` where all of it lies within one look.
    async fn horizon(&self, tx: &mut Tx, ask: &PageAsk) -> Result<Option<String>, StoreError> {
        self.index.horizon(tx, ask, &self.scope, &self.walked, FAR).await
    }

    fn filters(&self, falls: bool, horizon: Option<&String>) -> Vec<Filter> {
        let bound = if falls { self.bounds[0] } else { self.bounds[1] };
        let bound = horizon.map(|id| Filter::new(bound, [Bind::text(id)]));
        self.walked.iter().chain(&self.checked).cloned().chain(bound).collect()
    }
}

/// One page. `counted` says whether its count is wanted; it is zero else.
pub async fn search(tx: &mut Tx, ask: &PageAsk, want: &Want, counted: bool) -> Result<Found, StoreError> {
    let falls = SIGN_INS.falls(ask);
    let (way, horizon) = choose(tx, ask, want, falls).await?;
    let filters = way.filters(falls, horizon.as_ref());
    let page = way.list.rows::<SignInRow>(tx, ask, &way.scope, &filters).await?.try_map(SignInRow::sign_in)?;
    let Some(horizon) = horizon else {
        let count = match counted {
            false => Count::Exactly(0),
            true if way.checked.is_empty() => way.index.count(tx, ask, &way.scope, &way.walked).await?,
            true => count_all(tx, ask, &way).await?.unwrap_or(Count::MoreThan(amount_of(&page))),
        };
        return Ok(Found { page: Page { count, ..page }, looked_to: None });
    };
    Ok(within_a_look(page, ask, &horizon))
}

/// The way with the fewest rows beyond the cursor, as far as one look tells them apart; and how far that look goes.
async fn choose(tx: &mut Tx, ask: &PageAsk, want: &Want, falls: bool) -> Result<(Way, Option<String>), StoreError> {
    let facets = want.facets();
    let asked = |facet: &Facet| facets.iter().any(|(one, _)| one == facet);
    let mut ways = DRIVERS.iter().filter(|driver| driver.facets.iter().all(asked));
    let Some(first) = ways.next() else { return Ok((Way::new(want, &facets, None), None)) };
    let mut best = Way::new(want, &facets, Some(*first));
    if best.checked.is_empty() {
        return Ok((best, None));
    }
    let mut furthest = best.horizon(tx, ask).await?;
    for driver in ways {
        let Some(known) = &furthest else { break };
        let way = Way::new(want, &facets, Some(*driver));
        let horizon = way.horizon(tx, ask).await?;
        if horizon.as_ref().is_none_or(|horizon| if falls { horizon < known } else { horizon > known }) {
            (best, furthest) = (way, horizon);
        }
    }
    Ok((best, furthest))
}

/// All rows of a way; `None` where that is more than one look, though this page has come near its end.
async fn count_all(tx: &mut Tx, ask: &PageAsk, way: &Way) -> Result<Option<Count>, StoreError> {
    let whole = PageAsk { after: None, before: None, ..ask.clone() };
    if (ask.after.is_some() || ask.before.is_some()) && way.horizon(tx, &whole).await?.is_some() {
        return Ok(None);
    }
    Ok(Some(way.list.count(tx, &whole, &way.scope, &way.filters(true, None)).await?))
}

fn amount_of(page: &Page<SignIn>) -> i64 {
    i64::try_from(page.items.len()).unwrap_or(i64::MAX)
}

/// What one look found, with cursors that go on where it ended.
fn within_a_look(page: Page<SignIn>, ask: &PageAsk, horizon: &str) -> Found {
    let (beyond, backward) = (Some(format!("{horizon}.{horizon}")), ask.after.is_none() && ask.before.is_some());
    let amount = amount_of(&page);
    let Page { items, next, previous, .. } = page;
    let full = if backward { previous.is_some() } else { next.is_some() };
    let count = if full { Count::MoreThan(amount) } else { Count::Exactly(amount) };
    if full {
        return Found { page: Page { items, next, previous, count }, looked_to: None };
    }
    let came = ask.after.is_some() || backward;
    let (next, previous) = match (backward, items.is_empty()) {
        (false, false) => (beyond, previous),
        (false, true) => (beyond.clone(), beyond.filter(|_| came)),
        (true, false) => (next, beyond),
        (true, true) => (beyond.clone(), beyond),
    };
    Found { page: Page { items, next, previous, count }, looked_to: moment(horizon) }
}

/// For each way to answer two facets together, the statement of a page and the name of the index that it is meant to walk.
#[cfg(feature = "testing")]
pub fn driven_texts() -> Vec<(String, &'static str)> {
    let all = [Facet::User, Facet::Application, Facet::Country, Facet::Platform, Facet::Result, Facet::Policy];
    let index = |driver: &Driver| match driver.facets {
        [Facet::Application, _] => "sign_ins_by_application_result",
        [Facet::Country, _] => "sign_ins_by_country_result",
        [Facet::Platform, _] => "sign_ins_by_platform_result",
        [Facet::User] => "sign_ins_by_user",
        [Facet::Application] => "sign_ins_by_application",
        [Facet::Country] => "sign_ins_by_country",
        [Facet::Platform] => "sign_ins_by_platform",
        [Facet::Result] => "sign_ins_by_result",
        _ => "sign_in_policies",
    };
    let want = Want { since: Some(Timestamp(0)), until: Some(Timestamp::NEVER), ..Want::default() };
    let mut texts = Vec::new();
    for driver in &DRIVERS {
        for other in all.iter().filter(|other| !driver.facets.contains(other)) {
            let facets: Vec<(Facet, String)> =
                driver.facets.iter().chain([other]).map(|facet| (*facet, String::new())).collect();
            let way = Way::new(&want, &facets, Some(*driver));
            for (reverse, after) in [(false, None), (true, Some("x.x".to_owned()))] {
                let ask = PageAsk { reverse, after, size: 50, ..PageAsk::default() };
                let filters = way.filters(!reverse, Some(&String::new()));
                texts.push((way.list.text(&ask, &way.scope, &filters), index(driver)));
            }
        }
    }
    texts
}
