//! The ways by which the viewer signs in: listed, a further one added, one taken away.

use domain::continuation::Continuation;
use domain::provider::Provider;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::federation::Errand;
use services::identities::{self, Named};
use services::signin::Asked;

use crate::door::ways::{begin, way_button};
use crate::error::AppError;
use crate::routes;
use crate::ssr::{Next, NothingTyped, Visit, doorway, visit};
use crate::ui::{Badge, Hidden, Icon, Tone, When};

#[server(prefix = "/fn", endpoint = "identities/link")]
pub async fn link_identity(#[server(default)] provider: String) -> Result<(), AppError> {
    doorway(NothingTyped, routes::ACCOUNT, async move {
        let visit = visit()?;
        begin(&visit, &provider, Errand::Link, Asked::to(Continuation::Account, false)).await
    })
    .await
}

#[server(prefix = "/fn", endpoint = "identities/remove")]
pub async fn remove_identity(
    #[server(default)] issuer: String,
    #[server(default)] subject: String,
) -> Result<(), AppError> {
    doorway(NothingTyped, routes::ACCOUNT, async move {
        let visit = visit()?;
        identities::remove(&visit.services, visit.viewer()?, &issuer, &subject).await?;
        Ok(Next::to(routes::ACCOUNT).done("identity-removed"))
    })
    .await
}

pub(super) fn card(visit: &Visit, own: Vec<Named>, offered: Vec<Provider>) -> impl IntoView + use<> {
    let last = own.len() < 2;
    let guest = visit.viewer.as_ref().is_some_and(|viewer| viewer.user.is_guest());
    let link = offered.iter().filter(|provider| !own.iter().any(|own| own.identity.provider == Some(provider.id)));
    let link = link
        .map(|provider| {
            let fields = vec![("provider", provider.id.to_string())];
            way_button(LinkIdentity::PATH, provider, format!("Add {}", provider.name), "button small", fields)
        })
        .collect::<Vec<_>>();
    let rows = own
        .into_iter()
        .map(|Named { identity, provider }| {
            let name = match &provider {
                Some(provider) => provider.name.to_string(),
                None => "Code by e-mail".to_owned(),
            };
            let address = identity.address.clone().unwrap_or_else(|| identity.subject.clone());
            let spoke = identity.spoke_at.map(|at| view! { " · used " <When visit=visit.clone() at/> });
            let stays = last || (identity.anchor && guest);
            let remove = (!stays).then(|| {
                view! {
                    <form method="post" action=RemoveIdentity::PATH>
                        <Hidden name="issuer" value=identity.issuer.clone()/>
                        <Hidden name="subject" value=identity.subject.clone()/>
                        <button class="button small">"Remove"</button>
                    </form>
                }
            });
            view! {
                <li>
                    <Icon name="sign-in"/>
                    <div>
                        <b>{name}</b>
                        " "
                        {identity.anchor.then(|| view! { <Badge tone=Tone::Info text="You came by this"/> })}
                        <small>{address} {spoke}</small>
                    </div>
                    {remove}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card">
            <header><h2>"Ways to sign in"</h2></header>
            <ul class="rows">{rows}</ul>
            {(!link.is_empty()).then(|| view! { <div class="actions">{link}</div> })}
        </section>
    }
}
