//! Pictures that administrators upload: a multipart form, re-encoded before it is kept.

use app::routes;
use app::ssr::Visit;
use axum::Extension;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::{AppId, ProviderId};
use services::logos::MOST_BYTES;
use services::{Refusal, Verb, applications, organization, providers};

use crate::refused::led_back;

/// A picture may have 256 KiB, and a larger one is refused in words. So that they arrive, even a photograph is read to its
/// end: a browser that is still sending when it is answered shows a broken connection.
pub const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// `POST /upload/application-logo/{app}`
pub async fn application_logo(
    Extension(visit): Extension<Visit>,
    Path(app): Path<String>,
    form: Multipart,
) -> Response {
    let Ok(app) = app.parse::<AppId>() else { return StatusCode::NOT_FOUND.into_response() };
    let deed = async {
        let admin = visit.viewer()?.user_administrator()?;
        applications::set_logo(&visit.services, &admin, app, picture(form).await?).await
    };
    lead_on(&visit, &routes::application(app), deed.await).await
}

/// `POST /upload/provider-logo/{provider}`
pub async fn provider_logo(
    Extension(visit): Extension<Visit>,
    Path(provider): Path<String>,
    form: Multipart,
) -> Response {
    let Ok(provider) = provider.parse::<ProviderId>() else { return StatusCode::NOT_FOUND.into_response() };
    let deed = async {
        let admin = visit.viewer()?.administrator()?;
        providers::set_logo(&visit.services, &admin, provider, picture(form).await?).await
    };
    lead_on(&visit, &routes::provider(provider), deed.await).await
}

/// `POST /upload/organization-logo`
pub async fn organization_logo(Extension(visit): Extension<Visit>, form: Multipart) -> Response {
    let deed = async {
        let admin = visit.viewer()?.administrator()?;
        organization::set_logo(&visit.services, &admin, picture(form).await?).await
    };
    lead_on(&visit, routes::SETTINGS, deed.await).await
}

/// The file of the field `logo`; `None`, where the form came without one, takes the picture away. Of what is too large
/// no more is kept than shows that it is.
async fn picture(mut form: Multipart) -> Verb<Option<Vec<u8>>> {
    let broken = |_| Refusal::field("logo", "logo_large");
    let mut picture = Vec::new();
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            if field.name() == Some("logo") && picture.len() <= MOST_BYTES {
                picture.extend_from_slice(&chunk);
            }
        }
    }
    Ok((!picture.is_empty()).then_some(picture))
}

async fn lead_on(visit: &Visit, back: &str, done: Verb<()>) -> Response {
    match done {
        Ok(()) => Redirect::to(&routes::with(back, "done", "saved")).into_response(),
        Err(refusal) => led_back(visit, refusal, back).await,
    }
}
