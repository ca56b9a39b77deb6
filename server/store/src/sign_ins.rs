//! The sign-in log: each sign-in and launch with the facts of its moment.

use std::collections::HashMap;

use domain::access::verdict::PolicyResult;
use domain::access::{Accepted, Attempt, Country, Person, Place, Proof, Target};
use domain::event::SignInResult;
use domain::id::{AppId, GroupId, PolicyId, RequestId, SignInId, UserId};
use domain::role::Roles;
use domain::session::{Method, Origin, Platform};
use domain::time::Timestamp;
use domain::user::UserType;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use crate::list::{ListDef, Order};
use crate::statements::{on, sql};
use crate::table::{Table, select_in};
use crate::{Bind, Filter, Page, PageAsk, StoreError, Tx, id, read, to_json};

sql! {
    PRUNE = "DELETE FROM sign_ins WHERE id IN (SELECT id FROM sign_ins WHERE at <= $1 LIMIT 1000)";
    GET = "SELECT * FROM sign_ins WHERE id = $1";
    LAST_OF = "SELECT * FROM sign_ins WHERE user_id = $1 AND application_id = 'lobby' AND result = 'success' ORDER BY id DESC LIMIT 3";
    COUNT_DAY = "INSERT INTO sign_in_days (day, result, amount) VALUES ($1, $2, 1)
                 ON CONFLICT (day, result) DO UPDATE SET amount = sign_in_days.amount + 1";
    /// In one order, so that two attempts at once wait for each other and do not lock up.
    COUNT_POLICIES = "INSERT INTO policy_days (policy_id, day, result, report_only, amount)
                      SELECT policy_id, CAST($2 AS BIGINT), result, report_only, 1 FROM sign_in_policies WHERE sign_in_id = $1 ORDER BY policy_id
                      ON CONFLICT (policy_id, day, result, report_only) DO UPDATE SET amount = policy_days.amount + 1";
    DAYS = "SELECT day, result, amount FROM sign_in_days WHERE day >= $1 ORDER BY day, result";
    SEEN_COUNTRIES = "WITH RECURSIVE seen (country) AS (SELECT MIN(country) FROM sign_ins UNION ALL
                      SELECT (SELECT MIN(s.country) FROM sign_ins s WHERE s.country > seen.country) FROM seen
                      WHERE seen.country IS NOT NULL)
                      SELECT country FROM seen WHERE country IS NOT NULL";
    PRUNE_DAYS = "DELETE FROM sign_in_days WHERE day < $1";
    PRUNE_POLICY_DAYS = "DELETE FROM policy_days WHERE day < $1";
    NEWEST_OF = "SELECT * FROM sign_ins WHERE user_id = $1 ORDER BY id DESC LIMIT 1";
    REPLAY = "SELECT id, at, user_id, user_name, application_id, application_name, result, reason, facts, correlation_id, set_version
              FROM sign_ins WHERE id < $1 AND at >= $2 ORDER BY id DESC LIMIT $3";
}

const APPLIED_IN: &str = "SELECT sign_in_id, policy_id, result, report_only FROM sign_in_policies WHERE sign_in_id IN";

const TABLE: Table = Table {
    name: "sign_ins",
    columns: &[
        "id",
        "at",
        "user_id",
        "user_name",
        "application_id",
        "application_name",
        "result",
        "reason",
        "facts",
        "address",
        "platform",
        "client",
        "correlation_id",
        "country",
        "set_version",
    ],
    versioned: false,
};
const POLICIES: Table = Table {
    name: "sign_in_policies",
    columns: &["policy_id", "sign_in_id", "result", "report_only"],
    versioned: false,
};
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE, &POLICIES];

mod search;

#[cfg(feature = "testing")]
pub use search::driven_texts;
pub use search::{BY_USER, Found, Want, search};
pub(crate) use search::{LISTS, SIGN_INS};

/// The attempts of one person at the applications that one group opens, and at Lobby itself.
const OF_MEMBER: ListDef = ListDef {
    name: "attempts of a member",
    columns: "s.*",
    from: "sign_ins s",
    id: "s.id",
    words: None,
    scope: "s.user_id = ? AND s.at >= ? AND (s.application_id = 'lobby' OR s.application_id IN
            (SELECT a.application_id FROM group_assignments a WHERE a.group_id = ?))",
    filters: &[],
    orders: &[Order { name: "time", key: "s.id", numeric: false, descending: true }],
};
pub(crate) const OWN_LISTS: &[&ListDef] = &[&OF_MEMBER];

/// The place of an application's id where the sign-in was to Lobby itself.
pub const LOBBY: &str = "lobby";

