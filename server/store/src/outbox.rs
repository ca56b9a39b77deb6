//! Letters that wait, left, or are stuck. A row names ids only; what it says is looked up when it leaves.

use domain::id::LetterId;
use domain::letter::{Lane, Letter};
use domain::text::EmailAddress;
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::list::{ListDef, Order};
use crate::statements::{on, sql};
use crate::table::Table;
use crate::{Bind, Filter, Page, PageAsk, StoreError, Stored, Tx, exactly_one, id, json, read, to_json};

sql! {
    GET = "SELECT * FROM outbox WHERE id = $1";
    NEXT = "SELECT * FROM outbox WHERE state = 'waiting' AND lane = $1 AND due_at <= $2 ORDER BY due_at, id LIMIT 1";
    /// Taken for `$2 - now`: a worker that dies leaves it to be taken again.
    TAKE = "UPDATE outbox SET due_at = $2, attempts = attempts + 1, version = version + 1
            WHERE id = $1 AND version = $3 AND state = 'waiting'";
    ADDRESSED = "UPDATE outbox SET recipient = $2, recipient_key = $3, subject = $4 WHERE id = $1";
    DONE = "UPDATE outbox SET state = $2, last_words = $3, done_at = $4, version = version + 1 WHERE id = $1";
    AGAIN = "UPDATE outbox SET due_at = $2, last_words = $3, version = version + 1 WHERE id = $1 AND state = 'waiting'";
    RETRY = "UPDATE outbox SET state = 'waiting', due_at = $2, attempts = 0, version = version + 1
             WHERE id = $1 AND state = 'stuck'";
    WAITING = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM outbox WHERE state = 'waiting' LIMIT 10001) c";
    STUCK = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM outbox WHERE state = 'stuck' LIMIT 10001) c";
    PRUNE = "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE state IN ('sent', 'dropped') AND done_at <= $1 LIMIT 1000)";
}

const TABLE: Table = Table {
    name: "outbox",
    columns: &["id", "lane", "kind", "letter", "about", "state", "due_at", "attempts", "created_at"],
    versioned: true,
};
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

pub const BY_STATE: &str = "o.state = ?";
pub const BY_RECIPIENT: &str = "o.recipient_key = ?";

const LETTERS: ListDef = ListDef {
    name: "letters",
    columns: "o.*",
    from: "outbox o",
    id: "o.id",
    words: None,
    scope: "TRUE",
    filters: &[BY_STATE, BY_RECIPIENT],
    orders: &[Order { name: "time", key: "o.id", numeric: false, descending: true }],
};
pub(crate) const LISTS: &[&ListDef] = &[&LETTERS];

domain::stored_words! {
    /// Where a letter is on its way.
    OutboxState { Waiting = "waiting", Sent = "sent", Stuck = "stuck", Dropped = "dropped" }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub id: LetterId,
    pub lane: Lane,
    pub letter: Letter,
    pub state: OutboxState,
    pub due_at: Timestamp,
    pub attempts: i64,
    /// Known from the first attempt on.
    pub recipient: Option<String>,
    pub subject: Option<String>,
    /// The mail server's own words, or why there was nothing to send.
    pub last_words: Option<String>,
    pub created_at: Timestamp,
    pub done_at: Option<Timestamp>,
}

#[derive(Debug, FromRow)]
struct OutboxRow {
    id: String,
    lane: String,
    letter: String,
    state: String,
    due_at: i64,
    attempts: i64,
    recipient: Option<String>,
    subject: Option<String>,
    last_words: Option<String>,
    created_at: i64,
    done_at: Option<i64>,
    version: i64,
}

impl OutboxRow {
    fn outgoing(self) -> Result<Stored<Outgoing>, StoreError> {
        let value = Outgoing {
            id: id(&self.id)?,
            lane: read("lane", &self.lane, Lane::parse(&self.lane))?,
            letter: json("letter", &self.letter)?,
            state: read("letter state", &self.state, OutboxState::parse(&self.state))?,
            due_at: Timestamp(self.due_at),
            attempts: self.attempts,
            recipient: self.recipient,
            subject: self.subject,
            last_words: self.last_words,
            created_at: Timestamp(self.created_at),
            done_at: self.done_at.map(Timestamp),
        };
        Ok(Stored { value, version: self.version })
    }
}

/// What a letter is about: the id under which its row is found again.
fn about(letter: &Letter) -> String {
    match letter {
        Letter::Invitation { invitation }
        | Letter::InvitationCopy { invitation }
        | Letter::LostLink { invitation }
        | Letter::RenewalAsked { invitation, .. }
        | Letter::TakenUpByOther { invitation, .. }
        | Letter::OtherAccountAsked { invitation, .. } => invitation.to_string(),
        Letter::Added { user, .. } | Letter::Welcome { user } | Letter::AccountChanged { user, .. } => user.to_string(),
        Letter::Passcode { challenge } => challenge.to_string(),
        Letter::AccessAsked { attempt, .. } | Letter::BreakGlass { attempt, .. } => attempt.to_string(),
        Letter::LogShortened { to } => to.to_string(),
        Letter::ApplicationAssigned { application, .. } => application.to_string(),
    }
}

