//! Applications, their assignments, logos and uses.

use domain::application::{Application, LaunchUrl, SelfService};
use domain::id::{AppId, GroupId, UserId};
use domain::text::{Label, Message};
use domain::time::Timestamp;
use domain::user::User;
use sqlx::FromRow;

use crate::list::{ListDef, Order};
use crate::statements::{on, sql};
use crate::table::{Table, select_in};
use crate::users::{UserRow, label, prose, sort_name};
use crate::{Bind, Filter, Page, PageAsk, StoreError, Stored, Tx, id, read, words};

sql! {
    GET = "SELECT * FROM applications WHERE id = $1";
    /// One row for an application the person may see, with the latest end of what gives it.
    TILES = "SELECT a.id, a.name, a.description, a.logo, a.support_contact, a.publisher, t.ends_at, COALESCE(l.last_at, 0) AS used_at
        FROM (SELECT application_id, MAX(ends_at) AS ends_at FROM (
                SELECT s.application_id, m.ends_at FROM memberships m JOIN group_assignments s ON s.group_id = m.group_id
                WHERE m.user_id = $1 AND m.held_for IS NULL AND m.ends_at > $2
                UNION ALL
                SELECT d.application_id, 253402300799999 FROM user_assignments d WHERE d.user_id = $1) given
              GROUP BY application_id) t
        JOIN applications a ON a.id = t.application_id
        LEFT JOIN application_uses l ON l.user_id = $1 AND l.application_id = a.id
        WHERE a.enabled AND a.visible ORDER BY a.sort_name, a.id";
    LAUNCHED = "SELECT a.name, a.launch_url, a.enabled, (
            EXISTS (SELECT 1 FROM memberships m JOIN group_assignments s ON s.group_id = m.group_id
                    WHERE m.user_id = $2 AND s.application_id = a.id AND m.held_for IS NULL AND m.ends_at > $3)
            OR EXISTS (SELECT 1 FROM user_assignments d WHERE d.user_id = $2 AND d.application_id = a.id)) AS assigned
        FROM applications a WHERE a.id = $1";
    GROUPS_OF = "SELECT g.id, g.name FROM group_assignments s JOIN groups g ON g.id = s.group_id
                 WHERE s.application_id = $1 ORDER BY g.sort_name, g.id";
    USERS_OF = "SELECT u.* FROM user_assignments d JOIN users u ON u.id = d.user_id
                WHERE d.application_id = $1 ORDER BY u.sort_name, u.id LIMIT 200";
    ASSIGN_GROUP = "INSERT INTO group_assignments (group_id, application_id, assigned_by, assigned_at) VALUES ($1, $2, $3, $4)
                    ON CONFLICT (group_id, application_id) DO NOTHING";
    ASSIGN_USER = "INSERT INTO user_assignments (user_id, application_id, assigned_by, assigned_at) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (user_id, application_id) DO NOTHING";
    UNASSIGN_GROUP = "DELETE FROM group_assignments WHERE group_id = $1 AND application_id = $2";
    UNASSIGN_USER = "DELETE FROM user_assignments WHERE user_id = $1 AND application_id = $2";
    USED_BY = "SELECT a.id, a.name, l.last_at FROM application_uses l JOIN applications a ON a.id = l.application_id
               WHERE l.user_id = $1 ORDER BY l.last_at DESC, a.id LIMIT 100";
    USED = "INSERT INTO application_uses (user_id, application_id, last_at) VALUES ($1, $2, $3)
            ON CONFLICT (user_id, application_id) DO UPDATE SET last_at = $3";
    DROP_GROUP_ASSIGNMENTS = "DELETE FROM group_assignments WHERE application_id = $1";
    DROP_USER_ASSIGNMENTS = "DELETE FROM user_assignments WHERE application_id = $1";
    DROP_USES = "DELETE FROM application_uses WHERE application_id = $1";
    DETACH_LANDINGS = "UPDATE invitations SET landing = NULL WHERE landing = $1";
    DELETE = "DELETE FROM applications WHERE id = $1";
    KEEP_LOGO = "INSERT INTO logos (digest, png) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING";
    LOGO = "SELECT png FROM logos WHERE digest = $1";
}

