//! The sign-in record, with every fact that access policies will read, and the session that follows a proof.

use domain::event::SignInResult;
use domain::id::{AppId, GroupId, SignInId};
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
    pub by: Option<Vouched>,
}

impl Entry {
    /// By a method of Lobby's own, just now.
    pub fn by(method: Method, now: Timestamp) -> Self {
        Self { methods: vec![method], auth_time: now, by: None }
    }

    pub fn of(proved: &Proved, now: Timestamp) -> Self {
        Self { methods: proved.methods(), auth_time: proved.auth_time(now), by: proved.vouched() }
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
    record(deed, user, None, &entry.methods, entry.auth_time, SignInResult::Success, None).await?;
    let (session, token) = sessions::open(deed, user, entry, keep, &origin).await?;
    Ok((session, token, device_for(services, &user.address)))
}

/// Writes the sign-in record with every fact that access policies will read.
pub(crate) async fn record(
    deed: &mut Deed<'_>,
    user: &User,
    application: Option<(AppId, &str)>,
    methods: &[Method],
    auth_time: Timestamp,
    result: SignInResult,
    reason: Option<&str>,
) -> Verb<SignInId> {
    let Some(origin) = deed.origin().cloned() else { return Err(Refusal::Rule("broken")) };
    let groups = groups_of(&mut deed.tx, user, deed.now).await?;
    let facts =
        Facts { origin, user_type: user.user_type, roles: user.roles, groups, methods: methods.to_vec(), auth_time };
    let id = deed.id();
    let sign_in = SignIn {
        id,
        at: deed.now,
        user: user.id,
        user_name: user.shown_name().to_owned(),
        application: application.map(|(id, _)| id),
        application_name: application.map_or("Lobby", |(_, name)| name).to_owned(),
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
