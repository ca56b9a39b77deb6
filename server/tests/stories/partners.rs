//! An administrator adds a partner organization, sees its guests, and closes it; what others see of it.

use axum::http::StatusCode;
use domain::role::{Role, Roles};
use services::testing::{self, Lobby};

use crate::browser::{Answer, Browser};
use crate::{follow, signed_in};

async fn administrator(lobby: &Lobby) -> Browser {
    let ida = lobby.with_roles("ida@lindenhof.example", Roles::of(Role::Administrator)).await;
    signed_in(lobby, ida.id).await
}

/// What the form of a partner sends; boxes that are not ticked send nothing.
fn form<'a>(name: &'a str, domains: &'a str, notes: &'a str, invited: bool) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("form[name]", name), ("form[domains]", domains), ("form[notes]", notes)];
    fields.extend(invited.then_some(("form[invitations_allowed]", "true")));
    fields
}

async fn add(browser: &Browser, name: &str, domains: &str) -> Answer {
    browser.post("/fn/partners/create", &form(name, domains, "", true)).await
}

#[tokio::test]
async fn guests_are_seen_under_their_partner_and_its_form_says_what_is_wrong() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let group = owner.group().id;
        let ada = lobby.guest("ada@praxis.example").await;
        lobby.join(group, &ada).await;
        let admin = administrator(&lobby).await;
        assert!(admin.get("/admin/partners").await.says("No partners yet"));

        let refused = follow(&admin, &add(&admin, "Praxis Nord", "gmail.com").await).await;
        assert!(refused.says("line 1: gmail.com (anybody may have a mailbox there)"), "{}", refused.words());
        assert!(refused.text().contains("value=\"Praxis Nord\""), "what was typed is kept");

        let added = add(&admin, "Praxis Nord", "praxis.example").await;
        let path = added.leads_to().split('?').next().unwrap().to_owned();
        let page = follow(&admin, &added).await;
        for words in ["Created.", "1 guest", "ada@praxis.example", "Active", "never"] {
            assert!(page.says(words), "{words} in {}", page.words());
        }
        assert!(admin.get(&format!("{path}?show=pending")).await.says("Nobody here"));
        assert!(admin.get("/admin/partners?q=nord").await.says("praxis.example"));
        assert!(admin.get("/admin/partners?show=closed").await.says("Every partner is invited"));
        let id = path.rsplit('/').next().unwrap();
        let people = admin.get(&format!("/admin/people?partner={id}")).await;
        assert!(people.says("1 person") && people.says("Partner: Praxis Nord"), "{}", people.words());
        assert!(admin.get(&format!("/admin/people/{}", ada.id)).await.says("Guest of Praxis Nord"));

        let at_work = signed_in(&lobby, owner.viewer().user.id).await;
        let list = at_work.get(&format!("/manage/{group}")).await;
        assert!(list.says("Praxis Nord"), "{}", list.words());
        let guest = at_work.get(&format!("/manage/{group}/guests/{}", ada.id)).await;
        assert!(guest.says("Praxis Nord") && !guest.text().contains(&path), "a link only for who may follow it");
        assert_eq!(at_work.get(&path).await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn of_two_who_change_a_partner_the_second_is_told_and_may_go_on() {
    for lobby in testing::both().await {
        let admin = administrator(&lobby).await;
        let added = add(&admin, "Praxis Nord", "praxis.example").await;
        let path = added.leads_to().split('?').next().unwrap().to_owned();
        let id = path.rsplit('/').next().unwrap();
        let save = async |version: &str, name: &str, invited: bool| {
            let mut fields = form(name, "praxis.example", "Ask Dr. Nord.", invited);
            fields.extend([("id", id), ("version", version)]);
            follow(&admin, &admin.post("/fn/partners/edit", &fields).await).await
        };
        assert!(save("1", "Praxis Nordost", true).await.says("Saved."));
        let second = save("1", "Praxis Nordwest", false).await;
        assert!(second.says("Somebody else saved this while you were editing."), "{}", second.words());
        assert!(second.text().contains("value=\"Praxis Nordwest\"") && second.says("Praxis Nordost"));
        let saved = save("2", "Praxis Nordwest", false).await;
        assert!(saved.says("Saved.") && saved.says("Not invited"), "{}", saved.words());

        let owner = lobby.group_with_owner().await;
        let at_work = signed_in(&lobby, owner.viewer().user.id).await;
        let group = owner.group().id.to_string();
        let list = [("form[group]", &*group), ("form[list]", "new@praxis.example")];
        let checked = follow(&at_work, &at_work.post("/fn/invitations/draft", &list).await).await;
        assert!(checked.says("people of Praxis Nordwest are not invited"), "{}", checked.words());

        let asked = admin.get(&format!("{path}/delete")).await;
        assert!(asked.says("Delete Praxis Nordwest?") && asked.says("It has no guests."), "{}", asked.words());
        let gone = follow(&admin, &admin.post("/fn/partners/delete", &[("id", id)]).await).await;
        assert!(gone.says("Deleted.") && gone.says("No partners yet"), "{}", gone.words());
        assert_eq!(admin.get(&path).await.status, StatusCode::NOT_FOUND);
    }
}
