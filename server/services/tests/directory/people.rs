//! People come, change, go and come back.

use domain::event::Action;
use domain::invitation::{InvitationState, Outcome};
use domain::letter::Letter;
use domain::role::{Role, Roles};
use domain::time::{Span, Timestamp};
use domain::user::{ExternalState, Standing, User};
use services::people::{self, ProfileForm, Show};
use services::testing::{Lobby, both};
use services::{PageAsk, UserAdmin};

use crate::{refusal, told};

fn form(name: &str) -> ProfileForm {
    ProfileForm { name: name.to_owned(), language: "en".to_owned(), ..ProfileForm::default() }
}

fn search(words: &[&str]) -> PageAsk {
    PageAsk { size: 50, words: words.iter().map(|word| (*word).to_owned()).collect(), ..PageAsk::default() }
}

async fn found(lobby: &Lobby, by: &UserAdmin, show: Show, words: &[&str]) -> Vec<String> {
    let page = people::list(&lobby.services, by, show, None, &search(words)).await.unwrap();
    page.items.iter().map(|listed| listed.user.shown_name().to_owned()).collect()
}

#[tokio::test]
async fn a_new_member_is_welcomed_by_letter_and_their_address_is_theirs() {
    for lobby in both().await {
        let admin = lobby.user_admin().await;
        let new = form("Ida Berg").parse_member("ida@lindenhof.example").unwrap();
        let ida = people::create(&lobby.services, &admin, new.clone()).await.unwrap();
        assert_eq!(lobby.letters().await[0].letter, Letter::Welcome { user: ida });
        assert_eq!(told(&lobby, Action::UserCreated).await, 1);
        assert_eq!(found(&lobby, &admin, Show::Members, &["ber"]).await, ["Ida Berg"]);
        assert_eq!(refusal(people::create(&lobby.services, &admin, new.clone()).await), "address: address_taken");
        people::delete(&lobby.services, &admin, ida).await.unwrap();
        assert_eq!(refusal(people::create(&lobby.services, &admin, new).await), "address: address_deleted");
    }
}

#[tokio::test]
async fn a_form_says_everything_that_is_wrong_with_it() {
    let form = ProfileForm { language: "!".to_owned(), time_zone: "Mars/Olympus".to_owned(), ..form("a\nb") };
    let problems = form.parse_member("ida@@x").unwrap_err();
    let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["address", "name", "time_zone", "language"]);
}

#[tokio::test]
async fn of_two_who_edit_a_person_the_second_is_told() {
    for lobby in both().await {
        let (admin, ida) = (lobby.user_admin().await, lobby.member("ida@lindenhof.example").await);
        let profile = form("Ida Berg").parse().unwrap();
        people::edit(&lobby.services, &admin, ida.id, profile.clone(), 1).await.unwrap();
        assert_eq!(refusal(people::edit(&lobby.services, &admin, ida.id, profile, 1).await), "conflict");
        let viewer = lobby.viewer(ida.id).await;
        people::edit_own(&lobby.services, &viewer, form("Ida Sommer").parse().unwrap()).await.unwrap();
        assert_eq!(found(&lobby, &admin, Show::Everyone, &["sommer"]).await, ["Ida Sommer"]);
        assert!(found(&lobby, &admin, Show::Everyone, &["berg"]).await.is_empty());
        let event = &lobby.events().await[0];
        assert!(event.old.as_ref().unwrap().contains("Ida Berg") && event.new.as_ref().unwrap().contains("Sommer"));
    }
}

#[tokio::test]
async fn a_disabled_person_is_out_at_once_and_keeps_their_memberships() {
    for lobby in both().await {
        let (admin, ada) = (lobby.user_admin().await, lobby.guest("ada@praxis.example").await);
        let group = lobby.group().await;
        lobby.join(group.id, &ada).await;
        lobby.sign_in(ada.id).await;
        people::disable(&lobby.services, &admin, ada.id).await.unwrap();
        let person = people::get(&lobby.services, &admin, ada.id).await.unwrap();
        assert_eq!((person.sessions.len(), person.memberships.len()), (0, 1));
        assert_eq!(found(&lobby, &admin, Show::Disabled, &[]).await, ["ada@praxis.example"]);
        people::enable(&lobby.services, &admin, ada.id).await.unwrap();
        assert_eq!(lobby.user(ada.id).await.value.standing, Standing::Enabled);
    }
}

#[tokio::test]
async fn a_user_administrator_has_no_say_over_themselves_and_role_holders() {
    for lobby in both().await {
        let (by, admin) = (lobby.user_admin().await, lobby.admin().await);
        let reader = lobby.with_roles("reader@lindenhof.example", Roles::of(Role::Reader)).await.id;
        let me = by.viewer().user.id;
        let services = &lobby.services;
        for (id, code) in [(me, "own_account"), (reader, "holds_role"), (admin.viewer().user.id, "holds_role")] {
            assert_eq!(refusal(people::disable(services, &by, id).await), code);
            assert_eq!(refusal(people::delete(services, &by, id).await), code);
            assert_eq!(refusal(people::set_end(services, &by, id, None).await), code);
            assert_eq!(refusal(people::end_sessions(services, &by, id).await), code);
        }
        let admin = admin.viewer().clone().user_administrator().unwrap();
        people::disable(services, &admin, reader).await.unwrap();
    }
}

