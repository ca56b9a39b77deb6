//! Passkeys, told on both engines with a device of our own: adding, signing in, proving again, and what is refused.

#![allow(clippy::unwrap_used, reason = "a test may end here")]

use domain::event::{Action, SignInResult};
use domain::factor::ENROLMENT;
use domain::id::{CeremonyId, PasskeyId, UserId};
use domain::letter::{AccountChange, Letter};
use domain::passcode::Purpose;
use domain::passkey::{CEREMONY, MOST};
use domain::samples;
use domain::session::{Method, Origin, Session};
use domain::text::EmailAddress;
use domain::time::Span;
use serde_json::Value;
use services::access::form::PolicyForm;
use services::factors::passes;
use services::signin::{Asked, Caller, Opened};
use services::testing::{Device, Lobby, ORIGIN, both};
use services::{Refusal, Secret, Verb, Viewer, passkeys, people, sessions};
use store::Engine;

/// As long as a mailbox carries other ways where nobody set it otherwise.
const MAILBOX_WORD: Span = Span::days(30);

/// A browser with its cookie, in front of one Lobby.
struct Browser<'a> {
    lobby: &'a Lobby,
    cookie: Secret,
    origin: Origin,
}

impl<'a> Browser<'a> {
    fn new(lobby: &'a Lobby) -> Self {
        Self { lobby, cookie: Secret::random(), origin: samples::origin() }
    }

    fn caller(&self) -> Caller<'_> {
        let correlation = self.lobby.correlation();
        Caller { browser: &self.cookie, device: None, origin: &self.origin, correlation }
    }

    async fn add(&self, viewer: &Viewer, device: &mut Device, name: &str) -> Verb<PasskeyId> {
        let challenge = passkeys::begin_adding(&self.lobby.services, viewer, &self.caller()).await?;
        let answer = device.make(&challenge.options);
        let added =
            passkeys::add(&self.lobby.services, viewer, &self.caller(), challenge.ceremony, answer, name).await?;
        Ok(added.id)
    }

    /// A challenge, and what the device says to it.
    async fn answer(&self, device: &mut Device) -> (CeremonyId, Value) {
        let challenge = passkeys::begin_sign_in(&self.lobby.services, &self.caller()).await.unwrap();
        (challenge.ceremony, device.sign(&challenge.options))
    }

    async fn bring(&self, ceremony: CeremonyId, answer: Value) -> Verb<Session> {
        let asked = Asked::default();
        match passkeys::sign_in(&self.lobby.services, &self.caller(), ceremony, answer, asked).await? {
            Opened::Session { session, .. } => Ok(*session),
            _ => panic!("a passkey opens a session or nothing"),
        }
    }

    async fn sign_in(&self, device: &mut Device) -> Verb<Session> {
        let (ceremony, answer) = self.answer(device).await;
        self.bring(ceremony, answer).await
    }

    /// The viewer under the token that a proof by this device gives.
    async fn prove(&self, viewer: &Viewer, device: &mut Device) -> Verb<Viewer> {
        let services = &self.lobby.services;
        let challenge = passkeys::begin_proof(services, viewer, &self.caller()).await?;
        let answer = device.sign(&challenge.options);
        let token = passkeys::prove_again(services, viewer, &self.caller(), challenge.ceremony, answer).await?;
        let again = sessions::viewer(services, &token, self.origin.clone(), self.lobby.correlation()).await?;
        Ok(again.unwrap())
    }
}

#[track_caller]
fn refusal<T>(verb: Verb<T>) -> &'static str {
    verb.err().as_ref().map(Refusal::code).unwrap()
}

/// Somebody who may enrol a factor: by a pass.
async fn newcomer(lobby: &Lobby, user: UserId) -> Viewer {
    let viewer = lobby.viewer(user).await;
    let pass = passes::give(&lobby.services, &lobby.user_admin().await, user).await;
    passes::use_up(&lobby.services, &viewer, pass.unwrap().expose()).await.unwrap();
    viewer
}

/// A guest who has just come in, and added the device.
async fn guest_with(lobby: &Lobby, device: &mut Device) -> Viewer {
    let guest = lobby.guest("ada@praxis.example").await;
    lobby.anchor(&guest).await;
    let viewer = lobby.viewer(guest.id).await;
    Browser::new(lobby).add(&viewer, device, "Telephone").await.unwrap();
    viewer
}

