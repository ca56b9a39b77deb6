//! Sessions by the digest of their token.

use domain::id::{AppId, ProviderId, SessionId, UserId};
use domain::session::{Method, Session, Vouched};
use domain::time::Timestamp;
use domain::user::User;
use sqlx::FromRow;

use crate::statements::{on, sql};
use crate::table::Table;
use crate::users::UserRow;
use crate::{Bind, StoreError, Tx, id, json, to_json};

sql! {
    /// The one query of a request: session, person, and whether they own a group.
    BY_DIGEST = "SELECT s.id AS session_id, s.created_at AS session_created_at, s.auth_time, s.methods, s.multifactor_at, s.proof_application,
            s.last_seen_at,
            s.ends_at AS session_ends_at, s.kept, s.origin, s.provider_id, s.issuer, s.subject, s.provider_session, u.*,
            EXISTS (SELECT 1 FROM group_owners o WHERE o.user_id = u.id) AS owns
        FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.digest = $1";
    OF_USER = "SELECT * FROM sessions WHERE user_id = $1 AND ends_at > $2 AND last_seen_at > $3 ORDER BY id DESC";
    TOUCH = "UPDATE sessions SET last_seen_at = $2 WHERE id = $1";
    RENEW = "UPDATE sessions SET digest = $2, auth_time = $3, last_seen_at = $4, methods = $5,
             multifactor_at = COALESCE($6, multifactor_at), proof_application = NULL WHERE id = $1";
    /// A proof that one application wants every time is used up by it.
    USE_UP = "UPDATE sessions SET proof_application = COALESCE(proof_application, $2) WHERE id = $1 RETURNING proof_application";
    VOUCH = "UPDATE sessions SET provider_id = $2, issuer = $3, subject = $4, provider_session = $5 WHERE id = $1";
    END = "DELETE FROM sessions WHERE id = $1 AND user_id = $2";
    END_ALL = "DELETE FROM sessions WHERE user_id = $1";
    END_OTHERS = "DELETE FROM sessions WHERE user_id = $1 AND id <> $2";
    END_OLDEST = "DELETE FROM sessions WHERE user_id = $1 AND id NOT IN
                  (SELECT id FROM sessions WHERE user_id = $1 ORDER BY id DESC LIMIT $2)";
    /// All of one person at a provider, or those of one session there.
    END_OF_SUBJECT = "DELETE FROM sessions WHERE issuer = $1 AND subject = $2";
    END_OF_PROVIDER_SESSION = "DELETE FROM sessions WHERE issuer = $1 AND provider_session = $2";
    /// Those that hang on its word, and all of whoever is anchored there.
    END_OF_PROVIDER = "DELETE FROM sessions WHERE provider_id = $1
                       OR user_id IN (SELECT user_id FROM identities WHERE provider_id = $1 AND anchor)";
    OF_PROVIDER_SESSION = "SELECT DISTINCT subject FROM sessions WHERE issuer = $1 AND provider_session = $2 AND subject IS NOT NULL";
    PRUNE = "DELETE FROM sessions WHERE ends_at <= $1";
}

const TABLE: Table = Table {
    name: "sessions",
    columns: &[
        "id",
        "digest",
        "user_id",
        "created_at",
        "auth_time",
        "methods",
        "multifactor_at",
        "proof_application",
        "last_seen_at",
        "ends_at",
        "kept",
        "origin",
        "provider_id",
        "issuer",
        "subject",
        "provider_session",
    ],
    versioned: false,
};
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

#[derive(Debug, FromRow)]
struct ViewerRow {
    session_id: String,
    session_created_at: i64,
    auth_time: i64,
    methods: String,
    multifactor_at: Option<i64>,
    proof_application: Option<String>,
    last_seen_at: i64,
    session_ends_at: i64,
    kept: bool,
    origin: String,
    provider_id: Option<String>,
    issuer: Option<String>,
    subject: Option<String>,
    provider_session: Option<String>,
    owns: bool,
    #[sqlx(flatten)]
    user: UserRow,
}

#[derive(Debug, FromRow)]
struct SessionRow {
    id: String,
    user_id: String,
    created_at: i64,
    auth_time: i64,
    methods: String,
    multifactor_at: Option<i64>,
    proof_application: Option<String>,
    last_seen_at: i64,
    ends_at: i64,
    kept: bool,
    origin: String,
    provider_id: Option<String>,
    issuer: Option<String>,
    subject: Option<String>,
    provider_session: Option<String>,
}

