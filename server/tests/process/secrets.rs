//! What was secret in a run stands neither in its logs nor in its database.

use services::testing::code_in;
use services::testing::mail_server::MailServer;

use crate::house::{House, files, wait};
use crate::person::Person;

const ADA: &str = "ada@praxis.example";

/// The newest letter to somebody, once there are so many of them.
fn letter(mail: &MailServer, to: &str, number: usize) -> String {
    let mut found = Vec::new();
    wait("a letter", || {
        found = mail.letters().into_iter().filter(|letter| letter.to == [to]).collect();
        found.len() >= number
    });
    found.pop().unwrap().plain
}

fn token_in(letter: &str) -> String {
    letter.split_once("/redeem/").unwrap().1.chars().take(43).collect()
}

/// Somebody is invited, comes in, goes wrong at every turn, and leaves; all that was secret on the way.
fn story(house: &House, mail: &MailServer) -> Vec<String> {
    let first = house.first_link();
    let mut admin = house.enter(&first);
    let group = admin.post("/fn/groups/create", &[("form[name]", "Practices"), ("form[owners_manage]", "true")]);
    let group = group.leads_to().split(['/', '?']).nth(3).unwrap().to_owned();
    admin.post("/fn/invitations/send", &[("form[group]", group.as_str()), ("form[list]", ADA)]);
    let token = token_in(&letter(mail, ADA, 1));
    let mut guest = Person::new(house.port);
    guest.get(&format!("/redeem/{token}"));
    guest.post("/fn/invitation/code", &[("token", &token)]);
    let code = code_in(&letter(mail, ADA, 2)).unwrap();
    let mut secrets = vec![first, token.clone(), code.clone()];
    secrets.extend(guest.cookies.values().cloned());
    let wrong = if code == "12345678" { "87654321" } else { "12345678" };
    guest.post("/fn/sign-in/code", &[("form[code]", wrong)]);
    guest.get(&format!("/redeem/{token}x?token={token}"));
    // Nobody reads it: it may not even be taken.
    let _ = guest.try_post(&format!("/redeem/{token}"), &[("token", &token)]);
    guest.post("/fn/first-administrator/enter", &[("token", &token)]);
    guest.post("/fn/sign-in/code", &[("form[code][]", &code)]);
    assert_eq!(guest.post("/fn/sign-in/code", &[("form[code]", &code)]).leads_to(), "/consent");
    let page = guest.get("/consent").body;
    let (_, after) = page.split_once("name=\"form[invitations][]\"").unwrap();
    let invitation = after.split_once("value=\"").unwrap().1.split('"').next().unwrap().to_owned();
    assert_eq!(guest.post("/fn/invitation/accept", &[("form[invitations][]", &invitation)]).leads_to(), "/");
    assert_eq!(guest.get("/").status, 200);
    for person in [&guest, &admin] {
        assert!(person.cookies.len() >= 3, "{:?}", person.cookies.keys());
        secrets.extend(person.cookies.values().cloned());
    }
    guest.post("/fn/sign-out", &[]);
    secrets.retain(|secret| !secret.is_empty());
    secrets
}

#[test]
fn a_run_at_its_most_talkative_keeps_its_secrets() {
    for format in ["text", "json"] {
        let mail = MailServer::start();
        let mut house = House::with(&mail);
        house.settings.push(("LOBBY_LOG_LEVEL", "debug".to_owned()));
        house.settings.push(("LOBBY_LOG_FORMAT", format.to_owned()));
        let running = house.serve();
        let secrets = story(&house, &mail);
        assert!(secrets.len() >= 10, "{}", secrets.len());
        running.tell_to_stop();
        assert_eq!(running.end().code(), Some(0));

        let log = house.log();
        for told in ["listening", "answered", "/redeem/{token}", "a letter left", "stopping"] {
            assert!(log.contains(told), "{format}: the log does not say {told}:\n{log}");
        }
        if format == "json" {
            for line in log.lines().filter(|line| line.starts_with('{')) {
                serde_json::from_str::<serde_json::Value>(line).unwrap();
            }
            assert!(log.contains("{\"timestamp\""), "{log}");
        }
        let database = files(house.folder.path(), "lobby.db");
        assert!(database.windows(ADA.len()).any(|part| part == ADA.as_bytes()), "the search finds what is there");
        for secret in &secrets {
            assert!(!log.contains(secret.as_str()), "{format}: {secret} is in the log:\n{log}");
            assert!(
                !database.windows(secret.len()).any(|part| part == secret.as_bytes()),
                "{secret} is in the database"
            );
        }
    }
}
