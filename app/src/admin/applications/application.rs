//! One application: what it is, who gets it, and which group grants it.

use domain::application::Application;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::applications::{self, Details, SelfServiceForm, Setup, ShapeForm};

use super::cards;
use super::deeds::{EditApplication, GroupChoice};
use super::new::fields;
use super::{offered, state};
use crate::admin::{AddressForm, Edited, conflict, id as read, param, problems_of, whole};
use crate::routes;
use crate::ssr::{Draft, draft_or, visit};
use crate::ui::{AdminFrame, Head, Hidden, Logo, Notice, Notices, page};

#[component]
pub fn ApplicationPage() -> impl IntoView {
    let app = param("app");
    page(async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        let details = applications::get(&visit.services, &admin, read(&app)?).await?;
        let app = details.application.value.clone();
        let fresh = Edited { form: ShapeForm::of(&app), version: details.application.version };
        let shape = draft_or(&visit, fresh).await?;
        let group = draft_or(&visit, GroupChoice::default()).await?;
        let person = draft_or(&visit, AddressForm::default()).await?;
        let service = draft_or(&visit, SelfServiceForm::of(app.self_service)).await?;
        let said = vec![whole(&shape), group.whole(), person.whole(), service.whole()];
        let problems = problems_of(&visit, said).await?;
        let granting = details.setup.group.as_ref().map(|(group, _)| (group.id, group.name.to_string()));
        let offered = offered(&visit, &admin, granting).await?;
        let crumbs = vec![(routes::APPLICATIONS.to_owned(), "Applications".to_owned())];
        let name = app.name.to_string();
        let lead = app.description.as_ref().map(ToString::to_string).unwrap_or_default();
        let conflict = conflict(&shape, routes::application(app.id));
        let todo = todo(&app, &details.setup);
        let find = super::find(&visit, &offered);
        let cards = view! {
            <div class="cards">
                {cards::groups(&details, &offered, &group)}
                {cards::people(&details, &person)}
                {cards::switches(&app)}
                {cards::logo(&app)}
                {edit(&details, &shape)}
                {cards::self_service(&app, &offered, &service)}
            </div>
        };
        Ok(view! {
            <AdminFrame visit=visit.clone() name=name.clone()>
                <Head
                    title=name.clone()
                    lead=lead
                    crumbs=crumbs
                    picture=view! { <Logo name=name.clone() logo=app.logo.clone()/> }.into_any()
                    badge=state(&app).into_any()
                >
                    <a class="button" href=app.launch_url.as_str().to_owned() rel="noreferrer" target="_blank">"Open its address"</a>
                    <a class="button danger" href=routes::delete_application(app.id)>"Delete…"</a>
                </Head>
                <Notices visit=visit.clone() problems=problems/>
                {conflict}
                {todo}
                {find}
                {cards}
            </AdminFrame>
        }
        .into_any())
    })
}

fn todo(app: &Application, setup: &Setup) -> Option<impl IntoView + use<>> {
    let done = setup.is_done() && setup.owners_may_invite;
    let setup = routes::setup(app.id);
    (!done).then(|| {
        view! {
            <Notice>
                <b>"No owner can invite guests to this application yet."</b>
                <div class="actions"><a class="button small" href=setup>"Set it up in four steps"</a></div>
            </Notice>
        }
    })
}

fn edit(details: &Details, draft: &Draft<Edited<ShapeForm>>) -> impl IntoView + use<> {
    let version = Edited::version_to_send(draft, details.application.version);
    view! {
        <section class="card">
            <header><h2>"Details"</h2></header>
            <form class="form" method="post" action=EditApplication::PATH>
                <Hidden name="id" value=details.application.value.id.to_string()/>
                <Hidden name="version" value=version.to_string()/>
                {fields(draft, &draft.typed.form)}
                <div class="actions"><button class="button">"Save application"</button></div>
            </form>
        </section>
    }
}
