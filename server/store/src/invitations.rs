//! Invitations and the digests of their links.

use domain::id::{GroupId, InvitationId, UserId};
use domain::invitation::{Invitation, InvitationState, LetterState, Outcome};
use domain::text::{EmailAddress, Label, Message};
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::groups::Opened;
use crate::list::{ListDef, Order};
use crate::statements::{on, sql};
use crate::table::{Table, change_in, select_in, select_in_with};
use crate::users::{address, label};
use crate::{Bind, Filter, Page, PageAsk, StoreError, Stored, Tx, id, read};

sql! {
    GET = "SELECT * FROM invitations WHERE id = $1";
    BY_LINK = "SELECT i.*, l.voided_at FROM invitation_links l JOIN invitations i ON i.id = l.invitation_id WHERE l.digest = $1";
    OPEN_OF_USER = "SELECT * FROM invitations WHERE user_id = $1 AND state IN ('pending', 'suspended') ORDER BY id";
    OF_USER = "SELECT * FROM invitations WHERE user_id = $1 ORDER BY id DESC LIMIT 50";
    OPEN_BY_ADDRESS = "SELECT * FROM invitations WHERE address_key = $1 AND state = 'pending' ORDER BY id";
    NEWEST_BY_ADDRESS = "SELECT * FROM invitations WHERE address_key = $1 ORDER BY id DESC LIMIT 20";
    OPEN_BY_INVITER = "SELECT * FROM invitations WHERE invited_by = $1 AND state = 'pending' ORDER BY id";
    OPEN = "SELECT * FROM invitations WHERE state IN ('pending', 'suspended') AND expires_at > $1
            AND (state_at IS NULL OR state_at > $1) ORDER BY id LIMIT 500";
    DUE = "SELECT * FROM invitations WHERE state IN ('pending', 'suspended') AND (expires_at <= $1 OR state_at <= $1) LIMIT 200";
    SET_LETTER = "UPDATE invitations SET letter = $2, letter_at = $3, letter_words = $4 WHERE id = $1";
    ADD_LINK = "INSERT INTO invitation_links (digest, invitation_id, minted_at) VALUES ($1, $2, $3)";
    DROP_LINK = "DELETE FROM invitation_links WHERE digest = $1";
    OPEN_OF_GROUP = "SELECT * FROM invitations WHERE target = $1 AND state IN ('pending', 'suspended') ORDER BY id";
    /// The newest `$3` stay alive.
    VOID_OLD_LINKS = "UPDATE invitation_links SET voided_at = $2 WHERE invitation_id = $1 AND voided_at IS NULL
        AND digest NOT IN (SELECT l.digest FROM invitation_links l WHERE l.invitation_id = $1 AND l.voided_at IS NULL
                           ORDER BY l.minted_at DESC, l.digest LIMIT $3)";
}

const TABLE: Table = Table {
    name: "invitations",
    columns: &[
        "id",
        "user_id",
        "address",
        "address_key",
        "name",
        "group_id",
        "target",
        "message",
        "cc",
        "language",
        "landing",
        "stay_days",
        "ends_at",
        "invited_by",
        "created_at",
        "expires_at",
        "state",
        "state_at",
        "state_by",
        "letter",
        "letter_at",
        "letter_words",
    ],
    versioned: true,
};
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

pub const BY_STATE: &str = "i.state = ?";
pub const REFUSED: &str = "i.letter = 'refused' AND i.state = 'pending'";
pub const PENDING: &str = "i.state = 'pending' AND i.expires_at > ?";
/// Written down, or only passed by the clock.
pub const EXPIRED: &str =
    "i.state NOT IN ('accepted', 'revoked', 'declined') AND (i.state = 'expired' OR i.expires_at <= ?)";

const OF_GROUP: ListDef = ListDef {
    name: "invitations of a group",
    columns: "i.*",
    from: "invitations i",
    id: "i.id",
    words: Some("i.user_id"),
    scope: "i.target = ?",
    filters: &[BY_STATE, REFUSED, PENDING, EXPIRED],
    orders: &[Order { name: "created", key: "i.id", numeric: false, descending: true }],
};
const EVERYWHERE: ListDef = ListDef { name: "invitations", scope: "TRUE", ..OF_GROUP };
pub(crate) const LISTS: &[&ListDef] = &[&OF_GROUP, &EVERYWHERE];

