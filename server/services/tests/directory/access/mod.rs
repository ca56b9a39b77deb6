//! Conditional access as its administrators write it and as people meet it.

mod asked;
mod guards;
mod written;

use domain::access::PolicyState;
use domain::id::{AppId, LocationId, PolicyId, TermsId};
use services::access::form::PolicyForm;
use services::access::parts::{LocationForm, TermsForm, TextForm};
use services::access::{locations, policies, terms};
use services::testing::Lobby;
use services::{PolicyAdmin, Reader, Verb};

pub async fn policy_admin(lobby: &Lobby) -> PolicyAdmin {
    lobby.admin().await.viewer().clone().policy_administrator().unwrap()
}

fn reader(by: &PolicyAdmin) -> Reader {
    by.viewer().clone().reader().unwrap()
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

/// On, for all guests in one application, and a block.
fn block(name: &str, app: AppId) -> PolicyForm {
    PolicyForm {
        name: name.to_owned(),
        state: "on".to_owned(),
        users: words(&["guests"]),
        applications: vec![format!("app:{app}")],
        grant: "block".to_owned(),
        ..PolicyForm::empty()
    }
}

/// On, and blocks on this platform whoever comes to Lobby itself.
fn lobby_from(name: &str, users: &[&str], platform: &str) -> PolicyForm {
    PolicyForm {
        name: name.to_owned(),
        state: "on".to_owned(),
        users: words(users),
        applications: words(&["lobby"]),
        platform_rule: "some".to_owned(),
        platforms: words(&[platform]),
        grant: "block".to_owned(),
        ..PolicyForm::empty()
    }
}

async fn made(lobby: &Lobby, by: &PolicyAdmin, form: PolicyForm) -> Verb<PolicyId> {
    let policy = form.read(&lobby.services, by, None).await?;
    policies::create(&lobby.services, by, policy).await
}

async fn switch(lobby: &Lobby, by: &PolicyAdmin, id: PolicyId, state: PolicyState) -> Verb<()> {
    let version = policies::get(&lobby.services, &reader(by), id).await?.version;
    policies::switch(&lobby.services, by, id, state, version).await
}

fn text(text: &str, days: &str) -> TermsForm {
    let texts = vec![TextForm { language: "en".to_owned(), text: text.to_owned() }];
    TermsForm { name: "House rules".to_owned(), texts, days: days.to_owned(), ..TermsForm::default() }
}

async fn written(lobby: &Lobby, by: &PolicyAdmin, form: TermsForm) -> TermsId {
    terms::create(&lobby.services, by, form.parse(&lobby.services, None).unwrap()).await.unwrap()
}

async fn location(lobby: &Lobby, by: &PolicyAdmin, name: &str, trusted: bool) -> LocationId {
    let form = LocationForm {
        name: name.to_owned(),
        kind: "ranges".to_owned(),
        ranges: "192.0.2.0/24".to_owned(),
        trusted,
        ..LocationForm::default()
    };
    locations::create(&lobby.services, by, form.parse(&lobby.services, None).unwrap()).await.unwrap()
}
