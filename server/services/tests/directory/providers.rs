//! Identity providers as administrators keep them: domains, secrets, the switch, and what stands against deleting.

use domain::event::Action;
use domain::id::{ProviderId, UserId};
use domain::identity::Identity;
use domain::provider::{Asserted, Vouch, VouchError};
use domain::samples;
use domain::session::{Session, Vouched};
use domain::time::{Span, Zone};
use services::providers::{self, Preset, ProviderForm, Warning};
use services::testing::{Lobby, both};
use services::{Admin, PageAsk, Secret, identities, partners};

use crate::{refusal, told};

const ISSUER: &str = "https://login.praxis.example";

fn form(name: &str, domains: &str) -> ProviderForm {
    ProviderForm {
        name: name.to_owned(),
        issuer: ISSUER.to_owned(),
        client_id: "lobby".to_owned(),
        client_secret: "a very secret secret".to_owned(),
        domains: domains.to_owned(),
        ..Preset::OpenId.form()
    }
}

async fn create(lobby: &Lobby, by: &Admin, form: ProviderForm) -> services::Verb<ProviderId> {
    providers::create(&lobby.services, by, form.parse(&Zone::utc())?).await
}

async fn change(lobby: &Lobby, by: &Admin, id: ProviderId, form: ProviderForm, version: i64) -> services::Verb<()> {
    providers::change(&lobby.services, by, id, form.parse(&Zone::utc())?, version).await
}

/// As it stands in the database.
async fn sealed(lobby: &Lobby, id: ProviderId) -> String {
    let mut tx = lobby.services.store.read().await.unwrap();
    store::providers::secret(&mut tx, id).await.unwrap().unwrap()
}

/// The person has this identity by the provider; by the mailbox where there is none.
async fn identity(lobby: &Lobby, user: UserId, provider: Option<ProviderId>, subject: &str) {
    let issuer = if provider.is_some() { ISSUER } else { "mailbox" };
    let identity = Identity {
        user,
        provider,
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        address: None,
        anchor: false,
        created_at: lobby.services.now(),
        spoke_at: Some(lobby.services.now()),
        session: None,
    };
    let mut tx = lobby.services.store.begin().await.unwrap();
    store::identities::insert(&mut tx, &identity).await.unwrap();
    tx.commit().await.unwrap();
}

/// A session that hangs on the provider's word; its token's digest.
async fn session(lobby: &Lobby, user: UserId, provider: ProviderId) -> String {
    let token = Secret::random().digest();
    let by = Vouched { provider, issuer: ISSUER.to_owned(), subject: "7".to_owned(), session: None };
    let session =
        Session { id: lobby.services.ids.next(lobby.services.now()), user, by: Some(by), ..samples::session() };
    let mut tx = lobby.services.store.begin().await.unwrap();
    store::sessions::insert(&mut tx, &session, &token).await.unwrap();
    tx.commit().await.unwrap();
    token
}

async fn lives(lobby: &Lobby, session: &str) -> bool {
    let mut tx = lobby.services.store.read().await.unwrap();
    store::sessions::by_digest(&mut tx, session).await.unwrap().is_some()
}

#[tokio::test]
async fn a_domain_has_one_provider_that_is_on() {
    for lobby in both().await {
        let admin = lobby.admin().await;
        let first = create(&lobby, &admin, form("Praxis Nord", "praxis.example\nnord.example")).await.unwrap();
        let taken = create(&lobby, &admin, form("Other", "other.example, nord.example")).await;
        assert_eq!(refusal(taken), "domains: provider_domain_taken");
        let off = ProviderForm { enabled: false, ..form("Other", "nord.example") };
        let second = create(&lobby, &admin, off).await.unwrap();
        let on = providers::switch(&lobby.services, &admin, second, true).await;
        assert_eq!(refusal(on), "domains: provider_domain_taken");
        providers::switch(&lobby.services, &admin, first, false).await.unwrap();
        providers::switch(&lobby.services, &admin, second, true).await.unwrap();
        let back = change(&lobby, &admin, first, form("Praxis Nord", "praxis.example"), 2).await;
        assert!(back.is_ok(), "it is off, and stays so: {back:?}");
        assert!(!providers::get(&lobby.services, &admin, first).await.unwrap().provider.value.enabled);
        assert_eq!(told(&lobby, Action::ProviderCreated).await, 2, "what was refused left no trace");
    }
}

