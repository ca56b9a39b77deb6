//! Groups, their owners and members.

use domain::event::Action;
use domain::group::Narrowing;
use domain::invitation::{InvitationState, Outcome};
use domain::letter::Letter;
use domain::settings::GuestAccess;
use domain::time::Span;
use domain::user::User;
use services::groups::{self, Members, NarrowingForm, ShapeForm};
use services::testing::both;
use services::{PageAsk, memberships};

use crate::{refusal, told};

fn form(name: &str) -> ShapeForm {
    ShapeForm { name: name.to_owned(), description: String::new(), owners_manage: true }
}

fn first() -> PageAsk {
    PageAsk { size: 50, ..PageAsk::default() }
}

#[tokio::test]
async fn a_group_is_made_with_owners_who_manage_it_where_it_lets_them() {
    for lobby in both().await {
        let (admin, ida) = (lobby.user_admin().await, lobby.member("ida@lindenhof.example").await);
        let shape = form("Records").parse().unwrap();
        let id = groups::create(&lobby.services, &admin, shape.clone(), &[ida.id]).await.unwrap();
        let owner = lobby.viewer(ida.id).await.owner_of(&lobby.services, id).await.unwrap();
        assert!(!owner.by_role);
        let shape = groups::Shape { owners_manage: false, ..shape };
        groups::edit(&lobby.services, &admin, id, shape.clone(), 1).await.unwrap();
        assert_eq!(refusal(groups::edit(&lobby.services, &admin, id, shape, 1).await), "conflict");
        assert_eq!(refusal(lobby.viewer(ida.id).await.owner_of(&lobby.services, id).await), "forbidden");
        let stranger = lobby.member("eve@lindenhof.example").await;
        assert_eq!(refusal(lobby.viewer(stranger.id).await.owner_of(&lobby.services, id).await), "not_found");
    }
}

#[tokio::test]
async fn a_group_without_an_owner_who_can_come_in_is_an_orphan() {
    for lobby in both().await {
        let (admin, owned) = (lobby.user_admin().await, lobby.group_with_owner().await);
        let alone = lobby.group().await;
        let orphans = async || {
            let page = groups::list(&lobby.services, &admin, true, &first()).await.unwrap();
            page.items.into_iter().map(|counted| counted.group.id).collect::<Vec<_>>()
        };
        assert_eq!(orphans().await, [alone.id]);
        services::people::disable(&lobby.services, &admin, owned.viewer().user.id).await.unwrap();
        assert_eq!(orphans().await.len(), 2);
    }
}

#[tokio::test]
async fn owners_appoint_members_and_administrators_appoint_guests() {
    for lobby in both().await {
        let (admin, owned) = (lobby.user_admin().await, lobby.group_with_owner().await);
        let (ida, ada) = (lobby.member("ida@lindenhof.example").await, lobby.guest("ada@praxis.example").await);
        groups::add_owner(&lobby.services, &owned, ida.id).await.unwrap();
        assert_eq!(refusal(groups::add_owner(&lobby.services, &owned, ida.id).await), "owner_already");
        assert_eq!(refusal(groups::add_owner(&lobby.services, &owned, ada.id).await), "guest_owner");
        let by_role = admin.viewer().clone().owner_of(&lobby.services, owned.group().id).await.unwrap();
        groups::add_owner(&lobby.services, &by_role, ada.id).await.unwrap();
        assert_eq!(groups::get(&lobby.services, &owned).await.unwrap().owners.len(), 3);
    }
}

#[tokio::test]
async fn a_removed_owner_leaves_what_they_sent_to_the_others() {
    for lobby in both().await {
        let owned = lobby.group_with_owner().await;
        let group = owned.group().id;
        let (ida, ada) = (lobby.member("ida@lindenhof.example").await, lobby.pending_guest("ada@praxis.example").await);
        groups::add_owner(&lobby.services, &owned, ida.id).await.unwrap();
        let (mine, hers) = (
            lobby.invitation(group, owned.viewer().user.id, &lobby.pending_guest("bo@praxis.example").await).await,
            lobby.invitation(group, ida.id, &ada).await,
        );
        groups::remove_owner(&lobby.services, &owned, ida.id).await.unwrap();
        assert!(matches!(lobby.invitation_now(hers.id).await.state, InvitationState::Suspended { .. }));
        assert_eq!(lobby.invitation_now(mine.id).await.state, InvitationState::Pending);
        assert_eq!(refusal(groups::remove_owner(&lobby.services, &owned, ida.id).await), "not_found");
    }
}

