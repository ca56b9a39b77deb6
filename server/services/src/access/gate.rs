//! The gate to Lobby's own pages: asked at every request. A verdict is kept a minute while address, platform, session and
//! policies stay the same.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use domain::access::{Demand, Outcome, Target, why::Why};
use domain::id::{SessionId, SignInId};
use domain::session::{Platform, Session};
use domain::time::{Span, Timestamp};

use super::{Asked, Written, look, write};
use crate::{Services, Verb, Viewer};

const KEPT: Span = Span::seconds(60);
/// Refusals of one session that are written down within [`KEPT`]: who changes platform or address at every request must not
/// fill the log.
const WRITTEN: u32 = 5;
/// Sessions whose verdicts are kept; beyond, those that are over go.
const MOST: usize = 10_000;

/// Somebody with a session: let in, or held before the gate.
#[derive(Debug, Clone)]
pub enum Admission {
    Full(Box<Viewer>),
    Held(Box<Held>),
}

/// A session that is not full: it may prove, accept terms, enrol a factor where one lets it pass, leave and sign out.
#[derive(Debug, Clone)]
pub struct Held {
    viewer: Viewer,
    pub stop: Stop,
}

/// What holds somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// What would let them pass; `None` where they are blocked.
    pub demand: Option<Demand>,
    pub why: Vec<Why>,
    /// The attempt in the log.
    pub attempt: SignInId,
}

/// The verdicts of the last minute.
#[derive(Debug, Default)]
pub struct Verdicts(Mutex<HashMap<SessionId, Kept>>);

#[derive(Debug, Clone)]
struct Kept {
    at: Timestamp,
    of: Facts,
    stop: Option<Stop>,
    refusals: Refusals,
}

/// Those of one session that were written down.
#[derive(Debug, Clone, Copy)]
struct Refusals {
    since: Timestamp,
    amount: u32,
    last: Option<SignInId>,
}

impl Refusals {
    /// The attempt that stands for a further one, where there were enough.
    fn instead(self) -> Option<SignInId> {
        self.last.filter(|_| self.amount >= WRITTEN)
    }

    fn and(self, stop: Option<&Stop>) -> Self {
        match stop.map(|stop| stop.attempt) {
            Some(attempt) if self.last != Some(attempt) => {
                Self { amount: self.amount + 1, last: Some(attempt), ..self }
            }
            _ => self,
        }
    }
}

/// What a kept verdict hangs on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Facts {
    address: Option<IpAddr>,
    platform: Platform,
    auth_time: Timestamp,
    multifactor_at: Option<Timestamp>,
    set_version: i64,
}

impl Held {
    /// Who waits here. For the few deeds that need no verdict.
    pub fn viewer(&self) -> &Viewer {
        &self.viewer
    }
}

impl Stop {
    pub(crate) fn of(asked: &Asked, attempt: SignInId) -> Option<Self> {
        let demand = match asked.outcome() {
            Outcome::Granted => return None,
            Outcome::Demanded(demand) => Some(demand.clone()),
            Outcome::Blocked => None,
        };
        Some(Self { demand, why: asked.why(), attempt })
    }
}

impl Verdicts {
    fn get(&self, session: SessionId, of: &Facts, now: Timestamp) -> Option<Option<Stop>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(&session)?;
        (found.of == *of && now < found.at + KEPT).then(|| found.stop.clone())
    }

    /// What was written down of this session lately.
    fn refusals(&self, session: SessionId, now: Timestamp) -> Refusals {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(&session).map(|kept| kept.refusals).filter(|found| now < found.since + KEPT);
        found.unwrap_or(Refusals { since: now, amount: 0, last: None })
    }

    fn keep(&self, session: SessionId, verdict: Kept) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.retain(|_, old| verdict.at < old.at + KEPT);
        }
        kept.insert(session, verdict);
    }

    /// The next request of this session is judged anew.
    pub fn forget(&self, session: SessionId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&session);
    }
}

fn facts(services: &Services, viewer: &Viewer) -> Facts {
    let Session { auth_time, multifactor_at, .. } = viewer.session;
    let set_version = services.policies().version;
    Facts { address: viewer.origin.address, platform: viewer.origin.platform, auth_time, multifactor_at, set_version }
}

/// May this session use Lobby's own pages now? A refusal is written down: once a minute while nothing about it changes, and
/// about five times; of requests sent at once each may be the fifth.
///
/// # Errors
/// Where the database does not answer.
pub async fn admit(services: &Services, viewer: Viewer) -> Verb<Admission> {
    // Nothing speaks for Lobby, or nothing may keep this person out of it: no fact is gathered.
    let exempt = services.is_exempt(viewer.user.id, &viewer.session.methods);
    if exempt || !services.policies().speaks_for(Target::Lobby) {
        return Ok(Admission::Full(Box::new(viewer)));
    }
    let (of, now) = (facts(services, &viewer), services.now());
    let stop = match services.verdicts.get(viewer.session.id, &of, now) {
        Some(stop) => stop,
        None => {
            let refusals = services.verdicts.refusals(viewer.session.id, now);
            let stop = judge(services, &viewer, refusals.instead()).await?;
            let refusals = refusals.and(stop.as_ref());
            services.verdicts.keep(viewer.session.id, Kept { at: now, of, stop: stop.clone(), refusals });
            stop
        }
    };
    Ok(match stop {
        None => Admission::Full(Box::new(viewer)),
        Some(stop) => Admission::Held(Box::new(Held { viewer, stop })),
    })
}

/// What the policies say of whoever is held now. A kept verdict that holds no more is forgotten.
///
/// # Errors
/// Where the database does not answer.
pub async fn look_again(services: &Services, held: &Held) -> Verb<Asked> {
    let asked = look(services, &held.viewer, Target::Lobby).await?;
    if asked.is_granted() {
        services.verdicts.forget(held.viewer.session.id);
    }
    Ok(asked)
}

async fn judge(services: &Services, viewer: &Viewer, instead: Option<SignInId>) -> Verb<Option<Stop>> {
    let asked = look(services, viewer, Target::Lobby).await?;
    if asked.is_granted() {
        return Ok(None);
    }
    if let Some(attempt) = instead {
        return Ok(Stop::of(&asked, attempt));
    }
    let written = Written {
        user: &viewer.user,
        origin: &viewer.origin,
        methods: &viewer.session.methods,
        application: None,
        refused: None,
        correlation: viewer.correlation,
    };
    let mut tx = services.store.begin().await?;
    let attempt = write(services, &mut tx, &asked, written).await?;
    tx.commit().await?;
    Ok(Stop::of(&asked, attempt))
}
