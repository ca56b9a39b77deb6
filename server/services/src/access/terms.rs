//! Terms of use: written by conditional access administrators, shown in a person's language, accepted by them.

use domain::access::{Accepted, Outcome, Step, Target as Into, Terms, TermsText, Thing};
use domain::event::Action;
use domain::id::TermsId;
use store::access::Listed;
use store::terms::Acceptance;
use store::{Page, PageAsk, Stored};

use super::change::{Change, Told, make};
use super::look;
use super::naming::in_use;
use crate::refusal::again;
use crate::{Denied, PolicyAdmin, Reader, Refusal, Services, Verb, Viewer};

/// A document as its page shows it.
#[derive(Debug, Clone)]
pub struct Details {
    pub terms: Stored<Terms>,
    /// To 10,001.
    pub accepted: i64,
}

pub async fn list(services: &Services, _by: &Reader, ask: &PageAsk) -> Verb<Page<Listed<Terms>>> {
    Ok(store::access::page(&mut services.store.read().await?, ask, &[]).await?)
}

/// # Errors
/// `NotFound`.
pub async fn get(services: &Services, _by: &Reader, id: TermsId) -> Verb<Details> {
    let mut tx = services.store.read().await?;
    let terms = store::access::get(&mut tx, id).await?.ok_or(Denied::NotFound)?;
    Ok(Details { terms, accepted: store::terms::count(&mut tx, id).await? })
}

/// Who accepted which version when, the newest first.
pub async fn acceptances(services: &Services, _by: &Reader, id: TermsId, ask: &PageAsk) -> Verb<Page<Acceptance>> {
    Ok(store::terms::page(&mut services.store.read().await?, id, ask).await?)
}

/// # Errors
/// Beside `name`.
pub async fn create(services: &Services, by: &PolicyAdmin, terms: Terms) -> Verb<TermsId> {
    again!(create_now(services, by, terms.clone()))
}

async fn create_now(services: &Services, by: &PolicyAdmin, terms: Terms) -> Verb<TermsId> {
    let deed = services.deed(by.actor()).await?;
    let terms = Terms { id: deed.id(), created_at: deed.now, version: 1, binding: 1, ..terms };
    let id = terms.id;
    make(services, by, deed, Change::Create(terms)).await?;
    Ok(id)
}

/// `version` is the one its form was filled from. Another text is a new version of the document; `ask_again` asks
/// everybody for their word to it.
///
/// # Errors
/// As [`create`].
pub async fn save(services: &Services, by: &PolicyAdmin, new: Terms, ask_again: bool, version: i64) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let old: Stored<Terms> = store::access::get(&mut deed.tx, new.id).await?.ok_or(Denied::NotFound)?;
    let number = old.value.version + i64::from(new.texts != old.value.texts);
    let binding = if ask_again { number } else { old.value.binding };
    let terms = Terms { version: number, binding, created_at: old.value.created_at, ..new };
    make(services, by, deed, Change::Save { old: old.value, new: Stored { value: terms, version } }).await
}

/// # Errors
/// `NotFound`; `terms_in_use` with the policy that asks for them.
pub async fn delete(services: &Services, by: &PolicyAdmin, id: TermsId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let terms: Stored<Terms> = store::access::get(&mut deed.tx, id).await?.ok_or(Denied::NotFound)?;
    in_use(services, &mut deed.tx, Thing::Terms(id), "terms_in_use").await?;
    make(services, by, deed, Change::Delete(terms.value)).await
}

/// The document that a policy asks this person's word for, in their language.
///
/// # Errors
/// `NotFound`.
pub async fn read(services: &Services, viewer: &Viewer, id: TermsId) -> Verb<(Terms, TermsText)> {
    let mut tx = services.store.read().await?;
    let terms = store::access::get::<Terms>(&mut tx, id).await?.ok_or(Denied::NotFound)?.value;
    let text = terms.text_for(&viewer.user.language).cloned().ok_or(Denied::NotFound)?;
    Ok((terms, text))
}

/// The viewer takes a version that they were shown on their way to `target`, where a policy asks for it; taken once is
/// enough.
///
/// # Errors
/// `NotFound` where nothing asks them for it; `Conflict` where the document has changed since it was shown.
pub async fn accept(services: &Services, viewer: &Viewer, target: Into, id: TermsId, version: i64) -> Verb<()> {
    let asked = look(services, viewer, target).await?;
    match asked.outcome() {
        Outcome::Demanded(demand) if demand.wants(Step::Terms(id)) => {}
        _ if asked.attempt.accepted.iter().any(|accepted| accepted.terms == id) => return Ok(()),
        _ => return Err(Denied::NotFound.into()),
    }
    let mut deed = services.deed(viewer.actor()).await?;
    let terms = store::access::get::<Terms>(&mut deed.tx, id).await?.ok_or(Denied::NotFound)?.value;
    if terms.version != version {
        return Err(Refusal::Conflict);
    }
    let language = terms.text_for(&viewer.user.language).map_or_else(String::new, |text| text.language.clone());
    let (event, accepted) = (deed.id(), Accepted { terms: id, version, at: deed.now });
    store::terms::accept(&mut deed.tx, event, viewer.user.id, &accepted, &language).await?;
    let told = serde_json::json!({ "version": version, "language": language });
    deed.tell_change(Action::TermsAccepted, terms.target(), &(), &told);
    deed.commit().await?;
    services.verdicts.forget(viewer.session.id);
    Ok(())
}