#[tokio::test]
async fn deleting_a_group_says_what_is_lost_and_revokes_invitations_to_it() {
    for lobby in both().await {
        let (admin, owned) = (lobby.user_admin().await, lobby.group_with_owner().await);
        let (group, app) = (owned.group().id, lobby.application().await);
        lobby.assign(app.id, group).await;
        let ada = lobby.pending_guest("ada@praxis.example").await;
        let sent = lobby.invitation(group, owned.viewer().user.id, &ada).await;
        lobby.join(group, &lobby.guest("bo@praxis.example").await).await;
        let (_, losses) = groups::losses(&lobby.services, &admin, group).await.unwrap();
        assert_eq!((losses.members, losses.pending, losses.owners), (2, 1, 1));
        assert_eq!(losses.opens, [app.name.to_string()]);
        groups::delete(&lobby.services, &admin, group).await.unwrap();
        let sent = lobby.invitation_now(sent.id).await;
        assert!(matches!(sent.state, InvitationState::Final { outcome: Outcome::Revoked, .. }));
        assert_eq!(refusal(groups::delete(&lobby.services, &admin, group).await), "not_found");
    }
}

#[tokio::test]
async fn a_known_guest_is_added_and_told_a_member_only_added() {
    for lobby in both().await {
        let owned = lobby.group_with_owner().await;
        let (group, by) = (owned.group().id, owned.viewer().user.id);
        let (ida, ada) = (lobby.member("ida@lindenhof.example").await, lobby.guest("ada@praxis.example").await);
        memberships::add(&lobby.services, &owned, ida.id, None).await.unwrap();
        assert!(lobby.letters().await.is_empty());
        memberships::add(&lobby.services, &owned, ada.id, None).await.unwrap();
        assert_eq!(lobby.letters().await[0].letter, Letter::Added { group, user: ada.id, by });
        assert_eq!(refusal(memberships::add(&lobby.services, &owned, ada.id, None).await), "already_in");
        let bo = lobby.pending_guest("bo@praxis.example").await;
        assert_eq!(refusal(memberships::add(&lobby.services, &owned, bo.id, None).await), "user_not_accepted");
        memberships::remove(&lobby.services, &owned, ada.id).await.unwrap();
        assert_eq!(lobby.membership(group, ada.id).await, None);
        assert_eq!(told(&lobby, Action::MemberRemoved).await, 1);
    }
}

#[tokio::test]
async fn a_group_takes_guests_as_far_as_it_is_narrowed() {
    for lobby in both().await {
        let owned = lobby.group_with_owner().await;
        let form = NarrowingForm {
            rule: "allow".to_owned(),
            domains: "praxis.example".to_owned(),
            most_guests: "1".to_owned(),
            longest_stay_days: "30".to_owned(),
        };
        let narrowing: Narrowing = form.parse().unwrap();
        groups::narrow(&lobby.services, &owned, narrowing, 1).await.unwrap();
        let group = owned.group().id;
        let (ada, eve) = (lobby.guest("ada@praxis.example").await, lobby.guest("eve@other.example").await);
        let refused = refusal(memberships::add(&lobby.services, &owned, eve.id, None).await);
        assert_eq!(refused, "user: domain_not_allowed");
        let late = Some(lobby.services.now() + Span::days(60));
        assert_eq!(refusal(memberships::add(&lobby.services, &owned, ada.id, late).await), "ends_at: ends_too_late");
        let past = Some(lobby.services.now());
        assert_eq!(refusal(memberships::add(&lobby.services, &owned, ada.id, past).await), "ends_at: date_past");
        memberships::add(&lobby.services, &owned, ada.id, None).await.unwrap();
        let end = lobby.membership(group, ada.id).await.unwrap().ends_at;
        assert!(end < lobby.services.now() + Span::days(31));
        let bo = lobby.guest("bo@praxis.example").await;
        assert_eq!(refusal(memberships::add(&lobby.services, &owned, bo.id, None).await), "user: group_full");
        let ida = lobby.member("ida@lindenhof.example").await;
        memberships::add(&lobby.services, &owned, ida.id, None).await.unwrap();

        // A stay that has ended gives its place away, and is renewed only where there is one.
        lobby.clock.advance(Span::days(31));
        memberships::add(&lobby.services, &owned, bo.id, None).await.unwrap();
        assert_eq!(refusal(memberships::set_end(&lobby.services, &owned, ada.id, None).await), "user: group_full");
        memberships::remove(&lobby.services, &owned, bo.id).await.unwrap();
        memberships::set_end(&lobby.services, &owned, ada.id, None).await.unwrap();
        let renewed = lobby.membership(group, ada.id).await.unwrap();
        assert!(renewed.counts(lobby.services.now()) && renewed.added_at == lobby.services.now());
    }
}

