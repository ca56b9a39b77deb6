//! Asking before a partner organization is deleted, with how many guests go on without it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::partners;

use crate::admin::{id as read, param};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Next, NothingTyped, doorway, refused, visit};
use crate::ui::{AdminFrame, Hidden, Notices, page};

#[server(prefix = "/fn", endpoint = "partners/delete")]
pub async fn delete_partner(#[server(default)] id: String) -> Result<(), AppError> {
    let back = id.parse().map_or_else(|_| routes::PARTNERS.to_owned(), routes::delete_partner);
    doorway(NothingTyped, back, async move {
        let visit = visit()?;
        partners::delete(&visit.services, &visit.viewer()?.administrator()?, read(&id)?).await?;
        Ok(Next::to(routes::PARTNERS).done("deleted"))
    })
    .await
}

#[component]
pub fn DeletePartnerPage() -> impl IntoView {
    let partner = param("partner");
    page(async move {
        let visit = visit()?;
        let admin = visit.viewer()?.administrator()?;
        let (partner, guests) = partners::losses(&visit.services, &admin, read(&partner)?).await?;
        let problems = refused(&visit).await?;
        let name = partner.name.to_string();
        let said = match guests {
            0 => "It has no guests.".to_owned(),
            1 => "1 guest stays, and is shown under no partner.".to_owned(),
            n => {
                format!("{} guests stay, and are shown under no partner.", crate::admin::groups::many(n))
            }
        };
        let open =
            (!partner.invitations_allowed).then(|| view! { <li>"People with its domains can be invited again."</li> });
        Ok(view! {
            <AdminFrame visit=visit.clone() name=format!("Delete {name}") narrow=true>
                <Notices visit=visit.clone() problems=problems/>
                <section class="card confirm">
                    <h1>{format!("Delete {name}?")}</h1>
                    <p>"Its domains, notes and default sponsor are lost. Nobody loses access."</p>
                    <ul>
                        <li>{said}</li>
                        {open}
                    </ul>
                    <form method="post" action=DeletePartner::PATH>
                        <Hidden name="id" value=partner.id.to_string()/>
                        <div class="actions">
                            <button class="button danger primary">{format!("Delete {name}")}</button>
                            <a class="button quiet" href=routes::partner(partner.id)>"Keep"</a>
                        </div>
                    </form>
                </section>
            </AdminFrame>
        }
        .into_any())
    })
}
