//! Recovery codes: ten at a time, shown once, each good once in place of a factor that is lost.

use domain::event::Action;
use domain::factor::{RECOVERY_CODES, RECOVERY_LENGTH};
use domain::id::UserId;
use domain::letter::{AccountChange, Lane, Letter};
use domain::session::Method;

use super::{failed, guard, has_any, may_change_in, not_paused, target};
use crate::signin::renew;
use crate::{Refusal, Secret, Services, Verb, Viewer};

/// Makes ten codes; those before are void. Only their digests are kept.
///
/// # Errors
/// `factor_none` where there is nothing that they could stand in for; else as [`super::may_change`].
pub async fn make(services: &Services, viewer: &Viewer) -> Verb<Vec<Secret>> {
    let user = viewer.user.id;
    let codes: Vec<Secret> = (0..RECOVERY_CODES).map(|_| Secret::letters(RECOVERY_LENGTH)).collect();
    let digests: Vec<String> = codes.iter().map(|code| digest(services, user, code.expose())).collect();
    let mut deed = services.deed(viewer.actor()).await?;
    store::guards::hold(&mut deed.tx, &guard(user)).await?;
    if !has_any(&mut deed.tx, user).await? {
        return Err(Refusal::Rule("factor_none"));
    }
    may_change_in(services, &mut deed.tx, viewer).await?;
    let now = deed.now;
    store::recovery_codes::replace(&mut deed.tx, user, &digests, now).await?;
    deed.tell(Action::RecoveryCodesMade, target(&viewer.user));
    deed.send(Lane::Single, Letter::AccountChanged { user, change: AccountChange::RecoveryCodesMade });
    deed.commit().await?;
    Ok(codes)
}

/// Uses a code up: the session goes on under a new token, and a factor may be changed.
///
/// # Errors
/// Beside `recovery`: `recovery_wrong`; `TooMany` after five that were.
pub async fn prove(services: &Services, viewer: &Viewer, code: &str) -> Verb<Secret> {
    let user = viewer.user.id;
    let bucket = format!("recovery:{user}");
    let mut deed = services.deed(viewer.actor()).await?;
    store::guards::hold(&mut deed.tx, &guard(user)).await?;
    not_paused(&mut deed, &bucket).await?;
    let (digest, now) = (digest(services, user, &plain(code)), deed.now);
    if !store::recovery_codes::take(&mut deed.tx, user, &digest, now).await? {
        failed(deed, &bucket, &viewer.user).await?;
        return Err(Refusal::field("recovery", "recovery_wrong"));
    }
    deed.tell(Action::RecoveryCodeUsed, target(&viewer.user));
    deed.send(Lane::Single, Letter::AccountChanged { user, change: AccountChange::RecoveryCodeUsed });
    deed.commit().await?;
    renew(services, viewer, &[Method::Recovery], now, None).await
}

fn digest(services: &Services, user: UserId, code: &str) -> String {
    services.key.digest("recovery", &[&user.to_string(), code])
}

/// As it was made, however it was typed.
pub(super) fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
