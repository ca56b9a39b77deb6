//! Break-glass accounts: named by the configuration, for the day when a policy keeps everybody out.

use domain::id::UserId;
use domain::role::Role;
use domain::session::Method;
use domain::time::Timestamp;
use domain::user::UserType;
use store::{Store, StoreError};

use crate::Services;

impl Services {
    /// Does no policy keep this person out of Lobby itself? An account for emergencies that came by its passkey.
    pub(crate) fn is_exempt(&self, user: UserId, methods: &[Method]) -> bool {
        self.break_glass.contains(&user) && methods.contains(&Method::Passkey)
    }
}

/// What is wrong with the first that is no enabled member and Administrator, in words.
///
/// # Errors
/// Where the database does not answer.
pub async fn fault(store: &Store, now: Timestamp, named: &[UserId]) -> Result<Option<String>, StoreError> {
    if named.is_empty() {
        return Ok(None);
    }
    let mut tx = store.read().await?;
    let known = store::users::by_ids(&mut tx, named).await?;
    for id in named {
        let Some(user) = known.iter().map(|stored| &stored.value).find(|user| user.id == *id) else {
            return Ok(Some(format!("nobody has the id {id}")));
        };
        if user.user_type != UserType::Member || !user.roles.has(Role::Administrator) || user.may_enter(now).is_err() {
            return Ok(Some(format!("{} is no enabled member who is Administrator", user.address.as_str())));
        }
    }
    Ok(None)
}
