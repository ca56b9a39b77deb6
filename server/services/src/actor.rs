//! Who acts, and what they may: permission is a value that a verb demands and only the viewer can give.

use domain::event::{Action, Target, TargetKind};
use domain::factor::is_recent;
use domain::group::Group;
use domain::id::{GroupId, RequestId, UserId};
use domain::role::Role;
use domain::session::{Origin, Session};
use domain::user::User;
use store::Stored;

use crate::{Refusal, Services, Verb};

/// Who is written down for a deed.
#[derive(Debug, Clone)]
pub struct Actor {
    /// `None` is Lobby itself, or somebody who has not signed in.
    pub user: Option<UserId>,
    pub name: String,
    pub origin: Option<Origin>,
    pub correlation: RequestId,
}

/// Why somebody may not. Who may not know that a thing exists gets `NotFound`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    #[error("not signed in")]
    SignIn,
    /// Signed in, and stopped before the gate by an access policy.
    #[error("held by an access policy")]
    Held,
    #[error("not found")]
    NotFound,
    #[error("not allowed")]
    Forbidden,
    /// The last proof of identity is too old for this.
    #[error("prove again")]
    Stale,
    /// Whoever manages wants a second factor that was used not long ago.
    #[error("use a second factor")]
    Multifactor,
    /// Whoever has a second factor uses it before they change how they come in.
    #[error("use the second factor that you have")]
    Factor,
}

/// A signed-in person and the request they make.
#[derive(Debug, Clone)]
pub struct Viewer {
    pub user: User,
    pub session: Session,
    /// Do they own a group?
    pub owns: bool,
    pub origin: Origin,
    pub correlation: RequestId,
    actor: Actor,
    /// Was a second factor used recently enough to manage anything? In demo mode nobody is asked for one.
    multifactor: bool,
}

/// An Administrator.
#[derive(Debug, Clone)]
pub struct Admin(Viewer);

/// A User administrator or an Administrator.
#[derive(Debug, Clone)]
pub struct UserAdmin(Viewer);

/// Somebody who may read the logs: Reader, Conditional access administrator, Administrator.
#[derive(Debug, Clone)]
pub struct Reader(Viewer);

/// A Conditional access administrator or an Administrator.
#[derive(Debug, Clone)]
pub struct PolicyAdmin(Viewer);

/// Somebody who may manage the members of one group or the guests of one application.
#[derive(Debug, Clone)]
pub struct OwnerOf<T> {
    viewer: Viewer,
    pub thing: Stored<T>,
    /// By role, not by ownership: such a person may manage any group.
    pub by_role: bool,
}

macro_rules! permission {
    ($($name:ident),+) => { $(
        impl $name {
            pub fn actor(&self) -> &Actor { &self.0.actor }
            pub fn viewer(&self) -> &Viewer { &self.0 }
        }
    )+ };
}
permission!(Admin, UserAdmin, Reader, PolicyAdmin);

impl Actor {
    /// Lobby itself: the worker, the command line.
    pub fn lobby(services: &Services) -> Self {
        Self { user: None, name: "Lobby".to_owned(), origin: None, correlation: services.ids.next(services.now()) }
    }

    /// Somebody at the door.
    pub fn stranger(origin: Origin, correlation: RequestId) -> Self {
        Self { user: None, name: "somebody not signed in".to_owned(), origin: Some(origin), correlation }
    }

    /// Somebody at the door whose identity was just proved.
    pub fn proved(user: &User, origin: Origin, correlation: RequestId) -> Self {
        Self { user: Some(user.id), name: user.shown_name().to_owned(), origin: Some(origin), correlation }
    }
}

impl Viewer {
    pub fn new(services: &Services, known: store::sessions::Known, origin: Origin, correlation: RequestId) -> Self {
        let store::sessions::Known { session, user, owns } = known;
        let actor = Actor::proved(&user, origin.clone(), correlation);
        let within = services.tenant().security.value.managers_within();
        let multifactor = services.demo || is_recent(session.multifactor_at, within, services.now());
        Self { user, session, owns, origin, correlation, actor, multifactor }
    }

    /// Do they hold a role or own a group? Then Admin and Manage pages want a second factor of them.
    pub fn manages(&self) -> bool {
        self.owns || !self.user.roles.is_empty()
    }

