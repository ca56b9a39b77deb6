//! Leaving the organization: says what will be lost, and asks once.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::{groups, people};

use crate::error::AppError;
use crate::routes;
use crate::ssr::{self, Cookie, CookieLife, Next, NothingTyped, doorway, refused, visit};
use crate::ui::{Notices, PanelFrame, page};

#[server(prefix = "/fn", endpoint = "account/leave")]
pub async fn leave() -> Result<(), AppError> {
    doorway(NothingTyped, routes::LEAVE, async move {
        let visit = visit()?;
        people::leave(&visit.services, visit.whoever()?).await?;
        ssr::set_cookie(&visit, Cookie::Session, "", CookieLife::Gone);
        Ok(Next::to(routes::SIGN_IN).done("left"))
    })
    .await
}

#[component]
pub fn LeavePage() -> impl IntoView {
    page(async move {
        let visit = visit()?;
        // The proof comes before the question, so that nobody is asked twice.
        let viewer = visit.whoever()?.fresh(&visit.services)?;
        let problems = refused(&visit).await?;
        let groups = groups::mine(&visit.services, &viewer).await?;
        let organization = visit.services.tenant().organization.value.name.to_string();
        let lost = groups.into_iter().map(|(_, name)| view! { <li>{name}</li> }).collect_view();
        let title = format!("Leave {organization}?");
        Ok(view! {
            <PanelFrame visit=visit.clone() name="Leave" narrow=true>
                <Notices visit=visit.clone() problems=problems/>
                <section class="card confirm">
                    <h1>{title}</h1>
                    <p>
                        "You are signed out everywhere and your access ends at once, in every application. Your account is \
                        deleted; after 30 days what is known of you is erased. You lose your place in:"
                    </p>
                    <ul>{lost}</ul>
                    <form class="actions" method="post" action=Leave::PATH>
                        <button class="button danger primary">{format!("Leave {organization}")}</button>
                        <a class="button quiet" href=routes::ACCOUNT>"Stay"</a>
                    </form>
                </section>
            </PanelFrame>
        }
        .into_any())
    })
}
