//! The sign-in record, with every fact that access policies will read, and the session that follows a proof.

use domain::access::Target;
use domain::event::SignInResult;
use domain::id::SignInId;
use domain::session::{Method, Session, Vouched};
use domain::time::Timestamp;
use domain::user::User;

use super::code::device_for;
use super::proof::Proved;
use crate::access::{self, Asked, Written};
use crate::deed::Deed;
use crate::{Refusal, Secret, Services, Verb, sessions};

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
    let attempt = access::attempt(services, &mut deed.tx, user, &origin, entry.into(), Target::Lobby, now).await?;
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
    access::write(deed.services(), &mut deed.tx, asked, written).await
}

/// Both: the sign-in with what the policies say of it, written down.
pub(crate) async fn record(deed: &mut Deed<'_>, user: &User, entry: &Entry, refused: Option<&str>) -> Verb<SignInId> {
    let asked = ask(deed, user, entry).await?;
    keep(deed, user, entry, &asked, refused).await
}
