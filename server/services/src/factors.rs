//! Second factors: whether somebody has one, and whether they may add or remove one now. Each kind has a file of its own;
//! passkeys, which sign in too, live in `passkeys`.

pub mod passes;
pub mod recovery;
pub mod totp;

use domain::event::{Target, TargetKind};
use domain::factor::{Authenticator, Enrolment, EnrolmentError, FAILURES_WITHIN, MOST_FAILURES, is_recent};
use domain::id::UserId;
use domain::session::FRESH;
use domain::settings::Security;
use domain::time::Timestamp;
use domain::user::{ExternalState, User};
use store::settings::SECURITY;
use store::{Stored, Tx};

use crate::deed::Deed;
use crate::limits::{Limit, left};
use crate::{Denied, Refusal, Services, Verb, Viewer, access};

/// Of any one kind of code, by anybody for one person.
const FAILURES: &[Limit] = &[Limit { most: MOST_FAILURES, window: FAILURES_WITHIN }];

/// What somebody has beside passkeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub authenticator: Option<Authenticator>,
    /// Recovery codes that were not used.
    pub recovery_codes: i64,
}

impl From<EnrolmentError> for Refusal {
    fn from(error: EnrolmentError) -> Self {
        match error {
            EnrolmentError::Stale => Denied::Stale.into(),
            EnrolmentError::WantsFactor => Denied::Factor.into(),
            EnrolmentError::WantsPass => Self::Rule("pass_wanted"),
        }
    }
}

/// Has this person a second factor? Recovery codes alone are none: they stand in for one.
///
/// # Errors
/// Where the database does not answer.
pub async fn has_any(tx: &mut Tx, user: UserId) -> Verb<bool> {
    Ok(store::passkeys::has_any(tx, user).await? || totp::confirmed(tx, user).await?.is_some())
}

/// The same of the viewer.
///
/// # Errors
/// Where the database does not answer.
pub async fn has_one(services: &Services, viewer: &Viewer) -> Verb<bool> {
    has_any(&mut services.store.read().await?, viewer.user.id).await
}

/// What the viewer has.
///
/// # Errors
/// Where the database does not answer.
pub async fn mine(services: &Services, viewer: &Viewer) -> Verb<Held> {
    held(&mut services.store.read().await?, viewer.user.id).await
}

/// What anybody has.
pub(crate) async fn held(tx: &mut Tx, user: UserId) -> Verb<Held> {
    let authenticator = totp::confirmed(tx, user).await?;
    let authenticator = authenticator.map(|stored| Authenticator {
        added_at: stored.value.confirmed_at.unwrap_or(stored.value.created_at),
        last_used_at: stored.value.last_used_at,
    });
    Ok(Held { authenticator, recovery_codes: store::recovery_codes::left(tx, user).await?.0 })
}

/// May the viewer add or remove a factor from this session now?
///
/// # Errors
/// `Stale`, `Factor` or `pass_wanted`: what would have to come first; `security_asks`, `security_blocked` where an
/// access policy stands against it.
pub async fn may_change(services: &Services, viewer: &Viewer) -> Verb<()> {
    may_change_in(services, &mut services.store.read().await?, viewer).await
}

/// Who has a factor uses it before they change how they come in: a code to the mailbox is what its thief has.
///
/// # Errors
/// `Factor`.
pub(crate) async fn used_where_held(tx: &mut Tx, viewer: &Viewer, now: Timestamp) -> Verb<()> {
    if !is_recent(viewer.session.multifactor_at, FRESH, now) && has_any(tx, viewer.user.id).await? {
        return Err(Denied::Factor.into());
    }
    Ok(())
}

pub(crate) async fn may_change_in(services: &Services, tx: &mut Tx, viewer: &Viewer) -> Verb<()> {
    let (user, now) = (&viewer.user, services.now());
    let identities = store::identities::of_user(tx, user.id).await?;
    let began_at = match user.external {
        Some(ExternalState::Accepted { at }) => Some(at),
        Some(_) => None,
        None => identities.iter().map(|identity| identity.created_at).min(),
    };
    let settings: Option<Stored<Security>> = store::settings::get(tx, SECURITY).await?;
    let open = settings.is_some_and(|settings| settings.value.enrolment_is_open(now));
    let enrolment = Enrolment {
        session: &viewer.session,
        began_at,
        pass_at: store::enrolment_passes::used_in(tx, viewer.session.id).await?,
        // Whoever holds a role wants a pass of an Administrator, however open it is for others.
        open: open && user.roles.is_empty(),
        anchor: identities.iter().find(|identity| identity.anchor && !identity.is_mailbox()),
        enrolled: has_any(tx, user.id).await?,
    };
    enrolment.may_change(now)?;
    secured(services, tx, viewer).await
}

/// What the access policies for security information say.
async fn secured(services: &Services, tx: &mut Tx, viewer: &Viewer) -> Verb<()> {
    use domain::access::{Outcome, Target::SecurityInformation};
    if !services.policies().speaks_for(SecurityInformation) {
        return Ok(());
    }
    let (proof, now) = (access::proof_of(&viewer.session), services.now());
    let attempt = access::attempt(services, tx, &viewer.user, &viewer.origin, proof, SecurityInformation, now).await?;
    match services.judge(attempt).outcome() {
        Outcome::Granted => Ok(()),
        Outcome::Demanded(_) => Err(Refusal::Rule("security_asks")),
        Outcome::Blocked => Err(Refusal::Rule("security_blocked")),
    }
}

/// What two deeds about one person's factors queue on.
pub(crate) fn guard(user: UserId) -> String {
    format!("factors:{user}")
}

pub(crate) fn target(user: &User) -> Target {
    Target::new(TargetKind::User, user.id, user.shown_name())
}

/// A factor went: what stands in for factors goes with the last of them.
pub(crate) async fn lost_one(tx: &mut Tx, user: UserId) -> Verb<()> {
    if !has_any(tx, user).await? {
        store::recovery_codes::drop(tx, user).await?;
    }
    Ok(())
}

/// Everything of somebody who is erased.
pub(crate) async fn drop_all(tx: &mut Tx, user: UserId) -> Verb<()> {
    store::passkeys::drop_all(tx, user).await?;
    store::authenticators::drop(tx, user).await?;
    store::recovery_codes::drop(tx, user).await?;
    Ok(store::enrolment_passes::drop(tx, user).await?)
}

/// Refuses while too many codes have failed.
///
/// # Errors
/// `TooMany` says until when.
async fn not_paused(deed: &mut Deed<'_>, bucket: &str) -> Verb<()> {
    let (more, until) = left(&mut deed.tx, bucket, FAILURES, deed.now).await?;
    if more < 1 { Err(Refusal::TooMany { until }) } else { Ok(()) }
}

/// Counts a code that did not match, which begins the pause at last.
async fn failed(mut deed: Deed<'_>, bucket: &str, user: &User) -> Verb<()> {
    deed.count(bucket, FAILURES).await?;
    if left(&mut deed.tx, bucket, FAILURES, deed.now).await?.0 < 1 {
        deed.tell(domain::event::Action::LimitHit, target(user));
    }
    deed.commit().await
}
