//! Signing in with a code by e-mail.

use axum::http::StatusCode;
use domain::time::Span;
use services::testing;

use crate::browser::{Answer, Browser};
use crate::{BROWSER, DEVICE, SESSION, ask_code, come_in, follow, is_in};

const WRONG: &[(&str, &str)] = &[("form[code]", "0000 0000")];

#[tokio::test]
async fn a_guest_signs_in_with_a_code_and_sees_what_is_theirs() {
    for lobby in testing::both().await {
        let guest = lobby.guest("ada@praxis.example").await;
        let (group, application) = (lobby.group().await, lobby.application().await);
        lobby.assign(application.id, group.id).await;
        lobby.join(group.id, &guest).await;

        let browser = Browser::new(&lobby);
        assert_eq!(browser.get("/").await.leads_to(), "/signin?to=%2F");
        let page = follow(&browser, &ask_code(&browser, "Ada@Praxis.example", "/").await).await;
        assert!(page.says("Enter the code") && page.says("Ada@praxis.example is known here"), "{}", page.words());
        let at_the_door = browser.cookie(BROWSER);
        let code = lobby.code_to("ada@praxis.example").await;
        let spaced = format!("{} {}", &code[..4], &code[4..]);
        let answer = browser.post("/fn/sign-in/code", &[("form[code]", &spaced)]).await;
        assert_eq!(answer.leads_to(), "/");
        assert_ne!(browser.cookie(BROWSER), at_the_door, "what was bound to the browser before is not carried on");
        assert!(follow(&browser, &answer).await.says(application.name.as_str()));
    }
}

#[tokio::test]
async fn known_and_unknown_addresses_are_answered_alike() {
    for lobby in testing::both().await {
        lobby.guest("known@praxis.example").await;
        let disabled = lobby.guest("disabled@praxis.example").await;
        services::people::disable(&lobby.services, &lobby.user_admin().await, disabled.id).await.unwrap();
        let mut seen = Vec::new();
        for address in ["known@praxis.example", "unknown@praxis.example", "disabled@praxis.example"] {
            let browser = Browser::new(&lobby);
            let mut answers = vec![ask_code(&browser, address, "/").await];
            assert_eq!(lobby.letter_to(address).await.is_some(), address.starts_with("known"), "{address}");
            answers.push(follow(&browser, &answers[0]).await);
            answers.push(browser.post("/fn/sign-in/code", WRONG).await);
            answers.push(follow(&browser, &answers[2]).await);
            seen.push(answers.iter().map(|answer| outside(answer, address)).collect::<Vec<_>>());
        }
        assert_eq!(seen[0], seen[1], "{:?}", lobby.engine);
        assert_eq!(seen[0], seen[2], "{:?}", lobby.engine);
        assert!(seen[0][3].contains("You can try 4 more times"), "{}", seen[0][3]);
    }
}

/// All that somebody sees from outside who typed this address, but for what differs each time.
fn outside(answer: &Answer, address: &str) -> String {
    let headers = answer.headers.iter().map(|(name, value)| match name.as_str() {
        "x-request-id" | "content-security-policy" => name.to_string(),
        "set-cookie" | "location" => format!("{name}: {}", value.to_str().unwrap().split('=').next().unwrap()),
        _ => format!("{name}: {value:?}"),
    });
    let mut headers: Vec<String> = headers.collect();
    headers.sort();
    format!("{} {headers:?} {}", answer.status, answer.words().replace(address, "(address)"))
}

#[tokio::test]
async fn after_five_wrong_tries_the_right_code_is_refused_too() {
    for lobby in testing::both().await {
        lobby.guest("ada@praxis.example").await;
        let browser = Browser::new(&lobby);
        ask_code(&browser, "ada@praxis.example", "/").await;
        let code = lobby.code_to("ada@praxis.example").await;
        for left in ["4 more times", "3 more times", "2 more times", "once more"] {
            let answer = browser.post("/fn/sign-in/code", WRONG).await;
            assert!(follow(&browser, &answer).await.says(&format!("You can try {left}")));
        }
        browser.post("/fn/sign-in/code", WRONG).await;
        let answer = browser.post("/fn/sign-in/code", &[("form[code]", &code)]).await;
        let page = follow(&browser, &answer).await;
        assert!(page.says("This code was tried too often. Ask for another one."), "{}", page.words());
        assert!(!is_in(&browser).await);
    }
}

#[tokio::test]
async fn a_code_works_once_in_the_browser_that_asked_and_for_ten_minutes() {
    for lobby in testing::both().await {
        lobby.guest("ada@praxis.example").await;
        let (browser, thief) = (Browser::new(&lobby), Browser::new(&lobby));
        ask_code(&browser, "ada@praxis.example", "/").await;
        let code = lobby.code_to("ada@praxis.example").await;
        let form = [("form[code]", code.as_str())];
        thief.get("/signin").await;
        let page = follow(&thief, &thief.post("/fn/sign-in/code", &form).await).await;
        assert!(page.says("Ask for a code first") && !thief.is_signed_in(), "{}", page.words());

        let jar = browser.cookie(BROWSER).unwrap();
        assert_eq!(browser.post("/fn/sign-in/code", &form).await.leads_to(), "/");
        thief.set_cookie(BROWSER, &jar);
        let page = follow(&thief, &thief.post("/fn/sign-in/code", &form).await).await;
        assert!(page.says("This code was used already.") && !thief.is_signed_in(), "{}", page.words());

        let late = Browser::new(&lobby);
        ask_code(&late, "ada@praxis.example", "/").await;
        let code = lobby.code_to("ada@praxis.example").await;
        lobby.clock.advance(Span::minutes(10));
        let page = follow(&late, &late.post("/fn/sign-in/code", &[("form[code]", &code)]).await).await;
        assert!(page.says("This code has expired.") && !late.is_signed_in(), "{}", page.words());
    }
}

