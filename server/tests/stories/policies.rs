//! A conditional access administrator writes a policy as a sentence, is told what is wrong, and switches it; readers read.

use axum::http::StatusCode;
use domain::role::{Role, Roles};
use services::testing::{self, Lobby};

use crate::browser::{Answer, Browser};
use crate::{follow, signed_in};

async fn administrator(lobby: &Lobby) -> Browser {
    let roles = Roles::of(Role::ConditionalAccessAdministrator);
    let ida = lobby.with_roles("ida@lindenhof.example", roles).await;
    signed_in(lobby, ida.id).await
}

/// What the editor sends; boxes that are not ticked send nothing.
fn form<'a>(name: &'a str, people_out: &'a str, grant: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("form[name]", name),
        ("form[state]", "report_only"),
        ("form[users][]", "guests"),
        ("form[people_out]", people_out),
        ("form[applications][]", "all"),
        ("form[platform_rule]", "some"),
        ("form[platforms][]", "windows"),
        ("form[platforms][]", "macos"),
        ("form[location_rule]", "any"),
        ("form[grant]", grant),
        ("form[frequency]", "none"),
        ("form[frequency_number]", ""),
    ]
}

fn path_of(answer: &Answer) -> String {
    answer.leads_to().split('?').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_policy_is_written_as_a_sentence_and_what_was_typed_survives_a_refusal() {
    for lobby in testing::both().await {
        let admin = administrator(&lobby).await;
        lobby.guest("ada@praxis.example").await;
        assert!(admin.get("/admin/policies").await.says("No policies yet"));

        let sent = admin.post("/fn/policies/create", &form("Desktops", "nobody@praxis.example", "all")).await;
        let refused = follow(&admin, &sent).await;
        assert!(
            refused.says("Nobody in the directory has this address: nobody@praxis.example."),
            "{}",
            refused.words()
        );
        assert!(refused.says("What it does: Choose what it does"), "{}", refused.words());
        assert!(refused.text().contains("value=\"Desktops\"") && refused.says("Windows and macOS"), "kept");

        let added = admin.post("/fn/policies/create", &form("Desktops", "ada@praxis.example", "block")).await;
        let path = path_of(&added);
        let page = follow(&admin, &added).await;
        for words in
            ["Created.", "all guests except ada@praxis.example", "Windows and macOS", "anywhere", "Report-only"]
        {
            assert!(page.says(words), "{words} in {}", page.words());
        }
        assert!(page.says("The list of platforms leaves out Unknown") && page.says("An iPad may read as macOS"));
        let list = admin.get("/admin/policies").await;
        let sentence = "For all guests except ada@praxis.example in all applications, on Windows and macOS: block";
        assert!(list.says(sentence), "{}", list.words());
        assert!(admin.get("/admin/policies?state=on").await.says("No policy matches"));

        let id = path.rsplit('/').next().unwrap();
        let save = async |version: &str, name: &str| {
            let mut fields = form(name, "", "block");
            fields.extend([("id", id), ("version", version)]);
            follow(&admin, &admin.post("/fn/policies/edit", &fields).await).await
        };
        assert!(save("1", "Desktops of guests").await.says("Saved. It holds from the very next request."));
        let second = save("1", "Laptops").await;
        assert!(second.says("Somebody else saved this while you were editing."), "{}", second.words());
        assert!(second.text().contains("value=\"Laptops\""));

        let copy = follow(&admin, &admin.post("/fn/policies/duplicate", &[("id", id)]).await).await;
        assert!(copy.says("Desktops of guests (copy)") && copy.says("Off"), "{}", copy.words());
        let reader = lobby.with_roles("reader@lindenhof.example", Roles::of(Role::Reader)).await;
        let reader = signed_in(&lobby, reader.id).await;
        let read = reader.get(&path).await;
        assert!(read.says("For all guests in all applications") && !read.says("Save policy"), "{}", read.words());
        assert_eq!(reader.get("/admin/policies/new").await.status, StatusCode::FORBIDDEN);

        let asked = admin.get(&format!("{path}/delete")).await;
        assert!(asked.says("Delete Desktops of guests?"), "{}", asked.words());
        let gone = follow(&admin, &admin.post("/fn/policies/delete", &[("id", id)]).await).await;
        assert!(gone.says("Deleted.") && gone.says("1 policy"), "{}", gone.words());
    }
}

#[tokio::test]
async fn a_change_to_lobby_itself_is_confirmed_from_the_banner_and_a_template_fills_the_form() {
    for lobby in testing::both().await {
        let admin = administrator(&lobby).await;
        let mut fields = form("Desktops", "", "block");
        fields[1] = ("form[state]", "on");
        let added = admin.post("/fn/policies/create", &fields).await;
        let page = follow(&admin, &added).await;
        assert!(page.says("A change waits to be confirmed") && page.says("15 minutes left"), "{}", page.words());
        let path = path_of(&added);
        let id = path.rsplit('/').next().unwrap();
        let kept = follow(&admin, &admin.post("/fn/policies/confirm", &[("id", id)]).await).await;
        assert!(kept.says("Confirmed. The change stays.") && !kept.says("waits to be confirmed"), "{}", kept.words());

        let template = admin.get("/admin/policies/new?template=block-unknown-platforms").await;
        assert!(template.text().contains("value=\"Block unknown platforms for guests\""));
        assert!(kept.says("Name a location of countries first") && kept.says("Write terms of use first"));
    }
}

#[tokio::test]
async fn a_location_is_pasted_tried_and_kept_while_it_is_used() {
    for lobby in testing::both().await {
        let admin = administrator(&lobby).await;
        let paste = async |ranges: &str| {
            let fields = [
                ("form[name]", "Clinics"),
                ("form[kind]", "ranges"),
                ("form[ranges]", ranges),
                ("form[countries]", ""),
            ];
            admin.post("/fn/locations/create", &fields).await
        };
        let refused = follow(&admin, &paste("192.0.2.0/24\r\n10.0.0.0/8").await).await;
        assert!(refused.says("This range is too wide: line 2: 10.0.0.0/8."), "{}", refused.words());
        let added = paste("192.0.2.0/24 # the clinic\r\n::ffff:198.51.100.0/120").await;
        let path = path_of(&added);
        let page = follow(&admin, &added).await;
        assert!(page.says("192.0.2.0/24, 198.51.100.0/24") && page.says("no policy"), "{}", page.words());
        let held = admin.get("/admin/locations?address=198.51.100.7").await;
        assert!(held.says("Clinics holds it"), "{}", held.words());
        assert!(admin.get("/admin/locations?address=203.0.113.7").await.says("No location holds it."));
        assert!(admin.get("/admin/locations?address=here").await.says("Enter an address such as"));

        let id = path.rsplit('/').next().unwrap();
        let token = format!("location:{id}");
        let mut fields = form("Away", "", "block");
        fields.push(("form[locations_out][]", &token));
        admin.post("/fn/policies/create", &fields).await;
        let list = admin.get("/admin/policies").await;
        assert!(list.says("from anywhere but Clinics: block"), "{}", list.words());
        let stays = follow(&admin, &admin.post("/fn/locations/delete", &[("id", id)]).await).await;
        assert!(stays.says("The access policy “Away” uses it."), "{}", stays.words());
    }
}

#[tokio::test]
async fn a_policy_is_weighed_while_it_is_written_and_nothing_of_it_is_kept() {
    for lobby in testing::both().await {
        let mut admin = administrator(&lobby).await;
        lobby.guest("ada@praxis.example").await;
        admin.accept = "application/json";
        let said = async |form: &[(&str, &str)]| {
            let answer = admin.post("/fn/policies/check", form).await;
            assert_eq!(answer.status, StatusCode::OK);
            let parts: Vec<(String, String)> = serde_json::from_str(&answer.text()).unwrap();
            parts.into_iter().collect::<std::collections::BTreeMap<_, _>>()
        };
        let parts = said(&form("<b>", "nobody@praxis.example", "all")).await;
        assert!(parts["about-policy"].contains("nobody@praxis.example"), "{parts:?}");
        let parts = said(&form("Desktops", "ada@praxis.example", "block")).await;
        assert!(parts["said-users"].contains("all guests except ada@praxis.example"), "{parts:?}");
        assert!(!parts["about-policy"].contains("class=\"problem\""), "{parts:?}");
        let parts = said(&form("Desktops", "<i>@praxis.example", "block")).await;
        assert!(parts["said-users"].contains("&lt;i&gt;") && !parts["said-users"].contains("<i>"), "{parts:?}");
        assert!(lobby.services.policies().policies.is_empty());
    }
}

#[tokio::test]
async fn terms_are_written_in_several_languages_and_shown_as_people_read_them() {
    for lobby in testing::both().await {
        let admin = administrator(&lobby).await;
        let send = async |second: &str| {
            let fields = [
                ("form[name]", "House rules"),
                ("form[texts][0][language]", "en"),
                ("form[texts][0][text]", "**Be kind.**"),
                ("form[texts][1][language]", second),
                ("form[texts][1][text]", "Sei nett."),
                ("form[days]", "30"),
            ];
            admin.post("/fn/terms/create", &fields).await
        };
        let refused = follow(&admin, &send("EN").await).await;
        assert!(refused.says("This language is there twice: EN."), "{}", refused.words());
        assert!(refused.says("Sei nett."), "kept");
        let added = send("de-CH").await;
        let page = follow(&admin, &added).await;
        assert!(page.text().contains("<strong>Be kind.</strong>") && page.says("en, de-CH"), "{}", page.words());
        assert!(page.says("every 30 days") && page.says("Nobody has accepted yet"), "{}", page.words());
        let csv = admin.get(&format!("{}/acceptances.csv", path_of(&added))).await;
        assert_eq!(csv.text().trim(), "time,user_id,name,address,version,language");
    }
}
