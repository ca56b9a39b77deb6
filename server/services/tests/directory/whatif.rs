//! What the policies would say: What-If, replay, coverage, and what an owner learns of a guest who does not get in.

use domain::access::coverage::Oddity;
use domain::access::policy::Named;
use domain::access::{
    Choice, Control, Grant, Include, Location, LocationKind, Outcome, Policy, PolicyName, PolicyState, Ranges, Target,
    What, Where, Who,
};
use domain::application::Application;
use domain::event::SignInResult;
use domain::id::{LocationId, PolicyId};
use domain::session::{Origin, Platform};
use domain::time::{Span, Timestamp};
use domain::user::User;
use services::access::whatif::{self, From, Question};
use services::access::{attempts, coverage, locations, policies, replay};
use services::applications::{self, Launch};
use services::memberships;
use services::testing::{Lobby, both};
use services::{PageAsk, PolicyAdmin};

use crate::access::policy_admin;
use crate::refusal;

const INSIDE: &str = "198.51.100.7";
const OUTSIDE: &str = "203.0.113.9";

fn nil() -> uuid::Uuid {
    uuid::Uuid::nil()
}

/// A policy for guests in one application that is on.
fn policy(name: &str, app: &Application, grant: Grant) -> Policy {
    Policy {
        id: PolicyId(nil()),
        name: PolicyName::parse(name).unwrap(),
        state: PolicyState::On,
        users: Named { include: vec![Who::Guests], exclude: Vec::new() },
        applications: Named { include: vec![What::App(app.id)], exclude: Vec::new() },
        platforms: None,
        locations: None,
        grant: Some(grant),
        frequency: None,
        created_at: Timestamp::EPOCH,
    }
}

async fn clinics(lobby: &Lobby, by: &PolicyAdmin) -> LocationId {
    let ranges = Ranges::parse("198.51.100.0/24").unwrap();
    let location = Location {
        id: LocationId(nil()),
        name: PolicyName::parse("Trusted clinics").unwrap(),
        kind: LocationKind::Ranges { ranges, trusted: true },
        created_at: Timestamp::EPOCH,
    };
    locations::create(&lobby.services, by, location).await.unwrap()
}

/// Somebody goes to the application from there, on that; what came of it, as the log says.
async fn launch(
    lobby: &Lobby,
    user: &User,
    app: &Application,
    address: Option<&str>,
    platform: Platform,
) -> SignInResult {
    let mut viewer = lobby.viewer(user.id).await;
    let address = address.map(|address| address.parse().unwrap());
    viewer.origin = Origin { address, platform, ..viewer.origin };
    match applications::launch(&lobby.services, &viewer, app.id).await.unwrap() {
        Launch::Go(_) => SignInResult::Success,
        Launch::Stopped(id) => {
            let mut tx = lobby.services.store.read().await.unwrap();
            store::sign_ins::get(&mut tx, id).await.unwrap().unwrap().result
        }
    }
}

fn on(include: Vec<Platform>, exclude: Vec<Platform>) -> Option<Choice<Platform>> {
    let include = if include.is_empty() { Include::Any } else { Include::Some(include) };
    Some(Choice { include, exclude })
}

