//! What people meet: a launch, the gate, terms, a proof for each time.

use domain::access::{PolicyState, Target};
use domain::application::Application;
use domain::event::{Action, SignInResult};
use domain::id::{AppId, PolicyId, TermsId};
use domain::session::Platform;
use domain::time::Span;
use domain::user::User;
use services::access::form::PolicyForm;
use services::access::parts::TermsForm;
use services::access::{self, Admission, policies, terms};
use services::applications::{self, Launch};
use services::logs::{Format, export_acceptances};
use services::testing::{Lobby, both};
use services::{PageAsk, PolicyAdmin, Viewer};
use store::sign_ins::SignIn;

use super::{block, lobby_from, made, policy_admin, reader, switch, text, words, written};
use crate::{refusal, told};

async fn rewritten(lobby: &Lobby, by: &PolicyAdmin, id: TermsId, form: TermsForm, ask_again: bool) {
    let version = terms::get(&lobby.services, &reader(by), id).await.unwrap().terms.version;
    let new = form.parse(&lobby.services, Some(id)).unwrap();
    terms::save(&lobby.services, by, new, ask_again, version).await.unwrap();
}

/// A guest who has the application.
async fn guest_with_app(lobby: &Lobby) -> (User, Application) {
    let (guest, app) = (lobby.guest("ada@praxis.example").await, lobby.application().await);
    give(lobby, &guest, app.id).await;
    (guest, app)
}

async fn give(lobby: &Lobby, guest: &User, app: AppId) {
    let admin = lobby.user_admin().await;
    applications::assign_user(&lobby.services, &admin, app, guest.id).await.unwrap();
}

async fn opens(lobby: &Lobby, viewer: &Viewer, app: AppId) -> bool {
    matches!(applications::launch(&lobby.services, viewer, app).await.unwrap(), Launch::Go(_))
}

/// The sign-in log, the newest first.
async fn log(lobby: &Lobby) -> Vec<SignIn> {
    let ask = PageAsk { size: 50, ..PageAsk::default() };
    store::sign_ins::page(&mut lobby.services.store.read().await.unwrap(), &ask, &[]).await.unwrap().items
}

/// What a policy came to this week: (result, report-only, how often).
async fn week(lobby: &Lobby, by: &PolicyAdmin, id: PolicyId) -> Vec<(String, bool, i64)> {
    let mut week = policies::week(&lobby.services, &reader(by)).await.unwrap();
    let tallies = week.remove(&id.to_string()).unwrap_or_default();
    let mut told: Vec<_> = tallies.into_iter().map(|one| (one.result, one.report_only, one.amount)).collect();
    told.sort();
    told
}

#[tokio::test]
async fn terms_are_asked_again_when_asked_for_and_not_for_a_correction() {
    for lobby in both().await {
        let (by, services) = (policy_admin(&lobby).await, &lobby.services);
        let (guest, app) = guest_with_app(&lobby).await;
        let rules = written(&lobby, &by, text("Be kind.", "30")).await;
        let controls = vec![format!("terms:{rules}")];
        let form = PolicyForm { grant: "all".to_owned(), controls, ..block("Rules", app.id) };
        made(&lobby, &by, form).await.unwrap();
        let (viewer, to) = (lobby.viewer(guest.id).await, Target::App(app.id));
        assert!(!opens(&lobby, &viewer, app.id).await);
        assert_eq!(
            refusal(terms::accept(services, &viewer, Target::Lobby, rules, 1).await),
            "not_found",
            "not asked there"
        );
        terms::accept(services, &viewer, to, rules, 1).await.unwrap();
        assert!(opens(&lobby, &viewer, app.id).await);
        terms::accept(services, &viewer, to, rules, 1).await.unwrap();
        rewritten(&lobby, &by, rules, text("Be kind!", "30"), false).await;
        assert!(opens(&lobby, &viewer, app.id).await, "a correction");
        rewritten(&lobby, &by, rules, text("Be kind!\r\n", "30"), true).await;
        let document = terms::get(services, &reader(&by), rules).await.unwrap().terms.value;
        assert_eq!((document.version, document.binding), (2, 2), "line ends alone are no other text");
        assert!(!opens(&lobby, &viewer, app.id).await, "asked again");
        assert_eq!(refusal(terms::accept(services, &viewer, to, rules, 1).await), "conflict");
        terms::accept(services, &viewer, to, rules, 2).await.unwrap();
        assert!(opens(&lobby, &viewer, app.id).await);
        lobby.clock.advance(Span::days(30));
        assert!(!opens(&lobby, &lobby.viewer(guest.id).await, app.id).await, "after a period");

        let ask = PageAsk { size: 50, ..PageAsk::default() };
        let accepted = terms::acceptances(services, &reader(&by), rules, &ask).await.unwrap().items;
        assert_eq!(accepted.iter().map(|one| one.version).collect::<Vec<_>>(), [2, 1]);
        let mut export = export_acceptances(services, &reader(&by), rules, Format::Csv).await.unwrap();
        let mut file = Vec::new();
        while let Some(piece) = export.next().await.unwrap() {
            file.extend(piece);
        }
        let file = String::from_utf8(file).unwrap();
        assert_eq!(file.lines().count(), 3);
        assert!(file.contains(",ada@praxis.example,2,en\r\n"), "{file}");
        assert_eq!(told(&lobby, Action::Exported).await, 1);
    }
}

