//! People, their identities and sponsors.

use std::collections::{HashMap, HashSet};

use domain::id::{PartnerId, UserId};
use domain::text::{DomainName, EmailAddress, Label, Message};
use domain::time::Timestamp;
use domain::user::{CreationType, DeletedBy, ExternalState, Standing, User, UserType};
use sqlx::FromRow;

use crate::list::{ListDef, Order};
use crate::statements::{on, sql};
use crate::table::{Table, select_in};
use crate::{Bind, Filter, Page, PageAsk, StoreError, Stored, Tx, id, partners, read, words};

sql! {
    GET = "SELECT * FROM users WHERE id = $1";
    BY_KEY = "SELECT * FROM users WHERE address_key = $1";
    LAST_SIGN_IN = "UPDATE users SET last_sign_in_at = $2 WHERE id = $1";
    LAST_SIGN_IN_IN_GROUPS = "UPDATE memberships SET last_sign_in_at = $2 WHERE user_id = $1";
    COPY_TO_GROUPS = "UPDATE memberships SET sort_name = $2, last_sign_in_at = $3 WHERE user_id = $1";
    WORKING_ADMINISTRATORS = "SELECT COUNT(*) FROM users WHERE roles <> 0 AND roles % 2 = 1 AND state = 'active'
                              AND (ends_at IS NULL OR ends_at > $1)";
    ADMINISTRATORS = "SELECT * FROM users WHERE roles <> 0 AND roles % 2 = 1 AND state = 'active' ORDER BY sort_name, id";
    DELETED_BEFORE = "SELECT * FROM users WHERE state = 'deleted' AND deleted_at <= $1 ORDER BY deleted_at LIMIT 100";
    IDLE_PENDING = "SELECT * FROM users u WHERE u.state = 'pending' AND u.external_state_at <= $1
                    AND NOT EXISTS (SELECT 1 FROM invitations i WHERE i.user_id = u.id AND i.state IN ('pending', 'suspended'))
                    AND NOT EXISTS (SELECT 1 FROM invitations j WHERE j.user_id = u.id AND j.state_at > $1) LIMIT 100";
    ERASE_INVITATIONS = "UPDATE invitations SET address = $2, address_key = $2, name = NULL, message = NULL, cc = NULL WHERE user_id = $1";
    ERASE_AUDIT_TARGETS = "UPDATE audit SET target_name = $2, old_value = NULL, new_value = NULL
                           WHERE target_id = $1";
    ERASE_AUDIT_ACTS = "UPDATE audit SET actor_name = $2 WHERE actor_id = $1";
    ERASE_SIGN_INS = "UPDATE sign_ins SET user_name = $2, address = NULL, client = '', facts = '{}' WHERE user_id = $1";
    ERASE_AUDIT_INVITATIONS = "UPDATE audit SET target_name = $2, old_value = NULL, new_value = NULL
                               WHERE target_id IN (SELECT id FROM invitations WHERE user_id = $1)";
    ERASE_AUDIT_SESSIONS = "UPDATE audit SET target_name = $2 WHERE actor_id = $1 AND target_kind = 'session'";
    ERASE_AUDIT_ADDRESSES = "UPDATE audit SET target_id = $2, target_name = $2 WHERE target_id = $1 AND target_kind = 'address'";
    ERASE_LETTERS = "UPDATE outbox SET recipient = NULL, recipient_key = NULL, subject = NULL
                     WHERE about IN (SELECT id FROM invitations WHERE user_id = $1 UNION ALL SELECT $1)";
    DROP_ASSIGNMENTS = "DELETE FROM user_assignments WHERE user_id = $1";
    DROP_USES = "DELETE FROM application_uses WHERE user_id = $1";
    DROP_IDENTITIES = "DELETE FROM identities WHERE user_id = $1";
    SPONSORS_OF = "SELECT u.* FROM user_sponsors s JOIN users u ON u.id = s.sponsor_id WHERE s.user_id = $1 ORDER BY u.sort_name, u.id";
    DROP_SPONSORS = "DELETE FROM user_sponsors WHERE user_id = $1";
    DROP_SPONSORING = "DELETE FROM user_sponsors WHERE sponsor_id = $1";
    DROP_SPONSORING_OF_PARTNERS = "UPDATE partners SET sponsor_id = NULL, version = version + 1 WHERE sponsor_id = $1";
}

