//! Partner organizations, and the guests who are theirs.

use domain::event::Action;
use domain::id::PartnerId;
use domain::invitation::{LetterState, Verdict};
use domain::samples::origin;
use domain::time::Span;
use domain::user::{DeletedBy, User};
use services::invitations::{self, Inviting, NewInvitations};
use services::partners::{self, ShapeForm};
use services::people::{self, Show};
use services::testing::{Lobby, both};
use services::{Admin, PageAsk, UserAdmin, redemption};

use crate::{refusal, told};

const PRAXIS: &str = "praxis.example";

fn form(name: &str, domains: &str) -> ShapeForm {
    ShapeForm { name: name.to_owned(), domains: domains.to_owned(), invitations_allowed: true, ..ShapeForm::default() }
}

fn first() -> PageAsk {
    PageAsk { size: 50, ..PageAsk::default() }
}

async fn made(lobby: &Lobby, by: &Admin, form: ShapeForm) -> PartnerId {
    partners::create(&lobby.services, by, form.parse().unwrap()).await.unwrap()
}

async fn changed(lobby: &Lobby, by: &Admin, id: PartnerId, change: impl FnOnce(ShapeForm) -> ShapeForm) {
    let reader = by.viewer().clone().user_administrator().unwrap();
    let details = partners::get(&lobby.services, &reader, id).await.unwrap();
    let form = change(ShapeForm::of(&details.partner.value, details.sponsor.as_ref()));
    partners::edit(&lobby.services, by, id, form.parse().unwrap(), details.partner.version).await.unwrap();
}

async fn guests(lobby: &Lobby, by: &UserAdmin, id: PartnerId, show: Show) -> Vec<String> {
    let page = people::list(&lobby.services, by, show, Some(id), &first()).await.unwrap();
    page.items.iter().map(|listed| listed.user.shown_name().to_owned()).collect()
}

async fn organization(lobby: &Lobby, by: &UserAdmin, user: &User) -> Option<String> {
    people::get(&lobby.services, by, user.id).await.unwrap().partner.map(|partner| partner.name)
}

#[tokio::test]
async fn guests_are_shown_under_the_partner_whose_domain_they_have() {
    for lobby in both().await {
        let (admin, reader) = (lobby.admin().await, lobby.user_admin().await);
        let ada = lobby.guest("ada@praxis.example").await;
        lobby.member("colleague@praxis.example").await;
        lobby.guest("else@sub.praxis.example").await;
        let id = made(&lobby, &admin, form("Praxis Nord", "praxis.example\npraxis.test")).await;
        lobby.pending_guest("ben@praxis.test").await;
        assert_eq!(guests(&lobby, &reader, id, Show::Everyone).await, ["ada@praxis.example", "ben@praxis.test"]);
        assert_eq!(guests(&lobby, &reader, id, Show::Pending).await, ["ben@praxis.test"]);
        assert_eq!(guests(&lobby, &reader, id, Show::Guests).await.len(), 2);
        assert!(guests(&lobby, &reader, id, Show::WithRoles).await.is_empty());
        let everybody = people::list(&lobby.services, &reader, Show::Everyone, None, &first()).await.unwrap();
        let named = everybody.items.iter().filter(|listed| listed.partner.is_some()).count();
        assert_eq!(named, 2, "members and subdomains are of no partner");
        people::edit_own(
            &lobby.services,
            &lobby.viewer(ada.id).await,
            people::ProfileForm { name: "Ada".to_owned(), language: "en".to_owned(), ..Default::default() }
                .parse()
                .unwrap(),
        )
        .await
        .unwrap();
        assert_eq!(organization(&lobby, &reader, &ada).await.as_deref(), Some("Praxis Nord"));
        let details = partners::get(&lobby.services, &reader, id).await.unwrap();
        assert_eq!((details.guests, details.pending), (2, 1));
        let search = |word: &str| PageAsk { words: vec![word.to_owned()], ..first() };
        for (word, found) in [("praxis", 1), ("nord", 1), ("sued", 0)] {
            let page = partners::list(&lobby.services, &reader, false, &search(word)).await.unwrap();
            assert_eq!(page.items.len(), found, "{word}");
            assert!(page.items.iter().all(|listed| listed.counted.guests == 2));
        }
        assert!(partners::list(&lobby.services, &reader, true, &first()).await.unwrap().items.is_empty());
    }
}

