//! Applications: set up, assigned, seen and launched.

use domain::application::SelfService;
use domain::event::{Action, SignInResult};
use domain::letter::Letter;
use domain::time::Span;
use services::applications::{self, SelfServiceForm, ShapeForm, Switches};
use services::logs::{SignInAsk, To};
use services::testing::{Lobby, both};
use services::{PageAsk, logos, logs};
use store::sign_ins::SignIn;

use crate::{refusal, told};

fn form(url: &str) -> ShapeForm {
    ShapeForm { name: "Records".to_owned(), launch_url: url.to_owned(), ..ShapeForm::default() }
}

async fn sign_ins(lobby: &Lobby, want: SignInAsk) -> Vec<SignIn> {
    let ask = PageAsk { size: 50, ..PageAsk::default() };
    logs::sign_ins(&lobby.services, &lobby.reader().await, &want, &ask).await.unwrap().items
}

#[tokio::test]
async fn plain_http_launches_only_where_it_is_meant() {
    let problems = form("http://records.lindenhof.example").parse().unwrap_err();
    assert_eq!(problems[0].code, "url_plain_http");
    let meant = ShapeForm { plain_http: true, ..form("http://records.lindenhof.example") };
    assert!(meant.parse().is_ok());
    assert_eq!(form("javascript:alert(1)").parse().unwrap_err()[0].code, "url_scheme");
}

#[tokio::test]
async fn four_steps_let_an_owner_work() {
    for lobby in both().await {
        let admin = lobby.user_admin().await;
        let shape = form("https://records.lindenhof.example").parse().unwrap();
        let app = applications::create(&lobby.services, &admin, shape.clone()).await.unwrap();
        let setup = async || applications::get(&lobby.services, &admin, app).await.unwrap().setup;
        assert!(!setup().await.has_group());
        let owned = lobby.group_with_owner().await;
        let group = owned.group().id;
        let service = SelfService { group, default_days: Some(90), longest_days: Some(180) };
        applications::set_self_service(&lobby.services, &admin, app, Some(service)).await.unwrap();
        let now = setup().await;
        assert!(now.has_group() && now.has_owner() && now.owners_manage() && !now.is_done());
        applications::assign_group(&lobby.services, &admin, app, group).await.unwrap();
        assert!(setup().await.is_done());

        let mine = applications::owned(&lobby.services, owned.viewer()).await.unwrap();
        assert_eq!((mine.len(), mine[0].opens.len(), mine[0].grants.len()), (1, 1, 1));
        let wrong =
            SelfServiceForm { default_days: "9".to_owned(), longest_days: "8".to_owned(), group: group.to_string() };
        let wrong = applications::set_self_service(&lobby.services, &admin, app, wrong.parse().unwrap()).await;
        assert_eq!(refusal(wrong), "default_days: days_order");
        assert_eq!(refusal(applications::edit(&lobby.services, &admin, app, shape, 1).await), "conflict");
    }
}

#[tokio::test]
async fn owners_are_told_when_their_guests_gain_an_application() {
    for lobby in both().await {
        let (admin, owned, app) = (lobby.user_admin().await, lobby.group_with_owner().await, lobby.application().await);
        let (group, to) = (owned.group().id, owned.viewer().user.id);
        let other = lobby.application().await;
        applications::assign_group(&lobby.services, &admin, other.id, group).await.unwrap();
        assert!(lobby.letters().await.is_empty(), "nobody gained it");
        lobby.join(group, &lobby.guest("ada@praxis.example").await).await;
        let effect = applications::assignment_effect(&lobby.services, &admin, app.id, group).await.unwrap();
        assert_eq!((effect.guests, effect.owners.len(), effect.assigned), (1, 1, false));
        applications::assign_group(&lobby.services, &admin, app.id, group).await.unwrap();
        let letter = Letter::ApplicationAssigned { application: app.id, group, to };
        assert_eq!(lobby.letters().await[0].letter, letter);
        applications::assign_group(&lobby.services, &admin, app.id, group).await.unwrap();
        assert_eq!(told(&lobby, Action::ApplicationAssigned).await, 2);
        applications::unassign_group(&lobby.services, &admin, app.id, group).await.unwrap();
        let again = applications::unassign_group(&lobby.services, &admin, app.id, group).await;
        assert_eq!(refusal(again), "not_found");
    }
}

#[tokio::test]
async fn a_tile_shows_if_and_only_if_enabled_visible_and_assigned() {
    for lobby in both().await {
        let (admin, ada) = (lobby.user_admin().await, lobby.guest("ada@praxis.example").await);
        let viewer = lobby.viewer(ada.id).await;
        let (app, group) = (lobby.application().await, lobby.group().await);
        let shown = async || applications::tiles(&lobby.services, &viewer).await.unwrap().len();
        let switch = async |enabled, visible| {
            let to = Switches { enabled, visible };
            applications::switch(&lobby.services, &admin, app.id, to).await.unwrap();
        };
        assert_eq!(shown().await, 0);
        lobby.assign(app.id, group.id).await;
        lobby.join(group.id, &ada).await;
        assert_eq!(shown().await, 1);
        switch(true, false).await;
        assert_eq!(shown().await, 0);
        switch(false, true).await;
        assert_eq!(shown().await, 0);
        switch(true, true).await;
        applications::assign_user(&lobby.services, &admin, app.id, ada.id).await.unwrap();
        assert_eq!(shown().await, 1, "assigned twice is one tile");
        applications::unassign_user(&lobby.services, &admin, app.id, ada.id).await.unwrap();
        applications::unassign_group(&lobby.services, &admin, app.id, group.id).await.unwrap();
        assert_eq!(shown().await, 0);
    }
}

