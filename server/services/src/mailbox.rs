//! The demo's mailbox: what would have been sent. Anybody on the machine reads it, and only a demo has one.

use domain::id::LetterId;
pub use store::mailbox::Received;

use crate::{Denied, Services, Verb};

/// The newest two hundred letters.
///
/// # Errors
/// `NotFound` where this is no demo.
pub async fn newest(services: &Services) -> Verb<Vec<Received>> {
    only_in_demo(services)?;
    let mut tx = services.store.read().await?;
    Ok(store::mailbox::newest(&mut tx).await?)
}

/// # Errors
/// `NotFound` where this is no demo, and where there is no such letter.
pub async fn get(services: &Services, letter: LetterId) -> Verb<Received> {
    only_in_demo(services)?;
    let mut tx = services.store.read().await?;
    Ok(store::mailbox::get(&mut tx, letter).await?.ok_or(Denied::NotFound)?)
}

fn only_in_demo(services: &Services) -> Result<(), Denied> {
    if services.demo { Ok(()) } else { Err(Denied::NotFound) }
}
