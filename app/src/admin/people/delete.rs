//! Asking before somebody is deleted, with what they lose.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::people::{self, Person};

use super::deeds::DeletePerson;
use crate::admin::{id, param};
use crate::routes;
use crate::ssr::{refused, visit};
use crate::ui::{AdminFrame, Hidden, Notices, page};

#[component]
pub fn DeletePersonPage() -> impl IntoView {
    let user = param("user");
    page(async move {
        let visit = visit()?;
        let viewer = visit.viewer()?;
        let admin = viewer.clone().user_administrator()?;
        let person = people::get(&visit.services, &admin, id(&user)?).await?;
        people::may_change(&viewer.user, &person.user.value)?;
        let problems = refused(&visit).await?;
        let losses = losses(&person, visit.now()).into_iter().map(|loss| view! { <li>{loss}</li> }).collect_view();
        let name = person.user.value.shown_name().to_owned();
        let address = person.user.value.address.shown();
        let id = person.user.value.id;
        Ok(view! {
            <AdminFrame visit=visit.clone() name=format!("Delete {name}") narrow=true>
                <Notices visit=visit.clone() problems=problems/>
                <section class="card confirm">
                    <h1>{format!("Delete {name}?")}</h1>
                    <p>{address} " can be restored for 30 days. After that, everything about them is erased; the logs keep a pseudonym."</p>
                    <ul>{losses}</ul>
                    <form method="post" action=DeletePerson::PATH>
                        <Hidden name="id" value=id.to_string()/>
                        <div class="actions">
                            <button class="button danger primary">{format!("Delete {name}")}</button>
                            <a class="button quiet" href=routes::person(id)>"Keep"</a>
                        </div>
                    </form>
                </section>
            </AdminFrame>
        }
        .into_any())
    })
}

fn losses(person: &Person, now: domain::time::Timestamp) -> Vec<String> {
    let mut losses = vec!["They cannot sign in any more, and every session ends at once.".to_owned()];
    let names = |names: Vec<&str>| names.join(", ");
    if !person.memberships.is_empty() {
        let groups = names(person.memberships.iter().map(|(_, name)| name.as_str()).collect());
        losses.push(format!("Their place in {groups} confers nothing while they are deleted."));
    }
    if !person.owns.is_empty() {
        let owned = names(person.owns.iter().map(|group| group.name.as_str()).collect());
        losses.push(format!("They stop owning {owned}, and do not own it again when restored."));
    }
    let roles: Vec<&str> = person.user.value.roles.iter().map(crate::say::role).collect();
    if !roles.is_empty() {
        losses.push(format!("They lose their role: {}.", names(roles)));
    }
    match person.invitations.iter().filter(|invitation| invitation.open(now).is_ok()).count() {
        0 => {}
        1 => losses.push("The invitation that waits for them is revoked.".to_owned()),
        n => losses.push(format!("The {n} invitations that wait for them are revoked.")),
    }
    losses
}
