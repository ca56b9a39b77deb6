//! The page of a new location, and that of one that is there.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::Stored;
use services::access::locations;
use services::access::parts::LocationForm;

use super::form::fields;
use super::{kind_badge, made_of, try_address, used_by};
use crate::admin::{Edited, conflict, id as read, param, problems_of, whole};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Kept, Next, doorway, draft_or, visit};
use crate::ui::{AdminFrame, Head, Hidden, Notices, When, page};

impl Kept for LocationForm {
    const FORM: &'static str = "location";
}

fn page_of(id: &str) -> String {
    id.parse().map_or_else(|_| routes::LOCATIONS.to_owned(), routes::location)
}

fn crumbs() -> Vec<(String, String)> {
    vec![(routes::LOCATIONS.to_owned(), "Locations".to_owned())]
}

#[server(prefix = "/fn", endpoint = "locations/create")]
pub async fn create_location(#[server(default)] form: LocationForm) -> Result<(), AppError> {
    doorway(form.clone(), routes::NEW_LOCATION, async move {
        let visit = visit()?;
        let by = visit.viewer()?.policy_administrator()?;
        let location = form.parse(&visit.services, None)?;
        let id = locations::create(&visit.services, &by, location).await?;
        Ok(Next::to(routes::location(id)).done("created"))
    })
    .await
}

#[server(prefix = "/fn", endpoint = "locations/edit")]
pub async fn edit_location(
    #[server(default)] id: String,
    #[server(default)] version: i64,
    #[server(default)] form: LocationForm,
) -> Result<(), AppError> {
    doorway(Edited { form: form.clone(), version }, page_of(&id), async move {
        let visit = visit()?;
        let by = visit.viewer()?.policy_administrator()?;
        let location = form.parse(&visit.services, Some(read(&id)?))?;
        locations::save(&visit.services, &by, location, version).await?;
        Ok(Next::to(page_of(&id)).done("policy-saved"))
    })
    .await
}

#[component]
pub fn NewLocationPage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        visit.viewer()?.policy_administrator()?;
        let draft = draft_or(&visit, LocationForm { kind: "ranges".to_owned(), ..LocationForm::default() }).await?;
        let fields = fields(&draft.typed, &draft.problems, visit.services.countries.has_data());
        Ok(view! {
            <AdminFrame visit=visit.clone() name="New location" narrow=true>
                <Head title="New location" crumbs=crumbs()/>
                <Notices visit=visit.clone() problems=draft.whole()/>
                <form class="form" method="post" action=CreateLocation::PATH>
                    {fields}
                    <div class="actions">
                        <button class="button primary">"Create location"</button>
                        <a class="button quiet" href=routes::LOCATIONS>"Cancel"</a>
                    </div>
                </form>
            </AdminFrame>
        }
        .into_any())
    })
}

#[component]
pub fn LocationPage() -> impl IntoView {
    let location = param("location");
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let reader = viewer.clone().reader()?;
        let Stored { value: location, version } = locations::get(&visit.services, &reader, read(&location)?).await?;
        let draft = draft_or(&visit, Edited { form: LocationForm::of(&location), version }).await?;
        let problems = problems_of(&visit, vec![whole(&draft)]).await?;
        let conflict = conflict(&draft, routes::location(location.id));
        let may = viewer.administers_policies();
        let edit = may.then(|| {
            let version = Edited::version_to_send(&draft, version).to_string();
            let fields = fields(&draft.typed.form, &draft.problems, visit.services.countries.has_data());
            view! {
                <form class="form" method="post" action=EditLocation::PATH>
                    <Hidden name="id" value=location.id.to_string()/>
                    <Hidden name="version" value=version/>
                    {fields}
                    <div class="actions"><button class="button primary">"Save location"</button></div>
                </form>
            }
        });
        let delete = may.then(|| {
            view! { <a class="button danger" href=routes::delete_location(location.id)>"Delete…"</a> }
        });
        let name = location.name.to_string();
        let try_it = try_address(&visit, &reader, routes::location(location.id));
        Ok(view! {
            <AdminFrame visit=visit.clone() name=name.clone() narrow=true>
                <Head title=name crumbs=crumbs() badge=kind_badge(&location).into_any()>{delete}</Head>
                <Notices visit=visit.clone() problems=problems/>
                {conflict}
                <section class="card">
                    <dl class="facts">
                        <div><dt>"Made of"</dt><dd class="wrap">{made_of(&location)}</dd></div>
                        <div><dt>"Used by"</dt><dd>{used_by(&visit, &location)}</dd></div>
                        <div><dt>"Created"</dt><dd><When visit=visit.clone() at=location.created_at/></dd></div>
                    </dl>
                </section>
                {edit}
                {try_it}
            </AdminFrame>
        }
        .into_any())
    })
}
