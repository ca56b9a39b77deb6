//! What arrives, and what is dropped because nothing is to be said any more.

use domain::invitation::{Invitation, LetterState};
use domain::letter::{Lane, Letter};
use domain::samples::{self, NOON, address};
use domain::text::{Label, Message};
use domain::time::{Span, Timestamp};
use domain::user::User;
use services::delivery::{deliver_due, run};
use services::mail::Mailer;
use store::outbox::OutboxState;

use crate::post::{Lobby, MailServer};

#[tokio::test]
async fn an_invitation_arrives_whole_and_its_link_opens_it() {
    let server = MailServer::start();
    let lobby = Lobby::by(&server).await;
    let ida = lobby.ida().await;
    let group = lobby.group("Practices", &["Records", "Rota"]).await;
    let change = |invitation| Invitation {
        group: Some(group),
        message: Message::parse("Grüße,\nsee you <soon>").ok(),
        cc: Some(address("office@praxis.example")),
        ..invitation
    };
    let invitation = lobby.invitation("Ada@praxis.example", &ida, change).await;
    let letter = lobby.send(Lane::Single, Letter::Invitation { invitation: invitation.id }).await;
    lobby.send(Lane::Single, Letter::InvitationCopy { invitation: invitation.id }).await;

    assert_eq!(deliver_due(&lobby.services).await.unwrap(), 2);

    let [kept, copy] = server.letters().try_into().unwrap();
    assert_eq!(kept.to, ["Ada@praxis.example"]);
    for (name, value) in [
        ("from", "Lindenhof <lobby@lindenhof.example>"),
        ("to", "Ada@praxis.example"),
        ("reply-to", "ida@lindenhof.example"),
        ("subject", "Ida Berg invited you to Lindenhof Clinics"),
        ("auto-submitted", "auto-generated"),
        ("mime-version", "1.0"),
    ] {
        assert_eq!(kept.headers.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(kept.headers["message-id"].ends_with("@lindenhof.example>"), "{:?}", kept.headers);
    assert!(kept.headers.contains_key("date") && !kept.headers.contains_key("cc"));
    assert!(kept.plain.contains("> Grüße,\n> see you <soon>") && kept.html.contains("see you &lt;soon&gt;"));
    assert!(kept.plain.contains("Opens: Records and Rota") && kept.html.contains("Records and Rota"));
    assert_eq!(lobby.opened_by(&kept.plain).await.unwrap().id, invitation.id);
    assert_eq!(lobby.stored(&invitation).await.letter, LetterState::Sent { at: NOON });

    assert_eq!(copy.to, ["office@praxis.example"]);
    assert!(!copy.plain.contains("/redeem/") && !copy.html.contains("/redeem/"));

    let sent = lobby.outgoing(letter).await;
    assert_eq!((sent.state, sent.recipient.as_deref()), (OutboxState::Sent, Some("Ada@praxis.example")));
    assert_eq!(deliver_due(&lobby.services).await.unwrap(), 0, "a letter leaves once");
}

#[tokio::test]
async fn no_name_in_a_letter_reads_as_a_link() {
    let server = MailServer::start();
    let lobby = Lobby::by(&server).await;
    let name = Some(Label::parse("Win at bank.example.com").unwrap());
    let mallory = lobby.person(User { name, ..samples::member("mallory@lindenhof.example") }).await;
    let group = lobby.group("Call 0800 123 456 789", &["https://evil.example.net"]).await;
    let change = |invitation| Invitation { group: Some(group), ..invitation };
    let invitation = lobby.invitation("ada@praxis.example", &mallory, change).await;
    lobby.send(Lane::Single, Letter::Invitation { invitation: invitation.id }).await;
    deliver_due(&lobby.services).await.unwrap();

    let kept = server.letter();
    assert_eq!(kept.headers["subject"], "mallory@lindenhof.example invited you to records.lindenhof.example");
    assert!(!kept.headers.contains_key("reply-to"), "who never signed in gets no answers");
    for text in ["bank.example.com", "0800", "evil.example.net"] {
        assert!(!kept.plain.contains(text) && !kept.html.contains(text), "{text}");
    }
}

#[tokio::test]
async fn nothing_leaves_about_a_closed_invitation_or_to_a_blocked_mailbox() {
    let server = MailServer::start();
    let lobby = Lobby::by(&server).await;
    let ida = lobby.ida().await;
    let open = lobby.invitation("ada@praxis.example", &ida, |invitation| invitation).await;
    let closed = lobby.invitation("bob@praxis.example", &ida, |invitation| invitation.decline(NOON).unwrap()).await;
    let late =
        lobby.invitation("cleo@praxis.example", &ida, |invitation| Invitation { expires_at: NOON, ..invitation }).await;
    lobby.block("ada+rota@praxis.example").await;
    for (invitation, why, state) in [
        (&open, "blocked", LetterState::NotSent),
        (&closed, "not_open", LetterState::Waiting),
        (&late, "not_open", LetterState::Waiting),
    ] {
        let letter = lobby.send(Lane::Single, Letter::Invitation { invitation: invitation.id }).await;
        assert_eq!(deliver_due(&lobby.services).await.unwrap(), 0);
        let dropped = lobby.outgoing(letter).await;
        assert_eq!((dropped.state, dropped.last_words.as_deref()), (OutboxState::Dropped, Some(why)));
        assert_eq!(lobby.stored(invitation).await.letter, state);
    }
    assert!(server.letters().is_empty());
}

#[tokio::test]
async fn people_who_are_known_get_their_letters_in_their_time_zone() {
    let lobby = Lobby::with(Mailer::Mailbox).await;
    let ida = lobby.ida().await;
    let zone = |user| User { time_zone: Some("Asia/Tokyo".to_owned()), ..user };
    let guest = lobby.person(zone(samples::guest("ada@praxis.example").accept(NOON))).await;
    let member = lobby.person(samples::member("new@lindenhof.example")).await;
    let group = lobby.group("Practices", &["Records"]).await;
    lobby.give(group, &guest, NOON + Span::days(10)).await;
    lobby.give(group, &member, Timestamp::NEVER).await;
    let expired = |invitation| Invitation { expires_at: NOON, group: Some(group), ..invitation };
    let expired = lobby.invitation("bob@praxis.example", &ida, expired).await;
    let mut tx = lobby.services.store.begin().await.unwrap();
    store::groups::add_owner(&mut tx, group, ida.id, ida.id, NOON).await.unwrap();
    let opened = store::groups::opens(&mut tx, group).await.unwrap();
    tx.commit().await.unwrap();
    for letter in [
        Letter::Added { group, user: guest.id, by: ida.id },
        Letter::Added { group, user: member.id, by: ida.id },
        Letter::Welcome { user: member.id },
        Letter::RenewalAsked { invitation: expired.id, to: ida.id },
        Letter::ApplicationAssigned { application: opened[0].id, group, to: ida.id },
        Letter::RenewalAsked { invitation: expired.id, to: member.id },
    ] {
        lobby.send(Lane::Single, letter).await;
    }
    assert_eq!(deliver_due(&lobby.services).await.unwrap(), 5, "who neither owns nor invited is not asked to renew");

    let mut tx = lobby.services.store.read().await.unwrap();
    let received = store::mailbox::newest(&mut tx).await.unwrap();
    let to = |subject: &str| {
        let found: Vec<_> = received.iter().filter(|letter| letter.subject == subject).collect();
        found.iter().map(|letter| (letter.recipient.as_str(), letter.plain.as_str())).collect::<Vec<_>>()
    };
    let added = to("Ida Berg added you to Records");
    let for_guest = added.iter().find(|(to, _)| *to == "ada@praxis.example").unwrap().1;
    assert!(for_guest.contains("Access: until 11 June 2026, 21:00 (Asia/Tokyo)"), "{for_guest}");
    let for_member = added.iter().find(|(to, _)| *to == "new@lindenhof.example").unwrap().1;
    assert!(for_member.contains("Access: without an end date"), "{for_member}");
    assert_eq!(to("Welcome to Lindenhof Clinics")[0].0, "new@lindenhof.example");
    assert_eq!(to("The invitation of bob@praxis.example has ended: renew it?")[0].0, "ida@lindenhof.example");
    assert!(to("Records was added to Practices")[0].1.contains("One guest of it gains the application."));
}

#[tokio::test]
async fn the_worker_hears_the_bell_and_ends_when_told() {
    let server = MailServer::start();
    let lobby = Lobby::by(&server).await;
    let member = lobby.person(samples::member("new@lindenhof.example")).await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let worker = tokio::spawn(run(lobby.services.clone(), stopped));
    lobby.send(Lane::Bulk, Letter::Welcome { user: member.id }).await;
    server.wait_for(1).await;
    stop.send(true).unwrap();
    tokio::time::timeout(std::time::Duration::from_secs(5), worker).await.unwrap().unwrap();
    lobby.send(Lane::Bulk, Letter::Welcome { user: member.id }).await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    assert_eq!(server.letters().len(), 1, "a stopped worker sends nothing");
}
