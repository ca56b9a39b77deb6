//! What an administrator does to one application: each a form of its pages.

use domain::id::AppId;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use services::applications::{self, SelfServiceForm, ShapeForm, Switches};

use crate::admin::{AddressForm, Edited, id as read, person_of};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Kept, Next, NothingTyped, doorway, visit};

/// The page of the application whose id a form carries; the list where it is none.
fn page_of(id: &str) -> String {
    id.parse().map_or_else(|_| routes::APPLICATIONS.to_owned(), routes::application)
}

/// Where a form was filled: `setup` (which the address tells the group of) or the application's own page.
pub(super) fn back_to(id: &str, from: &str, group: &str) -> String {
    match (id.parse::<AppId>(), from) {
        (Ok(id), "setup") => routes::with(&routes::setup(id), "group", group),
        _ => page_of(id),
    }
}

#[server(prefix = "/fn", endpoint = "applications/edit")]
pub async fn edit_application(
    #[server(default)] id: String,
    #[server(default)] version: i64,
    #[server(default)] form: ShapeForm,
) -> Result<(), AppError> {
    doorway(Edited { form: form.clone(), version }, page_of(&id), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        applications::edit(&visit.services, &admin, read(&id)?, form.parse()?, version).await?;
        Ok(Next::to(page_of(&id)).done("saved"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "applications/switch")]
pub async fn switch_application(
    #[server(default)] id: String,
    #[server(default)] enabled: bool,
    #[server(default)] visible: bool,
) -> Result<(), AppError> {
    doorway(NothingTyped, page_of(&id), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        applications::switch(&visit.services, &admin, read(&id)?, Switches { enabled, visible }).await?;
        Ok(Next::to(page_of(&id)).done("saved"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "applications/remove-logo")]
pub async fn remove_application_logo(#[server(default)] id: String) -> Result<(), AppError> {
    doorway(NothingTyped, page_of(&id), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        applications::set_logo(&visit.services, &admin, read(&id)?, None).await?;
        Ok(Next::to(page_of(&id)).done("removed"))
    })
    .await
}

/// The group that was chosen.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GroupChoice {
    pub group: String,
    /// The page of the form: `setup` or empty.
    pub from: String,
    /// How many guests gain the application has been seen.
    pub confirmed: bool,
}

impl Kept for GroupChoice {
    const FORM: &'static str = "group-choice";
}

/// Assigns at once where no guest is in the group; else the page that says how many gain the application asks first.
#[server(prefix = "/fn", endpoint = "applications/assign-group")]
pub async fn assign_group(#[server(default)] id: String, #[server(default)] form: GroupChoice) -> Result<(), AppError> {
    let back = back_to(&id, &form.from, &form.group);
    doorway(form.clone(), back.clone(), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        if form.group.is_empty() {
            return Err(services::Refusal::field("group", "choice"));
        }
        let (app, group) = (read(&id)?, read(&form.group)?);
        let effect = applications::assignment_effect(&visit.services, &admin, app, group).await?;
        if effect.guests > 0 && !effect.assigned && !form.confirmed {
            return Ok(Next::to(routes::with(&routes::assign(app, group), "from", &form.from)));
        }
        applications::assign_group(&visit.services, &admin, app, group).await?;
        Ok(Next::to(back).done("assigned"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "applications/unassign-group")]
pub async fn unassign_group(#[server(default)] id: String, #[server(default)] group: String) -> Result<(), AppError> {
    doorway(NothingTyped, page_of(&id), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        applications::unassign_group(&visit.services, &admin, read(&id)?, read(&group)?).await?;
        Ok(Next::to(page_of(&id)).done("unassigned"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "applications/assign-person")]
pub async fn assign_person(
    #[server(default)] id: String,
    #[server(default)] form: AddressForm,
) -> Result<(), AppError> {
    doorway(form.clone(), page_of(&id), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        let user = person_of(&visit.services, &admin, &form.address).await?;
        applications::assign_user(&visit.services, &admin, read(&id)?, user).await?;
        Ok(Next::to(page_of(&id)).done("assigned"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "applications/unassign-person")]
pub async fn unassign_person(#[server(default)] id: String, #[server(default)] user: String) -> Result<(), AppError> {
    doorway(NothingTyped, page_of(&id), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        applications::unassign_user(&visit.services, &admin, read(&id)?, read(&user)?).await?;
        Ok(Next::to(page_of(&id)).done("unassigned"))
    })
    .await
}

impl Kept for SelfServiceForm {
    const FORM: &'static str = "self-service";
}

#[server(prefix = "/fn", endpoint = "applications/self-service")]
pub async fn set_self_service(
    #[server(default)] id: String,
    #[server(default)] from: String,
    #[server(default)] service: SelfServiceForm,
) -> Result<(), AppError> {
    let back = back_to(&id, &from, &service.group);
    doorway(service.clone(), back.clone(), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        applications::set_self_service(&visit.services, &admin, read(&id)?, service.parse()?).await?;
        Ok(Next::to(back).done("saved"))
    })
    .await
}
