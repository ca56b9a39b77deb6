//! Who asks to be invited by another account of theirs, kept with the invitation that they opened.

use domain::id::{InvitationId, UserId};

use crate::statements::{on, sql};
use crate::{StoreError, Tx, id};

sql! {
    MAKE = "UPDATE invitations SET wished_by = $2 WHERE id = $1";
    GET = "SELECT wished_by FROM invitations WHERE id = $1 AND wished_by IS NOT NULL";
}

/// The last one to ask stands. The version stays: what the invitation is does not change.
pub async fn make(tx: &mut Tx, invitation: InvitationId, account: UserId) -> Result<(), StoreError> {
    let (key, account) = (invitation.to_string(), account.to_string());
    on!(tx, |conn| sqlx::query(MAKE).bind(key).bind(account).execute(conn).await?.rows_affected());
    Ok(())
}

pub async fn get(tx: &mut Tx, invitation: InvitationId) -> Result<Option<UserId>, StoreError> {
    let key = invitation.to_string();
    let row: Option<(String,)> = on!(tx, |conn| sqlx::query_as(GET).bind(key).fetch_optional(conn).await?);
    row.map(|(account,)| id(&account)).transpose()
}