const TABLE: Table = Table {
    name: "applications",
    columns: &[
        "id",
        "name",
        "sort_name",
        "description",
        "launch_url",
        "publisher",
        "support_contact",
        "logo",
        "visible",
        "enabled",
        "granting_group_id",
        "default_days",
        "longest_days",
        "created_at",
    ],
    versioned: true,
};
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

pub const ENABLED: &str = "a.enabled";
pub const DISABLED: &str = "NOT a.enabled";
pub const SELF_SERVICE: &str = "a.granting_group_id IS NOT NULL";

const APPLICATIONS: ListDef = ListDef {
    name: "applications",
    columns: "a.*",
    from: "applications a",
    id: "a.id",
    words: Some("a.id"),
    scope: "TRUE",
    filters: &[ENABLED, DISABLED, SELF_SERVICE],
    orders: &[
        Order { name: "name", key: "a.sort_name", numeric: false, descending: false },
        Order { name: "created", key: "a.id", numeric: false, descending: true },
    ],
};
pub(crate) const LISTS: &[&ListDef] = &[&APPLICATIONS];

#[derive(Debug, FromRow)]
struct ApplicationRow {
    id: String,
    name: String,
    description: String,
    launch_url: String,
    publisher: Option<String>,
    support_contact: Option<String>,
    logo: Option<String>,
    visible: bool,
    enabled: bool,
    granting_group_id: Option<String>,
    default_days: Option<i64>,
    longest_days: Option<i64>,
    created_at: i64,
    version: i64,
}

#[derive(Debug, FromRow)]
struct TileRow {
    id: String,
    name: String,
    description: String,
    logo: Option<String>,
    support_contact: Option<String>,
    publisher: Option<String>,
    ends_at: i64,
    used_at: i64,
}

/// What a launch asks of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launched {
    pub name: String,
    pub launch_url: LaunchUrl,
    pub enabled: bool,
    /// Does anything give it to the person now?
    pub assigned: bool,
}

/// An application as its user sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    pub id: AppId,
    pub name: String,
    pub description: String,
    pub logo: Option<String>,
    pub contact: Option<String>,
    pub publisher: Option<String>,
    /// `None` is without end.
    pub ends_at: Option<Timestamp>,
    pub used_at: Option<Timestamp>,
}

impl ApplicationRow {
    fn application(self) -> Result<Stored<Application>, StoreError> {
        let days = |days: Option<i64>| days.and_then(|days| u32::try_from(days).ok());
        let (default_days, longest_days) = (days(self.default_days), days(self.longest_days));
        let self_service = match self.granting_group_id {
            Some(group) => Some(SelfService { group: id(&group)?, default_days, longest_days }),
            None => None,
        };
        let value = Application {
            id: id(&self.id)?,
            name: read("name", &self.name, Label::parse(&self.name).ok())?,
            description: prose(&self.description)?,
            launch_url: read("launch URL", &self.launch_url, LaunchUrl::parse(&self.launch_url).ok())?,
            publisher: label(&self.publisher)?,
            support_contact: label(&self.support_contact)?,
            logo: self.logo,
            visible: self.visible,
            enabled: self.enabled,
            self_service,
            created_at: Timestamp(self.created_at),
        };
        Ok(Stored { value, version: self.version })
    }
}

fn row(application: &Application) -> Vec<Bind> {
    let service = application.self_service;
    vec![
        Bind::text(application.id),
        Bind::text(application.name.as_str()),
        Bind::text(sort_name(application.name.as_str())),
        Bind::text(application.description.as_ref().map_or("", Message::as_str)),
        Bind::text(application.launch_url.as_str()),
        Bind::maybe(application.publisher.as_ref().map(Label::as_str)),
        Bind::maybe(application.support_contact.as_ref().map(Label::as_str)),
        Bind::maybe(application.logo.as_ref()),
        Bind::Flag(application.visible),
        Bind::Flag(application.enabled),
        Bind::maybe(service.map(|service| service.group)),
        Bind::Number(service.and_then(|service| service.default_days).map(i64::from)),
        Bind::Number(service.and_then(|service| service.longest_days).map(i64::from)),
        Bind::number(application.created_at.0),
    ]
}

