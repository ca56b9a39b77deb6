//! SQL that is composed for lists: filters, orders and keyset pages. Beside `table`, the only place that joins SQL texts, and
//! it joins constants alone.

use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow};

use crate::statements::on;
use crate::table::{Bind, bound};
use crate::{StoreError, Tx};

/// Counts are exact up to here.
pub const COUNTED: i64 = 10_000;
const MOST_WORDS: usize = 4;

/// One way to sort a list. The row is addressed by (key, id).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// As it stands in the address of a page.
    pub name: &'static str,
    pub key: &'static str,
    pub numeric: bool,
    /// The direction it starts with: newest first, or A to Z.
    pub descending: bool,
}

/// A list: constant fragments, `?` for each parameter.
pub struct ListDef {
    pub name: &'static str,
    /// What is selected beside `list_key` and `list_id`.
    pub columns: &'static str,
    pub from: &'static str,
    /// The column that tells two rows with one key apart.
    pub id: &'static str,
    /// The column that search words belong to, where the list can be searched.
    pub words: Option<&'static str>,
    /// Always in force; may take parameters.
    pub scope: &'static str,
    pub filters: &'static [&'static str],
    pub orders: &'static [Order],
}

/// One filter of a list in force: a fragment of its [`ListDef::filters`] and the parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    pub fragment: &'static str,
    pub binds: Vec<Bind>,
}

impl Filter {
    pub fn new(fragment: &'static str, binds: impl IntoIterator<Item = Bind>) -> Self {
        Self { fragment, binds: binds.into_iter().collect() }
    }
}

/// Which page of a list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageAsk {
    /// The name of an [`Order`]; any other text means the first.
    pub sort: String,
    /// Against the direction that the order starts with.
    pub reverse: bool,
    /// The cursor of the last row before this page, or of the first after it.
    pub after: Option<String>,
    pub before: Option<String>,
    pub size: usize,
    /// Normalized words, each of which must begin a word of the row.
    pub words: Vec<String>,
}

/// How many rows a list has in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Count {
    Exactly(i64),
    MoreThan(i64),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Cursors of the pages on either side, where there are any.
    pub next: Option<String>,
    pub previous: Option<String>,
    pub count: Count,
}

impl<T> Page<T> {
    /// # Errors
    /// The first row that could not be read.
    pub fn try_map<U, E>(self, read: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let Self { items, next, previous, count } = self;
        let items = items.into_iter().map(read).collect::<Result<_, E>>()?;
        Ok(Page { items, next, previous, count })
    }
}

#[derive(FromRow)]
struct Keyed<T> {
    list_key: String,
    list_id: String,
    #[sqlx(flatten)]
    row: T,
}

struct Composed {
    text: String,
    binds: Vec<Bind>,
}

impl Composed {
    /// Appends a fragment, its `?` numbered on from the parameters so far.
    fn push(&mut self, fragment: &str, binds: impl IntoIterator<Item = Bind>) {
        let mut at = self.binds.len();
        for part in fragment.split_inclusive('?') {
            match part.strip_suffix('?') {
                Some(before) => {
                    at += 1;
                    self.text.push_str(before);
                    self.text.push('$');
                    self.text.push_str(&at.to_string());
                }
                None => self.text.push_str(part),
            }
        }
        self.binds.extend(binds);
        debug_assert_eq!(at, self.binds.len(), "{fragment}");
    }
}

impl ListDef {
    fn order(&self, ask: &PageAsk) -> Order {
        self.orders.iter().copied().find(|order| order.name == ask.sort).unwrap_or(self.orders[0])
    }

    fn conditions(&self, into: &mut Composed, scope: &[Bind], filters: &[Filter], words: &[String]) {
        into.push(&format!(" FROM {} WHERE {}", self.from, self.scope), scope.iter().cloned());
        for filter in filters {
            debug_assert!(self.filters.contains(&filter.fragment), "{}", filter.fragment);
            into.push(&format!(" AND {}", filter.fragment), filter.binds.iter().cloned());
        }
        let Some(column) = self.words else { return };
        for word in words.iter().take(MOST_WORDS) {
            let fragment =
                format!(" AND {column} IN (SELECT w.target_id FROM words w WHERE w.word >= ? AND w.word < ?)");
            into.push(&fragment, [Bind::text(word), Bind::text(format!("{word}\u{10FFFF}"))]);
        }
    }

