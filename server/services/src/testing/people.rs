//! Who acts in tests, and on what: permission values and things, made without a deed.

use domain::access::Policy;
use domain::application::{Application, LaunchUrl};
use domain::group::{Group, Membership, Narrowing};
use domain::id::{AppId, GroupId, InvitationId, PolicyId, RequestId, UserId};
use domain::identity::{Identity, MAILBOX};
use domain::invitation::Invitation;
use domain::role::{Role, Roles};
use domain::samples;
use domain::session::{Method, Session};
use domain::settings::{Collaboration, Organization};
use domain::text::Label;
use domain::time::{Span, Timestamp};
use domain::user::User;
use store::audit::AuditEvent;
use store::memberships::Member;
use store::outbox::Outgoing;
use store::{PageAsk, Stored};

use super::Lobby;
use crate::redemption::Proved;
use crate::{Admin, OwnerOf, PolicyAdmin, Reader, Secret, UserAdmin, Viewer};

impl Lobby {
    /// A further Administrator, just signed in.
    pub async fn admin(&self) -> Admin {
        let address = format!("admin-{}@lindenhof.example", self.next());
        let user = self.with_roles(&address, Roles::of(Role::Administrator)).await;
        self.viewer(user.id).await.administrator().unwrap()
    }

    /// A further User administrator, just signed in.
    pub async fn user_admin(&self) -> UserAdmin {
        let address = format!("user-admin-{}@lindenhof.example", self.next());
        let user = self.with_roles(&address, Roles::of(Role::UserAdministrator)).await;
        self.viewer(user.id).await.user_administrator().unwrap()
    }

    /// A further Reader, just signed in.
    pub async fn reader(&self) -> Reader {
        let address = format!("reader-{}@lindenhof.example", self.next());
        let user = self.with_roles(&address, Roles::of(Role::Reader)).await;
        self.viewer(user.id).await.reader().unwrap()
    }

    pub async fn member(&self, address: &str) -> User {
        self.with_roles(address, Roles::NONE).await
    }

    pub async fn with_roles(&self, address: &str, roles: Roles) -> User {
        self.person(User { roles, ..samples::member(address) }).await
    }

    /// A guest who has accepted.
    pub async fn guest(&self, address: &str) -> User {
        let now = self.services.now();
        self.person(samples::guest(address).accept(now)).await
    }

    /// A guest who has accepted nothing yet.
    pub async fn pending_guest(&self, address: &str) -> User {
        self.person(samples::guest(address)).await
    }

