//! Creating a member: a welcome letter asks them to sign in with their address.

use domain::time::Zone;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::people::{self, ProfileForm};

use crate::error::AppError;
use crate::routes;
use crate::ssr::{Draft, Kept, Next, Visit, doorway, draft_or, visit};
use crate::ui::{AdminFrame, Field, Head, Hidden, Notices, Select, SelectOption, page};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MemberForm {
    pub address: String,
    pub name: String,
    pub company: String,
    pub language: String,
    pub time_zone: String,
}

impl Kept for MemberForm {
    const FORM: &'static str = "member";
}

impl MemberForm {
    fn profile(&self) -> ProfileForm {
        let Self { name, company, language, time_zone, .. } = self.clone();
        ProfileForm { name, company, language, time_zone }
    }
}

#[server(prefix = "/fn", endpoint = "people/create")]
pub async fn create_member(#[server(default)] form: MemberForm) -> Result<(), AppError> {
    doorway(form.clone(), routes::NEW_PERSON, async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        let member = form.profile().parse_member(&form.address)?;
        let id = people::create(&visit.services, &admin, member).await?;
        Ok(Next::to(routes::person(id)).done("member-created"))
    })
    .await
}

#[component]
pub fn NewPersonPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        visit.viewer()?.user_administrator()?;
        let fresh = MemberForm { language: "en".to_owned(), ..MemberForm::default() };
        let draft = draft_or(&visit, fresh).await?;
        let form = form(&visit, &draft);
        let crumbs = vec![(routes::PEOPLE.to_owned(), "People".to_owned())];
        Ok(view! {
            <AdminFrame visit=visit.clone() name="Create member" narrow=true>
                <Head
                    title="Create member"
                    lead="Somebody of your own organization. A letter tells them how to sign in; guests are invited instead."
                    crumbs=crumbs
                />
                <Notices visit=visit.clone() problems=draft.whole()/>
                {form}
            </AdminFrame>
        }
        .into_any())
    })
}

/// The zones one may choose, the organization's first.
pub(super) fn zones(visit: &Visit) -> Vec<SelectOption> {
    let organization = visit.services.tenant().organization.value.zone.name().to_owned();
    std::iter::once(SelectOption::new("", format!("As the organization ({organization})")))
        .chain(Zone::names().into_iter().map(|name| SelectOption::new(name.clone(), name)))
        .collect()
}

fn form(visit: &Visit, draft: &Draft<MemberForm>) -> impl IntoView + use<> {
    let taken =
        draft.problems.iter().find(|problem| matches!(problem.code.as_str(), "address_taken" | "address_deleted"));
    let taken = taken.and_then(|problem| problem.fact.as_deref()?.parse().ok());
    let taken =
        taken.map(|user| view! { <p><a href=routes::person(user)>"Open the person who has this address"</a></p> });
    let typed = draft.typed.clone();
    view! {
        <form class="form" method="post" action=CreateMember::PATH>
            <Field
                name="form[address]"
                label="E-mail address"
                kind="email"
                value=typed.address
                problem=draft.problem("address")
                hint="They sign in with this address."
            />
            {taken}
            <Field name="form[name]" label="Name" value=typed.name problem=draft.problem("name") optional=true/>
            <Field name="form[company]" label="Organization" value=typed.company problem=draft.problem("company") optional=true/>
            <Select name="form[time_zone]" label="Time zone" options=zones(visit) value=typed.time_zone problem=draft.problem("time_zone")/>
            <Hidden name="form[language]" value=typed.language/>
            <div class="actions">
                <button class="button primary">"Create member"</button>
                <a class="button quiet" href=routes::PEOPLE>"Cancel"</a>
            </div>
        </form>
    }
}
