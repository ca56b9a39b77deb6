//! Stories through the doors, each told on both engines: what a person does in a browser, and what they see.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may end here")]

#[path = "../browser/mod.rs"]
mod browser;

mod account;
mod codes;
mod collaboration;
mod factors;
mod forms;
mod gate;
mod invited;
mod launch;
mod pages;
mod partners;
mod policies;
mod providers;
mod uploads;
mod what_if;

use browser::{Answer, Browser};
use domain::event::Action;
use services::testing::Lobby;
use store::PageAsk;
use store::sign_ins::SignIn;

pub const SESSION: &str = "__Host-lobby-session";
pub const BROWSER: &str = "__Host-lobby-browser";
pub const DEVICE: &str = "__Host-lobby-device";

/// Asks for a code and types the one that came; the answer to that.
pub async fn come_in(lobby: &Lobby, browser: &Browser, address: &str, to: &str) -> Answer {
    ask_code(browser, address, to).await;
    browser.post("/fn/sign-in/code", &[("form[code]", &lobby.code_to(address).await)]).await
}

pub async fn ask_code(browser: &Browser, address: &str, to: &str) -> Answer {
    browser.post("/fn/sign-in/ask", &[("form[address]", address), ("form[to]", to)]).await
}

/// A browser in which this person is signed in.
pub async fn signed_in(lobby: &Lobby, user: domain::id::UserId) -> Browser {
    let browser = Browser::new(lobby);
    browser.get("/signin").await;
    let (_, token) = lobby.sign_in(user).await;
    browser.set_cookie(SESSION, token.expose());
    browser
}

/// Is this person shown their apps?
pub async fn is_in(browser: &Browser) -> bool {
    browser.get("/").await.status == axum::http::StatusCode::OK
}

/// How often the audit log tells of this.
pub async fn told(lobby: &Lobby, action: Action) -> usize {
    lobby.events().await.iter().filter(|event| event.action == action).count()
}

/// The sign-in log, the newest first.
pub async fn sign_ins(lobby: &Lobby) -> Vec<SignIn> {
    let ask = PageAsk { size: 100, ..PageAsk::default() };
    let mut tx = lobby.services.store.read().await.unwrap();
    store::sign_ins::page(&mut tx, &ask, &[]).await.unwrap().items
}

/// The page that an answer leads to.
pub async fn follow(browser: &Browser, answer: &Answer) -> Answer {
    browser.get(answer.leads_to()).await
}
