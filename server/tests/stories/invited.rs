//! From an owner's form to the guest's apps page, and every way on which an invitation ends.

use axum::http::StatusCode;
use domain::event::{Action, SignInResult};
use domain::invitation::Invitation;
use domain::session::{Method, Platform};
use domain::time::Span;
use services::testing::{self, Lobby, code_in};
use services::{invitations, redemption};
use store::Stored;

use crate::browser::{Answer, Browser, link_in};
use crate::{BROWSER, SESSION, follow, is_in, sign_ins, signed_in, told};

const ADA: &str = "ada@praxis.example";

/// The path of the link in the letter that invites.
async fn link_to(lobby: &Lobby, address: &str) -> String {
    let letter = lobby.letter_to(address).await.unwrap();
    link_in(&letter, "/redeem/").split('#').next().unwrap().to_owned()
}

fn token(path: &str) -> &str {
    path.strip_prefix("/redeem/").unwrap()
}

/// Proves the address that a link names; the answer to the code.
async fn prove(lobby: &Lobby, browser: &Browser, path: &str) -> Answer {
    browser.post("/fn/invitation/code", &[("token", token(path))]).await;
    let code = lobby.code_to(ADA).await;
    browser.post("/fn/sign-in/code", &[("form[code]", &code)]).await
}

#[tokio::test]
async fn an_owner_invites_a_guest_who_comes_in_launches_and_leaves() {
    for lobby in testing::both().await {
        lobby
            .organize(|house| house.privacy_contact = Some(domain::samples::address("privacy@lindenhof.example")))
            .await;
        let owner = lobby.group_with_owner().await;
        let group = owner.group().id;
        let application = lobby.application().await;
        lobby.assign(application.id, group).await;

        let at_work = signed_in(&lobby, owner.viewer().user.id).await;
        let list = format!("Ada Nord <{ADA}>");
        let form = [("form[group]", &*group.to_string()), ("form[list]", &list), ("form[message]", "See you inside.")];
        let sent = follow(&at_work, &at_work.post("/fn/invitations/send", &form).await).await;
        assert!(sent.says("1 was invited"), "{}", sent.words());

        let browser = Browser::new(&lobby);
        let path = link_to(&lobby, ADA).await;
        let page = browser.get(&path).await;
        for words in [application.name.as_str(), "See you inside.", ADA, owner.viewer().user.address.as_str()] {
            assert!(page.says(words), "{words} in {}", page.words());
        }
        let answer = prove(&lobby, &browser, &path).await;
        assert_eq!(answer.leads_to(), "/consent");
        assert!(!browser.is_signed_in(), "nothing is shared before consent");
        let consent = follow(&browser, &answer).await;
        assert!(consent.says("Shared with") && consent.says("privacy@lindenhof.example"), "{}", consent.words());
        let id = consent.field("form[invitations][]");
        let answer = browser.post("/fn/invitation/accept", &[("form[invitations][]", &id)]).await;
        assert_eq!(answer.leads_to(), "/");
        assert!(follow(&browser, &answer).await.says(application.name.as_str()));

        let launched = browser.get(&format!("/launch/{}", application.id)).await;
        assert_eq!(launched.leads_to(), application.launch_url.as_str());
        launch_is_recorded(&lobby, application.id).await;

        assert!(browser.get("/account/leave").await.says(owner.group().name.as_str()), "it names what is lost");
        let left = follow(&browser, &browser.post("/fn/account/leave", &[]).await).await;
        assert!(left.says("You have left. Your access has ended.") && !browser.is_signed_in(), "{}", left.words());
        assert_eq!(told(&lobby, Action::UserLeft).await, 1);
    }
}

