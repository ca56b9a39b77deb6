//! Whoever manages uses a second factor: led to it, let on by it, and never past it.

use axum::http::StatusCode;
use domain::time::Zone;
use services::access::form::PolicyForm;
use services::access::policies;
use services::factors::passes;
use services::providers::{self, Preset, ProviderForm};
use services::testing::{Lobby, both};
use totp_rs::{Builder, Totp};

use crate::browser::{Answer, Browser};
use crate::{SESSION, signed_in};

/// A browser that came in by a code alone.
async fn by_code(lobby: &Lobby, user: domain::id::UserId) -> Browser {
    let browser = Browser::new(lobby);
    browser.get("/signin").await;
    browser.set_cookie(SESSION, lobby.sign_in_by_code(user).await.1.expose());
    browser
}

/// The key that the page shows.
fn app(page: &Answer) -> Totp {
    let html = page.text();
    let key = html.split_once("<code>").unwrap().1.split_once("</code>").unwrap().0.replace(' ', "");
    Builder::new().with_secret(totp_rs::Secret::try_from_base32(&key).unwrap()).build_noncompliant()
}

fn shows(app: &Totp, lobby: &Lobby) -> String {
    app.generate(u64::try_from(lobby.services.now().0 / 1000).unwrap()).to_string()
}

#[tokio::test]
async fn who_manages_enrols_by_a_pass_and_is_asked_again_after_twelve_hours() {
    for lobby in both().await {
        let owner = lobby.group_with_owner().await;
        let (group, user) = (owner.group().id, owner.viewer().user.id);
        let browser = by_code(&lobby, user).await;
        assert_eq!(browser.get("/").await.status, StatusCode::OK, "the apps want no factor");
        let page = format!("/manage/{group}");
        let asked = browser.get(&page).await;
        let factor = format!("/account/prove?to=%2Fmanage%2F{group}&need=factor");
        assert_eq!(asked.leads_to(), factor);
        let enrol = browser.get(&factor).await;
        assert!(enrol.leads_to().starts_with("/account/enrol?to="), "{}", enrol.leads_to());
        let said = browser.get(enrol.leads_to()).await;
        assert!(said.says("A code by e-mail alone is not enough"), "{}", said.words());
        assert!(!said.says("Set up an authenticator app"), "{}", said.words());
        let begun = browser.post("/fn/authenticator/begin", &[("to", &page)]).await;
        assert!(begun.leads_to().starts_with("/account/enrol"), "the way is shut: {}", begun.leads_to());

        let pass = passes::give(&lobby.services, &lobby.user_admin().await, user).await.unwrap();
        let used = browser.post("/fn/enrolment-pass/use", &[("form[pass]", &pass.spaced()), ("to", &page)]).await;
        assert!(browser.get(used.leads_to()).await.says("The pass is accepted."));
        let begun = browser.post("/fn/authenticator/begin", &[("to", &page)]).await;
        let shown = browser.get(begun.leads_to()).await;
        assert_eq!(shown.header("cache-control"), "no-store");
        assert!(shown.text().contains("src=\"data:image/png;base64,iVBOR"), "{}", shown.text());
        let (app, before) = (app(&shown), browser.cookie(SESSION));
        let code = shows(&app, &lobby);
        let confirmed = browser.post("/fn/authenticator/confirm", &[("form[code]", &code), ("to", &page)]).await;
        assert!(confirmed.leads_to().starts_with("/account/recovery?to="), "{}", confirmed.leads_to());
        assert_ne!(browser.cookie(SESSION), before, "a step-up has a new token");
        assert_eq!(browser.get(&page).await.status, StatusCode::OK);
        let codes = browser.post("/recovery-codes", &[("to", &page)]).await;
        assert_eq!((codes.status, codes.header("cache-control")), (StatusCode::OK, "no-store"));
        assert_eq!(codes.text().matches("<code>").count(), 10);

        // Seen at times, so that the session does not go idle meanwhile.
        for _ in 0..2 {
            lobby.clock.advance(domain::time::Span::hours(6));
            browser.get("/").await;
        }
        assert_eq!(browser.get(&page).await.leads_to(), factor);
        assert!(browser.get(&factor).await.says("Confirm with a second factor"));
        let code = shows(&app, &lobby);
        let form = [("form[code]", code.as_str()), ("to", page.as_str()), ("need", "factor")];
        let proved = browser.post("/fn/prove/authenticator", &form).await;
        assert_eq!(proved.leads_to(), format!("{page}?done=proved"));
        assert_eq!(browser.get(&page).await.status, StatusCode::OK);
        let again = browser.post("/fn/prove/authenticator", &form).await;
        let refused = browser.get(again.leads_to()).await;
        assert_eq!(refused.problem("form[code]").unwrap(), "This code was used already. Wait for the next one.");
    }
}

