//! Who belongs to which group, until when, and what is held for an invitation.

use domain::group::Membership;
use domain::id::{GroupId, InvitationId, UserId};
use domain::time::Timestamp;
use domain::user::User;
use sqlx::FromRow;

use crate::list::{ListDef, Order};
use crate::statements::{on, sql};
use crate::table::{Table, change_in, select_in, select_in_with};
use crate::users::{UserRow, last_sign_in, sort_name};
use crate::{Bind, Filter, Page, PageAsk, StoreError, Tx, id};

sql! {
    GET = "SELECT * FROM memberships WHERE group_id = $1 AND user_id = $2";
    OF_USER = "SELECT * FROM memberships WHERE user_id = $1 ORDER BY added_at, group_id";
    NAMES_OF_USER = "SELECT m.*, g.name AS group_name FROM memberships m JOIN groups g ON g.id = m.group_id
                     WHERE m.user_id = $1 ORDER BY g.sort_name, g.id";
    COUNTING_GROUPS = "SELECT group_id FROM memberships WHERE user_id = $1 AND held_for IS NULL AND ends_at > $2 ORDER BY group_id";
    GIVE = "UPDATE memberships SET held_for = NULL, added_at = $3, ends_at = $4 WHERE group_id = $1 AND user_id = $2";
    REMOVE = "DELETE FROM memberships WHERE group_id = $1 AND user_id = $2";
    REMOVE_ALL = "DELETE FROM memberships WHERE user_id = $1";
    REMOVE_ENDED = "DELETE FROM memberships WHERE user_id = $1 AND ends_at <= $2";
    COUNT = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM memberships WHERE group_id = $1 LIMIT 10001) c";
    COUNTS_OF_GROUP = "SELECT
        (SELECT COUNT(*) FROM (SELECT 1 FROM memberships m WHERE m.group_id = $1 AND m.user_type = 'guest' AND m.held_for IS NULL AND m.ends_at > $2 LIMIT 10001) a),
        (SELECT COUNT(*) FROM (SELECT 1 FROM invitations i WHERE i.target = $1 AND i.state = 'pending' LIMIT 10001) b),
        (SELECT COUNT(*) FROM (SELECT 1 FROM memberships e WHERE e.group_id = $1 AND e.ends_at > $2 AND e.ends_at <= $3 LIMIT 10001) c)";
}

const TABLE: Table = Table {
    name: "memberships",
    columns: &[
        "group_id",
        "user_id",
        "sort_name",
        "user_type",
        "added_by",
        "added_at",
        "ends_at",
        "held_for",
        "last_sign_in_at",
    ],
    versioned: false,
};
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

pub const GUESTS: &str = "m.user_type = ?";
pub const HELD: &str = "m.held_for IS NOT NULL";
pub const NOT_HELD: &str = "m.held_for IS NULL";
pub const ENDED: &str = "m.ends_at <= ?";
pub const ENDING: &str = "m.ends_at > ? AND m.ends_at <= ?";
/// Nearly all of a group: added to zero, so that an engine walks the order asked for and not the ends, to sort them.
pub const COUNTING: &str = "m.held_for IS NULL AND m.ends_at + 0 > ?";
/// Of people who have come in and still may. Not by `state`: an engine would begin with everybody who is active.
pub const PRESENT: &str = "u.enabled AND COALESCE(u.external_state, 'accepted') = 'accepted'";

const OF_GROUP: ListDef = ListDef {
    name: "members of a group",
    columns: "m.group_id, m.user_id, m.added_by, m.added_at AS joined_at, m.ends_at AS leaves_at, m.held_for, u.*",
    from: "memberships m JOIN users u ON u.id = m.user_id",
    id: "m.user_id",
    words: Some("m.user_id"),
    scope: "m.group_id = ?",
    filters: &[GUESTS, HELD, NOT_HELD, ENDED, ENDING, COUNTING, PRESENT],
    orders: &[
        Order { name: "name", key: "m.sort_name", numeric: false, descending: false },
        Order { name: "added", key: "m.added_at", numeric: true, descending: true },
        Order { name: "ends", key: "m.ends_at", numeric: true, descending: false },
        Order { name: "last-sign-in", key: "m.last_sign_in_at", numeric: true, descending: true },
    ],
};
pub(crate) const LISTS: &[&ListDef] = &[&OF_GROUP];

