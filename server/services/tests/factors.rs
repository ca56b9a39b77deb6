//! Second factors: authenticator apps, recovery codes, enrolment passes, and what they let somebody do.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may end here")]

use domain::event::Action;
use domain::factor::{ENROLMENT, FAILURES_WITHIN, PASS_LIFE, RECOVERY_CODES};
use domain::id::UserId;
use domain::letter::{AccountChange, Letter};
use domain::role::{Role, Roles};
use domain::samples;
use domain::session::Method;
use domain::settings::Security;
use domain::time::{Span, Timestamp, Zone};
use services::factors::{self, passes, recovery, totp};
use services::federation::Errand;
use services::providers::{Preset, ProviderForm};
use services::signin::{Asked, Caller};
use services::testing::{Lobby, both};
use services::{
    Denied, Refusal, Secret, Stored, Verb, Viewer, federation, organization, passkeys, people, providers, sessions,
};

#[track_caller]
fn refusal<T>(verb: Verb<T>) -> String {
    match verb.err().unwrap() {
        Refusal::Invalid(problems) => problems[0].code.clone(),
        refusal => refusal.code().to_owned(),
    }
}

/// An authenticator app, as a telephone holds it.
struct App(totp_rs::Totp);

impl App {
    fn with(secret: &Secret) -> Self {
        let secret = totp_rs::Secret::try_from_base32(secret.expose()).unwrap();
        Self(totp_rs::Builder::new().with_secret(secret).build_noncompliant())
    }

    fn shows(&self, at: Timestamp) -> String {
        self.0.generate(u64::try_from(at.0 / 1000).unwrap()).to_string()
    }
}

/// The viewer under a new token.
async fn under(lobby: &Lobby, token: &Secret) -> Viewer {
    let found = sessions::viewer(&lobby.services, token, samples::origin(), lobby.correlation()).await;
    found.unwrap().expect("the token opens the session")
}

/// Sets an authenticator app up by the pages' verbs.
async fn enrol(lobby: &Lobby, viewer: &Viewer) -> (Viewer, App) {
    totp::begin(&lobby.services, viewer).await.unwrap();
    let waiting = totp::waiting(&lobby.services, viewer).await.unwrap().unwrap();
    let app = App::with(&waiting.secret);
    let token = totp::confirm(&lobby.services, viewer, &app.shows(lobby.services.now())).await.unwrap();
    (under(lobby, &token).await, app)
}

/// A guest who accepted just now, in the session of that.
async fn newcomer(lobby: &Lobby) -> Viewer {
    let guest = lobby.guest("ada@praxis.example").await;
    lobby.anchor(&guest).await;
    lobby.viewer(guest.id).await
}

#[tokio::test]
async fn an_authenticator_is_set_up_by_its_first_code_and_proves_its_person() {
    for lobby in both().await {
        let viewer = newcomer(&lobby).await;
        assert!(!factors::has_one(&lobby.services, &viewer).await.unwrap());
        totp::begin(&lobby.services, &viewer).await.unwrap();
        assert!(!factors::has_one(&lobby.services, &viewer).await.unwrap(), "nothing is enrolled before a code");
        let elsewhere = lobby.viewer(viewer.user.id).await;
        assert!(totp::waiting(&lobby.services, &elsewhere).await.unwrap().is_none(), "shown to another session");
        let waiting = totp::waiting(&lobby.services, &viewer).await.unwrap().unwrap();
        let app = App::with(&waiting.secret);
        assert!(waiting.picture.starts_with("iVBOR"), "a PNG");
        assert_eq!(refusal(totp::confirm(&lobby.services, &viewer, "12345").await), "totp_format");
        let token = totp::confirm(&lobby.services, &viewer, &app.shows(lobby.services.now())).await.unwrap();
        let now = under(&lobby, &token).await;
        assert_eq!(now.session.multifactor_at, Some(lobby.services.now()));
        assert_eq!(now.session.methods, [Method::Totp]);
        assert_eq!(lobby.events().await[0].action, Action::AuthenticatorAdded);
        let change = AccountChange::AuthenticatorAdded;
        assert_eq!(lobby.letters().await[0].letter, Letter::AccountChanged { user: viewer.user.id, change });
        assert_eq!(refusal(totp::begin(&lobby.services, &now).await), "authenticator_there");

        let mut tx = lobby.services.store.read().await.unwrap();
        let kept = store::authenticators::of_user(&mut tx, viewer.user.id).await.unwrap().unwrap().value;
        assert!(!kept.secret.contains(waiting.secret.expose()), "the secret is sealed");
        let data = serde_json::to_string(&people::my_data(&lobby.services, now).await.unwrap()).unwrap();
        assert!(data.contains("authenticator_app") && !data.contains(waiting.secret.expose()));
    }
}

