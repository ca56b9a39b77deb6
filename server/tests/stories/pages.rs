//! What guards a page once it has been sent: headers, and names that stay text.

use axum::body::Body;
use axum::http::Method;
use domain::text::{Label, Message};
use domain::user::User;
use services::testing;
use services::{applications, groups, invitations};

use crate::browser::Answer;
use crate::{follow, signed_in};

#[tokio::test]
async fn every_answer_carries_the_headers_that_guard_it() {
    for lobby in testing::both().await {
        let browser = signed_in(&lobby, lobby.admin().await.viewer().user.id).await;
        let page = browser.get("/admin/settings").await;
        let file = browser.get("/theme/1f6f5c.css").await;
        let lost = browser.get("/nowhere").await;
        let plain = browser.get("/theme/nonsense.css").await;
        let redirect = browser.post("/fn/theme", &[("theme", "dark")]).await;
        let mut strange = browser.request(Method::POST, "/fn/theme").body(Body::empty()).unwrap();
        strange.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
        let shut = browser.send(strange).await;
        let health = browser.get("/health/live").await;
        let statuses = [&page, &file, &lost, &plain, &redirect, &shut, &health].map(|answer| answer.status.as_u16());
        assert_eq!(statuses, [200, 200, 404, 404, 302, 403, 200]);
        for answer in [&page, &file, &lost, &plain, &redirect, &shut, &health] {
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "same-origin"),
                ("strict-transport-security", "max-age=31536000"),
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-resource-policy", "same-origin"),
            ] {
                assert_eq!(answer.header(name), value, "{} {name}", answer.status);
            }
            let policies = answer.headers.get_all("content-security-policy").iter().count();
            assert_eq!(policies, 1, "two policies would be joined to what neither says");
            let for_good = "public, max-age=31536000, immutable";
            let keep = if answer.header("content-type").starts_with("text/css") { for_good } else { "no-store" };
            assert_eq!(answer.header("cache-control"), keep, "{}", answer.status);
        }
        for answer in [&file, &plain, &redirect, &shut, &health] {
            let nothing = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
            assert_eq!(answer.header("content-security-policy"), nothing);
        }
    }
}

#[tokio::test]
async fn a_page_runs_what_it_was_sent_with_and_nothing_else() {
    for lobby in testing::both().await {
        let browser = signed_in(&lobby, lobby.admin().await.viewer().user.id).await;
        let mut nonces = Vec::new();
        for path in ["/", "/admin/settings", "/nowhere", "/account"] {
            let page = browser.get(path).await;
            let policy = page.header("content-security-policy");
            let nonce = policy
                .split_once("'nonce-")
                .unwrap_or_else(|| panic!("{path}: {} {policy}", page.status))
                .1
                .split('\'')
                .next()
                .unwrap();
            let wanted = format!(
                "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
                 img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
            );
            assert_eq!(policy, wanted);
            assert!(nonce.len() >= 16);
            let html = page.text();
            for script in html.split("<script").skip(1) {
                let tag = script.split('>').next().unwrap();
                // A file of our own needs none: `'self'` lets it in.
                let fine = tag.contains(&format!("nonce=\"{nonce}\"")) || tag.contains("src=\"/pkg/");
                assert!(fine, "{path}: {script}");
            }
            for inline in [" style=", " onclick=", " onload=", "javascript:", "<style"] {
                assert!(!html.contains(inline), "{path} has {inline}");
            }
            nonces.push(nonce.to_owned());
        }
        nonces.sort();
        nonces.dedup();
        assert_eq!(nonces.len(), 4, "a nonce is used once");
    }
}

#[tokio::test]
async fn a_name_is_text_and_never_markup() {
    const MARKUP: &str = "</title><script>alert(1)</script>\"'&amp;<b onclick=x>";
    let name = || Label::parse(MARKUP).unwrap();
    for lobby in testing::both().await {
        lobby.organize(|house| house.name = name()).await;
        let admin = lobby.user_admin().await;
        let group = groups::ShapeForm { name: MARKUP.to_owned(), owners_manage: true, ..Default::default() };
        let group = groups::create(&lobby.services, &admin, group.parse().unwrap(), &[]).await.unwrap();
        let shape = applications::ShapeForm {
            name: MARKUP.to_owned(),
            description: MARKUP.to_owned(),
            launch_url: "https://records.lindenhof.example/".to_owned(),
            ..Default::default()
        };
        let app = applications::create(&lobby.services, &admin, shape.parse().unwrap()).await.unwrap();
        lobby.assign(app, group).await;
        let guest = User { name: Some(name()), ..domain::samples::guest("ada@praxis.example") };
        let guest = lobby.person(guest.accept(lobby.services.now())).await;
        lobby.join(group, &guest).await;
        let by = signed_in(&lobby, admin.viewer().user.id).await;
        let pages = ["/admin/groups", "/admin/applications", "/admin/people", "/admin/audit"].map(str::to_owned);
        let theirs =
            [format!("/admin/people/{}", guest.id), format!("/manage/{group}"), format!("/admin/groups/{group}")];
        for path in pages.iter().chain(&theirs) {
            is_text(&by.get(path).await, path, MARKUP);
        }
        is_text(&signed_in(&lobby, guest.id).await.get("/").await, "/", MARKUP);
        let typed = by.post("/fn/people/create", &[("form[address]", MARKUP), ("form[name]", MARKUP)]).await;
        is_text(&follow(&by, &typed).await, "what was typed", MARKUP);

        let owner = lobby.group_with_owner().await;
        let inviting = invitations::Inviting::to_group(&lobby.services, owner).unwrap();
        let message = Message::parse(MARKUP).unwrap();
        let new = invitations::NewInvitations::of("eva@praxis.example", "en");
        let new = invitations::NewInvitations { message: Some(message), ..new };
        invitations::invite(&lobby.services, &inviting, new).await.unwrap();
        assert!(lobby.letter_to("eva@praxis.example").await.unwrap().contains("alert(1)"));
        let mut tx = lobby.services.store.read().await.unwrap();
        let letters = store::mailbox::newest(&mut tx).await.unwrap();
        let html = &letters.iter().find(|letter| letter.recipient == "eva@praxis.example").unwrap().html;
        assert!(html.contains("alert(1)") && !html.contains("<script") && !html.contains("<b onclick"), "{html}");
    }
}

fn is_text(page: &Answer, path: &str, markup: &str) {
    let html = page.text();
    assert!(!html.contains("<script>alert") && !html.contains("<b onclick"), "{path}: {html}");
    assert!(page.says(markup), "{path} does not show it: {}", page.words());
}
