//! One-time codes: who gets one, until when, and that a list does not delay them.

use domain::letter::{Lane, Letter};
use domain::passcode::{Purpose, QUEUE};
use domain::samples::{self, NOON};
use domain::time::Span;
use domain::user::{DeletedBy, User};
use services::delivery::{deliver_due, run};
use services::mail::Mailer;
use services::testing::code_in;
use store::outbox::OutboxState;

use crate::post::{Lobby, MailServer, settings, token_in};

#[tokio::test]
async fn a_code_goes_to_the_stored_address_of_somebody_known_and_lives_from_then_on() {
    let server = MailServer::start();
    let lobby = Lobby::by(&server).await;
    lobby.person(samples::guest("Ada@praxis.example").accept(NOON)).await;
    let (challenge, _) = lobby.ask_code("aDA@PRAXIS.example", Purpose::SignIn).await;
    lobby.clock.advance(Span::minutes(3));
    assert_eq!(deliver_due(&lobby.services).await.unwrap(), 1);

    let kept = server.letter();
    assert_eq!(kept.to, ["Ada@praxis.example"]);
    let code = code_in(&kept.plain).unwrap();
    assert!(!kept.headers["subject"].contains(&code), "the subject is read over shoulders");
    let mut tx = lobby.services.store.read().await.unwrap();
    let stored = store::passcodes::get(&mut tx, challenge).await.unwrap().unwrap().value;
    assert_eq!(stored.code.sent_at, Some(NOON + Span::minutes(3)));
    assert_eq!(stored.digest, Some(lobby.services.key.digest("passcode", &[&challenge.to_string(), &code])));
}

#[tokio::test]
async fn nobody_else_gets_a_code() {
    let server = MailServer::start();
    let lobby = Lobby::by(&server).await;
    let ida = lobby.ida().await;
    lobby.person(samples::guest("pending@praxis.example")).await;
    lobby.person(samples::member("disabled@lindenhof.example").disable().unwrap()).await;
    let gone = samples::guest("gone@praxis.example").accept(NOON).delete(DeletedBy::Themselves, NOON).unwrap();
    lobby.person(gone).await;
    lobby.person(User { ends_at: Some(NOON), ..samples::guest("ended@praxis.example").accept(NOON) }).await;
    lobby.invitation("declined@praxis.example", &ida, |invitation| invitation.decline(NOON).unwrap()).await;
    for nobody in [
        "stranger@praxis.example",
        "pending@praxis.example",
        "disabled@lindenhof.example",
        "gone@praxis.example",
        "ended@praxis.example",
        "declined@praxis.example",
    ] {
        let (challenge, letter) = lobby.ask_code(nobody, Purpose::SignIn).await;
        assert_eq!(deliver_due(&lobby.services).await.unwrap(), 0, "{nobody}");
        let dropped = lobby.outgoing(letter).await;
        assert_eq!((dropped.state, dropped.last_words.as_deref()), (OutboxState::Dropped, Some("unknown_address")));
        let mut tx = lobby.services.store.read().await.unwrap();
        let stored = store::passcodes::get(&mut tx, challenge).await.unwrap().unwrap().value;
        assert_eq!((stored.digest, stored.code.sent_at), (None, Some(NOON)), "tries fail as at a real one: {nobody}");
    }
    assert!(server.letters().is_empty());
}

