//! Secrets that are shown once: an answer to a POST that is stored nowhere.

use app::routes;
use app::ssr::Visit;
use axum::Extension;
use axum::extract::Form;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::id::InvitationId;
use serde::Deserialize;
use services::invitations;

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    invitation: String,
}

const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";

/// `POST /invitation-link`: mints a link and shows it this once.
pub async fn invitation_link(Extension(visit): Extension<Visit>, Form(asked): Form<Asked>) -> Response {
    let minted = async {
        let admin = visit.viewer()?.user_administrator()?;
        let id: InvitationId = asked.invitation.parse().map_err(|_| services::Denied::NotFound)?;
        invitations::show_link(&visit.services, &admin, id).await
    };
    match minted.await {
        Ok(token) => {
            let link = visit.services.link(&routes::redeem(token.expose()));
            let style = crate::assets::names().style.unwrap_or_default();
            let theme = app::theme::href(&visit.services.tenant().organization.value.accent);
            let html = format!(
                "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Invitation link</title>\
                 <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
                 <link rel=\"stylesheet\" href=\"{style}\"><link rel=\"stylesheet\" href=\"{theme}\"></head>\
                 <body><div class=\"door wide\"><main id=\"content\"><h1>Invitation link</h1>\
                 <p class=\"lead\">This link is shown once. Pass it on to the invited person alone; they prove their address \
                 when they open it.</p><div class=\"copy\"><code>{link}</code></div>\
                 <p><a class=\"button\" href=\"{}\">Back to Lobby</a></p></main></div></body></html>",
                routes::ADMIN
            );
            ([(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "no-store")], Html(html))
                .into_response()
        }
        Err(services::Refusal::Denied(services::Denied::SignIn | services::Denied::Held)) => {
            Redirect::to(routes::SIGN_IN).into_response()
        }
        Err(refusal) => {
            if matches!(refusal, services::Refusal::Denied(_)) {
                visit.services.note_refusal(&visit.actor(), &visit.path, &refusal).await;
            }
            let status = app::ssr::status(&refusal);
            if status == StatusCode::INTERNAL_SERVER_ERROR {
                tracing::error!(%refusal, request = %visit.correlation, "a link was not minted");
            }
            status.into_response()
        }
    }
}
