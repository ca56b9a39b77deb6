//! Applications: made, edited, shown and deleted. Assigning and launching have files of their own.

mod assignments;
mod launch;

pub use assignments::{
    Effect, SelfServiceForm, assign_group, assign_user, assignment_effect, set_self_service, unassign_group,
    unassign_user,
};
pub(crate) use launch::NOT_ASSIGNED;
pub use launch::{Door, Launch, before, launch, tiles};
pub use store::applications::Tile;

use domain::access::Thing;
use domain::application::{Application, LaunchUrl};
use domain::event::{Action, Target, TargetKind};
use domain::group::Group;
use domain::id::{AppId, GroupId};
use domain::problem::{Problem, Problems};
use domain::text::{Label, Message};
use domain::user::User;
use serde::{Deserialize, Serialize};
use store::groups::Opened;
use store::memberships::Counts;
use store::{Filter, Page, PageAsk, Stored};

use crate::deed::Deed;
use crate::groups::SOON;
use crate::{Denied, Services, UserAdmin, Verb, Viewer, access, logos, people};

domain::stored_words! {
    /// Which applications a list shows.
    Show { All = "all", Enabled = "enabled", Disabled = "disabled", SelfService = "self_service" }
}

/// What an application is called and where it launches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shape {
    pub name: Label,
    pub description: Option<Message>,
    pub launch_url: LaunchUrl,
    pub publisher: Option<Label>,
    pub support_contact: Option<Label>,
}

/// A [`Shape`] as a form sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShapeForm {
    pub name: String,
    pub description: String,
    pub launch_url: String,
    pub publisher: String,
    pub support_contact: String,
    /// The administrator has said that `http` is meant.
    pub plain_http: bool,
}

/// An application with everything that its page says.
#[derive(Debug, Clone)]
pub struct Details {
    pub application: Stored<Application>,
    pub groups: Vec<(GroupId, String)>,
    /// The first 200.
    pub users: Vec<User>,
    pub setup: Setup,
}

/// The four steps after which an owner can invite guests to an application, and how far they have come.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The group that grants it, with the owners who can come in.
    pub group: Option<(Group, usize)>,
    /// Is the application assigned to that group?
    pub assigned: bool,
    /// Does the organization let owners invite at all?
    pub owners_may_invite: bool,
}

/// A group of the viewer's, for the page of an owner.
#[derive(Debug, Clone)]
pub struct Owned {
    pub group: Group,
    /// Every application that its members get.
    pub opens: Vec<Opened>,
    /// The applications whose granting group it is: the viewer is their owner.
    pub grants: Vec<Application>,
    pub counts: Counts,
}

impl Setup {
    pub fn has_group(&self) -> bool {
        self.group.is_some()
    }
    pub fn has_owner(&self) -> bool {
        self.group.as_ref().is_some_and(|(_, owners)| *owners > 0)
    }
    pub fn owners_manage(&self) -> bool {
        self.group.as_ref().is_some_and(|(group, _)| group.owners_manage)
    }
    pub fn is_done(&self) -> bool {
        self.has_group() && self.has_owner() && self.owners_manage() && self.assigned
    }
}

impl ShapeForm {
    pub fn of(application: &Application) -> Self {
        let text = |label: &Option<Label>| label.as_ref().map_or_else(String::new, ToString::to_string);
        Self {
            name: application.name.to_string(),
            description: application.description.as_ref().map_or_else(String::new, ToString::to_string),
            launch_url: application.launch_url.as_str().to_owned(),
            publisher: text(&application.publisher),
            support_contact: text(&application.support_contact),
            plain_http: application.launch_url.is_plain_http(),
        }
    }