#[tokio::test]
async fn a_partner_whose_domains_change_lets_guests_go_and_gets_others() {
    for lobby in both().await {
        let (admin, reader) = (lobby.admin().await, lobby.user_admin().await);
        lobby.guest("ada@praxis.example").await;
        lobby.guest("eva@labor.example").await;
        let id = made(&lobby, &admin, form("Praxis Nord", PRAXIS)).await;
        changed(&lobby, &admin, id, |form| ShapeForm { domains: "labor.example".to_owned(), ..form }).await;
        assert_eq!(guests(&lobby, &reader, id, Show::Everyone).await, ["eva@labor.example"]);
        let other = made(&lobby, &admin, form("Praxis Süd", PRAXIS)).await;
        assert_eq!(guests(&lobby, &reader, other, Show::Everyone).await, ["ada@praxis.example"]);
        assert_eq!(told(&lobby, Action::PartnerChanged).await, 1);
        let event = lobby.events().await.into_iter().find(|event| event.action == Action::PartnerChanged).unwrap();
        assert!(event.old.unwrap().contains(PRAXIS) && event.new.unwrap().contains("labor.example"));
    }
}

#[tokio::test]
async fn a_domain_is_one_partners_and_the_second_of_two_editors_is_told() {
    for lobby in both().await {
        let (admin, reader) = (lobby.admin().await, lobby.user_admin().await);
        let id = made(&lobby, &admin, form("Praxis Nord", PRAXIS)).await;
        let second = partners::create(&lobby.services, &admin, form("Other", PRAXIS).parse().unwrap()).await;
        match second {
            Err(services::Refusal::Invalid(problems)) => {
                assert_eq!(problems[0].code, "partner_domain_taken");
                assert_eq!(problems[0].fact.as_deref(), Some("praxis.example (Praxis Nord)"));
            }
            other => panic!("{other:?}"),
        }
        let shape = || form("Praxis Nord", "praxis.example\nnord.example").parse().unwrap();
        partners::edit(&lobby.services, &admin, id, shape(), 1).await.unwrap();
        assert_eq!(refusal(partners::edit(&lobby.services, &admin, id, shape(), 1).await), "conflict");
        assert_eq!(partners::get(&lobby.services, &reader, id).await.unwrap().partner.version, 2);
        let problems = form("", "gmail.com\nde").parse().unwrap_err();
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
        assert_eq!(codes, ["text_empty", "partner_domains_lines"]);
    }
}

#[tokio::test]
async fn guests_of_a_deleted_partner_go_on_without_one() {
    for lobby in both().await {
        let (admin, reader) = (lobby.admin().await, lobby.user_admin().await);
        let ada = lobby.guest("ada@praxis.example").await;
        let id = made(&lobby, &admin, form("Praxis Nord", PRAXIS)).await;
        let (partner, lost) = partners::losses(&lobby.services, &admin, id).await.unwrap();
        assert_eq!((partner.name.as_str(), lost), ("Praxis Nord", 1));
        partners::delete(&lobby.services, &admin, id).await.unwrap();
        assert_eq!(organization(&lobby, &reader, &ada).await, None);
        assert!(lobby.viewer(ada.id).await.user.may_enter(lobby.services.now()).is_ok());
        assert_eq!(refusal(partners::get(&lobby.services, &reader, id).await), "not_found");
        let event = &lobby.events().await[0];
        assert_eq!(event.action, Action::PartnerDeleted);
        assert!(event.old.as_ref().unwrap().contains("\"guests\":1"));
        made(&lobby, &admin, form("Praxis Nord", PRAXIS)).await;
    }
}