/// What access policies read, as it was at that moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub origin: Origin,
    pub user_type: UserType,
    pub roles: Roles,
    pub groups: Vec<GroupId>,
    pub methods: Vec<Method>,
    pub auth_time: Timestamp,
    #[serde(default)]
    pub multifactor_at: Option<Timestamp>,
    #[serde(default)]
    pub country: Country,
    #[serde(default)]
    pub proof_application: Option<AppId>,
    #[serde(default)]
    pub accepted: Vec<Accepted>,
}

/// What one policy said of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    pub policy: PolicyId,
    pub result: PolicyResult,
    pub report_only: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    pub id: SignInId,
    pub at: Timestamp,
    pub user: UserId,
    pub user_name: String,
    /// `None` is Lobby itself.
    pub application: Option<AppId>,
    pub application_name: String,
    pub result: SignInResult,
    /// A stable code where the result is not success.
    pub reason: Option<String>,
    /// `None` once the person was erased.
    pub facts: Option<Facts>,
    pub correlation: RequestId,
    /// Of the policies that judged; 0 where none was asked.
    pub set_version: i64,
}

/// How many attempts of one day came to a result.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct DayCount {
    /// Days since 1970-01-01 in the organization's time zone.
    pub day: i64,
    pub result: String,
    pub amount: i64,
}

#[derive(Debug, FromRow)]
struct SignInRow {
    id: String,
    at: i64,
    user_id: String,
    user_name: String,
    application_id: String,
    application_name: String,
    result: String,
    reason: Option<String>,
    facts: String,
    correlation_id: String,
    set_version: i64,
}

impl SignInRow {
    fn sign_in(self) -> Result<SignIn, StoreError> {
        let application = if self.application_id == LOBBY { None } else { Some(id(&self.application_id)?) };
        Ok(SignIn {
            id: id(&self.id)?,
            at: Timestamp(self.at),
            user: id(&self.user_id)?,
            user_name: self.user_name,
            application,
            application_name: self.application_name,
            result: read("result", &self.result, SignInResult::parse(&self.result))?,
            reason: self.reason,
            facts: serde_json::from_str(&self.facts).ok(),
            correlation: id(&self.correlation_id)?,
            set_version: self.set_version,
        })
    }
}

impl SignIn {
    /// The attempt as it was judged, to be judged again. `None` once the person was erased.
    pub fn attempt(&self) -> Option<Attempt> {
        let facts = self.facts.as_ref()?;
        Some(Attempt {
            at: self.at,
            person: Person {
                id: self.user,
                user_type: facts.user_type,
                roles: facts.roles,
                groups: facts.groups.clone(),
            },
            target: self.application.map_or(Target::Lobby, Target::App),
            place: Place { address: facts.origin.address, country: facts.country },
            platform: facts.origin.platform,
            proof: Proof {
                at: facts.auth_time,
                application: facts.proof_application,
                multifactor_at: facts.multifactor_at,
            },
            accepted: facts.accepted.clone(),
        })
    }
}

/// Writes one attempt with the policies that applied to it, and counts it on `day`.
pub async fn record(tx: &mut Tx, sign_in: SignIn, applied: &[Applied], day: i64) -> Result<(), StoreError> {
    let origin = sign_in.facts.as_ref().map(|facts| &facts.origin);
    let row = vec![
        Bind::text(sign_in.id),
        Bind::number(sign_in.at.0),
        Bind::text(sign_in.user),
        Bind::text(&sign_in.user_name),
        Bind::text(sign_in.application.map_or_else(|| LOBBY.to_owned(), |app| app.to_string())),
        Bind::text(&sign_in.application_name),
        Bind::text(sign_in.result),
        Bind::maybe(sign_in.reason.as_ref()),
        Bind::text(to_json(&sign_in.facts)),
        Bind::maybe(origin.and_then(|origin| origin.address)),
        Bind::text(origin.map_or(Platform::Undetermined, |origin| origin.platform)),
        Bind::text(origin.map_or("", |origin| origin.client.as_str())),
        Bind::text(sign_in.correlation),
        Bind::text(sign_in.facts.as_ref().map_or(Country::Undetermined, |facts| facts.country).word()),
        Bind::number(sign_in.set_version),
    ];
    TABLE.insert(tx, vec![row]).await?;
    on!(tx, |conn| {
        sqlx::query(COUNT_DAY).bind(day).bind(sign_in.result.as_str()).execute(conn).await?.rows_affected()
    });
    let rows = applied.iter().map(|one| {
        let (policy, sign_in) = (Bind::text(one.policy), Bind::text(sign_in.id));
        vec![policy, sign_in, Bind::text(one.result), Bind::Flag(one.report_only)]
    });
    POLICIES.insert(tx, rows.collect()).await?;
    if !applied.is_empty() {
        let key = sign_in.id.to_string();
        on!(tx, |conn| sqlx::query(COUNT_POLICIES).bind(key).bind(day).execute(conn).await?.rows_affected());
    }
    Ok(())
}