    /// The built-in rule for Admin and Manage pages; it is never off outside demo mode.
    ///
    /// # Errors
    /// `Multifactor` where they manage something and used no second factor recently.
    pub fn managing(self) -> Result<Self, Denied> {
        if self.manages() && !self.multifactor { Err(Denied::Multifactor) } else { Ok(self) }
    }

    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    pub fn has(&self, role: Role) -> bool {
        self.user.roles.has(role)
    }

    /// Sees the admin pages at all.
    pub fn sees_admin(&self) -> bool {
        self.has(Role::Administrator) || self.administers_users() || self.reads_logs()
    }

    pub fn administers_users(&self) -> bool {
        self.has(Role::Administrator) || self.has(Role::UserAdministrator)
    }

    pub fn reads_logs(&self) -> bool {
        self.has(Role::Administrator) || self.has(Role::Reader) || self.has(Role::ConditionalAccessAdministrator)
    }

    /// # Errors
    /// `Forbidden` for everybody else; `Multifactor`.
    pub fn administrator(self) -> Result<Admin, Denied> {
        if self.has(Role::Administrator) { Ok(Admin(self.managing()?)) } else { Err(Denied::Forbidden) }
    }

    /// # Errors
    /// `Forbidden` for everybody else; `Multifactor`.
    pub fn user_administrator(self) -> Result<UserAdmin, Denied> {
        if self.administers_users() { Ok(UserAdmin(self.managing()?)) } else { Err(Denied::Forbidden) }
    }

    /// # Errors
    /// `Forbidden` for everybody else; `Multifactor`.
    pub fn reader(self) -> Result<Reader, Denied> {
        if self.reads_logs() { Ok(Reader(self.managing()?)) } else { Err(Denied::Forbidden) }
    }

    pub fn administers_policies(&self) -> bool {
        self.has(Role::Administrator) || self.has(Role::ConditionalAccessAdministrator)
    }

    /// # Errors
    /// `Forbidden` for everybody else; `Multifactor`.
    pub fn policy_administrator(self) -> Result<PolicyAdmin, Denied> {
        if self.administers_policies() { Ok(PolicyAdmin(self.managing()?)) } else { Err(Denied::Forbidden) }
    }

    /// # Errors
    /// `Stale` where the last proof is more than five minutes old.
    pub fn fresh(self, services: &Services) -> Result<Self, Denied> {
        if self.session.is_fresh(services.now()) { Ok(self) } else { Err(Denied::Stale) }
    }

    /// Whoever manages a group: its owners where the group lets them, and user administrators.
    ///
    /// # Errors
    /// `NotFound` for everybody else, and where there is no such group; `Forbidden` for an owner of a group that
    /// administrators alone manage; `Multifactor`.
    pub async fn owner_of(self, services: &Services, group: GroupId) -> Verb<OwnerOf<Group>> {
        let mut tx = services.store.read().await?;
        let by_role = self.administers_users();
        // Who may manage any group learns nothing of one before; an owner is asked once it is known to be theirs.
        let viewer = if by_role { self.managing()? } else { self };
        let owns = by_role || (viewer.owns && store::groups::is_owner(&mut tx, group, viewer.user.id).await?);
        let thing = store::groups::get(&mut tx, group).await?.filter(|_| owns).ok_or(Denied::NotFound)?;
        if !by_role && !thing.value.owners_manage {
            return Err(Denied::Forbidden.into());
        }
        Ok(OwnerOf { viewer: viewer.managing()?, thing, by_role })
    }
}

impl<T> OwnerOf<T> {
    pub fn actor(&self) -> &Actor {
        &self.viewer.actor
    }
    pub fn viewer(&self) -> &Viewer {
        &self.viewer
    }
}

impl OwnerOf<Group> {
    pub fn group(&self) -> &Group {
        &self.thing.value
    }
    pub fn target(&self) -> Target {
        Target::new(TargetKind::Group, self.group().id, self.group().name.as_str())
    }
}

impl Services {
    /// Writes down that somebody was refused: every 403 and 404 for a thing that exists.
    pub async fn note_refusal(&self, actor: &Actor, path: &str, refusal: &Refusal) {
        let target = Target::new(TargetKind::Path, refusal.code(), crate::secret::hidden_in(path));
        if let Err(error) = self.note(actor, Action::Refused, target).await {
            tracing::error!(%error, "a refusal was not written down");
        }
    }
}