#[tokio::test]
async fn the_last_administrator_stays() {
    for lobby in both().await {
        let admin = lobby.admin().await;
        let me = admin.viewer().user.id;
        let by = admin.viewer().clone().user_administrator().unwrap();
        let services = &lobby.services;
        let later = Some(lobby.services.now() + Span::days(365));
        assert_eq!(refusal(people::disable(services, &by, me).await), "last_administrator");
        assert_eq!(refusal(people::delete(services, &by, me).await), "last_administrator");
        assert_eq!(refusal(people::set_end(services, &by, me, later).await), "last_administrator");
        assert_eq!(
            refusal(people::set_roles(services, &admin, me, Roles::of(Role::Reader)).await),
            "last_administrator"
        );
        assert_eq!(refusal(people::leave(services, admin.viewer().clone()).await), "last_administrator");
        // One whose access ends is no successor for longer than that.
        let other = lobby.admin().await.viewer().user.id;
        people::set_end(services, &by, other, later).await.unwrap();
        assert_eq!(refusal(people::leave(services, admin.viewer().clone()).await), "last_administrator");
        people::set_end(services, &by, other, None).await.unwrap();
        people::leave(services, admin.viewer().clone()).await.unwrap();
    }
}

#[tokio::test]
async fn roles_are_for_members_and_a_change_ends_the_sessions() {
    for lobby in both().await {
        let admin = lobby.admin().await;
        let (ada, ida) = (lobby.guest("ada@praxis.example").await, lobby.member("ida@lindenhof.example").await);
        let roles = Roles::of(Role::Reader).with(Role::GuestInviter);
        assert_eq!(refusal(people::set_roles(&lobby.services, &admin, ada.id, roles).await), "guest_role");
        let (_, token) = lobby.sign_in(ida.id).await;
        people::set_roles(&lobby.services, &admin, ida.id, roles).await.unwrap();
        assert_eq!(lobby.user(ida.id).await.value.roles, roles);
        let origin = domain::samples::origin();
        let viewer = services::sessions::viewer(&lobby.services, &token, origin, lobby.correlation()).await.unwrap();
        assert!(viewer.is_none());
        let event = &lobby.events().await[0];
        assert_eq!(event.new.as_deref(), Some(r#"["guest_inviter","reader"]"#));
    }
}

#[tokio::test]
async fn what_an_inviter_may_not_send_any_more_waits_for_another_owner() {
    for lobby in both().await {
        let admin = lobby.user_admin().await;
        let owned = lobby.group_with_owner().await;
        let ada = lobby.pending_guest("ada@praxis.example").await;
        let sent = lobby.invitation(owned.group().id, owned.viewer().user.id, &ada).await;
        people::disable(&lobby.services, &admin, owned.viewer().user.id).await.unwrap();
        assert!(matches!(lobby.invitation_now(sent.id).await.state, InvitationState::Suspended { .. }));
        assert_eq!(told(&lobby, Action::InvitationSuspended).await, 1);
        assert!(lobby.membership(owned.group().id, ada.id).await.is_some());
    }
}

#[tokio::test]
async fn a_deleted_guest_is_invited_no_more_and_comes_back_disabled() {
    for lobby in both().await {
        let admin = lobby.user_admin().await;
        let (owned, other) = (lobby.group_with_owner().await, lobby.group().await);
        let ada = lobby.guest("ada@praxis.example").await;
        let sent = lobby.invitation(owned.group().id, owned.viewer().user.id, &ada).await;
        lobby.join(other.id, &ada).await;
        lobby.give_to_owner(other.id, ada.id).await;
        people::delete(&lobby.services, &admin, ada.id).await.unwrap();
        let state = lobby.invitation_now(sent.id).await.state;
        assert!(matches!(state, InvitationState::Final { outcome: Outcome::Revoked, .. }));
        assert_eq!(lobby.membership(owned.group().id, ada.id).await, None);
        assert_eq!(found(&lobby, &admin, Show::Deleted, &[]).await, ["ada@praxis.example"]);
        assert_eq!(refusal(people::enable(&lobby.services, &admin, ada.id).await), "user_is_deleted");

        people::restore(&lobby.services, &admin, ada.id).await.unwrap();
        let person = people::get(&lobby.services, &admin, ada.id).await.unwrap();
        assert_eq!(person.user.value.standing, Standing::Disabled);
        assert!(person.owns.is_empty());
        assert_eq!(person.memberships.len(), 1);
        assert_eq!(refusal(people::restore(&lobby.services, &admin, ada.id).await), "user_not_deleted");
    }
}

#[tokio::test]
async fn a_former_role_holder_is_restored_by_an_administrator_and_nobody_after_thirty_days() {
    for lobby in both().await {
        let (admin, user_admin) = (lobby.admin().await, lobby.user_admin().await);
        let admin = admin.viewer().clone().user_administrator().unwrap();
        let reader = lobby.with_roles("reader@lindenhof.example", Roles::of(Role::Reader)).await;
        people::delete(&lobby.services, &admin, reader.id).await.unwrap();
        assert_eq!(refusal(people::restore(&lobby.services, &user_admin, reader.id).await), "former_role_holder");
        people::restore(&lobby.services, &admin, reader.id).await.unwrap();
        assert!(lobby.user(reader.id).await.value.roles.is_empty());
        people::delete(&lobby.services, &admin, reader.id).await.unwrap();
        lobby.clock.advance(Span::days(30));
        assert_eq!(refusal(people::restore(&lobby.services, &admin, reader.id).await), "user_gone");
    }
}

#[tokio::test]
async fn who_leaves_takes_nothing_along_and_must_consent_again() {
    for lobby in both().await {
        let (admin, ada) = (lobby.user_admin().await, lobby.guest("ada@praxis.example").await);
        let (group, owned) = (lobby.group().await, lobby.group().await);
        lobby.join(group.id, &ada).await;
        lobby.give_to_owner(owned.id, ada.id).await;
        let pending = lobby.invitation(owned.id, admin.viewer().user.id, &ada).await;
        let viewer = lobby.viewer(ada.id).await;
        assert_eq!(refusal(people::leave(&lobby.services, viewer).await), "guests_may_not_leave");
        let contact = domain::samples::address("privacy@lindenhof.example");
        lobby.organize(|organization| organization.privacy_contact = Some(contact)).await;
        let viewer = lobby.viewer(ada.id).await;
        lobby.clock.advance(Span::minutes(5));
        assert_eq!(refusal(people::leave(&lobby.services, viewer).await), "prove_again");
        people::leave(&lobby.services, lobby.viewer(ada.id).await).await.unwrap();

        let person = people::get(&lobby.services, &admin, ada.id).await.unwrap();
        assert!(person.memberships.is_empty() && person.owns.is_empty() && person.sessions.is_empty());
        assert!(matches!(lobby.invitation_now(pending.id).await.state, InvitationState::Final { .. }));
        people::restore(&lobby.services, &admin, ada.id).await.unwrap();
        let User { external, consented_at, .. } = lobby.user(ada.id).await.value;
        assert!(matches!(external, Some(ExternalState::PendingAcceptance { .. })));
        assert_eq!(consented_at, None);
    }
}

#[tokio::test]
async fn a_guest_has_at_most_five_sponsors_who_can_come_in() {
    for lobby in both().await {
        let (admin, ada) = (lobby.user_admin().await, lobby.guest("ada@praxis.example").await);
        let mut sponsors = Vec::new();
        for number in 0..6 {
            sponsors.push(lobby.member(&format!("sponsor-{number}@lindenhof.example")).await.id);
        }
        let set = |sponsors: Vec<_>| {
            let (services, admin) = (lobby.services.clone(), admin.clone());
            async move { people::set_sponsors(&services, &admin, ada.id, &sponsors).await }
        };
        assert_eq!(refusal(set(sponsors.clone()).await), "sponsors: sponsors_most");
        assert_eq!(refusal(set(vec![ada.id]).await), "sponsors: sponsor_self");
        let nobody = domain::id::UserId(Default::default());
        assert_eq!(refusal(set(vec![nobody]).await), "sponsors: sponsor_unknown");
        people::disable(&lobby.services, &admin, sponsors[0]).await.unwrap();
        assert_eq!(refusal(set(vec![sponsors[0]]).await), "sponsors: sponsor_not_enabled");
        set(sponsors[1..].to_vec()).await.unwrap();
        assert_eq!(people::get(&lobby.services, &admin, ada.id).await.unwrap().sponsors.len(), 5);
        let member = people::set_sponsors(&lobby.services, &admin, sponsors[1], &[]).await;
        assert_eq!(refusal(member), "not_a_guest");
    }
}

#[tokio::test]
async fn an_end_date_that_has_passed_ends_the_sessions() {
    for lobby in both().await {
        let (admin, ada) = (lobby.user_admin().await, lobby.guest("ada@praxis.example").await);
        lobby.sign_in(ada.id).await;
        let now: Timestamp = lobby.services.now();
        people::set_end(&lobby.services, &admin, ada.id, Some(now + Span::days(1))).await.unwrap();
        assert_eq!(people::get(&lobby.services, &admin, ada.id).await.unwrap().sessions.len(), 1);
        people::set_end(&lobby.services, &admin, ada.id, Some(now)).await.unwrap();
        assert_eq!(people::get(&lobby.services, &admin, ada.id).await.unwrap().sessions.len(), 0);
    }
}
