//! The demo's mailbox: every letter that would have been sent. Outside demo mode there is none.

use domain::id::LetterId;
pub use store::mailbox::Received;

use crate::{Denied, Services, Verb};

/// The newest two hundred.
///
/// # Errors
/// `NotFound` outside demo mode.
pub async fn newest(services: &Services) -> Verb<Vec<Received>> {
    let mut tx = in_demo(services)?.store.read().await?;
    Ok(store::mailbox::newest(&mut tx).await?)
}

/// # Errors
/// `NotFound` outside demo mode, and where there is no such letter.
pub async fn get(services: &Services, letter: LetterId) -> Verb<Received> {
    let mut tx = in_demo(services)?.store.read().await?;
    store::mailbox::get(&mut tx, letter).await?.ok_or(Denied::NotFound.into())
}

fn in_demo(services: &Services) -> Result<&Services, Denied> {
    if services.demo { Ok(services) } else { Err(Denied::NotFound) }
}
