//! People: listed, created and edited. How they come, go and are trusted lives in the files below.

mod address;
mod own;
mod reset;
mod roles;
mod standing;
mod trail;

pub use address::{ask_new_address, change_address, may_change_address};
pub use own::{MyData, Used, my_data, used};
pub(crate) use reset::{check_domain, may_reset};
pub use reset::{reset, reset_by_owner};
pub use roles::{set_roles, set_sponsors};
pub use standing::{delete, disable, enable, end_sessions, leave, restore, set_end};
pub(crate) use trail::{revoke, suspend_what_they_lost};

use domain::event::{Action, Target, TargetKind};
use domain::group::{Group, Membership};
use domain::id::{PartnerId, UserId};
use domain::invitation::Invitation;
use domain::letter::{Lane, Letter};
use domain::passkey::Passkey;
use domain::problem::{Problem, Problems};
use domain::role::{Role, Roles};
use domain::session::{IDLE, Session};
use domain::settings::GuestAccess;
use domain::text::{EmailAddress, Label, is_language_tag};
use domain::time::{Timestamp, Zone};
use domain::user::{CreationType, Standing, User, UserType};
use serde::{Deserialize, Serialize};
use store::{Filter, Page, PageAsk, StoreError, Stored};

use crate::identities::Named;
use crate::partners::{Organization, Organizations};
use crate::{Denied, Refusal, Services, UserAdmin, Verb, Viewer, partners};

domain::stored_words! {
    /// Which people a list shows; the words stand in addresses of pages.
    Show {
        Everyone = "everyone",
        Members = "members",
        Guests = "guests",
        Active = "active",
        Pending = "pending",
        Disabled = "disabled",
        WithRoles = "roles",
        Deleted = "deleted",
    }
}

impl Show {
    /// `within` a partner, or among everybody.
    fn filters(self, within: bool) -> Vec<Filter> {
        use store::users::{BY_STATE, BY_STATE_WITHIN, BY_TYPE, BY_TYPE_WITHIN, NOT_DELETED, WITH_ROLES};
        let (by_state, by_type) = if within { (BY_STATE_WITHIN, BY_TYPE_WITHIN) } else { (BY_STATE, BY_TYPE) };
        let state = |word: &str| vec![Filter::new(by_state, [store::Bind::text(word)])];
        let of_type = |user_type: UserType| {
            vec![Filter::new(by_type, [store::Bind::text(user_type)]), Filter::new(NOT_DELETED, [])]
        };
        match self {
            Self::Everyone => vec![Filter::new(NOT_DELETED, [])],
            Self::Members => of_type(UserType::Member),
            Self::Guests => of_type(UserType::Guest),
            Self::Active => state("active"),
            Self::Pending => state("pending"),
            Self::Disabled => state("disabled"),
            Self::WithRoles => vec![Filter::new(WITH_ROLES, []), Filter::new(NOT_DELETED, [])],
            Self::Deleted => state("deleted"),
        }
    }
}

/// A person as the list shows them.
#[derive(Debug, Clone)]
pub struct Listed {
    pub user: User,
    /// Whose guest they are.
    pub partner: Option<Organization>,
}

/// One person with everything that an administrator's page says of them.
#[derive(Debug, Clone)]
pub struct Person {
    pub user: Stored<User>,
    /// Whose guest they are.
    pub partner: Option<Organization>,
    pub invited_by: Option<User>,
    pub memberships: Vec<(Membership, String)>,
    pub owns: Vec<Group>,
    pub sponsors: Vec<User>,
    /// What they sign in with, the oldest first.
    pub identities: Vec<Named>,
    /// The oldest first.
    pub passkeys: Vec<Passkey>,
    pub factors: crate::factors::Held,
    /// The newest fifty.
    pub invitations: Vec<Invitation>,
    /// Those that are alive.
    pub sessions: Vec<Session>,
}

/// What a person or an administrator may write about somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub name: Option<Label>,
    pub company: Option<Label>,
    pub language: String,
    /// `None` is the organization's.
    pub time_zone: Option<Zone>,
}

/// A [`Profile`] as a form sends it; empty text is "none".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    pub name: String,
    pub company: String,
    pub language: String,
    pub time_zone: String,
}

/// A member to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMember {
    pub address: EmailAddress,
    pub profile: Profile,
}

impl ProfileForm {
    /// The form filled with what stands now.
    pub fn of(user: &User) -> Self {
        let text = |label: &Option<Label>| label.as_ref().map_or_else(String::new, ToString::to_string);
        Self {
            name: text(&user.name),
            company: text(&user.company),
            language: user.language.clone(),
            time_zone: user.time_zone.clone().unwrap_or_default(),
        }
    }

