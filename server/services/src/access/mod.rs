//! Conditional access at work: gathers the facts of an attempt, has them judged, writes down what came of it. Enforcement,
//! What-If, replay and the apps page all ask here; the rule itself is `domain::access::evaluate`.

pub mod attempts;
pub mod break_glass;
mod change;
pub mod coverage;
pub mod form;
mod gate;
pub mod locations;
mod lockout;
mod naming;
pub mod notes;
pub mod parts;
pub mod policies;
mod record;
pub mod replay;
pub mod settings;
pub mod terms;
pub mod trials;
pub mod whatif;

/// Rows as pages show them.
pub mod rows {
    pub use store::access::{Listed, Tally, Trial};
    pub use store::terms::Acceptance;
}

pub use gate::{Admission, Held, Stop, Verdicts, admit, look_again};
pub use naming::of_nobody;
pub(crate) use naming::{in_use, is_protected, regrouped, telling_apart, tells_apart_at_lobby};
pub(crate) use record::{Written, days_ago, write};

use std::sync::Arc;

use domain::access::{Attempt, Outcome, Person, Place, PolicySet, Proof, Target, Verdict, evaluate, why};
use domain::session::{Origin, Session};
use domain::time::Timestamp;
use domain::user::User;
use store::Tx;

use crate::{Services, Verb, Viewer};

/// The error that Entra shows for the same; people look it up.
pub const BLOCKED_CODE: &str = "53003";

/// An attempt with what the policies say of it.
#[derive(Debug, Clone)]
pub struct Asked {
    pub attempt: Attempt,
    pub verdict: Verdict,
    pub set: Arc<PolicySet>,
}

impl Asked {
    pub fn outcome(&self) -> &Outcome {
        &self.verdict.outcome
    }

    pub fn is_granted(&self) -> bool {
        self.verdict.is_granted()
    }

    /// Why it was blocked, of each policy that blocks.
    pub fn why(&self) -> Vec<why::Why> {
        why::why(&self.set, &self.verdict, &self.attempt)
    }
}

impl Services {
    /// The policies, locations and terms in force on this node.
    pub fn policies(&self) -> Arc<PolicySet> {
        self.policies.load_full()
    }

    /// The same as they stand in this transaction: kept ones where nothing has changed since.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub(crate) async fn policies_in(&self, tx: &mut Tx) -> Verb<Arc<PolicySet>> {
        let kept = self.policies();
        let version = store::guards::version(tx, store::access::GUARD).await?;
        Ok(if kept.version == version { kept } else { Arc::new(store::access::at(tx, version).await?) })
    }

    /// Reads them anew: after every change, before its verb answers.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn reload_policies(&self) -> Verb<()> {
        let set = store::access::current(&mut self.store.read().await?).await?;
        self.policies.store(Arc::new(set));
        Ok(())
    }

    /// Reads them anew where another process changed them: the command line, another node.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn follow_policies(&self) -> Verb<()> {
        let version = store::guards::version(&mut self.store.read().await?, store::access::GUARD).await?;
        if version == self.policies().version { Ok(()) } else { self.reload_policies().await }
    }

    /// Has an attempt judged.
    pub fn judge(&self, attempt: Attempt) -> Asked {
        let set = self.policies();
        let verdict = evaluate(&set, &attempt);
        Asked { attempt, verdict, set }
    }
}

/// The proof that a session stands on.
pub(crate) fn proof_of(session: &Session) -> Proof {
    let Session { auth_time, proof_application, multifactor_at, .. } = session;
    Proof { at: *auth_time, application: *proof_application, multifactor_at: *multifactor_at }
}

/// Every fact about one attempt of a person, as it is in this transaction.
pub(crate) async fn attempt(
    services: &Services,
    tx: &mut Tx,
    user: &User,
    origin: &Origin,
    proof: Proof,
    target: Target,
    now: Timestamp,
) -> Verb<Attempt> {
    let groups = store::memberships::groups_of(tx, user.id, now).await?;
    let accepted = match services.policies().terms.is_empty() {
        true => Vec::new(),
        false => store::terms::of_user(tx, user.id).await?,
    };
    let person = Person { id: user.id, user_type: user.user_type, roles: user.roles, groups };
    let place = Place { address: origin.address, country: services.countries.of(origin.address) };
    Ok(Attempt { at: now, person, target, place, platform: origin.platform, proof, accepted })
}

/// What the policies say of the viewer's going to `target` now. Nothing is written.
///
/// # Errors
/// Where the database does not answer.
pub async fn look(services: &Services, viewer: &Viewer, target: Target) -> Verb<Asked> {
    let mut tx = services.store.read().await?;
    let proof = proof_of(&viewer.session);
    let attempt = attempt(services, &mut tx, &viewer.user, &viewer.origin, proof, target, services.now()).await?;
    Ok(services.judge(attempt))
}