#[tokio::test]
async fn who_has_a_factor_uses_it_before_a_further_way_in_is_tied() {
    for lobby in both().await {
        let (services, browser, origin) = (&lobby.services, Secret::random(), samples::origin());
        let correlation = lobby.correlation();
        let caller = Caller { browser: &browser, device: None, origin: &origin, correlation };
        let form = ProviderForm {
            name: "Social".to_owned(),
            client_id: "lobby".to_owned(),
            issuer: "https://social.example".to_owned(),
            ..Preset::OpenId.form()
        };
        let form = form.parse(&Zone::utc()).ok().unwrap();
        let provider = providers::create(services, &lobby.admin().await, form).await.unwrap();
        let link = async |viewer: &Viewer| {
            federation::start(services, &caller, Some(viewer), provider, Errand::Link, &Asked::default()).await
        };
        let (enrolled, _) = enrol(&lobby, &newcomer(&lobby).await).await;
        link(&enrolled).await.unwrap();
        let by_code = lobby.sign_in_by_code(enrolled.user.id).await.0;
        assert_eq!(refusal(link(&by_code).await), "factor_wanted", "a code is what the thief of a mailbox has");
        link(&lobby.viewer(lobby.guest("bo@praxis.example").await.id).await).await.unwrap();
    }
}

#[tokio::test]
async fn each_step_counts_once_and_the_one_before_only_in_the_first_five_seconds() {
    for lobby in both().await {
        let (viewer, app) = enrol(&lobby, &newcomer(&lobby).await).await;
        let services = &lobby.services;
        let first = app.shows(services.now());
        assert_eq!(refusal(totp::prove(services, &viewer, &first).await), "totp_used");
        lobby.clock.advance(Span(30_000));
        let second = app.shows(services.now());
        totp::prove(services, &viewer, &second).await.unwrap();
        assert_eq!(refusal(totp::prove(services, &viewer, &second).await), "totp_used");
        lobby.clock.advance(Span(60_000));
        let third = app.shows(services.now());
        lobby.clock.advance(Span(30_000 + 4_999));
        totp::prove(services, &viewer, &third).await.unwrap();
        assert_eq!(refusal(totp::prove(services, &viewer, &third).await), "totp_used");
        lobby.clock.advance(Span(60_000 - 4_999));
        let fourth = app.shows(services.now());
        lobby.clock.advance(Span(30_000 + 5_000));
        assert_eq!(refusal(totp::prove(services, &viewer, &fourth).await), "totp_wrong");
    }
}

#[tokio::test]
async fn two_who_type_one_code_at_once_are_not_both_let_in() {
    for lobby in both().await {
        let (viewer, app) = enrol(&lobby, &newcomer(&lobby).await).await;
        lobby.clock.advance(Span(30_000));
        let code = app.shows(lobby.services.now());
        let (one, other) =
            tokio::join!(totp::prove(&lobby.services, &viewer, &code), totp::prove(&lobby.services, &viewer, &code));
        assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|ok| **ok).count(), 1, "{:?}", lobby.engine);
    }
}