/// Puts letters on their way, in the transaction of the deed they tell of.
pub async fn push(
    tx: &mut Tx,
    letters: impl IntoIterator<Item = (LetterId, Lane, Letter)>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = |(id, lane, letter): (LetterId, Lane, Letter)| {
        vec![
            Bind::text(id),
            Bind::text(lane),
            Bind::text(letter.kind()),
            Bind::text(to_json(&letter)),
            Bind::text(about(&letter)),
            Bind::text(OutboxState::Waiting),
            Bind::number(now.0),
            Bind::number(0),
            Bind::number(now.0),
        ]
    };
    TABLE.insert(tx, letters.into_iter().map(row).collect()).await
}

pub async fn get(tx: &mut Tx, letter: LetterId) -> Result<Option<Stored<Outgoing>>, StoreError> {
    let row: Option<OutboxRow> =
        on!(tx, |conn| sqlx::query_as(GET).bind(letter.to_string()).fetch_optional(conn).await?);
    row.map(OutboxRow::outgoing).transpose()
}

/// The next letter of a lane that is due.
pub async fn next(tx: &mut Tx, lane: Lane, now: Timestamp) -> Result<Option<Stored<Outgoing>>, StoreError> {
    let row: Option<OutboxRow> =
        on!(tx, |conn| sqlx::query_as(NEXT).bind(lane.as_str()).bind(now.0).fetch_optional(conn).await?);
    row.map(OutboxRow::outgoing).transpose()
}

/// Takes a letter until `until`.
///
/// # Errors
/// `Conflict` where another worker took it.
pub async fn take(tx: &mut Tx, letter: &Stored<Outgoing>, until: Timestamp) -> Result<(), StoreError> {
    let key = letter.value.id.to_string();
    let taken = on!(tx, |conn| {
        sqlx::query(TAKE).bind(key).bind(until.0).bind(letter.version).execute(conn).await?.rows_affected()
    });
    exactly_one(taken, "letter")
}

/// Whom it goes to and under which subject, for the list of letters.
pub async fn addressed(
    tx: &mut Tx,
    letter: LetterId,
    recipient: &EmailAddress,
    subject: &str,
) -> Result<(), StoreError> {
    let id = letter.to_string();
    on!(tx, |conn| {
        let update = sqlx::query(ADDRESSED).bind(id).bind(recipient.as_str()).bind(recipient.key()).bind(subject);
        update.execute(conn).await?.rows_affected()
    });
    Ok(())
}

/// The letter is sent, stuck or dropped.
pub async fn done(
    tx: &mut Tx,
    letter: LetterId,
    state: OutboxState,
    words: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let key = letter.to_string();
    on!(tx, |conn| {
        let update = sqlx::query(DONE).bind(key).bind(state.as_str()).bind(words).bind(now.0);
        update.execute(conn).await?.rows_affected()
    });
    Ok(())
}

/// It did not leave; another attempt is due at `due`.
pub async fn again(tx: &mut Tx, letter: LetterId, words: &str, due: Timestamp) -> Result<(), StoreError> {
    let key = letter.to_string();
    on!(tx, |conn| sqlx::query(AGAIN).bind(key).bind(due.0).bind(words).execute(conn).await?.rows_affected());
    Ok(())
}

/// A stuck letter waits again; `false` where it is not stuck.
pub async fn retry(tx: &mut Tx, letter: LetterId, now: Timestamp) -> Result<bool, StoreError> {
    let key = letter.to_string();
    Ok(on!(tx, |conn| sqlx::query(RETRY).bind(key).bind(now.0).execute(conn).await?.rows_affected()) == 1)
}

/// (waiting, stuck), each to 10,001.
pub async fn counts(tx: &mut Tx) -> Result<(i64, i64), StoreError> {
    let (waiting,): (i64,) = on!(tx, |conn| sqlx::query_as(WAITING).fetch_one(conn).await?);
    let (stuck,): (i64,) = on!(tx, |conn| sqlx::query_as(STUCK).fetch_one(conn).await?);
    Ok((waiting, stuck))
}

pub async fn page(tx: &mut Tx, ask: &PageAsk, filters: &[Filter]) -> Result<Page<Outgoing>, StoreError> {
    let read = |row: OutboxRow| row.outgoing().map(|stored| stored.value);
    LETTERS.page::<OutboxRow>(tx, ask, &[], filters).await?.try_map(read)
}

/// Forgets a thousand letters that ended before `at`.
pub async fn prune(tx: &mut Tx, at: Timestamp) -> Result<u64, StoreError> {
    Ok(on!(tx, |conn| sqlx::query(PRUNE).bind(at.0).execute(conn).await?.rows_affected()))
}