    fn page_text(&self, ask: &PageAsk, scope: &[Bind], filters: &[Filter]) -> (Composed, bool) {
        let order = self.order(ask);
        let backward = ask.after.is_none() && ask.before.is_some();
        let descending = (order.descending != ask.reverse) != backward;
        let key = if order.numeric { format!("CAST({} AS TEXT)", order.key) } else { order.key.to_owned() };
        let mut page = Composed { text: String::new(), binds: Vec::new() };
        page.push(&format!("SELECT {key} AS list_key, {} AS list_id, {}", self.id, self.columns), []);
        self.conditions(&mut page, scope, filters, &ask.words);
        self.beyond(&mut page, ask, order, descending);
        let direction = if descending { "DESC" } else { "ASC" };
        let size = i64::try_from(ask.size.clamp(1, 1000)).unwrap_or(50);
        // An id tells rows apart by itself: named twice, SQLite would sort what the index has sorted.
        let first = if order.key == self.id { String::new() } else { format!("{} {direction}, ", order.key) };
        let tail = format!(" ORDER BY {first}{} {direction} LIMIT ?", self.id);
        page.push(&tail, [Bind::number(size + 1)]);
        (page, backward)
    }

    /// Only the rows beyond the cursor of the page.
    fn beyond(&self, into: &mut Composed, ask: &PageAsk, order: Order, descending: bool) {
        let cursor = ask.after.as_deref().or(ask.before.as_deref());
        let Some((id, from)) = cursor.and_then(|at| at.split_once('.')) else { return };
        let than = if descending { "<" } else { ">" };
        let key = if order.numeric { Bind::number(from.parse().unwrap_or(0)) } else { Bind::text(from) };
        if order.key == self.id {
            into.push(&format!(" AND {} {than} ?", self.id), [Bind::text(id)]);
        } else {
            into.push(&format!(" AND ({}, {}) {than} (?, ?)", order.key, self.id), [key, Bind::text(id)]);
        }
    }

    /// Do the rows of this page come with falling ids? For lists whose every order is that of ids.
    pub(crate) fn falls(&self, ask: &PageAsk) -> bool {
        let backward = ask.after.is_none() && ask.before.is_some();
        (self.order(ask).descending != ask.reverse) != backward
    }

    fn horizon_text(&self, ask: &PageAsk, scope: &[Bind], filters: &[Filter], far: i64) -> Composed {
        let descending = self.falls(ask);
        let mut text = Composed { text: format!("SELECT {}", self.id), binds: Vec::new() };
        self.conditions(&mut text, scope, filters, &[]);
        self.beyond(&mut text, ask, self.order(ask), descending);
        let direction = if descending { "DESC" } else { "ASC" };
        text.push(&format!(" ORDER BY {} {direction} LIMIT 1 OFFSET ?", self.id), [Bind::number(far)]);
        text
    }

    /// The id of the row that lies `far` rows beyond the cursor, by these filters alone; `None` where the list ends before.
    pub(crate) async fn horizon(
        &self,
        tx: &mut Tx,
        ask: &PageAsk,
        scope: &[Bind],
        filters: &[Filter],
        far: i64,
    ) -> Result<Option<String>, StoreError> {
        let text = self.horizon_text(ask, scope, filters, far);
        let row: Option<(String,)> =
            on!(tx, |conn| bound!(sqlx::query_as(AssertSqlSafe(text.text)), text.binds).fetch_optional(conn).await?);
        Ok(row.map(|(id,)| id))
    }

