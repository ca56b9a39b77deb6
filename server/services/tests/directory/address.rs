//! Somebody changes their own address: proved by a code that goes there, told to the old one, and kept from whom it is
//! not theirs to change.

use domain::event::Action;
use domain::identity::{Identity, MAILBOX};
use domain::passcode::Purpose;
use domain::provider::Provider;
use domain::role::{Role, Roles};
use domain::samples::{self, address};
use domain::session::Origin;
use domain::text::{DomainList, DomainRules};
use domain::time::Span;
use domain::user::User;
use services::signin::Caller;
use services::testing::{Lobby, both};
use services::{Secret, Verb, Viewer, people, signin};

use crate::{refusal, told};

const OLD: &str = "ada@praxis.example";
const NEW: &str = "ada@new.example";

/// A browser in front of one Lobby.
struct Browser<'a> {
    lobby: &'a Lobby,
    cookie: Secret,
    origin: Origin,
}

impl<'a> Browser<'a> {
    fn new(lobby: &'a Lobby) -> Self {
        Self { lobby, cookie: Secret::random(), origin: samples::origin() }
    }

    fn caller(&self) -> Caller<'_> {
        let correlation = self.lobby.correlation();
        Caller { browser: &self.cookie, device: None, origin: &self.origin, correlation }
    }

    async fn ask(&self, viewer: &Viewer, to: &str) -> Verb<()> {
        people::ask_new_address(&self.lobby.services, viewer.clone(), &self.caller(), &address(to)).await
    }

    async fn change(&self, viewer: &Viewer, code: &str) -> Verb<()> {
        people::change_address(&self.lobby.services, viewer.clone(), &self.caller(), code).await
    }

    /// Asks, and types the code that came.
    async fn move_to(&self, viewer: &Viewer, to: &str) -> Verb<()> {
        self.ask(viewer, to).await?;
        self.change(viewer, &self.lobby.code_to(to).await).await
    }
}

/// A guest who came by their mailbox, with a session proved just now.
async fn ada(lobby: &Lobby) -> (User, Viewer) {
    let guest = lobby.guest(OLD).await;
    lobby.anchor(&guest).await;
    let viewer = lobby.viewer(guest.id).await;
    (guest, viewer)
}

async fn identities(lobby: &Lobby, user: &User) -> Vec<Identity> {
    let mut tx = lobby.services.store.read().await.unwrap();
    store::identities::of_user(&mut tx, user.id).await.unwrap()
}

async fn provider(lobby: &Lobby, change: impl FnOnce(Provider) -> Provider) -> Provider {
    let id = lobby.services.ids.next(lobby.services.now());
    let provider = change(Provider { id, ..samples::provider() });
    let mut tx = lobby.services.store.begin().await.unwrap();
    store::providers::insert(&mut tx, &provider, "").await.unwrap();
    tx.commit().await.unwrap();
    provider
}

fn speaking_for(provider: Provider, domain: &str) -> Provider {
    let mut settings = provider.settings;
    settings.domains = vec![address(&format!("x@{domain}")).domain()];
    Provider { settings, ..provider }
}

#[tokio::test]
async fn a_code_typed_from_the_new_mailbox_moves_the_address_and_the_way_in() {
    for lobby in both().await {
        let (guest, viewer) = ada(&lobby).await;
        let (other_session, _) = lobby.sign_in(guest.id).await;
        let browser = Browser::new(&lobby);
        browser.move_to(&viewer, NEW).await.unwrap();
        assert_eq!(lobby.user(guest.id).await.value.address, address(NEW));
        let now = identities(&lobby, &guest).await;
        assert!(now.len() == 1 && now[0].anchor && now[0].issuer == MAILBOX, "{now:?}");
        assert_eq!(now[0].subject, address(NEW).key());

        let open = services::sessions::list(&lobby.services, &viewer).await.unwrap();
        assert!(open.iter().all(|session| session.id != other_session.session.id), "the other one ended");
        assert!(open.iter().any(|session| session.id == viewer.session.id), "this one goes on");
        let told_old = lobby.letter_to(OLD).await.unwrap();
        assert!(told_old.contains("another address"), "{told_old}");
        let event = lobby.events().await.into_iter().find(|event| event.action == Action::AddressChanged).unwrap();
        assert_eq!(
            (event.old.as_deref(), event.new.as_deref()),
            (Some("\"ada@praxis.example\""), Some("\"ada@new.example\""))
        );

        let door = Browser::new(&lobby);
        let sign_in = async |at: &str| {
            let asked = signin::Asked::default();
            signin::ask(&lobby.services, &door.caller(), Purpose::SignIn, &address(at), &asked).await.unwrap();
            let letter = lobby.letter_to(at).await.unwrap_or_default();
            letter.lines().any(|line| line.trim().len() == 8 && line.trim().parse::<u32>().is_ok())
        };
        assert!(sign_in(NEW).await, "a code goes to the new one");
        assert!(!sign_in(OLD).await, "and none to the old one");
        let code = lobby.code_to(NEW).await;
        // The newest challenge of that browser is the one to the old address, which nobody has.
        assert_eq!(refusal(signin::sign_in(&lobby.services, &door.caller(), &code).await), "code_wrong");
        signin::ask(&lobby.services, &door.caller(), Purpose::SignIn, &address(NEW), &Default::default())
            .await
            .unwrap();
        let code = lobby.code_to(NEW).await;
        assert!(signin::sign_in(&lobby.services, &door.caller(), &code).await.is_ok());
    }
}

