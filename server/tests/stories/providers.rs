//! An administrator adds an identity provider, sets it up, switches it and deletes it; what no page ever shows.

use axum::http::StatusCode;
use domain::identity::Identity;
use domain::role::{Role, Roles};
use services::testing::{self, Lobby};

use crate::browser::{Answer, Browser};
use crate::{follow, signed_in};

const SECRET: &str = "a very secret secret";

async fn administrator(lobby: &Lobby) -> Browser {
    let ida = lobby.with_roles("ida@lindenhof.example", Roles::of(Role::Administrator)).await;
    signed_in(lobby, ida.id).await
}

/// What the form of a provider sends; boxes that are not ticked send nothing.
fn form<'a>(name: &'a str, issuer: &'a str, domains: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("form[preset]", "openid"),
        ("form[name]", name),
        ("form[issuer]", issuer),
        ("form[client_id]", "lobby"),
        ("form[client_secret]", SECRET),
        ("form[secret_ends]", ""),
        ("form[scopes]", "openid email"),
        ("form[domains]", domains),
        ("form[position]", "0"),
        ("form[claim_subject]", "sub"),
        ("form[claim_address]", "email"),
        ("form[claim_verified]", "email_verified"),
        ("form[claim_name]", "name"),
        ("form[enabled]", "true"),
    ]
}

async fn add(browser: &Browser, name: &str, domains: &str) -> Answer {
    browser.post("/fn/providers/create", &form(name, "https://login.praxis.example", domains)).await
}

