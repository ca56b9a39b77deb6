//! An administrator sets the days on which other ways carry after an anchor spoke.

use domain::event::Action;
use domain::role::{Role, Roles};
use services::testing;

use crate::{follow, signed_in};

#[tokio::test]
async fn the_days_of_an_anchors_word_are_set_within_their_bounds() {
    for lobby in testing::both().await {
        let ida = lobby.with_roles("ida@lindenhof.example", Roles::of(Role::Administrator)).await;
        let admin = signed_in(&lobby, ida.id).await;
        let page = admin.get("/admin/collaboration").await;
        let days = |name: &str| page.field(&format!("form[{name}]"));
        assert_eq!((days("provider_word_days"), days("mailbox_word_days")), ("7".to_owned(), "30".to_owned()));
        let save = async |version: &str, provider: &str, mailbox: &str| {
            let form = [
                ("version", version),
                ("form[allow_invites_from]", "adminsAndGuestInviters"),
                ("form[owners_may_invite]", "true"),
                ("form[guest_access]", "limited"),
                ("form[invitation_days]", "30"),
                ("form[provider_word_days]", provider),
                ("form[mailbox_word_days]", mailbox),
            ];
            follow(&admin, &admin.post("/fn/collaboration/save", &form).await).await
        };
        for (provider, mailbox, wrong, said) in [
            ("31", "30", "provider_word_days", "Enter a number from 0 to 30."),
            ("-1", "30", "provider_word_days", "Enter a number from 0 to 30."),
            ("7", "0", "mailbox_word_days", "Enter a number from 1 to 90."),
            ("7", "91", "mailbox_word_days", "Enter a number from 1 to 90."),
        ] {
            let page = save("1", provider, mailbox).await;
            assert_eq!(page.problem(&format!("form[{wrong}]")).as_deref(), Some(said), "{provider} {mailbox}");
        }
        let saved = save("1", "0", "90").await;
        assert!(saved.says("Saved.") && saved.field("form[provider_word_days]") == "0", "{}", saved.words());
        let set = &lobby.services.tenant().collaboration.value;
        assert_eq!((set.provider_word_days, set.mailbox_word_days), (0, 90));
        let event =
            lobby.events().await.into_iter().find(|event| event.action == Action::CollaborationChanged).unwrap();
        assert!(
            event.old.unwrap().contains("\"provider_word_days\":7")
                && event.new.unwrap().contains("\"mailbox_word_days\":90")
        );
    }
}