    /// # Errors
    /// Every field that is wrong; `url_plain_http` beside `launch_url` until `plain_http` is said.
    pub fn parse(&self) -> Result<Shape, Vec<Problem>> {
        let mut problems = Problems::default();
        let name = problems.take("name", Label::parse(&self.name));
        let description = people::optional(&mut problems, "description", &self.description, Message::parse);
        let launch_url = problems.take("launch_url", LaunchUrl::parse(&self.launch_url));
        let publisher = people::optional(&mut problems, "publisher", &self.publisher, Label::parse);
        let contact = people::optional(&mut problems, "support_contact", &self.support_contact, Label::parse);
        if launch_url.as_ref().is_some_and(LaunchUrl::is_plain_http) && !self.plain_http {
            problems.add(Problem::new("launch_url", "url_plain_http"));
        }
        let shape = name.zip(description).zip(launch_url).zip(publisher).zip(contact);
        problems.done(shape.map(|((((name, description), launch_url), publisher), support_contact)| Shape {
            name,
            description,
            launch_url,
            publisher,
            support_contact,
        }))
    }
}

impl Shape {
    fn of(application: &Application) -> Self {
        let Application { name, description, launch_url, publisher, support_contact, .. } = application.clone();
        Self { name, description, launch_url, publisher, support_contact }
    }

    fn given_to(self, application: Application) -> Application {
        let Self { name, description, launch_url, publisher, support_contact } = self;
        Application { name, description, launch_url, publisher, support_contact, ..application }
    }
}

pub(crate) fn target(application: &Application) -> Target {
    Target::new(TargetKind::Application, application.id, application.name.as_str())
}

async fn read(deed: &mut Deed<'_>, id: AppId) -> Verb<Stored<Application>> {
    Ok(store::applications::get(&mut deed.tx, id).await?.ok_or(Denied::NotFound)?)
}

pub async fn list(services: &Services, _by: &UserAdmin, show: Show, ask: &PageAsk) -> Verb<Page<Application>> {
    use store::applications::{DISABLED, ENABLED, SELF_SERVICE};
    let filters = match show {
        Show::All => vec![],
        Show::Enabled => vec![Filter::new(ENABLED, [])],
        Show::Disabled => vec![Filter::new(DISABLED, [])],
        Show::SelfService => vec![Filter::new(SELF_SERVICE, [])],
    };
    let mut tx = services.store.read().await?;
    Ok(store::applications::page(&mut tx, ask, &filters).await?)
}

pub async fn get(services: &Services, _by: &UserAdmin, id: AppId) -> Verb<Details> {
    let now = services.now();
    let mut tx = services.store.read().await?;
    let application = store::applications::get(&mut tx, id).await?.ok_or(Denied::NotFound)?;
    let groups = store::applications::groups_of(&mut tx, id).await?;
    let users = store::applications::users_of(&mut tx, id).await?;
    let mut granting = None;
    if let Some(service) = application.value.self_service
        && let Some(group) = store::groups::get(&mut tx, service.group).await?
    {
        let owners = store::groups::owners(&mut tx, service.group).await?;
        granting = Some((group.value, owners.iter().filter(|owner| owner.may_enter(now).is_ok()).count()));
    }
    let by_group = granting.as_ref().map(|(group, _)| group.id);
    let setup = Setup {
        assigned: groups.iter().any(|(group, _)| Some(*group) == by_group),
        group: granting,
        owners_may_invite: services.tenant().collaboration.value.lets_owners_invite(),
    };
    Ok(Details { application, groups, users, setup })
}

/// An application that is enabled and visible, and assigned to nobody yet.
pub async fn create(services: &Services, by: &UserAdmin, shape: Shape) -> Verb<AppId> {
    let mut deed = services.deed(by.actor()).await?;
    let Shape { name, description, launch_url, publisher, support_contact } = shape.clone();
    let application = Application {
        id: deed.id(),
        name,
        description,
        launch_url,
        publisher,
        support_contact,
        logo: None,
        visible: true,
        enabled: true,
        self_service: None,
        created_at: deed.now,
    };
    store::applications::insert(&mut deed.tx, &application).await?;
    deed.tell_change(Action::ApplicationCreated, target(&application), &(), &shape);
    deed.commit().await?;
    Ok(application.id)
}

