//! What becomes of an invitation that was sent: revoked, corrected, adopted, shown, ended by the clock.

use super::*;

#[tokio::test]
async fn a_revoked_invitation_frees_its_place_and_its_link_says_what_became_of_it() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        narrow(&lobby, &owner, Narrowing { most_guests: Some(1), ..Narrowing::default() }).await;
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let token = link(&lobby, invitation.id).await;
        assert_eq!(ask(&lobby, &owner, "eve@praxis.example").await, [Verdict::GroupFull { most: 1 }]);
        invitations::revoke(&lobby.services, &owner, invitation.id).await.unwrap();
        assert_eq!(refused(redemption::look(&lobby.services, &token).await), "invitation_revoked");
        assert_eq!(refused(take(&lobby, "ada@praxis.example", &[invitation.id]).await), "invitation_revoked");
        assert_eq!(refused(invitations::revoke(&lobby.services, &owner, invitation.id).await), "invitation_revoked");
        let ada = lobby.user(invitation.user).await.value;
        assert_eq!(membership(&lobby, &owner, &ada).await, None);
        assert_eq!(ada.may_enter(NOON), Err(Barred::NotAccepted));
        assert_eq!(ask(&lobby, &owner, "eve@praxis.example").await, [Verdict::WillBeInvited]);
    }
}

#[tokio::test]
async fn a_corrected_address_is_invited_anew_in_the_same_words() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let message = Message::parse("Welcome aboard").unwrap();
        let new = NewInvitations {
            message: Some(message),
            stay_days: Some(30),
            ..NewInvitations::of("Ada <ada@praxis.exampel>", "de")
        };
        invite(&lobby.services, &inviting(&lobby, &owner), new).await.unwrap();
        let old = newest(&lobby, &owner).await;
        let correct =
            async |at: &str| invitations::correct_address(&lobby.services, &owner, old.id, address(at), false).await;
        let guest = lobby.guest("in@praxis.example").await;
        lobby.join(owner.group().id, &guest).await;
        assert_eq!(beside(correct("in@praxis.example").await), ("address".to_owned(), "already_in".to_owned()));
        assert_eq!(state(&lobby, old.id).await, InvitationState::Pending, "what is refused changes nothing");
        let made = correct("ada@praxis.example").await.unwrap();
        let new = newest(&lobby, &owner).await;
        assert_eq!((new.id, new.address.as_str()), (made, "ada@praxis.example"));
        assert_eq!((&new.message, &new.name, new.stay_days), (&old.message, &old.name, Some(30)));
        assert_eq!(new.language, "de");
        assert!(matches!(state(&lobby, old.id).await, InvitationState::Final { outcome: Outcome::Revoked, .. }));
        assert_eq!(refused(correct("eve@praxis.example").await), "invitation_revoked");
    }
}

#[tokio::test]
async fn an_invitation_ends_by_the_clock_whatever_the_worker_did() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        narrow(&lobby, &owner, Narrowing { most_guests: Some(1), ..Narrowing::default() }).await;
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let token = link(&lobby, invitation.id).await;
        lobby.clock.advance(Span(Span::days(30).0 - 1));
        assert!(redemption::look(&lobby.services, &token).await.is_ok());
        lobby.clock.advance(Span(1));
        assert_eq!(refused(redemption::look(&lobby.services, &token).await), "invitation_expired");
        assert_eq!(refused(take(&lobby, "ada@praxis.example", &[invitation.id]).await), "invitation_expired");
        let shown = invitations::page(&lobby.services, &owner, &all(), Showing::Expired).await.unwrap();
        assert_eq!(shown.items.len(), 1);
        let shown = invitations::page(&lobby.services, &owner, &all(), Showing::Pending).await.unwrap();
        assert_eq!(shown.items.len(), 0);
        assert_eq!(ask(&lobby, &owner, "ada@praxis.example").await, [Verdict::WillBeInvited], "its place is free");
        let renewed = newest(&lobby, &owner).await;
        assert_ne!(renewed.id, invitation.id);
        assert_eq!(renewed.user, invitation.user);
        take(&lobby, "ada@praxis.example", &[renewed.id]).await.unwrap();
    }
}

#[tokio::test]
async fn another_owner_adopts_what_an_inviter_left_behind() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let invitation = invited(&lobby, &owner, "ada@praxis.example").await;
        let token = link(&lobby, invitation.id).await;
        let admin = lobby.user_admin().await;
        people::disable(&lobby.services, &admin, owner.viewer().user.id).await.unwrap();
        assert_eq!(refused(redemption::look(&lobby.services, &token).await), "invitation_suspended");
        let second = lobby.member("second@lindenhof.example").await;
        lobby.give_to_owner(owner.group().id, second.id).await;
        let second = lobby.viewer(second.id).await.owner_of(&lobby.services, owner.group().id).await.unwrap();
        invitations::adopt(&lobby.services, &second, invitation.id).await.unwrap();
        let opened = redemption::look(&lobby.services, &token).await.unwrap();
        assert_eq!(opened.inviter_address, second.viewer().user.address);
        take(&lobby, "ada@praxis.example", &[invitation.id]).await.unwrap();
    }
}

#[tokio::test]
async fn an_administrator_shows_a_link_instead_of_a_letter_and_voids_it() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let admin = lobby.user_admin().await;
        let by_role = admin.viewer().clone().owner_of(&lobby.services, owner.group().id).await.unwrap();
        let silent = || NewInvitations { show_link_only: true, ..NewInvitations::of("ada@praxis.example", "en") };
        let refused_to_owner = invite(&lobby.services, &inviting(&lobby, &owner), silent()).await;
        assert_eq!(beside(refused_to_owner), ("show_link_only".to_owned(), "administrators_only".to_owned()));
        invite(&lobby.services, &inviting(&lobby, &by_role), silent()).await.unwrap();
        assert_eq!(letters(&lobby).await, []);
        let invitation = newest(&lobby, &owner).await;
        let mut links = Vec::new();
        for _ in 0..4 {
            links.push(invitations::show_link(&lobby.services, &admin, invitation.id).await.unwrap());
            lobby.clock.advance(Span(1));
        }
        assert_eq!(refused(redemption::look(&lobby.services, &links[0]).await), "link_void", "three are alive");
        assert!(redemption::look(&lobby.services, &links[1]).await.is_ok());
        invitations::void_links(&lobby.services, &owner, invitation.id).await.unwrap();
        assert_eq!(refused(redemption::look(&lobby.services, &links[3]).await), "link_void");
        assert_eq!(refused(redemption::look(&lobby.services, &Secret::random()).await), "not_found");
        take(&lobby, "ada@praxis.example", &[invitation.id]).await.unwrap();
    }
}