#[tokio::test]
async fn five_wrong_codes_pause_the_authenticator_for_the_right_one_too() {
    for lobby in both().await {
        let (viewer, app) = enrol(&lobby, &newcomer(&lobby).await).await;
        let services = &lobby.services;
        lobby.clock.advance(Span(30_000));
        let began = services.now();
        let right = app.shows(began);
        let wrong = if right == "000000" { "000001" } else { "000000" };
        for _ in 0..5 {
            assert_eq!(refusal(totp::prove(services, &viewer, wrong).await), "totp_wrong");
        }
        assert_eq!(lobby.events().await[0].action, Action::LimitHit);
        match totp::prove(services, &viewer, &right).await.err().unwrap() {
            Refusal::TooMany { until } => assert_eq!(until, began + FAILURES_WITHIN),
            refusal => panic!("{refusal}"),
        }
        lobby.clock.advance(FAILURES_WITHIN);
        totp::prove(services, &viewer, &app.shows(services.now())).await.unwrap();
    }
}

#[tokio::test]
async fn a_recovery_code_opens_once_and_lets_its_person_change_their_factors() {
    for lobby in both().await {
        let first = newcomer(&lobby).await;
        let services = &lobby.services;
        assert_eq!(refusal(recovery::make(services, &first).await), "factor_none");
        let (viewer, _) = enrol(&lobby, &first).await;
        let codes = recovery::make(services, &viewer).await.unwrap();
        assert_eq!(codes.len(), RECOVERY_CODES);
        lobby.clock.advance(Span::hours(1));
        let later = lobby.viewer(viewer.user.id).await;
        assert_eq!(refusal(recovery::make(services, &later).await), "factor_wanted");
        assert_eq!(refusal(totp::remove(services, &later).await), "factor_wanted");
        assert_eq!(refusal(recovery::prove(services, &later, "aaaa-bbbb-cccc").await), "recovery_wrong");
        let typed = format!(" {} ", codes[0].spaced().to_uppercase());
        let token = recovery::prove(services, &later, &typed).await.unwrap();
        assert_eq!(refusal(recovery::prove(services, &later, &typed).await), "recovery_wrong");
        assert_eq!(factors::mine(services, &later).await.unwrap().recovery_codes, 9);
        let change = AccountChange::RecoveryCodeUsed;
        assert_eq!(lobby.letters().await[0].letter, Letter::AccountChanged { user: viewer.user.id, change });
        let proved = under(&lobby, &token).await;
        let anew = recovery::make(services, &proved).await.unwrap();
        assert_eq!(refusal(recovery::prove(services, &proved, codes[1].expose()).await), "recovery_wrong");
        totp::remove(services, &proved).await.unwrap();
        assert_eq!(refusal(recovery::prove(services, &proved, anew[0].expose()).await), "recovery_wrong");
        assert_eq!(sessions::list(services, &proved).await.unwrap().len(), 1, "the others have ended");
        // What was used just now opens the way to another one in its place.
        enrol(&lobby, &proved).await;
    }
}

#[tokio::test]
async fn a_first_factor_wants_a_pass_where_only_a_mailbox_speaks() {
    for lobby in both().await {
        let services = &lobby.services;
        let first = newcomer(&lobby).await;
        lobby.clock.advance(ENROLMENT);
        assert_eq!(refusal(totp::begin(services, &first).await), "pass_wanted");
        let viewer = lobby.viewer(first.user.id).await;
        assert_eq!(refusal(totp::begin(services, &viewer).await), "pass_wanted");
        let people = lobby.user_admin().await;
        let void = passes::give(services, &people, viewer.user.id).await.unwrap();
        let pass = passes::give(services, &people, viewer.user.id).await.unwrap();
        assert_eq!(refusal(passes::use_up(services, &viewer, void.expose()).await), "pass_wrong");
        let other = lobby.guest("bo@praxis.example").await;
        let other = lobby.viewer(other.id).await;
        assert_eq!(refusal(passes::use_up(services, &other, pass.expose()).await), "pass_wrong");
        passes::use_up(services, &viewer, &pass.spaced()).await.unwrap();
        assert_eq!(lobby.events().await[0].action, Action::PassUsed);
        let elsewhere = lobby.viewer(viewer.user.id).await;
        assert_eq!(refusal(passes::use_up(services, &elsewhere, pass.expose()).await), "pass_wrong");
        assert_eq!(refusal(totp::begin(services, &elsewhere).await), "pass_wanted");
        let (enrolled, _) = enrol(&lobby, &viewer).await;
        lobby.clock.advance(Span::minutes(5));
        assert_eq!(refusal(totp::remove(services, &enrolled).await), "factor_wanted", "the pass is spent");

        let late = passes::give(services, &people, other.user.id).await.unwrap();
        lobby.clock.advance(PASS_LIFE);
        let other = lobby.viewer(other.user.id).await;
        assert_eq!(refusal(passes::use_up(services, &other, late.expose()).await), "pass_wrong");
    }
}