/// `version` is the one its form was filled from.
pub async fn edit(services: &Services, by: &UserAdmin, id: AppId, shape: Shape, version: i64) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let application = read(&mut deed, id).await?;
    let old = Shape::of(&application.value);
    let application = Stored { value: shape.clone().given_to(application.value), version };
    store::applications::save(&mut deed.tx, &application).await?;
    deed.tell_change(Action::ApplicationChanged, target(&application.value), &old, &shape);
    deed.commit().await
}

/// Does it launch, and does a tile show it?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switches {
    pub enabled: bool,
    pub visible: bool,
}

pub async fn switch(services: &Services, by: &UserAdmin, id: AppId, to: Switches) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let application = read(&mut deed, id).await?;
    let old = Switches { enabled: application.value.enabled, visible: application.value.visible };
    let Switches { enabled, visible } = to;
    let application = application.with(|app| Application { enabled, visible, ..app });
    store::applications::save(&mut deed.tx, &application).await?;
    deed.tell_change(Action::ApplicationChanged, target(&application.value), &old, &to);
    deed.commit().await
}

/// Shows this picture on the tile; `None` takes the present one away.
///
/// # Errors
/// As [`logos::read`].
pub async fn set_logo(services: &Services, by: &UserAdmin, id: AppId, upload: Option<Vec<u8>>) -> Verb<()> {
    let logo = match upload {
        Some(bytes) => Some(logos::read_aside(bytes).await?),
        None => None,
    };
    let mut deed = services.deed(by.actor()).await?;
    let application = read(&mut deed, id).await?;
    let told = |logo: &Option<String>| serde_json::json!({ "logo": logo });
    let old = told(&application.value.logo);
    if let Some(logo) = &logo {
        store::applications::keep_logo(&mut deed.tx, &logo.digest, &logo.png).await?;
    }
    let application = application.with(|app| Application { logo: logo.map(|logo| logo.digest), ..app });
    store::applications::save(&mut deed.tx, &application).await?;
    deed.tell_change(Action::ApplicationChanged, target(&application.value), &old, &told(&application.value.logo));
    deed.commit().await
}

/// The application goes with its assignments; groups and memberships stay.
pub async fn delete(services: &Services, by: &UserAdmin, id: AppId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let application = read(&mut deed, id).await?.value;
    access::in_use(services, &mut deed.tx, Thing::App(id), "named_by_policy").await?;
    let groups = store::applications::groups_of(&mut deed.tx, id).await?;
    store::applications::delete(&mut deed.tx, id).await?;
    let names: Vec<String> = groups.into_iter().map(|(_, name)| name).collect();
    let old = serde_json::json!({ "application": Shape::of(&application), "groups": names });
    deed.tell_change(Action::ApplicationDeleted, target(&application), &old, &());
    deed.commit().await
}

/// The viewer's groups by name, with what they open and grant.
pub async fn owned(services: &Services, viewer: &Viewer) -> Verb<Vec<Owned>> {
    if !viewer.owns {
        return Ok(Vec::new());
    }
    let (me, now) = (viewer.user.id, services.now());
    let mut tx = services.store.read().await?;
    let groups = store::groups::owned_by(&mut tx, me).await?;
    let ids: Vec<GroupId> = groups.iter().map(|group| group.id).collect();
    let mut opened = store::groups::opened_by_owned(&mut tx, me).await?;
    let granted = store::applications::granted_by_any(&mut tx, &ids).await?;
    let counts = store::groups::counts_of_owned(&mut tx, me, now, now + SOON).await?;
    let owned = |group: Group| {
        let counts = counts.iter().find(|(of, _)| *of == group.id).map_or_else(Counts::default, |(_, counts)| *counts);
        let opens = opened.extract_if(.., |(by, _)| *by == group.id).map(|(_, opened)| opened).collect();
        let grants = granted.iter().filter(|app| app.self_service.is_some_and(|service| service.group == group.id));
        Owned { opens, grants: grants.cloned().collect(), counts, group }
    };
    Ok(groups.into_iter().map(owned).collect())
}
