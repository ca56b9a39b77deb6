//! Everything that is pending, revoked at once: asked when inviting is stopped.

use crate::refusal::again;
use crate::{Admin, Services, Verb, people};

/// Revokes everything that is pending, some hundred at a time; says how many.
pub async fn revoke_all_pending(services: &Services, by: &Admin) -> Verb<usize> {
    let mut revoked = 0;
    loop {
        match again!(revoke_some(services, by))? {
            0 => return Ok(revoked),
            some => revoked += some,
        }
    }
}

async fn revoke_some(services: &Services, by: &Admin) -> Verb<usize> {
    let mut deed = services.deed(by.actor()).await?;
    let now = deed.now;
    let open = store::invitations::open(&mut deed.tx, now).await?;
    let some = open.len();
    people::revoke(&mut deed, open).await?;
    deed.commit().await?;
    Ok(some)
}
