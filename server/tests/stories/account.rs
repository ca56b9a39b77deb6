//! The account page: changing one's own address, and whom it is kept from.

use domain::event::Action;
use services::testing;

use crate::{follow, signed_in};

const NEW: &str = "ada@new.example";

#[tokio::test]
async fn a_guest_moves_to_another_address_by_a_code() {
    for lobby in testing::both().await {
        let ada = lobby.guest("ada@praxis.example").await;
        lobby.anchor(&ada).await;
        let browser = signed_in(&lobby, ada.id).await;
        assert!(browser.get("/account").await.text().contains("href=\"/account/address\""));
        assert!(browser.get("/account/address").await.says("It is ada@praxis.example now."));
        let wrong = browser.post("/fn/account/address", &[("form[address]", "nonsense")]).await;
        let page = follow(&browser, &wrong).await;
        assert_eq!(page.field("form[address]"), "nonsense");
        assert!(page.problem("form[address]").is_some(), "{}", page.words());

        let asked = browser.post("/fn/account/address", &[("form[address]", NEW)]).await;
        let page = follow(&browser, &asked).await;
        assert!(page.says("A letter with 8 digits is on its way to ada@new.example"), "{}", page.words());
        let mistyped = browser.post("/fn/account/address-code", &[("form[code]", "00000000")]).await;
        let page = follow(&browser, &mistyped).await;
        assert!(page.says("You can try 4 more times."), "{}", page.words());
        let code = lobby.code_to(NEW).await;
        let changed = browser.post("/fn/account/address-code", &[("form[code]", &code)]).await;
        let page = follow(&browser, &changed).await;
        assert!(page.says("Your address is changed.") && page.says(NEW), "{}", page.words());
    }
}

#[tokio::test]
async fn an_owner_is_told_who_changes_their_address() {
    for lobby in testing::both().await {
        let owner = lobby.group_with_owner().await;
        let browser = signed_in(&lobby, owner.viewer().user.id).await;
        let page = browser.get("/account/address").await;
        assert!(page.says("You cannot change it yourself.") && page.says("an Administrator changes your address"));
        assert!(!page.text().contains("form[address]"), "no form that would be refused");
        let late = lobby.guest("late@praxis.example").await;
        let browser = signed_in(&lobby, late.id).await;
        lobby.clock.advance(domain::time::Span::minutes(6));
        assert!(browser.get("/account/address").await.leads_to().starts_with("/account/prove?to="));
    }
}

#[tokio::test]
async fn a_preferred_language_is_chosen_kept_and_told_to_the_audit_log() {
    for lobby in testing::both().await {
        let ada = lobby.guest("ada@praxis.example").await;
        let browser = signed_in(&lobby, ada.id).await;
        let chosen = |page: &crate::browser::Answer, tag: &str| {
            page.text().contains(&format!("<option value=\"{tag}\" selected"))
        };
        let page = browser.get("/account").await;
        assert!(chosen(&page, "en") && page.says("Lobby itself speaks English."), "{}", page.words());
        let save = async |tag: &str| {
            let form = [("form[name]", "Ada Nord"), ("form[language]", tag)];
            follow(&browser, &browser.post("/fn/account/profile", &form).await).await
        };
        assert!(chosen(&save("de-CH").await, "de-CH"));
        assert_eq!(lobby.user(ada.id).await.value.language, "de-CH");
        let event = lobby.events().await.into_iter().find(|event| event.action == Action::UserChanged).unwrap();
        assert!(event.old.unwrap().contains("\"en\"") && event.new.unwrap().contains("\"de-CH\""));
        let refused = save("nonsense!").await;
        assert!(refused.says("Choose a language from the list."), "{}", refused.words());
        assert_eq!(lobby.user(ada.id).await.value.language, "de-CH");
        // One that an administrator wrote stands in the list too.
        assert!(chosen(&save("gsw").await, "gsw"));
    }
}
