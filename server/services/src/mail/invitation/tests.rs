#![allow(clippy::unwrap_used, reason = "test values")]

use super::*;
use crate::mail::House;
use domain::samples::{NOON, address};
use domain::settings::Accent;

fn house() -> House {
    House {
        name: "Lindenhof Clinics".to_owned(),
        url: "https://lobby.lindenhof.example".to_owned(),
        host: "lobby.lindenhof.example".to_owned(),
        accent: Accent::default(),
        privacy_contact: Some(address("privacy@lindenhof.example")),
        privacy_statement: Some("https://lindenhof.example/privacy?a=1&b=2".to_owned()),
    }
}

fn facts() -> InvitationFacts {
    InvitationFacts {
        house: house(),
        inviter: Person::new(Some("Ida Berg"), &address("ida@lindenhof.example")),
        inviter_is_proved: true,
        to: address("ada@praxis.example"),
        group: Some("Referring practices".to_owned()),
        applications: vec!["Records".to_owned(), "Rota".to_owned(), "Images".to_owned()],
        landing: None,
        message: Some(Message::parse("Hello Ada,\n<b>see</b> you & yours").unwrap()),
        cc: Some(address("office@praxis.example")),
        stay_days: Some(90),
        expires_at: NOON,
        zone: Zone::parse("Europe/Berlin").unwrap(),
    }
}

#[test]
fn the_letter_begins_with_a_caution_and_says_who_to_what_and_until_when() {
    let letter = render_invitation(&facts(), "TOKEN");
    assert_eq!(letter.subject, "Ida Berg invited you to Lindenhof Clinics");
    assert!(letter.plain.starts_with(words::CAUTION));
    for part in [
        "Invited by: Ida Berg, ida@lindenhof.example",
        "Organization: Lindenhof Clinics",
        "Opens: Records, Rota and Images",
        "Access: 90 days from when you accept",
        "Answer by: 1 June 2026, 14:00 (Europe/Berlin)",
        "A copy went to: office@praxis.example",
        "> Hello Ada,\n> <b>see</b> you & yours",
        "View invitation (opens lobby.lindenhof.example):\nhttps://lobby.lindenhof.example/redeem/TOKEN",
        "https://lobby.lindenhof.example/redeem/TOKEN#decline",
        "https://lindenhof.example/privacy?a=1&b=2",
        "privacy@lindenhof.example",
    ] {
        assert!(letter.plain.contains(part), "{part} in\n{}", letter.plain);
    }
    assert_eq!(letter.reply_to, Some(address("ida@lindenhof.example")));
}

#[test]
fn one_application_is_named_in_the_subject() {
    let one = InvitationFacts { applications: vec!["Records".to_owned()], ..facts() };
    assert_eq!(render_invitation(&one, "T").subject, "Ida Berg invited you to Records");
    let landing = InvitationFacts { landing: Some("Rota".to_owned()), ..facts() };
    assert_eq!(render_invitation(&landing, "T").subject, "Ida Berg invited you to Rota");
}

#[test]
fn what_people_wrote_stays_text_in_html() {
    let hostile = InvitationFacts { group: Some("\"><img src=x>".to_owned()), applications: Vec::new(), ..facts() };
    let letter = render_invitation(&hostile, "T");
    assert!(letter.html.contains("&lt;b&gt;see&lt;/b&gt; you &amp; yours"));
    assert!(letter.html.contains("&quot;&gt;&lt;img src=x&gt;"));
    assert!(!letter.html.contains("<img") && !letter.html.contains("<b>"));
}

#[test]
fn a_name_that_reads_as_a_link_gives_way_to_the_address() {
    for name in ["bank.example.com", "Call 0800 123 456 789", "https://evil.example", &"x".repeat(65)] {
        let inviter = Person::new(Some(name), &address("ida@lindenhof.example"));
        let letter = render_invitation(&InvitationFacts { inviter, ..facts() }, "T");
        assert!(letter.subject.starts_with("ida@lindenhof.example invited you"), "{}", letter.subject);
        assert!(!letter.html.contains(name) && !letter.plain.contains(name), "{name}");
    }
}

#[test]
fn answers_go_to_an_inviter_only_whose_address_is_proved() {
    assert_eq!(render_invitation(&InvitationFacts { inviter_is_proved: false, ..facts() }, "T").reply_to, None);
}

#[test]
fn the_copy_has_no_link_to_the_invitation_and_no_button() {
    let copy = render_copy(&facts(), &address("office@praxis.example"));
    assert_eq!(copy.to, address("office@praxis.example"));
    assert_eq!(copy.subject, "Copy: Ida Berg invited ada@praxis.example to Lindenhof Clinics");
    for part in [&copy.html, &copy.plain] {
        assert!(!part.contains("/redeem/") && !part.contains(words::VIEW_INVITATION), "{part}");
        assert!(part.contains("Hello Ada,"));
    }
}

#[test]
fn a_lost_link_carries_link_and_decline_like_the_first_letter() {
    let letter = render_lost_link(&facts(), "NEW");
    assert_eq!(letter.subject, "Your link to Lindenhof Clinics");
    assert!(letter.html.contains("/redeem/NEW\"") && letter.html.contains("/redeem/NEW#decline\""));
}