/// The target of an invitation into the directory alone.
pub const DIRECTORY: &str = "directory";

#[derive(Debug, FromRow)]
struct InvitationRow {
    id: String,
    user_id: String,
    address: String,
    name: Option<String>,
    group_id: Option<String>,
    message: Option<String>,
    cc: Option<String>,
    language: String,
    landing: Option<String>,
    stay_days: Option<i64>,
    ends_at: Option<i64>,
    invited_by: String,
    created_at: i64,
    expires_at: i64,
    state: String,
    state_at: Option<i64>,
    state_by: Option<String>,
    letter: String,
    letter_at: Option<i64>,
    letter_words: Option<String>,
    version: i64,
}

#[derive(Debug, FromRow)]
struct LinkedRow {
    #[sqlx(flatten)]
    invitation: InvitationRow,
    voided_at: Option<i64>,
}

impl InvitationRow {
    fn invitation(self) -> Result<Stored<Invitation>, StoreError> {
        let at = Timestamp(self.state_at.unwrap_or(0));
        let state = match self.state.as_str() {
            "pending" => InvitationState::Pending,
            "suspended" => InvitationState::Suspended { until: at },
            other => InvitationState::Final {
                outcome: read("invitation state", other, Outcome::parse(other))?,
                at,
                by: self.state_by.as_deref().map(id).transpose()?,
            },
        };
        let letter_at = Timestamp(self.letter_at.unwrap_or(0));
        let letter = match self.letter.as_str() {
            "none" => LetterState::NotSent,
            "waiting" => LetterState::Waiting,
            "sent" => LetterState::Sent { at: letter_at },
            "refused" => LetterState::Refused { at: letter_at, words: self.letter_words.unwrap_or_default() },
            other => return read("letter state", other, None),
        };
        let message = |text: String| read("message", &text, Message::parse(&text).ok());
        let value = Invitation {
            id: id(&self.id)?,
            user: id(&self.user_id)?,
            address: address(&self.address)?,
            name: label(&self.name)?,
            group: self.group_id.as_deref().map(id).transpose()?,
            message: self.message.map(message).transpose()?,
            cc: self.cc.as_deref().map(address).transpose()?,
            language: self.language,
            landing: self.landing.as_deref().map(id).transpose()?,
            stay_days: self.stay_days.and_then(|days| u32::try_from(days).ok()),
            ends_at: self.ends_at.map(Timestamp),
            invited_by: id(&self.invited_by)?,
            created_at: Timestamp(self.created_at),
            expires_at: Timestamp(self.expires_at),
            state,
            letter,
        };
        Ok(Stored { value, version: self.version })
    }
}

fn letter_columns(letter: &LetterState) -> (&'static str, Option<i64>, Option<&str>) {
    match letter {
        LetterState::NotSent => ("none", None, None),
        LetterState::Waiting => ("waiting", None, None),
        LetterState::Sent { at } => ("sent", Some(at.0), None),
        LetterState::Refused { at, words } => ("refused", Some(at.0), Some(words)),
    }
}

fn row(invitation: &Invitation) -> Vec<Bind> {
    let (state, state_at, state_by) = match invitation.state {
        InvitationState::Pending => ("pending", None, None),
        InvitationState::Suspended { until } => ("suspended", Some(until.0), None),
        InvitationState::Final { outcome, at, by } => (outcome.as_str(), Some(at.0), by),
    };
    let (letter, letter_at, letter_words) = letter_columns(&invitation.letter);
    vec![
        Bind::text(invitation.id),
        Bind::text(invitation.user),
        Bind::text(invitation.address.as_str()),
        Bind::text(invitation.address.key()),
        Bind::maybe(invitation.name.as_ref().map(Label::as_str)),
        Bind::maybe(invitation.group),
        Bind::text(target(invitation.group)),
        Bind::maybe(invitation.message.as_ref().map(Message::as_str)),
        Bind::maybe(invitation.cc.as_ref().map(EmailAddress::as_str)),
        Bind::text(&invitation.language),
        Bind::maybe(invitation.landing),
        Bind::Number(invitation.stay_days.map(i64::from)),
        Bind::Number(invitation.ends_at.map(|at| at.0)),
        Bind::text(invitation.invited_by),
        Bind::number(invitation.created_at.0),
        Bind::number(invitation.expires_at.0),
        Bind::text(state),
        Bind::Number(state_at),
        Bind::maybe(state_by),
        Bind::text(letter),
        Bind::Number(letter_at),
        Bind::maybe(letter_words),
    ]
}