#[tokio::test]
async fn a_client_secret_is_sealed_and_kept_where_no_other_is_typed() {
    for lobby in both().await {
        let admin = lobby.admin().await;
        let id = create(&lobby, &admin, form("Praxis Nord", "")).await.unwrap();
        let first = sealed(&lobby, id).await;
        assert!(!first.is_empty() && !first.contains("secret"), "{first}");
        let empty = || ProviderForm { client_secret: String::new(), ..form("Praxis Nordwest", "") };
        change(&lobby, &admin, id, empty(), 1).await.unwrap();
        assert_eq!(sealed(&lobby, id).await, first);
        assert!(providers::get(&lobby.services, &admin, id).await.unwrap().has_secret);
        change(&lobby, &admin, id, form("Praxis Nordwest", ""), 2).await.unwrap();
        assert_ne!(sealed(&lobby, id).await, first);
        let without = create(&lobby, &admin, empty()).await.unwrap();
        assert!(!providers::get(&lobby.services, &admin, without).await.unwrap().has_secret);
        for event in lobby.events().await {
            let written = format!("{:?} {:?}", event.old, event.new);
            assert!(!written.contains("a very secret secret") && !written.contains(&first), "{written}");
        }
    }
}

#[tokio::test]
async fn a_kept_secret_goes_to_no_other_address() {
    let elsewhere = || "https://elsewhere.example".to_owned();
    let oauth = |token: String| ProviderForm {
        preset: Preset::OAuth2.to_string(),
        authorize: format!("{ISSUER}/authorize"),
        token,
        user: format!("{ISSUER}/user"),
        ..form("Praxis Nord", "")
    };
    for lobby in both().await {
        let admin = lobby.admin().await;
        for (made, moved) in [
            (form("Praxis Nord", ""), ProviderForm { issuer: elsewhere(), ..form("Praxis Nord", "") }),
            (oauth(format!("{ISSUER}/token")), oauth(elsewhere())),
        ] {
            let id = create(&lobby, &admin, made.clone()).await.unwrap();
            let first = sealed(&lobby, id).await;
            let untyped = ProviderForm { client_secret: String::new(), ..moved.clone() };
            let refused = change(&lobby, &admin, id, untyped.clone(), 1).await;
            assert_eq!(refusal(refused), "client_secret: client_secret_again");
            assert_eq!(sealed(&lobby, id).await, first);
            change(&lobby, &admin, id, moved, 1).await.unwrap();
            let open = create(&lobby, &admin, ProviderForm { client_secret: String::new(), ..made }).await.unwrap();
            change(&lobby, &admin, open, untyped, 1).await.unwrap();
        }
    }
}

#[tokio::test]
async fn of_two_who_change_a_provider_the_second_is_told() {
    for lobby in both().await {
        let admin = lobby.admin().await;
        let id = create(&lobby, &admin, form("Praxis Nord", "")).await.unwrap();
        change(&lobby, &admin, id, form("Praxis Nordost", ""), 1).await.unwrap();
        assert_eq!(refusal(change(&lobby, &admin, id, form("Praxis Nordwest", ""), 1).await), "conflict");
        let ask = PageAsk { size: 9, ..PageAsk::default() };
        let listed = providers::list(&lobby.services, &admin, &ask).await.unwrap().items;
        assert_eq!((listed.len(), listed[0].value.name.as_str()), (1, "Praxis Nordost"));
        let found = PageAsk { words: domain::text::words("nordost"), ..ask.clone() };
        assert_eq!(providers::list(&lobby.services, &admin, &found).await.unwrap().items.len(), 1);
        let lost = PageAsk { words: domain::text::words("nord praxis.example"), ..ask };
        assert!(providers::list(&lobby.services, &admin, &lost).await.unwrap().items.is_empty());
    }
}

#[tokio::test]
async fn switching_off_ends_the_sessions_that_hang_on_it_and_no_others() {
    for lobby in both().await {
        let admin = lobby.admin().await;
        let id = create(&lobby, &admin, form("Praxis Nord", "praxis.example")).await.unwrap();
        let other = create(&lobby, &admin, form("Other", "")).await.unwrap();
        let (ada, ben) = (lobby.guest("ada@praxis.example").await.id, lobby.guest("ben@praxis.example").await.id);
        identity(&lobby, ada, Some(id), "ada").await;
        identity(&lobby, ben, Some(id), "ben").await;
        identity(&lobby, ben, None, "ben@praxis.example").await;
        let kept = providers::get(&lobby.services, &admin, id).await.unwrap();
        assert_eq!((kept.people, kept.only), (2, 1));
        let (by_it, by_other) = (session(&lobby, ada, id).await, session(&lobby, ada, other).await);
        providers::switch(&lobby.services, &admin, id, false).await.unwrap();
        assert!(!lives(&lobby, &by_it).await && lives(&lobby, &by_other).await);
        assert_eq!(refusal(change(&lobby, &admin, id, form("Praxis", ""), 1).await), "conflict");
    }
}

