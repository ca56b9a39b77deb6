//! The sign-in log: any filters together, one attempt judged again, days, how long it is kept, and how it is taken along. Each
//! story on both engines.

#![allow(clippy::unwrap_used, reason = "a test may end here")]

use domain::access::verdict::PolicyResult;
use domain::access::{Country, Grant, Judgment, Mismatch, Outcome, Policy, PolicyState, What, Who, policy::Named};
use domain::event::{Action, SignInResult};
use domain::id::{PolicyId, UserId};
use domain::letter::Letter;
use domain::samples;
use domain::session::{Origin, Platform};
use domain::settings::Access;
use domain::time::{Span, Timestamp};
use services::access::policies;
use services::applications::Launch;
use services::logs::{self, Applied, Export, Format, SignIn, SignInAsk, To};
use services::testing::{Lobby, both};
use services::{PageAsk, Refusal, Stored, Verb, access, applications, housekeeping};
use store::sign_ins::Facts;

async fn whole(mut export: Export) -> String {
    let mut file = Vec::new();
    while let Some(piece) = export.next().await.unwrap() {
        file.extend(piece);
    }
    String::from_utf8(file).unwrap()
}

/// The code of what was refused, with its field.
#[track_caller]
fn refusal<T>(verb: Verb<T>) -> String {
    match verb.err().unwrap() {
        Refusal::Invalid(problems) => format!("{}: {}", problems[0].field, problems[0].code),
        refusal => refusal.code().to_owned(),
    }
}

/// A small source of numbers that look drawn.
struct Dice(u64);

