//! When the mail server refuses, hangs or is down, and when Lobby dies in the middle.

use domain::event::Action;
use domain::invitation::LetterState;
use domain::letter::{Lane, Letter};
use domain::samples::NOON;
use domain::time::Span;
use services::delivery::{deliver_due, run};
use services::mail::Mailer;
use services::{PageAsk, Refusal, letters};
use store::outbox::OutboxState;

use crate::post::{Lobby, MailServer, settings};

const WORDS: &str = "550 5.1.1 <no such mailbox> here";

#[tokio::test]
async fn a_refused_letter_is_stuck_with_the_servers_words_until_somebody_retries() {
    let mut server = MailServer::start();
    let lobby = Lobby::by(&server).await;
    let (ida, admin) = (lobby.ida().await, lobby.user_admin().await);
    let invitation = lobby.invitation("ada@praxis.example", &ida, |invitation| invitation).await;
    server.be("refuse");
    let letter = lobby.send(Lane::Single, Letter::Invitation { invitation: invitation.id }).await;
    assert_eq!(deliver_due(&lobby.services).await.unwrap(), 0);

    let refused = LetterState::Refused { at: NOON, words: WORDS.to_owned() };
    assert_eq!(lobby.stored(&invitation).await.letter, refused);
    let ask = PageAsk { size: 10, ..PageAsk::default() };
    let stuck = letters::list(&lobby.services, &admin, &ask, Some(OutboxState::Stuck), None).await.unwrap().items;
    assert_eq!((stuck[0].id, stuck[0].last_words.as_deref()), (letter, Some(WORDS)));
    let found = async |to: &str| {
        let to = domain::samples::address(to);
        letters::list(&lobby.services, &admin, &ask, None, Some(&to)).await.unwrap().items.len()
    };
    assert_eq!((found("Ada@praxis.example").await, found("ben@praxis.example").await), (1, 0));
    assert_eq!(letters::counts(&lobby.services, &admin).await.unwrap(), letters::Counts { waiting: 0, stuck: 1 });

    server.be("accept");
    lobby.clock.advance(Span::days(3));
    assert_eq!(deliver_due(&lobby.services).await.unwrap(), 0, "nothing helps it but a person");
    letters::retry(&lobby.services, &admin, letter).await.unwrap();
    assert_eq!(lobby.stored(&invitation).await.letter, LetterState::Waiting);
    assert_eq!(deliver_due(&lobby.services).await.unwrap(), 1);
    assert_eq!(lobby.opened_by(&server.letter().plain).await.unwrap().id, invitation.id);

    let again = letters::retry(&lobby.services, &admin, letter).await;
    assert!(matches!(again, Err(Refusal::Rule("letter_not_stuck"))), "{again:?}");
    let mut tx = lobby.services.store.read().await.unwrap();
    let events = store::audit::page(&mut tx, &ask, &[]).await.unwrap().items;
    assert_eq!(events.iter().map(|event| event.action).collect::<Vec<_>>(), [Action::LetterRetried]);
}

#[tokio::test]
async fn a_letter_that_nobody_answers_is_tried_again_and_not_lost() {
    let mut server = MailServer::start();
    let mut impatient = server.settings();
    impatient.timeout = std::time::Duration::from_millis(500);
    let lobby = Lobby::with(Mailer::smtp(impatient).unwrap()).await;
    let ida = lobby.ida().await;
    let invitation = lobby.invitation("ada@praxis.example", &ida, |invitation| invitation).await;
    server.be("stall");
    let letter = lobby.send(Lane::Single, Letter::Invitation { invitation: invitation.id }).await;
    assert_eq!(deliver_due(&lobby.services).await.unwrap(), 0);
    let waiting = lobby.outgoing(letter).await;
    assert_eq!((waiting.state, waiting.due_at), (OutboxState::Waiting, NOON + Span::seconds(10)));
    assert_eq!(waiting.last_words.as_deref(), Some("no answer within 0.5 seconds"));

    server.be("accept");
    lobby.clock.advance(Span::seconds(10));
    assert_eq!(deliver_due(&lobby.services).await.unwrap(), 1);
    assert_eq!(lobby.opened_by(&server.letter().plain).await.unwrap().id, invitation.id);
}

