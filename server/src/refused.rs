//! What a plain endpoint answers a refusal: a browser is led to what lets it pass, or back with the reason over the page;
//! everybody else gets the status.

use app::routes;
use app::ssr::{self, Draft, Kept, NothingTyped, Visit, as_problem, keep_draft, leads_elsewhere};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::problem::Problem;
use services::{Denied, Refusal};

pub async fn refused(visit: &Visit, refusal: Refusal, back: &str) -> Response {
    if matches!(refusal, Refusal::Denied(Denied::Forbidden | Denied::NotFound)) && visit.viewer.is_some() {
        visit.services.note_refusal(&visit.actor(), &visit.path, &refusal).await;
    }
    let status = ssr::status(&refusal);
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(%refusal, request = %visit.correlation, "an endpoint failed");
    }
    if visit.wants_html {
        if let Some(elsewhere) = leads_elsewhere(&refusal, back) {
            return Redirect::to(&elsewhere).into_response();
        }
        if status == StatusCode::UNPROCESSABLE_ENTITY
            && let Ok(draft) = keep_draft(visit, NothingTyped::FORM, &over_the_page(visit, refusal)).await
        {
            return Redirect::to(&routes::drafted(back, draft)).into_response();
        }
    }
    status.into_response()
}

/// Forms of one button have no field to say it beside.
fn over_the_page(visit: &Visit, refusal: Refusal) -> Draft<NothingTyped> {
    let problems = match refusal {
        Refusal::Invalid(problems) => problems,
        other => vec![as_problem(visit, &other)],
    };
    let whole = |problem| Problem { field: String::new(), ..problem };
    Draft { typed: NothingTyped, problems: problems.into_iter().map(whole).collect() }
}
