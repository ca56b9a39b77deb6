//! The gate before every application: asked at that moment, written down each time, and passed by navigation alone.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use domain::application::Application;
use domain::event::SignInResult;
use domain::id::AppId;
use domain::time::Span;
use services::applications::{self, Switches};
use services::testing::{self, Lobby};
use services::{UserAdmin, memberships};

use crate::browser::{Answer, Browser};
use crate::{ask_code, come_in, follow, sign_ins, signed_in};

fn door(app: AppId) -> String {
    format!("/launch/{app}")
}

/// Goes there: opens the application, or is told that it is not open. What the log says of it comes along.
async fn launch(lobby: &Lobby, browser: &Browser, app: &Application) -> Result<(), Option<String>> {
    let before = sign_ins(lobby).await.len();
    let answer = browser.get(&door(app.id)).await;
    let log = sign_ins(lobby).await;
    assert_eq!(log.len(), before + 1, "one record for each launch");
    let record = &log[0];
    assert_eq!((record.application, record.application_name.as_str()), (Some(app.id), app.name.as_str()));
    if record.result == SignInResult::Success {
        assert_eq!(answer.leads_to(), app.launch_url.as_str());
        return Ok(());
    }
    assert_eq!(record.result, SignInResult::Blocked);
    let page = follow(browser, &answer).await;
    assert_eq!(answer.leads_to(), format!("/not-open/{}", app.id));
    assert!(page.status == StatusCode::NOT_FOUND && page.says("This application is not open to you"));
    assert!(!page.says(app.name.as_str()), "it does not say what is there: {}", page.words());
    Err(record.reason.clone())
}

async fn switch(lobby: &Lobby, by: &UserAdmin, app: AppId, enabled: bool, visible: bool) {
    applications::switch(&lobby.services, by, app, Switches { enabled, visible }).await.unwrap();
}

#[tokio::test]
async fn a_launch_opens_what_is_given_at_that_moment_and_nothing_else() {
    let not_assigned = Err(Some("not_assigned".to_owned()));
    for lobby in testing::both().await {
        let (services, admin) = (&lobby.services, lobby.user_admin().await);
        let (app, guest) = (lobby.application().await, lobby.guest("ada@praxis.example").await);
        let browser = signed_in(&lobby, guest.id).await;
        assert_eq!(launch(&lobby, &browser, &app).await, not_assigned);

        applications::assign_user(services, &admin, app.id, guest.id).await.unwrap();
        assert_eq!(launch(&lobby, &browser, &app).await, Ok(()), "directly");
        applications::unassign_user(services, &admin, app.id, guest.id).await.unwrap();
        assert_eq!(launch(&lobby, &browser, &app).await, not_assigned);

        let group = lobby.group().await;
        lobby.assign(app.id, group.id).await;
        assert_eq!(launch(&lobby, &browser, &app).await, not_assigned);
        lobby.join(group.id, &guest).await;
        assert_eq!(launch(&lobby, &browser, &app).await, Ok(()), "by a group");
        applications::unassign_group(services, &admin, app.id, group.id).await.unwrap();
        assert_eq!(launch(&lobby, &browser, &app).await, not_assigned);
        lobby.assign(app.id, group.id).await;

        switch(&lobby, &admin, app.id, true, false).await;
        assert_eq!(launch(&lobby, &browser, &app).await, Ok(()), "a tile shows it no more, and its address opens it");
        assert!(!browser.get("/").await.says(app.name.as_str()));
        switch(&lobby, &admin, app.id, false, true).await;
        assert_eq!(launch(&lobby, &browser, &app).await, Err(Some("application_disabled".to_owned())));
        switch(&lobby, &admin, app.id, true, true).await;

        let owner = lobby.viewer(admin.viewer().user.id).await.owner_of(services, group.id).await.unwrap();
        memberships::remove(services, &owner, guest.id).await.unwrap();
        assert_eq!(launch(&lobby, &browser, &app).await, not_assigned, "removed");
    }
}

#[tokio::test]
async fn a_membership_opens_nothing_before_it_is_accepted_and_after_its_end() {
    let not_assigned = Err(Some("not_assigned".to_owned()));
    for lobby in testing::both().await {
        let (owner, app) = (lobby.group_with_owner().await, lobby.application().await);
        lobby.assign(app.id, owner.group().id).await;
        let held = lobby.guest("held@praxis.example").await;
        lobby.invitation(owner.group().id, owner.viewer().user.id, &held).await;
        assert_eq!(launch(&lobby, &signed_in(&lobby, held.id).await, &app).await, not_assigned);

        let guest = lobby.guest("ada@praxis.example").await;
        let end = lobby.services.now() + Span::minutes(10);
        memberships::add(&lobby.services, &owner, guest.id, Some(end)).await.unwrap();
        let browser = signed_in(&lobby, guest.id).await;
        lobby.clock.advance(Span(Span::minutes(10).0 - 1));
        assert_eq!(launch(&lobby, &browser, &app).await, Ok(()), "to its last moment");
        lobby.clock.advance(Span(1));
        assert_eq!(launch(&lobby, &browser, &app).await, not_assigned, "whatever the worker did");
    }
}

