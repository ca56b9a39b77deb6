//! "Why can't this guest get in?": what a guest attempted, told to an owner of a group that they belong to. No address, no
//! range and no policy is told; what stopped them is judged again by the policies as they stood then.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use domain::access::why::{LocationWhy, Why, why};
use domain::access::{Country, Outcome, PolicySet, evaluate};
use domain::event::SignInResult;
use domain::group::Group;
use domain::id::{GroupId, SignInId, UserId};
use domain::session::Platform;
use domain::time::Timestamp;
use domain::user::User;
use store::sign_ins::SignIn;
use store::{Page, PageAsk, Tx};

use crate::{Denied, OwnerOf, Services, Verb};

/// One attempt, as far as an owner may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    pub id: SignInId,
    pub at: Timestamp,
    pub application: String,
    pub result: SignInResult,
    /// A stable code where the result is not success.
    pub reason: Option<String>,
    /// What the policies of that moment say of it; `None` where none was asked, or the facts are gone.
    pub outcome: Option<Outcome>,
    /// The conditions of the policies that blocked it, without the places that they name.
    pub why: Vec<Why>,
    /// `None` once the facts are gone.
    pub from: Option<(Platform, Country)>,
}

/// What the guest attempted at the applications that the group opens, and at Lobby itself, since they were added, the
/// newest first; `None` where the owner is told nothing of them.
///
/// # Errors
/// `NotFound` for somebody who is not in the group.
pub async fn of_guest(
    services: &Services,
    by: &OwnerOf<Group>,
    user: UserId,
    ask: &PageAsk,
) -> Verb<Option<Page<Tried>>> {
    let group = by.group().id;
    let mut tx = services.store.read().await?;
    let Some((_, since)) = guest_of(&mut tx, group, user, services.now()).await? else { return Ok(None) };
    let page = store::sign_ins::of_member(&mut tx, group, user, since, ask).await?;
    let sets = sets(&mut tx, &page.items).await?;
    page.try_map(|sign_in| Ok(tried(&sets, sign_in))).map(Some)
}

/// A guest of whom an owner may know how they get in, and since when they are the owner's guest. A colleague is none, nor
/// is somebody whose stay has ended, and nobody becomes one by being invited: until they accept, only who comes for the
/// first time is seen.
///
/// # Errors
/// `NotFound` for somebody who is not in the group.
pub(super) async fn guest_of(
    tx: &mut Tx,
    group: GroupId,
    user: UserId,
    now: Timestamp,
) -> Verb<Option<(User, Timestamp)>> {
    let membership = store::memberships::get(tx, group, user).await?.ok_or(Denied::NotFound)?;
    let user = store::users::get(tx, user).await?.ok_or(Denied::NotFound)?.value;
    let comes_first = membership.held_for.is_some() && user.pending_since().is_some();
    let is_theirs = user.is_guest() && (membership.counts(now) || comes_first);
    Ok(is_theirs.then_some((user, membership.added_at)))
}

/// The sets that judged these attempts, each read once.
async fn sets(tx: &mut Tx, attempts: &[SignIn]) -> Verb<HashMap<i64, PolicySet>> {
    let mut sets = HashMap::new();
    for version in attempts.iter().map(|sign_in| sign_in.set_version).filter(|version| *version > 0) {
        if let Entry::Vacant(unread) = sets.entry(version) {
            unread.insert(store::access::at(tx, version).await?);
        }
    }
    Ok(sets)
}

fn tried(sets: &HashMap<i64, PolicySet>, sign_in: SignIn) -> Tried {
    let attempt = sign_in.attempt();
    let judged = attempt.as_ref().zip(sets.get(&sign_in.set_version)).map(|(attempt, set)| {
        let verdict = evaluate(set, attempt);
        (conditions(why(set, &verdict, attempt)), verdict.outcome)
    });
    let (why, outcome) = judged.map_or_else(Default::default, |(why, outcome)| (why, Some(outcome)));
    Tried {
        id: sign_in.id,
        at: sign_in.at,
        application: sign_in.application_name,
        result: sign_in.result,
        reason: sign_in.reason,
        outcome,
        why,
        from: attempt.map(|attempt| (attempt.platform, attempt.place.country)),
    }
}

/// That there is a condition on the place, and not which places it names.
pub(super) fn conditions(why: Vec<Why>) -> Vec<Why> {
    let bare = |why: Why| Why { location: why.location.map(|_| LocationWhy::default()), ..why };
    why.into_iter().map(bare).collect()
}