/// A session with its person.
#[derive(Debug, Clone)]
pub struct Known {
    pub session: Session,
    pub user: User,
    /// Do they own a group?
    pub owns: bool,
}

impl SessionRow {
    fn session(self) -> Result<Session, StoreError> {
        let by = match (self.provider_id, self.issuer, self.subject) {
            (Some(provider), Some(issuer), Some(subject)) => {
                Some(Vouched { provider: id(&provider)?, issuer, subject, session: self.provider_session })
            }
            _ => None,
        };
        Ok(Session {
            by,
            id: id(&self.id)?,
            user: id(&self.user_id)?,
            created_at: Timestamp(self.created_at),
            auth_time: Timestamp(self.auth_time),
            methods: json("methods", &self.methods)?,
            multifactor_at: self.multifactor_at.map(Timestamp),
            proof_application: self.proof_application.as_deref().map(id).transpose()?,
            last_seen_at: Timestamp(self.last_seen_at),
            ends_at: Timestamp(self.ends_at),
            kept: self.kept,
            origin: json("origin", &self.origin)?,
        })
    }
}

pub async fn insert(tx: &mut Tx, session: &Session, digest: &str) -> Result<(), StoreError> {
    let by = session.by.as_ref();
    let row = vec![
        Bind::text(session.id),
        Bind::text(digest),
        Bind::text(session.user),
        Bind::number(session.created_at.0),
        Bind::number(session.auth_time.0),
        Bind::text(to_json(&session.methods)),
        Bind::Number(session.multifactor_at.map(|at| at.0)),
        Bind::maybe(session.proof_application),
        Bind::number(session.last_seen_at.0),
        Bind::number(session.ends_at.0),
        Bind::Flag(session.kept),
        Bind::text(to_json(&session.origin)),
        Bind::maybe(by.map(|by| by.provider)),
        Bind::maybe(by.map(|by| &by.issuer)),
        Bind::maybe(by.map(|by| &by.subject)),
        Bind::maybe(by.and_then(|by| by.session.as_ref())),
    ];
    TABLE.insert(tx, vec![row]).await
}

pub async fn by_digest(tx: &mut Tx, digest: &str) -> Result<Option<Known>, StoreError> {
    let row: Option<ViewerRow> = on!(tx, |conn| sqlx::query_as(BY_DIGEST).bind(digest).fetch_optional(conn).await?);
    let Some(row) = row else { return Ok(None) };
    let user = row.user.user()?.value;
    let session = SessionRow {
        id: row.session_id,
        user_id: user.id.to_string(),
        created_at: row.session_created_at,
        auth_time: row.auth_time,
        methods: row.methods,
        multifactor_at: row.multifactor_at,
        proof_application: row.proof_application,
        last_seen_at: row.last_seen_at,
        ends_at: row.session_ends_at,
        kept: row.kept,
        origin: row.origin,
        provider_id: row.provider_id,
        issuer: row.issuer,
        subject: row.subject,
        provider_session: row.provider_session,
    };
    Ok(Some(Known { session: session.session()?, user, owns: row.owns }))
}

/// Those that are alive: `idle` is the moment before which an untouched session is dead.
pub async fn of_user(tx: &mut Tx, user: UserId, now: Timestamp, idle: Timestamp) -> Result<Vec<Session>, StoreError> {
    let rows: Vec<SessionRow> = on!(tx, |conn| {
        sqlx::query_as(OF_USER).bind(user.to_string()).bind(now.0).bind(idle.0).fetch_all(conn).await?
    });
    rows.into_iter().map(SessionRow::session).collect()
}

pub async fn touch(tx: &mut Tx, session: SessionId, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(TOUCH).bind(session.to_string()).bind(now.0).execute(conn).await?.rows_affected());
    Ok(())
}

/// A new proof of whose session it is.
#[derive(Debug, Clone, Copy)]
pub struct Proof<'a> {
    /// Of the new token.
    pub digest: &'a str,
    pub methods: &'a [Method],
    pub proved_at: Timestamp,
    /// Where this proof was a second factor; `None` leaves what is there.
    pub multifactor_at: Option<Timestamp>,
    /// The provider that vouched; `None` leaves what is there.
    pub by: Option<&'a Vouched>,
}