async fn launch_is_recorded(lobby: &Lobby, application: domain::id::AppId) {
    let all = sign_ins(lobby).await;
    let launch = all.iter().find(|sign_in| sign_in.application == Some(application)).unwrap();
    assert_eq!(launch.result, SignInResult::Success);
    let facts = launch.facts.as_ref().unwrap();
    assert_eq!(facts.origin.address, Some("192.0.2.7".parse().unwrap()));
    assert_eq!((facts.origin.platform, facts.methods.as_slice()), (Platform::Linux, &[Method::Otp][..]));
    assert_eq!(facts.groups.len(), 1, "the groups of this moment");
    assert!(all.iter().any(|sign_in| sign_in.application.is_none()), "the sign-in to Lobby is recorded too");
}

#[tokio::test]
async fn opening_a_link_changes_nothing() {
    for lobby in testing::both().await {
        let (invitation, path) = pending(&lobby).await;
        let before = (lobby.events().await.len(), lobby.letters().await.len());
        for _ in 0..3 {
            let scanner = Browser::new(&lobby);
            let page = scanner.get(&path).await;
            assert_eq!((page.status, page.header("cache-control")), (StatusCode::OK, "no-store"));
            assert_eq!(scanner.get("/consent").await.leads_to(), "/signin?to=%2Fconsent");
        }
        assert_eq!((lobby.events().await.len(), lobby.letters().await.len()), before);
        assert_eq!(lobby.invitation_now(invitation.id).await, invitation);
    }
}

/// A pending invitation, and the path of its link.
async fn pending(lobby: &Lobby) -> (Invitation, String) {
    let owner = lobby.group_with_owner().await;
    let by = invitations::Inviting::to_group(&lobby.services, owner).unwrap();
    invitations::invite(&lobby.services, &by, invitations::NewInvitations::of(ADA, "en")).await.unwrap();
    let path = link_to(lobby, ADA).await;
    let opened = redemption::look(&lobby.services, &services::Secret::given(token(&path))).await.unwrap();
    (opened.invitation, path)
}

#[tokio::test]
async fn a_link_that_opens_nothing_any_more_says_why() {
    for lobby in testing::both().await {
        let browser = Browser::new(&lobby);
        let (_, expired) = pending(&lobby).await;
        lobby.clock.advance(Span::days(30));
        says(&browser, &expired, "This invitation ended on 1 July 2026").await;

        let (revoked, path) = pending(&lobby).await;
        invitations::revoke(&lobby.services, &lobby.user_admin().await, revoked.id).await.unwrap();
        says(&browser, &path, "This invitation was withdrawn on 1 July 2026").await;

        let (void, path) = pending(&lobby).await;
        invitations::void_links(&lobby.services, &lobby.user_admin().await, void.id).await.unwrap();
        says(&browser, &path, "This link is void. Ask for another one.").await;

        let (_, path) = pending(&lobby).await;
        let answer = prove(&lobby, &browser, &path).await;
        let consent = follow(&browser, &answer).await;
        let ids = consent.text().matches("form[invitations][]").count();
        assert_eq!(ids, 2, "the voided one is pending still, and its address is proved: {}", consent.words());
        let id = consent.field("form[invitations][]");
        browser.post("/fn/invitation/accept", &[("form[invitations][]", &id)]).await;
        let stranger = Browser::new(&lobby);
        says(&stranger, "/redeem/never-was", "This does not exist, or you may not see it.").await;
    }
}

async fn says(browser: &Browser, path: &str, words: &str) {
    let page = browser.get(path).await;
    assert!(page.says(words) && page.status.is_client_error(), "{} {}", page.status, page.words());
    assert!(page.says(page.header("x-request-id")), "the page shows the request's id");
    // The button that the page had before it was closed says the same.
    let page = follow(browser, &browser.post("/fn/invitation/code", &[("token", token(path))]).await).await;
    assert!(page.says(words), "{}", page.words());
}