    /// One page of the list, with the count of all its rows.
    pub(crate) async fn page<R>(
        &self,
        tx: &mut Tx,
        ask: &PageAsk,
        scope: &[Bind],
        filters: &[Filter],
    ) -> Result<Page<R>, StoreError>
    where
        R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let page = self.rows(tx, ask, scope, filters).await?;
        Ok(Page { count: self.count(tx, ask, scope, filters).await?, ..page })
    }

    /// As [`ListDef::page`] without counting, for those who read a whole list: the count is zero.
    pub(crate) async fn rows<R>(
        &self,
        tx: &mut Tx,
        ask: &PageAsk,
        scope: &[Bind],
        filters: &[Filter],
    ) -> Result<Page<R>, StoreError>
    where
        R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let (page, backward) = self.page_text(ask, scope, filters);
        let mut rows: Vec<Keyed<R>> =
            on!(tx, |conn| { bound!(sqlx::query_as(AssertSqlSafe(page.text)), page.binds).fetch_all(conn).await? });
        let more = rows.len() > ask.size.clamp(1, 1000);
        rows.truncate(ask.size.clamp(1, 1000));
        if backward {
            rows.reverse();
        }
        let cursor = |row: Option<&Keyed<R>>| row.map(|row| format!("{}.{}", row.list_id, row.list_key));
        let (has_previous, has_next) = if backward { (more, true) } else { (ask.after.is_some(), more) };
        let previous = cursor(rows.first()).filter(|_| has_previous);
        let next = cursor(rows.last()).filter(|_| has_next);
        let items = rows.into_iter().map(|keyed| keyed.row).collect();
        Ok(Page { items, next, previous, count: Count::Exactly(0) })
    }

    pub(crate) async fn count(
        &self,
        tx: &mut Tx,
        ask: &PageAsk,
        scope: &[Bind],
        filters: &[Filter],
    ) -> Result<Count, StoreError> {
        let mut counted = Composed { text: "SELECT COUNT(*) FROM (SELECT 1 AS one".to_owned(), binds: Vec::new() };
        self.conditions(&mut counted, scope, filters, &ask.words);
        counted.push(" LIMIT ?) AS counted", [Bind::number(COUNTED + 1)]);
        let (count,): (i64,) = on!(tx, |conn| {
            bound!(sqlx::query_as(AssertSqlSafe(counted.text)), counted.binds).fetch_one(conn).await?
        });
        Ok(if count > COUNTED { Count::MoreThan(COUNTED) } else { Count::Exactly(count) })
    }
}

#[cfg(feature = "testing")]
impl ListDef {
    /// The table that the list walks, and its alias.
    pub fn base(&self) -> (&'static str, &'static str) {
        let mut words = self.from.split(' ');
        (words.next().unwrap_or_default(), words.next().unwrap_or_default())
    }

    /// A name and the text of each statement that counts the list.
    pub fn counted_texts(&self) -> Vec<(String, String)> {
        let text = |(filters, words): (Vec<Filter>, Vec<String>)| {
            let mut counted = Composed { text: "SELECT COUNT(*)".to_owned(), binds: Vec::new() };
            self.conditions(&mut counted, &blank(self.scope), &filters, &words);
            (format!("{} counted {filters:?} {words:?}", self.name), counted.text)
        };
        self.asks().map(text).collect()
    }

    /// The statement of one page.
    pub(crate) fn text(&self, ask: &PageAsk, scope: &[Bind], filters: &[Filter]) -> String {
        self.page_text(ask, scope, filters).0.text
    }

    /// No filter, each filter, and search words.
    fn asks(&self) -> impl Iterator<Item = (Vec<Filter>, Vec<String>)> {
        let filters = self.filters.iter().map(|fragment| (vec![Filter::new(fragment, blank(fragment))], vec![]));
        let words = self.words.map(|_| (vec![], vec!["a".to_owned()]));
        std::iter::once((vec![], vec![])).chain(filters).chain(words)
    }

    /// The statement of a page: a name, and the text. Without a filter, with each, and with search words; in each order
    /// and direction; the first page and a later one.
    pub fn texts(&self) -> Vec<(String, String)> {
        let mut texts = Vec::new();
        for (filter, words) in self.asks() {
            for order in self.orders {
                for (reverse, after) in [(false, None), (true, None), (false, Some("x.1")), (true, Some("x.1"))] {
                    let after = after.map(ToOwned::to_owned);
                    let (sort, words) = (order.name.to_owned(), words.clone());
                    let ask = PageAsk { sort, reverse, after, before: None, size: 50, words };
                    let (page, _) = self.page_text(&ask, &blank(self.scope), &filter);
                    let (filter, words) = (filter.first().map_or("", |filter| filter.fragment), &ask.words);
                    let name = format!("{} by {} {filter:?} {words:?} reverse={reverse}", self.name, order.name);
                    texts.push((name, page.text));
                }
            }
        }
        texts
    }
}

/// Parameters of a fragment, for statements that are not run.
#[cfg(feature = "testing")]
fn blank(fragment: &str) -> Vec<Bind> {
    fragment.matches('?').map(|_| Bind::Text(None)).collect()
}

/// Every list of the store, for the test that explains each filter in each order.
pub fn all() -> Vec<&'static ListDef> {
    [
        crate::access::LISTS,
        crate::applications::LISTS,
        crate::audit::LISTS,
        crate::blocks::LISTS,
        crate::groups::LISTS,
        crate::invitations::LISTS,
        crate::memberships::LISTS,
        crate::outbox::LISTS,
        crate::partners::LISTS,
        crate::providers::LISTS,
        crate::sign_ins::LISTS,
        crate::sign_ins::OWN_LISTS,
        crate::terms::LISTS,
        crate::users::LISTS,
    ]
    .concat()
}
