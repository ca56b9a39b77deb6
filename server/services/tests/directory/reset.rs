//! A redemption is reset: the person stays, how they come in begins anew.

use domain::event::Action;
use domain::letter::{AccountChange, Letter};
use domain::role::{Role, Roles};
use domain::samples::address;
use domain::user::{ExternalState, User};
use services::people;
use services::testing::{Lobby, both};

use crate::{refusal, told};

async fn identities(lobby: &Lobby, user: &User) -> usize {
    let mut tx = lobby.services.store.read().await.unwrap();
    store::identities::of_user(&mut tx, user.id).await.unwrap().len()
}

async fn sessions(lobby: &Lobby, user: &User) -> usize {
    let viewer = lobby.viewer(user.id).await;
    services::sessions::list(&lobby.services, &viewer).await.unwrap().len() - 1
}

#[tokio::test]
async fn a_guest_keeps_what_they_are_in_and_takes_an_invitation_up_again() {
    for lobby in both().await {
        let (owner, guest) = (lobby.group_with_owner().await, lobby.guest("ada@praxis.example").await);
        lobby.join(owner.group().id, &guest).await;
        lobby.anchor(&guest).await;
        lobby.sign_in(guest.id).await;
        people::reset(&lobby.services, &lobby.user_admin().await, guest.id, None).await.unwrap();
        let now = lobby.user(guest.id).await.value;
        assert!(matches!(now.external, Some(ExternalState::PendingAcceptance { .. })), "{:?}", now.external);
        assert_eq!((identities(&lobby, &guest).await, sessions(&lobby, &guest).await), (0, 0));
        assert!(lobby.membership(owner.group().id, guest.id).await.is_some());
        let letters: Vec<Letter> = lobby.letters().await.into_iter().map(|letter| letter.letter).collect();
        let change = AccountChange::RedemptionReset;
        assert!(letters.contains(&Letter::AccountChanged { user: guest.id, change }), "{letters:?}");
        assert!(letters.iter().any(|letter| matches!(letter, Letter::Invitation { .. })), "{letters:?}");
        assert_eq!(told(&lobby, Action::RedemptionReset).await, 1);

        let proved = lobby.proved("ada@praxis.example");
        let pending = services::redemption::pending_for(&lobby.services, &proved).await.unwrap();
        let ids: Vec<_> = pending.iter().map(|opened| opened.invitation.id).collect();
        let (origin, correlation) = (domain::samples::origin(), lobby.correlation());
        services::redemption::accept(&lobby.services, &proved, &ids, origin, correlation).await.unwrap();
        assert!(lobby.user(guest.id).await.value.may_enter(lobby.services.now()).is_ok());
        assert_eq!(identities(&lobby, &guest).await, 1);
    }
}

#[tokio::test]
async fn a_new_address_is_checked_and_the_old_one_is_told() {
    for lobby in both().await {
        let (admin, guest) = (lobby.user_admin().await, lobby.guest("ada@praxis.example").await);
        lobby.guest("ben@praxis.example").await;
        let to = async |text: &str| people::reset(&lobby.services, &admin, guest.id, Some(address(text))).await;
        assert_eq!(refusal(to("ben@praxis.example").await), "address: address_taken");
        let closed = domain::text::DomainList::parse("closed.example").unwrap();
        lobby.collaborate(|settings| settings.domains = domain::text::DomainRules::Deny(closed)).await;
        assert_eq!(refusal(to("ada@closed.example").await), "address: domain_not_allowed");
        to("ada@new.example").await.unwrap();
        assert_eq!(lobby.user(guest.id).await.value.address, address("ada@new.example"));
        services::delivery::deliver_due(&lobby.services).await.unwrap();
        let mut tx = lobby.services.store.read().await.unwrap();
        let sent = store::mailbox::newest(&mut tx).await.unwrap();
        let to = |recipient: &str| sent.iter().filter(|letter| letter.recipient == recipient).count();
        assert_eq!((to("ada@praxis.example"), to("ada@new.example")), (1, 1), "the old one, and the invitation");
    }
}

#[tokio::test]
async fn an_owner_resets_only_whom_nobody_else_has_and_an_administrator_whoever_holds_something() {
    for lobby in both().await {
        let (owner, other) = (lobby.group_with_owner().await, lobby.group_with_owner().await);
        let guest = lobby.guest("ada@praxis.example").await;
        assert_eq!(refusal(people::reset_by_owner(&lobby.services, &owner, guest.id).await), "not_found");
        lobby.join(owner.group().id, &guest).await;
        lobby.join(other.group().id, &guest).await;
        assert_eq!(refusal(people::reset_by_owner(&lobby.services, &owner, guest.id).await), "forbidden");
        let own = lobby.guest("ben@praxis.example").await;
        lobby.join(owner.group().id, &own).await;
        for _ in 0..3 {
            people::reset_by_owner(&lobby.services, &owner, own.id).await.unwrap();
        }
        assert_eq!(refusal(people::reset_by_owner(&lobby.services, &owner, own.id).await), "too_many");

        let admin = lobby.user_admin().await;
        let holder = lobby.with_roles("lea@lindenhof.example", Roles::of(Role::Reader)).await;
        let owning = owner.viewer().user.id;
        for id in [holder.id, owning] {
            assert_eq!(refusal(people::reset(&lobby.services, &admin, id, None).await), "holds_role");
        }
        let chief = lobby.admin().await.viewer().clone().user_administrator().unwrap();
        let own = chief.viewer().user.id;
        assert_eq!(refusal(people::reset(&lobby.services, &chief, own, None).await), "own_account");
        people::reset(&lobby.services, &chief, holder.id, None).await.unwrap();
        assert_eq!(
            lobby.letters().await.iter().filter(|one| one.letter == Letter::Welcome { user: holder.id }).count(),
            1
        );
    }
}
