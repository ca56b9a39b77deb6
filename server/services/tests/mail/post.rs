//! A Lobby with a database of its own, people to write to, and letters that leave by a real mail server.

use std::path::Path;

use domain::application::{Application, LaunchUrl};
use domain::group::{Group, Membership, Narrowing};
use domain::id::{AppId, ChallengeId, GroupId, LetterId};
use domain::invitation::Invitation;
use domain::letter::{Lane, Letter};
use domain::passcode::{Passcode, Purpose};
use domain::role::{Role, Roles};
use domain::samples::{self, NOON, address};
use domain::settings::Organization;
use domain::text::Label;
use domain::time::Timestamp;
use domain::user::User;
use services::mail::Mailer;
pub use services::testing::mail_server::{MailServer, settings};
use services::{Clock, Key, Parts, Services, Store, UserAdmin, Viewer};
use store::Stored;
use store::memberships::Member;
use store::outbox::Outgoing;
use store::passcodes::Challenge;

/// A Lobby whose clock stands at [`NOON`].
pub struct Lobby {
    pub services: Services,
    pub clock: Clock,
    pub folder: tempfile::TempDir,
    key: Key,
}

impl Lobby {
    pub async fn with(mailer: Mailer) -> Self {
        let (folder, key, clock) = (tempfile::tempdir().unwrap(), Key::random(), Clock::held(NOON));
        let services = open(folder.path(), &key, &clock, mailer).await;
        let Stored { value, version } = services.tenant().organization.clone();
        let value = Organization { name: Label::parse("Lindenhof Clinics").unwrap(), ..value };
        let mut tx = services.store.begin().await.unwrap();
        let organization = Stored { value, version };
        store::settings::save(&mut tx, store::settings::ORGANIZATION, &organization).await.unwrap();
        tx.commit().await.unwrap();
        services.reload_tenant().await.unwrap();
        Self { services, clock, folder, key }
    }

    pub async fn by(server: &MailServer) -> Self {
        Self::with(Mailer::smtp(server.settings()).unwrap()).await
    }

    /// The same database by another process, as it were: with connections and another mail server of its own.
    pub async fn again(&self, mailer: Mailer) -> Services {
        open(self.folder.path(), &self.key, &self.clock, mailer).await
    }

    pub fn id<T: From<uuid::Uuid>>(&self) -> T {
        self.services.ids.next(self.services.now())
    }

    /// Somebody new, kept.
    pub async fn person(&self, user: User) -> User {
        let user = User { id: self.id(), ..user };
        let mut tx = self.services.store.begin().await.unwrap();
        store::users::insert(&mut tx, std::slice::from_ref(&user)).await.unwrap();
        tx.commit().await.unwrap();
        user
    }

    /// A member who has signed in: Ida Berg.
    pub async fn ida(&self) -> User {
        let name = Some(Label::parse("Ida Berg").unwrap());
        self.person(User { name, last_sign_in_at: Some(NOON), ..samples::member("ida@lindenhof.example") }).await
    }

    pub async fn user_admin(&self) -> UserAdmin {
        let roles = Roles::of(Role::UserAdministrator);
        let user = self.person(User { roles, ..samples::member("admin@lindenhof.example") }).await;
        let session = domain::session::Session { user: user.id, multifactor_at: Some(NOON), ..samples::session() };
        let known = store::sessions::Known { session, user, owns: false };
        Viewer::new(&self.services, known, samples::origin(), self.id()).user_administrator().unwrap()
    }

    pub async fn group(&self, name: &str, applications: &[&str]) -> GroupId {
        let group = Group {
            id: self.id(),
            name: Label::parse(name).unwrap(),
            description: None,
            owners_manage: true,
            narrowing: Narrowing::default(),
            created_at: NOON,
        };
        let by = self.person(samples::member(&format!("owner-{}@lindenhof.example", group.id))).await.id;
        let mut tx = self.services.store.begin().await.unwrap();
        store::groups::insert(&mut tx, &group).await.unwrap();
        store::groups::add_owner(&mut tx, group.id, by, by, NOON).await.unwrap();
        for name in applications {
            let application = application(self.id(), name);
            store::applications::insert(&mut tx, &application).await.unwrap();
            store::applications::assign_group(&mut tx, application.id, group.id, by, NOON).await.unwrap();
        }
        tx.commit().await.unwrap();
        group.id
    }

