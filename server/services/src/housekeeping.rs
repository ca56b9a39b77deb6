//! What time does by itself: invitations end, the idle and the deleted go, and what was kept long enough is forgotten.

use domain::event::{Action, Target, TargetKind};
use domain::id::{InvitationId, UserId};
use domain::invitation::{Invitation, Outcome};
use domain::text::EmailAddress;
use domain::time::Span;
use domain::user::{DELETED_KEPT, DeletedBy, IDLE_PENDING_KEPT, User};
use store::{StoreError, Stored};

use crate::{Actor, Refusal, Services, Verb, access, factors, people};

/// Authenticators without a first code, and passes that are over.
const FACTORS_WAIT: Span = Span::hours(1);
const PASSCODES_KEPT: Span = Span::days(1);
/// A little longer than the longest window that a limit counts.
const HITS_KEPT: Span = Span::days(31);
const JOBS_KEPT: Span = Span::days(30);
const LETTERS_KEPT: Span = Span::days(30);
const AUDIT_KEPT: Span = Span::days(365);
/// Counts of days, which name nobody.
const DAY_COUNTS_KEPT: i64 = 400;
/// How far back guests are sought whom no partner has got, though their domain is one's.
const STRAYS_SOUGHT: Span = Span::hours(1);
/// Batches of one kind in one round: the rest waits a minute, so that no round keeps others from writing for long.
const MOST_BATCHES: usize = 20;
/// Rows that the store forgets at once.
const BATCH: u64 = 1_000;

/// One round. Several nodes may make theirs at once; each part goes on where another failed.
///
/// # Errors
/// The first that was met, after all parts were tried.
pub async fn tick(services: &Services) -> Verb<()> {
    let actor = Actor::lobby(services);
    let mut round = Ok(());
    round = round.and(again(|| expire_invitations(services, &actor)).await);
    round = round.and(again(|| delete_idle(services, &actor)).await);
    round = round.and(again(|| erase_deleted(services, &actor)).await);
    services.countries.follow();
    round = round.and(crate::access::trials::take_back_due(services).await.map(|_| ()));
    round.and(prune(services).await)
}

