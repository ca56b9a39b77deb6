//! Adding a partner organization, and the fields that its form shares with the one that changes it.

use domain::problem::Problem;
use domain::provider::Provider;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::partners::{self, ShapeForm};
use services::providers;

use crate::error::AppError;
use crate::routes;
use crate::ssr::{Kept, Next, doorway, draft_or, visit};
use crate::ui::{AdminFrame, Choice, Field, Head, Notices, Select, SelectOption, TextArea, page};

impl Kept for ShapeForm {
    const FORM: &'static str = "partner";
}

#[server(prefix = "/fn", endpoint = "partners/create")]
pub async fn create_partner(#[server(default)] form: ShapeForm) -> Result<(), AppError> {
    doorway(form.clone(), routes::NEW_PARTNER, async move {
        let visit = visit()?;
        let admin = visit.viewer()?.administrator()?;
        let id = partners::create(&visit.services, &admin, form.parse()?).await?;
        Ok(Next::to(routes::partner(id)).done("created"))
    })
    .await
}

#[component]
pub fn NewPartnerPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        viewer.clone().administrator()?;
        let admin = viewer.user_administrator()?;
        let draft = draft_or(&visit, ShapeForm { invitations_allowed: true, ..ShapeForm::default() }).await?;
        let crumbs = vec![(routes::PARTNERS.to_owned(), "Partners".to_owned())];
        let providers = providers::enabled(&visit.services, &admin).await?;
        let fields = fields(&draft.typed, &draft.problems, providers);
        Ok(view! {
            <AdminFrame visit=visit.clone() name="Add partner" narrow=true>
                <Head title="Add partner" lead="Guests with an address at its domains are shown under its name at once." crumbs=crumbs/>
                <Notices visit=visit.clone() problems=draft.whole()/>
                <form class="form" method="post" action=CreatePartner::PATH>
                    {fields}
                    <div class="actions">
                        <button class="button primary">"Add partner"</button>
                        <a class="button quiet" href=routes::PARTNERS>"Cancel"</a>
                    </div>
                </form>
            </AdminFrame>
        }
        .into_any())
    })
}

/// What can be written about a partner.
pub(super) fn fields(typed: &ShapeForm, problems: &[Problem], providers: Vec<Provider>) -> impl IntoView + use<> {
    let problem = |field: &str| problems.iter().find(|problem| problem.field == field).map(crate::say::problem);
    let ShapeForm { name, domains, provider, sponsor, invitations_allowed, notes } = typed.clone();
    let providers = std::iter::once(SelectOption::new("", "None: a code by e-mail, or what everybody is offered"))
        .chain(providers.into_iter().map(|provider| SelectOption::new(provider.id, provider.name.to_string())))
        .collect();
    view! {
        <Field name="form[name]" label="Name" value=name problem=problem("name") hint="As guests and owners know the organization."/>
        <TextArea
            name="form[domains]"
            label="Domains"
            value=domains
            problem=problem("domains")
            hint="One on each line, such as praxis-nord.example. A subdomain is a domain of its own."
            rows=3
        />
        <Select
            name="form[provider]"
            label="Identity provider"
            options=providers
            value=provider
            problem=problem("provider")
            hint="For the record: which of its domains the provider speaks for is kept with the provider."
            optional=true
        />
        <Field
            name="form[sponsor]"
            label="Default sponsor"
            kind="email"
            value=sponsor
            problem=problem("sponsor")
            hint="The address of somebody here who answers for its guests beside whoever invites them."
            optional=true
        />
        <Choice
            name="form[invitations_allowed]"
            value="true"
            label="Its people may be invited"
            hint="Without it nobody with its domains is invited, and who is pending cannot accept. Who has accepted stays.".to_owned()
            checked=invitations_allowed
        />
        <TextArea
            name="form[notes]"
            label="Notes"
            value=notes
            problem=problem("notes")
            hint="For administrators: contracts, contacts. At most 1,000 characters."
            rows=3
            optional=true
        />
    }
}
