//! The tiles of a person, and the gate behind each.

use domain::application::LaunchUrl;
use domain::event::SignInResult;
use domain::id::AppId;
use store::applications::{Launched, Tile};
use store::sign_ins::{Facts, SignIn};

use crate::{Denied, Refusal, Services, Verb, Viewer};

/// What the viewer may see and launch now, by name.
pub async fn tiles(services: &Services, viewer: &Viewer) -> Verb<Vec<Tile>> {
    let mut tx = services.store.read().await?;
    Ok(store::applications::tiles(&mut tx, viewer.user.id, services.now()).await?)
}

/// Where the application launches, if it is enabled and assigned to the viewer. The sign-in log records the launch, and
/// the refusal, with the facts of this moment.
///
/// # Errors
/// `NotFound` where there is no such application or nothing gives it to the viewer; `application_disabled`.
pub async fn launch(services: &Services, viewer: &Viewer, id: AppId) -> Verb<LaunchUrl> {
    let (now, user) = (services.now(), &viewer.user);
    // Read before the writing transaction begins: on SQLite there is one of those at a time.
    let mut tx = services.store.read().await?;
    let Launched { name, launch_url, enabled, assigned } =
        store::applications::launched(&mut tx, id, user.id, now).await?.ok_or(Denied::NotFound)?;
    let groups = store::memberships::groups_of(&mut tx, user.id, now).await?;
    drop(tx);
    let refusal = match (assigned, enabled) {
        (false, _) => Some(("not_assigned", Refusal::from(Denied::NotFound))),
        (true, false) => Some(("application_disabled", Refusal::Rule("application_disabled"))),
        (true, true) => None,
    };
    let sign_in = SignIn {
        id: services.ids.next(now),
        at: now,
        user: user.id,
        user_name: user.shown_name().to_owned(),
        application: Some(id),
        application_name: name,
        result: if refusal.is_none() { SignInResult::Success } else { SignInResult::Blocked },
        reason: refusal.as_ref().map(|(reason, _)| (*reason).to_owned()),
        facts: Some(Facts {
            origin: viewer.origin.clone(),
            user_type: user.user_type,
            roles: user.roles,
            groups,
            methods: viewer.session.methods.clone(),
            auth_time: viewer.session.auth_time,
            multifactor_at: viewer.session.multifactor_at,
        }),
        correlation: viewer.correlation,
    };
    let mut tx = services.store.begin().await?;
    store::sign_ins::record(&mut tx, sign_in).await?;
    if refusal.is_none() {
        store::applications::used(&mut tx, id, user.id, now).await?;
    }
    tx.commit().await?;
    refusal.map_or(Ok(launch_url), |(_, refusal)| Err(refusal))
}
