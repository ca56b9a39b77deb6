//! Enrolment passes: given to somebody who may not enrol a factor by themselves, shown once to who gives it, and used once.

use domain::event::Action;
use domain::factor::{PASS_LENGTH, PASS_LIFE};
use domain::group::Group;
use domain::id::UserId;
use domain::letter::{AccountChange, Lane, Letter};
use domain::role::Role;
use domain::user::User;
use store::enrolment_passes::Pass;

use super::recovery::plain;
use super::{failed, guard, not_paused, target};
use crate::deed::Deed;
use crate::{Denied, OwnerOf, Refusal, Secret, Services, UserAdmin, Verb, Viewer, people};

/// The secret, shown to whoever gives it; a letter tells the person that there is one.
///
/// # Errors
/// `own_account`; `holds_role` where an Administrator has to; `user_is_deleted`.
pub async fn give(services: &Services, by: &UserAdmin, user: UserId) -> Verb<Secret> {
    let mut deed = services.deed(by.actor()).await?;
    let person = people::live(&mut deed.tx, user).await?.value;
    people::may_change_sign_in(&by.viewer().user, &person)?;
    give_in(services, deed, by.viewer(), &person).await
}

/// The same by an owner: only for a guest who is in no group that somebody else owns.
///
/// # Errors
/// `NotFound` where they are not in the group; `Forbidden` where they are in another's too, or hold anything.
pub async fn give_by_owner(services: &Services, by: &OwnerOf<Group>, user: UserId) -> Verb<Secret> {
    let mut deed = services.deed(by.actor()).await?;
    let person = people::live(&mut deed.tx, user).await?.value;
    // Who may have them redeem anew may let them enrol: the same people vouch for both.
    if !people::may_reset(&mut deed.tx, by.viewer(), &person, by.group()).await? {
        return Err(Denied::Forbidden.into());
    }
    give_in(services, deed, by.viewer(), &person).await
}

async fn give_in(services: &Services, mut deed: Deed<'_>, by: &Viewer, person: &User) -> Verb<Secret> {
    let secret = Secret::letters(PASS_LENGTH);
    let now = deed.now;
    let pass = Pass {
        digest: digest(services, person.id, secret.expose()),
        user: person.id,
        given_by: by.user.id,
        by_administrator: by.has(Role::Administrator),
        created_at: now,
        expires_at: now + PASS_LIFE,
    };
    store::enrolment_passes::give(&mut deed.tx, &pass).await?;
    deed.tell(Action::PassGiven, target(person));
    deed.send(Lane::Single, Letter::AccountChanged { user: person.id, change: AccountChange::PassGiven });
    deed.commit().await?;
    Ok(secret)
}

/// Uses a pass up: for half an hour this session may enrol a factor.
///
/// # Errors
/// Beside `pass`: `pass_wrong`, also for one that was used or is too old, and for a role holder's that no Administrator
/// gave; `TooMany` after five that were.
pub async fn use_up(services: &Services, viewer: &Viewer, typed: &str) -> Verb<()> {
    let user = viewer.user.id;
    let bucket = format!("pass:{user}");
    let mut deed = services.deed(viewer.actor()).await?;
    store::guards::hold(&mut deed.tx, &guard(user)).await?;
    not_paused(&mut deed, &bucket).await?;
    let (digest, now) = (digest(services, user, &plain(typed)), deed.now);
    let taken = store::enrolment_passes::take(&mut deed.tx, &digest, user, viewer.session.id, now).await?;
    match taken {
        Some(by_administrator) if by_administrator || viewer.user.roles.is_empty() => {}
        Some(_) => return Err(Refusal::field("pass", "pass_wrong")),
        None => {
            failed(deed, &bucket, &viewer.user).await?;
            return Err(Refusal::field("pass", "pass_wrong"));
        }
    }
    deed.tell(Action::PassUsed, target(&viewer.user));
    deed.commit().await
}

fn digest(services: &Services, user: UserId, pass: &str) -> String {
    services.key.digest("enrolment-pass", &[&user.to_string(), pass])
}
