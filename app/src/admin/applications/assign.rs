//! Asking before a group with guests gets an application: how many gain it, and who is told.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::applications;

use super::deeds::{AssignGroup, back_to};
use crate::admin::{id as read, param};
use crate::ssr::{refused, visit};
use crate::ui::{AdminFrame, Hidden, Notices, page};

#[component]
pub fn AssignGroupPage() -> impl IntoView {
    let (app, group) = (param("app"), param("group"));
    page(async move {
        let visit = visit()?;
        let admin = visit.viewer()?.user_administrator()?;
        let effect = applications::assignment_effect(&visit.services, &admin, read(&app)?, read(&group)?).await?;
        let problems = refused(&visit).await?;
        let from = visit.query.get("from").unwrap_or_default().to_owned();
        let back = back_to(&app, &from, &group);
        let (app, group) = (effect.application.name.to_string(), effect.group.name.to_string());
        let gain = match effect.guests {
            0 => format!("No guest is in {group} now. Whoever comes into it gets {app}."),
            1 => format!("1 guest of {group} gains {app} at once, or when they accept."),
            n => {
                format!("{} guests of {group} gain {app} at once, or when they accept.", crate::admin::groups::many(n))
            }
        };
        let owners: Vec<&str> = effect.owners.iter().map(domain::user::User::shown_name).collect();
        let told = match owners.as_slice() {
            [] => "The group has no owner who could be told.".to_owned(),
            owners => format!("A letter tells its owners: {}.", owners.join(", ")),
        };
        Ok(view! {
            <AdminFrame visit=visit.clone() name=format!("Assign {app} to {group}") narrow=true>
                <Notices visit=visit.clone() problems=problems/>
                <section class="card confirm">
                    <h1>{format!("Assign {app} to {group}?")}</h1>
                    <ul><li>{gain}</li><li>{told}</li></ul>
                    <form method="post" action=AssignGroup::PATH>
                        <Hidden name="id" value=effect.application.id.to_string()/>
                        <Hidden name="form[group]" value=effect.group.id.to_string()/>
                        <Hidden name="form[from]" value=from/>
                        <Hidden name="form[confirmed]" value="true"/>
                        <div class="actions">
                            <button class="button primary">{format!("Assign {app}")}</button>
                            <a class="button quiet" href=back>"Cancel"</a>
                        </div>
                    </form>
                </section>
            </AdminFrame>
        }
        .into_any())
    })
}
