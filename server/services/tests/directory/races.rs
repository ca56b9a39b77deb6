//! Two verbs at once against a rule over several rows: one of them is refused. On PostgreSQL, where both run.

use domain::event::Action;
use domain::group::{MOST_OWNERS, Narrowing};
use domain::identity::Identity;
use domain::letter::Letter;
use domain::passcode::Purpose;
use domain::role::{Role, Roles};
use domain::samples;
use domain::session::Origin;
use services::invitations::{self, Inviting, NewInvitations};
use services::signin::{self, Asked, Caller};
use services::testing::{Lobby, engines};
use services::{Secret, groups, identities, memberships, people};

const ISSUER: &str = "https://login.praxis.example";

/// As long as one verb waits for another, a refusal that both could be given is given to one.
async fn on_each(story: impl AsyncFn(Lobby)) {
    for engine in engines() {
        story(Lobby::open(engine).await).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_administrators_who_remove_each_other_leave_one() {
    on_each(async |lobby| {
        for _ in 0..10 {
            let (one, other) = (lobby.admin().await, lobby.admin().await);
            let (first, second) = (one.viewer().user.id, other.viewer().user.id);
            let none = Roles::of(Role::Reader);
            let (removed, left) = tokio::join!(
                people::set_roles(&lobby.services, &one, second, none),
                people::set_roles(&lobby.services, &other, first, none),
            );
            assert!(removed.is_ok() != left.is_ok(), "{removed:?} {left:?}");
            // The one who is left makes room for the next pair.
            let rest = if removed.is_ok() { first } else { second };
            let mut tx = lobby.services.store.begin().await.unwrap();
            let user = lobby.user(rest).await.with(|user| domain::user::User { roles: Roles::NONE, ..user });
            store::users::save(&mut tx, &user).await.unwrap();
            tx.commit().await.unwrap();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_somebody_s_last_two_identities_one_stays() {
    on_each(async |lobby| {
        for round in 0..10 {
            let ada = lobby.guest(&format!("ada-{round}@praxis.example")).await.id;
            let name = |which: &str| format!("{which}-{round}");
            for which in ["one", "other"] {
                let (now, mut tx) = (lobby.services.now(), lobby.services.store.begin().await.unwrap());
                let identity = Identity {
                    user: ada,
                    provider: None,
                    issuer: ISSUER.to_owned(),
                    subject: name(which),
                    address: None,
                    anchor: false,
                    created_at: now,
                    spoke_at: Some(now),
                    session: None,
                };
                store::identities::insert(&mut tx, &identity).await.unwrap();
                tx.commit().await.unwrap();
            }
            let viewer = lobby.viewer(ada).await;
            let (one, other) = (name("one"), name("other"));
            let (first, second) = tokio::join!(
                identities::remove(&lobby.services, viewer.clone(), ISSUER, &one),
                identities::remove(&lobby.services, viewer.clone(), ISSUER, &other),
            );
            assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
            assert_eq!(identities::list(&lobby.services, &viewer).await.unwrap().len(), 1);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_place_of_a_group_is_given_once() {
    on_each(async |lobby| {
        for round in 0..10 {
            let owned = lobby.group_with_owner().await;
            let narrowing = Narrowing { most_guests: Some(1), ..Narrowing::default() };
            groups::narrow(&lobby.services, &owned, narrowing, 1).await.unwrap();
            let ada = lobby.guest(&format!("ada-{round}@praxis.example")).await.id;
            let bo = lobby.guest(&format!("bo-{round}@praxis.example")).await.id;
            let (first, second) = tokio::join!(
                memberships::add(&lobby.services, &owned, ada, None),
                memberships::add(&lobby.services, &owned, bo, None),
            );
            assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hundredth_owner_is_the_last() {
    on_each(async |lobby| {
        let owned = lobby.group_with_owner().await;
        let mut owners = Vec::new();
        for number in 0..MOST_OWNERS {
            owners.push(lobby.member(&format!("owner-{number}@praxis.example")).await.id);
        }
        let (early, late) = owners.split_at(MOST_OWNERS - 2);
        for owner in early {
            lobby.give_to_owner(owned.group().id, *owner).await;
        }
        for _ in 0..10 {
            let (first, second) = tokio::join!(
                groups::add_owner(&lobby.services, &owned, late[0]),
                groups::add_owner(&lobby.services, &owned, late[1]),
            );
            assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
            assert_eq!(groups::get(&lobby.services, &owned).await.unwrap().owners.len(), MOST_OWNERS);
            let added = if first.is_ok() { late[0] } else { late[1] };
            groups::remove_owner(&lobby.services, &owned, added).await.unwrap();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_codes_that_are_asked_for_at_once_exactly_the_limit_pass() {
    on_each(async |lobby| {
        let address = samples::address("ada@praxis.example");
        let asks = (0..12).map(|number| {
            let (services, address, correlation) = (lobby.services.clone(), address.clone(), lobby.correlation());
            tokio::spawn(async move {
                let (browser, place) = (Secret::random(), std::net::Ipv4Addr::new(192, 0, 2, number));
                // Each from a place of its own: the limit is that of the mailbox.
                let origin = Origin { address: Some(place.into()), ..samples::origin() };
                let caller = Caller { browser: &browser, device: None, origin: &origin, correlation };
                signin::ask(&services, &caller, Purpose::SignIn, &address, &Asked::default()).await
            })
        });
        let mut passed = 0;
        for ask in asks.collect::<Vec<_>>() {
            match ask.await.unwrap() {
                Ok(()) => passed += 1,
                refused => assert_eq!(crate::refusal(refused), "too_many"),
            }
        }
        assert_eq!(passed, 5, "{:?}", lobby.engine);
        assert_eq!(crate::told(&lobby, Action::LimitHit).await, 7);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_owners_who_invite_the_same_person_at_once_send_no_more_letters_than_one_mailbox_gets() {
    on_each(async |lobby| {
        let mut inviting = Vec::new();
        for _ in 0..8 {
            let owner = lobby.group_with_owner().await;
            inviting.push(Inviting::to_group(&lobby.services, owner).unwrap());
        }
        let invites = inviting.into_iter().enumerate().map(|(turn, by)| {
            let services = lobby.services.clone();
            // Two lists in other orders: nobody waits for whom they hold up.
            let list = if turn % 2 == 0 {
                "ada@praxis.example, ben@praxis.example"
            } else {
                "ben@praxis.example, ada@praxis.example"
            };
            tokio::spawn(async move { invitations::invite(&services, &by, NewInvitations::of(list, "en")).await })
        });
        let mut went = 0;
        for invite in invites.collect::<Vec<_>>() {
            let sent = invite.await.unwrap().unwrap();
            went += sent.lines.iter().filter(|line| line.verdict.goes()).count();
        }
        assert_eq!(went, 6, "three letters a day to each mailbox: {:?}", lobby.engine);
        let letters = lobby.letters().await;
        assert_eq!(letters.iter().filter(|one| matches!(one.letter, Letter::Invitation { .. })).count(), 6);
    })
    .await;
}