#[tokio::test]
async fn a_passkey_that_was_added_signs_its_person_in() {
    for lobby in both().await {
        let mut device = Device::new();
        let viewer = guest_with(&lobby, &mut device).await;
        let change = AccountChange::PasskeyAdded;
        assert_eq!(lobby.letters().await[0].letter, Letter::AccountChanged { user: viewer.user.id, change });
        assert_eq!(lobby.events().await[0].action, Action::PasskeyAdded);
        lobby.clock.advance(Span::days(2));
        let session = Browser::new(&lobby).sign_in(&mut device).await.unwrap();
        assert_eq!((session.user, session.methods.as_slice()), (viewer.user.id, &[Method::Passkey][..]));
        let admin = lobby.user_admin().await;
        let person = people::get(&lobby.services, &admin, viewer.user.id).await.unwrap();
        assert_eq!(person.passkeys[0].name.as_str(), "Telephone");
        assert_eq!(person.passkeys[0].last_used_at, Some(lobby.services.now()));
    }
}

#[tokio::test]
async fn what_the_browser_is_asked_makes_a_key_that_is_found_and_verifies_its_person() {
    let lobby = Lobby::open(Engine::Sqlite).await;
    let mut device = Device::new();
    let viewer = guest_with(&lobby, &mut device).await;
    let browser = Browser::new(&lobby);
    let viewer = browser.prove(&viewer, &mut device).await.unwrap();
    let challenge = passkeys::begin_adding(&lobby.services, &viewer, &browser.caller()).await.unwrap();
    let asked = &challenge.options["publicKey"];
    assert_eq!(asked["rp"]["id"], "lobby.lindenhof.example");
    assert_eq!(asked["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(asked["excludeCredentials"].as_array().unwrap().len(), 1);
    let challenge = passkeys::begin_sign_in(&lobby.services, &browser.caller()).await.unwrap();
    assert_eq!(challenge.options["publicKey"]["userVerification"], "required");
    assert_eq!(challenge.options["publicKey"]["allowCredentials"], Value::Array(Vec::new()));
    assert!(challenge.options.get("mediation").is_none());
}

#[tokio::test]
async fn an_answer_counts_once_in_the_browser_that_was_asked_and_not_too_late() {
    for lobby in both().await {
        let mut device = Device::new();
        guest_with(&lobby, &mut device).await;
        let (browser, foreign) = (Browser::new(&lobby), Browser::new(&lobby));
        let (ceremony, answer) = browser.answer(&mut device).await;
        assert_eq!(refusal(foreign.bring(ceremony, answer.clone()).await), "passkey_late");
        browser.bring(ceremony, answer.clone()).await.unwrap();
        assert_eq!(refusal(browser.bring(ceremony, answer).await), "passkey_late");
        let (ceremony, answer) = browser.answer(&mut device).await;
        lobby.clock.advance(CEREMONY);
        assert_eq!(refusal(browser.bring(ceremony, answer).await), "passkey_late");
        let (_, answer) = browser.answer(&mut device).await;
        let (other, _) = browser.answer(&mut device).await;
        assert_eq!(refusal(browser.bring(other, answer).await), "passkey_refused");
    }
}

#[tokio::test]
async fn what_is_not_signed_here_by_a_device_that_knows_its_person_is_refused() {
    for lobby in both().await {
        let mut device = Device::new();
        let viewer = guest_with(&lobby, &mut device).await;
        let browser = Browser::new(&lobby);
        device.origin = "https://lobby.lindenhof.example.evil.example";
        assert_eq!(refusal(browser.sign_in(&mut device).await), "passkey_refused");
        device.origin = ORIGIN;
        device.verifies = false;
        assert_eq!(refusal(browser.sign_in(&mut device).await), "passkey_refused");
        device.verifies = true;
        let user = std::mem::replace(&mut device.user, "AAAAAAAAAAAAAAAAAAAAAA".to_owned());
        assert_eq!(refusal(browser.sign_in(&mut device).await), "passkey_unknown");
        device.user = user;
        assert_eq!(refusal(browser.sign_in(&mut Device::new()).await), "passkey_unknown");
        browser.sign_in(&mut device).await.unwrap();
        device.counter = 0;
        assert_eq!(refusal(browser.sign_in(&mut device).await), "passkey_copied");
        let mut tx = lobby.services.store.read().await.unwrap();
        let rows =
            store::sign_ins::page(&mut tx, &store::PageAsk { size: 50, ..Default::default() }, &[]).await.unwrap();
        let failed = rows.items.iter().filter(|row| row.user == viewer.user.id && row.result == SignInResult::Failed);
        let reasons: Vec<_> = failed.map(|row| row.reason.as_deref().unwrap()).collect();
        assert_eq!(reasons, ["passkey_copied", "passkey_refused", "passkey_refused"]);
    }
}

#[tokio::test]
async fn a_guests_passkey_signs_in_only_while_their_anchors_word_holds() {
    for lobby in both().await {
        let mut device = Device::new();
        let viewer = guest_with(&lobby, &mut device).await;
        let browser = Browser::new(&lobby);
        lobby.clock.advance(Span(MAILBOX_WORD.0 - 1));
        browser.sign_in(&mut device).await.unwrap();
        lobby.clock.advance(Span(1));
        assert_eq!(refusal(browser.sign_in(&mut device).await), "anchor_silent");
        let mut tx = lobby.services.store.begin().await.unwrap();
        let anchor = store::identities::anchor(&mut tx, viewer.user.id).await.unwrap().unwrap();
        store::identities::spoke(&mut tx, &anchor, lobby.services.now()).await.unwrap();
        tx.commit().await.unwrap();
        browser.sign_in(&mut device).await.unwrap();
        people::disable(&lobby.services, &lobby.user_admin().await, viewer.user.id).await.unwrap();
        assert_eq!(refusal(browser.sign_in(&mut device).await), "user_disabled");

        let member = lobby.member("ida@lindenhof.example").await;
        lobby.anchor(&member).await;
        let mut device = Device::new();
        browser.add(&newcomer(&lobby, member.id).await, &mut device, "Laptop").await.unwrap();
        lobby.clock.advance(MAILBOX_WORD);
        browser.sign_in(&mut device).await.unwrap();
    }
}

#[tokio::test]
async fn how_long_an_anchors_word_holds_is_the_organizations_to_set() {
    for lobby in both().await {
        let mut device = Device::new();
        guest_with(&lobby, &mut device).await;
        let browser = Browser::new(&lobby);
        lobby.collaborate(|settings| settings.mailbox_word_days = 2).await;
        lobby.clock.advance(Span(Span::days(2).0 - 1));
        browser.sign_in(&mut device).await.unwrap();
        lobby.clock.advance(Span(1));
        assert_eq!(refusal(browser.sign_in(&mut device).await), "anchor_silent");
        // In force at once, and for those who came before it.
        lobby.collaborate(|settings| settings.mailbox_word_days = 90).await;
        browser.sign_in(&mut device).await.unwrap();
    }
}

#[tokio::test]
async fn once_there_is_a_passkey_only_a_passkey_opens_the_way_to_change_any() {
    for lobby in both().await {
        let mut device = Device::new();
        let viewer = guest_with(&lobby, &mut device).await;
        let browser = Browser::new(&lobby);
        let first = passkeys::list(&lobby.services, &viewer).await.unwrap()[0].id;
        assert_eq!(refusal(browser.add(&viewer, &mut Device::new(), "Laptop").await), "factor_wanted");
        assert_eq!(refusal(passkeys::remove(&lobby.services, &viewer, first).await), "factor_wanted");
        let mut foreign = Device::new();
        let bo = lobby.member("bo@lindenhof.example").await;
        let bo = newcomer(&lobby, bo.id).await;
        let theirs = browser.add(&bo, &mut foreign, "Laptop").await.unwrap();
        assert_eq!(refusal(browser.prove(&viewer, &mut foreign).await), "passkey_unknown");
        let viewer = browser.prove(&viewer, &mut device).await.unwrap();
        assert_eq!(refusal(passkeys::rename(&lobby.services, &viewer, theirs, "Mine").await), "not_found");
        assert_eq!(refusal(passkeys::remove(&lobby.services, &viewer, theirs).await), "not_found");
        browser.add(&viewer, &mut Device::new(), "Laptop").await.unwrap();
        passkeys::rename(&lobby.services, &viewer, first, "  Old telephone ").await.unwrap();
        let names = passkeys::list(&lobby.services, &viewer).await.unwrap();
        assert_eq!(names.iter().map(|key| key.name.as_str()).collect::<Vec<_>>(), ["Old telephone", "Laptop"]);
        lobby.viewer(viewer.user.id).await;
        passkeys::remove(&lobby.services, &viewer, first).await.unwrap();
        assert_eq!(sessions::list(&lobby.services, &viewer).await.unwrap().len(), 1, "the others have ended");
        assert_eq!(lobby.events().await[0].action, Action::PasskeyRemoved);
        assert_eq!(refusal(browser.sign_in(&mut device).await), "passkey_unknown");
        lobby.clock.advance(Span::minutes(5));
        let left = passkeys::list(&lobby.services, &viewer).await.unwrap()[0].id;
        assert_eq!(refusal(passkeys::remove(&lobby.services, &viewer, left).await), "factor_wanted");
    }
}

#[tokio::test]
async fn a_first_passkey_is_not_added_long_after_and_nobody_has_more_than_ten() {
    for lobby in both().await {
        let (guest, browser) = (lobby.guest("ada@praxis.example").await, Browser::new(&lobby));
        lobby.anchor(&guest).await;
        let viewer = lobby.viewer(guest.id).await;
        lobby.clock.advance(ENROLMENT);
        assert_eq!(refusal(browser.add(&viewer, &mut Device::new(), "Late").await), "pass_wanted");
        let again = lobby.viewer(guest.id).await;
        assert_eq!(refusal(browser.add(&again, &mut Device::new(), "By a code").await), "pass_wanted");
        let mut viewer = newcomer(&lobby, guest.id).await;
        let mut device = Device::new();
        assert_eq!(refusal(browser.add(&viewer, &mut device, " ").await), "invalid");
        browser.add(&viewer, &mut device, "One").await.unwrap();
        viewer = browser.prove(&viewer, &mut device).await.unwrap();
        for number in 1..MOST {
            browser.add(&viewer, &mut Device::new(), &format!("Key {number}")).await.unwrap();
        }
        assert_eq!(refusal(browser.add(&viewer, &mut Device::new(), "Eleven").await), "passkeys_most");
        let bo = lobby.member("bo@lindenhof.example").await;
        assert_eq!(refusal(browser.add(&newcomer(&lobby, bo.id).await, &mut device, "Mine").await), "passkey_taken");
    }
}

#[tokio::test]
async fn where_lobby_has_no_name_there_are_no_passkeys() {
    let numbered = |parts: &mut services::Parts| parts.public_url = "https://192.0.2.7".parse().unwrap();
    let lobby = Lobby::open_with(Engine::Sqlite, numbered).await;
    assert!(!passkeys::offered(&lobby.services));
    let browser = Browser::new(&lobby);
    assert_eq!(refusal(passkeys::begin_sign_in(&lobby.services, &browser.caller()).await), "passkeys_off");
}

/// Asks for a code to sign in by this mailbox, and has it be this one.
async fn code_for(browser: &Browser<'_>, address: &EmailAddress, code: &str) {
    let (services, asked) = (&browser.lobby.services, Asked::default());
    services::signin::ask(services, &browser.caller(), Purpose::SignIn, address, &asked).await.unwrap();
    sent(browser, Purpose::SignIn, code).await;
}

/// The code that was asked for in this browser is this one, and has been sent.
async fn sent(browser: &Browser<'_>, purpose: Purpose, code: &str) {
    let services = &browser.lobby.services;
    let mut tx = services.store.begin().await.unwrap();
    let asked = store::passcodes::newest(&mut tx, &browser.cookie.digest(), purpose).await.unwrap().unwrap();
    let id = asked.value.id;
    let digest = services.key.digest("passcode", &[&id.to_string(), code]);
    store::passcodes::minted(&mut tx, id, &digest).await.unwrap();
    store::passcodes::sent(&mut tx, id, services.now()).await.unwrap();
    tx.commit().await.unwrap();
}

/// The attempts at a break-glass account that Administrators were written of, the newest first: why each failed.
async fn alarms(lobby: &Lobby, to: domain::id::UserId) -> Vec<Option<String>> {
    let mut tx = lobby.services.store.read().await.unwrap();
    let mut reasons = Vec::new();
    for letter in lobby.letters().await {
        match letter.letter {
            Letter::BreakGlass { attempt, to: one } if one == to => {
                reasons.push(store::sign_ins::get(&mut tx, attempt).await.unwrap().unwrap().reason);
            }
            _ => {}
        }
    }
    reasons
}

#[tokio::test]
async fn a_break_glass_account_comes_in_by_a_passkey_alone_and_every_try_is_told_and_mailed() {
    for mut lobby in both().await {
        let glass = lobby.admin().await.viewer().user.clone();
        lobby.name_break_glass(glass.id);
        let other = lobby.admin().await.viewer().user.id;
        lobby.anchor(&glass).await;
        let (_, mut device) = lobby.passkey(glass.id).await;
        let browser = Browser::new(&lobby);
        let services = &lobby.services;
        browser.sign_in(&mut device).await.unwrap();
        device.origin = "https://lobby.lindenhof.example.evil.example";
        assert_eq!(refusal(browser.sign_in(&mut device).await), "passkey_refused");

        // A code for its mailbox: a wrong one, then the right one.
        code_for(&browser, &glass.address, "12345678").await;
        let typed = async |code| services::signin::sign_in(services, &browser.caller(), code).await;
        assert_eq!(refusal(typed("87654321").await), "code_wrong");
        assert_eq!(refusal(typed("12345678").await), "break_glass_passkey");

        let tried = [Some("break_glass_passkey"), Some("code_wrong"), Some("passkey_refused"), None];
        let tried = tried.map(|reason| reason.map(str::to_owned));
        assert_eq!(alarms(&lobby, other).await, tried);
        assert_eq!(alarms(&lobby, glass.id).await, tried, "whoever holds it hears of it too");
        let events = lobby.events().await;
        assert_eq!(events.iter().filter(|event| event.action == Action::BreakGlassUsed).count(), 4);
    }
}

#[tokio::test]
async fn a_break_glass_account_that_comes_in_past_a_policy_is_told_of_as_having_come_in() {
    for mut lobby in both().await {
        let glass = lobby.admin().await.viewer().user.clone();
        lobby.name_break_glass(glass.id);
        lobby.anchor(&glass).await;
        let (services, by) = (&lobby.services, lobby.policy_admin().await);
        let form = PolicyForm {
            name: "Nobody".to_owned(),
            state: "on".to_owned(),
            users: vec!["all".to_owned()],
            applications: vec!["lobby".to_owned()],
            grant: "block".to_owned(),
            ..PolicyForm::empty()
        };
        lobby.slip_in(form.read(services, &by, None).await.unwrap()).await;
        let (_, mut device) = lobby.passkey(glass.id).await;
        Browser::new(&lobby).sign_in(&mut device).await.unwrap();
        assert_eq!(alarms(&lobby, glass.id).await, [None]);
        let came = store::sign_ins::last_of(&mut services.store.read().await.unwrap(), glass.id).await.unwrap();
        assert_eq!(came.len(), 1, "it has come in, and counts as tried");
    }
}

#[tokio::test]
async fn a_break_glass_account_proves_by_a_passkey_alone() {
    for mut lobby in both().await {
        let glass = lobby.admin().await.viewer().user.clone();
        lobby.name_break_glass(glass.id);
        let (services, browser) = (&lobby.services, Browser::new(&lobby));
        let viewer = lobby.viewer(glass.id).await;
        services::signin::ask_again(services, &viewer, &browser.caller()).await.unwrap();
        sent(&browser, Purpose::ProveAgain, "12345678").await;
        let proved = services::signin::prove_again(services, &viewer, &browser.caller(), "12345678").await;
        assert_eq!(refusal(proved), "break_glass_passkey");
    }
}

#[tokio::test]
async fn a_flood_of_tries_at_a_break_glass_account_is_told_and_floods_no_mailbox() {
    for mut lobby in both().await {
        let glass = lobby.admin().await.viewer().user.clone();
        lobby.name_break_glass(glass.id);
        let browser = Browser::new(&lobby);
        for _ in 0..5 {
            code_for(&browser, &glass.address, "12345678").await;
            // What follows the fifth could not have been right.
            for _ in 0..8 {
                services::signin::sign_in(&lobby.services, &browser.caller(), "87654321").await.err().unwrap();
            }
        }
        assert_eq!(alarms(&lobby, glass.id).await.len(), 20);
        lobby.anchor(&glass).await;
        browser.sign_in(&mut lobby.passkey(glass.id).await.1).await.unwrap();
        let told = alarms(&lobby, glass.id).await;
        assert_eq!((told.len(), &told[0]), (21, &None), "whoever comes in is told of, whatever happened before");
        let count = async |action| lobby.events().await.iter().filter(|event| event.action == action).count();
        assert_eq!(count(Action::BreakGlassUsed).await, 26);
        assert_eq!(count(Action::LimitHit).await, 5);
    }
}
