//! The sign-in record, with every fact that access policies will read, and the session that follows a proof.

use domain::access::{Proof, Target as Into};
use domain::event::{Action, SignInResult, Target, TargetKind};
use domain::id::{SignInId, UserId};
use domain::letter::Letter;
use domain::session::{Method, Session, Vouched};
use domain::text::EmailAddress;
use domain::time::Timestamp;
use domain::user::User;

use super::Caller;
use super::device::device_for;
use super::proof::Proved;
use crate::access::{self, Asked, Written};
use crate::deed::Deed;
use crate::limits::Limit;
use crate::{Refusal, Secret, Services, Verb, sessions};

/// Letters about failed attempts at one break-glass account.
const FAILURES: &[Limit] = &[Limit::an_hour(20)];

/// How somebody came to be who they are in this session.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub methods: Vec<Method>,
    pub auth_time: Timestamp,
    /// Where this was a second factor, by whomever.
    pub multifactor_at: Option<Timestamp>,
    pub by: Option<Vouched>,
}

impl Entry {
    /// By a method of Lobby's own, just now.
    pub fn by(method: Method, now: Timestamp) -> Self {
        Self { methods: vec![method], auth_time: now, multifactor_at: Method::multifactor_at(&[method], now), by: None }
    }

    pub fn of(proved: &Proved, now: Timestamp) -> Self {
        let (methods, auth_time) = (proved.methods(), proved.auth_time(now));
        let multifactor_at = Method::multifactor_at(&methods, auth_time);
        Self { methods, auth_time, multifactor_at, by: proved.vouched() }
    }
}

impl From<&Entry> for Proof {
    fn from(entry: &Entry) -> Self {
        Self { at: entry.auth_time, application: None, multifactor_at: entry.multifactor_at }
    }
}

/// A session with its sign-in record, in a deed that proved the person: the tokens are for the session's cookie and for
/// the device's.
pub(crate) async fn open_session(
    deed: &mut Deed<'_>,
    services: &Services,
    user: &User,
    entry: Entry,
    keep: bool,
) -> Verb<(Session, Secret, Secret)> {
    let origin = deed.origin().ok_or(Refusal::Rule("broken"))?.clone();
    record(deed, user, &entry, None).await?;
    let (session, token) = sessions::open(deed, user, entry, keep, &origin).await?;
    Ok((session, token, device_for(services, &user.address)))
}

/// What the policies for Lobby itself say of somebody who comes in.
pub(super) async fn ask(deed: &mut Deed<'_>, user: &User, entry: &Entry) -> Verb<Asked> {
    let Some(origin) = deed.origin().cloned() else { return Err(Refusal::Rule("broken")) };
    let (services, now) = (deed.services(), deed.now);
    let attempt = access::attempt(services, &mut deed.tx, user, &origin, entry.into(), Into::Lobby, now).await?;
    Ok(services.judge(attempt))
}

/// Writes the sign-in to Lobby down; `refused` is why it failed before the policies were asked.
pub(super) async fn keep(
    deed: &mut Deed<'_>,
    user: &User,
    entry: &Entry,
    asked: &Asked,
    refused: Option<&str>,
) -> Verb<SignInId> {
    let Some(origin) = deed.origin().cloned() else { return Err(Refusal::Rule("broken")) };
    let written = Written {
        user,
        origin: &origin,
        methods: &entry.methods,
        application: None,
        refused: refused.map(|reason| (SignInResult::Failed, reason)),
        correlation: deed.correlation(),
    };
    let attempt = access::write(deed.services(), &mut deed.tx, asked, written).await?;
    if deed.services().break_glass.contains(&user.id) {
        raise_alarm(deed, user, attempt, refused).await?;
    }
    Ok(attempt)
}

/// Both: the sign-in with what the policies say of it, written down.
pub(crate) async fn record(deed: &mut Deed<'_>, user: &User, entry: &Entry, refused: Option<&str>) -> Verb<SignInId> {
    let asked = ask(deed, user, entry).await?;
    keep(deed, user, entry, &asked, refused).await
}

/// A break-glass account was tried: every Administrator hears of it, whatever came of it.
async fn raise_alarm(deed: &mut Deed<'_>, user: &User, attempt: SignInId, refused: Option<&str>) -> Verb<()> {
    let counted = match refused {
        // Whoever came in is told of, whatever happened before.
        None => Ok(()),
        Some(_) => deed.count(&format!("break-glass:{}", user.id), FAILURES).await,
    };
    match counted {
        Ok(()) => deed.write_to_administrators(|to| Letter::BreakGlass { attempt, to }).await?,
        // The log tells of the rest: a flood of letters about failures would hide the one that matters.
        Err(Refusal::TooMany { .. }) => {}
        Err(refusal) => return Err(refusal),
    }
    let target = Target::new(TargetKind::User, user.id, user.shown_name());
    deed.tell_change(
        Action::BreakGlassUsed,
        target,
        &(),
        &serde_json::json!({ "attempt": attempt, "refused": refused }),
    );
    Ok(())
}

/// A wrong code is an attempt at the account that it was asked for.
pub(super) async fn record_wrong_code(
    services: &Services,
    caller: &Caller<'_>,
    address: &EmailAddress,
    refused: &Refusal,
) -> Verb<()> {
    if services.break_glass.is_empty() {
        return Ok(());
    }
    let user = store::users::by_address(&mut services.store.read().await?, address).await?;
    let Some(user) = user else { return Ok(()) };
    record_failure(services, caller, user.value.id, Method::Otp, refused).await
}

/// Writes down that somebody failed to prove that they are this person, where that is a break-glass account.
pub(crate) async fn record_failure(
    services: &Services,
    caller: &Caller<'_>,
    user: UserId,
    method: Method,
    refused: &Refusal,
) -> Verb<()> {
    if !services.break_glass.contains(&user) {
        return Ok(());
    }
    let actor = caller.actor();
    let mut deed = services.deed(&actor).await?;
    let Some(user) = store::users::get(&mut deed.tx, user).await? else { return Ok(()) };
    // Nothing was proved: only the way that was tried is a fact.
    let entry = Entry { methods: vec![method], auth_time: Timestamp::EPOCH, multifactor_at: None, by: None };
    record(&mut deed, &user.value, &entry, Some(refused.code())).await?;
    deed.commit().await
}
