//! What a person may know of themselves: the applications they used, the consent they gave, and all of it as a file.

use domain::event::Action;
use domain::id::AppId;
use domain::invitation::{InvitationState, Outcome};
use domain::session::IDLE;
use domain::time::Timestamp;
use serde::Serialize;
use store::{Bind, Filter, PageAsk};

use super::target;
use crate::applications::NOT_ASSIGNED;
use crate::{Services, Verb, Viewer, identities};

/// Sign-ins of the file, the newest first.
const MOST_SIGN_INS: usize = 1000;

/// An application that was launched, and when last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Used {
    pub application: AppId,
    pub name: String,
    pub last_at: Timestamp,
}

/// Everything that is kept of the viewer. No secrets, and nothing of others but names.
#[derive(Debug, Serialize)]
pub struct MyData {
    made_at: String,
    organization: String,
    profile: serde_json::Value,
    ways_to_sign_in: Vec<serde_json::Value>,
    passkeys: Vec<serde_json::Value>,
    /// That they are there, and nothing that opens.
    second_factors: serde_json::Value,
    groups: Vec<serde_json::Value>,
    applications_used: Vec<serde_json::Value>,
    consents: Vec<serde_json::Value>,
    sessions: Vec<serde_json::Value>,
    sign_ins: Vec<serde_json::Value>,
}

/// The applications that the viewer launched, the last one first.
///
/// # Errors
/// Where the database does not answer.
pub async fn used(services: &Services, viewer: &Viewer) -> Verb<Vec<Used>> {
    let mut tx = services.store.read().await?;
    let used = store::applications::used_by(&mut tx, viewer.user.id).await?;
    Ok(used.into_iter().map(|(application, name, last_at)| Used { application, name, last_at }).collect())
}

/// Wants a fresh proof: whoever borrowed the browser must not carry everything away.
///
/// # Errors
/// `Stale`.
pub async fn my_data(services: &Services, viewer: Viewer) -> Verb<MyData> {
    let viewer = viewer.fresh(services)?;
    let (user, now) = (&viewer.user, services.now());
    let zone = super::zone(services, user);
    let at = |at: Timestamp| zone.format(at, "%Y-%m-%dT%H:%M:%S%:z");
    let used = used(services, &viewer).await?;
    let mut tx = services.store.read().await?;
    let identities = identities::of(&mut tx, user.id).await?;
    let passkeys = crate::passkeys::of(&mut tx, user.id).await?;
    let factors = crate::factors::held(&mut tx, user.id).await?;
    let groups = store::memberships::named_of_user(&mut tx, user.id).await?;
    let invitations = store::invitations::of_user(&mut tx, user.id).await?;
    let sessions = store::sessions::of_user(&mut tx, user.id, now, now - IDLE).await?;
    let ask = PageAsk { size: MOST_SIGN_INS, ..PageAsk::default() };
    let own = [Filter::new(store::sign_ins::BY_USER, [Bind::text(user.id)])];
    let sign_ins = store::sign_ins::page(&mut tx, &ask, &own).await?.items;
    drop(tx);
    let consents = invitations.iter().filter_map(|stored| match stored.value.state {
        InvitationState::Final { outcome: Outcome::Accepted, at: when, .. } => {
            Some(serde_json::json!({ "invited_at": at(stored.value.created_at), "accepted_at": at(when) }))
        }
        _ => None,
    });
    let data = MyData {
        made_at: at(now),
        organization: services.tenant().organization.value.name.to_string(),
        profile: serde_json::json!({
            "id": user.id, "type": user.user_type, "address": user.address, "name": user.name, "company": user.company,
            "language": user.language, "time_zone": user.time_zone, "created_at": at(user.created_at),
            "consented_at": user.consented_at.map(at), "last_sign_in_at": user.last_sign_in_at.map(at),
            "access_ends_at": user.ends_at.map(at), "roles": user.roles.iter().collect::<Vec<_>>(),
        }),
        ways_to_sign_in: identities
            .iter()
            .map(|own| {
                serde_json::json!({
                    "by": own.provider.as_ref().map_or("code by e-mail".to_owned(), |by| by.name.to_string()),
                    "issuer": own.identity.issuer, "subject": own.identity.subject, "address": own.identity.address,
                    "linked_at": at(own.identity.created_at), "used_at": own.identity.spoke_at.map(at),
                })
            })
            .collect(),
        passkeys: passkeys
            .iter()
            .map(|passkey| {
                let (added, used) = (at(passkey.created_at), passkey.last_used_at.map(at));
                serde_json::json!({ "name": passkey.name, "added_at": added, "used_at": used })
            })
            .collect(),
        second_factors: serde_json::json!({
            "authenticator_app": factors.authenticator.map(|own| {
                serde_json::json!({ "added_at": at(own.added_at), "used_at": own.last_used_at.map(at) })
            }),
            "recovery_codes_left": factors.recovery_codes,
        }),
        groups: groups
            .iter()
            .map(|(membership, name)| {
                serde_json::json!({
                    "name": name, "since": at(membership.added_at), "until": membership.ends_at.before_never().map(at),
                })
            })
            .collect(),
        applications_used: used
            .iter()
            .map(|used| serde_json::json!({ "name": used.name, "last_used_at": at(used.last_at) }))
            .collect(),
        consents: consents.collect(),
        sessions: sessions
            .iter()
            .map(|session| {
                serde_json::json!({
                    "began_at": at(session.created_at), "last_seen_at": at(session.last_seen_at),
                    "methods": session.methods, "address": session.origin.address, "client": session.origin.client,
                    "platform": session.origin.platform,
                })
            })
            .collect(),
        sign_ins: sign_ins
            .iter()
            // What was not theirs was not there for them, and has no name for them.
            .filter(|entry| entry.reason.as_deref() != Some(NOT_ASSIGNED))
            .map(|entry| {
                let origin = entry.facts.as_ref().map(|facts| &facts.origin);
                serde_json::json!({
                    "at": at(entry.at), "to": entry.application_name, "result": entry.result, "reason": entry.reason,
                    "address": origin.and_then(|origin| origin.address), "client": origin.map(|origin| &origin.client),
                })
            })
            .collect(),
    };
    services.note(viewer.actor(), Action::DataDownloaded, target(user)).await?;
    Ok(data)
}