#[tokio::test]
async fn a_report_stops_nobody_and_is_written_apart() {
    for lobby in both().await {
        let by = policy_admin(&lobby).await;
        let (guest, app) = guest_with_app(&lobby).await;
        let form = PolicyForm { state: "report_only".to_owned(), ..block("Guests", app.id) };
        let id = made(&lobby, &by, form).await.unwrap();
        assert!(opens(&lobby, &lobby.viewer(guest.id).await, app.id).await);
        assert_eq!(log(&lobby).await[0].result, SignInResult::Success);
        assert_eq!(week(&lobby, &by, id).await, [("failure".to_owned(), true, 1)]);
    }
}

#[tokio::test]
async fn a_launch_is_blocked_asked_or_granted_and_each_is_written_down() {
    for lobby in both().await {
        let by = policy_admin(&lobby).await;
        let (guest, app) = guest_with_app(&lobby).await;
        let id = made(&lobby, &by, block("Guests", app.id)).await.unwrap();
        let mut viewer = lobby.viewer(guest.id).await;
        assert!(!opens(&lobby, &viewer, app.id).await);
        let blocked = log(&lobby).await.remove(0);
        assert_eq!((blocked.result, blocked.application), (SignInResult::Blocked, Some(app.id)));
        assert_eq!(blocked.facts.unwrap().origin.platform, Platform::Linux);
        switch(&lobby, &by, id, PolicyState::Off).await.unwrap();
        assert!(opens(&lobby, &viewer, app.id).await, "in force for the very next request");

        let controls = words(&["multifactor"]);
        let form = PolicyForm { grant: "all".to_owned(), controls, ..block("Factor", app.id) };
        let factor = made(&lobby, &by, form).await.unwrap();
        assert!(!opens(&lobby, &viewer, app.id).await);
        assert_eq!(log(&lobby).await[0].result, SignInResult::Interrupted);
        viewer.session.multifactor_at = Some(lobby.services.now());
        assert!(opens(&lobby, &viewer, app.id).await);
        assert_eq!(week(&lobby, &by, id).await, [("failure".to_owned(), false, 1)]);
        let came_to = [("action_required".to_owned(), false, 1), ("success".to_owned(), false, 1)];
        assert_eq!(week(&lobby, &by, factor).await, came_to);
    }
}

#[tokio::test]
async fn the_gate_holds_whom_a_policy_stops_and_keeps_its_verdict_a_minute() {
    for lobby in both().await {
        let (by, guest) = (policy_admin(&lobby).await, lobby.guest("ada@praxis.example").await);
        let viewer = lobby.viewer(guest.id).await;
        let admit = async || match access::admit(&lobby.services, viewer.clone()).await.unwrap() {
            Admission::Full(_) => None,
            Admission::Held(held) => Some(held.stop.attempt),
        };
        assert_eq!(admit().await, None);
        let id = made(&lobby, &by, lobby_from("Guests", &["guests"], "linux")).await.unwrap();
        let first = admit().await;
        assert!(first.is_some());
        lobby.clock.advance(Span::seconds(59));
        assert_eq!(admit().await, first, "kept");
        lobby.clock.advance(Span::seconds(1));
        let second = admit().await;
        assert!(second.is_some() && second != first, "judged anew");
        assert_eq!(log(&lobby).await.len(), 2);
        switch(&lobby, &by, id, PolicyState::Off).await.unwrap();
        assert_eq!(admit().await, None, "another set of policies");
    }
}

#[tokio::test]
async fn whoever_changes_platform_at_every_request_fills_no_log() {
    for lobby in both().await {
        let (by, guest) = (policy_admin(&lobby).await, lobby.guest("ada@praxis.example").await);
        let mut viewer = lobby.viewer(guest.id).await;
        let mut form = lobby_from("Guests", &["guests"], "linux");
        form.platforms.push("windows".to_owned());
        made(&lobby, &by, form).await.unwrap();
        let rounds = async |viewer: &mut Viewer| {
            for platform in [Platform::Linux, Platform::Windows].repeat(10) {
                viewer.origin.platform = platform;
                let admitted = access::admit(&lobby.services, viewer.clone()).await.unwrap();
                assert!(matches!(admitted, Admission::Held(_)), "judged for what they come by now");
            }
        };
        rounds(&mut viewer).await;
        assert_eq!(log(&lobby).await.len(), 5);
        lobby.clock.advance(Span::seconds(60));
        rounds(&mut viewer).await;
        assert_eq!(log(&lobby).await.len(), 10);
    }
}

#[tokio::test]
async fn a_proof_for_every_time_is_used_up_by_one_application() {
    for lobby in both().await {
        let by = policy_admin(&lobby).await;
        let (guest, app) = guest_with_app(&lobby).await;
        let other = lobby.application().await;
        give(&lobby, &guest, other.id).await;
        let form = PolicyForm {
            applications: vec![format!("app:{}", app.id), format!("app:{}", other.id)],
            grant: "none".to_owned(),
            frequency: "every_time".to_owned(),
            ..block("Every time", app.id)
        };
        made(&lobby, &by, form).await.unwrap();
        let viewer = lobby.viewer(guest.id).await;
        assert!(opens(&lobby, &viewer, app.id).await);
        assert!(!opens(&lobby, &viewer, other.id).await, "used up");
        assert!(opens(&lobby, &viewer, app.id).await, "by the application that has it");
        lobby.clock.advance(Span::minutes(5));
        assert!(!opens(&lobby, &viewer, app.id).await, "and for five minutes");
    }
}