const TABLE: Table = Table {
    name: "users",
    columns: &[
        "id",
        "user_type",
        "address",
        "address_key",
        "domain",
        "partner_id",
        "name",
        "company",
        "sort_name",
        "state",
        "enabled",
        "external_state",
        "external_state_at",
        "creation_type",
        "invited_by",
        "roles",
        "language",
        "time_zone",
        "ends_at",
        "deleted_at",
        "deleted_by",
        "consented_at",
        "created_at",
        "last_sign_in_at",
    ],
    versioned: true,
};
const SPONSORS: Table = Table { name: "user_sponsors", columns: &["user_id", "sponsor_id"], versioned: false };
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE, &SPONSORS];

pub const BY_STATE: &str = "u.state = ?";
pub const BY_TYPE: &str = "u.user_type = ?";
/// Not by `state`: an engine would walk its three states and sort what it found.
pub const NOT_DELETED: &str = "u.deleted_at IS NULL";
pub const WITH_ROLES: &str = "u.roles <> 0";
pub const INVITED_BY: &str = "u.invited_by = ?";
/// Joined to nothing, so that an engine walks the partner's own guests and not everybody in this state or of this type.
pub const BY_STATE_WITHIN: &str = "u.state || '' = ?";
pub const BY_TYPE_WITHIN: &str = "u.user_type || '' = ?";

const PEOPLE: ListDef = ListDef {
    name: "people",
    columns: "u.*",
    from: "users u",
    id: "u.id",
    words: Some("u.id"),
    scope: "u.state <> 'erased'",
    filters: &[BY_STATE, BY_TYPE, NOT_DELETED, WITH_ROLES, INVITED_BY],
    orders: &[
        Order { name: "name", key: "u.sort_name", numeric: false, descending: false },
        Order { name: "last-sign-in", key: "u.last_sign_in_at", numeric: true, descending: true },
        Order { name: "created", key: "u.id", numeric: false, descending: true },
    ],
};
const OF_PARTNER: ListDef = ListDef {
    name: "people of a partner",
    scope: "u.partner_id = ? AND u.state <> 'erased'",
    filters: &[BY_STATE_WITHIN, BY_TYPE_WITHIN, NOT_DELETED, WITH_ROLES],
    ..PEOPLE
};
pub(crate) const LISTS: &[&ListDef] = &[&PEOPLE, &OF_PARTNER];

#[derive(Debug, FromRow)]
pub(crate) struct UserRow {
    id: String,
    user_type: String,
    address: String,
    name: Option<String>,
    company: Option<String>,
    enabled: bool,
    external_state: Option<String>,
    external_state_at: Option<i64>,
    creation_type: String,
    invited_by: Option<String>,
    roles: i64,
    language: String,
    time_zone: Option<String>,
    ends_at: Option<i64>,
    deleted_at: Option<i64>,
    deleted_by: Option<String>,
    consented_at: Option<i64>,
    created_at: i64,
    last_sign_in_at: i64,
    version: i64,
}

pub(crate) fn label(text: &Option<String>) -> Result<Option<Label>, StoreError> {
    text.as_deref().map(|text| read("name", text, Label::parse(text).ok())).transpose()
}

/// A description; the empty text is none.
pub(crate) fn prose(text: &str) -> Result<Option<Message>, StoreError> {
    if text.is_empty() { Ok(None) } else { read("description", text, Some(Message::parse(text).ok())) }
}

pub(crate) fn address(text: &str) -> Result<EmailAddress, StoreError> {
    read("address", text, EmailAddress::parse(text).ok())
}

