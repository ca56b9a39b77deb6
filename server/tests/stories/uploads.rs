//! Logos: read within bounds, written anew, and refused in words.

use axum::http::StatusCode;
use domain::id::AppId;
use services::testing::pictures::{bomb, picture};
use services::testing::{self, Lobby};

use crate::browser::{Answer, Browser, with_file};
use crate::{follow, signed_in};

const ORGANIZATION: &str = "/upload/organization-logo";

fn of(app: AppId) -> String {
    format!("/upload/application-logo/{app}")
}

async fn upload(by: &Browser, path: &str, name: &str, bytes: &[u8]) -> Answer {
    let (kind, body) = with_file("logo", name, bytes);
    by.post_text(path, &kind, body).await
}

/// The address of the picture that the page of an application shows.
async fn shown(by: &Browser, app: AppId) -> Option<String> {
    let html = by.get(&format!("/admin/applications/{app}")).await.text();
    let (_, after) = html.split_once("src=\"/logo/")?;
    Some(format!("/logo/{}", after.split('"').next().unwrap()))
}

async fn at_work(lobby: &Lobby) -> Browser {
    signed_in(lobby, lobby.user_admin().await.viewer().user.id).await
}

#[tokio::test]
async fn a_picture_of_each_kind_is_written_anew_and_served_as_nothing_but_a_picture() {
    for lobby in testing::both().await {
        let (browser, app) = (at_work(&lobby).await, lobby.application().await.id);
        assert_eq!(shown(&browser, app).await, None);
        for kind in ["png", "jpg", "webp"] {
            let mut bytes = picture(kind, 400, 100);
            bytes.extend_from_slice(b"<script>alert(1)</script>");
            // What the file is called counts for nothing.
            let answer = upload(&browser, &of(app), "logo.svg", &bytes).await;
            assert_eq!(answer.leads_to(), format!("/admin/applications/{app}?done=saved"), "{kind}");
            let logo = Browser::new(&lobby).get(&shown(&browser, app).await.unwrap()).await;
            assert_eq!((logo.status, logo.header("content-type")), (StatusCode::OK, "image/png"));
            assert_eq!(logo.header("x-content-type-options"), "nosniff");
            assert_eq!(logo.header("cache-control"), "public, max-age=31536000, immutable");
            let side = |at: usize| u32::from_be_bytes(logo.bytes[at..at + 4].try_into().unwrap());
            assert_eq!((&logo.bytes[1..4], side(16), side(20)), (&b"PNG"[..], 128, 32), "{kind}");
            assert!(!logo.text().contains("<script"), "{kind}: what hides beside the points is left behind");
        }
        assert_eq!(
            upload(&browser, &of(app), "", b"").await.leads_to(),
            format!("/admin/applications/{app}?done=saved")
        );
        assert_eq!(shown(&browser, app).await, None, "a form without a file takes the picture away");
    }
}

#[tokio::test]
async fn what_is_no_small_picture_is_refused_in_words_and_changes_nothing() {
    const KIND: &str = "Choose a PNG, JPEG or WebP picture.";
    const BYTES: &str = "The picture may have at most 256 KiB.";
    const POINTS: &str = "The picture may be at most 4096 pixels wide and high.";
    const BROKEN: &str = "The picture cannot be read. Save it again as PNG and try that.";
    let png = picture("png", 200, 200);
    let mut padded = png.clone();
    padded.resize(256 * 1024 + 1, 0);
    let bomb = bomb();
    assert!(bomb.len() < 256 * 1024, "it gets past the bound in bytes: {}", bomb.len());
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec();
    let refused = [
        (svg, KIND),
        (b"GIF89a\x01\x00\x01\x00".to_vec(), KIND),
        (b"<html><body>".to_vec(), KIND),
        (b"nonsense".to_vec(), KIND),
        (padded, BYTES),
        (vec![b'x'; 5 * 1024 * 1024], BYTES),
        (picture("png", 4097, 1), POINTS),
        (bomb, POINTS),
        (png[..png.len() / 2].to_vec(), BROKEN),
        ([&png[..40], &[0xff; 60], &png[100..]].concat(), BROKEN),
    ];
    for lobby in testing::both().await {
        let (browser, app) = (at_work(&lobby).await, lobby.application().await.id);
        upload(&browser, &of(app), "logo.png", &png).await;
        let kept = shown(&browser, app).await;
        assert!(kept.is_some());
        let admin = signed_in(&lobby, lobby.admin().await.viewer().user.id).await;
        for (bytes, words) in &refused {
            for (by, path, back) in [
                (&browser, of(app), format!("/admin/applications/{app}")),
                (&admin, ORGANIZATION.to_owned(), "/admin/settings".to_owned()),
            ] {
                let answer = upload(by, &path, "logo.png", bytes).await;
                assert!(answer.leads_to().starts_with(&format!("{back}?draft=")), "{words}: {}", answer.leads_to());
                let page = follow(by, &answer).await;
                assert!(page.says(words), "{words} {}", page.words());
            }
        }
        assert_eq!(shown(&browser, app).await, kept);
        assert_eq!(lobby.services.tenant().organization.value.logo, None);
        let client = Browser { accept: "application/json", ..browser };
        let answer = upload(&client, &of(app), "logo.png", b"nonsense").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn only_who_administers_a_thing_gives_it_a_picture() {
    let png = picture("png", 20, 20);
    for lobby in testing::both().await {
        let (owner, app) = (lobby.group_with_owner().await, lobby.application().await.id);
        lobby.assign(app, owner.group().id).await;
        let (people, guest) = (lobby.user_admin().await, lobby.guest("ada@praxis.example").await);
        let by_people = signed_in(&lobby, people.viewer().user.id).await;
        for (who, user) in
            [("guest", guest.id), ("owner", owner.viewer().user.id), ("reader", lobby.reader().await.viewer().user.id)]
        {
            let browser = Browser { accept: "application/json", ..signed_in(&lobby, user).await };
            for path in [of(app), ORGANIZATION.to_owned()] {
                assert_eq!(
                    upload(&browser, &path, "logo.png", &png).await.status,
                    StatusCode::FORBIDDEN,
                    "{who} {path}"
                );
            }
        }
        let answer = upload(&by_people, ORGANIZATION, "logo.png", &png).await;
        assert!(follow(&by_people, &answer).await.says("You may not"), "an Administrator alone");
        assert_eq!(upload(&Browser::new(&lobby), &of(app), "logo.png", &png).await.leads_to(), "/signin");
        assert_eq!(shown(&by_people, app).await, None);
        assert_eq!(lobby.services.tenant().organization.value.logo, None);
    }
}