fn searched(application: &Application) -> String {
    let publisher = application.publisher.as_ref().map_or("", Label::as_str);
    format!(
        "{} {publisher} {}",
        application.name.as_str(),
        application.description.as_ref().map_or("", Message::as_str)
    )
}

pub async fn insert(tx: &mut Tx, application: &Application) -> Result<(), StoreError> {
    TABLE.insert(tx, vec![row(application)]).await?;
    words::insert(tx, &[(application.id.to_string(), searched(application))]).await
}

pub async fn save(tx: &mut Tx, application: &Stored<Application>) -> Result<(), StoreError> {
    TABLE.save(tx, row(&application.value), application.version).await?;
    words::replace(tx, &application.value.id.to_string(), &searched(&application.value)).await
}

pub async fn get(tx: &mut Tx, application: AppId) -> Result<Option<Stored<Application>>, StoreError> {
    let row: Option<ApplicationRow> =
        on!(tx, |conn| sqlx::query_as(GET).bind(application.to_string()).fetch_optional(conn).await?);
    row.map(ApplicationRow::application).transpose()
}

/// The names of some applications; one that is not there is missing.
pub async fn names(tx: &mut Tx, apps: &[AppId]) -> Result<Vec<(AppId, String)>, StoreError> {
    let keys: Vec<String> = apps.iter().map(ToString::to_string).collect();
    let rows: Vec<(String, String)> =
        crate::table::select_in(tx, "SELECT id, name FROM applications WHERE id IN", &keys, "").await?;
    rows.into_iter().map(|(app, name)| Ok((id(&app)?, name))).collect()
}

pub async fn page(tx: &mut Tx, ask: &PageAsk, filters: &[Filter]) -> Result<Page<Application>, StoreError> {
    let read = |row: ApplicationRow| row.application().map(|stored| stored.value);
    APPLICATIONS.page::<ApplicationRow>(tx, ask, &[], filters).await?.try_map(read)
}

/// The applications that a group grants (self-service), by name.
pub async fn granted_by(tx: &mut Tx, group: GroupId) -> Result<Vec<Application>, StoreError> {
    granted_by_any(tx, &[group]).await
}

/// The same for several groups at once.
pub async fn granted_by_any(tx: &mut Tx, groups: &[GroupId]) -> Result<Vec<Application>, StoreError> {
    let keys: Vec<String> = groups.iter().map(ToString::to_string).collect();
    let prefix = "SELECT * FROM applications WHERE granting_group_id IN";
    let rows: Vec<ApplicationRow> = select_in(tx, prefix, &keys, "ORDER BY sort_name, id").await?;
    rows.into_iter().map(|row| row.application().map(|stored| stored.value)).collect()
}

