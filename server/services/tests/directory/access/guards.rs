//! What stands against shutting everybody out, and against slipping past a policy by a group.

use domain::access::PolicyState;
use domain::event::Action;
use domain::id::PolicyId;
use domain::invitation::InvitationState;
use domain::role::{Role, Roles};
use domain::session::{Method, Platform};
use domain::time::Span;
use domain::user::User;
use services::access::form::{PolicyForm, names};
use services::access::parts::LocationForm;
use services::access::{locations, policies, trials};
use services::invitations::{Inviting, NewInvitations, invite};
use services::testing::{Lobby, both};
use services::{memberships, redemption};
use store::sign_ins::{Facts, SignIn};

use super::{block, lobby_from, location, made, policy_admin, reader, switch};
use crate::{refusal, told};

/// They came to Lobby on this platform, in no group yet.
async fn came(lobby: &Lobby, user: &User, platform: Platform, by: Method) {
    let (services, now) = (&lobby.services, lobby.services.now());
    let mut origin = domain::samples::origin();
    origin.platform = platform;
    let facts = Facts {
        origin,
        user_type: user.user_type,
        roles: user.roles,
        groups: Vec::new(),
        methods: vec![by],
        auth_time: now,
        multifactor_at: None,
        country: domain::access::Country::Undetermined,
        proof_application: None,
        accepted: Vec::new(),
    };
    let sign_in = SignIn {
        id: services.ids.next(now),
        at: now,
        user: user.id,
        user_name: user.shown_name().to_owned(),
        application: None,
        application_name: "Lobby".to_owned(),
        result: domain::event::SignInResult::Success,
        reason: None,
        facts: Some(facts),
        correlation: lobby.correlation(),
        set_version: 0,
    };
    let mut tx = services.store.begin().await.unwrap();
    store::sign_ins::record(&mut tx, sign_in, &[], 0).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn nobody_locks_themselves_out() {
    for lobby in both().await {
        let by = policy_admin(&lobby).await;
        lobby.admin().await;
        // The administrators of these tests come on Linux.
        assert_eq!(refusal(made(&lobby, &by, lobby_from("Own", &["all"], "linux")).await), "lockout_self");
        assert!(lobby.services.policies().policies.is_empty(), "nothing of it is kept");
        let off = PolicyForm { state: "off".to_owned(), ..lobby_from("Own", &["all"], "linux") };
        let id = made(&lobby, &by, off).await.unwrap();
        assert_eq!(refusal(switch(&lobby, &by, id, PolicyState::On).await), "lockout_self");
        switch(&lobby, &by, id, PolicyState::ReportOnly).await.unwrap();
        assert!(trials::list(&lobby.services, &reader(&by)).await.unwrap().is_empty(), "a report stops nobody");
    }
}

#[tokio::test]
async fn a_change_that_only_its_maker_would_survive_is_refused() {
    for lobby in both().await {
        let by = policy_admin(&lobby).await;
        let form = lobby_from("Windows", &["all"], "windows");
        assert_eq!(refusal(made(&lobby, &by, form.clone()).await), "lockout_others");
        // Who has never come in is tried without any fact, and a missing fact opens nothing.
        let second = lobby.admin().await;
        assert_eq!(refusal(made(&lobby, &by, form.clone()).await), "lockout_others");
        let people_out = second.viewer().user.address.to_string();
        made(&lobby, &by, PolicyForm { people_out, ..form }).await.unwrap();
        assert_eq!(told(&lobby, Action::PolicyCreated).await, 1);
    }
}

#[tokio::test]
async fn a_change_that_nobody_confirms_is_taken_back_after_fifteen_minutes() {
    for lobby in both().await {
        let (by, services) = (policy_admin(&lobby).await, &lobby.services);
        made(&lobby, &by, lobby_from("Guests", &["guests"], "windows")).await.unwrap();
        assert_eq!(trials::list(services, &reader(&by)).await.unwrap().len(), 1);
        lobby.clock.advance(Span(Span::minutes(15).0 - 1));
        assert_eq!(trials::take_back_due(services).await.unwrap(), 0);
        assert_eq!(services.policies().policies.len(), 1);
        lobby.clock.advance(Span(1));
        assert_eq!(trials::take_back_due(services).await.unwrap(), 1);
        assert!(
            services.policies().policies.is_empty() && trials::list(services, &reader(&by)).await.unwrap().is_empty()
        );
        assert_eq!(told(&lobby, Action::PolicyRolledBack).await, 1);
    }
}

#[tokio::test]
async fn what_stood_before_the_first_change_is_what_a_roll_back_restores() {
    for lobby in both().await {
        let (by, services) = (policy_admin(&lobby).await, &lobby.services);
        let id = made(&lobby, &by, lobby_from("Guests", &["guests"], "windows")).await.unwrap();
        trials::confirm(services, &by, &id.to_string()).await.unwrap();
        assert_eq!(told(&lobby, Action::PolicyConfirmed).await, 1);
        lobby.clock.advance(Span::minutes(20));
        assert_eq!(trials::take_back_due(services).await.unwrap(), 0, "it was confirmed");
        for platform in ["macos", "android"] {
            let version = policies::get(services, &reader(&by), id).await.unwrap().version;
            let form = lobby_from("Guests", &["guests"], platform);
            let policy = form.read(services, &by, Some(id)).await.unwrap();
            policies::save(services, &by, policy, version).await.unwrap();
        }
        trials::take_back(services, &by, &id.to_string()).await.unwrap();
        let policy = policies::get(services, &reader(&by), id).await.unwrap().value;
        let form = PolicyForm::of(&policy, &names(services, &reader(&by), &[&policy]).await.unwrap());
        assert_eq!(form.platforms, ["windows"]);
        assert_eq!(refusal(trials::take_back(services, &by, &id.to_string()).await), "not_found");
    }
}

#[tokio::test]
async fn what_its_maker_brings_back_waits_for_nobody() {
    for lobby in both().await {
        let (by, services) = (policy_admin(&lobby).await, &lobby.services);
        let waiting = async || trials::list(services, &reader(&by)).await.unwrap().len();
        let id = made(&lobby, &by, lobby_from("Guests", &["guests"], "windows")).await.unwrap();
        assert_eq!(waiting().await, 1);
        policies::delete(services, &by, id).await.unwrap();
        assert_eq!(waiting().await, 0, "there was none before");
        let id = made(&lobby, &by, lobby_from("Guests", &["guests"], "windows")).await.unwrap();
        trials::confirm(services, &by, &id.to_string()).await.unwrap();
        switch(&lobby, &by, id, PolicyState::Off).await.unwrap();
        assert_eq!(waiting().await, 1);
        switch(&lobby, &by, id, PolicyState::On).await.unwrap();
        assert_eq!(waiting().await, 0);
    }
}

#[tokio::test]
async fn of_two_changes_that_wait_none_is_kept_that_locks_out_with_the_other_taken_back() {
    for lobby in both().await {
        let (by, services) = (policy_admin(&lobby).await, &lobby.services);
        let second = lobby.admin().await.viewer().user.clone();
        came(&lobby, &second, Platform::Linux, Method::Otp).await;
        let windows = made(&lobby, &by, lobby_from("Windows", &["all"], "windows")).await.unwrap();
        trials::confirm(services, &by, &windows.to_string()).await.unwrap();
        switch(&lobby, &by, windows, PolicyState::Off).await.unwrap();
        let mut elsewhere = by.viewer().clone();
        elsewhere.origin.platform = Platform::Windows;
        let elsewhere = elsewhere.policy_administrator().unwrap();
        came(&lobby, &second, Platform::Windows, Method::Otp).await;
        let linux = made(&lobby, &elsewhere, lobby_from("Linux", &["all"], "linux")).await.unwrap();
        let confirm = async |id: PolicyId| trials::confirm(services, &elsewhere, &id.to_string()).await;
        assert_eq!(refusal(confirm(linux).await), "lockout_waiting");
        confirm(windows).await.unwrap();
        confirm(linux).await.unwrap();
    }
}

#[tokio::test]
async fn only_whoever_still_comes_in_confirms_a_change() {
    for lobby in both().await {
        let (by, second) = (policy_admin(&lobby).await, policy_admin(&lobby).await);
        let people_out = second.viewer().user.address.to_string();
        let form = PolicyForm { people_out, ..lobby_from("Windows", &["all"], "windows") };
        let id = made(&lobby, &by, form).await.unwrap().to_string();
        let mut elsewhere = by.viewer().clone();
        elsewhere.origin.platform = Platform::Windows;
        let elsewhere = elsewhere.policy_administrator().unwrap();
        assert_eq!(refusal(trials::confirm(&lobby.services, &elsewhere, &id).await), "lockout_self");
        trials::confirm(&lobby.services, &by, &id).await.unwrap();
    }
}

#[tokio::test]
async fn a_group_that_is_left_out_can_be_joined_by_nobody_elses_leave() {
    for lobby in both().await {
        let (by, app) = (policy_admin(&lobby).await, lobby.application().await);
        let owned = lobby.group_with_owner().await;
        let users_out = vec![format!("group:{}", owned.group().id)];
        let form = PolicyForm { users_out, ..block("Guests", app.id) };
        assert_eq!(refusal(made(&lobby, &by, form).await), "users: group_unprotected");

        let group = lobby.group().await;
        let users_out = vec![format!("group:{}", group.id)];
        made(&lobby, &by, PolicyForm { users_out, ..block("Guests", app.id) }).await.unwrap();
        let (guest, people) = (lobby.guest("ada@praxis.example").await, lobby.user_admin().await);
        let manager = people.viewer().clone().owner_of(&lobby.services, group.id).await.unwrap();
        assert_eq!(refusal(memberships::add(&lobby.services, &manager, guest.id, None).await), "group_protected");
        let manager = by.viewer().clone().owner_of(&lobby.services, group.id).await.unwrap();
        memberships::add(&lobby.services, &manager, guest.id, None).await.unwrap();
    }
}

#[tokio::test]
async fn whoever_leaves_themselves_out_of_a_policy_still_shuts_nobody_out() {
    for lobby in both().await {
        let second = lobby.admin().await.viewer().user.clone();
        came(&lobby, &second, Platform::Linux, Method::Otp).await;
        // One who is no Administrator and one who is.
        for by in [lobby.policy_admin().await, policy_admin(&lobby).await] {
            let people_out = by.viewer().user.address.to_string();
            let form = PolicyForm { people_out, ..lobby_from("Others", &["all"], "linux") };
            assert_eq!(refusal(made(&lobby, &by, form).await), "lockout_others");
        }
        assert!(lobby.services.policies().policies.is_empty());
    }
}

#[tokio::test]
async fn who_joins_a_group_is_tried_as_one_of_it() {
    for lobby in both().await {
        let (by, group) = (policy_admin(&lobby).await, lobby.group().await);
        let second = lobby.admin().await.viewer().user.clone();
        came(&lobby, &second, Platform::Linux, Method::Otp).await;
        let people_out = by.viewer().user.address.to_string();
        let users = vec![format!("group:{}", group.id)];
        let form = PolicyForm { users, people_out, ..lobby_from("Others", &[], "linux") };
        made(&lobby, &by, form).await.unwrap();
        let manager = by.viewer().clone().owner_of(&lobby.services, group.id).await.unwrap();
        assert_eq!(refusal(memberships::add(&lobby.services, &manager, second.id, None).await), "lockout_others");
        let invited = Inviting::to_group(&lobby.services, manager).unwrap();
        let list = NewInvitations::of(second.address.as_str(), "en");
        assert_eq!(refusal(invite(&lobby.services, &invited, list).await), "lockout_others");
        assert!(lobby.membership(group.id, second.id).await.is_none());
        let policies = lobby.services.policies();
        let id = policies.guarding_lobby().next().unwrap().id;
        trials::confirm(&lobby.services, &by, &id.to_string()).await.unwrap();
        switch(&lobby, &by, id, PolicyState::Off).await.unwrap();
        let manager = by.viewer().clone().owner_of(&lobby.services, group.id).await.unwrap();
        assert_eq!(refusal(memberships::add(&lobby.services, &manager, second.id, None).await), "lockout_waiting");
        trials::confirm(&lobby.services, &by, &id.to_string()).await.unwrap();
        memberships::add(&lobby.services, &manager, second.id, None).await.unwrap();
    }
}

#[tokio::test]
async fn a_break_glass_account_takes_away_what_locks_everybody_out_one_by_one() {
    for mut lobby in both().await {
        let glass = lobby.with_roles("glass@lindenhof.example", Roles::of(Role::Administrator)).await;
        lobby.name_break_glass(glass.id);
        let by = policy_admin(&lobby).await;
        let [one, other] = ["One", "Other"].map(|name| lobby_from(name, &["all"], "linux"));
        let one = lobby.slip_in(one.read(&lobby.services, &by, None).await.unwrap()).await;
        let other = lobby.slip_in(other.read(&lobby.services, &by, None).await.unwrap()).await;
        assert_eq!(refusal(switch(&lobby, &by, one, PolicyState::Off).await), "lockout_self");
        let mut viewer = lobby.viewer(glass.id).await;
        viewer.session.methods = vec![Method::Passkey];
        let glass = viewer.policy_administrator().unwrap();
        switch(&lobby, &glass, one, PolicyState::Off).await.unwrap();
        trials::confirm(&lobby.services, &glass, &one.to_string()).await.unwrap();
        switch(&lobby, &glass, other, PolicyState::Off).await.unwrap();
        assert_eq!(lobby.services.policies().guarding_lobby().count(), 0);
    }
}

#[tokio::test]
async fn what_may_be_taken_back_locks_nobody_out_either() {
    for lobby in both().await {
        let (by, services) = (policy_admin(&lobby).await, &lobby.services);
        // The administrators of these tests come from within this range.
        let office = location(&lobby, &by, "Office", false).await;
        let form = PolicyForm {
            location_rule: "any".to_owned(),
            locations_out: vec![format!("location:{office}")],
            platform_rule: "any".to_owned(),
            platforms: Vec::new(),
            ..lobby_from("Outside", &["all"], "linux")
        };
        let second = lobby.admin().await.viewer().user.clone();
        came(&lobby, &second, Platform::Linux, Method::Otp).await;
        let id = made(&lobby, &by, form).await.unwrap();
        trials::confirm(services, &by, &id.to_string()).await.unwrap();
        switch(&lobby, &by, id, PolicyState::Off).await.unwrap();

        assert_eq!(refusal(locations::delete(services, &by, office).await), ": named_by_waiting");
        let elsewhere = async || {
            let kept = locations::get(services, &reader(&by), office).await.unwrap();
            let form = LocationForm { ranges: "198.51.100.0/24".to_owned(), ..LocationForm::of(&kept.value) };
            locations::save(services, &by, form.parse(services, Some(office)).unwrap(), kept.version).await
        };
        assert_eq!(refusal(elsewhere().await), "lockout_waiting");
        trials::confirm(services, &by, &id.to_string()).await.unwrap();
        elsewhere().await.unwrap();
        locations::delete(services, &by, office).await.unwrap();
    }
}

#[tokio::test]
async fn a_break_glass_account_stands_by_where_it_has_come_by_its_passkey() {
    for mut lobby in both().await {
        let glass = lobby.with_roles("glass@lindenhof.example", Roles::of(Role::Administrator)).await;
        lobby.name_break_glass(glass.id);
        let by = policy_admin(&lobby).await;
        let form = lobby_from("Windows", &["all"], "windows");
        came(&lobby, &glass, Platform::Windows, Method::Otp).await;
        let passkey = lobby.passkey(glass.id).await.0;
        let refused = refusal(made(&lobby, &by, form.clone()).await);
        assert_eq!(refused, "lockout_others", "it came by a code, before it was named");
        came(&lobby, &glass, Platform::Windows, Method::Passkey).await;
        let id = made(&lobby, &by, form.clone()).await.unwrap();
        policies::delete(&lobby.services, &by, id).await.unwrap();
        let holder = lobby.stepped_up(&lobby.viewer(glass.id).await).await;
        services::passkeys::remove(&lobby.services, &holder, passkey).await.unwrap();
        assert_eq!(refusal(made(&lobby, &by, form).await), "lockout_others", "it has none any more");
    }
}

#[tokio::test]
async fn a_roll_back_is_stopped_by_no_other_change() {
    for lobby in both().await {
        let (by, services) = (policy_admin(&lobby).await, &lobby.services);
        let guests = made(&lobby, &by, lobby_from("Guests", &["guests"], "windows")).await.unwrap();
        trials::confirm(services, &by, &guests.to_string()).await.unwrap();
        policies::delete(services, &by, guests).await.unwrap();
        // Another takes its name, and one more change waits.
        let off = PolicyForm { state: "off".to_owned(), ..lobby_from("guests", &["guests"], "macos") };
        made(&lobby, &by, off).await.unwrap();
        made(&lobby, &by, lobby_from("Android", &["guests"], "android")).await.unwrap();
        lobby.clock.advance(Span::minutes(15));
        assert_eq!(trials::take_back_due(services).await.unwrap(), 2);
        let set = services.policies();
        let mut names: Vec<&str> = set.policies.iter().map(domain::access::Entry::name).collect();
        names.sort_unstable();
        assert_eq!(names, ["Guests (taken back)", "guests"]);
        assert_eq!(set.guarding_lobby().map(|policy| policy.id).collect::<Vec<_>>(), [guests]);
    }
}

#[tokio::test]
async fn a_group_stays_protected_while_a_change_waits_to_be_confirmed() {
    for lobby in both().await {
        let (by, services, group) = (policy_admin(&lobby).await, &lobby.services, lobby.group().await);
        let users_out = vec![format!("group:{}", group.id)];
        let form = PolicyForm { users_out, ..lobby_from("Guests", &["guests"], "windows") };
        let id = made(&lobby, &by, form).await.unwrap();
        trials::confirm(services, &by, &id.to_string()).await.unwrap();
        switch(&lobby, &by, id, PolicyState::Off).await.unwrap();
        let (guest, people) = (lobby.guest("ada@praxis.example").await, lobby.user_admin().await);
        let manager = people.viewer().clone().owner_of(services, group.id).await.unwrap();
        let add = async || memberships::add(services, &manager, guest.id, None).await;
        assert_eq!(refusal(add().await), "group_protected", "it may be taken back");
        trials::confirm(services, &by, &id.to_string()).await.unwrap();
        add().await.unwrap();
    }
}

#[tokio::test]
async fn an_invitation_from_before_leads_past_no_policy() {
    for lobby in both().await {
        let (by, services, group) = (policy_admin(&lobby).await, &lobby.services, lobby.group().await);
        let guest = lobby.pending_guest("ada@praxis.example").await;
        let invitation = lobby.invitation(group.id, by.viewer().user.id, &guest).await;
        let users_out = vec![format!("group:{}", group.id)];
        let form = PolicyForm { users_out, ..block("Guests", lobby.application().await.id) };
        assert_eq!(refusal(made(&lobby, &by, form.clone()).await), "users: group_unprotected");
        // As if both had happened at once.
        lobby.slip_in(form.read(services, &by, None).await.unwrap()).await;
        let (proved, origin) = (lobby.proved("ada@praxis.example"), domain::samples::origin());
        let accepted = redemption::accept(services, &proved, &[invitation.id], origin, lobby.correlation()).await;
        assert_eq!(refusal(accepted), "group_protected");
        assert_eq!(lobby.invitation_now(invitation.id).await.state, InvitationState::Pending);
    }
}
