//! Identities by issuer and subject; one belongs to one person at most.

use domain::id::{ProviderId, UserId};
use domain::identity::Identity;
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::statements::{on, sql};
use crate::table::Table;
use crate::{Bind, StoreError, Tx, id};

sql! {
    OF = "SELECT * FROM identities WHERE issuer = $1 AND subject = $2";
    OF_USER = "SELECT * FROM identities WHERE user_id = $1 ORDER BY created_at, issuer, subject";
    ANCHOR = "SELECT * FROM identities WHERE user_id = $1 AND anchor";
    SPOKE = "UPDATE identities SET spoke_at = $3, address = $4, provider_session = $5 WHERE issuer = $1 AND subject = $2";
    OF_SESSION = "SELECT * FROM identities WHERE issuer = $1 AND provider_session = $2";
    RAISE = "UPDATE identities SET anchor = TRUE WHERE issuer = $1 AND subject = $2";
    TAKE_BACK = "UPDATE identities SET spoke_at = 0 WHERE issuer = $1 AND subject = $2";
    DROP = "DELETE FROM identities WHERE issuer = $1 AND subject = $2 AND user_id = $3";
    DROP_ALL = "DELETE FROM identities WHERE user_id = $1";
    DEPEND = "SELECT COUNT(*) FROM (SELECT DISTINCT user_id FROM identities WHERE provider_id = $1) AS people";
    ONLY = "SELECT COUNT(*) FROM (SELECT DISTINCT i.user_id FROM identities i WHERE i.provider_id = $1 AND NOT EXISTS
            (SELECT 1 FROM identities j WHERE j.user_id = i.user_id AND (j.provider_id IS NULL OR j.provider_id <> $1))) AS people";
}

const TABLE: Table = Table {
    name: "identities",
    columns: &[
        "issuer",
        "subject",
        "user_id",
        "created_at",
        "provider_id",
        "address",
        "anchor",
        "spoke_at",
        "provider_session",
    ],
    versioned: false,
};
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

#[derive(Debug, FromRow)]
struct IdentityRow {
    issuer: String,
    subject: String,
    user_id: String,
    created_at: i64,
    provider_id: Option<String>,
    address: Option<String>,
    anchor: bool,
    spoke_at: i64,
    provider_session: Option<String>,
}

impl IdentityRow {
    fn identity(self) -> Result<Identity, StoreError> {
        Ok(Identity {
            user: id(&self.user_id)?,
            provider: self.provider_id.as_deref().map(id).transpose()?,
            issuer: self.issuer,
            subject: self.subject,
            address: self.address,
            anchor: self.anchor,
            created_at: Timestamp(self.created_at),
            spoke_at: (self.spoke_at > 0).then_some(Timestamp(self.spoke_at)),
            session: self.provider_session,
        })
    }
}

/// # Errors
/// `Exists` where the identity is tied already, to whomever, or the person has an anchor already.
pub async fn insert(tx: &mut Tx, identity: &Identity) -> Result<(), StoreError> {
    let row = vec![
        Bind::text(&identity.issuer),
        Bind::text(&identity.subject),
        Bind::text(identity.user),
        Bind::number(identity.created_at.0),
        Bind::maybe(identity.provider),
        Bind::maybe(identity.address.as_ref()),
        Bind::Flag(identity.anchor),
        Bind::number(identity.spoke_at.map_or(0, |at| at.0)),
        Bind::maybe(identity.session.as_ref()),
    ];
    TABLE.insert(tx, vec![row]).await
}

pub async fn get(tx: &mut Tx, issuer: &str, subject: &str) -> Result<Option<Identity>, StoreError> {
    let row: Option<IdentityRow> =
        on!(tx, |conn| sqlx::query_as(OF).bind(issuer).bind(subject).fetch_optional(conn).await?);
    row.map(IdentityRow::identity).transpose()
}

/// The oldest first.
pub async fn of_user(tx: &mut Tx, user: UserId) -> Result<Vec<Identity>, StoreError> {
    let rows: Vec<IdentityRow> = on!(tx, |conn| sqlx::query_as(OF_USER).bind(user.to_string()).fetch_all(conn).await?);
    rows.into_iter().map(IdentityRow::identity).collect()
}

pub async fn anchor(tx: &mut Tx, user: UserId) -> Result<Option<Identity>, StoreError> {
    let row: Option<IdentityRow> =
        on!(tx, |conn| sqlx::query_as(ANCHOR).bind(user.to_string()).fetch_optional(conn).await?);
    row.map(IdentityRow::identity).transpose()
}

/// It vouched for its person again, and may say another address by now.
pub async fn spoke(tx: &mut Tx, identity: &Identity, at: Timestamp) -> Result<(), StoreError> {
    on!(tx, |conn| {
        let update = sqlx::query(SPOKE).bind(&identity.issuer).bind(&identity.subject).bind(at.0);
        let update = update.bind(identity.address.as_deref()).bind(identity.session.as_deref());
        update.execute(conn).await?.rows_affected()
    });
    Ok(())
}

/// Those who spoke last in this session at their provider.
pub async fn of_session(tx: &mut Tx, issuer: &str, session: &str) -> Result<Vec<Identity>, StoreError> {
    let rows: Vec<IdentityRow> =
        on!(tx, |conn| sqlx::query_as(OF_SESSION).bind(issuer).bind(session).fetch_all(conn).await?);
    rows.into_iter().map(IdentityRow::identity).collect()
}

/// Makes it the anchor of a person who has none.
pub async fn raise(tx: &mut Tx, identity: &Identity) -> Result<(), StoreError> {
    let (issuer, subject) = (&identity.issuer, &identity.subject);
    on!(tx, |conn| sqlx::query(RAISE).bind(issuer).bind(subject).execute(conn).await?.rows_affected());
    Ok(())
}

/// Its word is taken back: nothing hangs on it until it speaks again.
pub async fn take_back(tx: &mut Tx, issuer: &str, subject: &str) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(TAKE_BACK).bind(issuer).bind(subject).execute(conn).await?.rows_affected());
    Ok(())
}

/// `false` where the person has no such identity.
pub async fn drop(tx: &mut Tx, identity: &Identity) -> Result<bool, StoreError> {
    let user = identity.user.to_string();
    Ok(on!(tx, |conn| {
        let delete = sqlx::query(DROP).bind(&identity.issuer).bind(&identity.subject).bind(user);
        delete.execute(conn).await?.rows_affected()
    }) == 1)
}

pub async fn drop_all(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    on!(tx, |conn| sqlx::query(DROP_ALL).bind(user.to_string()).execute(conn).await?.rows_affected());
    Ok(())
}

/// How many people this provider vouches for, and how many of them have no other way.
pub async fn depending(tx: &mut Tx, provider: ProviderId) -> Result<(i64, i64), StoreError> {
    let key = provider.to_string();
    let (all,): (i64,) = on!(tx, |conn| sqlx::query_as(DEPEND).bind(&key).fetch_one(conn).await?);
    let (only,): (i64,) = on!(tx, |conn| sqlx::query_as(ONLY).bind(&key).fetch_one(conn).await?);
    Ok((all, only))
}