#[tokio::test]
async fn what_if_says_what_a_launch_then_does() {
    for lobby in both().await {
        let (services, by, reader) = (&lobby.services, policy_admin(&lobby).await, lobby.reader().await);
        let clinics = clinics(&lobby, &by).await;
        let guest = lobby.guest("ada@praxis.example").await;
        let group = lobby.group().await;
        lobby.join(group.id, &guest).await;
        let but_clinics = Some(Choice { include: Include::Any, exclude: vec![Where::Named(clinics)] });
        let trusted = Some(Choice { include: Include::Some(vec![Where::AllTrusted]), exclude: Vec::new() });
        let mut seen = [0; 3];
        for (number, (grant, state, platforms, locations)) in [
            (Grant::Block, PolicyState::On, None, None),
            (Grant::Block, PolicyState::ReportOnly, None, None),
            (Grant::Block, PolicyState::On, on(vec![Platform::Windows], vec![]), None),
            (Grant::Block, PolicyState::On, on(vec![], vec![Platform::Ios]), None),
            (Grant::Block, PolicyState::On, None, but_clinics.clone()),
            (Grant::Block, PolicyState::On, on(vec![Platform::Linux], vec![]), but_clinics),
            (Grant::RequireAll(vec![Control::Multifactor]), PolicyState::On, None, trusted),
        ]
        .into_iter()
        .enumerate()
        {
            let app = lobby.application().await;
            lobby.assign(app.id, group.id).await;
            let policy = policy(&format!("Policy {number}"), &app, grant);
            let policy = Policy { state, platforms, locations, ..policy };
            policies::create(services, &by, policy).await.unwrap();
            for platform in [Platform::Windows, Platform::Ios, Platform::Linux, Platform::Undetermined] {
                for address in [Some(INSIDE), Some(OUTSIDE), None] {
                    let from = address.map_or(From::Undetermined, |address| From::Address(address.parse().unwrap()));
                    let target = Target::App(app.id);
                    let question = Question { user: guest.id, target, from, platform, multifactor: false };
                    let said = whatif::ask(services, &reader, question).await.unwrap();
                    let expected = match said.outcome() {
                        Outcome::Granted => SignInResult::Success,
                        Outcome::Demanded(_) => SignInResult::Interrupted,
                        Outcome::Blocked => SignInResult::Blocked,
                    };
                    let came = launch(&lobby, &guest, &app, address, platform).await;
                    assert_eq!(came, expected, "policy {number} on {platform:?} from {address:?}");
                    seen[match came {
                        SignInResult::Success => 0,
                        SignInResult::Interrupted => 1,
                        _ => 2,
                    }] += 1;
                }
            }
        }
        assert!(seen.iter().all(|count| *count > 0), "each outcome is met: {seen:?}");
    }
}

#[tokio::test]
async fn the_matrix_has_every_platform_from_every_location() {
    for lobby in both().await {
        let (by, reader) = (policy_admin(&lobby).await, lobby.reader().await);
        let clinics = clinics(&lobby, &by).await;
        let (guest, app) = (lobby.guest("ada@praxis.example").await, lobby.application().await);
        let locations = Some(Choice { include: Include::Any, exclude: vec![Where::Named(clinics)] });
        let block = Policy { locations, ..policy("Only clinics", &app, Grant::Block) };
        policies::create(&lobby.services, &by, block).await.unwrap();
        let (target, from, platform) = (Target::App(app.id), From::Elsewhere, Platform::Ios);
        let question = Question { user: guest.id, target, from, platform, multifactor: false };
        let (places, rows) = whatif::matrix(&lobby.services, &reader, question).await.unwrap();
        assert_eq!(places, [From::Location(clinics), From::Elsewhere, From::Undetermined]);
        let platforms: Vec<Platform> = rows.iter().map(|row| row.platform).collect();
        assert_eq!(platforms, Platform::ALL);
        for row in rows {
            let opens: Vec<bool> = row.asked.iter().map(services::access::Asked::is_granted).collect();
            assert_eq!(opens, [true, false, false], "{:?}", row.platform);
        }
    }
}

#[tokio::test]
async fn an_owner_learns_why_their_guest_is_stopped_and_nothing_else() {
    for lobby in both().await {
        let (services, by) = (&lobby.services, policy_admin(&lobby).await);
        let clinics = clinics(&lobby, &by).await;
        let (owner, stranger) = (lobby.group_with_owner().await, lobby.group_with_owner().await);
        let (app, foreign) = (lobby.application().await, lobby.application().await);
        lobby.assign(app.id, owner.group().id).await;
        lobby.assign(foreign.id, stranger.group().id).await;
        let (guest, other) = (lobby.guest("ada@praxis.example").await, lobby.guest("bo@praxis.example").await);
        lobby.join(owner.group().id, &guest).await;
        lobby.join(stranger.group().id, &other).await;
        let locations = Some(Choice { include: Include::Any, exclude: vec![Where::Named(clinics)] });
        let block = Policy { locations, ..policy("Secret name", &app, Grant::Block) };
        let block = policies::create(services, &by, block).await.unwrap();

        let last = whatif::ask_as_owner(services, &owner, guest.id, app.id, None, None).await;
        assert_eq!(refusal(last), "from: guest_has_not_come");
        assert_eq!(launch(&lobby, &guest, &app, Some(OUTSIDE), Platform::Windows).await, SignInResult::Blocked);
        policies::delete(services, &by, block).await.unwrap();
        assert_eq!(launch(&lobby, &guest, &app, Some(OUTSIDE), Platform::Windows).await, SignInResult::Success);

        let ask = PageAsk { size: 10, ..PageAsk::default() };
        let told = attempts::of_guest(services, &owner, guest.id, &ask).await.unwrap().unwrap();
        let results: Vec<SignInResult> = told.items.iter().map(|tried| tried.result).collect();
        assert_eq!(results, [SignInResult::Success, SignInResult::Blocked]);
        let blocked = &told.items[1];
        assert_eq!(blocked.outcome, Some(Outcome::Blocked), "by the policies of then, though they are gone");
        assert!(blocked.why.len() == 1 && blocked.why[0].location.is_some() && blocked.why[0].platform.is_none());
        let text = format!("{:?}", told.items);
        for secret in [OUTSIDE, "198.51.100", "Secret name", &block.to_string(), &clinics.to_string()] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        let page = attempts::of_guest(services, &owner, guest.id, &PageAsk { size: 1, ..PageAsk::default() }).await;
        assert!(page.unwrap().unwrap().next.is_some(), "the older ones are on the next page");

        assert_eq!(refusal(attempts::of_guest(services, &owner, other.id, &ask).await), "not_found");
        assert_eq!(refusal(attempts::of_guest(services, &stranger, guest.id, &ask).await), "not_found");
        let asked = async |user: &User, app: &Application| {
            refusal(whatif::ask_as_owner(services, &owner, user.id, app.id, Some(clinics), Some(Platform::Ios)).await)
        };
        assert_eq!(asked(&guest, &foreign).await, "not_found");
        assert_eq!(asked(&other, &app).await, "not_found");
        let told = whatif::ask_as_owner(services, &owner, guest.id, app.id, Some(clinics), None).await.unwrap();
        assert_eq!((told.outcome, told.platform), (Outcome::Granted, Platform::Windows));
    }
}

