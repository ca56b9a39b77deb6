//! What an administrator does to one person: each a form of the person's page.

use domain::role::{Role, Roles};
use domain::text::EmailAddress;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use services::factors::totp;
use services::people::{self, ProfileForm};
use services::{Refusal, invitations, passkeys};

use crate::admin::{AddressForm, Edited, id as read, person_of};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Kept, Next, NothingTyped, doorway, visit};

/// The page of the person whose id a form carries; the list where it is none.
fn page_of(id: &str) -> String {
    id.parse().map_or_else(|_| routes::PEOPLE.to_owned(), routes::person)
}

#[server(prefix = "/fn", endpoint = "people/edit")]
pub async fn edit_person(
    #[server(default)] id: String,
    #[server(default)] version: i64,
    #[server(default)] form: ProfileForm,
) -> Result<(), AppError> {
    doorway(Edited { form: form.clone(), version }, page_of(&id), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        people::edit(&visit.services, &admin, read(&id)?, form.parse()?, version).await?;
        Ok(Next::to(page_of(&id)).done("saved"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "people/disable")]
pub async fn disable_person(#[server(default)] id: String) -> Result<(), AppError> {
    doorway(NothingTyped, page_of(&id), async move {
        let visit = visit()?;
        people::disable(&visit.services, &visit.viewer()?.user_administrator()?, read(&id)?).await?;
        Ok(Next::to(page_of(&id)).done("disabled"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "people/enable")]
pub async fn enable_person(#[server(default)] id: String) -> Result<(), AppError> {
    doorway(NothingTyped, page_of(&id), async move {
        let visit = visit()?;
        people::enable(&visit.services, &visit.viewer()?.user_administrator()?, read(&id)?).await?;
        Ok(Next::to(page_of(&id)).done("enabled"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "people/delete")]
pub async fn delete_person(#[server(default)] id: String) -> Result<(), AppError> {
    doorway(NothingTyped, page_of(&id), async move {
        let visit = visit()?;
        people::delete(&visit.services, &visit.viewer()?.user_administrator()?, read(&id)?).await?;
        Ok(Next::to(page_of(&id)).done("person-deleted"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "people/restore")]
pub async fn restore_person(#[server(default)] id: String) -> Result<(), AppError> {
    doorway(NothingTyped, page_of(&id), async move {
        let visit = visit()?;
        people::restore(&visit.services, &visit.viewer()?.user_administrator()?, read(&id)?).await?;
        Ok(Next::to(page_of(&id)).done("restored"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "people/end-sessions")]
pub async fn end_their_sessions(#[server(default)] id: String) -> Result<(), AppError> {
    doorway(NothingTyped, page_of(&id), async move {
        let visit = visit()?;
        people::end_sessions(&visit.services, &visit.viewer()?.user_administrator()?, read(&id)?).await?;
        Ok(Next::to(page_of(&id)).done("sessions-ended"))
    })
    .await
}

/// Another address for whoever begins anew; empty keeps the one they have.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ResetForm {
    pub address: String,
}

impl Kept for ResetForm {
    const FORM: &'static str = "reset";
}

#[server(prefix = "/fn", endpoint = "people/reset")]
pub async fn reset_person(#[server(default)] id: String, #[server(default)] form: ResetForm) -> Result<(), AppError> {
    doorway(form.clone(), page_of(&id), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        let address = match form.address.trim() {
            "" => None,
            text => Some(EmailAddress::parse(text).map_err(|error| Refusal::field("address", error.code()))?),
        };
        people::reset(&visit.services, &admin, read(&id)?, address).await?;
        Ok(Next::to(page_of(&id)).done("reset"))
    })
    .await
}

/// The last day of somebody's access; empty is without end.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EndForm {
    pub last_day: String,
}

impl Kept for EndForm {
    const FORM: &'static str = "person-end";
}

#[server(prefix = "/fn", endpoint = "people/set-end")]
pub async fn set_person_end(#[server(default)] id: String, #[server(default)] form: EndForm) -> Result<(), AppError> {
    doorway(form.clone(), page_of(&id), async move {
        use domain::problem::Explained;
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        let end = match form.last_day.trim() {
            "" => None,
            day => Some(visit.zone().end_of_day(day).map_err(|error| Refusal::field("last_day", error.code()))?),
        };
        people::set_end(&visit.services, &admin, read(&id)?, end).await?;
        Ok(Next::to(page_of(&id)).done("saved"))
    })
    .await
}

/// The roles that are ticked.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RolesForm {
    pub roles: Vec<String>,
}

impl Kept for RolesForm {
    const FORM: &'static str = "roles";
}

#[server(prefix = "/fn", endpoint = "people/set-roles")]
pub async fn set_person_roles(
    #[server(default)] id: String,
    #[server(default)] form: RolesForm,
) -> Result<(), AppError> {
    doorway(form.clone(), page_of(&id), async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let own = id.parse().is_ok_and(|id: domain::id::UserId| id == viewer.user.id);
        let roles: Roles = form.roles.iter().filter_map(|role| Role::parse(role)).collect();
        people::set_roles(&visit.services, &viewer.administrator()?, read(&id)?, roles).await?;
        // A change of role ends the sessions, the viewer's own too.
        if own { Ok(Next::to(routes::SIGN_IN).done("roles-own")) } else { Ok(Next::to(page_of(&id)).done("roles")) }
    })
    .await
}

#[server(prefix = "/fn", endpoint = "people/add-sponsor")]
pub async fn add_sponsor(#[server(default)] id: String, #[server(default)] form: AddressForm) -> Result<(), AppError> {
    doorway(form.clone(), page_of(&id), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        let person = people::get(&visit.services, &admin, read(&id)?).await?;
        let sponsor = person_of(&visit.services, &admin, &form.address).await?;
        let mut sponsors: Vec<_> = person.sponsors.iter().map(|sponsor| sponsor.id).collect();
        sponsors.push(sponsor);
        people::set_sponsors(&visit.services, &admin, person.user.value.id, &sponsors).await?;
        Ok(Next::to(page_of(&id)).done("added"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "people/remove-sponsor")]
pub async fn remove_sponsor(#[server(default)] id: String, #[server(default)] sponsor: String) -> Result<(), AppError> {
    doorway(NothingTyped, page_of(&id), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        let person = people::get(&visit.services, &admin, read(&id)?).await?;
        let gone = read(&sponsor)?;
        let left: Vec<_> = person.sponsors.iter().map(|sponsor| sponsor.id).filter(|id| *id != gone).collect();
        people::set_sponsors(&visit.services, &admin, person.user.value.id, &left).await?;
        Ok(Next::to(page_of(&id)).done("removed"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "people/resend")]
pub async fn resend_to_person(
    #[server(default)] id: String,
    #[server(default)] person: String,
) -> Result<(), AppError> {
    doorway(NothingTyped, page_of(&person), async move {
        let visit = visit()?;
        invitations::resend(&visit.services, &visit.viewer()?.user_administrator()?, read(&id)?).await?;
        Ok(Next::to(page_of(&person)).done("resent"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "people/revoke")]
pub async fn revoke_of_person(
    #[server(default)] id: String,
    #[server(default)] person: String,
) -> Result<(), AppError> {
    doorway(NothingTyped, page_of(&person), async move {
        let visit = visit()?;
        invitations::revoke(&visit.services, &visit.viewer()?.user_administrator()?, read(&id)?).await?;
        Ok(Next::to(page_of(&person)).done("revoked"))
    })
    .await
}

/// `factor` is `authenticator`, or the id of a passkey.
#[server(prefix = "/fn", endpoint = "people/remove-factor")]
pub async fn remove_factor(#[server(default)] id: String, #[server(default)] factor: String) -> Result<(), AppError> {
    doorway(NothingTyped, page_of(&id), async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        match factor.as_str() {
            "authenticator" => totp::remove_of(&visit.services, &admin, read(&id)?).await?,
            passkey => passkeys::remove_of(&visit.services, &admin, read(&id)?, read(passkey)?).await?,
        }
        Ok(Next::to(page_of(&id)).done("factor-removed"))
    })
    .await
}