#[tokio::test]
async fn what_is_not_there_is_answered_like_what_is_not_given() {
    for lobby in testing::both().await {
        let admin = lobby.user_admin().await;
        let (gone, other) = (lobby.application().await, lobby.application().await);
        let guest = lobby.guest("ada@praxis.example").await;
        applications::assign_user(&lobby.services, &admin, gone.id, guest.id).await.unwrap();
        applications::delete(&lobby.services, &admin, gone.id).await.unwrap();
        let browser = signed_in(&lobby, guest.id).await;
        let said = async |app: AppId| {
            let answer = browser.get(&door(app)).await;
            let page = follow(&browser, &answer).await;
            let small = |page: &Answer| page.words().replace(page.header("x-request-id"), "(request)");
            (answer.status, page.status, small(&page).replace(&app.to_string(), "(application)"))
        };
        assert_eq!(said(gone.id).await, said(other.id).await);
        assert_eq!(browser.get("/launch/nonsense").await.leads_to(), "/");
    }
}

#[tokio::test]
async fn only_somebody_who_goes_there_launches() {
    for lobby in testing::both().await {
        let (app, guest) = (lobby.application().await, lobby.guest("ada@praxis.example").await);
        applications::assign_user(&lobby.services, &lobby.user_admin().await, app.id, guest.id).await.unwrap();
        let mut browser = signed_in(&lobby, guest.id).await;
        for (name, value) in [
            ("sec-purpose", "prefetch"),
            ("sec-purpose", "prefetch;prerender"),
            ("purpose", "prefetch"),
            ("x-moz", "prefetch"),
            ("sec-fetch-dest", "iframe"),
            ("sec-fetch-dest", "frame"),
            ("sec-fetch-dest", "image"),
            ("sec-fetch-dest", "object"),
            ("sec-fetch-dest", "empty"),
            ("sec-fetch-dest", "script"),
        ] {
            browser.says = vec![(name, value.to_owned())];
            let answer = browser.get(&door(app.id)).await;
            assert_eq!((answer.status, answer.header("location")), (StatusCode::FORBIDDEN, ""), "{name}: {value}");
        }
        assert_eq!(sign_ins(&lobby).await.len(), 0, "nobody launched");
        browser.says = Vec::new();
        assert_eq!(browser.post(&door(app.id), &[]).await.status, StatusCode::METHOD_NOT_ALLOWED);
        // A browser too old to say where it goes.
        let mut request = browser.request(Method::GET, &door(app.id)).body(Body::empty()).unwrap();
        request.headers_mut().remove("sec-fetch-dest");
        assert_eq!(browser.send(request).await.leads_to(), app.launch_url.as_str());
        assert_eq!(sign_ins(&lobby).await.len(), 1);
    }
}

#[tokio::test]
async fn an_application_does_not_learn_where_somebody_came_from() {
    for lobby in testing::both().await {
        let (app, guest) = (lobby.application().await, lobby.guest("ada@praxis.example").await);
        applications::assign_user(&lobby.services, &lobby.user_admin().await, app.id, guest.id).await.unwrap();
        let browser = signed_in(&lobby, guest.id).await;
        let answer = browser.get(&format!("{}?from=elsewhere#here", door(app.id))).await;
        assert_eq!(answer.leads_to(), app.launch_url.as_str(), "nothing of ours goes along");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("cache-control"), "no-store", "the next launch asks again");
        assert!(answer.headers.get(header::SET_COOKIE).is_none());
    }
}

#[tokio::test]
async fn a_sign_in_on_the_way_to_an_application_goes_on_by_a_page_of_our_own() {
    for lobby in testing::both().await {
        let (app, guest) = (lobby.application().await, lobby.guest("ada@praxis.example").await);
        applications::assign_user(&lobby.services, &lobby.user_admin().await, app.id, guest.id).await.unwrap();
        let browser = Browser::new(&lobby);
        let way = browser.get(&door(app.id)).await.leads_to().to_owned();
        assert_eq!(way, format!("/signin?to=%2Flaunch%2F{}", app.id));
        let to = browser.get(&way).await.field("form[to]");
        let answer = come_in(&lobby, &browser, "ada@praxis.example", &to).await;
        assert_eq!((answer.status, answer.leads_to()), (StatusCode::FOUND, format!("/go/{}", app.id).as_str()));
        let page = follow(&browser, &answer).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains(&format!("http-equiv=\"refresh\" content=\"0;url={}\"", door(app.id))));
        assert!(page.text().contains(&format!("<a href=\"{}\">Go on to the application</a>", door(app.id))));
        assert_eq!(launch(&lobby, &browser, &app).await, Ok(()));
    }
}

#[tokio::test]
async fn a_sign_in_leads_to_pages_of_our_own_and_nowhere_else() {
    for lobby in testing::both().await {
        lobby.guest("ada@praxis.example").await;
        for (at, to) in [
            "https://evil.example/",
            "//evil.example/account",
            "/\\evil.example",
            "/launch/..%2f..%2f",
            "javascript:alert(1)",
        ]
        .into_iter()
        .enumerate()
        {
            let address = format!("192.0.2.{at}:1").leak();
            let browser = Browser { address, ..Browser::new(&lobby) };
            let mut answers = vec![ask_code(&browser, "ada@praxis.example", to).await];
            let code = lobby.code_to("ada@praxis.example").await;
            for code in ["0000 0000", &code] {
                answers.push(browser.post("/fn/sign-in/code", &[("form[code]", code)]).await);
            }
            let refused = browser.post("/fn/sign-in/ask", &[("form[address]", "nonsense"), ("form[to]", to)]).await;
            assert_eq!(answers.last().unwrap().leads_to(), "/", "{to}");
            for answer in answers.iter().chain([&refused]) {
                let way = answer.leads_to();
                assert!(way.starts_with('/') && !way.starts_with("//") && !way.starts_with("/\\"), "{to}: {way}");
            }
            // Before a gate that is open too.
            let encoded = app::routes::url_encode(to);
            assert_eq!(browser.get(&format!("/access?to={encoded}")).await.leads_to(), "/", "{to}");
        }
    }
}
