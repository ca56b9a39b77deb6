//! What stands in the Lobby that everybody is let loose on: the owner's group and all that belongs to it, and the names
//! by which the lines of the file call it.

use std::collections::BTreeMap;

use domain::application::Application;
use domain::group::Group;
use domain::id::{GroupId, InvitationId, LetterId};
use domain::invitation::LetterState;
use domain::letter::{Lane, Letter};
use domain::role::{Role, Roles};
use domain::samples::address;
use domain::time::Zone;
use domain::user::{DeletedBy, User};
use services::access::form::PolicyForm;
use services::access::parts::{LocationForm, TermsForm, TextForm};
use services::access::{locations, policies, terms};
use services::partners::ShapeForm;
use services::providers::{Preset, ProviderForm};
use services::testing::Lobby;
use services::{
    Admin, Services, UserAdmin, applications, first_administrator, invitations, organization, partners, providers,
    redemption,
};
use store::jobs::{Job, JobState};
use store::outbox::OutboxState;

use crate::stub;

pub type Names = BTreeMap<&'static str, String>;

/// A picture of one point.
pub const PICTURE: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 6,
    0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 13, b'I', b'D', b'A', b'T', 0x78, 0xda, 0x63, 0x64, 0xf8, 0xcf, 0x50,
    0x0f, 0, 0x03, 0x86, 0x01, 0x80, 0x5a, 0x34, 0x7d, 0x6b, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60,
    0x82,
];

/// Makes everything; the actors in the order of the columns come first.
pub async fn make(lobby: &Lobby) -> (Vec<Option<User>>, Names) {
    let mut names = Names::new();
    names.insert("none", "01900000-0000-7000-8000-000000000000".to_owned());
    let admin = lobby.admin().await;
    let people = lobby.user_admin().await;
    lobby.organize(|organization| organization.privacy_contact = Some(address("privacy@lindenhof.example"))).await;
    organization::set_logo(&lobby.services, &admin, Some(PICTURE.to_vec())).await.unwrap();
    names.insert("logo", lobby.services.tenant().organization.value.logo.clone().unwrap());

    let actors = actors(lobby).await;
    let (guest, other, owner) = (actors[1].clone().unwrap(), actors[3].clone().unwrap(), actors[4].clone().unwrap());
    let group = lobby.group().await;
    lobby.give_to_owner(group.id, owner.id).await;
    let second = lobby.member("second@lindenhof.example").await;
    lobby.give_to_owner(group.id, second.id).await;
    lobby.give_to_owner(lobby.group().await.id, other.id).await;
    let free = lobby.group().await;
    let reserved = reserved(lobby, &owner).await;
    let holder = lobby.with_roles("holder@lindenhof.example", Roles::of(Role::Reader)).await;
    let application = lobby.application().await;
    lobby.assign(application.id, group.id).await;
    applications::set_logo(&lobby.services, &people, application.id, Some(PICTURE.to_vec())).await.unwrap();

    let person = lobby.guest("person@praxis.example").await;
    applications::assign_user(&lobby.services, &people, application.id, person.id).await.unwrap();
    lobby.join(group.id, &guest).await;
    lobby.join(group.id, &person).await;
    for (name, id) in [
        ("group", group.id.to_string()),
        ("free-group", free.id.to_string()),
        ("reserved-group", reserved.to_string()),
        ("role-holder", holder.id.to_string()),
        ("app", application.id.to_string()),
        ("owner", owner.id.to_string()),
        ("second-owner", second.id.to_string()),
        ("person", person.id.to_string()),
        ("session", lobby.viewer(person.id).await.session.id.to_string()),
        ("passkey", lobby.passkey(holder.id).await.0.to_string()),
        ("passkey-of-person", lobby.passkey(person.id).await.0.to_string()),
    ] {
        names.insert(name, id);
    }
    let form = ShapeForm {
        name: "Praxis Nord".to_owned(),
        domains: "praxis-nord.example".to_owned(),
        invitations_allowed: true,
        ..ShapeForm::default()
    };
    let partner = partners::create(&lobby.services, &admin, form.parse().unwrap()).await.unwrap();
    names.insert("partner", partner.to_string());
    names.insert("version-of-partner", "1".to_owned());
    providers(lobby, &admin, &mut names).await;
    access(lobby, &admin, &mut names).await;
    standing(lobby, &people, &mut names).await;
    invitation(lobby, &people, &owner, group.id, &mut names).await;
    waiting(lobby, actors[6].as_ref().unwrap(), group.id, &mut names).await;
    versions(&lobby.services, &person, &mut names).await;
    names.insert("sign-in", attempt(lobby, &person, &application).await);
    (actors, names)
}