#[tokio::test]
async fn people_of_a_closed_partner_are_not_invited_and_cannot_accept_any_more() {
    for lobby in both().await {
        let (admin, owner) = (lobby.admin().await, lobby.group_with_owner().await);
        let id = made(&lobby, &admin, form("Praxis Nord", PRAXIS)).await;
        let ada = lobby.pending_guest("ada@praxis.example").await;
        let pending = lobby.invitation(owner.group().id, owner.viewer().user.id, &ada).await;
        let known = lobby.guest("known@praxis.example").await;
        let joining = lobby.invitation(lobby.group().await.id, owner.viewer().user.id, &known).await;
        let by = Inviting::to_group(&lobby.services, owner.clone()).unwrap();
        let ask = async |address: &str| {
            let lines = invitations::verdicts(&lobby.services, &by, address).await.unwrap();
            lines[0].verdict.clone()
        };
        assert_eq!(ask("new@praxis.example").await, Verdict::WillBeInvited);
        changed(&lobby, &admin, id, |form| ShapeForm { invitations_allowed: false, ..form }).await;
        let closed = Verdict::PartnerClosed { partner: "Praxis Nord".to_owned() };
        assert_eq!(ask("new@praxis.example").await, closed);
        assert_eq!(ask("known@praxis.example").await, Verdict::WillBeAdded);
        assert_eq!(ask("new@labor.example").await, Verdict::WillBeInvited);
        let sent = invitations::invite(&lobby.services, &by, NewInvitations::of("new@praxis.example", "en")).await;
        assert_eq!(sent.unwrap().lines[0].verdict, closed);
        let mut tx = lobby.services.store.begin().await.unwrap();
        let left = LetterState::Sent { at: lobby.services.now() };
        store::invitations::set_letter(&mut tx, pending.id, &left).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(refusal(invitations::resend(&lobby.services, &owner, pending.id).await), "partner_closed");
        let mut copied = NewInvitations::of("new@labor.example", "en");
        copied.cc = Some(domain::samples::address("boss@praxis.example"));
        assert_eq!(refusal(invitations::invite(&lobby.services, &by, copied).await), "cc: partner_closed");

        let accept = async |user: &User, invitation| {
            let proved = lobby.proved(user.address.as_str());
            redemption::accept(&lobby.services, &proved, &[invitation], origin(), lobby.correlation()).await
        };
        assert_eq!(refusal(accept(&ada, pending.id).await), "partner_closed");
        accept(&known, joining.id).await.unwrap();
        changed(&lobby, &admin, id, |form| ShapeForm { invitations_allowed: true, ..form }).await;
        accept(&ada, pending.id).await.unwrap();
    }
}

#[tokio::test]
async fn a_look_alike_of_a_partners_domain_is_confirmed() {
    for lobby in both().await {
        let (admin, owner) = (lobby.admin().await, lobby.group_with_owner().await);
        made(&lobby, &admin, form("Labor Kern", "labor.example")).await;
        let by = Inviting::to_group(&lobby.services, owner).unwrap();
        let list = "a@1abor.example, b@mail.1abor.example, c@labor.example, d@mail.labor.example, e@abor.example";
        let lines = invitations::verdicts(&lobby.services, &by, list).await.unwrap();
        let verdicts: Vec<Verdict> = lines.into_iter().map(|line| line.verdict).collect();
        let confirm = Verdict::Confirm { like: Some("labor.example".to_owned()) };
        let goes = Verdict::WillBeInvited;
        assert_eq!(verdicts, [confirm.clone(), confirm, goes.clone(), goes.clone(), goes]);
    }
}

#[tokio::test]
async fn the_default_sponsor_stands_by_new_guests_beside_their_inviter_while_able_to() {
    for lobby in both().await {
        let (admin, owner) = (lobby.admin().await, lobby.group_with_owner().await);
        let sponsor = lobby.member("sponsor@lindenhof.example").await;
        let sponsored = |address: &str| ShapeForm { sponsor: address.to_owned(), ..form("Praxis Nord", PRAXIS) };
        let unknown = sponsored("nobody@lindenhof.example").parse().unwrap();
        let refused = partners::create(&lobby.services, &admin, unknown).await;
        assert_eq!(refusal(refused), "sponsor: sponsor_unknown");
        let id = made(&lobby, &admin, sponsored("sponsor@lindenhof.example")).await;
        let by = Inviting::to_group(&lobby.services, owner.clone()).unwrap();
        let inviter = owner.viewer().user.id;
        let invited = async |address: &str| {
            let new = NewInvitations::of(address, "en");
            invitations::invite(&lobby.services, &by, new).await.unwrap();
            let mut tx = lobby.services.store.read().await.unwrap();
            let address = domain::samples::address(address);
            let user = store::users::by_address(&mut tx, &address).await.unwrap().unwrap().value.id;
            let sponsors = store::users::sponsors(&mut tx, user).await.unwrap();
            let mut ids: Vec<_> = sponsors.into_iter().map(|sponsor| sponsor.value.id).collect();
            ids.sort();
            ids
        };
        let both = |mut ids: [domain::id::UserId; 2]| {
            ids.sort();
            ids.to_vec()
        };
        assert_eq!(invited("one@praxis.example").await, both([inviter, sponsor.id]));
        assert_eq!(invited("one@labor.example").await, [inviter]);
        let people = lobby.user_admin().await;
        people::disable(&lobby.services, &people, sponsor.id).await.unwrap();
        assert_eq!(invited("two@praxis.example").await, [inviter]);
        let own = owner.viewer().user.address.to_string();
        changed(&lobby, &admin, id, |form| ShapeForm { sponsor: own, ..form }).await;
        assert_eq!(invited("three@praxis.example").await, [inviter]);
    }
}

