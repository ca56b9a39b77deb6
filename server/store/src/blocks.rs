//! Mailboxes that take no invitations, by a keyed hash.

use domain::id::{BlockId, InvitationId, UserId};
use domain::time::Timestamp;
use sqlx::FromRow;

use crate::list::{ListDef, Order};
use crate::statements::{on, sql};
use crate::table::{Table, select_in};
use crate::{Bind, Filter, Page, PageAsk, StoreError, Stored, Tx, id};

sql! {
    GET = "SELECT * FROM blocks WHERE id = $1";
    BY_HASH = "SELECT * FROM blocks WHERE mailbox_hash = $1";
    BY_INVITER = "SELECT made_at FROM blocks WHERE inviter_id = $1 AND made_at > $2 ORDER BY made_at DESC LIMIT 100";
}

const TABLE: Table = Table {
    name: "blocks",
    columns: &[
        "id",
        "mailbox_hash",
        "invitation_id",
        "inviter_id",
        "made_at",
        "lifted_at",
        "lifted_by",
        "lifted_why",
        "overruled_at",
    ],
    versioned: true,
};
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

pub const IN_FORCE: &str = "b.lifted_at IS NULL";

/// By its keyed hash: addresses are not kept.
pub const OF_MAILBOX: &str = "b.mailbox_hash = ?";

const BLOCKS: ListDef = ListDef {
    name: "blocks",
    columns: "b.*",
    from: "blocks b",
    id: "b.id",
    words: None,
    scope: "TRUE",
    filters: &[IN_FORCE, OF_MAILBOX],
    orders: &[Order { name: "time", key: "b.id", numeric: false, descending: true }],
};
pub(crate) const LISTS: &[&ListDef] = &[&BLOCKS];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub id: BlockId,
    pub mailbox_hash: String,
    /// The invitation by which it was made, and whose that was.
    pub invitation: Option<InvitationId>,
    pub inviter: Option<UserId>,
    pub made_at: Timestamp,
    pub lifted_at: Option<Timestamp>,
    /// `None` beside `lifted_at` is the person themselves.
    pub lifted_by: Option<UserId>,
    pub lifted_why: Option<String>,
    /// When an administrator lifted it last: at most once in 90 days.
    pub overruled_at: Option<Timestamp>,
}

#[derive(Debug, FromRow)]
struct BlockRow {
    id: String,
    mailbox_hash: String,
    invitation_id: Option<String>,
    inviter_id: Option<String>,
    made_at: i64,
    lifted_at: Option<i64>,
    lifted_by: Option<String>,
    lifted_why: Option<String>,
    overruled_at: Option<i64>,
    version: i64,
}

impl BlockRow {
    fn block(self) -> Result<Stored<Block>, StoreError> {
        let value = Block {
            id: id(&self.id)?,
            mailbox_hash: self.mailbox_hash,
            invitation: self.invitation_id.as_deref().map(id).transpose()?,
            inviter: self.inviter_id.as_deref().map(id).transpose()?,
            made_at: Timestamp(self.made_at),
            lifted_at: self.lifted_at.map(Timestamp),
            lifted_by: self.lifted_by.as_deref().map(id).transpose()?,
            lifted_why: self.lifted_why,
            overruled_at: self.overruled_at.map(Timestamp),
        };
        Ok(Stored { value, version: self.version })
    }
}

fn row(block: &Block) -> Vec<Bind> {
    vec![
        Bind::text(block.id),
        Bind::text(&block.mailbox_hash),
        Bind::maybe(block.invitation),
        Bind::maybe(block.inviter),
        Bind::number(block.made_at.0),
        Bind::Number(block.lifted_at.map(|at| at.0)),
        Bind::maybe(block.lifted_by),
        Bind::maybe(block.lifted_why.as_ref()),
        Bind::Number(block.overruled_at.map(|at| at.0)),
    ]
}

pub async fn insert(tx: &mut Tx, block: &Block) -> Result<(), StoreError> {
    TABLE.insert(tx, vec![row(block)]).await
}

pub async fn save(tx: &mut Tx, block: &Stored<Block>) -> Result<(), StoreError> {
    TABLE.save(tx, row(&block.value), block.version).await
}

pub async fn get(tx: &mut Tx, block: BlockId) -> Result<Option<Stored<Block>>, StoreError> {
    let row: Option<BlockRow> =
        on!(tx, |conn| sqlx::query_as(GET).bind(block.to_string()).fetch_optional(conn).await?);
    row.map(BlockRow::block).transpose()
}

pub async fn by_hash(tx: &mut Tx, mailbox_hash: &str) -> Result<Option<Stored<Block>>, StoreError> {
    let row: Option<BlockRow> = on!(tx, |conn| sqlx::query_as(BY_HASH).bind(mailbox_hash).fetch_optional(conn).await?);
    row.map(BlockRow::block).transpose()
}

/// Which of these mailboxes take no invitations now.
pub async fn in_force(tx: &mut Tx, hashes: &[String]) -> Result<Vec<String>, StoreError> {
    let prefix = "SELECT mailbox_hash FROM blocks WHERE lifted_at IS NULL AND mailbox_hash IN";
    let rows: Vec<(String,)> = select_in(tx, prefix, hashes, "").await?;
    Ok(rows.into_iter().map(|(hash,)| hash).collect())
}

/// When this inviter's letters were blocked since `since`, the newest first; at most a hundred.
pub async fn against(tx: &mut Tx, inviter: UserId, since: Timestamp) -> Result<Vec<Timestamp>, StoreError> {
    let rows: Vec<(i64,)> =
        on!(tx, |conn| { sqlx::query_as(BY_INVITER).bind(inviter.to_string()).bind(since.0).fetch_all(conn).await? });
    Ok(rows.into_iter().map(|(at,)| Timestamp(at)).collect())
}

pub async fn page(tx: &mut Tx, ask: &PageAsk, filters: &[Filter]) -> Result<Page<Block>, StoreError> {
    BLOCKS.page::<BlockRow>(tx, ask, &[], filters).await?.try_map(|row| row.block().map(|stored| stored.value))
}