/// The person launched the application.
async fn attempt(lobby: &Lobby, person: &User, application: &Application) -> String {
    let viewer = lobby.viewer(person.id).await;
    applications::launch(&lobby.services, &viewer, application.id).await.unwrap();
    let mut tx = lobby.services.store.read().await.unwrap();
    store::sign_ins::newest_of(&mut tx, person.id).await.unwrap().unwrap().id.to_string()
}

async fn actors(lobby: &Lobby) -> Vec<Option<User>> {
    let role = async |address: &str, role: Role| Some(lobby.with_roles(address, Roles::of(role)).await);
    vec![
        None,
        Some(lobby.guest("guest@praxis.example").await),
        role("inviter@lindenhof.example", Role::GuestInviter).await,
        Some(lobby.member("other@lindenhof.example").await),
        Some(lobby.member("owner@lindenhof.example").await),
        role("reads@lindenhof.example", Role::Reader).await,
        role("people@lindenhof.example", Role::UserAdministrator).await,
        role("policies@lindenhof.example", Role::ConditionalAccessAdministrator).await,
        role("bycode@lindenhof.example", Role::Administrator).await,
        role("administrator@lindenhof.example", Role::Administrator).await,
    ]
}

/// A provider of a partner with a logo, and a social one that answers.
async fn providers(lobby: &Lobby, admin: &Admin, names: &mut Names) {
    let named =
        |name: &str| ProviderForm { name: name.to_owned(), client_id: "lobby".to_owned(), ..Preset::OpenId.form() };
    let partner = ProviderForm {
        issuer: "https://login.praxis-nord.example".to_owned(),
        domains: "guarded.example".to_owned(),
        ..named("Praxis Nord")
    };
    let at = |path: &str| format!("{}/{path}", stub::address());
    let social = ProviderForm {
        preset: Preset::OAuth2.as_str().to_owned(),
        authorize: at("authorize"),
        token: at("token"),
        user: at("user"),
        verified_counts: true,
        ..named("Social")
    };
    for (name, form) in [("provider", partner), ("social", social)] {
        let form = form.parse(&Zone::utc()).ok().unwrap();
        names.insert(name, providers::create(&lobby.services, admin, form).await.unwrap().to_string());
    }
    let id = names["provider"].parse().unwrap();
    providers::set_logo(&lobby.services, admin, id, Some(PICTURE.to_vec())).await.unwrap();
    names.insert("version-of-provider", "2".to_owned());
}

