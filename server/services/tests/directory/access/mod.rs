//! Conditional access as its administrators write it and as people meet it.

mod guards;

use domain::access::{PolicyState, Target};
use domain::application::Application;
use domain::event::{Action, SignInResult};
use domain::id::{AppId, LocationId, PolicyId, TermsId};
use domain::session::Platform;
use domain::time::Span;
use domain::user::User;
use services::access::form::{PolicyForm, Template, choices, names};
use services::access::parts::{LocationForm, TermsForm, TextForm};
use services::access::{self, Admission, locations, policies, terms};
use services::applications::{self, Launch};
use services::logs::{Format, export_acceptances};
use services::testing::{Lobby, both};
use services::{PageAsk, PolicyAdmin, Reader, Verb, Viewer, groups, people};
use store::sign_ins::SignIn;

use crate::{refusal, told};

pub async fn policy_admin(lobby: &Lobby) -> PolicyAdmin {
    lobby.admin().await.viewer().clone().policy_administrator().unwrap()
}

fn reader(by: &PolicyAdmin) -> Reader {
    by.viewer().clone().reader().unwrap()
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

/// On, for all guests in one application, and a block.
fn block(name: &str, app: AppId) -> PolicyForm {
    PolicyForm {
        name: name.to_owned(),
        state: "on".to_owned(),
        users: words(&["guests"]),
        applications: vec![format!("app:{app}")],
        grant: "block".to_owned(),
        ..PolicyForm::empty()
    }
}

/// On, and blocks on this platform whoever comes to Lobby itself.
fn lobby_from(name: &str, users: &[&str], platform: &str) -> PolicyForm {
    PolicyForm {
        name: name.to_owned(),
        state: "on".to_owned(),
        users: words(users),
        applications: words(&["lobby"]),
        platform_rule: "some".to_owned(),
        platforms: words(&[platform]),
        grant: "block".to_owned(),
        ..PolicyForm::empty()
    }
}

async fn made(lobby: &Lobby, by: &PolicyAdmin, form: PolicyForm) -> Verb<PolicyId> {
    let policy = form.read(&lobby.services, by, None).await?;
    policies::create(&lobby.services, by, policy).await
}

async fn switch(lobby: &Lobby, by: &PolicyAdmin, id: PolicyId, state: PolicyState) -> Verb<()> {
    let version = policies::get(&lobby.services, &reader(by), id).await?.version;
    policies::switch(&lobby.services, by, id, state, version).await
}

async fn location(lobby: &Lobby, by: &PolicyAdmin, name: &str, trusted: bool) -> LocationId {
    let form = LocationForm {
        name: name.to_owned(),
        kind: "ranges".to_owned(),
        ranges: "192.0.2.0/24".to_owned(),
        trusted,
        ..LocationForm::default()
    };
    locations::create(&lobby.services, by, form.parse(&lobby.services, None).unwrap()).await.unwrap()
}

fn text(text: &str, days: &str) -> TermsForm {
    let texts = vec![TextForm { language: "en".to_owned(), text: text.to_owned() }];
    TermsForm { name: "House rules".to_owned(), texts, days: days.to_owned(), ..TermsForm::default() }
}

async fn written(lobby: &Lobby, by: &PolicyAdmin, form: TermsForm) -> TermsId {
    terms::create(&lobby.services, by, form.parse(&lobby.services, None).unwrap()).await.unwrap()
}

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
async fn what_a_policy_in_force_names_stays() {
    for lobby in both().await {
        let (by, people_admin, services) = (policy_admin(&lobby).await, lobby.user_admin().await, &lobby.services);
        let (app, group, ada) =
            (lobby.application().await, lobby.group().await, lobby.guest("ada@praxis.example").await);
        let clinic = location(&lobby, &by, "Clinic", false).await;
        let rules = written(&lobby, &by, text("Be kind.", "")).await;
        let form = PolicyForm {
            users: vec![format!("group:{}", group.id)],
            people: ada.address.to_string(),
            locations_out: vec![format!("location:{clinic}")],
            grant: "all".to_owned(),
            controls: vec![format!("terms:{rules}")],
            ..block("Rules", app.id)
        };
        let id = made(&lobby, &by, form).await.unwrap();
        assert_eq!(refusal(locations::delete(services, &by, clinic).await), ": location_in_use");
        assert_eq!(refusal(terms::delete(services, &by, rules).await), ": terms_in_use");
        assert_eq!(refusal(groups::delete(services, &people_admin, group.id).await), ": named_by_policy");
        assert_eq!(refusal(applications::delete(services, &people_admin, app.id).await), ": named_by_policy");
        assert_eq!(refusal(people::delete(services, &people_admin, ada.id).await), ": named_by_policy");
        switch(&lobby, &by, id, PolicyState::Off).await.unwrap();
        locations::delete(services, &by, clinic).await.unwrap();
        terms::delete(services, &by, rules).await.unwrap();
        assert_eq!(
            refusal(switch(&lobby, &by, id, PolicyState::On).await),
            "locations: policy_names_unknown, grant: policy_names_unknown"
        );

        let trusted = location(&lobby, &by, "Trusted", true).await;
        assert_eq!(refusal(locations::delete(services, &by, trusted).await), "location_trusted");
    }
}

#[tokio::test]
async fn a_name_is_one_policys_and_a_copy_has_another_and_is_off() {
    for lobby in both().await {
        let (by, app) = (policy_admin(&lobby).await, lobby.application().await);
        let id = made(&lobby, &by, block("Guests", app.id)).await.unwrap();
        assert_eq!(refusal(made(&lobby, &by, block("guests", app.id)).await), "name: name_taken");
        let mut copies = Vec::new();
        for _ in 0..2 {
            let copy = policies::duplicate(&lobby.services, &by, id).await.unwrap();
            let copy = policies::get(&lobby.services, &reader(&by), copy).await.unwrap().value;
            assert_eq!(copy.state, PolicyState::Off);
            copies.push(copy.name.to_string());
        }
        assert_eq!(copies, ["Guests (copy)", "Guests (copy 2)"]);
        location(&lobby, &by, "Guests", false).await;
        let second = LocationForm {
            name: "GUESTS".to_owned(),
            kind: "ranges".to_owned(),
            ranges: "198.51.100.0/24".to_owned(),
            ..LocationForm::default()
        };
        let second = second.parse(&lobby.services, None).unwrap();
        assert_eq!(refusal(locations::create(&lobby.services, &by, second).await), "name: name_taken");
    }
}

#[tokio::test]
async fn of_two_who_save_the_second_is_told() {
    for lobby in both().await {
        let (by, app) = (policy_admin(&lobby).await, lobby.application().await);
        let id = made(&lobby, &by, block("Guests", app.id)).await.unwrap();
        let read = async || block("Other", app.id).read(&lobby.services, &by, Some(id)).await.unwrap();
        policies::save(&lobby.services, &by, read().await, 1).await.unwrap();
        assert_eq!(refusal(policies::save(&lobby.services, &by, read().await, 1).await), "conflict");
    }
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

#[tokio::test]
async fn a_form_reads_into_a_policy_and_back() {
    for lobby in both().await {
        let (by, app, group) = (policy_admin(&lobby).await, lobby.application().await, lobby.group().await);
        let (ada, clinic) = (lobby.guest("ada@praxis.example").await, location(&lobby, &by, "Clinic", true).await);
        let form = PolicyForm {
            users: vec!["guests".to_owned(), format!("group:{}", group.id), "role:reader".to_owned()],
            people: "ADA@praxis.example\n".to_owned(),
            applications_out: words(&["security_information"]),
            platform_rule: "some".to_owned(),
            platforms: words(&["ios", "unknown"]),
            platforms_out: words(&["ios"]),
            locations_out: vec!["trusted".to_owned(), format!("location:{clinic}")],
            grant: "any".to_owned(),
            controls: words(&["multifactor"]),
            frequency: "days".to_owned(),
            frequency_number: "2".to_owned(),
            ..block("Whole", app.id)
        };
        let policy = form.read(&lobby.services, &by, None).await.unwrap();
        let known = names(&lobby.services, &reader(&by), &[&policy]).await.unwrap();
        let back = PolicyForm::of(&policy, &known);
        assert_eq!(back, PolicyForm { people: ada.address.to_string(), ..form.clone() });

        let named = PolicyForm { users: Vec::new(), groups: group.name.to_string().to_uppercase(), ..form.clone() };
        let named = named.read(&lobby.services, &by, None).await.unwrap();
        assert_eq!(PolicyForm::of(&named, &known).users, [format!("group:{}", group.id)]);

        for (wrong, code) in [
            (PolicyForm { people: "nobody@praxis.example".to_owned(), ..form.clone() }, "users: policy_person_unknown"),
            (PolicyForm { groups_out: "No such".to_owned(), ..form.clone() }, "users: policy_group_unknown"),
            (PolicyForm { platform_rule: "any".to_owned(), ..form.clone() }, "platforms: policy_any_and_some"),
            (
                PolicyForm { platforms: words(&["undetermined"]), ..form.clone() },
                "platforms: policy_names_unknown, platforms: policy_empty_list",
            ),
            (PolicyForm { location_rule: "some".to_owned(), ..form.clone() }, "locations: policy_empty_list"),
            (PolicyForm { frequency_number: "400".to_owned(), ..form.clone() }, "frequency: frequency_out_of_range"),
            (PolicyForm { frequency_number: "soon".to_owned(), ..form.clone() }, "frequency: frequency_out_of_range"),
            (PolicyForm { name: String::new(), ..form.clone() }, "name: text_empty"),
        ] {
            assert_eq!(refusal(wrong.read(&lobby.services, &by, None).await), code);
        }
    }
}

#[tokio::test]
async fn every_template_whose_means_are_there_makes_a_policy_that_only_reports() {
    for lobby in both().await {
        let by = policy_admin(&lobby).await;
        let bare = choices(&lobby.services, &reader(&by), None).await.unwrap();
        assert!(Template::NamedCountries.lacks(&bare) && Template::GuestTerms.lacks(&bare));
        written(&lobby, &by, text("Be kind.", "")).await;
        let form = LocationForm {
            name: "Home".to_owned(),
            kind: "countries".to_owned(),
            countries: "ch, de\nAT".to_owned(),
            ..LocationForm::default()
        };
        locations::create(&lobby.services, &by, form.parse(&lobby.services, None).unwrap()).await.unwrap();
        let choices = choices(&lobby.services, &reader(&by), None).await.unwrap();
        for template in Template::ALL {
            assert!(!template.lacks(&choices), "{template}");
            let policy = template.form(&choices).read(&lobby.services, &by, None).await.unwrap();
            assert_eq!(policy.state, PolicyState::ReportOnly);
            if *template == Template::NamedCountries && !lobby.services.countries.has_data() {
                let refused = policies::create(&lobby.services, &by, policy).await;
                assert_eq!(refusal(refused), "locations: country_data_missing");
            } else {
                policies::create(&lobby.services, &by, policy).await.unwrap();
            }
        }
    }
}