    /// The person came by a code to their mailbox, just now.
    pub async fn anchor(&self, user: &User) {
        let now = self.services.now();
        let identity = Identity {
            issuer: MAILBOX.to_owned(),
            subject: user.address.key().to_owned(),
            user: user.id,
            provider: None,
            address: None,
            anchor: true,
            created_at: now,
            spoke_at: Some(now),
            session: None,
        };
        let mut tx = self.services.store.begin().await.unwrap();
        store::identities::insert(&mut tx, &identity).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Anybody, under a fresh id.
    pub async fn person(&self, person: User) -> User {
        let person = User { id: self.services.ids.next(self.services.now()), ..person };
        let mut tx = self.services.store.begin().await.unwrap();
        store::users::insert(&mut tx, std::slice::from_ref(&person)).await.unwrap();
        tx.commit().await.unwrap();
        person
    }

    /// The same viewer as if a second factor had been used just now.
    pub async fn stepped_up(&self, viewer: &Viewer) -> Viewer {
        let (now, token) = (self.services.now(), Secret::random());
        let proof = store::sessions::Proof {
            digest: &token.digest(),
            methods: &[Method::Totp],
            proved_at: now,
            multifactor_at: Some(now),
            by: None,
        };
        let mut tx = self.services.store.begin().await.unwrap();
        assert!(store::sessions::renew(&mut tx, viewer.session.id, &proof, now).await.unwrap());
        let known = store::sessions::by_digest(&mut tx, &token.digest()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        Viewer::new(&self.services, known, samples::origin(), self.correlation())
    }

    /// The person with a session of their own, proved just now.
    pub async fn viewer(&self, user: UserId) -> Viewer {
        self.sign_in(user).await.0
    }

    /// The same with the token for the cookie. Whoever manages something has used a second factor too.
    pub async fn sign_in(&self, user: UserId) -> (Viewer, Secret) {
        let mut tx = self.services.store.read().await.unwrap();
        let roles = store::users::get(&mut tx, user).await.unwrap().unwrap().value.roles;
        let manages = !roles.is_empty() || !store::groups::owned_by(&mut tx, user).await.unwrap().is_empty();
        drop(tx);
        self.sign_in_at(user, manages.then_some(self.services.now())).await
    }

    /// The same by a code alone.
    pub async fn sign_in_by_code(&self, user: UserId) -> (Viewer, Secret) {
        self.sign_in_at(user, None).await
    }

    async fn sign_in_at(&self, user: UserId, multifactor_at: Option<Timestamp>) -> (Viewer, Secret) {
        let (now, token) = (self.services.now(), Secret::random());
        let session = Session {
            id: self.services.ids.next(now),
            user,
            created_at: now,
            auth_time: now,
            last_seen_at: now,
            ends_at: now + Span::days(7),
            methods: vec![Method::Otp],
            multifactor_at,
            proof_application: None,
            ..samples::session()
        };
        let mut tx = self.services.store.begin().await.unwrap();
        store::sessions::insert(&mut tx, &session, &token.digest()).await.unwrap();
        let known = store::sessions::by_digest(&mut tx, &token.digest()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        (Viewer::new(&self.services, known, samples::origin(), self.correlation()), token)
    }

    /// Names an account for emergencies, as the configuration does. Only while nothing else holds the services.
    pub fn name_break_glass(&mut self, user: UserId) {
        std::sync::Arc::get_mut(&mut self.services.0).unwrap().break_glass.push(user);
    }

    /// A policy that no check has seen, as where two things happened at once.
    pub async fn slip_in(&self, policy: Policy) -> PolicyId {
        let (services, now) = (&self.services, self.services.now());
        let policy = Policy { id: services.ids.next(now), ..policy };
        let mut tx = services.store.begin().await.unwrap();
        store::access::insert(&mut tx, &policy, now).await.unwrap();
        tx.commit().await.unwrap();
        services.reload_policies().await.unwrap();
        policy.id
    }

    /// A further Conditional access administrator, just signed in.
    pub async fn policy_admin(&self) -> PolicyAdmin {
        let address = format!("policy-admin-{}@lindenhof.example", self.next());
        let user = self.with_roles(&address, Roles::of(Role::ConditionalAccessAdministrator)).await;
        self.viewer(user.id).await.policy_administrator().unwrap()
    }

    pub fn correlation(&self) -> RequestId {
        self.services.ids.next(self.services.now())
    }

    /// A group that its owners manage, without any.
    pub async fn group(&self) -> Group {
        let number = self.next();
        let group = Group {
            id: self.services.ids.next(self.services.now()),
            name: Label::parse(&format!("Group {number}")).unwrap(),
            description: None,
            owners_manage: true,
            narrowing: Narrowing::default(),
            created_at: self.services.now(),
        };
        let mut tx = self.services.store.begin().await.unwrap();
        store::groups::insert(&mut tx, &group).await.unwrap();
        tx.commit().await.unwrap();
        group
    }

    /// A group that a member owns and manages: `.group()`, `.viewer()`.
    pub async fn group_with_owner(&self) -> OwnerOf<Group> {
        let group = self.group().await;
        let owner = self.member(&format!("owner-{}@lindenhof.example", self.next())).await;
        self.give_to_owner(group.id, owner.id).await;
        self.viewer(owner.id).await.owner_of(&self.services, group.id).await.unwrap()
    }

    pub async fn give_to_owner(&self, group: GroupId, owner: UserId) {
        let mut tx = self.services.store.begin().await.unwrap();
        store::groups::add_owner(&mut tx, group, owner, owner, self.services.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// An enabled, visible application, assigned to nobody.
    pub async fn application(&self) -> Application {
        let number = self.next();
        let application = Application {
            id: self.services.ids.next(self.services.now()),
            name: Label::parse(&format!("Application {number}")).unwrap(),
            description: None,
            launch_url: LaunchUrl::parse(&format!("https://app-{number}.lindenhof.example/start")).unwrap(),
            publisher: None,
            support_contact: None,
            logo: None,
            visible: true,
            enabled: true,
            self_service: None,
            created_at: self.services.now(),
        };
        let mut tx = self.services.store.begin().await.unwrap();
        store::applications::insert(&mut tx, &application).await.unwrap();
        tx.commit().await.unwrap();
        application
    }

    /// The group opens the application.
    pub async fn assign(&self, application: AppId, group: GroupId) {
        let by = UserId(uuid::Uuid::nil());
        let mut tx = self.services.store.begin().await.unwrap();
        store::applications::assign_group(&mut tx, application, group, by, self.services.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The person belongs to the group without end.
    pub async fn join(&self, group: GroupId, user: &User) {
        let membership = Membership {
            group,
            user: user.id,
            added_by: user.id,
            added_at: self.services.now(),
            ends_at: Timestamp::NEVER,
            held_for: None,
        };
        let mut tx = self.services.store.begin().await.unwrap();
        store::memberships::insert(&mut tx, &[Member { membership, user: user.clone() }]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A pending invitation with the membership that is held for it.
    pub async fn invitation(&self, group: GroupId, by: UserId, guest: &User) -> Invitation {
        let now = self.services.now();
        let invitation = Invitation {
            id: self.services.ids.next(now),
            user: guest.id,
            address: guest.address.clone(),
            group: Some(group),
            invited_by: by,
            created_at: now,
            expires_at: now + Span::days(30),
            ..samples::invitation()
        };
        let held_for = Some(invitation.id);
        let membership =
            Membership { group, user: guest.id, added_by: by, added_at: now, ends_at: Timestamp::NEVER, held_for };
        let mut tx = self.services.store.begin().await.unwrap();
        store::invitations::insert(&mut tx, std::slice::from_ref(&invitation)).await.unwrap();
        store::memberships::insert(&mut tx, &[Member { membership, user: guest.clone() }]).await.unwrap();
        tx.commit().await.unwrap();
        invitation
    }

    /// The invitation as it stands now.
    pub async fn invitation_now(&self, invitation: InvitationId) -> Invitation {
        let mut tx = self.services.store.read().await.unwrap();
        store::invitations::get(&mut tx, invitation).await.unwrap().unwrap().value
    }

    pub async fn membership(&self, group: GroupId, user: UserId) -> Option<Membership> {
        let mut tx = self.services.store.read().await.unwrap();
        store::memberships::get(&mut tx, group, user).await.unwrap()
    }

    /// Changes the collaboration settings, as an Administrator would.
    pub async fn collaborate(&self, change: impl FnOnce(&mut Collaboration)) {
        let (admin, stored) = (self.admin().await, self.services.tenant().collaboration.clone());
        let Stored { mut value, version } = stored;
        change(&mut value);
        crate::organization::save_collaboration(&self.services, &admin, value, version).await.unwrap();
    }

    /// Changes the organization, as an Administrator would.
    pub async fn organize(&self, change: impl FnOnce(&mut Organization)) {
        let (admin, stored) = (self.admin().await, self.services.tenant().organization.clone());
        let Stored { mut value, version } = stored;
        change(&mut value);
        crate::organization::save_organization(&self.services, &admin, value, version).await.unwrap();
    }

    pub async fn user(&self, user: UserId) -> Stored<User> {
        let mut tx = self.services.store.read().await.unwrap();
        store::users::get(&mut tx, user).await.unwrap().unwrap()
    }

    /// Somebody at the door who has just typed the code that was sent to this address.
    pub fn proved(&self, address: &str) -> Proved {
        Proved::by_code(samples::address(address))
    }

    /// The audit log, the newest event first.
    pub async fn events(&self) -> Vec<AuditEvent> {
        let mut tx = self.services.store.read().await.unwrap();
        store::audit::page(&mut tx, &everything(), &[]).await.unwrap().items
    }

    /// The letters on their way or gone, the newest first.
    pub async fn letters(&self) -> Vec<Outgoing> {
        let mut tx = self.services.store.read().await.unwrap();
        store::outbox::page(&mut tx, &everything(), &[]).await.unwrap().items
    }
}

fn everything() -> PageAsk {
    PageAsk { size: 1000, ..PageAsk::default() }
}