#[tokio::test]
async fn a_pass_is_given_by_whoever_may_vouch() {
    for lobby in both().await {
        let services = &lobby.services;
        let (admin, people) = (lobby.admin().await, lobby.user_admin().await);
        let reader = lobby.with_roles("reader@lindenhof.example", Roles::of(Role::Reader)).await;
        assert_eq!(refusal(passes::give(services, &people, reader.id).await), "holds_role");
        assert_eq!(refusal(passes::give(services, &people, people.viewer().user.id).await), "own_account");
        let by_admin = admin.viewer().clone().user_administrator().unwrap();
        passes::give(services, &by_admin, reader.id).await.unwrap();
        let own = admin.viewer().user.id;
        assert_eq!(refusal(passes::give(services, &by_admin, own).await), "own_account");
        assert_eq!(refusal(totp::remove_of(services, &by_admin, own).await), "own_account");

        // A pass of a user administrator is none for whoever has been given a role since.
        let member = lobby.member("ida@lindenhof.example").await;
        let pass = passes::give(services, &people, member.id).await.unwrap();
        people::set_roles(services, &admin, member.id, Roles::of(Role::Reader)).await.unwrap();
        let viewer = lobby.viewer(member.id).await;
        assert_eq!(refusal(passes::use_up(services, &viewer, pass.expose()).await), "pass_wrong");

        let (owner, elsewhere) = (lobby.group_with_owner().await, lobby.group_with_owner().await);
        let guest = lobby.guest("eva@praxis.example").await;
        assert_eq!(refusal(passes::give_by_owner(services, &owner, guest.id).await), "not_found");
        lobby.join(owner.group().id, &guest).await;
        passes::give_by_owner(services, &owner, guest.id).await.unwrap();
        lobby.join(elsewhere.group().id, &guest).await;
        assert_eq!(refusal(passes::give_by_owner(services, &owner, guest.id).await), "forbidden");
    }
}

#[tokio::test]
async fn an_administrator_takes_a_lost_factor_away_and_all_sessions_end() {
    for lobby in both().await {
        let services = &lobby.services;
        let (viewer, _) = enrol(&lobby, &newcomer(&lobby).await).await;
        let people = lobby.user_admin().await;
        let (key, _) = lobby.passkey(viewer.user.id).await;
        let person = people::get(services, &people, viewer.user.id).await.unwrap();
        assert!(person.factors.authenticator.is_some());
        totp::remove_of(services, &people, viewer.user.id).await.unwrap();
        assert_eq!(refusal(totp::remove_of(services, &people, viewer.user.id).await), "not_found");
        assert!(sessions::list(services, &viewer).await.unwrap().is_empty());
        passkeys::remove_of(services, &people, viewer.user.id, key).await.unwrap();
        assert!(!factors::has_one(services, &viewer).await.unwrap());
        let reader = lobby.with_roles("reader@lindenhof.example", Roles::of(Role::Reader)).await;
        assert_eq!(refusal(totp::remove_of(services, &people, reader.id).await), "holds_role");
    }
}