#[tokio::test]
async fn an_erased_person_is_nobodys_default_sponsor_and_no_partners_guest() {
    for lobby in both().await {
        let (admin, reader) = (lobby.admin().await, lobby.user_admin().await);
        let now = lobby.services.now();
        let sponsor = lobby.member("sponsor@lindenhof.example").await;
        let sponsored = ShapeForm { sponsor: "sponsor@lindenhof.example".to_owned(), ..form("Praxis Nord", PRAXIS) };
        let id = made(&lobby, &admin, sponsored).await;
        lobby.person(domain::samples::guest("ada@praxis.example").delete(DeletedBy::Administrator, now).unwrap()).await;
        assert_eq!(guests(&lobby, &reader, id, Show::Deleted).await, ["ada@praxis.example"]);
        assert!(guests(&lobby, &reader, id, Show::Everyone).await.is_empty());
        people::delete(&lobby.services, &reader, sponsor.id).await.unwrap();
        lobby.clock.advance(Span::days(31));
        services::housekeeping::tick(&lobby.services).await.unwrap();
        let details = partners::get(&lobby.services, &reader, id).await.unwrap();
        assert!(details.sponsor.is_none() && details.partner.value.sponsor.is_none());
        assert!(guests(&lobby, &reader, id, Show::Deleted).await.is_empty());
    }
}

/// As if a guest was written while another transaction gave their domain to a partner.
#[tokio::test]
async fn a_guest_whom_a_partner_missed_is_filed_soon() {
    for lobby in both().await {
        let (admin, reader) = (lobby.admin().await, lobby.user_admin().await);
        lobby.guest("ada@praxis.example").await;
        let other = made(&lobby, &admin, form("Other", PRAXIS)).await;
        lobby.services.store.run("UPDATE users SET partner_id = NULL").await.unwrap();
        assert!(guests(&lobby, &reader, other, Show::Everyone).await.is_empty());
        services::housekeeping::tick(&lobby.services).await.unwrap();
        assert_eq!(guests(&lobby, &reader, other, Show::Everyone).await, ["ada@praxis.example"]);
    }
}

#[tokio::test]
async fn a_partners_guests_are_paged_by_name_and_by_last_sign_in() {
    for lobby in both().await {
        let (admin, reader) = (lobby.admin().await, lobby.user_admin().await);
        let id = made(&lobby, &admin, form("Praxis Nord", PRAXIS)).await;
        for number in 0..5_i64 {
            let guest = lobby.guest(&format!("guest{number}@praxis.example")).await;
            let mut tx = lobby.services.store.begin().await.unwrap();
            let at = lobby.services.now() - Span::days(number);
            store::users::signed_in(&mut tx, guest.id, at).await.unwrap();
            tx.commit().await.unwrap();
        }
        lobby.guest("guest9@labor.example").await;
        for (sort, expected) in [("name", ["0", "1", "2", "3", "4"]), ("last-sign-in", ["0", "1", "2", "3", "4"])] {
            let mut ask = PageAsk { size: 2, sort: sort.to_owned(), ..PageAsk::default() };
            let mut found = Vec::new();
            loop {
                let page = people::list(&lobby.services, &reader, Show::Active, Some(id), &ask).await.unwrap();
                assert_eq!(page.count, services::Count::Exactly(5));
                found.extend(page.items.iter().map(|listed| listed.user.address.local()[5..].to_owned()));
                let Some(next) = page.next else { break };
                ask.after = Some(next);
            }
            assert_eq!(found, expected, "{sort}");
        }
    }
}
