//! Asking before terms are deleted, with what is lost.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::access::terms;

use super::times;
use crate::admin::{id as read, param};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Next, NothingTyped, doorway, refused, visit};
use crate::ui::{AdminFrame, Hidden, Notices, page};

#[server(prefix = "/fn", endpoint = "terms/delete")]
pub async fn delete_terms(#[server(default)] id: String) -> Result<(), AppError> {
    let back = id.parse().map_or_else(|_| routes::TERMS.to_owned(), routes::delete_terms);
    doorway(NothingTyped, back, async move {
        let visit = visit()?;
        terms::delete(&visit.services, &visit.viewer()?.policy_administrator()?, read(&id)?).await?;
        Ok(Next::to(routes::TERMS).done("deleted"))
    })
    .await
}

#[component]
pub fn DeleteTermsPage() -> impl IntoView {
    let id = param("terms");
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        viewer.clone().policy_administrator()?;
        let details = terms::get(&visit.services, &viewer.reader()?, read(&id)?).await?;
        let problems = refused(&visit).await?;
        let terms = details.terms.value;
        let name = terms.name.to_string();
        let said = format!("Accepted so far: {}. Export the list first if you need it.", times(details.accepted));
        Ok(view! {
            <AdminFrame visit=visit.clone() name=format!("Delete {name}") narrow=true>
                <Notices visit=visit.clone() problems=problems/>
                <section class="card confirm">
                    <h1>{format!("Delete {name}?")}</h1>
                    <p>{said}</p>
                    <p>"Terms that a policy in force asks for stay."</p>
                    <form method="post" action=DeleteTerms::PATH>
                        <Hidden name="id" value=terms.id.to_string()/>
                        <div class="actions">
                            <button class="button danger primary">{format!("Delete {name}")}</button>
                            <a class="button quiet" href=routes::terms(terms.id)>"Keep"</a>
                        </div>
                    </form>
                </section>
            </AdminFrame>
        }
        .into_any())
    })
}
