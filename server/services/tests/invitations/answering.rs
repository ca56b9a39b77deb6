//! What the invited do: accept, decline, block, and what bars them.

use super::*;

#[tokio::test]
async fn declining_bars_that_group_alone_for_thirty_days() {
    for lobby in testing::both().await {
        let (owner, other) = (lobby.group_with_owner().await, lobby.group_with_owner().await);
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let token = link(&lobby, invitation.id).await;
        redemption::decline(&lobby.services, &token, origin(), lobby.correlation()).await.unwrap();
        assert_eq!(refused(redemption::look(&lobby.services, &token).await), "invitation_declined");
        let again = redemption::decline(&lobby.services, &token, origin(), lobby.correlation()).await;
        assert_eq!(refused(again), "invitation_declined");
        let until = NOON + Span::days(30);
        assert_eq!(ask(&lobby, &owner, "ada@praxis.example").await, [Verdict::Declined { until }]);
        assert_eq!(ask(&lobby, &other, "ada@praxis.example").await, [Verdict::WillBeInvited]);
        lobby.clock.advance(Span::days(30));
        assert_eq!(ask(&lobby, &owner, "ada@praxis.example").await, [Verdict::WillBeInvited]);
    }
}

#[tokio::test]
async fn a_blocked_mailbox_takes_no_invitations_until_its_person_or_an_administrator_lifts_the_block() {
    for lobby in testing::both().await {
        let (owner, other) = (lobby.group_with_owner().await, lobby.group_with_owner().await);
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let token = link(&lobby, invitation.id).await;
        let block = async || redemption::block(&lobby.services, &token, origin(), lobby.correlation()).await;
        block().await.unwrap();
        assert!(matches!(
            state(&lobby, invitation.id).await,
            InvitationState::Final { outcome: Outcome::Declined, .. }
        ));
        assert_eq!(ask(&lobby, &other, "ada+news@praxis.example").await, [Verdict::TakesNoInvitations]);
        let copied =
            NewInvitations { cc: Some(address("ada@praxis.example")), ..NewInvitations::of("b@praxis.example", "en") };
        let copied = invite(&lobby.services, &inviting(&lobby, &other), copied).await;
        assert_eq!(beside(copied), ("cc".to_owned(), "takes_no_invitations".to_owned()));
        let admin = lobby.user_admin().await;
        let listed = blocks::page(&lobby.services, &admin, &all(), true, None).await.unwrap().items;
        let of = async |text: &str| {
            let mailbox = Some(address(text));
            blocks::page(&lobby.services, &admin, &all(), false, mailbox.as_ref()).await.unwrap().items.len()
        };
        assert_eq!((of("ADA+other@praxis.example").await, of("ben@praxis.example").await), (1, 0), "one mailbox");
        assert_eq!(listed[0].address, Some(address("ada@praxis.example")));
        let reason = Message::parse("She telephoned").unwrap();
        let overrule = async || blocks::overrule(&lobby.services, &admin, listed[0].block.id, reason.clone()).await;
        overrule().await.unwrap();
        assert_eq!(refused(overrule().await), "block_lifted");
        assert_eq!(verdict(&lobby, &inviting(&lobby, &other), "ada@praxis.example").await, Verdict::WillBeInvited);
        // The old link still says never again, and then an administrator has to wait.
        block().await.unwrap();
        assert!(matches!(overrule().await, Err(Refusal::TooMany { until }) if until == NOON + Span::days(90)));
        let proved = lobby.proved("ada@praxis.example");
        let lift = async || blocks::lift_own(&lobby.services, &proved, origin(), lobby.correlation()).await.unwrap();
        assert_eq!((lift().await, lift().await), (true, false));
        assert_eq!(verdict(&lobby, &inviting(&lobby, &other), "ada@praxis.example").await, Verdict::WillBeInvited);
    }
}

#[tokio::test]
async fn three_blocks_in_a_week_pause_an_inviter() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        for number in 0..3 {
            let invitation = invited(&lobby, &owner, &format!("g{number}@praxis.example")).await;
            let token = link(&lobby, invitation.id).await;
            redemption::block(&lobby.services, &token, origin(), lobby.correlation()).await.unwrap();
        }
        let until = NOON + Span::days(7);
        assert_eq!(ask(&lobby, &owner, "new@praxis.example").await, [Verdict::OverYourLimit { until }]);
        lobby.clock.advance(Span::days(7));
        assert_eq!(ask(&lobby, &owner, "new@praxis.example").await, [Verdict::WillBeInvited]);
    }
}

