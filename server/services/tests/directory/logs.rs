//! The logs, read and taken along.

use domain::event::Action;
use domain::role::Role;
use services::logs::{self, AuditAsk, Export, Format, SignInAsk};
use services::testing::{Lobby, both};
use services::{PageAsk, Reader, applications, memberships, people};

async fn whole(mut export: Export) -> String {
    let mut file = Vec::new();
    while let Some(piece) = export.next().await.unwrap() {
        file.extend(piece);
    }
    String::from_utf8(file).unwrap()
}

async fn actions(lobby: &Lobby, by: &Reader, want: AuditAsk) -> Vec<Action> {
    let ask = PageAsk { size: 50, ..PageAsk::default() };
    let page = logs::audit(&lobby.services, by, &want, &ask).await.unwrap();
    page.items.into_iter().map(|entry| entry.event.action).collect()
}

#[tokio::test]
async fn each_filter_of_the_audit_log_leaves_what_it_names() {
    for lobby in both().await {
        let (reader, admin) = (lobby.reader().await, lobby.user_admin().await);
        let ada = lobby.guest("ada@praxis.example").await;
        people::disable(&lobby.services, &admin, ada.id).await.unwrap();
        lobby.clock.advance(domain::time::Span::hours(1));
        let since = Some(lobby.services.now());
        people::enable(&lobby.services, &lobby.user_admin().await, ada.id).await.unwrap();
        let all = AuditAsk::default();
        assert_eq!(actions(&lobby, &reader, all.clone()).await, [Action::UserEnabled, Action::UserDisabled]);
        let actor = Some(admin.viewer().user.id);
        assert_eq!(actions(&lobby, &reader, AuditAsk { actor, ..all.clone() }).await, [Action::UserDisabled]);
        let action = Some(Action::UserEnabled);
        assert_eq!(actions(&lobby, &reader, AuditAsk { action, ..all.clone() }).await, [Action::UserEnabled]);
        let target = Some(ada.id.to_string());
        assert_eq!(actions(&lobby, &reader, AuditAsk { target, ..all.clone() }).await.len(), 2);
        assert_eq!(actions(&lobby, &reader, AuditAsk { since, ..all.clone() }).await, [Action::UserEnabled]);
        assert_eq!(actions(&lobby, &reader, AuditAsk { until: since, ..all }).await, [Action::UserDisabled]);
    }
}

#[tokio::test]
async fn an_entry_names_the_people_it_is_about() {
    for lobby in both().await {
        let (reader, owned) = (lobby.reader().await, lobby.group_with_owner().await);
        let ada = lobby.guest("ada@praxis.example").await;
        memberships::add(&lobby.services, &owned, ada.id, None).await.unwrap();
        let ask = PageAsk { size: 50, ..PageAsk::default() };
        let page = logs::audit(&lobby.services, &reader, &AuditAsk::default(), &ask).await.unwrap();
        assert_eq!(page.items[0].about, [(ada.id, "ada@praxis.example".to_owned())]);
    }
}

#[tokio::test]
async fn an_export_holds_every_row_is_safe_to_open_and_is_told() {
    for lobby in both().await {
        let reader = lobby.reader().await;
        let formula = people::ProfileForm {
            name: "=HYPERLINK(1)".to_owned(),
            language: "en".to_owned(),
            ..people::ProfileForm::default()
        };
        let ida = lobby.member("ida@lindenhof.example").await;
        people::edit_own(&lobby.services, &lobby.viewer(ida.id).await, formula.parse().unwrap()).await.unwrap();
        let mut tx = lobby.services.store.begin().await.unwrap();
        let sample = lobby.events().await.remove(0);
        let copies = (0..2_500)
            .map(|_| store::audit::AuditEvent { id: lobby.services.ids.next(lobby.services.now()), ..sample.clone() });
        store::audit::record(&mut tx, copies.collect()).await.unwrap();
        tx.commit().await.unwrap();

        let want = AuditAsk::default();
        let csv = whole(logs::export_audit(&lobby.services, &reader, &want, Format::Csv).await.unwrap()).await;
        assert_eq!(csv.lines().count(), 1 + 1 + 2_501);
        assert!(csv.contains(",'=HYPERLINK(1),") && !csv.contains(",=HYPERLINK"));
        let json = whole(logs::export_audit(&lobby.services, &reader, &want, Format::Json).await.unwrap()).await;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["rows"].as_array().unwrap().len(), 2_503);
        assert_eq!(json["cut"], false);
        let exported = AuditAsk { action: Some(Action::Exported), ..AuditAsk::default() };
        assert_eq!(actions(&lobby, &reader, exported).await.len(), 2);
    }
}

#[tokio::test]
async fn the_sign_in_log_is_taken_along_too() {
    for lobby in both().await {
        let (reader, ada, app) =
            (lobby.reader().await, lobby.guest("ada@praxis.example").await, lobby.application().await);
        let viewer = lobby.viewer(ada.id).await;
        applications::launch(&lobby.services, &viewer, app.id).await.unwrap_err();
        let want = SignInAsk::default();
        let csv = whole(logs::export_sign_ins(&lobby.services, &reader, &want, Format::Csv).await.unwrap()).await;
        assert!(csv.contains("blocked,not_assigned,192.0.2.7,undetermined,linux,Firefox 140,otp"), "{csv}");
        let json = whole(logs::export_sign_ins(&lobby.services, &reader, &want, Format::Json).await.unwrap()).await;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["rows"][0]["result"], "blocked");
        assert!(reader.viewer().has(Role::Reader));
    }
}