/// A policy that only reports, one that waits to be confirmed, a location and terms.
async fn access(lobby: &Lobby, admin: &Admin, names: &mut Names) {
    let (services, by) = (&lobby.services, admin.viewer().clone().policy_administrator().unwrap());
    let word = |word: &str| word.to_owned();
    let form = PolicyForm {
        name: word("Guests"),
        users: vec![word("guests")],
        applications: vec![word("lobby")],
        platform_rule: word("some"),
        platforms: vec![word("windows")],
        grant: word("block"),
        ..PolicyForm::empty()
    };
    let waiting = PolicyForm { name: word("Waiting"), state: word("on"), ..form.clone() };
    for (name, form) in [("policy", form), ("trial", waiting)] {
        let policy = form.read(services, &by, None).await.unwrap();
        names.insert(name, policies::create(services, &by, policy).await.unwrap().to_string());
    }
    let (kind, ranges) = (word("ranges"), word("198.51.100.0/24"));
    let clinic = LocationForm { name: word("Clinic"), kind, ranges, ..LocationForm::default() };
    let clinic = locations::create(services, &by, clinic.parse(services, None).unwrap()).await.unwrap();
    names.insert("location", clinic.to_string());
    let texts = vec![TextForm { language: word("en"), text: word("Be kind.") }];
    for (name, title) in [("terms", "Rules"), ("terms-in-use", "Conditions")] {
        let rules = TermsForm { name: word(title), texts: texts.clone(), ..TermsForm::default() };
        let rules = terms::create(services, &by, rules.parse(services, None).unwrap()).await.unwrap();
        names.insert(name, rules.to_string());
    }
    let gated = lobby.application().await;
    let asks = PolicyForm {
        name: word("Conditions"),
        users: vec![word("all")],
        applications: vec![format!("app:{}", gated.id)],
        state: word("on"),
        grant: word("all"),
        controls: vec![format!("terms:{}", names["terms-in-use"])],
        ..PolicyForm::empty()
    };
    policies::create(services, &by, asks.read(services, &by, None).await.unwrap()).await.unwrap();
    names.insert("gated-app", gated.id.to_string());
    names.insert("version-of-settings", services.tenant().access.version.to_string());
}

/// A group of the owner's that administrators alone manage.
async fn reserved(lobby: &Lobby, owner: &User) -> GroupId {
    let group = lobby.group().await.id;
    lobby.give_to_owner(group, owner.id).await;
    let mut tx = lobby.services.store.begin().await.unwrap();
    let stored = store::groups::get(&mut tx, group).await.unwrap().unwrap();
    let reserved = stored.with(|group| Group { owners_manage: false, ..group });
    store::groups::save(&mut tx, &reserved).await.unwrap();
    tx.commit().await.unwrap();
    group
}

/// People in each state that a button is for.
async fn standing(lobby: &Lobby, people: &UserAdmin, names: &mut Names) {
    let now = lobby.services.now();
    let disabled = lobby.guest("disabled@praxis.example").await;
    services::people::disable(&lobby.services, people, disabled.id).await.unwrap();
    let deleted = lobby.guest("deleted@praxis.example").await.delete(DeletedBy::Administrator, now).unwrap();
    let deleted = User { address: address("gone@praxis.example"), ..deleted };
    names.insert("disabled", disabled.id.to_string());
    names.insert("deleted", lobby.person(deleted).await.id.to_string());
    let sponsored = lobby.guest("sponsored@praxis.example").await;
    let mut tx = lobby.services.store.begin().await.unwrap();
    store::users::set_sponsors(&mut tx, sponsored.id, &[people.viewer().user.id]).await.unwrap();
    tx.commit().await.unwrap();
    names.insert("sponsored", sponsored.id.to_string());
    names.insert("sponsor", people.viewer().user.id.to_string());
}