/// Does a part again while it says that there is more. A conflict means that another node was there first.
async fn again<F: Future<Output = Verb<bool>>>(part: impl Fn() -> F) -> Verb<()> {
    for _ in 0..MOST_BATCHES {
        match part().await {
            Ok(true) => {}
            Ok(false) | Err(Refusal::Conflict) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes down what the clock has decided, and lets go what was held.
async fn expire_invitations(services: &Services, actor: &Actor) -> Verb<bool> {
    let mut deed = services.deed(actor).await?;
    let now = deed.now;
    let due = store::invitations::due(&mut deed.tx, now).await?;
    let over: Vec<(Invitation, Invitation)> =
        due.into_iter().filter_map(|stored| Some((stored.value.clone(), stored.value.expire(now)?))).collect();
    if over.is_empty() {
        return Ok(false);
    }
    let ids: Vec<InvitationId> = over.iter().map(|(invitation, _)| invitation.id).collect();
    store::invitations::end(&mut deed.tx, &ids, Outcome::Expired, None, now).await?;
    for (before, after) in &over {
        let target = Target::new(TargetKind::Invitation, before.id, before.address.as_str());
        deed.tell_change(Action::InvitationExpired, target, &before.state, &after.state);
    }
    deed.commit().await?;
    Ok(true)
}

/// Guests who took nothing up, and for whom nothing is pending, go as if deleted; a new invitation brings them back.
async fn delete_idle(services: &Services, actor: &Actor) -> Verb<bool> {
    let mut deed = services.deed(actor).await?;
    let now = deed.now;
    let idle = store::users::idle_pending(&mut deed.tx, now - IDLE_PENDING_KEPT).await?;
    if idle.is_empty() {
        return Ok(false);
    }
    // One by one: each names the version it was read at.
    for guest in idle {
        let before = guest.value.standing;
        let guest = guest.try_with(|guest| guest.delete(DeletedBy::Disuse, now))?;
        store::users::save(&mut deed.tx, &guest).await?;
        deed.tell_change(Action::UserDeleted, people::target(&guest.value), &before, &guest.value.standing);
    }
    deed.commit().await?;
    Ok(true)
}

/// Profile, identities and the rest go for good; logs keep the id and a pseudonym.
async fn erase_deleted(services: &Services, actor: &Actor) -> Verb<bool> {
    let mut deed = services.deed(actor).await?;
    let now = deed.now;
    let gone = store::users::deleted_before(&mut deed.tx, now - DELETED_KEPT).await?;
    if gone.is_empty() {
        return Ok(false);
    }
    for user in gone {
        let (id, before) = (user.value.id, user.value.address.clone());
        let pseudonym = pseudonym(&user.value)?;
        let user: Stored<User> = user.try_with(|user| user.erase(pseudonym, now))?;
        let open = store::invitations::open_of_user(&mut deed.tx, id).await?;
        let open: Vec<InvitationId> = open.into_iter().map(|invitation| invitation.value.id).collect();
        store::invitations::end(&mut deed.tx, &open, Outcome::Revoked, None, now).await?;
        store::memberships::remove_all(&mut deed.tx, id).await?;
        store::groups::remove_ownerships(&mut deed.tx, id).await?;
        store::sessions::end_all(&mut deed.tx, id).await?;
        factors::drop_all(&mut deed.tx, id).await?;
        store::users::save(&mut deed.tx, &user).await?;
        store::users::erase(&mut deed.tx, &user.value, &before).await?;
        deed.tell(Action::UserErased, people::target(&user.value));
    }
    deed.commit().await?;
    Ok(true)
}

/// Stands in the place of an erased address; no mail goes there (RFC 2606, section 2).
fn pseudonym(user: &User) -> Verb<EmailAddress> {
    let text = format!("erased-{}@erased.invalid", user.id);
    let parsed = EmailAddress::parse(&text);
    parsed.map_err(|_| Refusal::Broken(StoreError::Unreadable { what: "pseudonym", value: text }))
}

/// Forgets what was kept long enough, each kind in transactions of its own.
async fn prune(services: &Services) -> Verb<()> {
    let now = services.now();
    let mut tx = services.store.begin().await?;
    store::sessions::prune(&mut tx, now).await?;
    store::passcodes::prune(&mut tx, now - PASSCODES_KEPT).await?;
    store::attempts::prune(&mut tx, now - PASSCODES_KEPT, now).await?;
    store::drafts::prune(&mut tx, now).await?;
    store::passkeys::prune(&mut tx, now).await?;
    store::authenticators::prune(&mut tx, now - FACTORS_WAIT).await?;
    store::enrolment_passes::prune(&mut tx, now - FACTORS_WAIT).await?;
    store::hits::prune(&mut tx, now - HITS_KEPT).await?;
    store::jobs::prune(&mut tx, now - JOBS_KEPT).await?;
    store::sign_ins::prune_days(&mut tx, access::days_ago(services, DAY_COUNTS_KEPT)).await?;
    store::partners::file_strays(&mut tx, UserId(domain::id::first(now - STRAYS_SOUGHT))).await?;
    tx.commit().await?;
    macro_rules! in_batches {
        ($($prune:path, $kept:expr;)+) => { $(
            again(|| async {
                let mut tx = services.store.begin().await?;
                let forgotten = $prune(&mut tx, now - $kept).await?;
                tx.commit().await?;
                Ok(forgotten >= BATCH)
            })
            .await?;
        )+ };
    }
    let sign_ins_kept = services.tenant().access.value.days_in_force(now);
    in_batches! {
        store::outbox::prune, LETTERS_KEPT;
        store::audit::prune, AUDIT_KEPT;
        store::sign_ins::prune, Span::days(i64::from(sign_ins_kept));
    }
    Ok(())
}