#[tokio::test]
async fn a_held_membership_ends_with_its_invitation() {
    for lobby in both().await {
        let owned = lobby.group_with_owner().await;
        let ada = lobby.pending_guest("ada@praxis.example").await;
        let sent = lobby.invitation(owned.group().id, owned.viewer().user.id, &ada).await;
        assert_eq!(refusal(memberships::set_end(&lobby.services, &owned, ada.id, None).await), "invited_already");
        memberships::remove(&lobby.services, &owned, ada.id).await.unwrap();
        let sent = lobby.invitation_now(sent.id).await;
        assert!(matches!(sent.state, InvitationState::Final { outcome: Outcome::Revoked, .. }));
        assert_eq!(lobby.membership(owned.group().id, ada.id).await, None);
    }
}

#[tokio::test]
async fn a_user_administrator_puts_neither_themselves_nor_role_holders_into_groups() {
    for lobby in both().await {
        let (by, admin, group) = (lobby.user_admin().await, lobby.admin().await, lobby.group().await);
        let me = by.viewer().user.id;
        let by = by.viewer().clone().owner_of(&lobby.services, group.id).await.unwrap();
        assert_eq!(refusal(memberships::add(&lobby.services, &by, me, None).await), "own_account");
        let admin = admin.viewer().user.id;
        assert_eq!(refusal(memberships::add(&lobby.services, &by, admin, None).await), "holds_role");
    }
}