/// Invitations of the owner: one pending, one of an owner who is none any more, one that was answered with a block.
async fn invitation(lobby: &Lobby, people: &UserAdmin, owner: &User, group: GroupId, names: &mut Names) {
    let link = async |id: InvitationId| invitations::show_link(&lobby.services, people, id).await.unwrap();
    let pending = lobby.pending_guest("pending@praxis.example").await;
    let pending = lobby.invitation(group, owner.id, &pending).await.id;
    names.insert("invitation", pending.to_string());
    names.insert("token", link(pending).await.expose().to_owned());
    let (sent, mut tx) = (LetterState::Sent { at: lobby.services.now() }, lobby.services.store.begin().await.unwrap());
    store::invitations::set_letter(&mut tx, pending, &sent).await.unwrap();
    tx.commit().await.unwrap();

    let guarded = lobby.pending_guest("pending@guarded.example").await;
    let guarded = lobby.invitation(group, owner.id, &guarded).await.id;
    names.insert("guarded-token", link(guarded).await.expose().to_owned());

    let orphan = lobby.pending_guest("orphan@praxis.example").await;
    let former = lobby.member("former@lindenhof.example").await;
    let orphan = lobby.invitation(group, former.id, &orphan).await;
    let mut tx = lobby.services.store.begin().await.unwrap();
    let stored = store::invitations::get(&mut tx, orphan.id).await.unwrap().unwrap();
    let now = lobby.services.now();
    let suspended = stored.with(|invitation| invitation.suspend(now));
    store::invitations::save(&mut tx, &suspended).await.unwrap();
    tx.commit().await.unwrap();
    names.insert("suspended", orphan.id.to_string());

    let blocked = lobby.pending_guest("blocked@praxis.example").await;
    let blocked = link(lobby.invitation(group, owner.id, &blocked).await.id).await;
    let origin = domain::samples::origin();
    redemption::block(&lobby.services, &blocked, origin, lobby.correlation()).await.unwrap();
    let mut tx = lobby.services.store.read().await.unwrap();
    let blocks = store::blocks::page(&mut tx, &store::PageAsk::default(), &[]).await.unwrap();
    names.insert("block", blocks.items[0].id.to_string());
}

/// A letter that is stuck, one in the mailbox, a job, and the link of a first administrator.
async fn waiting(lobby: &Lobby, people: &User, group: GroupId, names: &mut Names) {
    let (services, now) = (&lobby.services, lobby.services.now());
    let stuck: LetterId = services.ids.next(now);
    let mut tx = services.store.begin().await.unwrap();
    store::outbox::push(&mut tx, [(stuck, Lane::Single, Letter::Welcome { user: people.id })], now).await.unwrap();
    store::outbox::done(&mut tx, stuck, OutboxState::Stuck, Some("451 later"), now).await.unwrap();
    let received: LetterId = services.ids.next(now);
    let html = "<html><head></head><body>Hello</body></html>";
    store::mailbox::deliver(&mut tx, received, "ada@praxis.example", "Hello", html, "Hello", now).await.unwrap();
    let job = Job {
        id: services.ids.next(now),
        started_by: people.id,
        group: Some(group),
        state: JobState::Running,
        input: "{}".to_owned(),
        total: 500,
        done: 100,
        counts: r#"{"counts":{},"unsent":[]}"#.to_owned(),
        created_at: now,
        ended_at: None,
    };
    store::jobs::insert(&mut tx, &job).await.unwrap();
    tx.commit().await.unwrap();
    names.insert("stuck-letter", stuck.to_string());
    names.insert("letter", received.to_string());
    names.insert("job", job.id.to_string());
    let first = first_administrator::make_link(services, &address("first@lindenhof.example")).await.unwrap();
    names.insert("first", first.rsplit('/').next().unwrap().to_owned());
}

/// What a form carries so that nobody overwrites what they have not seen.
async fn versions(services: &Services, person: &User, names: &mut Names) {
    let tenant = services.tenant();
    let mut tx = services.store.read().await.unwrap();
    let group = store::groups::get(&mut tx, names["group"].parse().unwrap()).await.unwrap().unwrap();
    let app = store::applications::get(&mut tx, names["app"].parse().unwrap()).await.unwrap().unwrap();
    let person = store::users::get(&mut tx, person.id).await.unwrap().unwrap();
    for (name, version) in [
        ("version-of-group", group.version),
        ("version-of-app", app.version),
        ("version-of-person", person.version),
        ("version-of-organization", tenant.organization.version),
        ("version-of-collaboration", tenant.collaboration.version),
        ("version-of-security", tenant.security.version),
    ] {
        names.insert(name, version.to_string());
    }
}
