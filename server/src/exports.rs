//! Lists as files, streamed in chunks: what the page would show, and no more.

use app::admin::audit::audit_ask;
use app::admin::sign_ins::sign_in_ask;
use app::routes;
use app::ssr::Visit;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use services::logs::{Export, Format, export_acceptances, export_audit, export_sign_ins};
use services::{Denied, Verb, people};

use crate::refused::refused;

/// `GET /admin/{audit,sign-ins}.{csv,json}`, with the filters of the page.
pub async fn log(Extension(visit): Extension<Visit>) -> Response {
    let file = visit.path.rsplit('/').next().unwrap_or_default();
    let Some((log, format)) = file.split_once('.').and_then(|(log, format)| Some((log, Format::parse(format)?))) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let begun = async {
        let reader = visit.viewer()?.reader()?;
        match log {
            "audit" => export_audit(&visit.services, &reader, &audit_ask(&visit), format).await,
            "sign-ins" => export_sign_ins(&visit.services, &reader, &sign_in_ask(&visit), format).await,
            _ => Err(Denied::NotFound.into()),
        }
    };
    answer(&visit, begun.await, format, file, routes::ADMIN).await
}

/// `GET /admin/terms/{terms}/acceptances.csv`
pub async fn acceptances(Extension(visit): Extension<Visit>, Path(terms): Path<String>) -> Response {
    let begun = async {
        let reader = visit.viewer()?.reader()?;
        let terms = terms.parse().map_err(|_| Denied::NotFound)?;
        export_acceptances(&visit.services, &reader, terms, Format::Csv).await
    };
    answer(&visit, begun.await, Format::Csv, "acceptances.csv", routes::TERMS).await
}

async fn answer(visit: &Visit, begun: Verb<Export>, format: Format, file: &str, back: &str) -> Response {
    match begun {
        Ok(export) => attachment(export, format, file),
        Err(refusal) => refused(visit, refusal, back).await,
    }
}

fn attachment(export: Export, format: Format, file: &str) -> Response {
    let pieces = futures_util::stream::unfold(export, async |mut export| match export.next().await {
        Ok(Some(piece)) => Some((Ok(Bytes::from(piece)), export)),
        Ok(None) => None,
        Err(refusal) => {
            tracing::error!(%refusal, "an export broke off");
            Some((Err(std::io::Error::other("the export broke off")), export))
        }
    });
    let content_type = match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::Json => "application/json",
    };
    let disposition = format!("attachment; filename=\"{file}\"");
    let headers = [(header::CONTENT_TYPE, content_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, Body::from_stream(pieces)).into_response()
}

/// `GET /account/my-data.json`: what is kept of whoever asks, for nobody else. Leads to a proof where the last is old.
pub async fn my_data(Extension(visit): Extension<Visit>) -> Response {
    let data = async { people::my_data(&visit.services, visit.viewer()?).await };
    match data.await {
        Ok(data) => {
            let disposition = "attachment; filename=\"my-data.json\"";
            ([(header::CONTENT_DISPOSITION, disposition)], Json(data)).into_response()
        }
        Err(refusal) => refused(&visit, refusal, routes::ACCOUNT).await,
    }
}
