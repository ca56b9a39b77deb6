//! Groups and their owners.

use domain::group::Group;
use domain::id::{AppId, GroupId, UserId};
use domain::text::{Label, Message};
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::list::{ListDef, Order};
use crate::memberships::Counts;
use crate::statements::{on, sql};
use crate::table::{Table, select_in};
use crate::users::{UserRow, prose, sort_name};
use crate::{Bind, Filter, Page, PageAsk, StoreError, Stored, Tx, id, json, read, to_json, words};
use domain::user::User;

sql! {
    GET = "SELECT * FROM groups WHERE id = $1";
    OWNED_BY = "SELECT g.* FROM group_owners o JOIN groups g ON g.id = o.group_id WHERE o.user_id = $1 ORDER BY g.sort_name, g.id";
    OWNERS = "SELECT u.* FROM group_owners o JOIN users u ON u.id = o.user_id WHERE o.group_id = $1 ORDER BY u.sort_name, u.id";
    IS_OWNER = "SELECT COUNT(*) FROM group_owners WHERE group_id = $1 AND user_id = $2";
    ADD_OWNER = "INSERT INTO group_owners (group_id, user_id, added_by, added_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (group_id, user_id) DO NOTHING";
    REMOVE_OWNER = "DELETE FROM group_owners WHERE group_id = $1 AND user_id = $2";
    REMOVE_OWNERSHIPS = "DELETE FROM group_owners WHERE user_id = $1";
    OPENS = "SELECT a.id, a.name, a.launch_url, a.logo FROM group_assignments s JOIN applications a ON a.id = s.application_id
             WHERE s.group_id = $1 ORDER BY a.sort_name, a.id";
    OPENED_BY_OWNED = "SELECT s.group_id, a.id, a.name, a.launch_url, a.logo FROM group_owners o
                       JOIN group_assignments s ON s.group_id = o.group_id JOIN applications a ON a.id = s.application_id
                       WHERE o.user_id = $1 ORDER BY a.sort_name, a.id";
    COUNTS_OF_OWNED = "SELECT o.group_id,
        (SELECT COUNT(*) FROM (SELECT 1 AS one FROM memberships m WHERE m.group_id = o.group_id AND m.user_type = 'guest' AND m.held_for IS NULL AND m.ends_at > $2 LIMIT 10001) a),
        (SELECT COUNT(*) FROM (SELECT 1 AS one FROM invitations i WHERE i.target = o.group_id AND i.state = 'pending' LIMIT 10001) b),
        (SELECT COUNT(*) FROM (SELECT 1 AS one FROM memberships e WHERE e.group_id = o.group_id AND e.ends_at > $2 AND e.ends_at <= $3 LIMIT 10001) c)
        FROM group_owners o WHERE o.user_id = $1";
    COUNT_OWNERS = "SELECT COUNT(*) FROM group_owners WHERE group_id = $1";
    /// In force, or held for an invitation that is still open by the clock.
    COUNT_GUESTS = "SELECT COUNT(*) FROM memberships m LEFT JOIN invitations i ON i.id = m.held_for
        WHERE m.group_id = $1 AND m.user_type = 'guest' AND m.ends_at > $2
        AND (m.held_for IS NULL OR (i.expires_at > $2 AND (i.state = 'pending' OR (i.state = 'suspended' AND i.state_at > $2))))";
    DELETE_OWNERS = "DELETE FROM group_owners WHERE group_id = $1";
    DELETE_MEMBERSHIPS = "DELETE FROM memberships WHERE group_id = $1";
    DELETE_ASSIGNMENTS = "DELETE FROM group_assignments WHERE group_id = $1";
    DETACH_APPLICATIONS = "UPDATE applications SET granting_group_id = NULL, version = version + 1 WHERE granting_group_id = $1";
    DETACH_INVITATIONS = "UPDATE invitations SET group_id = NULL WHERE target = $1";
    DELETE = "DELETE FROM groups WHERE id = $1";
}

const TABLE: Table = Table {
    name: "groups",
    columns: &["id", "name", "sort_name", "description", "owners_manage", "narrowing", "created_at"],
    versioned: true,
};

const OWNERS_TABLE: Table =
    Table { name: "group_owners", columns: &["group_id", "user_id", "added_by", "added_at"], versioned: false };
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE, &OWNERS_TABLE];

/// Without an enabled owner.
pub const ORPHANS: &str = "NOT EXISTS (SELECT 1 FROM group_owners o JOIN users u ON u.id = o.user_id
                           WHERE o.group_id = g.id AND u.state = 'active')";

const GROUPS: ListDef = ListDef {
    name: "groups",
    columns: "g.*,
        (SELECT COUNT(*) FROM (SELECT 1 FROM memberships m WHERE m.group_id = g.id LIMIT 10001) c) AS members,
        (SELECT COUNT(*) FROM group_owners o WHERE o.group_id = g.id) AS owners,
        (SELECT COUNT(*) FROM group_assignments s WHERE s.group_id = g.id) AS applications",
    from: "groups g",
    id: "g.id",
    words: Some("g.id"),
    scope: "TRUE",
    filters: &[ORPHANS],
    orders: &[
        Order { name: "name", key: "g.sort_name", numeric: false, descending: false },
        Order { name: "created", key: "g.id", numeric: false, descending: true },
    ],
};
pub(crate) const LISTS: &[&ListDef] = &[&GROUPS];