/// What the person may see and launch now, by name.
pub async fn tiles(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<Vec<Tile>, StoreError> {
    let rows: Vec<TileRow> =
        on!(tx, |conn| sqlx::query_as(TILES).bind(user.to_string()).bind(now.0).fetch_all(conn).await?);
    let tile = |row: TileRow| {
        Ok(Tile {
            id: id(&row.id)?,
            name: row.name,
            description: row.description,
            logo: row.logo,
            contact: row.support_contact,
            publisher: row.publisher,
            ends_at: Timestamp(row.ends_at).before_never(),
            used_at: (row.used_at > 0).then_some(Timestamp(row.used_at)),
        })
    };
    rows.into_iter().map(tile).collect()
}

/// The application as it stands for this person now; `None` where there is none.
pub async fn launched(tx: &mut Tx, app: AppId, user: UserId, now: Timestamp) -> Result<Option<Launched>, StoreError> {
    let (app, user) = (app.to_string(), user.to_string());
    let row: Option<(String, String, bool, bool)> =
        on!(tx, |conn| sqlx::query_as(LAUNCHED).bind(app).bind(user).bind(now.0).fetch_optional(conn).await?);
    let launched = |(name, url, enabled, assigned): (String, String, bool, bool)| {
        let launch_url = read("launch address", &url, LaunchUrl::parse(&url).ok())?;
        Ok(Launched { name, launch_url, enabled, assigned })
    };
    row.map(launched).transpose()
}

/// The groups the application is assigned to, by name.
pub async fn groups_of(tx: &mut Tx, app: AppId) -> Result<Vec<(GroupId, String)>, StoreError> {
    let rows: Vec<(String, String)> =
        on!(tx, |conn| sqlx::query_as(GROUPS_OF).bind(app.to_string()).fetch_all(conn).await?);
    rows.into_iter().map(|(group, name)| Ok((id(&group)?, name))).collect()
}

/// The first 200 people it is assigned to directly, by name.
pub async fn users_of(tx: &mut Tx, app: AppId) -> Result<Vec<User>, StoreError> {
    let rows: Vec<UserRow> = on!(tx, |conn| sqlx::query_as(USERS_OF).bind(app.to_string()).fetch_all(conn).await?);
    rows.into_iter().map(|row| row.user().map(|stored| stored.value)).collect()
}

/// `false` where it was assigned already.
pub async fn assign_group(
    tx: &mut Tx,
    app: AppId,
    group: GroupId,
    by: UserId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (group, app, by) = (group.to_string(), app.to_string(), by.to_string());
    let made = on!(tx, |conn| {
        let insert = sqlx::query(ASSIGN_GROUP).bind(group).bind(app).bind(by).bind(now.0);
        insert.execute(conn).await?.rows_affected()
    });
    Ok(made == 1)
}

/// `false` where it was assigned already.
pub async fn assign_user(
    tx: &mut Tx,
    app: AppId,
    user: UserId,
    by: UserId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (user, app, by) = (user.to_string(), app.to_string(), by.to_string());
    let made = on!(tx, |conn| {
        let insert = sqlx::query(ASSIGN_USER).bind(user).bind(app).bind(by).bind(now.0);
        insert.execute(conn).await?.rows_affected()
    });
    Ok(made == 1)
}

/// `false` where it was not assigned.
pub async fn unassign_group(tx: &mut Tx, app: AppId, group: GroupId) -> Result<bool, StoreError> {
    let (group, app) = (group.to_string(), app.to_string());
    Ok(on!(tx, |conn| sqlx::query(UNASSIGN_GROUP).bind(group).bind(app).execute(conn).await?.rows_affected()) == 1)
}

/// `false` where it was not assigned.
pub async fn unassign_user(tx: &mut Tx, app: AppId, user: UserId) -> Result<bool, StoreError> {
    let (user, app) = (user.to_string(), app.to_string());
    Ok(on!(tx, |conn| sqlx::query(UNASSIGN_USER).bind(user).bind(app).execute(conn).await?.rows_affected()) == 1)
}

pub async fn used(tx: &mut Tx, app: AppId, user: UserId, now: Timestamp) -> Result<(), StoreError> {
    let (user, app) = (user.to_string(), app.to_string());
    on!(tx, |conn| sqlx::query(USED).bind(user).bind(app).bind(now.0).execute(conn).await?.rows_affected());
    Ok(())
}

/// The application with its assignments.
pub async fn delete(tx: &mut Tx, app: AppId) -> Result<(), StoreError> {
    let key = app.to_string();
    words::replace(tx, &key, "").await?;
    for statement in [DROP_GROUP_ASSIGNMENTS, DROP_USER_ASSIGNMENTS, DROP_USES, DETACH_LANDINGS, DELETE] {
        on!(tx, |conn| sqlx::query(statement).bind(key.clone()).execute(conn).await?.rows_affected());
    }
    Ok(())
}

/// Keeps a re-encoded picture under its digest.
pub async fn keep_logo(tx: &mut Tx, digest: &str, png: &[u8]) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(KEEP_LOGO).bind(digest).bind(png).execute(conn).await?.rows_affected());
    Ok(())
}

pub async fn logo(tx: &mut Tx, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let row: Option<(Vec<u8>,)> = on!(tx, |conn| sqlx::query_as(LOGO).bind(digest).fetch_optional(conn).await?);
    Ok(row.map(|(png,)| png))
}

/// Id, name and the last launch of each application that the person used, the last one first; a hundred at most.
pub async fn used_by(tx: &mut Tx, user: UserId) -> Result<Vec<(AppId, String, Timestamp)>, StoreError> {
    let rows: Vec<(String, String, i64)> =
        on!(tx, |conn| sqlx::query_as(USED_BY).bind(user.to_string()).fetch_all(conn).await?);
    rows.into_iter().map(|(app, name, at)| Ok((id(&app)?, name, Timestamp(at)))).collect()
}