#[derive(Debug, FromRow)]
struct MembershipRow {
    group_id: String,
    user_id: String,
    added_by: String,
    added_at: i64,
    ends_at: i64,
    held_for: Option<String>,
}

#[derive(Debug, FromRow)]
struct MemberRow {
    group_id: String,
    user_id: String,
    added_by: String,
    joined_at: i64,
    leaves_at: i64,
    held_for: Option<String>,
    #[sqlx(flatten)]
    user: UserRow,
}

#[derive(Debug, FromRow)]
struct NamedRow {
    #[sqlx(flatten)]
    membership: MembershipRow,
    group_name: String,
}

/// A membership with the person it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub membership: Membership,
    pub user: User,
}

/// How many guests a group has, how many invitations are pending, and how many stays end soon; each to 10,001.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub guests: i64,
    pub pending: i64,
    pub ending: i64,
}

impl MembershipRow {
    fn membership(self) -> Result<Membership, StoreError> {
        Ok(Membership {
            group: id(&self.group_id)?,
            user: id(&self.user_id)?,
            added_by: id(&self.added_by)?,
            added_at: Timestamp(self.added_at),
            ends_at: Timestamp(self.ends_at),
            held_for: self.held_for.as_deref().map(id).transpose()?,
        })
    }
}

fn row(membership: &Membership, user: &User) -> Vec<Bind> {
    vec![
        Bind::text(membership.group),
        Bind::text(membership.user),
        Bind::text(sort_name(user.shown_name())),
        Bind::text(user.user_type),
        Bind::text(membership.added_by),
        Bind::number(membership.added_at.0),
        Bind::number(membership.ends_at.0),
        Bind::maybe(membership.held_for),
        Bind::number(last_sign_in(user)),
    ]
}

/// Adds memberships of people who are not in these groups.
pub async fn insert(tx: &mut Tx, members: &[Member]) -> Result<(), StoreError> {
    TABLE.insert(tx, members.iter().map(|member| row(&member.membership, &member.user)).collect()).await
}

pub async fn get(tx: &mut Tx, group: GroupId, user: UserId) -> Result<Option<Membership>, StoreError> {
    let row: Option<MembershipRow> = on!(tx, |conn| {
        sqlx::query_as(GET).bind(group.to_string()).bind(user.to_string()).fetch_optional(conn).await?
    });
    row.map(MembershipRow::membership).transpose()
}

/// The memberships that these people have in one group.
pub async fn of_users(tx: &mut Tx, group: GroupId, users: &[UserId]) -> Result<Vec<Membership>, StoreError> {
    let keys: Vec<String> = users.iter().map(ToString::to_string).collect();
    let prefix = "SELECT * FROM memberships WHERE group_id = $1 AND user_id IN";
    let rows: Vec<MembershipRow> = select_in_with(tx, prefix, &[Bind::text(group)], &keys, "").await?;
    rows.into_iter().map(MembershipRow::membership).collect()
}

/// What is held for these invitations.
pub async fn held_for(tx: &mut Tx, invitations: &[InvitationId]) -> Result<Vec<Membership>, StoreError> {
    let keys: Vec<String> = invitations.iter().map(ToString::to_string).collect();
    let rows: Vec<MembershipRow> = select_in(tx, "SELECT * FROM memberships WHERE held_for IN", &keys, "").await?;
    rows.into_iter().map(MembershipRow::membership).collect()
}

pub async fn of_user(tx: &mut Tx, user: UserId) -> Result<Vec<Membership>, StoreError> {
    let rows: Vec<MembershipRow> =
        on!(tx, |conn| sqlx::query_as(OF_USER).bind(user.to_string()).fetch_all(conn).await?);
    rows.into_iter().map(MembershipRow::membership).collect()
}