/// The text by which a target is told apart: the group's id, or the directory.
pub fn target(group: Option<GroupId>) -> String {
    group.map_or_else(|| DIRECTORY.to_owned(), |group| group.to_string())
}

pub async fn insert(tx: &mut Tx, invitations: &[Invitation]) -> Result<(), StoreError> {
    TABLE.insert(tx, invitations.iter().map(row).collect()).await
}

pub async fn save(tx: &mut Tx, invitation: &Stored<Invitation>) -> Result<(), StoreError> {
    TABLE.save(tx, row(&invitation.value), invitation.version).await
}

/// Writes many back, or none where somebody wrote one of them first.
pub async fn save_many(tx: &mut Tx, invitations: &[Stored<Invitation>]) -> Result<(), StoreError> {
    let rows = invitations.iter().map(|stored| (row(&stored.value), stored.version)).collect();
    TABLE.save_many(tx, rows).await
}

async fn rows(found: Vec<InvitationRow>) -> Result<Vec<Stored<Invitation>>, StoreError> {
    found.into_iter().map(InvitationRow::invitation).collect()
}

pub async fn get(tx: &mut Tx, invitation: InvitationId) -> Result<Option<Stored<Invitation>>, StoreError> {
    let row: Option<InvitationRow> =
        on!(tx, |conn| sqlx::query_as(GET).bind(invitation.to_string()).fetch_optional(conn).await?);
    row.map(InvitationRow::invitation).transpose()
}

/// The invitation that a link names, and whether the link is alive: a void one only says what became of it.
pub async fn by_link(tx: &mut Tx, digest: &str) -> Result<Option<(Stored<Invitation>, bool)>, StoreError> {
    let row: Option<LinkedRow> = on!(tx, |conn| sqlx::query_as(BY_LINK).bind(digest).fetch_optional(conn).await?);
    row.map(|row| Ok((row.invitation.invitation()?, row.voided_at.is_none()))).transpose()
}

pub async fn by_ids(tx: &mut Tx, ids: &[InvitationId]) -> Result<Vec<Stored<Invitation>>, StoreError> {
    let keys = keys(ids);
    rows(select_in(tx, "SELECT * FROM invitations WHERE id IN", &keys, "ORDER BY id").await?).await
}

/// What bears on inviting these people to one target again: stored as open, or declined since `since`.
pub async fn bearing_on(
    tx: &mut Tx,
    group: Option<GroupId>,
    users: &[UserId],
    since: Timestamp,
) -> Result<Vec<Stored<Invitation>>, StoreError> {
    let prefix = "SELECT * FROM invitations WHERE target = $1
        AND (state IN ('pending', 'suspended') OR (state = 'declined' AND state_at > $2)) AND user_id IN";
    let keys: Vec<String> = users.iter().map(ToString::to_string).collect();
    let fixed = [Bind::text(target(group)), Bind::number(since.0)];
    rows(select_in_with(tx, prefix, &fixed, &keys, "ORDER BY id").await?).await
}

/// The newest twenty for an address, whatever their state; the newest first.
pub async fn newest_by_address(tx: &mut Tx, address: &EmailAddress) -> Result<Vec<Stored<Invitation>>, StoreError> {
    rows(on!(tx, |conn| sqlx::query_as(NEWEST_BY_ADDRESS).bind(address.key()).fetch_all(conn).await?)).await
}

