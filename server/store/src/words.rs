//! Search words of people, groups and applications: a prefix match finds them.

use domain::text::words as normalized;

use crate::statements::{on, sql};
use crate::table::{Table, change_in};
use crate::{Bind, StoreError, Tx};

sql! {
    DROP = "DELETE FROM words WHERE target_id = $1";
    OF = "SELECT word FROM words WHERE target_id = $1 ORDER BY word";
}

const TABLE: Table = Table { name: "words", columns: &["word", "target_id"], versioned: false };
#[cfg(feature = "testing")]
pub(crate) const TABLES: &[&Table] = &[&TABLE];

/// (target, text) pairs of targets that have no words yet.
pub(crate) async fn insert(tx: &mut Tx, texts: &[(String, String)]) -> Result<(), StoreError> {
    let rows = texts
        .iter()
        .flat_map(|(target, text)| {
            normalized(text).into_iter().map(move |word| vec![Bind::text(word), Bind::text(target)])
        })
        .collect();
    TABLE.insert(tx, rows).await
}

/// Gives each target the words of its text.
pub(crate) async fn replace_many(tx: &mut Tx, texts: &[(String, String)]) -> Result<(), StoreError> {
    let targets: Vec<String> = texts.iter().map(|(target, _)| target.clone()).collect();
    change_in(tx, "DELETE FROM words WHERE target_id IN", &[], &targets).await?;
    insert(tx, texts).await
}

/// Gives the target the words of `text`, where they are not the ones it has.
pub(crate) async fn replace(tx: &mut Tx, target: &str, text: &str) -> Result<(), StoreError> {
    let had: Vec<(String,)> = on!(tx, |conn| sqlx::query_as(OF).bind(target).fetch_all(conn).await?);
    let mut wanted = normalized(text);
    wanted.sort();
    if had.iter().map(|(word,)| word).eq(wanted.iter()) {
        return Ok(());
    }
    on!(tx, |conn| sqlx::query(DROP).bind(target).execute(conn).await?.rows_affected());
    insert(tx, &[(target.to_owned(), text.to_owned())]).await
}
