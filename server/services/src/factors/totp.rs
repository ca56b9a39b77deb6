//! Authenticator apps (RFC 6238): begun with a secret that is shown, confirmed by a first code, used, and removed.

use domain::event::Action;
use domain::factor::{DIGITS, ENROLMENT, step_begins, steps};
use domain::id::UserId;
use domain::letter::{AccountChange, Lane, Letter};
use domain::session::Method;
use domain::time::Timestamp;
use store::authenticators::Kept;
use store::{StoreError, Stored, Tx};
use totp_rs::{Builder, Totp};

use super::{failed, guard, lost_one, may_change_in, not_paused, target};
use crate::signin::{renew, renew_in};
use crate::{Denied, Refusal, Secret, Services, UserAdmin, Verb, Viewer, people, secret};

/// What an app is told: by its camera, or typed.
pub struct Waiting {
    pub secret: Secret,
    /// A PNG in base64: the same as a picture.
    pub picture: String,
}

/// The authenticator of somebody, once its first code was typed.
pub(crate) async fn confirmed(tx: &mut Tx, user: UserId) -> Verb<Option<Stored<Kept>>> {
    Ok(store::authenticators::of_user(tx, user).await?.filter(|kept| kept.value.confirmed_at.is_some()))
}

/// Makes a secret for an app; nothing is enrolled before its first code.
///
/// # Errors
/// As [`super::may_change`]; `authenticator_there` where one stands.
pub async fn begin(services: &Services, viewer: &Viewer) -> Verb<()> {
    let user = viewer.user.id;
    let secret = Secret::given(&totp_rs::Secret::generate().to_base32());
    let sealed = services.key.seal(&about(user), &secret).map_err(|_| Refusal::Rule("broken"))?;
    let mut tx = services.store.begin().await?;
    store::guards::hold(&mut tx, &guard(user)).await?;
    may_change_in(services, &mut tx, viewer).await?;
    let kept = Kept {
        user,
        secret: sealed,
        session: viewer.session.id,
        created_at: services.now(),
        confirmed_at: None,
        last_step: 0,
        last_used_at: None,
    };
    let begun = store::authenticators::begin(&mut tx, &kept).await;
    begun.map_err(|error| match error {
        StoreError::Exists(_) => Refusal::Rule("authenticator_there"),
        error => error.into(),
    })?;
    Ok(tx.commit().await?)
}

/// What is shown of an authenticator that waits for its first code, in the session that began it.
///
/// # Errors
/// Where it cannot be opened or drawn.
pub async fn waiting(services: &Services, viewer: &Viewer) -> Verb<Option<Waiting>> {
    let kept = store::authenticators::of_user(&mut services.store.read().await?, viewer.user.id).await?;
    let Some(kept) = kept.filter(|kept| waits(&kept.value, viewer, services.now())) else { return Ok(None) };
    let secret = opened(services, &kept.value)?;
    let issuer = services.tenant().organization.value.name.to_string().replace(':', " ");
    let account = viewer.user.address.as_str().replace(':', " ");
    let named = Builder::new().with_secret(parsed(&secret)?).with_account_name(account).with_issuer(Some(issuer));
    let picture = named.build().and_then(|totp| totp.to_qr_base64()).map_err(|_| Refusal::Rule("broken"))?;
    Ok(Some(Waiting { secret, picture }))
}

fn waits(kept: &Kept, viewer: &Viewer, now: Timestamp) -> bool {
    kept.confirmed_at.is_none() && kept.session == viewer.session.id && now < kept.created_at + ENROLMENT
}

/// The first code: the app has the secret. The session goes on under a new token, with a factor that was just used.
///
/// # Errors
/// `authenticator_late` where none waits; what is wrong with the code, as [`prove`].
pub async fn confirm(services: &Services, viewer: &Viewer, code: &str) -> Verb<Secret> {
    let code = typed(code)?;
    let user = viewer.user.id;
    let bucket = bucket(user);
    let mut deed = services.deed(viewer.actor()).await?;
    store::guards::hold(&mut deed.tx, &guard(user)).await?;
    let kept = store::authenticators::of_user(&mut deed.tx, user).await?;
    let kept = kept.filter(|kept| waits(&kept.value, viewer, deed.now));
    let kept = kept.ok_or(Refusal::Rule("authenticator_late"))?;
    not_paused(&mut deed, &bucket).await?;
    let Some(step) = step_of(services, &kept.value, &code, deed.now)? else {
        failed(deed, &bucket, &viewer.user).await?;
        return Err(Refusal::field("code", "totp_wrong"));
    };
    let now = deed.now;
    store::authenticators::take(&mut deed.tx, &kept, step, now).await?;
    store::enrolment_passes::spend(&mut deed.tx, viewer.session.id).await?;
    let token = renew_in(&mut deed, viewer, &[Method::Totp], now, None).await?;
    deed.tell(Action::AuthenticatorAdded, target(&viewer.user));
    deed.send(Lane::Single, Letter::AccountChanged { user, change: AccountChange::AuthenticatorAdded });
    deed.commit().await?;
    Ok(token)
}

