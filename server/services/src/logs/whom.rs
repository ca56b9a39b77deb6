//! Whom and what a log can be filtered by: for readers, who may not list the directory.

use domain::access::{Country, Policy};
use domain::id::{AppId, UserId};
use domain::text::EmailAddress;
use store::PageAsk;
pub use store::access::Named;

use crate::{Reader, Services, Verb};

/// So many applications stand in a filter.
const OFFERED: usize = 200;

/// The person of this address, deleted ones too.
pub async fn person(services: &Services, _by: &Reader, address: &EmailAddress) -> Verb<Option<UserId>> {
    let mut tx = services.store.read().await?;
    Ok(store::users::by_address(&mut tx, address).await?.map(|stored| stored.value.id))
}

/// What people are called now, as far as they are known.
pub async fn name(services: &Services, _by: &Reader, id: UserId) -> Verb<Option<String>> {
    let mut tx = services.store.read().await?;
    Ok(store::users::get(&mut tx, id).await?.map(|stored| stored.value.shown_name().to_owned()))
}

/// The first applications by name.
pub async fn applications(services: &Services, _by: &Reader) -> Verb<Vec<(AppId, String)>> {
    let mut tx = services.store.read().await?;
    let ask = PageAsk { size: OFFERED, ..PageAsk::default() };
    let page = store::applications::page(&mut tx, &ask, &[]).await?;
    Ok(page.items.into_iter().map(|app| (app.id, app.name.to_string())).collect())
}

/// Every policy that there ever was: the log tells of those that are deleted too.
pub async fn policies(services: &Services, _by: &Reader) -> Verb<Vec<Named>> {
    Ok(store::access::names::<Policy>(&mut services.store.read().await?).await?)
}

/// The countries that stand in the sign-in log.
pub async fn countries(services: &Services, _by: &Reader) -> Verb<Vec<Country>> {
    Ok(store::sign_ins::countries(&mut services.store.read().await?).await?)
}
