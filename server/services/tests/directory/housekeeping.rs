//! What time does by itself.

use domain::event::Action;
use domain::invitation::{InvitationState, Outcome};
use domain::time::Span;
use domain::user::{DeletedBy, Standing};
use services::housekeeping::tick;
use services::testing::both;
use services::{applications, groups, people};

use crate::told;

#[tokio::test]
async fn an_invitation_that_is_over_is_written_down_and_its_place_is_free() {
    for lobby in both().await {
        let owned = lobby.group_with_owner().await;
        let ada = lobby.pending_guest("ada@praxis.example").await;
        let sent = lobby.invitation(owned.group().id, owned.viewer().user.id, &ada).await;
        lobby.clock.advance(Span(Span::days(30).0 - 1));
        tick(&lobby.services).await.unwrap();
        assert_eq!(lobby.invitation_now(sent.id).await.state, InvitationState::Pending);
        lobby.clock.advance(Span::hours(1));
        tick(&lobby.services).await.unwrap();
        let over = InvitationState::Final { outcome: Outcome::Expired, at: sent.expires_at, by: None };
        assert_eq!(lobby.invitation_now(sent.id).await.state, over);
        assert_eq!(lobby.membership(owned.group().id, ada.id).await, None);
        assert_eq!(told(&lobby, Action::InvitationExpired).await, 1);
        tick(&lobby.services).await.unwrap();
        assert_eq!(told(&lobby, Action::InvitationExpired).await, 1);
    }
}

#[tokio::test]
async fn a_suspended_invitation_that_nobody_adopts_ends_after_fourteen_days() {
    for lobby in both().await {
        let (admin, owned) = (lobby.user_admin().await, lobby.group_with_owner().await);
        let ada = lobby.pending_guest("ada@praxis.example").await;
        let sent = lobby.invitation(owned.group().id, owned.viewer().user.id, &ada).await;
        let by_role = admin.viewer().clone().owner_of(&lobby.services, owned.group().id).await.unwrap();
        groups::remove_owner(&lobby.services, &by_role, owned.viewer().user.id).await.unwrap();
        let until = lobby.services.now() + Span::days(14);
        lobby.clock.advance(Span::days(15));
        tick(&lobby.services).await.unwrap();
        let over = InvitationState::Final { outcome: Outcome::Expired, at: until, by: None };
        assert_eq!(lobby.invitation_now(sent.id).await.state, over);
    }
}

#[tokio::test]
async fn a_guest_who_took_nothing_up_goes_after_thirty_days_without_anything_pending() {
    for lobby in both().await {
        let owned = lobby.group_with_owner().await;
        let (ada, idle) =
            (lobby.pending_guest("ada@praxis.example").await, lobby.pending_guest("bo@praxis.example").await);
        lobby.invitation(owned.group().id, owned.viewer().user.id, &ada).await;
        lobby.clock.advance(Span::days(30));
        tick(&lobby.services).await.unwrap();
        let standing = lobby.user(idle.id).await.value.standing;
        assert!(matches!(standing, Standing::Deleted { by: DeletedBy::Disuse, .. }));
        assert_eq!(lobby.user(ada.id).await.value.standing, Standing::Enabled, "hers ended only now");
        lobby.clock.advance(Span::days(30));
        tick(&lobby.services).await.unwrap();
        assert!(matches!(lobby.user(ada.id).await.value.standing, Standing::Deleted { .. }));
    }
}

#[tokio::test]
async fn who_was_deleted_thirty_days_ago_is_a_pseudonym_everywhere() {
    for lobby in both().await {
        let (admin, owned, app) = (lobby.user_admin().await, lobby.group_with_owner().await, lobby.application().await);
        let group = owned.group().id;
        let ada = lobby.guest("ada.lovelace@praxis.example").await;
        let form = people::ProfileForm { name: "Ada Lovelace".into(), language: "en".into(), ..Default::default() };
        let viewer = lobby.viewer(ada.id).await;
        people::edit_own(&lobby.services, &viewer, form.parse().unwrap()).await.unwrap();
        let viewer = lobby.viewer(ada.id).await;
        services::sessions::sign_out(&lobby.services, &viewer).await.unwrap();
        services::memberships::add(&lobby.services, &owned, ada.id, None).await.unwrap();
        applications::launch(&lobby.services, &viewer, app.id).await.unwrap_err();
        let other = lobby.group().await;
        lobby.invitation(other.id, admin.viewer().user.id, &lobby.user(ada.id).await.value).await;
        people::delete(&lobby.services, &admin, ada.id).await.unwrap();
        lobby.clock.advance(Span::days(30));
        tick(&lobby.services).await.unwrap();

        let erased = lobby.user(ada.id).await.value;
        assert!(matches!(erased.standing, Standing::Erased { .. }));
        assert_eq!(lobby.membership(group, ada.id).await, None);
        let everything = format!("{:?} {:?}", lobby.events().await, lobby.letters().await).to_lowercase();
        assert!(!everything.contains("lovelace"), "{everything}");
        assert!(everything.contains("erased-"));
        let mut tx = lobby.services.store.read().await.unwrap();
        let sign_ins = store::sign_ins::page(&mut tx, &Default::default(), &[]).await.unwrap().items;
        assert!(!format!("{sign_ins:?}").to_lowercase().contains("lovelace"));
        let invitations = store::invitations::of_user(&mut tx, ada.id).await.unwrap();
        assert!(!format!("{invitations:?}").to_lowercase().contains("lovelace"));
        drop(tx);
        let new = form.parse_member("ada.lovelace@praxis.example").unwrap();
        people::create(&lobby.services, &admin, new).await.unwrap();
    }
}

#[tokio::test]
async fn what_was_kept_long_enough_is_forgotten() {
    for lobby in both().await {
        let (ada, app) = (lobby.guest("ada@praxis.example").await, lobby.application().await);
        let viewer = lobby.viewer(ada.id).await;
        applications::launch(&lobby.services, &viewer, app.id).await.unwrap_err();
        services::sessions::sign_out(&lobby.services, &viewer).await.unwrap();
        lobby.sign_in(ada.id).await;
        lobby.clock.advance(Span::days(31));
        tick(&lobby.services).await.unwrap();
        assert_eq!(told(&lobby, Action::SignedOut).await, 1);
        let mut tx = lobby.services.store.read().await.unwrap();
        assert!(store::sign_ins::page(&mut tx, &Default::default(), &[]).await.unwrap().items.is_empty());
        drop(tx);
        lobby.clock.advance(Span::days(335));
        tick(&lobby.services).await.unwrap();
        assert_eq!(told(&lobby, Action::SignedOut).await, 0);
    }
}
