//! What an administrator does to one provider: each a form of its pages.

use domain::id::ProviderId;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use services::federation::{self, Errand};
use services::providers::{self, ProviderForm};
use services::signin::Asked;
use services::{Refusal, Verb};

use super::trial::Looked;
use crate::admin::{Edited, id as read};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Draft, Kept, Next, NothingTyped, doorway, keep_draft, visit};

/// A page of the provider whose id a form carries; the list where it is none.
fn page_of(id: &str, page: fn(ProviderId) -> String) -> String {
    id.parse().map_or_else(|_| routes::PROVIDERS.to_owned(), page)
}

#[server(prefix = "/fn", endpoint = "providers/edit")]
pub async fn edit_provider(
    #[server(default)] id: String,
    #[server(default)] version: i64,
    #[server(default)] form: ProviderForm,
) -> Result<(), AppError> {
    let back = page_of(&id, routes::provider);
    doorway(Edited { form: form.clone(), version }, back.clone(), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.administrator()?;
        providers::change(&visit.services, &admin, read(&id)?, form.parse(&visit.zone())?, version).await?;
        Ok(Next::to(back).done("saved"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "providers/switch")]
pub async fn switch_provider(#[server(default)] id: String, #[server(default)] on: bool) -> Result<(), AppError> {
    let back = page_of(&id, routes::provider);
    doorway(NothingTyped, back.clone(), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.administrator()?;
        providers::switch(&visit.services, &admin, read(&id)?, on).await?;
        Ok(Next::to(back).done(if on { "provider-on" } else { "provider-off" }))
    })
    .await
}

/// For how many hours codes stand in.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HoursForm {
    pub hours: String,
}

impl Kept for HoursForm {
    const FORM: &'static str = "provider-hours";
}

impl HoursForm {
    fn parse(&self) -> Verb<i64> {
        self.hours.trim().parse().map_err(|_| Refusal::field("hours", "number"))
    }
}

#[server(prefix = "/fn", endpoint = "providers/let-passcodes")]
pub async fn let_passcodes(#[server(default)] id: String, #[server(default)] form: HoursForm) -> Result<(), AppError> {
    let back = page_of(&id, routes::provider);
    doorway(form.clone(), back.clone(), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.administrator()?;
        let (id, hours) = (read(&id)?, form.parse()?);
        providers::let_passcodes(&visit.services, &admin, id, hours).await?;
        Ok(Next::to(back).done(if hours > 0 { "passcodes-open" } else { "passcodes-shut" }))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "providers/remove-logo")]
pub async fn remove_provider_logo(#[server(default)] id: String) -> Result<(), AppError> {
    let back = page_of(&id, routes::provider);
    doorway(NothingTyped, back.clone(), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.administrator()?;
        providers::set_logo(&visit.services, &admin, read(&id)?, None).await?;
        Ok(Next::to(back).done("removed"))
    })
    .await
}

/// Fetches what the provider publishes; the page that follows shows it.
#[server(prefix = "/fn", endpoint = "providers/look")]
pub async fn look_at_provider(#[server(default)] id: String) -> Result<(), AppError> {
    let back = page_of(&id, routes::test_provider);
    doorway(NothingTyped, back.clone(), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.administrator()?;
        let looked = Looked::from(providers::look(&visit.services, &admin, read(&id)?).await?);
        let draft = keep_draft(&visit, Looked::FORM, &Draft::fresh(looked)).await?;
        Ok(Next::to(routes::drafted(&back, draft)))
    })
    .await
}

/// Begins a sign-in that is tied to nobody.
#[server(prefix = "/fn", endpoint = "providers/try")]
pub async fn try_provider(#[server(default)] id: String) -> Result<(), AppError> {
    doorway(NothingTyped, page_of(&id, routes::test_provider), async move {
        let visit = visit()?;
        visit.viewer()?.administrator()?;
        let (viewer, provider) = (visit.viewer.as_ref(), read(&id)?);
        let asked = Asked::default();
        let begun = federation::start(&visit.services, &visit.caller(), viewer, provider, Errand::Test, &asked).await?;
        Ok(Next::to(routes::go_to_provider(begun)))
    })
    .await
}
