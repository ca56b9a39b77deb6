//! Asking before a provider is deleted; one that people depend on stays.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::providers::{self, Kept};

use super::cards::people;
use crate::admin::{id as read, param};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Next, NothingTyped, doorway, refused, visit};
use crate::ui::{AdminFrame, Hidden, Notices, page};

#[server(prefix = "/fn", endpoint = "providers/delete")]
pub async fn delete_provider(#[server(default)] id: String) -> Result<(), AppError> {
    let back = id.parse().map_or_else(|_| routes::PROVIDERS.to_owned(), routes::delete_provider);
    doorway(NothingTyped, back, async move {
        let visit = visit()?;
        providers::delete(&visit.services, &visit.viewer()?.administrator()?, read(&id)?).await?;
        Ok(Next::to(routes::PROVIDERS).done("deleted"))
    })
    .await
}

#[component]
pub fn DeleteProviderPage() -> impl IntoView {
    let provider = param("provider");
    page(async move {
        let visit = visit()?;
        let admin = visit.viewer()?.administrator()?;
        let kept = providers::get(&visit.services, &admin, read(&provider)?).await?;
        let problems = refused(&visit).await?;
        let name = kept.provider.value.name.to_string();
        let content = match held(&kept) {
            Some(why) => stays(&kept, why).into_any(),
            None => asks(&kept).into_any(),
        };
        Ok(view! {
            <AdminFrame visit=visit.clone() name=format!("Delete {name}") narrow=true>
                <Notices visit=visit.clone() problems=problems/>
                {content}
            </AdminFrame>
        }
        .into_any())
    })
}

/// What it is still needed for.
fn held(kept: &Kept) -> Option<String> {
    match (kept.people, kept.partners) {
        (0, 0) => None,
        (0, 1) => Some("1 partner organization names it. Take it away there first.".to_owned()),
        (0, n) => Some(format!("{} partner organizations name it. Take it away there first.", crate::say::number(n))),
        (n, _) => Some(format!("{} by it.", people(n, "signs in", "sign in"))),
    }
}

fn stays(kept: &Kept, why: String) -> impl IntoView + use<> {
    let provider = &kept.provider.value;
    let off = (kept.people > 0).then(|| {
        view! { <p>"Switch it off instead: nobody comes in by it then, and their identities stay for the day it is on again."</p> }
    });
    view! {
        <section class="card confirm">
            <h1>{format!("{} cannot be deleted", provider.name)}</h1>
            <p>{why}</p>
            {off}
            <div class="actions"><a class="button" href=routes::provider(provider.id)>"Back to the provider"</a></div>
        </section>
    }
}

fn asks(kept: &Kept) -> impl IntoView + use<> {
    let provider = &kept.provider.value;
    let domains = match provider.settings.domains.len() {
        0 => None,
        1 => Some("Its domain has no provider any more.".to_owned()),
        n => Some(format!("Its {n} domains have no provider any more.")),
    };
    let losses = [
        Some("Nobody signs in by it.".to_owned()),
        domains,
        Some(
            "Its client secret is forgotten. The registration at the provider stays until it is deleted there."
                .to_owned(),
        ),
    ];
    let losses = losses.into_iter().flatten().map(|loss| view! { <li>{loss}</li> }).collect_view();
    view! {
        <section class="card confirm">
            <h1>{format!("Delete {}?", provider.name)}</h1>
            <p>"This cannot be undone."</p>
            <ul>{losses}</ul>
            <form method="post" action=DeleteProvider::PATH>
                <Hidden name="id" value=provider.id.to_string()/>
                <div class="actions">
                    <button class="button danger primary">{format!("Delete {}", provider.name)}</button>
                    <a class="button quiet" href=routes::provider(provider.id)>"Keep"</a>
                </div>
            </form>
        </section>
    }
}