#[tokio::test]
async fn what_was_accepted_is_not_accepted_twice() {
    for lobby in testing::both().await {
        let (invitation, path) = pending(&lobby).await;
        let (first, second) = (Browser::new(&lobby), Browser::new(&lobby));
        prove(&lobby, &first, &path).await;
        prove(&lobby, &second, &path).await;
        let form = [("form[invitations][]", &*invitation.id.to_string())];
        assert_eq!(first.post("/fn/invitation/accept", &form).await.leads_to(), "/");
        let page = follow(&second, &second.post("/fn/invitation/accept", &form).await).await;
        assert!(page.says("This invitation was accepted on 1 June 2026"), "{}", page.words());
        assert!(!second.is_signed_in());
        says(&Browser::new(&lobby), &path, "Sign in to go on.").await;
        assert_eq!(told(&lobby, Action::InvitationAccepted).await, 1);
    }
}

#[tokio::test]
async fn declining_and_blocking_need_no_sign_in() {
    for lobby in testing::both().await {
        let browser = Browser::new(&lobby);
        let (_, path) = pending(&lobby).await;
        let page = follow(&browser, &browser.post("/fn/invitation/decline", &[("token", token(&path))]).await).await;
        assert!(page.says("You have declined. Nobody has been told why."), "{}", page.words());
        says(&browser, &path, "This invitation was declined on 1 June 2026").await;
        let page = follow(&browser, &browser.post("/fn/invitation/block", &[("token", token(&path))]).await).await;
        assert!(page.says("this mailbox takes no more invitations from here"), "{}", page.words());

        browser.post("/fn/block/ask", &[("form[address]", ADA)]).await;
        let code = lobby.code_to(ADA).await;
        let page = follow(&browser, &browser.post("/fn/block/lift", &[("form[code]", &code)]).await).await;
        assert!(page.says("The block is lifted."), "{}", page.words());
        assert_eq!(told(&lobby, Action::BlockLifted).await, 1);
    }
}

#[tokio::test]
async fn whoever_is_signed_in_as_somebody_else_is_shown_both_and_accepts_nothing() {
    for lobby in testing::both().await {
        let (invitation, path) = pending(&lobby).await;
        let other = lobby.guest("other@praxis.example").await;
        let browser = signed_in(&lobby, other.id).await;
        let page = browser.get(&path).await;
        assert!(page.says("You are signed in as other@praxis.example, but the invitation is for ada@praxis.example"));
        let form = [("form[invitations][]", &*invitation.id.to_string())];
        let answer = browser.post("/fn/invitation/accept", &form).await;
        assert_eq!(answer.leads_to(), "/signin");
        assert_eq!(lobby.invitation_now(invitation.id).await, invitation);
        let session = browser.cookie(SESSION);
        prove(&lobby, &browser, &path).await;
        browser.post("/fn/invitation/accept", &form).await;
        assert_ne!(browser.cookie(SESSION), session);
        assert!(browser.get("/account").await.says(ADA) && is_in(&browser).await);
        assert!(browser.cookie(BROWSER).is_some());
    }
}

#[tokio::test]
async fn a_domain_that_was_closed_since_is_refused_at_consent_with_the_reason() {
    for lobby in testing::both().await {
        let (invitation, path) = pending(&lobby).await;
        let browser = Browser::new(&lobby);
        prove(&lobby, &browser, &path).await;
        let closed = domain::text::DomainList::parse("praxis.example").unwrap();
        lobby.collaborate(|settings| settings.domains = domain::text::DomainRules::Deny(closed)).await;
        let form = [("form[invitations][]", &*invitation.id.to_string())];
        let page = follow(&browser, &browser.post("/fn/invitation/accept", &form).await).await;
        assert!(page.says("do not allow invitations to this domain"), "{}", page.words());
        assert!(!browser.is_signed_in());
        let Stored { value: user, .. } = lobby.user(invitation.user).await;
        assert!(user.may_enter(lobby.services.now()).is_err());
    }
}