impl Dice {
    fn of(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// One row with the policies that applied to it.
#[derive(Debug, Clone)]
struct Row {
    sign_in: SignIn,
    policies: Vec<PolicyId>,
}

async fn drawn(lobby: &Lobby, many: usize) -> (Vec<Row>, Vec<PolicyId>) {
    let services = &lobby.services;
    let users: Vec<UserId> = (0..3).map(|_| services.ids.next(services.now())).collect();
    let apps = [None, Some(services.ids.next(services.now())), Some(services.ids.next(services.now()))];
    let policies: Vec<PolicyId> = (0..2).map(|_| services.ids.next(services.now())).collect();
    let countries = [Country::Known("CH".parse().unwrap()), Country::Unknown, Country::Undetermined];
    let platforms = [Platform::Windows, Platform::Linux, Platform::Undetermined];
    let (mut dice, mut rows) = (Dice(7), Vec::new());
    for _ in 0..many {
        lobby.clock.advance(Span::minutes(30));
        let origin = Origin { platform: platforms[dice.of(3)], ..samples::origin() };
        let facts = Facts {
            origin,
            user_type: domain::user::UserType::Guest,
            roles: domain::role::Roles::NONE,
            groups: Vec::new(),
            methods: vec![domain::session::Method::Otp],
            auth_time: services.now(),
            multifactor_at: None,
            country: countries[dice.of(3)],
            proof_application: None,
            accepted: Vec::new(),
        };
        let sign_in = SignIn {
            id: services.ids.next(services.now()),
            at: services.now(),
            user: users[dice.of(3)],
            user_name: "Ada".to_owned(),
            application: apps[dice.of(3)],
            application_name: "Records".to_owned(),
            result: SignInResult::ALL[dice.of(3)],
            reason: None,
            facts: Some(facts),
            correlation: lobby.correlation(),
            set_version: 0,
        };
        let applied: Vec<PolicyId> = policies.iter().copied().filter(|_| dice.of(2) == 0).collect();
        rows.push(Row { sign_in, policies: applied });
    }
    let mut tx = services.store.begin().await.unwrap();
    for Row { sign_in, policies } in &rows {
        let applied =
            |policy: &PolicyId| Applied { policy: *policy, result: PolicyResult::Failure, report_only: false };
        let applied: Vec<Applied> = policies.iter().map(applied).collect();
        let day = services.tenant().organization.value.zone.day(sign_in.at);
        store::sign_ins::record(&mut tx, sign_in.clone(), &applied, day).await.unwrap();
    }
    tx.commit().await.unwrap();
    (rows, policies)
}

fn fits(row: &Row, want: &SignInAsk) -> bool {
    let (one, facts) = (&row.sign_in, row.sign_in.facts.as_ref().unwrap());
    let to = one.application.map_or(To::Lobby, To::Application);
    want.user.is_none_or(|user| user == one.user)
        && want.to.is_none_or(|wanted| wanted == to)
        && want.result.is_none_or(|result| result == one.result)
        && want.policy.is_none_or(|policy| row.policies.contains(&policy))
        && want.country.is_none_or(|country| country == facts.country)
        && want.platform.is_none_or(|platform| platform == facts.origin.platform)
        && want.since.is_none_or(|since| one.at >= since)
        && want.until.is_none_or(|until| one.at < until)
}

#[tokio::test]
async fn any_filters_together_find_what_fits_them_all_page_by_page_and_back() {
    for lobby in both().await {
        let reader = lobby.reader().await;
        let (rows, policies) = drawn(&lobby, 90).await;
        let (first, facts) = (&rows[40].sign_in, rows[40].sign_in.facts.clone().unwrap());
        for which in 0..128_u32 {
            let on = |bit: u32| which & (1 << bit) != 0;
            let want = SignInAsk {
                user: on(0).then_some(first.user),
                to: on(1).then_some(first.application.map_or(To::Lobby, To::Application)),
                result: on(2).then_some(first.result),
                policy: on(3).then_some(policies[0]),
                country: on(4).then_some(facts.country),
                platform: on(5).then_some(facts.origin.platform),
                since: on(6).then_some(rows[10].sign_in.at),
                until: on(6).then_some(rows[80].sign_in.at),
            };
            let expected: Vec<_> = rows.iter().rev().filter(|row| fits(row, &want)).map(|row| row.sign_in.id).collect();
            let (mut seen, mut after) = (Vec::new(), None);
            let last = loop {
                let ask = PageAsk { after, size: 7, ..PageAsk::default() };
                let found = logs::sign_ins(&lobby.services, &reader, &want, &ask).await.unwrap();
                assert_eq!(found.looked_to, None);
                let many = i64::try_from(expected.len()).unwrap();
                assert_eq!(found.page.count, services::Count::Exactly(many), "{want:?}");
                seen.extend(found.page.items.iter().map(|one| one.id));
                after = found.page.next.clone();
                if after.is_none() {
                    break found.page;
                }
            };
            assert_eq!(seen, expected, "{:?} {want:?}", lobby.engine);
            if let Some(before) = last.previous {
                let ask = PageAsk { before: Some(before), size: 7, ..PageAsk::default() };
                let back = logs::sign_ins(&lobby.services, &reader, &want, &ask).await.unwrap().page;
                let end = (expected.len() - 1) / 7 * 7;
                assert_eq!(back.items.iter().map(|one| one.id).collect::<Vec<_>>(), expected[end - 7..end]);
            }
        }
        let seen = logs::whom::countries(&lobby.services, &reader).await.unwrap();
        assert_eq!(seen.len(), 3, "{seen:?}");
    }
}

/// Two filters that fit half of the log each, and together one row: the oldest.
const CROWD: &str = "INSERT INTO sign_ins (id, at, user_id, user_name, application_id, application_name, result, facts, platform, \
    client, correlation_id, country, set_version) \
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8000) \
    SELECT '0197d3a0-0000-7000-8000-0000' || CAST(10000000 + i AS TEXT), 1750000000000 + i, \
    '0197d3a0-0000-7000-8000-000000000001', 'Ada', 'lobby', 'Lobby', 'success', 'null', \
    CASE WHEN i % 2 = 0 OR i = 1 THEN 'windows' ELSE 'linux' END, '', '0197d3a0-0000-7000-8000-000000000002', \
    CASE WHEN i % 2 = 0 THEN 'CH' ELSE 'DE' END, 0 FROM n";

#[tokio::test]
async fn a_look_through_a_long_log_says_how_far_it_went_and_goes_on_from_there() {
    for lobby in both().await {
        let reader = lobby.reader().await;
        lobby.services.store.run(CROWD).await.unwrap();
        let want = SignInAsk {
            country: Some(Country::Known("DE".parse().unwrap())),
            platform: Some(Platform::Windows),
            ..SignInAsk::default()
        };
        let look = async |ask: PageAsk| {
            let ask = PageAsk { size: 50, ..ask };
            logs::sign_ins(&lobby.services, &reader, &want, &ask).await.unwrap()
        };
        let found = look(PageAsk::default()).await;
        assert!(found.page.items.is_empty() && found.page.previous.is_none());
        assert!(found.looked_to.is_some());
        let found = look(PageAsk { after: found.page.next, ..PageAsk::default() }).await;
        assert_eq!((found.page.items.len(), found.looked_to, found.page.next), (1, None, None));
        // The oldest first: it is found at once.
        let found = look(PageAsk { reverse: true, ..PageAsk::default() }).await;
        assert_eq!(found.page.items.len(), 1);
        assert!(found.looked_to.is_some());
        // A third filter that few rows fit is walked instead, and all of it is seen.
        let rare = SignInAsk { user: Some("0197d3a0-0000-7000-8000-000000000009".parse().unwrap()), ..want.clone() };
        let ask = PageAsk { size: 50, ..PageAsk::default() };
        let found = logs::sign_ins(&lobby.services, &reader, &rare, &ask).await.unwrap();
        assert_eq!((found.page.count, found.looked_to), (services::Count::Exactly(0), None));
        let export = logs::export_sign_ins(&lobby.services, &reader, &want, Format::Csv).await.unwrap();
        assert_eq!(whole(export).await.lines().count(), 2, "an export looks through all of it");
    }
}

fn blocking(name: &str, app: domain::id::AppId, state: PolicyState) -> Policy {
    Policy {
        id: "00000000-0000-0000-0000-000000000000".parse().unwrap(),
        name: named(name),
        state,
        users: Named { include: vec![Who::Guests], exclude: vec![] },
        applications: Named { include: vec![What::App(app)], exclude: vec![] },
        platforms: None,
        locations: None,
        grant: Some(Grant::Block),
        frequency: None,
        created_at: Timestamp(0),
    }
}

fn named(name: &str) -> domain::access::PolicyName {
    domain::access::PolicyName::parse(name).unwrap()
}

#[tokio::test]
async fn an_attempt_is_judged_again_as_the_policies_stood_then() {
    for lobby in both().await {
        let (services, reader, admin) = (&lobby.services, lobby.reader().await, lobby.policy_admin().await);
        let (app, other, group) = (lobby.application().await, lobby.application().await, lobby.group().await);
        let ada = lobby.guest("ada@praxis.example").await;
        lobby.assign(app.id, group.id).await;
        lobby.join(group.id, &ada).await;
        let blocks = policies::create(services, &admin, blocking("No guests", app.id, PolicyState::On)).await.unwrap();
        let reports = blocking("Would stop guests", app.id, PolicyState::ReportOnly);
        policies::create(services, &admin, reports).await.unwrap();
        policies::create(services, &admin, blocking("Elsewhere", other.id, PolicyState::On)).await.unwrap();
        let stopped = applications::launch(services, &lobby.viewer(ada.id).await, app.id).await.unwrap();
        let Launch::Stopped(attempt) = stopped else { panic!("a policy blocks") };

        let stored = policies::get(services, &reader, blocks).await.unwrap();
        let renamed = Policy { name: named("Renamed"), ..stored.value };
        policies::save(services, &admin, renamed, stored.version).await.unwrap();
        policies::delete(services, &admin, blocks).await.unwrap();

        let detail = logs::sign_in(services, &reader, attempt).await.unwrap();
        assert_eq!(detail.outcome, Some(Outcome::Blocked));
        let said =
            detail.judged.iter().map(|one| (one.name.as_str(), one.report_only, one.judgment.clone(), one.deleted));
        assert_eq!(
            said.collect::<Vec<_>>(),
            [
                ("No guests", false, Judgment::Blocks, true),
                ("Would stop guests", true, Judgment::Blocks, false),
                ("Elsewhere", false, Judgment::NotApplied(Mismatch::Applications), false),
            ]
        );
        let gone = logs::sign_in(services, &reader, services.ids.next(services.now())).await;
        assert_eq!(refusal(gone), "not_found");

        let want = SignInAsk { policy: Some(blocks), ..SignInAsk::default() };
        let json = whole(logs::export_sign_ins(services, &reader, &want, Format::Json).await.unwrap()).await;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let row = &json["rows"][0];
        assert_eq!(row["policies"][0]["name"], "Renamed");
        assert_eq!(row["policies"][0]["result"], "failure");
        assert_eq!(row["report_only"][0]["name"], "Would stop guests");
        assert_eq!(row["country"], "undetermined");
        let csv = whole(logs::export_sign_ins(services, &reader, &want, Format::Csv).await.unwrap()).await;
        assert!(csv.contains(",Renamed: failure,Would stop guests: failure,"), "{csv}");
    }
}

#[tokio::test]
async fn the_days_of_the_chart_add_up_to_the_rows() {
    for lobby in both().await {
        let reader = lobby.reader().await;
        let (rows, _) = drawn(&lobby, 120).await;
        let days = logs::days(&lobby.services, &reader).await.unwrap().0;
        assert_eq!(days.len(), 30);
        let zone = lobby.services.tenant().organization.value.zone.clone();
        assert_eq!(days.last().unwrap().day, zone.day(lobby.services.now()));
        for day in &days {
            let today: Vec<&Row> = rows.iter().filter(|row| zone.day(row.sign_in.at) == day.day).collect();
            let of = |result| today.iter().filter(|row| row.sign_in.result == result).count();
            let counted = logs::RESULTS.map(|result| i64::try_from(of(result)).unwrap());
            assert_eq!(day.amounts, counted);
        }
        assert_eq!(days.iter().map(logs::Day::sum).sum::<i64>(), 120);
    }
}

#[tokio::test]
async fn keeping_the_log_for_less_long_takes_seven_days_and_every_administrator_hears_of_it() {
    for lobby in both().await {
        let (services, reader, admin, by) =
            (&lobby.services, lobby.reader().await, lobby.admin().await, lobby.policy_admin().await);
        let save = async |sign_in_days| {
            let Stored { value, version } = services.tenant().access.clone();
            access::settings::save(services, &by, Access { sign_in_days, ..value }, version).await
        };
        assert_eq!(refusal(save(29).await), "sign_in_days: sign_in_days_range");
        save(90).await.unwrap();
        assert!(lobby.letters().await.is_empty(), "longer is no harm");
        let (rows, _) = drawn(&lobby, 3).await;
        lobby.clock.advance(Span::days(60));
        let left = async || {
            housekeeping::tick(services).await.unwrap();
            let want = SignInAsk { until: Some(rows[2].sign_in.at + Span(1)), ..SignInAsk::default() };
            let ask = PageAsk { size: 50, ..PageAsk::default() };
            logs::sign_ins(services, &reader, &want, &ask).await.unwrap().page.items.len()
        };
        assert_eq!(left().await, 3);
        save(30).await.unwrap();
        let letters: Vec<Letter> = lobby.letters().await.into_iter().map(|one| one.letter).collect();
        assert_eq!(letters, [Letter::LogShortened { to: admin.viewer().user.id }]);
        let events = lobby.events().await;
        assert_eq!(events.iter().filter(|event| event.action == Action::AccessSettingsChanged).count(), 2);
        lobby.clock.advance(Span(Span::days(7).0 - 1));
        assert_eq!(left().await, 3);
        lobby.clock.advance(Span(1));
        assert_eq!(left().await, 0);
        let count = async || store::sign_ins::days(&mut services.store.read().await.unwrap(), 0).await.unwrap().len();
        assert!(count().await > 0, "the counts stay");
        lobby.clock.advance(Span::days(400));
        housekeeping::tick(services).await.unwrap();
        assert_eq!(count().await, 0);
    }
}
