//! Forms that are refused: what was typed stays, what is wrong is said beside its field, and nothing else happened.

use axum::http::StatusCode;
use domain::event::Action;
use domain::time::Span;
use serde_json::json;
use services::testing::{self, Lobby};

use crate::browser::{Answer, Browser};
use crate::{follow, signed_in, told};

/// A new group whose name and owner are refused, and whose description is not.
const REFUSED: &[(&str, &str)] = &[
    ("form[name]", "  "),
    ("form[description]", "For \"practices\" & <labs>\nnearby"),
    ("form[owner]", "nobody@lindenhof.example"),
];
const UNREADABLE: &str = "The form was not complete. Fill it in again.";

/// The browser of a User administrator.
async fn at_work(lobby: &Lobby) -> Browser {
    signed_in(lobby, lobby.user_admin().await.viewer().user.id).await
}

#[tokio::test]
async fn a_refused_form_comes_back_as_it_was_typed_with_what_is_wrong_beside_each_field() {
    for lobby in testing::both().await {
        let browser = at_work(&lobby).await;
        let refused = browser.post("/fn/groups/create", REFUSED).await;
        assert_eq!(refused.status, StatusCode::FOUND);
        assert!(refused.leads_to().starts_with("/admin/groups/new?draft="), "{}", refused.leads_to());
        let page = follow(&browser, &refused).await;
        assert_eq!(page.status, StatusCode::OK);
        for (name, typed) in &REFUSED[1..] {
            assert_eq!(page.field(name), *typed);
        }
        assert_eq!(page.problem("form[name]").as_deref(), Some("Fill this in."));
        assert_eq!(page.problem("form[description]"), None);
        let unknown = "Nobody in the directory has this address.";
        assert_eq!(page.problem("form[owner]").as_deref(), Some(unknown));
        assert_eq!(told(&lobby, Action::GroupCreated).await, 0);
    }
}

#[tokio::test]
async fn what_was_typed_is_shown_to_the_browser_that_typed_it_and_not_for_long() {
    for lobby in testing::both().await {
        let admin = lobby.user_admin().await;
        let browser = signed_in(&lobby, admin.viewer().user.id).await;
        let refused = browser.post("/fn/groups/create", REFUSED).await;
        let kept = |page: Answer| page.field("form[owner]") == "nobody@lindenhof.example";
        assert!(kept(follow(&browser, &refused).await));
        assert!(!kept(browser.get("/admin/groups/new").await), "a form that is opened anew is empty");
        let other = signed_in(&lobby, admin.viewer().user.id).await;
        assert!(!kept(follow(&other, &refused).await), "not even to the same person elsewhere");
        let draft = refused.leads_to().split_once("draft=").unwrap().1;
        let page = browser.get(&format!("/admin/applications/new?draft={draft}")).await;
        assert_eq!(
            (page.status, page.field("form[name]").as_str()),
            (StatusCode::OK, ""),
            "a draft fits its form alone"
        );
        lobby.clock.advance(Span::minutes(15));
        assert!(!kept(follow(&browser, &refused).await));
    }
}

#[tokio::test]
async fn a_client_that_is_no_browser_gets_the_status_and_the_problems() {
    for lobby in testing::both().await {
        let client = Browser { accept: "application/json", ..at_work(&lobby).await };
        let answer = client.post("/fn/groups/create", REFUSED).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::UNPROCESSABLE_ENTITY, ""));
        assert_eq!(answer.header("content-type"), "application/json");
        let problem = |field: &str, code: &str| json!({ "field": field, "code": code, "fact": null });
        let problems = [problem("name", "text_empty"), problem("address", "person_unknown")];
        assert_eq!(answer.json(), json!({ "code": "invalid", "problems": problems }));

        let nobody = Browser { accept: "application/json", ..Browser::new(&lobby) };
        let guest = lobby.guest("ada@praxis.example").await;
        let guest = Browser { accept: "application/json", ..signed_in(&lobby, guest.id).await };
        for (client, status, code) in
            [(nobody, StatusCode::UNAUTHORIZED, "sign_in"), (guest, StatusCode::FORBIDDEN, "forbidden")]
        {
            let answer = client.post("/fn/groups/create", REFUSED).await;
            assert_eq!((answer.status, answer.json()), (status, json!({ "code": code, "problems": [] })));
        }
    }
}