/// The proof of who is signed in is new again: the session goes on under a new token.
///
/// # Errors
/// `authenticator_none`; `TooMany` while it is paused; beside `code`: `code_format`, `totp_wrong`, or `totp_used` for one
/// whose step, or a later one, was taken already.
pub async fn prove(services: &Services, viewer: &Viewer, code: &str) -> Verb<Secret> {
    let code = typed(code)?;
    let user = viewer.user.id;
    let bucket = bucket(user);
    let mut deed = services.deed(viewer.actor()).await?;
    store::guards::hold(&mut deed.tx, &guard(user)).await?;
    let kept = confirmed(&mut deed.tx, user).await?.ok_or(Refusal::Rule("authenticator_none"))?;
    not_paused(&mut deed, &bucket).await?;
    let Some(step) = step_of(services, &kept.value, &code, deed.now)? else {
        failed(deed, &bucket, &viewer.user).await?;
        return Err(Refusal::field("code", "totp_wrong"));
    };
    if step <= kept.value.last_step {
        return Err(Refusal::field("code", "totp_used"));
    }
    let now = deed.now;
    store::authenticators::take(&mut deed.tx, &kept, step, now).await?;
    deed.commit().await?;
    renew(services, viewer, &[Method::Totp], now, None).await
}

/// Takes the authenticator away from the viewer; their other sessions end.
///
/// # Errors
/// As [`super::may_change`]; `NotFound` where there is none.
pub async fn remove(services: &Services, viewer: &Viewer) -> Verb<()> {
    let mut deed = services.deed(viewer.actor()).await?;
    let user = viewer.user.id;
    store::guards::hold(&mut deed.tx, &guard(user)).await?;
    may_change_in(services, &mut deed.tx, viewer).await?;
    let kept = confirmed(&mut deed.tx, user).await?;
    kept.ok_or(Denied::NotFound)?;
    store::authenticators::drop(&mut deed.tx, user).await?;
    lost_one(&mut deed.tx, user).await?;
    store::sessions::end_others(&mut deed.tx, user, viewer.session.id).await?;
    deed.tell(Action::AuthenticatorRemoved, target(&viewer.user));
    deed.send(Lane::Single, Letter::AccountChanged { user, change: AccountChange::AuthenticatorRemoved });
    deed.commit().await
}

/// The same by an administrator, for somebody who lost it; all their sessions end.
///
/// # Errors
/// `own_account`, `holds_role`; `NotFound` where there is none.
pub async fn remove_of(services: &Services, by: &UserAdmin, user: UserId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    store::guards::hold(&mut deed.tx, &guard(user)).await?;
    let person = people::live(&mut deed.tx, user).await?.value;
    people::may_change_sign_in(&by.viewer().user, &person)?;
    let kept = confirmed(&mut deed.tx, user).await?;
    kept.ok_or(Denied::NotFound)?;
    store::authenticators::drop(&mut deed.tx, user).await?;
    lost_one(&mut deed.tx, user).await?;
    store::sessions::end_all(&mut deed.tx, user).await?;
    deed.tell(Action::AuthenticatorRemoved, target(&person));
    deed.send(Lane::Single, Letter::AccountChanged { user, change: AccountChange::AuthenticatorRemoved });
    deed.commit().await
}

fn bucket(user: UserId) -> String {
    format!("totp:{user}")
}

/// What the sealed secret belongs to.
fn about(user: UserId) -> String {
    format!("authenticator {user}")
}

fn opened(services: &Services, kept: &Kept) -> Verb<Secret> {
    services.key.open(&about(kept.user), &kept.secret).map_err(|error| {
        tracing::error!(%error, user = %kept.user, "an authenticator's secret cannot be read");
        Refusal::Rule("broken")
    })
}

fn parsed(secret: &Secret) -> Verb<totp_rs::Secret> {
    totp_rs::Secret::try_from_base32(secret.expose()).map_err(|_| Refusal::Rule("broken"))
}

fn typed(code: &str) -> Verb<String> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let right = code.len() == DIGITS && code.bytes().all(|byte| byte.is_ascii_digit());
    if right { Ok(code) } else { Err(Refusal::field("code", "totp_format")) }
}

/// The step that this code is of, among those that count now.
fn step_of(services: &Services, kept: &Kept, code: &str, now: Timestamp) -> Verb<Option<i64>> {
    let totp: Totp = Builder::new().with_secret(parsed(&opened(services, kept)?)?).build_noncompliant();
    let is_of = |step: &i64| secret::equal(&totp.generate(step_begins(*step)).to_string(), code);
    Ok(steps(now).find(is_of))
}
