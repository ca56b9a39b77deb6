//! SQLite and PostgreSQL agree: every statement is understood by both, and every list walks an index.

#![allow(clippy::unwrap_used, reason = "a test may end here")]

use services::testing;
use store::Engine;

#[tokio::test]
async fn both_engines_understand_every_statement() {
    let written = store::statements::all().into_iter().map(|(name, text)| (name.to_owned(), text.to_owned()));
    let pages = store::list::all().into_iter().flat_map(store::list::ListDef::texts);
    let counts = store::list::all().into_iter().flat_map(store::list::ListDef::counted_texts);
    let texts = written.chain(store::testing::table_texts()).chain(pages).chain(counts);
    let texts: Vec<(String, String)> = texts.collect();
    assert!(texts.len() > 300, "{}", texts.len());
    for lobby in testing::both().await {
        for (name, text) in &texts {
            let prepared = lobby.services.store.prepare(text).await;
            assert!(prepared.is_ok(), "{:?} {name}: {prepared:?}", lobby.engine);
        }
    }
}

/// Where so few rows are left that sorting them is cheaper than walking the order: search, one inviter, ends of stays,
/// invitations that are over by the clock.
const FEW: [&str; 4] =
    ["FROM words", "u.invited_by = ", "m.ends_at <= ", "i.state IN ('expired', 'pending', 'suspended')"];

#[tokio::test]
async fn every_list_walks_an_index_in_every_order() {
    for lobby in testing::both().await {
        for list in store::list::all() {
            let (table, alias) = list.base();
            for (name, text) in list.texts() {
                let plan = lobby.services.store.explain(&text).await.unwrap();
                let scans = |line: &&String| match lobby.engine {
                    Engine::Sqlite => line.starts_with(&format!("SCAN {alias}")) && !line.contains(" USING "),
                    Engine::Postgres => line.contains(&format!("Seq Scan on {table} {alias}")),
                };
                let scan = plan.iter().find(scans);
                assert!(scan.is_none(), "{:?} {name}\n{text}\n{}", lobby.engine, plan.join("\n"));
                // PostgreSQL sorts a small table however it is indexed; SQLite does what it always would.
                let sorts = lobby.engine == Engine::Sqlite && plan.iter().any(|line| line.contains("TEMP B-TREE"));
                let few = FEW.iter().any(|fragment| text.contains(fragment));
                assert!(few || !sorts, "sorted: {name}\n{text}\n{}", plan.join("\n"));
            }
        }
    }
}

#[tokio::test]
async fn two_filters_of_the_sign_in_log_walk_the_index_that_was_chosen() {
    for lobby in testing::both().await {
        for (text, index) in store::sign_ins::driven_texts() {
            let plan = lobby.services.store.explain(&text).await.unwrap().join("\n");
            // By a policy, the walk is that of its own primary key.
            let walks = match (lobby.engine, index) {
                (Engine::Sqlite, "sign_in_policies") => plan.starts_with("SEARCH p USING"),
                (Engine::Sqlite, index) => plan.contains(&format!(" {index} (")),
                (Engine::Postgres, "sign_in_policies") => plan.contains("sign_in_policies_pkey"),
                // PostgreSQL knows the values of a table that is not empty; here it is to be able to, no more.
                (Engine::Postgres, _) => plan.contains("Index"),
            };
            assert!(walks, "{:?} {index}\n{text}\n{plan}", lobby.engine);
            let sorts = lobby.engine == Engine::Sqlite && plan.contains("TEMP B-TREE");
            assert!(!sorts, "sorted: {text}\n{plan}");
        }
    }
}