#[tokio::test]
async fn accepting_begins_the_stay_and_voids_every_link() {
    for lobby in testing::both().await {
        let (owner, other) = (lobby.group_with_owner().await, lobby.group_with_owner().await);
        let application = lobby.application().await;
        lobby.assign(application.id, owner.group().id).await;
        let new = NewInvitations { stay_days: Some(7), ..NewInvitations::of("ada@praxis.example", "en") };
        invite(&lobby.services, &inviting(&lobby, &owner), new).await.unwrap();
        let invitation = newest(&lobby, &owner).await;
        let second = invited(&lobby, &other, "ada@praxis.example").await;
        let token = link(&lobby, invitation.id).await;
        let opened = redemption::look(&lobby.services, &token).await.unwrap();
        assert_eq!(opened.inviter_address, owner.viewer().user.address);
        assert_eq!(opened.applications.iter().map(|app| app.id).collect::<Vec<_>>(), [application.id]);
        let pending = redemption::pending_for(&lobby.services, &lobby.proved("ADA@praxis.example")).await.unwrap();
        assert_eq!(pending.len(), 2);
        assert_eq!(refused(take(&lobby, "eve@praxis.example", &[invitation.id]).await), "not_found");
        lobby.guest("mal@praxis.example").await;
        assert_eq!(refused(take(&lobby, "mal@praxis.example", &[invitation.id]).await), "invitation_wrong_recipient");
        lobby.clock.advance(Span::days(2));
        let ada = take(&lobby, "ada@praxis.example", &[invitation.id]).await.unwrap();
        assert_eq!(ada.may_enter(lobby.services.now()), Ok(()));
        let begun = membership(&lobby, &owner, &ada).await.unwrap();
        assert!(begun.counts(lobby.services.now()));
        assert_eq!(Zone::utc().last_day(begun.ends_at), "2026-06-10", "seven days from Accept, to the end of the day");
        assert!(!membership(&lobby, &other, &ada).await.unwrap().counts(lobby.services.now()), "only what was listed");
        assert_eq!(refused(redemption::look(&lobby.services, &token).await), "invitation_accepted");
        assert_eq!(refused(take(&lobby, "ada@praxis.example", &[invitation.id]).await), "invitation_accepted");
        take(&lobby, "ada@praxis.example", &[second.id]).await.unwrap();
        let mut tx = lobby.services.store.read().await.unwrap();
        let identities = store::identities::of_user(&mut tx, ada.id).await.unwrap();
        let named: Vec<_> =
            identities.iter().map(|one| (one.issuer.as_str(), one.subject.as_str(), one.anchor)).collect();
        assert_eq!(named, [("mailbox", "ada@praxis.example", true)]);
    }
}

#[tokio::test]
async fn a_domain_that_closed_since_refuses_pending_guests_with_the_reason() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let rules = |text: &str| DomainRules::Deny(DomainList::parse(text).unwrap());
        narrow(&lobby, &owner, Narrowing { domains: rules("praxis.example"), ..Narrowing::default() }).await;
        let tried = take(&lobby, "ada@praxis.example", &[invitation.id]).await;
        assert_eq!(refused(tried), "domain_not_allowed_by_group");
        let closed = Collaboration { domains: rules("praxis.example"), ..Collaboration::default() };
        collaborate(&lobby, closed).await;
        assert_eq!(refused(take(&lobby, "ada@praxis.example", &[invitation.id]).await), "domain_not_allowed");
        assert_eq!(state(&lobby, invitation.id).await, InvitationState::Pending);
        collaborate(&lobby, Collaboration::default()).await;
        narrow(&lobby, &owner, Narrowing::default()).await;
        take(&lobby, "ada@praxis.example", &[invitation.id]).await.unwrap();
    }
}

#[tokio::test]
async fn a_disabled_guest_accepts_nothing() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let admin = lobby.user_admin().await;
        people::disable(&lobby.services, &admin, invitation.user).await.unwrap();
        let tried = take(&lobby, "ada@praxis.example", &[invitation.id]).await;
        assert!(matches!(tried, Err(Refusal::Barred(Barred::Disabled))), "{tried:?}");
        assert!(matches!(take(&lobby, "ada@praxis.example", &[]).await, Err(Refusal::Denied(Denied::NotFound))));
    }
}