impl UserRow {
    pub(crate) fn user(self) -> Result<Stored<User>, StoreError> {
        let since = Timestamp(self.external_state_at.unwrap_or(0));
        let external = match self.external_state.as_deref() {
            None => None,
            Some("pending") => Some(ExternalState::PendingAcceptance { since }),
            Some("accepted") => Some(ExternalState::Accepted { at: since }),
            Some(other) => return read("external state", other, None),
        };
        let standing = match (self.deleted_at, self.deleted_by.as_deref()) {
            (Some(at), Some("erased")) => Standing::Erased { at: Timestamp(at) },
            (Some(at), Some(by)) => {
                Standing::Deleted { at: Timestamp(at), by: read("deleter", by, DeletedBy::parse(by))? }
            }
            _ if self.enabled => Standing::Enabled,
            _ => Standing::Disabled,
        };
        let value = User {
            id: id(&self.id)?,
            user_type: read("user type", &self.user_type, UserType::parse(&self.user_type))?,
            address: address(&self.address)?,
            name: label(&self.name)?,
            company: label(&self.company)?,
            standing,
            external,
            creation: read("creation type", &self.creation_type, CreationType::parse(&self.creation_type))?,
            invited_by: self.invited_by.as_deref().map(id).transpose()?,
            roles: domain::role::Roles(self.roles),
            language: self.language,
            time_zone: self.time_zone,
            ends_at: self.ends_at.map(Timestamp),
            consented_at: self.consented_at.map(Timestamp),
            created_at: Timestamp(self.created_at),
            last_sign_in_at: (self.last_sign_in_at > 0).then_some(Timestamp(self.last_sign_in_at)),
        };
        Ok(Stored { value, version: self.version })
    }
}

/// What lists sort a person by: the name, else the address, without case.
pub(crate) fn sort_name(shown: &str) -> String {
    shown.to_lowercase()
}

fn state(user: &User) -> &'static str {
    match (user.standing, user.external) {
        (Standing::Erased { .. }, _) => "erased",
        (Standing::Deleted { .. }, _) => "deleted",
        (Standing::Disabled, _) => "disabled",
        (Standing::Enabled, Some(ExternalState::PendingAcceptance { .. })) => "pending",
        (Standing::Enabled, _) => "active",
    }
}

fn row(user: &User, partners: &Partners) -> Vec<Bind> {
    let (external, since) = match user.external {
        None => (None, None),
        Some(ExternalState::PendingAcceptance { since }) => (Some("pending"), Some(since.0)),
        Some(ExternalState::Accepted { at }) => (Some("accepted"), Some(at.0)),
    };
    let (deleted_at, deleted_by) = match user.standing {
        Standing::Deleted { at, by } => (Some(at.0), Some(by.as_str())),
        Standing::Erased { at } => (Some(at.0), Some("erased")),
        _ => (None, None),
    };
    vec![
        Bind::text(user.id),
        Bind::text(user.user_type),
        Bind::text(user.address.as_str()),
        Bind::text(user.address.key()),
        Bind::text(user.address.domain()),
        Bind::maybe(partners.of(user)),
        Bind::maybe(user.name.as_ref().map(Label::as_str)),
        Bind::maybe(user.company.as_ref().map(Label::as_str)),
        Bind::text(sort_name(user.shown_name())),
        Bind::text(state(user)),
        Bind::Flag(user.standing == Standing::Enabled),
        Bind::maybe(external),
        Bind::Number(since),
        Bind::text(user.creation),
        Bind::maybe(user.invited_by),
        Bind::number(user.roles.0),
        Bind::text(&user.language),
        Bind::maybe(user.time_zone.as_ref()),
        Bind::Number(user.ends_at.map(|at| at.0)),
        Bind::Number(deleted_at),
        Bind::maybe(deleted_by),
        Bind::Number(user.consented_at.map(|at| at.0)),
        Bind::number(user.created_at.0),
        Bind::number(last_sign_in(user)),
    ]
}

/// The partner organizations of the guests in a batch, by the domain of the address.
struct Partners(HashMap<DomainName, PartnerId>);

impl Partners {
    /// One query, over the domains that occur.
    async fn gather<'u>(tx: &mut Tx, users: impl IntoIterator<Item = &'u User>) -> Result<Self, StoreError> {
        let guests = users.into_iter().filter(|user| user.is_guest());
        let domains: HashSet<DomainName> = guests.map(|user| user.address.domain()).collect();
        let claims = partners::by_domains(tx, domains).await?;
        Ok(Self(claims.into_iter().map(|claim| (claim.domain, claim.partner)).collect()))
    }

    fn of(&self, user: &User) -> Option<PartnerId> {
        if self.0.is_empty() || !user.is_guest() { None } else { self.0.get(&user.address.domain()).copied() }
    }
}

fn searched(user: &User) -> String {
    let company = user.company.as_ref().map_or("", Label::as_str);
    format!("{} {} {company}", user.name.as_ref().map_or("", Label::as_str), user.address.as_str())
}

