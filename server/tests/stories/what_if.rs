//! The pages that ask the policies, as they are seen: What-If with its matrix, replay, coverage, and a guest who is stopped.

use domain::access::policy::Named;
use domain::access::{Grant, Policy, PolicyName, PolicyState, What, Who};
use domain::id::PolicyId;
use domain::time::Timestamp;
use services::access::policies;
use services::testing;

use crate::signed_in;

#[tokio::test]
async fn each_page_that_asks_the_policies_says_what_they_say() {
    for lobby in testing::both().await {
        let (app, owner) = (lobby.application().await, lobby.group_with_owner().await);
        lobby.assign(app.id, owner.group().id).await;
        let guest = lobby.guest("ada@praxis.example").await;
        lobby.join(owner.group().id, &guest).await;
        let admin = lobby.admin().await;
        let draft = Policy {
            id: "01900000-0000-7000-8000-000000000000".parse::<PolicyId>().unwrap(),
            name: PolicyName::parse("No guests at all").unwrap(),
            state: PolicyState::On,
            users: Named { include: vec![Who::Guests], exclude: Vec::new() },
            applications: Named { include: vec![What::App(app.id)], exclude: Vec::new() },
            platforms: None,
            locations: None,
            grant: Some(Grant::Block),
            frequency: None,
            created_at: Timestamp::EPOCH,
        };
        let by = admin.viewer().clone().policy_administrator().unwrap();
        let policy = policies::create(&lobby.services, &by, draft).await.unwrap();
        signed_in(&lobby, guest.id).await.get(&format!("/launch/{}", app.id)).await;

        let browser = signed_in(&lobby, admin.viewer().user.id).await;
        let base = format!("/admin/what-if?person=ada@praxis.example&app={}&platform=windows", app.id);
        let answer = browser.get(&format!("{base}&from=elsewhere")).await;
        assert!(
            answer.says("No guests at all") && answer.says("is blocked for ada@praxis.example"),
            "{}",
            answer.words()
        );
        let matrix = browser.get(&format!("{base}&view=matrix")).await;
        assert!(matrix.says("Undetermined") && matrix.says("ChromeOS") && matrix.says("Blocked"), "{}", matrix.words());
        let wrong =
            browser.get("/admin/what-if?person=nonsense&app=lobby&from=address&address=1.2.3&platform=ios").await;
        assert_eq!(wrong.status, axum::http::StatusCode::OK);
        assert!(wrong.says("An e-mail address has an @") && wrong.says("Enter an address such as 192.0.2.7"));
        assert!(wrong.text().contains("value=\"nonsense\"") && wrong.text().contains("value=\"1.2.3\""));

        let replay = browser.get(&format!("/admin/policies/{policy}/replay")).await;
        assert!(replay.says("Replay of No guests at all") && replay.says("People stopped"), "{}", replay.words());
        assert!(replay.text().contains("/admin/sign-ins/"), "the last such attempt is a link");
        let other = lobby.application().await;
        let coverage = browser.get("/admin/policies/coverage").await;
        assert!(coverage.says(other.name.as_str()) && !coverage.says(app.name.as_str()), "{}", coverage.words());

        let browser = signed_in(&lobby, owner.viewer().user.id).await;
        let page = format!("/manage/{}/guests/{}", owner.group().id, guest.id);
        let seen = browser.get(&page).await;
        assert!(seen.says("An access policy stops this for this person.") && seen.says("Ask an administrator"));
        assert!(!seen.says("No guests at all") && !seen.says("192.0.2."), "{}", seen.words());
        let asked = browser.get(&format!("{page}?app={}&from=last&platform=ios", app.id)).await;
        assert!(asked.says("is blocked, on iOS"), "{}", asked.words());
    }
}