#[tokio::test]
async fn the_members_page_is_cut_as_asked_and_names_who_added_them() {
    for lobby in both().await {
        let owned = lobby.group_with_owner().await;
        let group = owned.group().id;
        let (ida, ada) = (lobby.member("ida@lindenhof.example").await, lobby.guest("ada@praxis.example").await);
        memberships::add(&lobby.services, &owned, ida.id, None).await.unwrap();
        let soon = Some(lobby.services.now() + Span::days(3));
        memberships::add(&lobby.services, &owned, ada.id, soon).await.unwrap();
        let bo = lobby.pending_guest("bo@praxis.example").await;
        lobby.invitation(group, owned.viewer().user.id, &bo).await;
        let listed = async |show| {
            let page = groups::members(&lobby.services, &owned, show, &first()).await.unwrap();
            assert!(page.items.iter().all(|listed| listed.added_by == owned.viewer().user.shown_name()));
            page.items.iter().map(|listed| listed.member.user.address.local().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(listed(Members::Everyone).await, ["ada", "bo", "ida"]);
        assert_eq!(listed(Members::Guests).await, ["ada", "bo"]);
        assert_eq!(listed(Members::Invited).await, ["bo"]);
        assert_eq!(listed(Members::Ending).await, ["ada"]);
        assert!(listed(Members::Ended).await.is_empty());
        let counts = groups::get(&lobby.services, &owned).await.unwrap().counts;
        assert_eq!((counts.guests, counts.pending, counts.ending), (1, 1, 1));
        lobby.clock.advance(Span::days(3));
        assert_eq!(listed(Members::Ended).await, ["ada"]);
    }
}

#[tokio::test]
async fn members_are_sorted_by_their_last_sign_in_wherever_it_was() {
    for lobby in both().await {
        let owned = lobby.group_with_owner().await;
        let group = owned.group().id;
        let [ada, bo, cy, dan] = ["ada", "bo", "cy", "dan"].map(|name| format!("{name}@praxis.example"));
        let (ada, bo, cy) = (lobby.guest(&ada).await, lobby.guest(&bo).await, lobby.guest(&cy).await);
        for user in [&ada, &bo, &cy] {
            lobby.join(group, user).await;
        }
        let enters = async |user: &User| {
            lobby.clock.advance(Span::minutes(1));
            let mut tx = lobby.services.store.begin().await.unwrap();
            store::users::signed_in(&mut tx, user.id, lobby.services.now()).await.unwrap();
            tx.commit().await.unwrap();
        };
        let listed = async |reverse| {
            let (mut names, mut after) = (Vec::new(), None);
            loop {
                let sort = "last-sign-in".to_owned();
                let ask = PageAsk { sort, reverse, after, size: 1, ..PageAsk::default() };
                let page = groups::members(&lobby.services, &owned, Members::Everyone, &ask).await.unwrap();
                names.extend(page.items.iter().map(|listed| listed.member.user.address.local().to_owned()));
                match page.next {
                    Some(next) => after = Some(next),
                    None => return names,
                }
            }
        };
        enters(&bo).await;
        enters(&ada).await;
        assert_eq!(listed(false).await, ["ada", "bo", "cy"], "who never came in is last");
        assert_eq!(listed(true).await, ["cy", "bo", "ada"]);

        // Who came in before they joined; and a new name changes no place.
        let dan = lobby.guest(&dan).await;
        enters(&dan).await;
        lobby.join(group, &lobby.user(dan.id).await.value).await;
        let profile = services::people::ProfileForm {
            name: "Bo Berg".to_owned(),
            language: "en".to_owned(),
            ..Default::default()
        };
        services::people::edit_own(&lobby.services, &lobby.viewer(bo.id).await, profile.parse().unwrap())
            .await
            .unwrap();
        assert_eq!(listed(false).await, ["dan", "ada", "bo", "cy"]);
    }
}

#[tokio::test]
async fn guests_see_of_their_fellows_what_guest_access_lets_them() {
    for lobby in both().await {
        let (group, other) = (lobby.group().await.id, lobby.group().await.id);
        let (ida, ada) = (lobby.member("ida@lindenhof.example").await, lobby.guest("ada@praxis.example").await);
        let gone = lobby.guest("gone@praxis.example").await;
        for user in [&ida, &ada, &gone] {
            lobby.join(group, user).await;
        }
        let admin = lobby.user_admin().await;
        services::people::disable(&lobby.services, &admin, gone.id).await.unwrap();
        let viewer = lobby.viewer(ada.id).await;
        let seen = async || {
            let seen = groups::fellows(&lobby.services, &viewer, group, &first()).await.unwrap();
            (seen.people.items.len(), seen.people.items.iter().any(|fellow| fellow.address.is_some()))
        };
        assert_eq!(seen().await, (2, false));
        lobby.collaborate(|settings| settings.guest_access = GuestAccess::SameAsMembers).await;
        assert_eq!(seen().await, (2, true));
        lobby.collaborate(|settings| settings.guest_access = GuestAccess::Restricted).await;
        assert_eq!(seen().await, (1, true));
        assert_eq!(refusal(groups::fellows(&lobby.services, &viewer, other, &first()).await), "not_found");
        assert_eq!(groups::mine(&lobby.services, &viewer).await.unwrap().len(), 1);
        let member = lobby.viewer(ida.id).await;
        assert_eq!(groups::fellows(&lobby.services, &member, group, &first()).await.unwrap().people.items.len(), 2);
    }
}

#[tokio::test]
async fn an_owner_finds_a_person_by_their_address_unless_they_may_not_know() {
    for lobby in both().await {
        let owned = lobby.group_with_owner().await;
        let ida = lobby.member("ida@lindenhof.example").await;
        let found = groups::candidate(&lobby.services, &owned, &ida.address).await.unwrap();
        assert_eq!(found.id, ida.id);
        let nobody = domain::samples::address("nobody@lindenhof.example");
        assert_eq!(refusal(groups::candidate(&lobby.services, &owned, &nobody).await), "address: person_unknown");
        let ada = lobby.guest("ada@praxis.example").await;
        lobby.give_to_owner(owned.group().id, ada.id).await;
        let guest = lobby.viewer(ada.id).await.owner_of(&lobby.services, owned.group().id).await.unwrap();
        assert_eq!(refusal(groups::candidate(&lobby.services, &guest, &ida.address).await), "address: person_unknown");
    }
}

#[test]
fn a_narrowing_says_what_is_wrong_with_it() {
    let form = NarrowingForm { rule: "deny".to_owned(), longest_stay_days: "0".to_owned(), ..Default::default() };
    let problems = form.parse().unwrap_err();
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["domains_empty", "number_bounds"]);
}
