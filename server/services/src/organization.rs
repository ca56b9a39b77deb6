//! The organization and its external collaboration settings: read once, in force at once when saved.

use domain::event::{Action, Target, TargetKind};
use domain::settings::{Accent, Access, Collaboration, Organization, Security};
use domain::text::Label;
use domain::time::{Span, Zone};
use store::settings::{ACCESS, COLLABORATION, ORGANIZATION, SECURITY};
use store::{Store, StoreError, Stored};

use crate::{Admin, Refusal, Services, Verb, logos};

/// The rows as they are in force.
#[derive(Debug, Clone)]
pub struct Tenant {
    pub organization: Stored<Organization>,
    pub collaboration: Stored<Collaboration>,
    pub access: Stored<Access>,
    pub security: Stored<Security>,
}

impl Tenant {
    /// Makes the rows where they do not stand yet.
    ///
    /// # Errors
    /// Where the database does not answer or a row cannot be read.
    pub async fn load(store: &Store) -> Result<Self, StoreError> {
        let mut tx = store.begin().await?;
        let named =
            Label::parse("Lobby").map_err(|error| StoreError::Unreadable { what: "name", value: error.to_string() })?;
        let organization = Organization {
            name: named,
            logo: None,
            accent: Accent::default(),
            zone: Zone::utc(),
            privacy_contact: None,
            privacy_statement: None,
        };
        store::settings::add(&mut tx, ORGANIZATION, &organization).await?;
        store::settings::add(&mut tx, COLLABORATION, &Collaboration::default()).await?;
        store::settings::add(&mut tx, ACCESS, &Access::default()).await?;
        store::settings::add(&mut tx, SECURITY, &Security::default()).await?;
        let organization = store::settings::get(&mut tx, ORGANIZATION).await?;
        let collaboration = store::settings::get(&mut tx, COLLABORATION).await?;
        let access = store::settings::get(&mut tx, ACCESS).await?;
        let security = store::settings::get(&mut tx, SECURITY).await?;
        tx.commit().await?;
        match (organization, collaboration, access, security) {
            (Some(organization), Some(collaboration), Some(access), Some(security)) => {
                Ok(Self { organization, collaboration, access, security })
            }
            _ => Err(StoreError::Unreadable { what: "settings", value: "missing".to_owned() }),
        }
    }
}

impl Services {
    pub async fn reload_tenant(&self) -> Verb<()> {
        self.tenant.store(std::sync::Arc::new(Tenant::load(&self.store).await?));
        Ok(())
    }
}

/// Saves how the organization shows itself. `version` is the one its form was filled from.
pub async fn save_organization(services: &Services, by: &Admin, new: Organization, version: i64) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let stored: Stored<Organization> =
        store::settings::get(&mut deed.tx, ORGANIZATION).await?.ok_or(Refusal::Conflict)?;
    let old = stored.value;
    let target = Target::new(TargetKind::Settings, ORGANIZATION, new.name.as_str());
    deed.tell_change(Action::OrganizationChanged, target, &old, &new);
    store::settings::save(&mut deed.tx, ORGANIZATION, &Stored { value: new, version }).await?;
    deed.commit().await?;
    services.reload_tenant().await
}

/// Saves the external collaboration settings. `version` is the one its form was filled from.
pub async fn save_collaboration(services: &Services, by: &Admin, new: Collaboration, version: i64) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let stored: Stored<Collaboration> =
        store::settings::get(&mut deed.tx, COLLABORATION).await?.ok_or(Refusal::Conflict)?;
    let old = stored.value;
    let target = Target::new(TargetKind::Settings, COLLABORATION, "External collaboration");
    deed.tell_change(Action::CollaborationChanged, target, &old, &new);
    store::settings::save(&mut deed.tx, COLLABORATION, &Stored { value: new, version }).await?;
    deed.commit().await?;
    services.reload_tenant().await
}

/// Saves how people are held to a second factor. `version` is the one its form was filled from.
pub async fn save_security(services: &Services, by: &Admin, new: Security, version: i64) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let stored: Stored<Security> = store::settings::get(&mut deed.tx, SECURITY).await?.ok_or(Refusal::Conflict)?;
    let old = stored.value;
    let latest = deed.now + Span::days(Security::MOST_OPEN_DAYS);
    if !Security::MANAGER_HOURS.contains(&new.manager_hours) {
        return Err(Refusal::field_because("manager_hours", "number_range", "1 to 12"));
    }
    if new.enrolment_open_until != old.enrolment_open_until && new.enrolment_open_until > Some(latest) {
        return Err(Refusal::field_because("open_days", "number_range", "0 to 14"));
    }
    let target = Target::new(TargetKind::Settings, SECURITY, "Second factors");
    deed.tell_change(Action::SecurityChanged, target, &old, &new);
    store::settings::save(&mut deed.tx, SECURITY, &Stored { value: new, version }).await?;
    deed.commit().await?;
    services.reload_tenant().await
}

/// Gives the organization a picture, re-encoded; `None` takes it away.
///
/// # Errors
/// Beside the field `logo`, what is wrong with the picture.
pub async fn set_logo(services: &Services, by: &Admin, upload: Option<Vec<u8>>) -> Verb<()> {
    let logo = match upload {
        Some(bytes) => Some(logos::read_aside(bytes).await?),
        None => None,
    };
    let mut deed = services.deed(by.actor()).await?;
    let stored: Stored<Organization> =
        store::settings::get(&mut deed.tx, ORGANIZATION).await?.ok_or(Refusal::Conflict)?;
    let told = |logo: &Option<String>| serde_json::json!({ "logo": logo });
    let old = told(&stored.value.logo);
    if let Some(logo) = &logo {
        store::applications::keep_logo(&mut deed.tx, &logo.digest, &logo.png).await?;
    }
    let stored = stored.with(|organization| Organization { logo: logo.map(|logo| logo.digest), ..organization });
    let target = Target::new(TargetKind::Settings, ORGANIZATION, stored.value.name.as_str());
    deed.tell_change(Action::OrganizationChanged, target, &old, &told(&stored.value.logo));
    store::settings::save(&mut deed.tx, ORGANIZATION, &stored).await?;
    deed.commit().await?;
    services.reload_tenant().await
}
