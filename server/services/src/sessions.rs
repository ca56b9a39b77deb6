//! Sessions: made after a proof, looked up at every request, listed and ended by their person.

use domain::event::{Action, Target, TargetKind};
use domain::id::{RequestId, SessionId};
use domain::session::{IDLE, MOST_SESSIONS, Origin, Session};
use domain::user::User;

use crate::deed::Deed;
use crate::signin::Entry;
use crate::{Denied, Secret, Services, Verb, Viewer};

/// A new session of a person whose identity was proved in this request; the token is for the cookie.
pub(crate) async fn open(
    deed: &mut Deed<'_>,
    user: &User,
    entry: Entry,
    kept: bool,
    origin: &Origin,
) -> Verb<(Session, Secret)> {
    let token = Secret::random();
    let now = deed.now;
    let session = Session {
        id: deed.id(),
        user: user.id,
        created_at: now,
        auth_time: entry.auth_time,
        methods: entry.methods,
        multifactor_at: entry.multifactor_at,
        proof_application: None,
        last_seen_at: now,
        ends_at: now + Session::absolute(user.user_type),
        kept,
        origin: origin.clone(),
        by: entry.by,
    };
    store::sessions::insert(&mut deed.tx, &session, &token.digest()).await?;
    store::sessions::end_oldest(&mut deed.tx, user.id, MOST_SESSIONS).await?;
    store::users::signed_in(&mut deed.tx, user.id, now).await?;
    deed.tell(Action::SignedIn, Target::new(TargetKind::Session, session.id, user.shown_name()));
    Ok((session, token))
}

/// Whose request this is; `None` where the token opens nothing any more.
///
/// # Errors
/// Where the database does not answer.
pub async fn viewer(
    services: &Services,
    token: &Secret,
    origin: Origin,
    correlation: RequestId,
) -> Verb<Option<Viewer>> {
    let mut tx = services.store.read().await?;
    let Some(known) = store::sessions::by_digest(&mut tx, &token.digest()).await? else { return Ok(None) };
    drop(tx);
    let now = services.now();
    if !known.session.is_alive(now) || known.user.may_enter(now).is_err() {
        return Ok(None);
    }
    if known.session.wants_touch(now) {
        let mut tx = services.store.begin().await?;
        store::sessions::touch(&mut tx, known.session.id, now).await?;
        tx.commit().await?;
    }
    Ok(Some(Viewer::new(services, known, origin, correlation)))
}

/// The viewer's own sessions that are alive, the newest first.
pub async fn list(services: &Services, viewer: &Viewer) -> Verb<Vec<Session>> {
    let now = services.now();
    let mut tx = services.store.read().await?;
    Ok(store::sessions::of_user(&mut tx, viewer.user.id, now, now - IDLE).await?)
}

/// Signs out: the session of this request ends.
pub async fn sign_out(services: &Services, viewer: &Viewer) -> Verb<()> {
    let mut deed = services.deed(viewer.actor()).await?;
    store::sessions::end(&mut deed.tx, viewer.user.id, viewer.session.id).await?;
    deed.tell(Action::SignedOut, Target::new(TargetKind::Session, viewer.session.id, viewer.user.shown_name()));
    deed.commit().await
}

/// Ends one session of the viewer's own; wants a fresh proof, unless it is this one.
pub async fn end(services: &Services, viewer: Viewer, session: SessionId) -> Verb<()> {
    if session == viewer.session.id {
        return sign_out(services, &viewer).await;
    }
    let viewer = viewer.fresh(services)?;
    let mut deed = services.deed(viewer.actor()).await?;
    if !store::sessions::end(&mut deed.tx, viewer.user.id, session).await? {
        return Err(Denied::NotFound.into());
    }
    deed.tell(Action::SessionsEnded, Target::new(TargetKind::Session, session, viewer.user.shown_name()));
    deed.commit().await
}

/// Ends every other session of the viewer; wants a fresh proof.
pub async fn end_others(services: &Services, viewer: Viewer) -> Verb<()> {
    let viewer = viewer.fresh(services)?;
    let mut deed = services.deed(viewer.actor()).await?;
    store::sessions::end_others(&mut deed.tx, viewer.user.id, viewer.session.id).await?;
    deed.tell(Action::SessionsEnded, Target::new(TargetKind::User, viewer.user.id, viewer.user.shown_name()));
    deed.commit().await
}