    /// # Errors
    /// Every field that is wrong.
    pub fn parse(&self) -> Result<Profile, Vec<Problem>> {
        let mut problems = Problems::default();
        let profile = self.read(&mut problems);
        problems.done(profile)
    }

    /// With the address of a member to be.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn parse_member(&self, address: &str) -> Result<NewMember, Vec<Problem>> {
        let mut problems = Problems::default();
        let address = problems.take("address", EmailAddress::parse(address));
        let profile = self.read(&mut problems);
        problems.done(address.zip(profile).map(|(address, profile)| NewMember { address, profile }))
    }

    fn read(&self, problems: &mut Problems) -> Option<Profile> {
        let name = optional(problems, "name", &self.name, Label::parse);
        let company = optional(problems, "company", &self.company, Label::parse);
        let time_zone = optional(problems, "time_zone", &self.time_zone, Zone::parse);
        let language = self.language.trim().to_owned();
        if !is_language_tag(&language) {
            problems.add(Problem::new("language", "language_unknown"));
        }
        Some(Profile { name: name?, company: company?, language, time_zone: time_zone? })
    }
}

/// An empty field is `Some(None)`; one that is wrong is `None`, and noted.
pub(crate) fn optional<T, E: domain::problem::Explained>(
    problems: &mut Problems,
    field: &str,
    text: &str,
    parse: fn(&str) -> Result<T, E>,
) -> Option<Option<T>> {
    if text.trim().is_empty() { Some(None) } else { problems.take(field, parse(text)).map(Some) }
}

impl Profile {
    fn of(user: &User) -> Self {
        let time_zone = user.time_zone.as_deref().and_then(|name| Zone::parse(name).ok());
        Self { name: user.name.clone(), company: user.company.clone(), language: user.language.clone(), time_zone }
    }

    fn given_to(self, user: User) -> User {
        let Self { name, company, language, time_zone } = self;
        User { name, company, language, time_zone: time_zone.map(|zone| zone.name().to_owned()), ..user }
    }
}

pub(crate) fn target(user: &User) -> Target {
    Target::new(TargetKind::User, user.id, user.shown_name())
}

/// Who is meant, for the log of something else. The id alone: a name in there would outlive the person's erasure.
pub(crate) fn named(user: &User) -> serde_json::Value {
    serde_json::json!({ "user": user.id })
}

/// The zone in which this person reads times and means dates.
pub fn zone(services: &Services, user: &User) -> Zone {
    let own = user.time_zone.as_deref().and_then(|name| Zone::parse(name).ok());
    own.unwrap_or_else(|| services.tenant().organization.value.zone.clone())
}

/// May this person see who is in the directory?
pub fn lists_directory(services: &Services, user: &User) -> bool {
    let open = services.tenant().collaboration.value.guest_access == GuestAccess::SameAsMembers;
    user.user_type == UserType::Member || open
}

/// May `by`, by role, change memberships, address or state of this person? An Administrator may; a user administrator not
/// their own and not those of anybody with a role.
///
/// # Errors
/// `own_account` or `holds_role`.
pub fn may_change(by: &User, user: &User) -> Verb<()> {
    if by.roles.has(Role::Administrator) {
        Ok(())
    } else if by.id == user.id {
        Err(Refusal::Rule("own_account"))
    } else if !user.roles.is_empty() {
        Err(Refusal::Rule("holds_role"))
    } else {
        Ok(())
    }
}

/// The same of how they sign in. Nobody does that for themselves by role: their own account asks for a factor first.
///
/// # Errors
/// `own_account` or `holds_role`.
pub fn may_change_sign_in(by: &User, user: &User) -> Verb<()> {
    if by.id == user.id {
        return Err(Refusal::Rule("own_account"));
    }
    may_change(by, user)
}

/// Everybody, or the guests of one partner organization.
pub async fn list(
    services: &Services,
    _by: &UserAdmin,
    show: Show,
    partner: Option<PartnerId>,
    ask: &PageAsk,
) -> Verb<Page<Listed>> {
    let mut tx = services.store.read().await?;
    let page = match partner {
        Some(partner) => store::users::page_of_partner(&mut tx, partner, ask, &show.filters(true)).await?,
        None => store::users::page(&mut tx, ask, &show.filters(false)).await?,
    };
    let organizations = Organizations::gather(&mut tx, page.items.iter().map(|stored| &stored.value.address)).await?;
    page.try_map(|stored| Ok(Listed { partner: organizations.of(&stored.value).cloned(), user: stored.value }))
}