#[tokio::test]
async fn an_invitation_opened_in_another_account_is_added_to_it_by_a_code_from_the_invited_mailbox() {
    for lobby in testing::both().await {
        let (invitation, path) = pending(&lobby).await;
        let own = lobby.guest("ada@home.example").await;
        let browser = signed_in(&lobby, own.id).await;
        let page = browser.get(&path).await;
        assert!(page.says("You are signed in as ada@home.example, but the invitation is for"), "{}", page.words());
        assert!(page.says("Add this invitation to ada@home.example"), "{}", page.words());
        let asked = browser.post("/fn/invitation/add-ask", &[("token", token(&path))]).await;
        assert_eq!(asked.leads_to(), "/invitation/add", "no link in an address that stays");
        let page = follow(&browser, &asked).await;
        assert!(page.says(ADA) && page.says("accepts the invitation for ada@home.example"), "{}", page.words());
        let wrong = browser.post("/fn/invitation/add", &[("form[code]", "00000000")]).await;
        assert!(follow(&browser, &wrong).await.says("You can try 4 more times."));
        let letter = lobby.letter_to(ADA).await.unwrap();
        assert!(letter.contains("For the account") && letter.contains("ada@home.example"), "{letter}");
        let added = browser.post("/fn/invitation/add", &[("form[code]", &code_in(&letter).unwrap())]).await;
        assert!(follow(&browser, &added).await.says("The invitation is taken up"));
        assert!(lobby.membership(invitation.group.unwrap(), own.id).await.is_some());
        let again = browser.get(&path).await;
        assert!(again.says("was accepted on"), "{}", again.words());
    }
}

#[tokio::test]
async fn who_is_in_the_group_already_is_told_why_nothing_can_be_added() {
    for lobby in testing::both().await {
        let (invitation, path) = pending(&lobby).await;
        let own = lobby.guest("ada@home.example").await;
        lobby.join(invitation.group.unwrap(), &own).await;
        let browser = signed_in(&lobby, own.id).await;
        let page = browser.get(&path).await;
        assert!(page.says("It cannot be added to this account: You are in that group already."), "{}", page.words());
        assert!(!page.text().contains("/fn/invitation/add-ask"));
    }
}

#[tokio::test]
async fn where_a_provider_guards_the_address_the_inviter_is_asked_and_invites_the_other_account_by_one_click() {
    for lobby in testing::both().await {
        let (invitation, path) = pending(&lobby).await;
        let group = invitation.group.unwrap();
        let mut settings = domain::samples::provider().settings;
        settings.domains = vec![domain::samples::address(ADA).domain()];
        let provider = domain::provider::Provider { settings, ..domain::samples::provider() };
        let mut tx = lobby.services.store.begin().await.unwrap();
        store::providers::insert(&mut tx, &provider, "").await.unwrap();
        tx.commit().await.unwrap();
        let own = lobby.guest("ada@home.example").await;
        let browser = signed_in(&lobby, own.id).await;
        let page = browser.get(&path).await;
        assert!(page.says("Ask them to invite ada@home.example"), "{}", page.words());
        let asked = browser.post("/fn/invitation/wish", &[("token", token(&path))]).await;
        assert!(follow(&browser, &asked).await.says("Asked. A letter tells whoever invited you; they decide."));

        let at_work = signed_in(&lobby, invitation.invited_by).await;
        let page = at_work.get(&format!("/manage/{group}/invitations/{}", invitation.id)).await;
        assert!(page.says("asks to be invited as ada@home.example instead"), "{}", page.words());
        assert!(page.says("have not shown that ada@praxis.example is theirs"), "{}", page.words());
        let form = [
            ("form[group]", &*group.to_string()),
            ("form[id]", &*invitation.id.to_string()),
            ("form[address]", "ada@home.example"),
            ("form[confirmed]", "true"),
        ];
        let done = follow(&at_work, &at_work.post("/fn/invitations/correct", &form).await).await;
        assert!(done.says("The old invitation is revoked"), "{}", done.words());
        assert!(lobby.membership(group, own.id).await.is_some_and(|given| given.counts(lobby.services.now())));
        assert!(lobby.membership(group, invitation.user).await.is_none());
    }
}