/// The address of what was added.
async fn added(browser: &Browser, name: &str, domains: &str) -> String {
    add(browser, name, domains).await.leads_to().split('?').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_kind_is_chosen_and_what_is_wrong_stands_beside_its_field_without_the_secret() {
    for lobby in testing::both().await {
        let admin = administrator(&lobby).await;
        assert!(admin.get("/admin/providers").await.says("No identity providers yet"));
        let kinds = admin.get("/admin/providers/new").await;
        for kind in
            ["Entra ID, one tenant", "Entra ID, many tenants", "Google", "Okta", "Keycloak", "GitHub", "OAuth 2"]
        {
            assert!(kinds.says(kind), "{kind} in {}", kinds.words());
        }
        let entra = admin.get("/admin/providers/new?preset=entra").await;
        assert_eq!(entra.field("form[issuer]"), "https://login.microsoftonline.com/TENANT-ID/v2.0");
        assert!(entra.says("App registrations"));
        let github = admin.get("/admin/providers/new?preset=github").await;
        assert_eq!(github.field("form[user]"), "https://api.github.com/user");

        let refused = admin.post("/fn/providers/create", &form("Praxis Nord", "login.praxis.example", "co.uk")).await;
        let page = follow(&admin, &refused).await;
        assert!(page.problem("form[issuer]").is_some(), "{}", page.words());
        assert_eq!(page.problem("form[domains]").as_deref(), Some("Anybody may register below co.uk."));
        assert_eq!(
            (page.field("form[name]").as_str(), page.field("form[client_secret]").as_str()),
            ("Praxis Nord", "")
        );
        assert!(page.says("What was typed before is not kept: enter it again."), "{}", page.words());
        assert!(!page.text().contains(SECRET));

        let page = follow(&admin, &add(&admin, "Praxis Nord", "praxis.example").await).await;
        let callback = format!("https://lobby.lindenhof.example/signin/callback/{}", id_in(&page));
        for words in ["Added.", "OpenID Connect", "On", &callback, "/signin/backchannel/", "Nobody signs in by it yet."]
        {
            assert!(page.says(words), "{words} in {}", page.words());
        }
        assert!(page.says("One is kept. Leave this empty to keep it") && !page.text().contains(SECRET));
        let taken = follow(&admin, &add(&admin, "Other", "praxis.example").await).await;
        let beside = taken.problem("form[domains]");
        assert_eq!(beside.as_deref(), Some("Another enabled provider speaks for one of these domains."));
        let listed = admin.get("/admin/providers?q=praxis.example").await;
        assert!(listed.says("Praxis Nord") && listed.says("1 provider"), "{}", listed.words());
        assert!(admin.get("/admin/providers?q=nowhere").await.says("No provider matches"));
    }
}

#[tokio::test]
async fn a_certificate_that_ends_soon_is_said_where_administrators_look() {
    for lobby in testing::both().await {
        let admin = administrator(&lobby).await;
        let path = added(&admin, "Praxis Nord", "praxis.example").await;
        let unseen = admin.get(&path).await;
        assert!(!unseen.says("Certificate ends"), "{}", unseen.words());
        assert!(!admin.get("/admin").await.says("The certificate of"));
        let id = path.rsplit('/').next().unwrap().parse().unwrap();
        for (days, on_its_page, on_the_overview) in [
            (20, "The provider's certificate ends on 21 Jun.", "The certificate of Praxis Nord ends on 21 Jun"),
            (-2, "The provider's certificate ended on 30 May.", "The certificate of Praxis Nord ended on 30 May"),
        ] {
            let end = lobby.services.now() + domain::time::Span::days(days);
            let mut tx = lobby.services.store.begin().await.unwrap();
            store::providers::note_certificate(&mut tx, id, Some(end)).await.unwrap();
            tx.commit().await.unwrap();
            let page = admin.get(&path).await;
            assert!(page.says(on_its_page) && page.says("Certificate ends"), "{}", page.words());
            assert!(admin.get("/admin").await.says(on_the_overview), "{}", admin.get("/admin").await.words());
        }
    }
}

/// The id that stands in the callback of a provider's page.
fn id_in(page: &Answer) -> String {
    page.text().split("/signin/callback/").nth(1).unwrap()[..36].to_owned()
}

#[tokio::test]
async fn of_two_who_edit_a_provider_the_second_is_told_and_may_go_on() {
    for lobby in testing::both().await {
        let admin = administrator(&lobby).await;
        let path = added(&admin, "Praxis Nord", "praxis.example").await;
        let id = path.rsplit('/').next().unwrap();
        let save = async |version: &str, name: &str| {
            let mut fields = form(name, "https://login.praxis.example", "praxis.example");
            fields.extend([("id", id), ("version", version)]);
            follow(&admin, &admin.post("/fn/providers/edit", &fields).await).await
        };
        assert!(save("1", "Praxis Nordost").await.says("Saved."));
        let second = save("1", "Praxis Nordwest").await;
        assert!(second.says("Somebody else saved this while you were editing."), "{}", second.words());
        assert_eq!((second.field("form[name]").as_str(), second.field("version").as_str()), ("Praxis Nordwest", "2"));
        assert!(second.says("Praxis Nordost") && !second.text().contains(SECRET));
        assert!(save("2", "Praxis Nordwest").await.says("Saved."));
    }
}

#[tokio::test]
async fn switching_off_says_first_how_many_people_it_concerns() {
    for lobby in testing::both().await {
        let admin = administrator(&lobby).await;
        let path = added(&admin, "Praxis Nord", "praxis.example").await;
        let id = path.rsplit('/').next().unwrap();
        let ada = lobby.guest("ada@praxis.example").await;
        let mut tx = lobby.services.store.begin().await.unwrap();
        let identity = Identity {
            user: ada.id,
            provider: Some(id.parse().unwrap()),
            issuer: "https://login.praxis.example".to_owned(),
            subject: "7".to_owned(),
            address: None,
            anchor: true,
            created_at: lobby.services.now(),
            spoke_at: None,
            session: None,
        };
        store::identities::insert(&mut tx, &identity).await.unwrap();
        tx.commit().await.unwrap();

        let page = admin.get(&path).await;
        for words in ["1 person signs in by it.", "1 person has no other way", "Switch Praxis Nord off"] {
            assert!(page.says(words), "{words} in {}", page.words());
        }
        let hours = admin.post("/fn/providers/let-passcodes", &[("id", id), ("form[hours]", "25")]).await;
        assert_eq!(follow(&admin, &hours).await.problem("form[hours]").as_deref(), Some("At most 24 hours."));
        let open = admin.post("/fn/providers/let-passcodes", &[("id", id), ("form[hours]", "2")]).await;
        assert!(follow(&admin, &open).await.says("Codes stand in for this provider until"));
        assert!(admin.get("/admin").await.says("Codes stand in for Praxis Nord until"));

        let kept = admin.get(&format!("{path}/delete")).await;
        assert!(kept.says("Praxis Nord cannot be deleted"), "{}", kept.words());
        let off = follow(&admin, &admin.post("/fn/providers/switch", &[("id", id), ("on", "false")]).await).await;
        assert!(off.says("Switched off.") && off.says("Switch on"), "{}", off.words());
        let refused = follow(&admin, &admin.post("/fn/providers/delete", &[("id", id)]).await).await;
        assert!(refused.says("1 person signs in by this provider."), "{}", refused.words());
    }
}

#[tokio::test]
async fn a_test_says_in_plain_words_what_is_wrong() {
    for lobby in testing::both().await {
        let admin = administrator(&lobby).await;
        // Nobody listens there.
        let nobody = form("Nobody", "http://127.0.0.1:9", "");
        let added = admin.post("/fn/providers/create", &nobody).await;
        let path = added.leads_to().split('?').next().unwrap().to_owned();
        let id = path.rsplit('/').next().unwrap();
        let test = admin.get(&format!("{path}/test")).await;
        assert!(test.says("Fetch metadata and keys") && test.says("Sign in as a test"), "{}", test.words());
        let looked = follow(&admin, &admin.post("/fn/providers/look", &[("id", id)]).await).await;
        assert!(looked.says("The machine takes no connection from here."), "{}", looked.words());
        let begun = admin.post("/fn/providers/try", &[("id", id)]).await;
        let failed = follow(&admin, &follow(&admin, &begun).await).await;
        assert!(failed.says("The sign-in was not taken:"), "{}", failed.words());
        assert!(failed.says("the connection failed"), "who tries it is told why: {}", failed.words());

        let gone = follow(&admin, &admin.post("/fn/providers/delete", &[("id", id)]).await).await;
        assert!(gone.says("Deleted.") && gone.says("No identity providers yet"), "{}", gone.words());
        assert_eq!(admin.get(&path).await.status, StatusCode::NOT_FOUND);
    }
}