/// 0 for who never signed in: a list that is sorted by it has no gaps.
pub(crate) fn last_sign_in(user: &User) -> i64 {
    user.last_sign_in_at.map_or(0, |at| at.0)
}

/// Adds people, many at a time, with their search words.
pub async fn insert(tx: &mut Tx, users: &[User]) -> Result<(), StoreError> {
    let partners = Partners::gather(tx, users.iter()).await?;
    TABLE.insert(tx, users.iter().map(|user| row(user, &partners)).collect()).await?;
    let texts: Vec<(String, String)> = users.iter().map(|user| (user.id.to_string(), searched(user))).collect();
    words::insert(tx, &texts).await
}

/// Writes the person back with their search words and what group lists sort by.
pub async fn save(tx: &mut Tx, user: &Stored<User>) -> Result<(), StoreError> {
    let partners = Partners::gather(tx, [&user.value]).await?;
    TABLE.save(tx, row(&user.value, &partners), user.version).await?;
    let key = user.value.id.to_string();
    words::replace(tx, &key, &searched(&user.value)).await?;
    on!(tx, |conn| {
        let copy = sqlx::query(COPY_TO_GROUPS).bind(key).bind(sort_name(user.value.shown_name()));
        copy.bind(last_sign_in(&user.value)).execute(conn).await?;
    });
    Ok(())
}

/// Writes many back with their search words, or none where somebody wrote one of them first. Not for a new name of
/// somebody in a group.
pub async fn save_many(tx: &mut Tx, users: &[Stored<User>]) -> Result<(), StoreError> {
    let partners = Partners::gather(tx, users.iter().map(|stored| &stored.value)).await?;
    let rows = users.iter().map(|stored| (row(&stored.value, &partners), stored.version));
    TABLE.save_many(tx, rows.collect()).await?;
    let texts: Vec<(String, String)> =
        users.iter().map(|stored| (stored.value.id.to_string(), searched(&stored.value))).collect();
    words::replace_many(tx, &texts).await
}

pub async fn get(tx: &mut Tx, user: UserId) -> Result<Option<Stored<User>>, StoreError> {
    let row: Option<UserRow> = on!(tx, |conn| sqlx::query_as(GET).bind(user.to_string()).fetch_optional(conn).await?);
    row.map(UserRow::user).transpose()
}

/// Deleted people too: one row for an address.
pub async fn by_address(tx: &mut Tx, address: &EmailAddress) -> Result<Option<Stored<User>>, StoreError> {
    let key = address.key().to_owned();
    let row: Option<UserRow> = on!(tx, |conn| sqlx::query_as(BY_KEY).bind(key).fetch_optional(conn).await?);
    row.map(UserRow::user).transpose()
}

pub async fn by_addresses(tx: &mut Tx, addresses: &[EmailAddress]) -> Result<Vec<Stored<User>>, StoreError> {
    let keys: Vec<String> = addresses.iter().map(|address| address.key().to_owned()).collect();
    let rows: Vec<UserRow> = select_in(tx, "SELECT * FROM users WHERE address_key IN", &keys, "").await?;
    rows.into_iter().map(UserRow::user).collect()
}

pub async fn by_ids(tx: &mut Tx, ids: &[UserId]) -> Result<Vec<Stored<User>>, StoreError> {
    let keys: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let rows: Vec<UserRow> = select_in(tx, "SELECT * FROM users WHERE id IN", &keys, "").await?;
    rows.into_iter().map(UserRow::user).collect()
}

pub async fn page(tx: &mut Tx, ask: &PageAsk, filters: &[Filter]) -> Result<Page<Stored<User>>, StoreError> {
    PEOPLE.page::<UserRow>(tx, ask, &[], filters).await?.try_map(UserRow::user)
}

/// The guests of one partner organization.
pub async fn page_of_partner(
    tx: &mut Tx,
    partner: PartnerId,
    ask: &PageAsk,
    filters: &[Filter],
) -> Result<Page<Stored<User>>, StoreError> {
    OF_PARTNER.page::<UserRow>(tx, ask, &[Bind::text(partner)], filters).await?.try_map(UserRow::user)
}

pub async fn signed_in(tx: &mut Tx, user: UserId, at: Timestamp) -> Result<(), StoreError> {
    for text in [LAST_SIGN_IN, LAST_SIGN_IN_IN_GROUPS] {
        on!(tx, |conn| sqlx::query(text).bind(user.to_string()).bind(at.0).execute(conn).await?.rows_affected());
    }
    Ok(())
}