/// The groups that count for the person now.
pub async fn groups_of(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<Vec<GroupId>, StoreError> {
    let rows: Vec<(String,)> =
        on!(tx, |conn| sqlx::query_as(COUNTING_GROUPS).bind(user.to_string()).bind(now.0).fetch_all(conn).await?);
    rows.into_iter().map(|(group,)| id(&group)).collect()
}

/// With the name of each group.
pub async fn named_of_user(tx: &mut Tx, user: UserId) -> Result<Vec<(Membership, String)>, StoreError> {
    let rows: Vec<NamedRow> =
        on!(tx, |conn| sqlx::query_as(NAMES_OF_USER).bind(user.to_string()).fetch_all(conn).await?);
    rows.into_iter().map(|row| Ok((row.membership.membership()?, row.group_name))).collect()
}

pub async fn page(tx: &mut Tx, group: GroupId, ask: &PageAsk, filters: &[Filter]) -> Result<Page<Member>, StoreError> {
    let read = |row: MemberRow| {
        let membership = MembershipRow {
            group_id: row.group_id,
            user_id: row.user_id,
            added_by: row.added_by,
            added_at: row.joined_at,
            ends_at: row.leaves_at,
            held_for: row.held_for,
        };
        Ok(Member { membership: membership.membership()?, user: row.user.user()?.value })
    };
    OF_GROUP.page::<MemberRow>(tx, ask, &[Bind::text(group)], filters).await?.try_map(read)
}

/// Memberships of any kind, to 10,001.
pub async fn count(tx: &mut Tx, group: GroupId) -> Result<i64, StoreError> {
    let (count,): (i64,) = on!(tx, |conn| sqlx::query_as(COUNT).bind(group.to_string()).fetch_one(conn).await?);
    Ok(count)
}

/// Of these groups, those that somebody is in, held ones too.
pub async fn with_members(tx: &mut Tx, groups: &[GroupId]) -> Result<Vec<GroupId>, StoreError> {
    let keys: Vec<String> = groups.iter().map(ToString::to_string).collect();
    let prefix =
        "SELECT g.id FROM groups g WHERE EXISTS (SELECT 1 FROM memberships m WHERE m.group_id = g.id) AND g.id IN";
    let rows: Vec<(String,)> = select_in(tx, prefix, &keys, "").await?;
    rows.into_iter().map(|(group,)| id(&group)).collect()
}

/// Guests that count, invitations pending, and stays that end between `now` and `soon`.
pub async fn counts(tx: &mut Tx, group: GroupId, now: Timestamp, soon: Timestamp) -> Result<Counts, StoreError> {
    let (guests, pending, ending): (i64, i64, i64) = on!(tx, |conn| {
        sqlx::query_as(COUNTS_OF_GROUP).bind(group.to_string()).bind(now.0).bind(soon.0).fetch_one(conn).await?
    });
    Ok(Counts { guests, pending, ending })
}

/// A held membership begins to count, or the end of one that counts moves.
pub async fn give(
    tx: &mut Tx,
    group: GroupId,
    user: UserId,
    from: Timestamp,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let (group, user) = (group.to_string(), user.to_string());
    let given = on!(tx, |conn| {
        sqlx::query(GIVE).bind(group).bind(user).bind(from.0).bind(until.0).execute(conn).await?.rows_affected()
    });
    Ok(given == 1)
}

/// `false` where there was none.
pub async fn remove(tx: &mut Tx, group: GroupId, user: UserId) -> Result<bool, StoreError> {
    let (group, user) = (group.to_string(), user.to_string());
    let removed = on!(tx, |conn| sqlx::query(REMOVE).bind(group).bind(user).execute(conn).await?.rows_affected());
    Ok(removed == 1)
}

pub async fn remove_all(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(REMOVE_ALL).bind(user.to_string()).execute(conn).await?.rows_affected());
    Ok(())
}

pub async fn remove_ended(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(REMOVE_ENDED).bind(user.to_string()).bind(now.0).execute(conn).await?.rows_affected());
    Ok(())
}

/// Every membership of these people, in whatever group.
pub async fn remove_all_of(tx: &mut Tx, users: &[UserId]) -> Result<(), StoreError> {
    let keys: Vec<String> = users.iter().map(ToString::to_string).collect();
    change_in(tx, "DELETE FROM memberships WHERE user_id IN", &[], &keys).await?;
    Ok(())
}

/// Those that these people have in one group: ended, or given anew in the same transaction.
pub async fn remove_many(tx: &mut Tx, group: GroupId, users: &[UserId]) -> Result<(), StoreError> {
    let keys: Vec<String> = users.iter().map(ToString::to_string).collect();
    change_in(tx, "DELETE FROM memberships WHERE group_id = $1 AND user_id IN", &[Bind::text(group)], &keys).await?;
    Ok(())
}

/// What was held for invitations that came to nothing.
pub async fn release(tx: &mut Tx, invitations: &[InvitationId]) -> Result<(), StoreError> {
    let keys: Vec<String> = invitations.iter().map(ToString::to_string).collect();
    change_in(tx, "DELETE FROM memberships WHERE held_for IN", &[], &keys).await?;
    Ok(())
}
