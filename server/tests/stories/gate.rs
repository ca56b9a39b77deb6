//! What no request passes without: the right host, the same origin, an honest address.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use domain::event::{Action, TargetKind};
use server::config::Proxies;
use server::router::router;
use server::state::AppState;
use services::testing::{self, Lobby};
use store::audit::AuditEvent;
use store::{Count, Engine, PageAsk};

use crate::browser::{Answer, Browser, map};
use crate::{come_in, follow, sign_ins, signed_in};

const FOREIGN: &str = "https://evil.example";
const STRANGE: &str = "This request did not come from a page of Lobby.";

/// How many events the audit log has, and the newest of them.
async fn log(lobby: &Lobby) -> (Count, Option<AuditEvent>) {
    let mut tx = lobby.services.store.read().await.unwrap();
    let page = store::audit::page(&mut tx, &PageAsk { size: 1, ..PageAsk::default() }, &[]).await.unwrap();
    (page.count, page.items.into_iter().next())
}

/// Providers post there: the signature of a logout token authenticates them.
const LOGOUT: &str = "/signin/backchannel/{provider}";

/// A POST as another site makes a browser send it: with the cookies, and not from a page of ours.
async fn from_elsewhere(browser: &Browser, path: &str, headers: &[(&'static str, &str)]) -> Answer {
    let mut request = browser.request(Method::POST, path).body(Body::empty()).unwrap();
    for name in ["sec-fetch-site", "origin"] {
        request.headers_mut().remove(name);
    }
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    browser.send(request).await
}

#[tokio::test]
async fn every_door_that_changes_something_opens_from_pages_of_lobby_alone() {
    let doors = map::all().await.into_iter().filter(|door| door.method != "GET" && door.path != LOGOUT);
    let doors: Vec<map::Door> = doors.collect();
    assert!(doors.len() > 60 && doors.iter().all(|door| door.method == "POST"), "{doors:?}");
    for lobby in testing::both().await {
        let admin = lobby.admin().await.viewer().user.id;
        let own = lobby.services.public_url.origin().ascii_serialization();
        let (browser, signed_out) = (signed_in(&lobby, admin).await, Browser::new(&lobby));
        let mut refused = 0;
        for door in &doors {
            let path = door.path.replace("{app}", "01900000-0000-7000-8000-000000000000");
            for headers in [
                &[("sec-fetch-site", "cross-site"), ("origin", FOREIGN)][..],
                &[("sec-fetch-site", "same-site"), ("origin", own.as_str())],
                &[("sec-fetch-site", "none")],
                &[("origin", FOREIGN)],
                &[("origin", "null")],
                &[],
            ] {
                for browser in [&browser, &signed_out] {
                    let answer = from_elsewhere(browser, &path, headers).await;
                    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
                    assert_eq!(answer.text().trim(), STRANGE, "{path} {headers:?}");
                    refused += 1;
                }
            }
            let (count, newest) = log(&lobby).await;
            assert_eq!(count, Count::Exactly(refused), "{path}: it did what it was not asked");
            let told = newest.unwrap();
            assert_eq!((told.action, told.target.kind), (Action::OriginRefused, TargetKind::Path));
            assert_eq!((&told.target.name, told.address.as_deref()), (&path, Some("192.0.2.7")));
        }
        for door in &doors {
            let path = door.path.replace("{app}", "01900000-0000-7000-8000-000000000000");
            for headers in [&[("sec-fetch-site", "same-origin")], &[("origin", own.as_str())]] {
                let answer = from_elsewhere(&signed_out, &path, headers).await;
                assert_ne!(answer.text().trim(), STRANGE, "{path} {headers:?}");
            }
        }
    }
}

#[tokio::test]
async fn only_the_host_of_lobby_is_answered_for() {
    for lobby in testing::both().await {
        let lost = "lobby.lindenhof.example";
        for host in [lost.to_owned(), lost.to_uppercase()] {
            assert_eq!(Browser { host, ..Browser::new(&lobby) }.get("/signin").await.status, StatusCode::OK);
        }
        let others =
            ["evil.example", "lobby.lindenhof.example.evil.example", "lobby.lindenhof.example:8443", "127.0.0.1", ""];
        for host in others.map(str::to_owned) {
            let browser = Browser { host, ..Browser::new(&lobby) };
            for answer in [browser.get("/signin").await, browser.post("/fn/sign-out", &[]).await] {
                assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{}", browser.host);
                assert!(answer.headers.get("set-cookie").is_none() && !answer.header("x-request-id").is_empty());
            }
            assert_eq!(browser.get("/health/ready").await.status, StatusCode::OK, "a supervisor knows no name");
        }
    }
}

#[tokio::test]
async fn the_demo_leads_from_its_number_to_its_name_before_any_cookie() {
    let url = url::Url::parse("http://localhost:3000").unwrap();
    let lobby = Lobby::open_with(Engine::Sqlite, |parts| (parts.demo, parts.public_url) = (true, url)).await;
    let browser = Browser { host: "127.0.0.1:3000".to_owned(), ..Browser::new(&lobby) };
    let answer = browser.get("/signin?to=%2Faccount").await;
    assert_eq!(answer.leads_to(), "http://localhost:3000/signin?to=%2Faccount");
    assert!(answer.headers.get("set-cookie").is_none());
    assert_eq!(browser.post("/fn/sign-out", &[]).await.status, StatusCode::MISDIRECTED_REQUEST);
    let page = Browser::new(&lobby).get("/mailbox").await;
    assert!(page.header("content-security-policy").contains("frame-src 'self'"), "letters are shown in a frame");
    assert_eq!(page.header("strict-transport-security"), "");
}

#[tokio::test]
async fn a_link_that_is_secret_is_kept_by_no_cache_and_told_to_no_log() {
    for lobby in testing::both().await {
        let guest = lobby.guest("ada@praxis.example").await;
        let browser = signed_in(&lobby, guest.id).await;
        let token = services::Secret::random();
        for path in [format!("/redeem/{}", token.expose()), format!("/first/{}", token.expose())] {
            let answer = browser.get(&path).await;
            assert!(answer.status.is_client_error() && answer.header("cache-control") == "no-store");
        }
        let told: Vec<String> = lobby.events().await.iter().map(|event| format!("{event:?}")).collect();
        assert!(told.iter().any(|event| event.contains("/redeem/…")), "{told:?}");
        assert!(!told.iter().any(|event| event.contains(token.expose())), "{told:?}");
    }
}

#[tokio::test]
async fn an_address_is_believed_from_a_trusted_proxy_alone() {
    const FORGED: &str = "198.51.100.66";
    for lobby in testing::both().await {
        let trusted = vec!["10.0.0.0/24".parse().unwrap()];
        let proxies = Proxies { trusted, header: "x-forwarded-for".to_owned() };
        let doors = router(AppState::new(lobby.services.clone(), proxies));
        for (number, (peer, line, counts)) in [
            ("192.0.2.7:1", FORGED.to_owned(), Some("192.0.2.7")),
            ("10.0.0.2:1", format!("{FORGED}, 203.0.113.9"), Some("203.0.113.9")),
            ("10.0.0.2:1", format!("{FORGED}, 203.0.113.10, 10.0.0.3"), Some("203.0.113.10")),
            ("[::ffff:10.0.0.2]:1", "2001:db8::7".to_owned(), Some("2001:db8::7")),
            ("10.0.0.2:1", "unknown".to_owned(), None),
        ]
        .into_iter()
        .enumerate()
        {
            let address = format!("guest-{number}@praxis.example");
            lobby.guest(&address).await;
            let mut browser = Browser { address: peer, ..Browser::at(doors.clone(), &lobby) };
            browser.says = vec![
                ("x-forwarded-for", line),
                ("x-real-ip", FORGED.to_owned()),
                ("forwarded", format!("for={FORGED}")),
                ("cf-connecting-ip", FORGED.to_owned()),
            ];
            let answer = come_in(&lobby, &browser, &address, "/").await;
            assert!(follow(&browser, &answer).await.status.is_success());
            let record = sign_ins(&lobby).await.remove(0);
            let origin = record.facts.unwrap().origin;
            assert_eq!(origin.address.map(|address| address.to_string()).as_deref(), counts, "{peer}");
            let told = lobby.events().await.into_iter().find(|event| event.action == Action::SignedIn).unwrap();
            assert_eq!(told.address.as_deref(), counts, "{peer}");
        }
    }
}