#[tokio::test]
async fn who_saves_second_is_told_so_and_loses_nothing() {
    for lobby in testing::both().await {
        let group = lobby.group().await;
        let (first, second) = (at_work(&lobby).await, at_work(&lobby).await);
        let page = format!("/admin/groups/{}", group.id);
        let read = first.get(&page).await.field("version");
        let (id, name) = (group.id.to_string(), group.name.to_string());
        let save = async |by: &Browser, description: &str, version: &str| {
            let form = [
                ("id", id.as_str()),
                ("version", version),
                ("form[name]", name.as_str()),
                ("form[description]", description),
            ];
            by.post("/fn/groups/edit", &form).await
        };
        assert_eq!(save(&first, "By the first", &read).await.leads_to(), format!("{page}?done=saved"));
        let answer = follow(&second, &save(&second, "By the second", &read).await).await;
        assert!(answer.says("Somebody else saved this while you were editing."), "{}", answer.words());
        assert_eq!(answer.field("form[description]"), "By the second");
        assert_eq!(first.get(&page).await.field("form[description]"), "By the first", "nothing was overwritten");

        let client = Browser { accept: "application/json", ..at_work(&lobby).await };
        let conflict = save(&client, "By a client", &read).await;
        assert_eq!((conflict.status, conflict.json()["code"].as_str()), (StatusCode::CONFLICT, Some("conflict")));

        // Who has seen that may mean it.
        let again = save(&second, "By the second", &answer.field("version")).await;
        assert_eq!(again.leads_to(), format!("{page}?done=saved"));
        assert_eq!(first.get(&page).await.field("form[description]"), "By the second");
    }
}

#[tokio::test]
async fn a_form_that_cannot_be_read_says_so_on_the_page_that_it_came_from() {
    const FORM: &str = "application/x-www-form-urlencoded";
    for lobby in testing::both().await {
        let page = format!("/admin/groups/{}", lobby.group().await.id);
        let mut browser = at_work(&lobby).await;
        let large = format!("form%5Bname%5D={}", "x".repeat(2 * 1024 * 1024));
        let large = large.as_bytes();
        for (body, status, code, words) in [
            (&b"version=soon"[..], StatusCode::BAD_REQUEST, "arguments", UNREADABLE),
            (b"form%5Bname%5D=\xff\xfe", StatusCode::BAD_REQUEST, "arguments", UNREADABLE),
            (
                large,
                StatusCode::PAYLOAD_TOO_LARGE,
                "form_too_large",
                "That was more text than a form can send at once.",
            ),
        ] {
            (browser.accept, browser.says) = ("application/json", Vec::new());
            let answer = browser.post_text("/fn/groups/edit", FORM, body.to_vec()).await;
            assert_eq!((answer.status, answer.json()["code"].as_str()), (status, Some(code)));
            browser.accept = "text/html";
            browser.says = vec![("referer", format!("{}{page}?done=saved", browser.origin))];
            let answer = browser.post_text("/fn/groups/edit", FORM, body.to_vec()).await;
            assert_eq!(answer.leads_to(), format!("{page}?problem={code}"));
            assert!(follow(&browser, &answer).await.says(words));
            for elsewhere in ["https://evil.example/admin", "//evil.example", "nonsense"] {
                browser.says = vec![("referer", elsewhere.to_owned())];
                let answer = browser.post_text("/fn/groups/edit", FORM, body.to_vec()).await;
                assert_eq!(answer.leads_to(), format!("/?problem={code}"), "{elsewhere}");
            }
        }
        assert_eq!(told(&lobby, Action::GroupChanged).await, 0);
    }
}

#[tokio::test]
async fn a_list_of_ten_thousand_addresses_fits() {
    for lobby in testing::both().await {
        let browser = signed_in(&lobby, lobby.admin().await.viewer().user.id).await;
        let group = lobby.group().await.id.to_string();
        let list: Vec<String> =
            (0..10_000).map(|n| format!("Guest Number {n} <guest-{n}@praxis-nord.example>")).collect();
        let form = [("form[group]", group.as_str()), ("form[list]", &list.join("\n"))];
        let page = follow(&browser, &browser.post("/fn/invitations/draft", &form).await).await;
        assert!(page.says("Invite 10,000"), "{}", page.words());
    }
}