#[tokio::test]
async fn while_the_mail_server_is_down_letters_wait_longer_each_time_and_after_a_day_are_stuck() {
    // A port on which nobody listens: it was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let lobby = Lobby::with(Mailer::smtp(settings(port)).unwrap()).await;
    let ida = lobby.ida().await;
    let invitation = lobby.invitation("ada@praxis.example", &ida, |invitation| invitation).await;
    let letter = lobby.send(Lane::Single, Letter::Invitation { invitation: invitation.id }).await;
    let mut due = NOON;
    for wait in [10, 60, 300, 900, 3600, 3600] {
        assert_eq!(deliver_due(&lobby.services).await.unwrap(), 0);
        due = due + Span::seconds(wait);
        let waiting = lobby.outgoing(letter).await;
        assert_eq!((waiting.state, waiting.due_at), (OutboxState::Waiting, due));
        assert_eq!(deliver_due(&lobby.services).await.unwrap(), 0, "not before it is due");
        lobby.clock.advance(Span::seconds(wait));
    }
    for _ in 0..24 {
        deliver_due(&lobby.services).await.unwrap();
        lobby.clock.advance(Span::hours(1));
    }
    let stuck = lobby.outgoing(letter).await;
    assert_eq!(stuck.state, OutboxState::Stuck);
    assert!(stuck.last_words.unwrap().contains("refused"));
    assert!(matches!(lobby.stored(&invitation).await.letter, LetterState::Refused { .. }));
}

#[tokio::test]
async fn a_letter_leaves_when_the_mail_server_comes_back() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let lobby = Lobby::with(Mailer::smtp(settings(port)).unwrap()).await;
    let ida = lobby.ida().await;
    lobby.send(Lane::Single, Letter::Welcome { user: ida.id }).await;
    assert_eq!(deliver_due(&lobby.services).await.unwrap(), 0);
    let server = MailServer::start_with(&["--port", &port.to_string()]);
    lobby.clock.advance(Span::seconds(10));
    assert_eq!(deliver_due(&lobby.services).await.unwrap(), 1);
    assert_eq!(server.letter().to, ["ida@lindenhof.example"]);
}

#[tokio::test]
async fn attempts_that_surely_failed_cost_no_link_that_arrived() {
    let mut server = MailServer::start();
    let lobby = Lobby::by(&server).await;
    let ida = lobby.ida().await;
    let invitation = lobby.invitation("ada@praxis.example", &ida, |invitation| invitation).await;
    for _ in 0..2 {
        lobby.send(Lane::Single, Letter::Invitation { invitation: invitation.id }).await;
        lobby.clock.advance(Span::minutes(20));
    }
    assert_eq!(deliver_due(&lobby.services).await.unwrap(), 2);
    server.be("busy");
    lobby.send(Lane::Single, Letter::LostLink { invitation: invitation.id }).await;
    for _ in 0..6 {
        assert_eq!(deliver_due(&lobby.services).await.unwrap(), 0);
        lobby.clock.advance(Span::hours(1));
    }
    server.be("accept");
    assert_eq!(deliver_due(&lobby.services).await.unwrap(), 1);
    let letters = server.letters();
    assert_eq!(letters.len(), 3);
    for letter in letters {
        assert_eq!(lobby.opened_by(&letter.plain).await.map(|found| found.id), Some(invitation.id));
    }
}

#[test]
fn after_a_kill_between_sending_and_writing_it_down_a_second_letter_comes_and_both_links_work() {
    let mut server = MailServer::start();
    let outer = tokio::runtime::Runtime::new().unwrap();
    let lobby = outer.block_on(Lobby::by(&server));
    let ida = outer.block_on(lobby.ida());
    let invitation = outer.block_on(lobby.invitation("ada@praxis.example", &ida, |invitation| invitation));

    // The process that dies: the server keeps its letter, and its answer finds nobody.
    let dying = tokio::runtime::Runtime::new().unwrap();
    let doomed = dying.block_on(lobby.again(Mailer::smtp(server.settings()).unwrap()));
    server.be("swallow");
    outer.block_on(lobby.send(Lane::Single, Letter::Invitation { invitation: invitation.id }));
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    dying.spawn(run(doomed, stopped));
    outer.block_on(server.wait_for(1));
    dying.shutdown_background();

    server.be("accept");
    outer.block_on(async {
        assert_eq!(deliver_due(&lobby.services).await.unwrap(), 0, "it may still be in hand");
        lobby.clock.advance(Span::minutes(2));
        assert_eq!(deliver_due(&lobby.services).await.unwrap(), 1);
        let letters = server.letters();
        assert_eq!(letters.len(), 2);
        assert_ne!(letters[0].headers["message-id"], letters[1].headers["message-id"]);
        for letter in letters {
            assert_eq!(lobby.opened_by(&letter.plain).await.map(|found| found.id), Some(invitation.id));
        }
    });
}