#[tokio::test]
async fn while_the_mail_server_is_down_known_and_unknown_wait_alike() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let lobby = Lobby::with(Mailer::smtp(settings(port)).unwrap()).await;
    lobby.ida().await;
    let mut seen = Vec::new();
    for who in ["ida@lindenhof.example", "stranger@praxis.example"] {
        let (challenge, letter) = lobby.ask_code(who, Purpose::SignIn).await;
        deliver_due(&lobby.services).await.unwrap();
        let mut tx = lobby.services.store.read().await.unwrap();
        let stored = store::passcodes::get(&mut tx, challenge).await.unwrap().unwrap().value;
        let waiting = lobby.outgoing(letter).await;
        seen.push((stored.digest, stored.code, waiting.state, waiting.due_at, waiting.last_words));
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn whoever_is_invited_gets_a_code_and_a_block_does_not_stop_it() {
    let server = MailServer::start();
    let lobby = Lobby::by(&server).await;
    let ida = lobby.ida().await;
    lobby.invitation("ada@praxis.example", &ida, |invitation| invitation).await;
    lobby.block("ada@praxis.example").await;
    lobby.block("stranger@praxis.example").await;
    for (who, purpose, letters) in [
        ("ada@praxis.example", Purpose::SignIn, 1),
        ("stranger@praxis.example", Purpose::LiftBlock, 1),
        ("stranger@praxis.example", Purpose::SignIn, 0),
        ("ida@lindenhof.example", Purpose::LiftBlock, 0),
    ] {
        lobby.ask_code(who, purpose).await;
        assert_eq!(deliver_due(&lobby.services).await.unwrap(), letters, "{who} {purpose}");
    }
}

#[tokio::test]
async fn a_code_that_waited_half_an_hour_does_not_leave() {
    let mut server = MailServer::start();
    let lobby = Lobby::by(&server).await;
    lobby.ida().await;
    server.be("busy");
    let (_, letter) = lobby.ask_code("ida@lindenhof.example", Purpose::ProveAgain).await;
    assert_eq!(deliver_due(&lobby.services).await.unwrap(), 0);
    assert_eq!(lobby.outgoing(letter).await.state, OutboxState::Waiting);
    server.be("accept");
    lobby.clock.advance(QUEUE);
    assert_eq!(deliver_due(&lobby.services).await.unwrap(), 0);
    let dropped = lobby.outgoing(letter).await;
    assert_eq!((dropped.state, dropped.last_words.as_deref()), (OutboxState::Dropped, Some("too_late")));
    assert!(server.letters().is_empty());
}

#[tokio::test]
async fn a_list_that_hangs_does_not_hold_up_a_code() {
    let mut server = MailServer::start();
    let lobby = Lobby::by(&server).await;
    let ida = lobby.ida().await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let worker = tokio::spawn(run(lobby.services.clone(), stopped));
    server.be("swallow");
    lobby.send(Lane::Bulk, Letter::Welcome { user: ida.id }).await;
    server.wait_for(1).await;
    server.be("accept");
    lobby.ask_code("ida@lindenhof.example", Purpose::SignIn).await;
    server.wait_for(2).await;
    let letters = server.letters();
    assert!(letters[1].plain.contains("Your code to sign in"));
    assert_ne!(letters[0].connection, letters[1].connection);
    stop.send(true).unwrap();
    worker.await.unwrap();
}

#[tokio::test]
async fn one_connection_takes_many_letters() {
    let server = MailServer::start();
    let lobby = Lobby::by(&server).await;
    let ida = lobby.ida().await;
    for _ in 0..3 {
        lobby.send(Lane::Bulk, Letter::Welcome { user: ida.id }).await;
    }
    assert_eq!(deliver_due(&lobby.services).await.unwrap(), 3);
    let letters = server.letters();
    assert!(letters.iter().all(|letter| letter.connection == letters[0].connection));
}

#[tokio::test]
async fn no_link_and_no_code_lies_on_the_disk() {
    let server = MailServer::start();
    let lobby = Lobby::by(&server).await;
    let ida = lobby.ida().await;
    let invitation = lobby.invitation("ada@praxis.example", &ida, |invitation| invitation).await;
    lobby.send(Lane::Single, Letter::Invitation { invitation: invitation.id }).await;
    lobby.ask_code("ada@praxis.example", Purpose::SignIn).await;
    assert_eq!(deliver_due(&lobby.services).await.unwrap(), 2);
    let [code, link] = server.letters().try_into().unwrap();
    let disk = lobby.on_disk();
    let has = |text: &str| disk.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(has("ada@praxis.example"), "the search finds what is there");
    assert!(!has(&token_in(&link.plain)) && !has(&code_in(&code.plain).unwrap()));
}