#[tokio::test]
async fn a_form_of_an_administrator_without_a_factor_changes_nothing() {
    for lobby in both().await {
        let admin = lobby.admin().await.viewer().user.id;
        let mut browser = by_code(&lobby, admin).await;
        let form = [("form[name]", "Practices"), ("form[owners_manage]", "true")];
        let refused = browser.post("/fn/groups/create", &form).await;
        assert!(refused.leads_to().starts_with("/account/prove?to="), "{}", refused.leads_to());
        assert!(browser.get("/admin/audit.csv").await.leads_to().starts_with("/account/prove?to=%2Fadmin"));
        browser.accept = "application/json";
        assert_eq!(browser.post("/fn/groups/create", &form).await.status, StatusCode::UNAUTHORIZED);
        let able = signed_in(&lobby, admin).await;
        assert!(!able.get("/admin/groups").await.says("Practices"));
    }
}

#[tokio::test]
async fn in_a_demo_managing_asks_for_no_factor_and_says_so() {
    let lobby = Lobby::open_with(store::Engine::Sqlite, |parts| parts.demo = true).await;
    let admin = lobby.admin().await.viewer().user.id;
    let page = by_code(&lobby, admin).await.get("/admin").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.says("This is a demo: outside of one, these pages ask for a second factor."), "{}", page.words());
}

/// Holds all guests before Lobby.
async fn hold(lobby: &Lobby, grant: &str, controls: &[&str]) {
    let (services, by) = (&lobby.services, lobby.policy_admin().await);
    let form = PolicyForm {
        name: format!("Guests: {grant}"),
        state: "on".to_owned(),
        users: vec!["guests".to_owned()],
        applications: vec!["lobby".to_owned()],
        grant: grant.to_owned(),
        controls: controls.iter().map(|control| (*control).to_owned()).collect(),
        ..PolicyForm::empty()
    };
    policies::create(services, &by, form.read(services, &by, None).await.unwrap()).await.unwrap();
}

async fn provider(lobby: &Lobby) -> String {
    let form = ProviderForm {
        name: "Praxis Nord".to_owned(),
        client_id: "lobby".to_owned(),
        issuer: "https://login.praxis-nord.example".to_owned(),
        ..Preset::OpenId.form()
    };
    let form = form.parse(&Zone::utc()).ok().unwrap();
    providers::create(&lobby.services, &lobby.admin().await, form).await.unwrap().to_string()
}

#[tokio::test]
async fn who_is_asked_for_a_factor_enrols_one_and_who_is_blocked_changes_nothing() {
    for lobby in both().await {
        let guest = lobby.guest("ada@praxis.example").await;
        lobby.anchor(&guest).await;
        let browser = by_code(&lobby, guest.id).await;
        hold(&lobby, "all", &["multifactor"]).await;
        let held = |answer: &Answer| answer.leads_to().starts_with("/access?to=");
        assert!(held(&browser.get("/").await));
        let pass = passes::give(&lobby.services, &lobby.user_admin().await, guest.id).await.unwrap();
        browser.post("/fn/enrolment-pass/use", &[("form[pass]", &pass.spaced())]).await;
        let begun = browser.post("/fn/authenticator/begin", &[]).await;
        assert!(begun.leads_to().starts_with("/account/authenticator"), "{}", begun.leads_to());
        assert!(held(&browser.post("/fn/passkeys/rename", &[("form[name]", "Key")]).await));
        let provider = provider(&lobby).await;
        let proving = browser.post("/fn/prove/with", &[("provider", &provider)]).await;
        assert!(proving.leads_to().starts_with("/signin/go/"), "{}", proving.leads_to());
        let tying = browser.post("/fn/identities/link", &[("provider", &provider)]).await;
        assert!(held(&tying), "{}", tying.leads_to());

        hold(&lobby, "block", &[]).await;
        for path in ["authenticator/begin", "authenticator/confirm", "authenticator/remove", "enrolment-pass/use"] {
            assert!(held(&browser.post(&format!("/fn/{path}"), &[]).await), "{path}");
        }
        for path in ["/recovery-codes", "/fn/passkeys/remove"] {
            assert!(held(&browser.post(path, &[]).await), "{path}");
        }
        for path in ["/passkey/add/begin", "/passkey/add"] {
            assert_eq!(browser.post(path, &[]).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        assert!(held(&browser.get("/account/enrol").await));
        assert_eq!(browser.get("/account/prove").await.status, StatusCode::OK, "a new proof is always open");
    }
}
