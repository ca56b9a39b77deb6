//! Known and unknown look alike: the same statements are run for both. A process of its own, which hears every statement.

#![allow(clippy::unwrap_used, reason = "a test may end here")]

use std::fmt::Debug;
use std::sync::Mutex;

use domain::letter::Letter;
use domain::samples::{address, origin};
use domain::time::Span;
use services::invitations::{Inviting, NewInvitations, invite};
use services::redemption::lost;
use services::testing;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Writes down the statements that the database driver reports.
struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut statement = Statement::default();
        event.record(&mut statement);
        // The driver leaves the text out where its summary is the whole of it.
        let text = if statement.text.is_empty() { statement.summary } else { statement.text };
        HEARD.lock().unwrap().push(text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Statement {
    summary: String,
    text: String,
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.text),
            _ => {}
        }
    }
    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

async fn heard() -> Vec<String> {
    // SQLite reports from its own thread, a moment after it answers.
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    std::mem::take(&mut HEARD.lock().unwrap())
}

#[tokio::test]
async fn a_lost_link_runs_the_same_statements_whatever_is_known_of_the_address() {
    tracing::subscriber::set_global_default(Listener).unwrap();
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let by = Inviting::to_group(&lobby.services, owner).unwrap();
        let list = NewInvitations::of("expired@praxis.example", "en");
        invite(&lobby.services, &by, list).await.unwrap();
        lobby.clock.advance(Span::days(31));
        invite(&lobby.services, &by, NewInvitations::of("pending@praxis.example", "en")).await.unwrap();
        lobby.guest("accepted@praxis.example").await;
        lobby.member("member@lindenhof.example").await;
        let ask = async |at: &str| {
            heard().await;
            lost(&lobby.services, address(at), origin(), lobby.correlation()).await.unwrap();
            heard().await
        };
        let unknown = ask("unknown@praxis.example").await;
        assert!(unknown.len() >= 10, "the driver reports statements: {unknown:#?}");
        for at in ["pending@praxis.example", "accepted@praxis.example", "member@lindenhof.example"] {
            assert_eq!(ask(at).await, unknown, "{:?} {at}", lobby.engine);
        }
        // What follows for inviter and owners is done after the answer.
        let expired = ask("expired@praxis.example").await;
        assert_eq!(expired[..unknown.len()], unknown, "{:?}", lobby.engine);
        // Asking too often says nothing either.
        let often = ask("unknown@praxis.example").await;
        assert_eq!(ask("pending@praxis.example").await, often, "{:?}", lobby.engine);
        let letters = lobby.letters().await;
        let links = letters.iter().filter(|letter| matches!(letter.letter, Letter::LostLink { .. }));
        assert_eq!(links.count(), 5, "one letter on its way for each address: the worker drops those about nothing");
    }
}
