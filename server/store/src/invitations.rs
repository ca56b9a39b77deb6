//! Invitations and the digests of their links.

use domain::id::{GroupId, InvitationId, UserId};
use domain::invitation::{Invitation, InvitationState, LetterState, Outcome};
use domain::text::{EmailAddress, Label, Message};
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::list::{ListDef, Order, Table, change_in, select_in};
use crate::statements::{on, sql};
use crate::users::{address, label};
use crate::{Bind, Filter, Page, PageAsk, StoreError, Stored, Tx, id, read};

sql! {
    GET = "SELECT * FROM invitations WHERE id = $1";
    BY_LINK = "SELECT i.* FROM invitation_links l JOIN invitations i ON i.id = l.invitation_id WHERE l.digest = $1";
    OPEN_OF_USER = "SELECT * FROM invitations WHERE user_id = $1 AND state IN ('pending', 'suspended') ORDER BY id";
    OF_USER = "SELECT * FROM invitations WHERE user_id = $1 ORDER BY id DESC LIMIT 50";
    OPEN_BY_ADDRESS = "SELECT * FROM invitations WHERE address_key = $1 AND state = 'pending' ORDER BY id";
    OPEN_BY_INVITER = "SELECT * FROM invitations WHERE invited_by = $1 AND state = 'pending' ORDER BY id";
    OPEN = "SELECT * FROM invitations WHERE state IN ('pending', 'suspended') AND expires_at > $1 ORDER BY id LIMIT 500";
    COUNT_OPEN = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM invitations WHERE state IN ('pending', 'suspended') LIMIT 10001) c";
    DUE = "SELECT * FROM invitations WHERE state IN ('pending', 'suspended') AND (expires_at <= $1 OR state_at <= $1) LIMIT 200";
    SET_LETTER = "UPDATE invitations SET letter = $2, letter_at = $3, letter_words = $4 WHERE id = $1";
    ADD_LINK = "INSERT INTO invitation_links (digest, invitation_id, minted_at) VALUES ($1, $2, $3)";
    LINKS = "SELECT digest FROM invitation_links WHERE invitation_id = $1 ORDER BY minted_at DESC, digest";
    DROP_LINK = "DELETE FROM invitation_links WHERE digest = $1";
    OPEN_OF_GROUP = "SELECT * FROM invitations WHERE target = $1 AND state IN ('pending', 'suspended') ORDER BY id";
    DROP_LINKS = "DELETE FROM invitation_links WHERE invitation_id = $1";
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

const OF_GROUP: ListDef = ListDef {
    name: "invitations of a group",
    columns: "i.*",
    from: "invitations i",
    id: "i.id",
    words: Some("i.user_id"),
    scope: "i.target = ?",
    filters: &[BY_STATE, REFUSED],
    orders: &[Order { name: "created", key: "i.id", numeric: false, descending: true }],
};
pub(crate) const LISTS: &[&ListDef] = &[&OF_GROUP];

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

async fn rows(found: Vec<InvitationRow>) -> Result<Vec<Stored<Invitation>>, StoreError> {
    found.into_iter().map(InvitationRow::invitation).collect()
}

pub async fn get(tx: &mut Tx, invitation: InvitationId) -> Result<Option<Stored<Invitation>>, StoreError> {
    let row: Option<InvitationRow> =
        on!(tx, |conn| sqlx::query_as(GET).bind(invitation.to_string()).fetch_optional(conn).await?);
    row.map(InvitationRow::invitation).transpose()
}

pub async fn by_link(tx: &mut Tx, digest: &str) -> Result<Option<Stored<Invitation>>, StoreError> {
    let row: Option<InvitationRow> = on!(tx, |conn| sqlx::query_as(BY_LINK).bind(digest).fetch_optional(conn).await?);
    row.map(InvitationRow::invitation).transpose()
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
    change_in(tx, "DELETE FROM invitation_links WHERE invitation_id IN", &[], &keys).await?;
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

/// Pending and suspended ones, counted to 10,001.
pub async fn count_open(tx: &mut Tx) -> Result<i64, StoreError> {
    let (count,): (i64,) = on!(tx, |conn| sqlx::query_as(COUNT_OPEN).fetch_one(conn).await?);
    Ok(count)
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

/// What became of the letter. Not the invitation's own state, so no version: the last word counts.
pub async fn set_letter(tx: &mut Tx, invitation: InvitationId, letter: &LetterState) -> Result<(), StoreError> {
    let (state, at, words) = letter_columns(letter);
    on!(tx, |conn| {
        let update = sqlx::query(SET_LETTER).bind(invitation.to_string()).bind(state).bind(at).bind(words);
        update.execute(conn).await?.rows_affected()
    });
    Ok(())
}

/// Adds a link and lets the oldest go, so that at most `live` remain.
pub async fn add_link(
    tx: &mut Tx,
    invitation: InvitationId,
    digest: &str,
    now: Timestamp,
    live: usize,
) -> Result<(), StoreError> {
    let key = invitation.to_string();
    on!(tx, |conn| sqlx::query(ADD_LINK)
        .bind(digest)
        .bind(key.clone())
        .bind(now.0)
        .execute(conn)
        .await?
        .rows_affected());
    let links: Vec<(String,)> = on!(tx, |conn| sqlx::query_as(LINKS).bind(key).fetch_all(conn).await?);
    for (old,) in links.into_iter().skip(live) {
        on!(tx, |conn| sqlx::query(DROP_LINK).bind(old).execute(conn).await?.rows_affected());
    }
    Ok(())
}

/// One link that nobody got: its letter was surely not taken.
pub async fn drop_link(tx: &mut Tx, digest: &str) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(DROP_LINK).bind(digest).execute(conn).await?.rows_affected());
    Ok(())
}

pub async fn void_links(tx: &mut Tx, invitation: InvitationId) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(DROP_LINKS).bind(invitation.to_string()).execute(conn).await?.rows_affected());
    Ok(())
}
