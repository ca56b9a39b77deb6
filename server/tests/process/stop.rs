//! SIGTERM: nobody new is let in, what is under way is finished, and the end is a good one.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use domain::letter::Letter;
use services::testing::mail_server::MailServer;
use store::outbox::OutboxState;

use crate::house::{House, Running, everything, wait};
use crate::person::Person;

/// Until nobody listens any more.
fn is_stopping(house: &House, running: &Running) {
    running.tell_to_stop();
    wait("the closed door", || TcpStream::connect(("127.0.0.1", house.port)).is_err());
}

#[test]
fn a_stop_finishes_the_request_under_way() {
    let house = House::with(&MailServer::start());
    let mut running = house.serve();
    let admin = house.administrator();
    let body = b"form%5Bname%5D=Slowly+typed&form%5Bowners_manage%5D=true".to_vec();
    let begun = admin.begin("POST", "/fn/groups/create", "application/x-www-form-urlencoded", body).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    is_stopping(&house, &running);
    std::thread::sleep(Duration::from_millis(300));
    assert!(!running.has_ended(), "somebody is still being answered");
    let answer = begun.finish().unwrap();
    assert!(answer.status == 302 && answer.leads_to().ends_with("?done=created"), "{answer:?}");
    assert_eq!(running.end().code(), Some(0), "{}", house.log());
    let groups = house.ask(async |store| {
        let mut tx = store.read().await.unwrap();
        store::groups::page(&mut tx, &everything(), &[]).await.unwrap().items
    });
    assert_eq!(groups.len(), 1, "what was answered is kept");
}

#[test]
fn a_stop_finishes_the_letter_in_hand_and_leaves_the_others_for_later() {
    let mut mail = MailServer::start();
    let house = House::with(&mail);
    let mut running = house.serve();
    let mut admin = house.administrator();
    // About the factor that they have just added.
    wait("the administrator's own letter", || mail.letters().len() == 1);
    let group = admin.post("/fn/groups/create", &[("form[name]", "Practices"), ("form[owners_manage]", "true")]);
    let group = group.leads_to().split(['/', '?']).nth(3).unwrap().to_owned();
    mail.be("hold");
    let list = ("form[list]", "ada@praxis.example, eva@praxis.example");
    admin.post("/fn/invitations/send", &[("form[group]", group.as_str()), list]);
    wait("the first letter", || mail.letters().len() == 2);
    is_stopping(&house, &running);
    std::thread::sleep(Duration::from_millis(300));
    assert!(!running.has_ended(), "a letter is in hand");
    mail.be("accept");
    assert_eq!(running.end().code(), Some(0), "{}", house.log());
    assert_eq!(mail.letters().len(), 2);
    let states = house.ask(async |store| {
        let mut tx = store.read().await.unwrap();
        let letters = store::outbox::page(&mut tx, &everything(), &[]).await.unwrap().items;
        let invited = letters.into_iter().rev().filter(|letter| matches!(letter.letter, Letter::Invitation { .. }));
        invited.map(|letter| (letter.state, letter.attempts)).collect::<Vec<_>>()
    });
    assert_eq!(states, [(OutboxState::Sent, 1), (OutboxState::Waiting, 0)]);
    let _again = house.serve();
    wait("the other letter", || mail.letters().len() == 3);
}

#[test]
fn with_nothing_under_way_a_stop_takes_no_time() {
    let house = House::with(&MailServer::start());
    let running = house.serve();
    let idle = TcpStream::connect(("127.0.0.1", house.port)).unwrap();
    Person::new(house.port).get("/signin");
    let began = Instant::now();
    running.tell_to_stop();
    assert_eq!(running.end().code(), Some(0), "{}", house.log());
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    drop(idle);
}