#[tokio::test]
async fn nobody_is_watched_by_being_added_or_invited() {
    for lobby in both().await {
        let (services, owner) = (&lobby.services, lobby.group_with_owner().await);
        let (group, by) = (owner.group().id, owner.viewer().user.id);
        let ask = PageAsk { size: 10, ..PageAsk::default() };
        let seen = async |user: &User| attempts::of_guest(services, &owner, user.id, &ask).await;
        let app = lobby.application().await;
        lobby.assign(app.id, group).await;

        let colleague = lobby.member("colleague@lindenhof.example").await;
        lobby.join(group, &colleague).await;
        assert!(seen(&colleague).await.unwrap().is_none());
        let invited = lobby.guest("invited@praxis.example").await;
        lobby.invitation(group, by, &invited).await;
        assert!(seen(&invited).await.unwrap().is_none(), "until they accept");
        let asked = whatif::ask_as_owner(services, &owner, invited.id, app.id, None, None).await;
        assert_eq!(refusal(asked), "not_found");
        let pending = lobby.pending_guest("pending@praxis.example").await;
        lobby.invitation(group, by, &pending).await;
        assert!(
            seen(&pending).await.unwrap().unwrap().items.is_empty(),
            "who comes for the first time may be stopped too"
        );

        let guest = lobby.guest("ada@praxis.example").await;
        let earlier = lobby.group().await;
        lobby.join(earlier.id, &guest).await;
        lobby.assign(app.id, earlier.id).await;
        assert_eq!(launch(&lobby, &guest, &app, Some(INSIDE), Platform::Windows).await, SignInResult::Success);
        lobby.clock.advance(Span::minutes(1));
        lobby.join(group, &guest).await;
        assert!(seen(&guest).await.unwrap().unwrap().items.is_empty(), "what was before is not theirs to know");
        memberships::set_end(services, &owner, guest.id, Some(services.now() + Span::days(1))).await.unwrap();
        lobby.clock.advance(Span::days(1));
        assert!(seen(&guest).await.unwrap().is_none(), "nor what comes after");
    }
}

