//! A note to the owners of an application from somebody whom a policy stopped: one a day for an application.

use domain::event::{Action, SignInResult, Target, TargetKind};
use domain::id::SignInId;
use domain::letter::{Lane, Letter};

use crate::limits::Limit;
use crate::{Denied, Refusal, Services, Verb, Viewer};

/// Sends the note. It carries the attempt, so that whoever looks into it finds it in the log.
///
/// # Errors
/// `NotFound` for an attempt that is not the viewer's own or was not stopped; `owners_none` where nobody would read it;
/// `TooMany` where one went today.
pub async fn ask_owner(services: &Services, viewer: &Viewer, attempt: SignInId) -> Verb<()> {
    let mut deed = services.deed(viewer.actor()).await?;
    let sign_in = store::sign_ins::get(&mut deed.tx, attempt).await?;
    let own =
        |sign_in: &store::sign_ins::SignIn| sign_in.user == viewer.user.id && sign_in.result == SignInResult::Blocked;
    let sign_in = sign_in.filter(own).ok_or(Denied::NotFound)?;
    let app = sign_in.application.ok_or(Denied::NotFound)?;
    let application = store::applications::get(&mut deed.tx, app).await?.ok_or(Denied::NotFound)?.value;
    let group = application.self_service.ok_or(Refusal::Rule("owners_none"))?.group;
    let owners = store::groups::owners(&mut deed.tx, group).await?;
    let owners: Vec<_> = owners.into_iter().filter(|owner| owner.may_enter(deed.now).is_ok()).collect();
    if owners.is_empty() {
        return Err(Refusal::Rule("owners_none"));
    }
    deed.count(&format!("note:{app}:{}", viewer.user.id), &[Limit::a_day(1)]).await?;
    for owner in owners {
        deed.send(Lane::Single, Letter::AccessAsked { attempt, group, to: owner.id });
    }
    let target = Target::new(TargetKind::Application, app, application.name.as_str());
    deed.tell_change(Action::OwnerAsked, target, &(), &serde_json::json!({ "attempt": attempt }));
    deed.commit().await
}
