//! What a form showed when it was sent, for the page that follows in the same browser.

use domain::id::DraftId;
use domain::time::Timestamp;

use crate::{Secret, Services, Verb};

/// Keeps `body` (JSON) until `until`, for the browser that holds `browser` alone.
///
/// # Errors
/// Where the database does not answer.
pub async fn keep(
    services: &Services,
    id: DraftId,
    browser: &Secret,
    form: &str,
    body: &str,
    until: Timestamp,
) -> Verb<()> {
    let mut tx = services.store.begin().await?;
    store::drafts::keep(&mut tx, id, &browser.digest(), form, body, until).await?;
    Ok(tx.commit().await?)
}

/// # Errors
/// Where the database does not answer.
pub async fn get(services: &Services, id: DraftId, browser: &Secret, form: &str) -> Verb<Option<String>> {
    let mut tx = services.store.read().await?;
    Ok(store::drafts::get(&mut tx, id, &browser.digest(), form, services.now()).await?)
}