/// Enabled administrators whose time has not ended.
pub async fn count_working_administrators(tx: &mut Tx, now: Timestamp) -> Result<i64, StoreError> {
    let (count,): (i64,) = on!(tx, |conn| sqlx::query_as(WORKING_ADMINISTRATORS).bind(now.0).fetch_one(conn).await?);
    Ok(count)
}

pub async fn administrators(tx: &mut Tx) -> Result<Vec<Stored<User>>, StoreError> {
    let rows: Vec<UserRow> = on!(tx, |conn| sqlx::query_as(ADMINISTRATORS).fetch_all(conn).await?);
    rows.into_iter().map(UserRow::user).collect()
}

/// Whose time to be restored is over; a hundred at a time.
pub async fn deleted_before(tx: &mut Tx, at: Timestamp) -> Result<Vec<Stored<User>>, StoreError> {
    let rows: Vec<UserRow> = on!(tx, |conn| sqlx::query_as(DELETED_BEFORE).bind(at.0).fetch_all(conn).await?);
    rows.into_iter().map(UserRow::user).collect()
}

/// Pending guests for whom nothing has been pending since `at`; a hundred at a time.
pub async fn idle_pending(tx: &mut Tx, at: Timestamp) -> Result<Vec<Stored<User>>, StoreError> {
    let rows: Vec<UserRow> = on!(tx, |conn| sqlx::query_as(IDLE_PENDING).bind(at.0).fetch_all(conn).await?);
    rows.into_iter().map(UserRow::user).collect()
}

pub async fn sponsors(tx: &mut Tx, user: UserId) -> Result<Vec<Stored<User>>, StoreError> {
    let rows: Vec<UserRow> = on!(tx, |conn| sqlx::query_as(SPONSORS_OF).bind(user.to_string()).fetch_all(conn).await?);
    rows.into_iter().map(UserRow::user).collect()
}

pub async fn set_sponsors(tx: &mut Tx, user: UserId, sponsors: &[UserId]) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(DROP_SPONSORS).bind(user.to_string()).execute(conn).await?.rows_affected());
    add_sponsors(tx, &sponsors.iter().map(|sponsor| (user, *sponsor)).collect::<Vec<_>>()).await
}

/// (user, sponsor) pairs that do not stand yet.
pub async fn add_sponsors(tx: &mut Tx, pairs: &[(UserId, UserId)]) -> Result<(), StoreError> {
    let rows = pairs.iter().map(|(user, sponsor)| vec![Bind::text(user), Bind::text(sponsor)]).collect();
    SPONSORS.insert(tx, rows).await
}

/// Erases what is known of a person beside the row itself, which the caller has turned into a pseudonym. `before` is the
/// address they had.
pub async fn erase(tx: &mut Tx, erased: &User, before: &EmailAddress) -> Result<(), StoreError> {
    let (key, pseudonym) = (erased.id.to_string(), erased.address.as_str().to_owned());
    on!(tx, |conn| {
        let erase = sqlx::query(ERASE_AUDIT_ADDRESSES).bind(before.key()).bind(pseudonym.clone());
        erase.execute(conn).await?.rows_affected()
    });
    let dropped = [
        DROP_IDENTITIES,
        DROP_SPONSORS,
        DROP_SPONSORING,
        DROP_SPONSORING_OF_PARTNERS,
        DROP_ASSIGNMENTS,
        DROP_USES,
        ERASE_LETTERS,
    ];
    for statement in dropped {
        on!(tx, |conn| sqlx::query(statement).bind(key.clone()).execute(conn).await?.rows_affected());
    }
    let renamed = [
        ERASE_INVITATIONS,
        ERASE_AUDIT_TARGETS,
        ERASE_AUDIT_ACTS,
        ERASE_AUDIT_INVITATIONS,
        ERASE_AUDIT_SESSIONS,
        ERASE_SIGN_INS,
    ];
    for statement in renamed {
        let (key, pseudonym) = (key.clone(), pseudonym.clone());
        on!(tx, |conn| sqlx::query(statement).bind(key).bind(pseudonym).execute(conn).await?.rows_affected());
    }
    Ok(())
}