#[tokio::test]
async fn replay_counts_whom_a_draft_would_have_stopped() {
    for lobby in both().await {
        let (services, by, reader) = (&lobby.services, policy_admin(&lobby).await, lobby.reader().await);
        let (app, group) = (lobby.application().await, lobby.group().await);
        lobby.assign(app.id, group.id).await;
        let mut guests = Vec::new();
        for (address, times) in [("ada@praxis.example", 3), ("bo@praxis.example", 1), ("erased@praxis.example", 2)] {
            let guest = lobby.guest(address).await;
            lobby.join(group.id, &guest).await;
            for _ in 0..times {
                lobby.clock.advance(Span::minutes(1));
                launch(&lobby, &guest, &app, Some(OUTSIDE), Platform::Windows).await;
            }
            guests.push(guest);
        }
        launch(&lobby, &guests[1], &app, Some(OUTSIDE), Platform::Ios).await;
        let mut tx = services.store.begin().await.unwrap();
        store::users::erase(&mut tx, &guests[2], &guests[2].address).await.unwrap();
        tx.commit().await.unwrap();
        let draft = Policy { state: PolicyState::Off, ..policy("Draft", &app, Grant::Block) };
        let draft = Policy { platforms: on(vec![Platform::Windows], vec![]), ..draft };
        let id = policies::create(services, &by, draft).await.unwrap();
        let draft = policies::get(services, &reader, id).await.unwrap().value;

        let told = replay::replay(services, &reader, draft.clone()).await.unwrap();
        assert_eq!((told.attempts, told.applied, told.blocked, told.asked, told.cut), (5, 4, 4, 0, false));
        let people: Vec<_> = told.people.iter().map(|one| (one.user, one.blocked)).collect();
        assert_eq!(people, [(guests[0].id, 3), (guests[1].id, 1)]);
        let all = replay::replay_newest(services, &reader, draft.clone(), 5).await.unwrap();
        assert!(!all.cut, "nothing older is left to look at");
        let some = replay::replay_newest(services, &reader, draft.clone(), 2).await.unwrap();
        assert_eq!((some.attempts, some.cut), (2, true));
        lobby.clock.advance(Span::days(31));
        assert_eq!(replay::replay(services, &reader, draft).await.unwrap().attempts, 0, "they are too old");
    }
}

#[tokio::test]
async fn replay_of_many_attempts_stays_quick() {
    for lobby in both().await {
        let (services, reader, app) = (&lobby.services, lobby.reader().await, lobby.application().await);
        let (guest, group) = (lobby.guest("ada@praxis.example").await, lobby.group().await);
        lobby.assign(app.id, group.id).await;
        lobby.join(group.id, &guest).await;
        launch(&lobby, &guest, &app, Some(OUTSIDE), Platform::Windows).await;
        let mut tx = services.store.begin().await.unwrap();
        let one = store::sign_ins::newest_of(&mut tx, guest.id).await.unwrap().unwrap();
        for _ in 1..20_000 {
            let id = services.ids.next(services.now());
            store::sign_ins::record(&mut tx, store::sign_ins::SignIn { id, ..one.clone() }, &[], 1).await.unwrap();
        }
        tx.commit().await.unwrap();
        let begun = std::time::Instant::now();
        let told = replay::replay(services, &reader, policy("Draft", &app, Grant::Block)).await.unwrap();
        let took = begun.elapsed();
        println!("{:?}: 20,000 attempts replayed in {took:?}", lobby.engine);
        assert_eq!((told.attempts, told.blocked, told.people_count), (20_000, 20_000, 1));
        assert!(took.as_secs() < 10, "without optimization, and it took {took:?}");
    }
}

#[tokio::test]
async fn coverage_names_what_is_open_and_what_does_nothing() {
    for lobby in both().await {
        let (services, by, reader) = (&lobby.services, policy_admin(&lobby).await, lobby.reader().await);
        let (guarded, open) = (lobby.application().await, lobby.application().await);
        let block = policies::create(services, &by, policy("Block", &guarded, Grant::Block)).await.unwrap();
        let more = Grant::RequireAll(vec![Control::Multifactor]);
        let undone = policies::create(services, &by, policy("Undone", &guarded, more.clone())).await.unwrap();
        let nobody =
            Policy { platforms: on(vec![Platform::Ios], vec![Platform::Ios]), ..policy("Nobody", &open, more) };
        let nobody = policies::create(services, &by, nobody).await.unwrap();
        let found = coverage::coverage(services, &reader).await.unwrap();
        assert_eq!(found.unguarded, [(open.id, open.name.to_string())]);
        assert_eq!(found.unguarded_count, 1);
        assert!(found.oddities.contains(&Oddity::Undone { policy: undone, blocked_by: block }));
        assert!(
            found.oddities.iter().any(|one| matches!(one, Oddity::NeverMatches { policy, .. } if *policy == nobody))
        );
        assert_eq!(found.never_matched.len(), 3, "nobody has come yet");

        let (guest, group) = (lobby.guest("ada@praxis.example").await, lobby.group().await);
        lobby.assign(guarded.id, group.id).await;
        lobby.join(group.id, &guest).await;
        launch(&lobby, &guest, &guarded, Some(OUTSIDE), Platform::Windows).await;
        assert_eq!(coverage::coverage(services, &reader).await.unwrap().never_matched, [nobody]);
    }
}
