//! The sign-in record, with every fact that access policies will read, and the session that follows a proof.

use domain::event::SignInResult;
use domain::id::{GroupId, SignInId};
use domain::session::{Method, Session, Vouched};
use domain::time::Timestamp;
use domain::user::User;
use store::Tx;
use store::sign_ins::{Facts, SignIn};

use super::code::device_for;
use super::proof::Proved;
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
    record(deed, user, &entry, SignInResult::Success, None).await?;
    let (session, token) = sessions::open(deed, user, entry, keep, &origin).await?;
    Ok((session, token, device_for(services, &user.address)))
}

/// Writes the sign-in record with every fact that access policies will read.
pub(crate) async fn record(
    deed: &mut Deed<'_>,
    user: &User,
    entry: &Entry,
    result: SignInResult,
    reason: Option<&str>,
) -> Verb<SignInId> {
    let Some(origin) = deed.origin().cloned() else { return Err(Refusal::Rule("broken")) };
    let groups = groups_of(&mut deed.tx, user, deed.now).await?;
    let Entry { methods, auth_time, multifactor_at, .. } = entry.clone();
    let facts =
        Facts { origin, user_type: user.user_type, roles: user.roles, groups, methods, auth_time, multifactor_at };
    let id = deed.id();
    let sign_in = SignIn {
        id,
        at: deed.now,
        user: user.id,
        user_name: user.shown_name().to_owned(),
        application: None,
        application_name: "Lobby".to_owned(),
        result,
        reason: reason.map(str::to_owned),
        facts: Some(facts),
        correlation: deed.correlation(),
    };
    store::sign_ins::record(&mut deed.tx, sign_in).await?;
    Ok(id)
}

async fn groups_of(tx: &mut Tx, user: &User, now: Timestamp) -> Verb<Vec<GroupId>> {
    let memberships = store::memberships::of_user(tx, user.id).await?;
    Ok(memberships.into_iter().filter(|membership| membership.counts(now)).map(|membership| membership.group).collect())
}