#[derive(Debug, FromRow)]
struct GroupRow {
    id: String,
    name: String,
    description: String,
    owners_manage: bool,
    narrowing: String,
    created_at: i64,
    version: i64,
}

#[derive(Debug, FromRow)]
struct CountedRow {
    #[sqlx(flatten)]
    group: GroupRow,
    members: i64,
    owners: i64,
    applications: i64,
}

/// A group as the list shows it; members are counted to 10,001.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub group: Group,
    pub members: i64,
    pub owners: i64,
    pub applications: i64,
}

/// An application that a group opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub id: AppId,
    pub name: String,
    pub launch_url: String,
    /// The digest of its picture.
    pub logo: Option<String>,
}

impl GroupRow {
    fn group(self) -> Result<Stored<Group>, StoreError> {
        let value = Group {
            id: id(&self.id)?,
            name: read("name", &self.name, Label::parse(&self.name).ok())?,
            description: prose(&self.description)?,
            owners_manage: self.owners_manage,
            narrowing: json("narrowing", &self.narrowing)?,
            created_at: Timestamp(self.created_at),
        };
        Ok(Stored { value, version: self.version })
    }
}

fn row(group: &Group) -> Vec<Bind> {
    vec![
        Bind::text(group.id),
        Bind::text(group.name.as_str()),
        Bind::text(sort_name(group.name.as_str())),
        Bind::text(group.description.as_ref().map_or("", Message::as_str)),
        Bind::Flag(group.owners_manage),
        Bind::text(to_json(&group.narrowing)),
        Bind::number(group.created_at.0),
    ]
}

fn searched(group: &Group) -> String {
    format!("{} {}", group.name.as_str(), group.description.as_ref().map_or("", Message::as_str))
}

pub async fn insert(tx: &mut Tx, group: &Group) -> Result<(), StoreError> {
    TABLE.insert(tx, vec![row(group)]).await?;
    words::insert(tx, &[(group.id.to_string(), searched(group))]).await
}

pub async fn save(tx: &mut Tx, group: &Stored<Group>) -> Result<(), StoreError> {
    TABLE.save(tx, row(&group.value), group.version).await?;
    words::replace(tx, &group.value.id.to_string(), &searched(&group.value)).await
}

pub async fn get(tx: &mut Tx, group: GroupId) -> Result<Option<Stored<Group>>, StoreError> {
    let row: Option<GroupRow> =
        on!(tx, |conn| sqlx::query_as(GET).bind(group.to_string()).fetch_optional(conn).await?);
    row.map(GroupRow::group).transpose()
}

pub async fn by_ids(tx: &mut Tx, ids: &[GroupId]) -> Result<Vec<Stored<Group>>, StoreError> {
    let keys: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let rows: Vec<GroupRow> = select_in(tx, "SELECT * FROM groups WHERE id IN", &keys, "").await?;
    rows.into_iter().map(GroupRow::group).collect()
}

pub async fn page(tx: &mut Tx, ask: &PageAsk, filters: &[Filter]) -> Result<Page<Counted>, StoreError> {
    let read = |row: CountedRow| {
        let CountedRow { group, members, owners, applications } = row;
        Ok(Counted { group: group.group()?.value, members, owners, applications })
    };
    GROUPS.page::<CountedRow>(tx, ask, &[], filters).await?.try_map(read)
}

/// The groups a person owns, by name.
pub async fn owned_by(tx: &mut Tx, user: UserId) -> Result<Vec<Group>, StoreError> {
    let rows: Vec<GroupRow> = on!(tx, |conn| sqlx::query_as(OWNED_BY).bind(user.to_string()).fetch_all(conn).await?);
    rows.into_iter().map(|row| row.group().map(|stored| stored.value)).collect()
}

/// What each group that the person owns opens, by name.
pub async fn opened_by_owned(tx: &mut Tx, user: UserId) -> Result<Vec<(GroupId, Opened)>, StoreError> {
    let rows: Vec<(String, String, String, String, Option<String>)> =
        on!(tx, |conn| sqlx::query_as(OPENED_BY_OWNED).bind(user.to_string()).fetch_all(conn).await?);
    let opened = |(group, app, name, launch_url, logo): (String, String, String, String, Option<String>)| {
        Ok((id(&group)?, Opened { id: id(&app)?, name, launch_url, logo }))
    };
    rows.into_iter().map(opened).collect()
}

/// As [`crate::memberships::counts`], for each group that the person owns.
pub async fn counts_of_owned(
    tx: &mut Tx,
    user: UserId,
    now: Timestamp,
    soon: Timestamp,
) -> Result<Vec<(GroupId, Counts)>, StoreError> {
    let rows: Vec<(String, i64, i64, i64)> = on!(tx, |conn| {
        sqlx::query_as(COUNTS_OF_OWNED).bind(user.to_string()).bind(now.0).bind(soon.0).fetch_all(conn).await?
    });
    rows.into_iter()
        .map(|(group, guests, pending, ending)| Ok((id(&group)?, Counts { guests, pending, ending })))
        .collect()
}

