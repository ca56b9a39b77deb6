//! Adding an application.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::applications::{self, ShapeForm};

use crate::error::AppError;
use crate::routes;
use crate::ssr::{Draft, Kept, Next, doorway, draft_or, visit};
use crate::ui::{AdminFrame, Choice, Field, Head, Notices, TextArea, page};

impl Kept for ShapeForm {
    const FORM: &'static str = "application";
}

#[server(prefix = "/fn", endpoint = "applications/create")]
pub async fn create_application(#[server(default)] form: ShapeForm) -> Result<(), AppError> {
    doorway(form.clone(), routes::NEW_APPLICATION, async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        let id = applications::create(&visit.services, &admin, form.parse()?).await?;
        Ok(Next::to(routes::setup(id)).done("application-created"))
    })
    .await
}

#[component]
pub fn NewApplicationPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        visit.viewer()?.user_administrator()?;
        let draft = draft_or(&visit, ShapeForm::default()).await?;
        let crumbs = vec![(routes::APPLICATIONS.to_owned(), "Applications".to_owned())];
        let fields = fields(&draft, &draft.typed);
        Ok(view! {
            <AdminFrame visit=visit.clone() name="Add application" narrow=true>
                <Head
                    title="Add application"
                    lead="It is assigned to nobody at first. Four steps then let an owner invite guests to it."
                    crumbs=crumbs
                />
                <Notices visit=visit.clone() problems=draft.whole()/>
                <form class="form" method="post" action=CreateApplication::PATH>
                    {fields}
                    <div class="actions">
                        <button class="button primary">"Add application"</button>
                        <a class="button quiet" href=routes::APPLICATIONS>"Cancel"</a>
                    </div>
                </form>
            </AdminFrame>
        }
        .into_any())
    })
}

/// The fields of an application, when it is made and when it is edited.
pub(super) fn fields<T>(draft: &Draft<T>, typed: &ShapeForm) -> impl IntoView + use<T> {
    let typed = typed.clone();
    // Asked only where it matters: for an address that is not encrypted.
    let plain = typed.plain_http || draft.problems.iter().any(|problem| problem.code == "url_plain_http");
    let plain = plain.then(|| {
        view! {
            <Choice
                name="form[plain_http]"
                value="true"
                label="Plain http is meant"
                hint="What people send and see there can be read on the way.".to_owned()
                checked=typed.plain_http
            />
        }
    });
    view! {
        <Field name="form[name]" label="Name" value=typed.name problem=draft.problem("name")/>
        <TextArea
            name="form[description]"
            label="Description"
            value=typed.description
            problem=draft.problem("description")
            hint="One line on the tile: what is it for?"
            rows=2
            optional=true
        />
        <Field
            name="form[launch_url]"
            label="Launch address"
            kind="url"
            value=typed.launch_url
            problem=draft.problem("launch_url")
            placeholder="https://records.example.org/start"
        />
        {plain}
        <Field name="form[publisher]" label="Publisher" value=typed.publisher problem=draft.problem("publisher") optional=true/>
        <Field
            name="form[support_contact]"
            label="Support contact"
            value=typed.support_contact
            problem=draft.problem("support_contact")
            hint="Shown to guests on the tile: a name, an address or a number."
            optional=true
        />
    }
}
