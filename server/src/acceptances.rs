//! Who accepted terms, as a file.

use app::routes;
use app::ssr::Visit;
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use services::access::acceptances::{Export, export};
use services::{Denied, Refusal, Verb};

/// `GET /admin/terms/{terms}/acceptances.csv`
pub async fn csv(Extension(visit): Extension<Visit>, Path(terms): Path<String>) -> Response {
    match begin(&visit, &terms).await {
        Ok(export) => attachment(export),
        Err(Refusal::Denied(Denied::SignIn | Denied::Held)) if visit.wants_html => {
            Redirect::to(routes::SIGN_IN).into_response()
        }
        Err(refusal) => {
            if matches!(refusal, Refusal::Denied(_)) && visit.viewer.is_some() {
                visit.services.note_refusal(&visit.actor(), &visit.path, &refusal).await;
            }
            app::ssr::status(&refusal).into_response()
        }
    }
}

async fn begin(visit: &Visit, terms: &str) -> Verb<Export> {
    let reader = visit.viewer()?.reader()?;
    export(&visit.services, &reader, terms.parse().map_err(|_| Denied::NotFound)?).await
}

fn attachment(export: Export) -> Response {
    let pieces = futures_util::stream::unfold(export, async |mut export| match export.next().await {
        Ok(Some(piece)) => Some((Ok(Bytes::from(piece)), export)),
        Ok(None) => None,
        Err(refusal) => {
            tracing::error!(%refusal, "an export broke off");
            Some((Err(std::io::Error::other("the export broke off")), export))
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"acceptances.csv\""),
    ];
    (headers, Body::from_stream(pieces)).into_response()
}