/// Of these groups, those that people may be let into by others than administrators, by name: an application's group, one
/// with an invitation open, one whose owners manage it.
pub async fn open_to_others(tx: &mut Tx, groups: &[GroupId]) -> Result<Vec<String>, StoreError> {
    let keys: Vec<String> = groups.iter().map(ToString::to_string).collect();
    let prefix =
        "SELECT g.name FROM groups g WHERE (EXISTS (SELECT 1 FROM applications a WHERE a.granting_group_id = g.id)
                  OR EXISTS (SELECT 1 FROM invitations i WHERE i.target = g.id AND i.state IN ('pending', 'suspended'))
                  OR (g.owners_manage AND EXISTS (SELECT 1 FROM group_owners o WHERE o.group_id = g.id))) AND g.id IN";
    let rows: Vec<(String,)> = select_in(tx, prefix, &keys, "ORDER BY g.id").await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

pub async fn count_owners(tx: &mut Tx, group: GroupId) -> Result<i64, StoreError> {
    let (count,): (i64,) = on!(tx, |conn| sqlx::query_as(COUNT_OWNERS).bind(group.to_string()).fetch_one(conn).await?);
    Ok(count)
}

pub async fn owners(tx: &mut Tx, group: GroupId) -> Result<Vec<User>, StoreError> {
    let rows: Vec<UserRow> = on!(tx, |conn| sqlx::query_as(OWNERS).bind(group.to_string()).fetch_all(conn).await?);
    rows.into_iter().map(|row| row.user().map(|stored| stored.value)).collect()
}

pub async fn is_owner(tx: &mut Tx, group: GroupId, user: UserId) -> Result<bool, StoreError> {
    let (count,): (i64,) = on!(tx, |conn| {
        sqlx::query_as(IS_OWNER).bind(group.to_string()).bind(user.to_string()).fetch_one(conn).await?
    });
    Ok(count > 0)
}

/// Gives a new group its first owners.
pub async fn insert_owners(
    tx: &mut Tx,
    group: GroupId,
    owners: &[UserId],
    by: UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = |owner: &UserId| vec![Bind::text(group), Bind::text(owner), Bind::text(by), Bind::number(now.0)];
    OWNERS_TABLE.insert(tx, owners.iter().map(row).collect()).await
}

/// `false` where the person owns the group already.
pub async fn add_owner(
    tx: &mut Tx,
    group: GroupId,
    user: UserId,
    by: UserId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (group, user, by) = (group.to_string(), user.to_string(), by.to_string());
    let added = on!(tx, |conn| {
        let insert = sqlx::query(ADD_OWNER).bind(group).bind(user).bind(by).bind(now.0);
        insert.execute(conn).await?.rows_affected()
    });
    Ok(added == 1)
}

/// `false` where the person did not own the group.
pub async fn remove_owner(tx: &mut Tx, group: GroupId, user: UserId) -> Result<bool, StoreError> {
    let removed = on!(tx, |conn| {
        let delete = sqlx::query(REMOVE_OWNER).bind(group.to_string()).bind(user.to_string());
        delete.execute(conn).await?.rows_affected()
    });
    Ok(removed == 1)
}

pub async fn remove_ownerships(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(REMOVE_OWNERSHIPS).bind(user.to_string()).execute(conn).await?.rows_affected());
    Ok(())
}

/// The applications the group opens, by name.
pub async fn opens(tx: &mut Tx, group: GroupId) -> Result<Vec<Opened>, StoreError> {
    let rows: Vec<(String, String, String, Option<String>)> =
        on!(tx, |conn| sqlx::query_as(OPENS).bind(group.to_string()).fetch_all(conn).await?);
    rows.into_iter().map(|(app, name, launch_url, logo)| Ok(Opened { id: id(&app)?, name, launch_url, logo })).collect()
}

/// Guests with a membership that has not ended, held ones too.
pub async fn count_guests(tx: &mut Tx, group: GroupId, now: Timestamp) -> Result<i64, StoreError> {
    let (count,): (i64,) =
        on!(tx, |conn| { sqlx::query_as(COUNT_GUESTS).bind(group.to_string()).bind(now.0).fetch_one(conn).await? });
    Ok(count)
}

/// The group with its ownerships, memberships and assignments.
pub async fn delete(tx: &mut Tx, group: GroupId) -> Result<(), StoreError> {
    let key = group.to_string();
    words::replace(tx, &key, "").await?;
    let statements =
        [DELETE_OWNERS, DELETE_MEMBERSHIPS, DELETE_ASSIGNMENTS, DETACH_APPLICATIONS, DETACH_INVITATIONS, DELETE];
    for statement in statements {
        on!(tx, |conn| sqlx::query(statement).bind(key.clone()).execute(conn).await?.rows_affected());
    }
    Ok(())
}