/// The applications that each of these groups opens, by name.
pub async fn opened_by(tx: &mut Tx, groups: &[GroupId]) -> Result<Vec<(GroupId, Opened)>, StoreError> {
    let prefix = "SELECT s.group_id, a.id, a.name, a.launch_url, a.logo FROM group_assignments s
                  JOIN applications a ON a.id = s.application_id WHERE s.group_id IN";
    let keys: Vec<String> = groups.iter().map(ToString::to_string).collect();
    let rows: Vec<(String, String, String, String, Option<String>)> =
        select_in(tx, prefix, &keys, "ORDER BY a.sort_name, a.id").await?;
    let opened = |(group, app, name, launch_url, logo): (String, String, String, String, Option<String>)| {
        Ok((id(&group)?, Opened { id: id(&app)?, name, launch_url, logo }))
    };
    rows.into_iter().map(opened).collect()
}

fn keys(ids: &[InvitationId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

/// Stored as pending or suspended; the clock may have ended them since.
pub async fn open_of_user(tx: &mut Tx, user: UserId) -> Result<Vec<Stored<Invitation>>, StoreError> {
    rows(on!(tx, |conn| sqlx::query_as(OPEN_OF_USER).bind(user.to_string()).fetch_all(conn).await?)).await
}

/// The newest fifty of one person.
pub async fn of_user(tx: &mut Tx, user: UserId) -> Result<Vec<Stored<Invitation>>, StoreError> {
    rows(on!(tx, |conn| sqlx::query_as(OF_USER).bind(user.to_string()).fetch_all(conn).await?)).await
}

pub async fn open_by_address(tx: &mut Tx, address: &EmailAddress) -> Result<Vec<Stored<Invitation>>, StoreError> {
    rows(on!(tx, |conn| sqlx::query_as(OPEN_BY_ADDRESS).bind(address.key()).fetch_all(conn).await?)).await
}

pub async fn open_by_inviter(tx: &mut Tx, inviter: UserId) -> Result<Vec<Stored<Invitation>>, StoreError> {
    rows(on!(tx, |conn| sqlx::query_as(OPEN_BY_INVITER).bind(inviter.to_string()).fetch_all(conn).await?)).await
}

/// Stored as pending or suspended, for one group.
pub async fn open_of_group(tx: &mut Tx, group: GroupId) -> Result<Vec<Stored<Invitation>>, StoreError> {
    rows(on!(tx, |conn| sqlx::query_as(OPEN_OF_GROUP).bind(group.to_string()).fetch_all(conn).await?)).await
}

/// Writes many pending ones back as suspended.
///
/// # Errors
/// `Conflict` where one of them is not pending any more.
pub async fn suspend(tx: &mut Tx, invitations: &[InvitationId], until: Timestamp) -> Result<(), StoreError> {
    let prefix = "UPDATE invitations SET state = 'suspended', state_at = $1, version = version + 1
                  WHERE state = 'pending' AND id IN";
    let keys: Vec<String> = invitations.iter().map(ToString::to_string).collect();
    all_of(&keys, change_in(tx, prefix, &[Bind::number(until.0)], &keys).await?)
}

/// Writes many open ones back as ended, voids their links and lets go what was held for them. An expired one ended
/// when its time was over, not when that is written down.
///
/// # Errors
/// `Conflict` where one of them has ended since.
pub async fn end(
    tx: &mut Tx,
    invitations: &[InvitationId],
    outcome: Outcome,
    by: Option<UserId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let keys: Vec<String> = invitations.iter().map(ToString::to_string).collect();
    let prefix = match outcome {
        Outcome::Expired => {
            "UPDATE invitations SET state = $1, state_by = $2,
                state_at = CASE WHEN state_at < expires_at THEN state_at WHEN expires_at < $3 THEN expires_at ELSE $3 END,
                version = version + 1
             WHERE state IN ('pending', 'suspended') AND id IN"
        }
        _ => {
            "UPDATE invitations SET state = $1, state_by = $2, state_at = $3, version = version + 1
             WHERE state IN ('pending', 'suspended') AND id IN"
        }
    };
    let binds = [Bind::text(outcome), Bind::maybe(by), Bind::number(now.0)];
    all_of(&keys, change_in(tx, prefix, &binds, &keys).await?)?;
    void_links(tx, invitations, now).await?;
    change_in(tx, "DELETE FROM memberships WHERE held_for IN", &[], &keys).await?;
    Ok(())
}

fn all_of(keys: &[String], changed: u64) -> Result<(), StoreError> {
    if u64::try_from(keys.len()) == Ok(changed) { Ok(()) } else { Err(StoreError::Conflict("invitations")) }
}

/// Open ones of everybody, at most 500 at a time.
pub async fn open(tx: &mut Tx, now: Timestamp) -> Result<Vec<Stored<Invitation>>, StoreError> {
    rows(on!(tx, |conn| sqlx::query_as(OPEN).bind(now.0).fetch_all(conn).await?)).await
}

/// Every invitation, whatever its state, of these people.
pub async fn of_users(tx: &mut Tx, users: &[UserId]) -> Result<Vec<Stored<Invitation>>, StoreError> {
    let keys: Vec<String> = users.iter().map(ToString::to_string).collect();
    rows(select_in(tx, "SELECT * FROM invitations WHERE user_id IN", &keys, "ORDER BY id").await?).await
}

/// Those whose end the clock has passed but no row says so yet; 200 at a time.
pub async fn due(tx: &mut Tx, now: Timestamp) -> Result<Vec<Stored<Invitation>>, StoreError> {
    rows(on!(tx, |conn| sqlx::query_as(DUE).bind(now.0).fetch_all(conn).await?)).await
}

pub async fn page(
    tx: &mut Tx,
    group: Option<GroupId>,
    ask: &PageAsk,
    filters: &[Filter],
) -> Result<Page<Invitation>, StoreError> {
    let read = |row: InvitationRow| row.invitation().map(|stored| stored.value);
    OF_GROUP.page::<InvitationRow>(tx, ask, &[Bind::text(target(group))], filters).await?.try_map(read)
}

/// The same over every target.
pub async fn page_everywhere(tx: &mut Tx, ask: &PageAsk, filters: &[Filter]) -> Result<Page<Invitation>, StoreError> {
    let read = |row: InvitationRow| row.invitation().map(|stored| stored.value);
    EVERYWHERE.page::<InvitationRow>(tx, ask, &[], filters).await?.try_map(read)
}

/// What became of the letter. Not the invitation's own state, so no version: the last word counts.
pub async fn set_letter(tx: &mut Tx, invitation: InvitationId, letter: &LetterState) -> Result<(), StoreError> {
    let (state, at, words) = letter_columns(letter);
    on!(tx, |conn| {
        let update = sqlx::query(SET_LETTER).bind(invitation.to_string()).bind(state).bind(at).bind(words);
        update.execute(conn).await?.rows_affected()
    });
    Ok(())
}

/// Adds a link and voids the oldest, so that at most `live` remain.
pub async fn add_link(
    tx: &mut Tx,
    invitation: InvitationId,
    digest: &str,
    now: Timestamp,
    live: usize,
) -> Result<(), StoreError> {
    let (key, live) = (invitation.to_string(), i64::try_from(live).unwrap_or(i64::MAX));
    on!(tx, |conn| {
        let insert = sqlx::query(ADD_LINK).bind(digest).bind(key.clone()).bind(now.0);
        insert.execute(conn).await?.rows_affected()
    });
    on!(tx, |conn| {
        let void = sqlx::query(VOID_OLD_LINKS).bind(key).bind(now.0).bind(live);
        void.execute(conn).await?.rows_affected()
    });
    Ok(())
}

/// One link that nobody got: its letter was surely not taken.
pub async fn drop_link(tx: &mut Tx, digest: &str) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(DROP_LINK).bind(digest).execute(conn).await?.rows_affected());
    Ok(())
}

/// No link of these invitations opens anything any more.
pub async fn void_links(tx: &mut Tx, invitations: &[InvitationId], now: Timestamp) -> Result<(), StoreError> {
    let prefix = "UPDATE invitation_links SET voided_at = $1 WHERE voided_at IS NULL AND invitation_id IN";
    change_in(tx, prefix, &[Bind::number(now.0)], &keys(invitations)).await?;
    Ok(())
}