#[tokio::test]
async fn a_reset_keeps_factors_and_erasing_forgets_them() {
    for lobby in both().await {
        let services = &lobby.services;
        let (viewer, _) = enrol(&lobby, &newcomer(&lobby).await).await;
        recovery::make(services, &viewer).await.unwrap();
        let people = lobby.user_admin().await;
        people::reset(services, &people, viewer.user.id, None).await.unwrap();
        let person = people::get(services, &people, viewer.user.id).await.unwrap();
        assert!(person.factors.authenticator.is_some() && person.factors.recovery_codes == 10);
        people::delete(services, &people, viewer.user.id).await.unwrap();
        lobby.clock.advance(Span::days(31));
        services::housekeeping::tick(services).await.unwrap();
        assert_eq!(rows(&lobby, viewer.user.id).await, (false, 0));
    }
}

async fn rows(lobby: &Lobby, user: UserId) -> (bool, i64) {
    let mut tx = lobby.services.store.read().await.unwrap();
    let kept = store::authenticators::of_user(&mut tx, user).await.unwrap().is_some();
    (kept, store::recovery_codes::left(&mut tx, user).await.unwrap().0)
}

#[tokio::test]
async fn whoever_manages_wants_a_factor_that_was_used_not_long_ago() {
    for lobby in both().await {
        let services = &lobby.services;
        let admin = lobby.admin().await.viewer().clone();
        let token_of = async |viewer: &Viewer| lobby.stepped_up(viewer).await;
        let stepped = token_of(&admin).await;
        stepped.clone().administrator().unwrap();
        lobby.clock.advance(Span::hours(12));
        let plain = |viewer: &Viewer| {
            let session = viewer.session.clone();
            store::sessions::Known { session, user: viewer.user.clone(), owns: viewer.owns }
        };
        let again = |viewer: &Viewer| Viewer::new(services, plain(viewer), samples::origin(), lobby.correlation());
        assert_eq!(again(&stepped).administrator().err(), Some(Denied::Multifactor));
        let owner = lobby.group_with_owner().await;
        let (group, viewer) = (owner.group().id, owner.viewer().clone());
        let mut bare = viewer.clone();
        bare.session.multifactor_at = None;
        let bare = again(&bare);
        assert_eq!(refusal(bare.clone().owner_of(services, group).await), "multifactor");
        let foreign = lobby.group().await.id;
        assert_eq!(refusal(bare.owner_of(services, foreign).await), "not_found", "what is not theirs is not there");

        let fresh = lobby.admin().await;
        let Stored { value, version } = services.tenant().security.clone();
        let tighter = Security { manager_hours: 1, ..value };
        organization::save_security(services, &fresh, tighter, version).await.unwrap();
        lobby.clock.advance(Span::hours(1));
        assert_eq!(again(fresh.viewer()).administrator().err(), Some(Denied::Multifactor));
        let guest = newcomer(&lobby).await;
        guest.managing().expect("who manages nothing is not asked");
    }
}

#[tokio::test]
async fn enrolment_by_passcode_is_open_for_fourteen_days_at_most_and_never_for_who_holds_a_role() {
    for lobby in both().await {
        let services = &lobby.services;
        let now = services.now();
        let first = newcomer(&lobby).await;
        let open = async |days: i64| {
            let admin = lobby.admin().await;
            let Stored { value, version } = services.tenant().security.clone();
            let until = Some(services.now() + Span::days(days));
            let open = Security { enrolment_open_until: until, ..value };
            organization::save_security(services, &admin, open, version).await
        };
        assert_eq!(refusal(open(15).await), "number_range");
        open(14).await.unwrap();
        lobby.clock.advance(Span::days(1));
        let guest = lobby.viewer(first.user.id).await;
        factors::may_change(services, &guest).await.unwrap();
        let reader = lobby.with_roles("reader@lindenhof.example", Roles::of(Role::Reader)).await;
        let mut reader = lobby.viewer(reader.id).await;
        reader.session.multifactor_at = None;
        assert_eq!(refusal(factors::may_change(services, &reader).await), "pass_wanted");
        lobby.clock.advance(now + Span::days(14) - services.now());
        let guest = lobby.viewer(first.user.id).await;
        assert_eq!(refusal(factors::may_change(services, &guest).await), "pass_wanted");
    }
}