#[tokio::test]
async fn a_launch_is_recorded_with_its_facts_and_so_is_a_refusal() {
    for lobby in both().await {
        let (admin, ada) = (lobby.user_admin().await, lobby.guest("ada@praxis.example").await);
        let (app, group, viewer) = (lobby.application().await, lobby.group().await, lobby.viewer(ada.id).await);
        let nowhere = domain::id::AppId(Default::default());
        assert_eq!(refusal(applications::launch(&lobby.services, &viewer, nowhere).await), "not_found");
        assert!(sign_ins(&lobby, SignInAsk::default()).await.is_empty());
        assert_eq!(refusal(applications::launch(&lobby.services, &viewer, app.id).await), "not_found");
        lobby.assign(app.id, group.id).await;
        lobby.join(group.id, &ada).await;
        let url = applications::launch(&lobby.services, &viewer, app.id).await.unwrap();
        assert_eq!(url, applications::Launch::Go(app.launch_url.clone()));
        applications::switch(&lobby.services, &admin, app.id, Switches { enabled: false, visible: true })
            .await
            .unwrap();
        assert_eq!(refusal(applications::launch(&lobby.services, &viewer, app.id).await), "application_disabled");

        let to = Some(To::Application(app.id));
        let blocked = SignInAsk { result: Some(SignInResult::Blocked), to, ..SignInAsk::default() };
        let reasons: Vec<_> = sign_ins(&lobby, blocked).await.into_iter().map(|entry| entry.reason.unwrap()).collect();
        assert_eq!(reasons, ["application_disabled", "not_assigned"]);
        let success = SignInAsk { result: Some(SignInResult::Success), user: Some(ada.id), ..SignInAsk::default() };
        let launched = sign_ins(&lobby, success).await.remove(0);
        let facts = launched.facts.unwrap();
        assert_eq!((facts.groups, facts.auth_time), (vec![group.id], viewer.session.auth_time));
        assert_eq!(applications::tiles(&lobby.services, &viewer).await.unwrap().len(), 0);
    }
}

#[tokio::test]
async fn a_stay_that_has_ended_opens_nothing() {
    for lobby in both().await {
        let (owned, app) = (lobby.group_with_owner().await, lobby.application().await);
        lobby.assign(app.id, owned.group().id).await;
        let ada = lobby.guest("ada@praxis.example").await;
        let end = lobby.services.now() + Span::hours(1);
        services::memberships::add(&lobby.services, &owned, ada.id, Some(end)).await.unwrap();
        let viewer = lobby.viewer(ada.id).await;
        let tile = applications::tiles(&lobby.services, &viewer).await.unwrap().remove(0).tile;
        assert_eq!(tile.ends_at, Some(end));
        lobby.clock.advance(Span::hours(1));
        assert!(applications::tiles(&lobby.services, &viewer).await.unwrap().is_empty());
        assert_eq!(refusal(applications::launch(&lobby.services, &viewer, app.id).await), "not_found");
    }
}

#[tokio::test]
async fn a_logo_is_kept_small_and_written_anew() {
    let picture = image::DynamicImage::new_rgb8(400, 100);
    let mut jpeg = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
    let mut upload = jpeg.into_inner();
    upload.extend_from_slice(b"<script>alert(1)</script>");
    for lobby in both().await {
        let (admin, app) = (lobby.user_admin().await, lobby.application().await);
        applications::set_logo(&lobby.services, &admin, app.id, Some(upload.clone())).await.unwrap();
        let digest = applications::get(&lobby.services, &admin, app.id).await.unwrap().application.value.logo.unwrap();
        let png = logos::get(&lobby.services, &digest).await.unwrap().unwrap();
        let kept = image::load_from_memory_with_format(&png, image::ImageFormat::Png).unwrap();
        assert_eq!((kept.width(), kept.height()), (128, 32));
        assert!(!png.windows(7).any(|bytes| bytes == b"<script"));
        applications::set_logo(&lobby.services, &admin, app.id, None).await.unwrap();
        assert_eq!(applications::get(&lobby.services, &admin, app.id).await.unwrap().application.value.logo, None);
        assert_eq!(logos::get(&lobby.services, "../etc/passwd").await.unwrap(), None);
    }
}

#[test]
fn an_upload_that_is_no_small_picture_is_refused() {
    let code = |bytes: &[u8]| refusal(logos::read(bytes));
    assert_eq!(code(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "logo: logo_format");
    assert_eq!(code(b"GIF89a"), "logo: logo_format");
    assert_eq!(code(&vec![0; logos::MOST_BYTES + 1]), "logo: logo_too_large");
    let mut wide = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_luma8(4097, 1).write_to(&mut wide, image::ImageFormat::Png).unwrap();
    assert_eq!(code(&wide.into_inner()), "logo: logo_too_wide");
    let mut cut = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(64, 64).write_to(&mut cut, image::ImageFormat::Png).unwrap();
    assert_eq!(code(&cut.get_ref()[..60]), "logo: logo_broken");
}
