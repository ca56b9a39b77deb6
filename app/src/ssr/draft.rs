//! What was typed into a form that was refused: kept for the page that shows it again.

use domain::id::DraftId;
use domain::problem::Problem;
use domain::time::Span;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use services::{Refusal, Verb};

use super::Visit;

/// How long what was typed waits for the page that shows it again.
const DRAFT_LIFE: Span = Span::minutes(15);

/// What a form held when it was sent, and what was wrong with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Draft<T> {
    pub typed: T,
    pub problems: Vec<Problem>,
}

impl<T: Default> Default for Draft<T> {
    fn default() -> Self {
        Self { typed: T::default(), problems: Vec::new() }
    }
}

impl<T> Draft<T> {
    /// A form as it is filled at first.
    pub fn fresh(typed: T) -> Self {
        Self { typed, problems: Vec::new() }
    }

    /// The sentence beside one field.
    pub fn problem(&self, field: &str) -> Option<String> {
        self.problems.iter().find(|problem| problem.field == field).map(crate::say::problem)
    }

    /// The sentences about the form as a whole.
    pub fn whole(&self) -> Vec<String> {
        self.problems.iter().filter(|problem| problem.field.is_empty()).map(crate::say::problem).collect()
    }
}

/// A form that is kept when it is refused, under the name of its page.
pub trait Kept: Serialize + DeserializeOwned + Send + Sync + 'static {
    const FORM: &'static str;
}

/// For forms of one button, where there is nothing to keep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NothingTyped;

impl Kept for NothingTyped {
    const FORM: &'static str = "nothing";
}

/// Keeps a form for the next GET of this browser.
///
/// # Errors
/// Where the database does not answer.
pub async fn keep_draft<T: Serialize>(visit: &Visit, form: &str, draft: &T) -> Verb<DraftId> {
    let now = visit.now();
    let id = visit.services.ids.next(now);
    let body = serde_json::to_string(draft).map_err(|_| Refusal::Rule("broken"))?;
    services::drafts::keep(&visit.services, id, &visit.browser, form, &body, now + DRAFT_LIFE).await?;
    Ok(id)
}

/// What this browser typed into the form before, where the address names it; else the form as `fresh` fills it.
///
/// # Errors
/// Where the database does not answer.
pub async fn draft_or<T: Kept>(visit: &Visit, fresh: T) -> Verb<Draft<T>> {
    let kept = match visit.query.get("draft").and_then(|id| id.parse().ok()) {
        Some(id) => services::drafts::get(&visit.services, id, &visit.browser, T::FORM).await?,
        None => None,
    };
    Ok(kept.and_then(|body| serde_json::from_str(&body).ok()).unwrap_or(Draft::fresh(fresh)))
}

/// The problems of a refused button (or of another form) that this address names.
pub async fn refused(visit: &Visit) -> Verb<Vec<String>> {
    Ok(draft_or(visit, NothingTyped).await?.whole())
}
