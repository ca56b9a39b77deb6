//! One row of the sign-in log for each attempt: all facts that the rule read, the version of the set, and what each policy
//! that applied said.

use domain::access::{Judgment, Outcome};
use domain::event::SignInResult;
use domain::id::{AppId, RequestId, SignInId};
use domain::session::{Method, Origin};
use domain::time::{Span, Timestamp};
use domain::user::User;
use store::Tx;
use store::sign_ins::{Applied, Facts, SignIn};

use super::Asked;
use crate::{Services, Verb};

/// What is written of an attempt besides what was judged.
pub(crate) struct Written<'a> {
    pub user: &'a User,
    pub origin: &'a Origin,
    pub methods: &'a [Method],
    /// `None` is Lobby itself.
    pub application: Option<(AppId, &'a str)>,
    /// Why it failed before any policy was asked, or was blocked by something else than a policy.
    pub refused: Option<(SignInResult, &'a str)>,
    pub correlation: RequestId,
}

/// Writes the attempt down.
pub(crate) async fn write(services: &Services, tx: &mut Tx, asked: &Asked, written: Written<'_>) -> Verb<SignInId> {
    let Asked { attempt, verdict, set } = asked;
    let exempt = written.application.is_none() && services.is_exempt(written.user.id, written.methods);
    let (result, reason) = match (written.refused, &verdict.outcome) {
        (Some((result, reason)), _) => (result, Some(reason)),
        _ if exempt => (SignInResult::Success, None),
        (None, Outcome::Granted) => (SignInResult::Success, None),
        (None, Outcome::Demanded(_)) => (SignInResult::Interrupted, Some("access_asks")),
        (None, Outcome::Blocked) => (SignInResult::Blocked, Some("access_blocked")),
    };
    let applied = verdict.judged.iter().filter(|judged| !matches!(judged.judgment, Judgment::NotApplied(_)));
    let applied = applied.map(|judged| {
        let (policy, report_only) = (judged.policy, judged.report_only);
        Applied { policy, report_only, result: judged.judgment.result() }
    });
    // What was refused before the policies were asked says nothing about them.
    let applied: Vec<Applied> = if written.refused.is_some() { Vec::new() } else { applied.collect() };
    let id = services.ids.next(attempt.at);
    let sign_in = SignIn {
        id,
        at: attempt.at,
        user: written.user.id,
        user_name: written.user.shown_name().to_owned(),
        application: written.application.map(|(app, _)| app),
        application_name: written.application.map_or("Lobby", |(_, name)| name).to_owned(),
        result,
        reason: reason.map(str::to_owned),
        facts: Some(Facts {
            origin: written.origin.clone(),
            user_type: attempt.person.user_type,
            roles: attempt.person.roles,
            groups: attempt.person.groups.clone(),
            methods: written.methods.to_vec(),
            auth_time: attempt.proof.at,
            multifactor_at: attempt.proof.multifactor_at,
            country: attempt.place.country,
            proof_application: attempt.proof.application,
            accepted: attempt.accepted.clone(),
        }),
        correlation: written.correlation,
        set_version: if written.refused.is_some() { 0 } else { set.version },
    };
    store::sign_ins::record(tx, sign_in, &applied, day(services, attempt.at)).await?;
    Ok(id)
}

/// The calendar day of a moment in the organization's time zone, in days since 1970-01-01.
pub(crate) fn day(services: &Services, at: Timestamp) -> i64 {
    services.tenant().organization.value.zone.day(at)
}

/// So many days back from today.
pub(crate) fn days_ago(services: &Services, days: i64) -> i64 {
    day(services, services.now() - Span::days(days))
}
