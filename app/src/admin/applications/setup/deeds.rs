//! What the steps do that no other page does.

use domain::settings::Collaboration;
use leptos::prelude::*;
use services::{Refusal, UserAdmin, Verb, applications, groups, organization};

use super::page_with;
use crate::admin::groups::group::appoint;
use crate::admin::groups::new::{GroupForm, make};
use crate::admin::{AddressForm, id as read};
use crate::error::AppError;
use crate::ssr::{Next, NothingTyped, Visit, doorway, visit};

/// The permission to set up an application, which is there.
async fn setting_up(visit: &Visit, app: &str) -> Verb<UserAdmin> {
    let admin = visit.viewer()?.user_administrator()?;
    applications::get(&visit.services, &admin, read(app)?).await?;
    Ok(admin)
}

/// The first step: the organization lets owners invite to their groups.
#[server(prefix = "/fn", endpoint = "setup/owners")]
pub async fn let_owners_invite(#[server(default)] id: String) -> Result<(), AppError> {
    doorway(NothingTyped, page_with(&id, None), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.administrator()?;
        setting_up(&visit, &id).await?;
        let stored = visit.services.tenant().collaboration.clone();
        let new = Collaboration { owners_may_invite: true, ..stored.value };
        organization::save_collaboration(&visit.services, &admin, new, stored.version).await?;
        Ok(Next::to(page_with(&id, None)).done("saved"))
    })
    .await
}

/// The second step: a group and its owner.
#[server(prefix = "/fn", endpoint = "setup/group")]
pub async fn make_group(#[server(default)] id: String, #[server(default)] form: GroupForm) -> Result<(), AppError> {
    doorway(form.clone(), page_with(&id, None), async move {
        let visit = visit()?;
        setting_up(&visit, &id).await?;
        if form.owner.trim().is_empty() {
            return Err(Refusal::field("address", "address_empty"));
        }
        let group = make(&visit, &GroupForm { owners_manage: true, ..form }).await?;
        Ok(Next::to(page_with(&id, Some(group))).done("created"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "setup/owner")]
pub async fn name_owner(
    #[server(default)] id: String,
    #[server(default)] group: String,
    #[server(default)] form: AddressForm,
) -> Result<(), AppError> {
    let back = page_with(&id, group.parse().ok());
    doorway(form.clone(), back.clone(), async move {
        let visit = visit()?;
        setting_up(&visit, &id).await?;
        appoint(&visit, &group, &form).await?;
        Ok(Next::to(back).done("added"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "setup/owners-manage")]
pub async fn let_owners_manage(
    #[server(default)] id: String,
    #[server(default)] group: String,
) -> Result<(), AppError> {
    let back = page_with(&id, group.parse().ok());
    doorway(NothingTyped, back.clone(), async move {
        let visit = visit()?;
        let admin = setting_up(&visit, &id).await?;
        let stored = visit.viewer()?.owner_of(&visit.services, read(&group)?).await?.thing;
        let shape = groups::ShapeForm { owners_manage: true, ..groups::ShapeForm::of(&stored.value) }.parse()?;
        groups::edit(&visit.services, &admin, stored.value.id, shape, stored.version).await?;
        Ok(Next::to(back).done("saved"))
    })
    .await
}