pub async fn get(tx: &mut Tx, sign_in: SignInId) -> Result<Option<SignIn>, StoreError> {
    let row: Option<SignInRow> =
        on!(tx, |conn| sqlx::query_as(GET).bind(sign_in.to_string()).fetch_optional(conn).await?);
    row.map(SignInRow::sign_in).transpose()
}

/// The last three times that somebody came in to Lobby itself, the newest first.
pub async fn last_of(tx: &mut Tx, user: UserId) -> Result<Vec<SignIn>, StoreError> {
    let rows: Vec<SignInRow> = on!(tx, |conn| sqlx::query_as(LAST_OF).bind(user.to_string()).fetch_all(conn).await?);
    rows.into_iter().map(SignInRow::sign_in).collect()
}

/// The last attempt of somebody, whatever came of it.
pub async fn newest_of(tx: &mut Tx, user: UserId) -> Result<Option<SignIn>, StoreError> {
    let row: Option<SignInRow> =
        on!(tx, |conn| sqlx::query_as(NEWEST_OF).bind(user.to_string()).fetch_optional(conn).await?);
    row.map(SignInRow::sign_in).transpose()
}

/// The attempts before the one with this id, not older than `since`, the newest first.
pub async fn before(tx: &mut Tx, before: &str, since: Timestamp, most: i64) -> Result<Vec<SignIn>, StoreError> {
    let rows: Vec<SignInRow> =
        on!(tx, |conn| sqlx::query_as(REPLAY).bind(before).bind(since.0).bind(most).fetch_all(conn).await?);
    rows.into_iter().map(SignInRow::sign_in).collect()
}

/// The counts since a day, by day and result.
pub async fn days(tx: &mut Tx, since: i64) -> Result<Vec<DayCount>, StoreError> {
    Ok(on!(tx, |conn| sqlx::query_as(DAYS).bind(since).fetch_all(conn).await?))
}

/// What the policies that applied said of each of these, in the order of the policies.
pub async fn applied_in(tx: &mut Tx, sign_ins: &[SignInId]) -> Result<HashMap<SignInId, Vec<Applied>>, StoreError> {
    let ids: Vec<String> = sign_ins.iter().map(ToString::to_string).collect();
    let rows: Vec<(String, String, String, bool)> = select_in(tx, APPLIED_IN, &ids, "ORDER BY policy_id").await?;
    let mut found: HashMap<SignInId, Vec<Applied>> = HashMap::new();
    for (sign_in, policy, result, report_only) in rows {
        let result = read("policy result", &result, PolicyResult::parse(&result))?;
        found.entry(id(&sign_in)?).or_default().push(Applied { policy: id(&policy)?, result, report_only });
    }
    Ok(found)
}

/// Every country that stands in the log, by code; one look at the index for each.
pub async fn countries(tx: &mut Tx) -> Result<Vec<Country>, StoreError> {
    let rows: Vec<(String,)> = on!(tx, |conn| sqlx::query_as(SEEN_COUNTRIES).fetch_all(conn).await?);
    Ok(rows.into_iter().map(|(word,)| Country::read(&word)).collect())
}

/// Forgets the counts before a day.
pub async fn prune_days(tx: &mut Tx, before: i64) -> Result<u64, StoreError> {
    let mut gone = 0;
    for statement in [PRUNE_DAYS, PRUNE_POLICY_DAYS] {
        gone += on!(tx, |conn| sqlx::query(statement).bind(before).execute(conn).await?.rows_affected());
    }
    Ok(gone)
}

pub async fn page(tx: &mut Tx, ask: &PageAsk, filters: &[Filter]) -> Result<Page<SignIn>, StoreError> {
    SIGN_INS.page::<SignInRow>(tx, ask, &[], filters).await?.try_map(SignInRow::sign_in)
}

/// What somebody attempted at the applications that a group opens, and at Lobby itself.
pub async fn of_member(
    tx: &mut Tx,
    group: GroupId,
    user: UserId,
    since: Timestamp,
    ask: &PageAsk,
) -> Result<Page<SignIn>, StoreError> {
    let scope = [Bind::text(user), Bind::number(since.0), Bind::text(group)];
    OF_MEMBER.page::<SignInRow>(tx, ask, &scope, &[]).await?.try_map(SignInRow::sign_in)
}

/// Forgets a thousand older than `at`; says how many there were.
pub async fn prune(tx: &mut Tx, at: Timestamp) -> Result<u64, StoreError> {
    Ok(on!(tx, |conn| sqlx::query(PRUNE).bind(at.0).execute(conn).await?.rows_affected()))
}