#[tokio::test]
async fn an_address_that_somebody_has_is_told_only_to_who_proved_it() {
    for lobby in both().await {
        let (guest, viewer) = ada(&lobby).await;
        lobby.guest("ben@praxis.example").await;
        let deleted = lobby.guest("carl@praxis.example").await;
        people::delete(&lobby.services, &lobby.user_admin().await, deleted.id).await.unwrap();
        let browser = Browser::new(&lobby);
        for taken in ["ben@praxis.example", "carl@praxis.example"] {
            browser.ask(&viewer, taken).await.unwrap();
            let code = lobby.code_to(taken).await;
            assert_eq!(refusal(browser.change(&viewer, &code).await), "address_has_account");
        }
        assert_eq!(lobby.user(guest.id).await.value.address, address(OLD));
        assert_eq!(told(&lobby, Action::AddressChanged).await, 0);
    }
}

#[tokio::test]
async fn it_is_checked_as_that_of_a_new_invitation_and_by_the_groups_one_is_in() {
    for lobby in both().await {
        let (guest, viewer) = ada(&lobby).await;
        let browser = Browser::new(&lobby);
        assert_eq!(refusal(browser.ask(&viewer, "Ada@praxis.example").await), "address: address_own");
        let closed = DomainList::parse("closed.example").unwrap();
        lobby.collaborate(|settings| settings.domains = DomainRules::Deny(closed)).await;
        assert_eq!(refusal(browser.ask(&viewer, "ada@closed.example").await), "address: domain_not_allowed");
        provider(&lobby, |provider| speaking_for(provider, "managed.example")).await;
        assert_eq!(refusal(browser.ask(&viewer, "ada@managed.example").await), "address: address_wants_provider");

        browser.ask(&viewer, NEW).await.unwrap();
        let group = lobby.group().await;
        lobby.join(group.id, &guest).await;
        let mut tx = lobby.services.store.begin().await.unwrap();
        let stored = store::groups::get(&mut tx, group.id).await.unwrap().unwrap();
        let only = DomainRules::AllowOnly(DomainList::parse("praxis.example").unwrap());
        let narrowed = stored.with(|mut group| {
            group.narrowing.domains = only;
            group
        });
        store::groups::save(&mut tx, &narrowed).await.unwrap();
        tx.commit().await.unwrap();
        // The rule that came after the letter holds too.
        let code = lobby.code_to(NEW).await;
        assert_eq!(refusal(browser.change(&viewer, &code).await), "address: domain_not_allowed_by_group");
        assert_eq!(lobby.user(guest.id).await.value.address, address(OLD));
    }
}

#[tokio::test]
async fn who_holds_a_role_or_is_kept_by_a_provider_is_told_who_changes_it() {
    for lobby in both().await {
        let holder = lobby.with_roles("lea@lindenhof.example", Roles::of(Role::Reader)).await;
        let owner = lobby.group_with_owner().await;
        for id in [holder.id, owner.viewer().user.id] {
            let viewer = lobby.viewer(id).await;
            let browser = Browser::new(&lobby);
            assert_eq!(refusal(browser.ask(&viewer, NEW).await), "address_by_administrator");
            let may = people::may_change_address(&lobby.services, &viewer).await;
            assert_eq!(refusal(may), "address_by_administrator");
        }
        let (_, viewer) = ada(&lobby).await;
        provider(&lobby, |provider| speaking_for(provider, "praxis.example")).await;
        let browser = Browser::new(&lobby);
        assert_eq!(refusal(browser.ask(&viewer, NEW).await), ": address_by_provider");
        assert!(lobby.letter_to(NEW).await.is_none());
    }
}

#[tokio::test]
async fn neither_an_old_proof_nor_another_person_s_code_nor_a_stolen_mailbox_changes_it() {
    for lobby in both().await {
        let (guest, viewer) = ada(&lobby).await;
        let browser = Browser::new(&lobby);
        browser.ask(&viewer, NEW).await.unwrap();
        let code = lobby.code_to(NEW).await;
        let ben = lobby.guest("ben@praxis.example").await;
        lobby.anchor(&ben).await;
        let other = lobby.viewer(ben.id).await;
        assert_eq!(refusal(browser.change(&other, &code).await), "forbidden");
        assert_eq!(refusal(Browser::new(&lobby).change(&viewer, &code).await), "code_unknown");
        lobby.clock.advance(Span::minutes(6));
        assert_eq!(refusal(browser.ask(&viewer, NEW).await), "prove_again");
        assert_eq!(refusal(browser.change(&viewer, &code).await), "prove_again");

        let (_, mut device) = lobby.passkey(guest.id).await;
        // A code to the old mailbox, which is all that its thief has.
        let thief = lobby.viewer(guest.id).await;
        assert_eq!(refusal(browser.ask(&thief, NEW).await), "factor_wanted");
        let services = &lobby.services;
        let challenge = services::passkeys::begin_proof(services, &thief, &browser.caller()).await.unwrap();
        let answer = device.sign(&challenge.options);
        let caller = browser.caller();
        let token = services::passkeys::prove_again(services, &thief, &caller, challenge.ceremony, answer).await;
        let token = token.unwrap();
        let proved = services::sessions::viewer(services, &token, samples::origin(), lobby.correlation()).await;
        browser.move_to(&proved.unwrap().unwrap(), NEW).await.unwrap();
        assert_eq!(lobby.user(guest.id).await.value.address, address(NEW));
    }
}
