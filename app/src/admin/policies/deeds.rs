//! What conditional access administrators do to policies: the doorways.

use domain::access::PolicyState;
use leptos::prelude::*;
use services::Refusal;
use services::access::form::PolicyForm;
use services::access::{policies, trials};

use crate::admin::{Edited, id as read};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Kept, Next, NothingTyped, doorway, visit};

impl Kept for PolicyForm {
    const FORM: &'static str = "policy";
}

fn page_of(id: &str) -> String {
    id.parse().map_or_else(|_| routes::POLICIES.to_owned(), routes::policy)
}

#[server(prefix = "/fn", endpoint = "policies/create")]
pub async fn create_policy(#[server(default)] form: PolicyForm) -> Result<(), AppError> {
    doorway(form.clone(), routes::NEW_POLICY, async move {
        let visit = visit()?;
        let by = visit.viewer()?.policy_administrator()?;
        let policy = form.read(&visit.services, &by, None).await?;
        let id = policies::create(&visit.services, &by, policy).await?;
        Ok(Next::to(routes::policy(id)).done("created"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "policies/edit")]
pub async fn edit_policy(
    #[server(default)] id: String,
    #[server(default)] version: i64,
    #[server(default)] form: PolicyForm,
) -> Result<(), AppError> {
    doorway(Edited { form: form.clone(), version }, page_of(&id), async move {
        let visit = visit()?;
        let by = visit.viewer()?.policy_administrator()?;
        let policy = form.read(&visit.services, &by, Some(read(&id)?)).await?;
        policies::save(&visit.services, &by, policy, version).await?;
        Ok(Next::to(page_of(&id)).done("policy-saved"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "policies/switch")]
pub async fn switch_policy(
    #[server(default)] id: String,
    #[server(default)] version: i64,
    #[server(default)] state: String,
) -> Result<(), AppError> {
    doorway(NothingTyped, page_of(&id), async move {
        let visit = visit()?;
        let by = visit.viewer()?.policy_administrator()?;
        let state = PolicyState::parse(&state).ok_or_else(|| Refusal::field("state", "choice"))?;
        policies::switch(&visit.services, &by, read(&id)?, state, version).await?;
        Ok(Next::to(page_of(&id)).done("policy-saved"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "policies/duplicate")]
pub async fn duplicate_policy(#[server(default)] id: String) -> Result<(), AppError> {
    doorway(NothingTyped, page_of(&id), async move {
        let visit = visit()?;
        let by = visit.viewer()?.policy_administrator()?;
        let copy = policies::duplicate(&visit.services, &by, read(&id)?).await?;
        Ok(Next::to(routes::policy(copy)).done("created"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "policies/delete")]
pub async fn delete_policy(#[server(default)] id: String) -> Result<(), AppError> {
    let back = id.parse().map_or_else(|_| routes::POLICIES.to_owned(), routes::delete_policy);
    doorway(NothingTyped, back, async move {
        let visit = visit()?;
        policies::delete(&visit.services, &visit.viewer()?.policy_administrator()?, read(&id)?).await?;
        Ok(Next::to(routes::POLICIES).done("deleted"))
    })
    .await
}

/// `id` is that of the policy, location or terms that changed.
#[server(prefix = "/fn", endpoint = "policies/confirm")]
pub async fn confirm_change(#[server(default)] id: String) -> Result<(), AppError> {
    doorway(NothingTyped, routes::POLICIES, async move {
        let visit = visit()?;
        trials::confirm(&visit.services, &visit.viewer()?.policy_administrator()?, &id).await?;
        Ok(Next::to(routes::POLICIES).done("confirmed"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "policies/take-back")]
pub async fn take_back_change(#[server(default)] id: String) -> Result<(), AppError> {
    doorway(NothingTyped, routes::POLICIES, async move {
        let visit = visit()?;
        trials::take_back(&visit.services, &visit.viewer()?.policy_administrator()?, &id).await?;
        Ok(Next::to(routes::POLICIES).done("taken-back"))
    })
    .await
}