/// A new proof in the same session: a new token, and the old one is dead.
pub async fn renew(tx: &mut Tx, session: SessionId, proof: &Proof<'_>, now: Timestamp) -> Result<bool, StoreError> {
    let (key, methods) = (session.to_string(), to_json(&proof.methods));
    let renewed = on!(tx, |conn| {
        let update = sqlx::query(RENEW).bind(&key).bind(proof.digest).bind(proof.proved_at.0).bind(now.0).bind(methods);
        let update = update.bind(proof.multifactor_at.map(|at| at.0));
        update.execute(conn).await?.rows_affected()
    });
    if let Some(Vouched { provider, issuer, subject, session }) = proof.by {
        on!(tx, |conn| {
            let update = sqlx::query(VOUCH).bind(&key).bind(provider.to_string()).bind(issuer).bind(subject);
            update.bind(session.as_deref()).execute(conn).await?.rows_affected()
        });
    }
    Ok(renewed == 1)
}

/// Uses the last proof up for one application, unless another one has had it; says which has it now. `None` where the
/// session is gone.
pub async fn use_up(tx: &mut Tx, session: SessionId, app: AppId) -> Result<Option<AppId>, StoreError> {
    let (session, app) = (session.to_string(), app.to_string());
    let row: Option<(String,)> =
        on!(tx, |conn| sqlx::query_as(USE_UP).bind(session).bind(app).fetch_optional(conn).await?);
    row.map(|(app,)| id(&app)).transpose()
}

/// `false` where the person has no such session.
pub async fn end(tx: &mut Tx, user: UserId, session: SessionId) -> Result<bool, StoreError> {
    let (session, user) = (session.to_string(), user.to_string());
    Ok(on!(tx, |conn| sqlx::query(END).bind(session).bind(user).execute(conn).await?.rows_affected()) == 1)
}

/// Ends what hangs on a person's word at a provider: every session, or those of one session there.
pub async fn end_of(
    tx: &mut Tx,
    issuer: &str,
    subject: Option<&str>,
    provider_session: Option<&str>,
) -> Result<u64, StoreError> {
    let (statement, key) = match (subject, provider_session) {
        (_, Some(session)) => (END_OF_PROVIDER_SESSION, session),
        (Some(subject), None) => (END_OF_SUBJECT, subject),
        (None, None) => return Ok(0),
    };
    Ok(on!(tx, |conn| sqlx::query(statement).bind(issuer).bind(key).execute(conn).await?.rows_affected()))
}

/// Whose sessions hang on one session at a provider.
pub async fn subjects_of(tx: &mut Tx, issuer: &str, provider_session: &str) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = on!(tx, |conn| {
        sqlx::query_as(OF_PROVIDER_SESSION).bind(issuer).bind(provider_session).fetch_all(conn).await?
    });
    Ok(rows.into_iter().map(|(subject,)| subject).collect())
}

pub async fn end_of_provider(tx: &mut Tx, provider: ProviderId) -> Result<u64, StoreError> {
    let key = provider.to_string();
    Ok(on!(tx, |conn| sqlx::query(END_OF_PROVIDER).bind(key).execute(conn).await?.rows_affected()))
}

pub async fn end_all(tx: &mut Tx, user: UserId) -> Result<u64, StoreError> {
    Ok(on!(tx, |conn| sqlx::query(END_ALL).bind(user.to_string()).execute(conn).await?.rows_affected()))
}

pub async fn end_others(tx: &mut Tx, user: UserId, but: SessionId) -> Result<u64, StoreError> {
    let (user, but) = (user.to_string(), but.to_string());
    Ok(on!(tx, |conn| sqlx::query(END_OTHERS).bind(user).bind(but).execute(conn).await?.rows_affected()))
}

/// Only the newest `most` remain.
pub async fn end_oldest(tx: &mut Tx, user: UserId, most: i64) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(END_OLDEST).bind(user.to_string()).bind(most).execute(conn).await?.rows_affected());
    Ok(())
}

pub async fn prune(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    Ok(on!(tx, |conn| sqlx::query(PRUNE).bind(now.0).execute(conn).await?.rows_affected()))
}