    /// An invitation of a new guest, kept; `change` says what is special about it.
    pub async fn invitation(&self, to: &str, by: &User, change: impl FnOnce(Invitation) -> Invitation) -> Invitation {
        let guest = self.person(samples::guest(to)).await;
        let invitation = change(Invitation {
            id: self.id(),
            user: guest.id,
            address: guest.address,
            invited_by: by.id,
            group: None,
            ..samples::invitation()
        });
        let mut tx = self.services.store.begin().await.unwrap();
        store::invitations::insert(&mut tx, std::slice::from_ref(&invitation)).await.unwrap();
        tx.commit().await.unwrap();
        invitation
    }

    pub async fn give(&self, group: GroupId, user: &User, ends_at: Timestamp) {
        let membership = Membership { group, user: user.id, added_by: user.id, ends_at, ..samples::membership() };
        let mut tx = self.services.store.begin().await.unwrap();
        store::memberships::insert(&mut tx, &[Member { membership, user: user.clone() }]).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn send(&self, lane: Lane, letter: Letter) -> LetterId {
        let id = self.id();
        let mut tx = self.services.store.begin().await.unwrap();
        store::outbox::push(&mut tx, [(id, lane, letter)], self.services.now()).await.unwrap();
        tx.commit().await.unwrap();
        self.services.bell.ring();
        id
    }

    /// Somebody asks for a code; says the challenge and the letter.
    pub async fn ask_code(&self, at: &str, purpose: Purpose) -> (ChallengeId, LetterId) {
        let challenge = Challenge {
            id: self.id(),
            purpose,
            browser: "a browser".to_owned(),
            address: address(at),
            digest: None,
            continuation: "{}".to_owned(),
            code: Passcode::asked(self.services.now()),
        };
        let mut tx = self.services.store.begin().await.unwrap();
        store::passcodes::insert(&mut tx, &challenge).await.unwrap();
        tx.commit().await.unwrap();
        (challenge.id, self.send(Lane::Passcode, Letter::Passcode { challenge: challenge.id }).await)
    }

    pub async fn block(&self, at: &str) {
        let block = store::blocks::Block {
            id: self.id(),
            mailbox_hash: self.services.key.digest("mailbox", &[&address(at).mailbox()]),
            invitation: None,
            inviter: None,
            made_at: NOON,
            lifted_at: None,
            lifted_by: None,
            lifted_why: None,
            overruled_at: None,
        };
        let mut tx = self.services.store.begin().await.unwrap();
        store::blocks::insert(&mut tx, &block).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn outgoing(&self, letter: LetterId) -> Outgoing {
        let mut tx = self.services.store.read().await.unwrap();
        store::outbox::get(&mut tx, letter).await.unwrap().unwrap().value
    }

    pub async fn stored(&self, invitation: &Invitation) -> Invitation {
        let mut tx = self.services.store.read().await.unwrap();
        store::invitations::get(&mut tx, invitation.id).await.unwrap().unwrap().value
    }

    /// Which invitation the link in a letter opens, while the link is alive.
    pub async fn opened_by(&self, letter: &str) -> Option<Invitation> {
        let digest = services::Secret::given(&token_in(letter)).digest();
        let mut tx = self.services.store.read().await.unwrap();
        let named = store::invitations::by_link(&mut tx, &digest).await.unwrap();
        named.filter(|(_, alive)| *alive).map(|(stored, _)| stored.value)
    }

    /// Everything that lies on the disk.
    pub fn on_disk(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }
}

async fn open(folder: &Path, key: &Key, clock: &Clock, mailer: Mailer) -> Services {
    let store = Store::open(&format!("sqlite:{}", folder.join("lobby.db").display())).await.unwrap();
    store.migrate().await.unwrap();
    let public_url = url::Url::parse("https://lobby.lindenhof.example").unwrap();
    let (key, clock) = (key.clone(), clock.clone());
    let outbound = services::Outbound::new(&[]).unwrap();
    Services::open(Parts {
        store,
        clock,
        key,
        mailer,
        public_url,
        demo: false,
        outbound,
        countries: services::Countries::default(),
        break_glass: Vec::new(),
    })
    .await
    .unwrap()
}

fn application(id: AppId, name: &str) -> Application {
    Application {
        id,
        name: Label::parse(name).unwrap(),
        description: None,
        launch_url: LaunchUrl::parse("https://records.lindenhof.example/").unwrap(),
        publisher: None,
        support_contact: None,
        logo: None,
        visible: true,
        enabled: true,
        self_service: None,
        created_at: NOON,
    }
}

/// The token of the first link to an invitation.
pub fn token_in(letter: &str) -> String {
    let (_, rest) = letter.split_once("/redeem/").expect("a link to the invitation");
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
}