#[tokio::test]
async fn another_issuer_ends_the_sessions_of_the_one_before() {
    for lobby in both().await {
        let (admin, ada) = (lobby.admin().await, lobby.guest("ada@praxis.example").await.id);
        let id = create(&lobby, &admin, form("Praxis Nord", "")).await.unwrap();
        let by_it = session(&lobby, ada, id).await;
        change(&lobby, &admin, id, form("Praxis Nordost", ""), 1).await.unwrap();
        assert!(lives(&lobby, &by_it).await, "the same issuer goes on");
        let moved = ProviderForm { issuer: "https://new.praxis.example".to_owned(), ..form("Praxis Nordost", "") };
        change(&lobby, &admin, id, moved, 2).await.unwrap();
        assert!(!lives(&lobby, &by_it).await);
    }
}

#[tokio::test]
async fn a_provider_that_is_needed_is_not_deleted() {
    for lobby in both().await {
        let admin = lobby.admin().await;
        let id = create(&lobby, &admin, form("Praxis Nord", "praxis.example")).await.unwrap();
        let ada = lobby.guest("ada@praxis.example").await.id;
        identity(&lobby, ada, Some(id), "ada").await;
        identity(&lobby, ada, None, "ada@praxis.example").await;
        let delete = async || providers::delete(&lobby.services, &admin, id).await;
        assert_eq!(refusal(delete().await), ": provider_in_use");
        let viewer = lobby.viewer(ada).await;
        identities::remove(&lobby.services, viewer, ISSUER, "ada").await.unwrap();

        let partner = partners::ShapeForm {
            name: "Praxis Nord".to_owned(),
            domains: "praxis.example".to_owned(),
            provider: id.to_string(),
            ..partners::ShapeForm::default()
        };
        let partner = partners::create(&lobby.services, &admin, partner.parse().unwrap()).await.unwrap();
        assert_eq!(refusal(delete().await), ": provider_of_partner");
        partners::delete(&lobby.services, &admin, partner).await.unwrap();
        delete().await.unwrap();
        assert_eq!(refusal(delete().await), "not_found");
        assert_eq!(told(&lobby, Action::ProviderDeleted).await, 1);
        assert!(create(&lobby, &admin, form("Again", "praxis.example")).await.is_ok(), "the domain is free");
    }
}

#[tokio::test]
async fn a_way_of_ones_own_takes_the_place_of_the_first_by_a_second_factor_alone() {
    for lobby in both().await {
        let admin = lobby.admin().await;
        let id = create(&lobby, &admin, form("Praxis Nord", "")).await.unwrap();
        let ida = lobby.member("ida@lindenhof.example").await;
        lobby.anchor(&ida).await;
        identity(&lobby, ida.id, Some(id), "thief").await;
        let viewer = lobby.viewer(ida.id).await;
        let own = identities::list(&lobby.services, &viewer).await.unwrap();
        let anchor = own.into_iter().find(|own| own.identity.anchor).unwrap().identity;
        let remove = async |viewer: services::Viewer, issuer: &str, subject: &str| {
            identities::remove(&lobby.services, viewer, issuer, subject).await
        };
        let refused = refusal(remove(viewer.clone(), &anchor.issuer, &anchor.subject).await);
        assert_eq!(refused, "identity_anchor_factor");
        lobby.passkey(ida.id).await;
        assert_eq!(refusal(remove(viewer.clone(), ISSUER, "thief").await), "factor_wanted", "who has a factor uses it");
        let viewer = lobby.stepped_up(&viewer).await;
        remove(viewer, &anchor.issuer, &anchor.subject).await.unwrap();
    }
}

