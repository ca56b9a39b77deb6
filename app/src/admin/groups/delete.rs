//! Asking before a group is deleted, with what its members lose.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::groups::{self, Losses};

use crate::admin::{id as read, param};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Next, NothingTyped, doorway, refused, visit};
use crate::ui::{AdminFrame, Hidden, Notices, page};

#[server(prefix = "/fn", endpoint = "groups/delete")]
pub async fn delete_group(#[server(default)] id: String) -> Result<(), AppError> {
    let back = id.parse().map_or_else(|_| routes::GROUPS.to_owned(), routes::delete_group);
    doorway(NothingTyped, back, async move {
        let visit = visit()?;
        groups::delete(&visit.services, &visit.viewer()?.user_administrator()?, read(&id)?).await?;
        Ok(Next::to(routes::GROUPS).done("deleted"))
    })
    .await
}

#[component]
pub fn DeleteGroupPage() -> impl IntoView {
    let group = param("group");
    page(async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        let (group, losses) = groups::losses(&visit.services, &admin, read(&group)?).await?;
        let problems = refused(&visit).await?;
        let said = said(&losses).into_iter().map(|loss| view! { <li>{loss}</li> }).collect_view();
        let name = group.name.to_string();
        Ok(view! {
            <AdminFrame visit=visit.clone() name=format!("Delete {name}") narrow=true>
                <Notices visit=visit.clone() problems=problems/>
                <section class="card confirm">
                    <h1>{format!("Delete {name}?")}</h1>
                    <p>"This cannot be undone. The people stay in the directory."</p>
                    <ul>{said}</ul>
                    <form method="post" action=DeleteGroup::PATH>
                        <Hidden name="id" value=group.id.to_string()/>
                        <div class="actions">
                            <button class="button danger primary">{format!("Delete {name}")}</button>
                            <a class="button quiet" href=routes::group(group.id)>"Keep"</a>
                        </div>
                    </form>
                </section>
            </AdminFrame>
        }
        .into_any())
    })
}

fn said(losses: &Losses) -> Vec<String> {
    let people = match losses.members {
        1 => "1 person".to_owned(),
        n => format!("{} people", super::many(n)),
    };
    let mut said = Vec::new();
    match (losses.members, losses.opens.is_empty()) {
        (0, _) => said.push("Nobody is in it.".to_owned()),
        (_, true) => said.push(format!("{people} are in it; it opens no application.")),
        (_, false) => said
            .push(format!("{people} lose {} at once, unless another group opens it to them.", losses.opens.join(", "))),
    }
    match losses.pending {
        0 => {}
        1 => said.push("1 pending invitation is revoked.".to_owned()),
        n => said.push(format!("{n} pending invitations are revoked.")),
    }
    match losses.owners {
        0 => {}
        1 => said.push("1 owner stops owning it.".to_owned()),
        n => said.push(format!("{n} owners stop owning it.")),
    }
    if !losses.grants.is_empty() {
        said.push(format!("{} has no granting group any more, and with it no owner.", losses.grants.join(", ")));
    }
    said
}