#[tokio::test]
async fn strangers_cannot_lock_somebody_out_nor_flood_their_mailbox() {
    for lobby in testing::both().await {
        lobby.guest("ada@praxis.example").await;
        let own = Browser::new(&lobby);
        come_in(&lobby, &own, "ada@praxis.example", "/").await;
        own.post("/fn/sign-out", &[]).await;
        assert!(own.cookie(DEVICE).is_some(), "the device stays known");
        // The code above came from a browser that was not known yet.
        for _ in 0..4 {
            let stranger = Browser::new(&lobby);
            assert_eq!(ask_code(&stranger, "ada@praxis.example", "/").await.leads_to(), "/signin/code");
        }
        let stranger = Browser { address: "198.51.100.9:1", ..Browser::new(&lobby) };
        let page = follow(&stranger, &ask_code(&stranger, "ada@praxis.example", "/").await).await;
        assert!(page.says("That was too often. You can try again after 1 June 2026, "), "{}", page.words());
        assert_eq!(come_in(&lobby, &own, "ada@praxis.example", "/").await.leads_to(), "/");
    }
}

#[tokio::test]
async fn a_client_address_gets_twenty_unused_codes_an_hour() {
    for lobby in testing::both().await {
        let browser = Browser { address: "[2001:db8::1]:7", ..Browser::new(&lobby) };
        for n in 0..20 {
            assert_eq!(ask_code(&browser, &format!("n{n}@praxis.example"), "/").await.leads_to(), "/signin/code");
        }
        let neighbor = Browser { address: "[2001:db8::2]:7", ..Browser::new(&lobby) };
        let page = follow(&neighbor, &ask_code(&neighbor, "x@praxis.example", "/").await).await;
        assert!(page.says("That was too often."), "a /64 is one client: {}", page.words());
        assert!(page.text().contains("value=\"x@praxis.example\""), "what was typed is shown again");
        let other = Browser { address: "[2001:db8:1::1]:7", ..Browser::new(&lobby) };
        assert_eq!(ask_code(&other, "x@praxis.example", "/").await.leads_to(), "/signin/code");
        lobby.clock.advance(Span::hours(1));
        assert_eq!(ask_code(&browser, "x@praxis.example", "/").await.leads_to(), "/signin/code");
    }
}

#[tokio::test]
async fn cookies_are_for_this_host_alone_and_out_of_reach_of_scripts() {
    for lobby in testing::both().await {
        lobby.guest("ada@praxis.example").await;
        let browser = Browser::new(&lobby);
        let answer = come_in(&lobby, &browser, "ada@praxis.example", "/").await;
        for name in [SESSION, BROWSER, DEVICE] {
            let line = answer.set_cookie(name).unwrap();
            for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
                assert!(line.contains(part), "{line}");
            }
            assert!(!line.contains("Domain"), "{line}");
        }
        assert!(!answer.set_cookie(SESSION).unwrap().contains("Max-Age"), "it ends with the browser");
        let kept = Browser::new(&lobby);
        let form = [("form[address]", "ada@praxis.example"), ("form[keep]", "true")];
        kept.post("/fn/sign-in/ask", &form).await;
        let code = lobby.code_to("ada@praxis.example").await;
        let answer = kept.post("/fn/sign-in/code", &[("form[code]", &code)]).await;
        assert!(answer.set_cookie(SESSION).unwrap().ends_with("; Max-Age=86400"), "24 hours for guests");
    }
}

#[tokio::test]
async fn on_plain_loopback_cookies_have_plain_names() {
    let url = url::Url::parse("http://localhost:3000").unwrap();
    let lobby = testing::Lobby::open_with(store::Engine::Sqlite, |parts| parts.public_url = url).await;
    lobby.guest("ada@praxis.example").await;
    let browser = Browser::new(&lobby);
    let answer = come_in(&lobby, &browser, "ada@praxis.example", "/").await;
    let line = answer.set_cookie("lobby-session").unwrap();
    assert!(!line.contains("Secure") && line.contains("; HttpOnly; SameSite=Lax"), "{line}");
    let page = browser.get("/").await;
    assert_eq!((page.status, page.header("strict-transport-security")), (StatusCode::OK, ""));
}

#[tokio::test]
async fn signing_out_ends_the_session_and_not_the_cookie_alone() {
    for lobby in testing::both().await {
        lobby.guest("ada@praxis.example").await;
        let browser = Browser::new(&lobby);
        come_in(&lobby, &browser, "ada@praxis.example", "/").await;
        let token = browser.cookie(SESSION).unwrap();
        let page = follow(&browser, &browser.post("/fn/sign-out", &[]).await).await;
        assert!(page.says("You are signed out.") && !browser.is_signed_in());
        browser.set_cookie(SESSION, &token);
        assert!(!is_in(&browser).await);
    }
}
