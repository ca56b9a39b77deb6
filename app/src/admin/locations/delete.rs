//! Asking before a location is deleted, with the policies that name it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::access::locations;

use super::{made_of, used_by};
use crate::admin::{id as read, param};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Next, NothingTyped, doorway, refused, visit};
use crate::ui::{AdminFrame, Hidden, Notices, page};

#[server(prefix = "/fn", endpoint = "locations/delete")]
pub async fn delete_location(#[server(default)] id: String) -> Result<(), AppError> {
    let back = id.parse().map_or_else(|_| routes::LOCATIONS.to_owned(), routes::delete_location);
    doorway(NothingTyped, back, async move {
        let visit = visit()?;
        locations::delete(&visit.services, &visit.viewer()?.policy_administrator()?, read(&id)?).await?;
        Ok(Next::to(routes::LOCATIONS).done("deleted"))
    })
    .await
}

#[component]
pub fn DeleteLocationPage() -> impl IntoView {
    let location = param("location");
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        viewer.clone().policy_administrator()?;
        let location = locations::get(&visit.services, &viewer.reader()?, read(&location)?).await?.value;
        let problems = refused(&visit).await?;
        let name = location.name.to_string();
        Ok(view! {
            <AdminFrame visit=visit.clone() name=format!("Delete {name}") narrow=true>
                <Notices visit=visit.clone() problems=problems/>
                <section class="card confirm">
                    <h1>{format!("Delete {name}?")}</h1>
                    <p>{made_of(&location)} ". Used by: " {used_by(&visit, &location)} "."</p>
                    <p>"One that is trusted, or that a policy names which is in force or waits to be again, stays."</p>
                    <form method="post" action=DeleteLocation::PATH>
                        <Hidden name="id" value=location.id.to_string()/>
                        <div class="actions">
                            <button class="button danger primary">{format!("Delete {name}")}</button>
                            <a class="button quiet" href=routes::location(location.id)>"Keep"</a>
                        </div>
                    </form>
                </section>
            </AdminFrame>
        }
        .into_any())
    })
}
