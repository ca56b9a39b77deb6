//! The organization: how it shows itself on pages and in letters.

use domain::application::LaunchUrl;
use domain::problem::{Problem, Problems};
use domain::settings::{Accent, Organization};
use domain::text::{EmailAddress, Label};
use domain::time::Zone;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::{Refusal, Stored, organization};

use crate::admin::{Edited, conflict, logo_form, problems_of, whole};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Draft, Next, NothingTyped, doorway, draft_or, visit};
use crate::ui::{AdminFrame, Field, Head, Hidden, Logo, Notices, Select, SelectOption, page};

/// [`Organization`] as a form sends it; its logo is sent apart.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OrganizationForm {
    pub name: String,
    pub accent: String,
    pub zone: String,
    pub privacy_contact: String,
    pub privacy_statement: String,
}

impl OrganizationForm {
    fn of(organization: &Organization) -> Self {
        Self {
            name: organization.name.to_string(),
            accent: organization.accent.as_str().to_owned(),
            zone: organization.zone.name().to_owned(),
            privacy_contact: organization.privacy_contact.as_ref().map(ToString::to_string).unwrap_or_default(),
            privacy_statement: organization.privacy_statement.clone().unwrap_or_default(),
        }
    }

    /// # Errors
    /// Every field that is wrong.
    fn parse(&self, logo: Option<String>) -> Result<Organization, Vec<Problem>> {
        let mut problems = Problems::default();
        let name = problems.take("name", Label::parse(&self.name));
        let accent = problems.take("accent", Accent::parse(&self.accent));
        let zone = problems.take("zone", Zone::parse(&self.zone));
        let privacy_contact = match self.privacy_contact.trim() {
            "" => None,
            address => problems.take("privacy_contact", EmailAddress::parse(address)),
        };
        let privacy_statement = match self.privacy_statement.trim() {
            "" => None,
            url => problems.take("privacy_statement", LaunchUrl::parse(url)).map(|url| url.as_str().to_owned()),
        };
        let read = name.zip(accent).zip(zone);
        problems.done(read.map(|((name, accent), zone)| Organization {
            name,
            logo,
            accent,
            zone,
            privacy_contact,
            privacy_statement,
        }))
    }
}

#[server(prefix = "/fn", endpoint = "organization/save")]
pub async fn save_organization(
    #[server(default)] version: i64,
    #[server(default)] form: OrganizationForm,
) -> Result<(), AppError> {
    doorway(Edited { form: form.clone(), version }, routes::SETTINGS, async move {
        let visit = visit()?;
        let admin = visit.viewer()?.administrator()?;
        let logo = visit.services.tenant().organization.value.logo.clone();
        organization::save_organization(&visit.services, &admin, form.parse(logo)?, version).await?;
        Ok(Next::to(routes::SETTINGS).done("saved"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "organization/remove-logo")]
pub async fn remove_organization_logo() -> Result<(), AppError> {
    doorway(NothingTyped, routes::SETTINGS, async move {
        let visit = visit()?;
        let admin = visit.viewer()?.administrator()?;
        let Stored { value, version } = visit.services.tenant().organization.clone();
        if value.logo.is_none() {
            return Err(Refusal::Conflict);
        }
        let without = Organization { logo: None, ..value };
        organization::save_organization(&visit.services, &admin, without, version).await?;
        Ok(Next::to(routes::SETTINGS).done("removed"))
    })
    .await
}

#[component]
pub fn SettingsPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        visit.viewer()?.administrator()?;
        let Stored { value, version } = visit.services.tenant().organization.clone();
        let draft = draft_or(&visit, Edited { form: OrganizationForm::of(&value), version }).await?;
        let problems = problems_of(&visit, vec![whole(&draft)]).await?;
        let conflict = conflict(&draft, routes::SETTINGS.to_owned());
        let form = form(&value, version, &draft);
        let logo = logo(&value);
        let security = super::security::card(&visit).await?;
        Ok(view! {
            <AdminFrame visit=visit.clone() name="Settings">
                <Head title="Organization" lead="Shown on every page and in every letter."/>
                <Notices visit=visit.clone() problems=problems/>
                {conflict}
                {form}
                {logo}
                {security}
            </AdminFrame>
        }
        .into_any())
    })
}

fn form(organization: &Organization, now: i64, draft: &Draft<Edited<OrganizationForm>>) -> impl IntoView + use<> {
    let version = Edited::version_to_send(draft, now);
    let typed = draft.typed.form.clone();
    let zones = Zone::names().into_iter().map(|name| SelectOption::new(name.clone(), name)).collect();
    view! {
        <form class="parts" method="post" action=SaveOrganization::PATH>
            <Hidden name="version" value=version.to_string()/>
            <section class="part">
                <header><h2>"Name and color"</h2><p>"The accent is the only color of these pages that carries no meaning."</p></header>
                <div class="form">
                    <Field name="form[name]" label="Name" value=typed.name problem=draft.problem("name") autocomplete="organization"/>
                    <Field name="form[accent]" label="Accent color" kind="color" size="short" value=typed.accent problem=draft.problem("accent")/>
                    {sample(organization)}
                </div>
            </section>
            <section class="part">
                <header><h2>"Time"</h2><p>"Where a person has chosen no zone of their own. An end date means the end of that day there."</p></header>
                <div class="form">
                    <Select name="form[zone]" label="Time zone" options=zones value=typed.zone problem=draft.problem("zone")/>
                </div>
            </section>
            <section class="part">
                <header><h2>"Privacy"</h2><p>"Shown where guests consent, and in letters."</p></header>
                <div class="form">
                    <Field
                        name="form[privacy_contact]"
                        label="Privacy contact"
                        kind="email"
                        value=typed.privacy_contact
                        problem=draft.problem("privacy_contact")
                        hint="Who answers for personal data. Guests can leave by themselves only where somebody is named."
                        optional=true
                    />
                    <Field
                        name="form[privacy_statement]"
                        label="Address of the privacy statement"
                        kind="url"
                        value=typed.privacy_statement
                        problem=draft.problem("privacy_statement")
                        placeholder="https://www.example.org/privacy"
                        optional=true
                    />
                </div>
            </section>
            <div class="actions">
                <button class="button primary">"Save organization"</button>
                <a class="button quiet" href=routes::SETTINGS>"Discard"</a>
            </div>
        </form>
    }
}

/// The color that is in force, with the words that stand on it.
fn sample(organization: &Organization) -> impl IntoView + use<> {
    let accent = organization.accent.as_str().to_owned();
    let text = organization.accent.text_on();
    let said = if text == "#ffffff" { "white" } else { "black" };
    view! {
        <div class="sample">
            <svg viewBox="0 0 180 36" role="img" aria-label="A button in the accent color">
                <rect width="180" height="36" rx="6" fill=accent></rect>
                <text x="90" y="18" fill=text>"Words on a button"</text>
            </svg>
            <p class="hint">
                {format!("The color in force. Words on it are {said}, which reads better there; links and lines get darker or lighter shades that always read well.")}
            </p>
        </div>
    }
}

fn logo(organization: &Organization) -> impl IntoView + use<> {
    let remove = organization.logo.is_some().then(|| {
        view! { <form method="post" action=RemoveOrganizationLogo::PATH><button class="button small">"Remove logo"</button></form> }
    });
    let now = organization.logo.clone().map(|digest| view! { <Logo name="" logo=Some(digest)/> }.into_any());
    view! {
        <section class="card">
            <header><h2>"Logo"</h2> {remove}</header>
            {logo_form(routes::ORGANIZATION_LOGO_UPLOAD.to_owned(), now)}
        </section>
    }
}
