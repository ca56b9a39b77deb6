//! Asking before a policy is deleted: what it closes is open then.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::access::form::{PolicyForm, names};
use services::access::policies;

use super::deeds::DeletePolicy;
use crate::admin::{id as read, param};
use crate::routes;
use crate::say;
use crate::ssr::{refused, visit};
use crate::ui::{AdminFrame, Hidden, Notices, page};

#[component]
pub fn DeletePolicyPage() -> impl IntoView {
    let policy = param("policy");
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        viewer.clone().policy_administrator()?;
        let reader = viewer.reader()?;
        let policy = policies::get(&visit.services, &reader, read(&policy)?).await?.value;
        let names = names(&visit.services, &reader, &[&policy]).await?;
        let said = say::policy::sentence(&PolicyForm::of(&policy, &names), &names);
        let problems = refused(&visit).await?;
        let name = policy.name.to_string();
        Ok(view! {
            <AdminFrame visit=visit.clone() name=format!("Delete {name}") narrow=true>
                <Notices visit=visit.clone() problems=problems/>
                <section class="card confirm">
                    <h1>{format!("Delete {name}?")}</h1>
                    <p>{said} "."</p>
                    <p>"What it stops or asks for is open from then on. What it did stays in the log. To stop it for a while, switch it off instead."</p>
                    <form method="post" action=DeletePolicy::PATH>
                        <Hidden name="id" value=policy.id.to_string()/>
                        <div class="actions">
                            <button class="button danger primary">{format!("Delete {name}")}</button>
                            <a class="button quiet" href=routes::policy(policy.id)>"Keep"</a>
                        </div>
                    </form>
                </section>
            </AdminFrame>
        }
        .into_any())
    })
}
