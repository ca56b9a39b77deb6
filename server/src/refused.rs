//! What a plain endpoint answers a refusal: a browser is led to what lets it pass, and after a form back to its page with
//! the reason over it; everybody else gets the status.

use app::routes;
use app::ssr::{self, Draft, Kept, NothingTyped, Visit, keep_draft, leads_elsewhere, log_refusal, problems};
use axum::response::{IntoResponse, Redirect, Response};
use domain::problem::Problem;
use services::Refusal;

/// To a GET.
pub async fn refused(visit: &Visit, refusal: Refusal, back: &str) -> Response {
    log_refusal(visit, &refusal).await;
    elsewhere(visit, &refusal, back).unwrap_or_else(|| ssr::status(&refusal).into_response())
}

/// To a form of one button, which has no field to say it beside.
pub async fn led_back(visit: &Visit, refusal: Refusal, back: &str) -> Response {
    log_refusal(visit, &refusal).await;
    if let Some(elsewhere) = elsewhere(visit, &refusal, back) {
        return elsewhere;
    }
    let status = ssr::status(&refusal);
    if visit.wants_html {
        let whole = |problem| Problem { field: String::new(), ..problem };
        let problems = problems(visit, refusal).into_iter().map(whole).collect();
        let draft = Draft { typed: NothingTyped, problems };
        if let Ok(draft) = keep_draft(visit, NothingTyped::FORM, &draft).await {
            return Redirect::to(&routes::drafted(back, draft)).into_response();
        }
    }
    status.into_response()
}

fn elsewhere(visit: &Visit, refusal: &Refusal, back: &str) -> Option<Response> {
    let elsewhere = leads_elsewhere(refusal, back).filter(|_| visit.wants_html)?;
    Some(Redirect::to(&elsewhere).into_response())
}
