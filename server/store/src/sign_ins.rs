//! The sign-in log: each sign-in and launch with the facts of its moment.

use domain::event::SignInResult;
use domain::id::{AppId, GroupId, RequestId, SignInId, UserId};
use domain::role::Roles;
use domain::session::{Method, Origin, Platform};
use domain::time::Timestamp;
use domain::user::UserType;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use crate::list::{ListDef, Order, Table};
use crate::statements::{on, sql};
use crate::{Bind, Filter, Page, PageAsk, StoreError, Tx, id, read, to_json};

sql! {
    PRUNE = "DELETE FROM sign_ins WHERE id IN (SELECT id FROM sign_ins WHERE at <= $1 LIMIT 1000)";
}

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
    ],
    versioned: false,
};
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

pub const BY_USER: &str = "s.user_id = ?";
pub const BY_APPLICATION: &str = "s.application_id = ?";
pub const BY_RESULT: &str = "s.result = ?";
pub const BY_PLATFORM: &str = "s.platform = ?";
pub const SINCE: &str = "s.at >= ?";
pub const UNTIL: &str = "s.at < ?";

const SIGN_INS: ListDef = ListDef {
    name: "sign-in log",
    columns: "s.*",
    from: "sign_ins s",
    id: "s.id",
    words: None,
    scope: "TRUE",
    filters: &[BY_USER, BY_APPLICATION, BY_RESULT, BY_PLATFORM, SINCE, UNTIL],
    orders: &[Order { name: "time", key: "s.id", numeric: false, descending: true }],
};
pub(crate) const LISTS: &[&ListDef] = &[&SIGN_INS];

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
        })
    }
}

pub async fn record(tx: &mut Tx, sign_in: SignIn) -> Result<(), StoreError> {
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
    ];
    TABLE.insert(tx, vec![row]).await
}

pub async fn page(tx: &mut Tx, ask: &PageAsk, filters: &[Filter]) -> Result<Page<SignIn>, StoreError> {
    SIGN_INS.page::<SignInRow>(tx, ask, &[], filters).await?.try_map(SignInRow::sign_in)
}

/// As [`page`] without the count, for an export.
pub async fn rows(tx: &mut Tx, ask: &PageAsk, filters: &[Filter]) -> Result<Page<SignIn>, StoreError> {
    SIGN_INS.rows::<SignInRow>(tx, ask, &[], filters).await?.try_map(SignInRow::sign_in)
}

/// Forgets a thousand older than `at`; says how many there were.
pub async fn prune(tx: &mut Tx, at: Timestamp) -> Result<u64, StoreError> {
    Ok(on!(tx, |conn| sqlx::query(PRUNE).bind(at.0).execute(conn).await?.rows_affected()))
}
