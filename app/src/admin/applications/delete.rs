//! Asking before an application is deleted.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::applications;

use crate::admin::{id as read, param};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Next, NothingTyped, doorway, refused, visit};
use crate::ui::{AdminFrame, Hidden, Notices, page};

#[server(prefix = "/fn", endpoint = "applications/delete")]
pub async fn delete_application(#[server(default)] id: String) -> Result<(), AppError> {
    let back = id.parse().map_or_else(|_| routes::APPLICATIONS.to_owned(), routes::delete_application);
    doorway(NothingTyped, back, async move {
        let visit = visit()?;
        applications::delete(&visit.services, &visit.viewer()?.user_administrator()?, read(&id)?).await?;
        Ok(Next::to(routes::APPLICATIONS).done("deleted"))
    })
    .await
}

#[component]
pub fn DeleteApplicationPage() -> impl IntoView {
    let app = param("app");
    page(async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        let details = applications::get(&visit.services, &admin, read(&app)?).await?;
        let problems = refused(&visit).await?;
        let app = &details.application.value;
        let (id, name) = (app.id, app.name.to_string());
        let groups: Vec<&str> = details.groups.iter().map(|(_, name)| name.as_str()).collect();
        let by_groups = (!groups.is_empty()).then(|| format!("The members of {} lose it at once.", groups.join(", ")));
        let people = match details.users.len() {
            0 => None,
            1 => Some("1 person who has it directly loses it at once.".to_owned()),
            n => Some(format!("{n} people who have it directly lose it at once.")),
        };
        let nobody = (by_groups.is_none() && people.is_none()).then(|| "Nobody has it.".to_owned());
        let losses =
            [by_groups, people, nobody].into_iter().flatten().map(|loss| view! { <li>{loss}</li> }).collect_view();
        Ok(view! {
            <AdminFrame visit=visit.clone() name=format!("Delete {name}") narrow=true>
                <Notices visit=visit.clone() problems=problems/>
                <section class="card confirm">
                    <h1>{format!("Delete {name}?")}</h1>
                    <p>"This cannot be undone. To take it off all pages for a while, disable it instead. Groups and memberships stay."</p>
                    <ul>{losses}</ul>
                    <form method="post" action=DeleteApplication::PATH>
                        <Hidden name="id" value=id.to_string()/>
                        <div class="actions">
                            <button class="button danger primary">{format!("Delete {name}")}</button>
                            <a class="button quiet" href=routes::application(id)>"Keep"</a>
                        </div>
                    </form>
                </section>
            </AdminFrame>
        }
        .into_any())
    })
}