#[tokio::test]
async fn codes_stand_in_for_a_day_at_most() {
    for lobby in both().await {
        let admin = lobby.admin().await;
        let id = create(&lobby, &admin, form("Praxis Nord", "praxis.example")).await.unwrap();
        let open = async |hours| providers::let_passcodes(&lobby.services, &admin, id, hours).await;
        assert_eq!(refusal(open(25).await), "hours: too_many_hours");
        assert_eq!(refusal(open(-1).await), "hours: too_many_hours");
        open(24).await.unwrap();
        let provider = async || providers::get(&lobby.services, &admin, id).await.unwrap().provider.value;
        assert!(provider().await.lets_passcodes(lobby.services.now()));
        let warned = async || providers::warnings(&lobby.services, &admin).await.unwrap();
        assert!(matches!(&*warned().await, [Warning::PasscodesUntil(..)]));
        lobby.clock.advance(Span::hours(24));
        assert!(!provider().await.lets_passcodes(lobby.services.now()) && warned().await.is_empty());
        open(1).await.unwrap();
        open(0).await.unwrap();
        assert!(!provider().await.lets_passcodes(lobby.services.now()));
    }
}

#[tokio::test]
async fn a_secret_that_ends_is_warned_of_in_time() {
    for lobby in both().await {
        let admin = lobby.admin().await;
        // It is 2026-06-01 in tests.
        let secret = |name, last_day: &str| ProviderForm { secret_ends: last_day.to_owned(), ..form(name, "") };
        create(&lobby, &admin, secret("Late", "2026-12-31")).await.unwrap();
        let off = ProviderForm { enabled: false, ..secret("Off", "2026-06-02") };
        create(&lobby, &admin, off).await.unwrap();
        create(&lobby, &admin, secret("Soon", "2026-06-30")).await.unwrap();
        create(&lobby, &admin, secret("Ended", "2026-05-31")).await.unwrap();
        let warnings = providers::warnings(&lobby.services, &admin).await.unwrap();
        let said: Vec<_> = warnings
            .iter()
            .map(|warning| match warning {
                Warning::SecretEnds(provider, _) => format!("{} ends", provider.name),
                Warning::SecretEnded(provider, _) => format!("{} ended", provider.name),
                Warning::CertificateEnds(provider, _) | Warning::CertificateEnded(provider, _) => {
                    format!("{} showed a certificate", provider.name)
                }
                Warning::PasscodesUntil(provider, _) => format!("{} is open", provider.name),
            })
            .collect();
        assert_eq!(said, ["Ended ended", "Soon ends"]);
    }
}

#[tokio::test]
async fn what_a_word_would_be_worth_depends_on_whose_domain_it_is() {
    for lobby in both().await {
        let admin = lobby.admin().await;
        let trusting = ProviderForm { trusts_second_factor: true, ..form("Praxis Nord", "praxis.example") };
        let own = create(&lobby, &admin, trusting).await.unwrap();
        let other = create(&lobby, &admin, form("Other", "")).await.unwrap();
        let said = |address: &str| Asserted {
            address: Some(samples::address(address)),
            verified: Some(true),
            amr: vec!["pwd".to_owned(), "mfa".to_owned()],
            ..samples::asserted()
        };
        let judge = async |id, asserted: Asserted| {
            let provider = providers::get(&lobby.services, &admin, id).await.unwrap().provider.value;
            let worth = providers::judge(&lobby.services, &admin, &provider, &asserted).await.unwrap();
            (worth.authoritative, worth.vouch, worth.second_factor)
        };
        assert_eq!(judge(own, said("ada@praxis.example")).await, (true, Ok(Vouch::Enough), true));
        assert_eq!(judge(own, said("ada@else.example")).await, (false, Ok(Vouch::WithCode), false));
        assert_eq!(judge(other, said("ada@praxis.example")).await, (false, Err(VouchError::ByItsProvider), false));
        assert_eq!(judge(other, samples::asserted()).await, (false, Err(VouchError::NoAddress), false));
    }
}

#[tokio::test]
async fn plain_oauth_publishes_nothing_and_a_stranger_s_port_says_what_is_wrong() {
    for lobby in both().await {
        let admin = lobby.admin().await;
        let github = ProviderForm { client_id: "lobby".to_owned(), ..Preset::GitHub.form() };
        let github = create(&lobby, &admin, github).await.unwrap();
        assert_eq!(refusal(providers::look(&lobby.services, &admin, github).await), "provider_no_discovery");
        let nobody = ProviderForm { issuer: "http://127.0.0.1:9".to_owned(), ..form("Nobody", "") };
        let nobody = create(&lobby, &admin, nobody).await.unwrap();
        let found = providers::look(&lobby.services, &admin, nobody).await.unwrap();
        assert!(found.unwrap_err().to_string().contains("the connection failed"));
        assert_eq!(told(&lobby, Action::ProviderTested).await, 1);
    }
}
