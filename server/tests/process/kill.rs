//! A kill in the middle of work: what was confirmed is kept, and every letter comes.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::samples::NOON;
use domain::time::Timestamp;
use services::testing::mail_server::MailServer;
use store::outbox::OutboxState;

use crate::house::{House, everything, wait};
use crate::person::Person;

const HANDS: usize = 4;
/// Invitations of one form.
const AT_ONCE: usize = 3;
/// The kill comes after so many forms were confirmed.
const ENOUGH: usize = 25;

/// The addresses of each form that was sent, and whether its answer came.
type Sent = Vec<(Vec<String>, bool)>;

/// Several hands send one form after the other until nobody answers; `meanwhile` knows how many forms were confirmed.
fn burst(admin: &Person, group: &str, meanwhile: impl FnOnce(&AtomicUsize)) -> Sent {
    let (sent, confirmed) = (Mutex::new(Sent::new()), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for hand in 0..HANDS {
            let (sent, confirmed) = (&sent, &confirmed);
            scope.spawn(move || {
                for form in 0.. {
                    let list: Vec<String> =
                        (0..AT_ONCE).map(|n| format!("guest-{hand}-{form}-{n}@praxis.example")).collect();
                    let fields = [("form[group]", group), ("form[list]", &list.join("\n"))];
                    let answer = admin.try_post("/fn/invitations/send", &fields);
                    let went = answer.as_ref().is_ok_and(|answer| answer.leads_to().contains("?sent="));
                    assert!(went || answer.is_err(), "{answer:?}");
                    sent.lock().unwrap().push((list, went));
                    if !went {
                        return;
                    }
                    confirmed.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        meanwhile(&confirmed);
    });
    sent.into_inner().unwrap()
}

/// The addresses that are invited.
fn invited(house: &House) -> BTreeSet<String> {
    house.ask(async |store| {
        let mut tx = store.read().await.unwrap();
        let users = store::users::page(&mut tx, &everything(), &[]).await.unwrap().items;
        users
            .into_iter()
            .map(|user| user.value)
            .filter(|user| user.is_guest())
            .map(|user| user.address.to_string())
            .collect()
    })
}

/// A letter that was in somebody's hand waits two minutes, lest two send it: here they have passed.
fn let_leases_end(house: &House) {
    house.ask(async |store| {
        let mut tx = store.begin().await.unwrap();
        let letters = store::outbox::page(&mut tx, &everything(), &[]).await.unwrap().items;
        for letter in letters.iter().filter(|letter| letter.state == OutboxState::Waiting && letter.attempts > 0) {
            store::outbox::again(&mut tx, letter.id, "killed", Timestamp(NOON.0 - 1)).await.unwrap();
        }
        tx.commit().await.unwrap();
    });
}

#[test]
fn what_was_confirmed_outlives_a_kill_and_every_letter_comes() {
    let mut mail = MailServer::start();
    let house = House::with(&mail);
    let running = house.serve();
    let mut admin = house.administrator();
    let form = [("form[name]", "Practices"), ("form[owners_manage]", "true")];
    let group = admin.post("/fn/groups/create", &form).leads_to().split(['/', '?']).nth(3).unwrap().to_owned();

    // Some letters have left, one is in hand, the others wait.
    let sent = burst(&admin, &group, |confirmed| {
        wait("invitations", || confirmed.load(Ordering::SeqCst) >= ENOUGH / 2);
        mail.be("hold");
        wait("more of them", || confirmed.load(Ordering::SeqCst) >= ENOUGH);
        running.kill();
    });
    let confirmed = sent.iter().filter(|(_, went)| *went).count();
    assert!(confirmed >= ENOUGH, "{confirmed}");
    let kept = invited(&house);
    for (list, went) in &sent {
        let there = list.iter().filter(|address| kept.contains(*address)).count();
        assert!(there == AT_ONCE || there == 0, "a form is kept whole or not at all: {list:?}");
        assert!(!went || there == AT_ONCE, "confirmed and lost: {list:?}");
    }
    assert!(mail.letters().len() < kept.len(), "the kill came while letters waited");
    mail.be("accept");
    let_leases_end(&house);
    let _running = house.serve();
    let invitations = || mail.letters().into_iter().filter(|letter| letter.plain.contains("/redeem/"));
    let arrived = || -> BTreeSet<String> { invitations().flat_map(|letter| letter.to).collect() };
    wait("the letters", || arrived().len() >= kept.len());
    assert_eq!(arrived(), kept, "a letter for each, and for nobody else");
    assert_eq!(admin.get("/admin/letters").status, 200, "whoever was signed in still is");
    let token =
        invitations().next().unwrap().plain.split_once("/redeem/").unwrap().1.chars().take(43).collect::<String>();
    assert_eq!(Person::new(house.port).get(&format!("/redeem/{token}")).status, 200, "a link sent before opens");
}
