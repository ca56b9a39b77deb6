//! How people are held to a second factor: a card of the settings page.

use domain::problem::{Problem, Problems};
use domain::settings::Security;
use domain::time::{Span, Timestamp};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::{Stored, Verb, organization};

use crate::error::AppError;
use crate::routes;
use crate::ssr::{Kept, Next, Visit, doorway, draft_or, visit};
use crate::ui::{Field, Hidden, Notice, Tone, When};

/// [`Security`] as a form sends it; no days leave the end as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SecurityForm {
    pub manager_hours: String,
    pub open_days: String,
    pub version: i64,
}

impl Kept for SecurityForm {
    const FORM: &'static str = "security";
}

impl SecurityForm {
    fn of(settings: &Stored<Security>) -> Self {
        let manager_hours = settings.value.manager_hours.to_string();
        Self { manager_hours, open_days: String::new(), version: settings.version }
    }

    /// # Errors
    /// Every field that is wrong.
    fn parse(&self, now: Timestamp, old: &Security) -> Result<Security, Vec<Problem>> {
        let mut problems = Problems::default();
        let within = |text: &str, least: i64, most: i64| {
            text.trim().parse::<i64>().ok().filter(|number| (least..=most).contains(number))
        };
        let hours = within(&self.manager_hours, 1, i64::from(*Security::MANAGER_HOURS.end()));
        if hours.is_none() {
            problems.add(Problem::because("manager_hours", "number_range", "1 to 12"));
        }
        let until = match self.open_days.trim() {
            "" => Some(old.enrolment_open_until),
            text => {
                let days = within(text, 0, Security::MOST_OPEN_DAYS);
                if days.is_none() {
                    problems.add(Problem::because("open_days", "number_range", "0 to 14"));
                }
                days.map(|days| (days > 0).then(|| now + Span::days(days)))
            }
        };
        let read = hours.and_then(|hours| u32::try_from(hours).ok()).zip(until);
        problems
            .done(read.map(|(manager_hours, enrolment_open_until)| Security { manager_hours, enrolment_open_until }))
    }
}

#[server(prefix = "/fn", endpoint = "security/save")]
pub async fn save_security(#[server(default)] form: SecurityForm) -> Result<(), AppError> {
    doorway(form.clone(), routes::SETTINGS, async move {
        let visit = visit()?;
        let admin = visit.viewer()?.administrator()?;
        let security = form.parse(visit.now(), &visit.services.tenant().security.value)?;
        organization::save_security(&visit.services, &admin, security, form.version).await?;
        Ok(Next::to(routes::SETTINGS).done("saved"))
    })
    .await
}

/// # Errors
/// Where the database does not answer.
pub async fn card(visit: &Visit) -> Verb<impl IntoView + use<>> {
    let settings = visit.services.tenant().security.clone();
    let draft = draft_or(visit, SecurityForm::of(&settings)).await?;
    let problems = draft.whole().into_iter().map(|text| view! { <Notice tone=Tone::Critical>{text}</Notice> });
    let problems = problems.collect_view();
    let open = settings.value.enrolment_open_until.filter(|until| visit.now() < *until);
    let open = open.map(|until| {
        let visit = visit.clone();
        view! {
            <Notice tone=Tone::Caution>
                "A code by e-mail is enough for a first second factor until " <When visit=visit.clone() at=until/> "."
            </Notice>
        }
    });
    let (hours, days) = (draft.problem("manager_hours"), draft.problem("open_days"));
    Ok(view! {
        <section class="card">
            <header><h2>"Second factors"</h2></header>
            {problems}
            {open}
            <form class="form" method="post" action=SaveSecurity::PATH>
                // After a conflict too it is what stands now that is replaced.
                <Hidden name="form[version]" value=settings.version.to_string()/>
                <Field
                    name="form[manager_hours]"
                    label="Hours that a second factor holds for managing"
                    hint="Everybody with a role or a group of their own is asked again after so long, 1 to 12."
                    value=draft.typed.manager_hours
                    problem=hours
                    kind="number"
                    size="short"
                />
                <Field
                    name="form[open_days]"
                    label="Days in which a code by e-mail enrols a first factor"
                    hint="From now on, at most 14; 0 shuts it. For when a second factor is first asked of many. People with a role need a pass all the same."
                    value=draft.typed.open_days
                    problem=days
                    kind="number"
                    size="short"
                    optional=true
                />
                <div class="actions"><button class="button">"Save rules for second factors"</button></div>
            </form>
        </section>
    })
}