pub async fn get(services: &Services, _by: &UserAdmin, id: UserId) -> Verb<Person> {
    let now = services.now();
    let mut tx = services.store.read().await?;
    let user = store::users::get(&mut tx, id).await?.ok_or(Denied::NotFound)?;
    let invited_by = match user.value.invited_by {
        Some(inviter) => store::users::get(&mut tx, inviter).await?.map(|stored| stored.value),
        None => None,
    };
    let values = |rows: Vec<Stored<User>>| rows.into_iter().map(|stored| stored.value).collect();
    Ok(Person {
        partner: partners::organization(&mut tx, &user.value).await?,
        invited_by,
        memberships: store::memberships::named_of_user(&mut tx, id).await?,
        owns: store::groups::owned_by(&mut tx, id).await?,
        sponsors: values(store::users::sponsors(&mut tx, id).await?),
        identities: crate::identities::of(&mut tx, id).await?,
        passkeys: crate::passkeys::of(&mut tx, id).await?,
        factors: crate::factors::held(&mut tx, id).await?,
        invitations: store::invitations::of_user(&mut tx, id).await?.into_iter().map(|stored| stored.value).collect(),
        sessions: store::sessions::of_user(&mut tx, id, now, now - IDLE).await?,
        user,
    })
}

/// Whoever has this address, deleted people too.
pub async fn by_address(services: &Services, _by: &UserAdmin, address: &EmailAddress) -> Verb<Option<User>> {
    let mut tx = services.store.read().await?;
    Ok(store::users::by_address(&mut tx, address).await?.map(|stored| stored.value))
}

/// A member who signs in with an identity of this address; a letter welcomes them.
///
/// # Errors
/// Beside `address`: `address_taken` or `address_deleted`, with the id of whoever has it.
pub async fn create(services: &Services, by: &UserAdmin, new: NewMember) -> Verb<UserId> {
    let mut deed = services.deed(by.actor()).await?;
    let NewMember { address, profile } = new;
    if let Some(taken) = store::users::by_address(&mut deed.tx, &address).await? {
        let deleted = matches!(taken.value.standing, Standing::Deleted { .. });
        let code = if deleted { "address_deleted" } else { "address_taken" };
        return Err(Refusal::field_because("address", code, taken.value.id));
    }
    let member = profile.clone().given_to(User {
        id: deed.id(),
        user_type: UserType::Member,
        address,
        name: None,
        company: None,
        standing: Standing::Enabled,
        external: None,
        creation: CreationType::Administrator,
        invited_by: Some(by.viewer().user.id),
        roles: Roles::NONE,
        language: String::new(),
        time_zone: None,
        ends_at: None,
        consented_at: None,
        created_at: deed.now,
        last_sign_in_at: None,
    });
    let inserted = store::users::insert(&mut deed.tx, std::slice::from_ref(&member)).await;
    inserted.map_err(|error| match error {
        StoreError::Exists("users") => Refusal::field("address", "address_taken"),
        error => error.into(),
    })?;
    let told = serde_json::json!({ "address": member.address, "profile": profile });
    deed.tell_change(Action::UserCreated, target(&member), &(), &told);
    deed.send(Lane::Single, Letter::Welcome { user: member.id });
    deed.commit().await?;
    Ok(member.id)
}

/// `version` is the one its form was filled from.
pub async fn edit(services: &Services, by: &UserAdmin, id: UserId, profile: Profile, version: i64) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let user = live(&mut deed.tx, id).await?;
    let (old, new) = (Profile::of(&user.value), profile.clone());
    let user = Stored { value: profile.given_to(user.value), version };
    store::users::save(&mut deed.tx, &user).await?;
    deed.tell_change(Action::UserChanged, target(&user.value), &old, &new);
    deed.commit().await
}

/// The viewer's own profile; the last one written stands.
pub async fn edit_own(services: &Services, viewer: &Viewer, profile: Profile) -> Verb<()> {
    let mut deed = services.deed(viewer.actor()).await?;
    let user = live(&mut deed.tx, viewer.user.id).await?;
    let (old, new) = (Profile::of(&user.value), profile.clone());
    let user = user.with(|user| profile.given_to(user));
    store::users::save(&mut deed.tx, &user).await?;
    deed.tell_change(Action::UserChanged, target(&user.value), &old, &new);
    deed.commit().await
}

/// Somebody who is not deleted.
pub(crate) async fn live(tx: &mut store::Tx, id: UserId) -> Verb<Stored<User>> {
    let user = known(tx, id).await?;
    match user.value.standing {
        Standing::Deleted { .. } => Err(domain::user::StandingError::Deleted.into()),
        _ => Ok(user),
    }
}

/// Somebody who is not erased.
pub(crate) async fn known(tx: &mut store::Tx, id: UserId) -> Verb<Stored<User>> {
    let found = store::users::get(tx, id).await?;
    let kept = found.filter(|user| !matches!(user.value.standing, Standing::Erased { .. }));
    Ok(kept.ok_or(Denied::NotFound)?)
}

/// Does this moment lie in the past?
pub(crate) fn is_past(end: Option<Timestamp>, now: Timestamp) -> bool {
    end.is_some_and(|end| end <= now)
}
