//! Second factors: who may add or remove one now, which steps of an authenticator app count, and how recent is recent.

use serde::{Deserialize, Serialize};

use crate::identity::Identity;
use crate::session::{FRESH, Method, Session};
use crate::time::{Span, Timestamp};

/// How long after coming in for the first time, or after using a pass, a factor may be enrolled.
pub const ENROLMENT: Span = Span::minutes(30);
/// An enrolment pass that nobody used.
pub const PASS_LIFE: Span = Span::hours(24);
/// Characters of a pass.
pub const PASS_LENGTH: usize = 20;
/// How many recovery codes are made at once.
pub const RECOVERY_CODES: usize = 10;
/// Characters of each.
pub const RECOVERY_LENGTH: usize = 12;
/// Digits of an authenticator's code.
pub const DIGITS: usize = 6;
/// How long a code of an authenticator is shown (RFC 6238, section 4.1).
const STEP_MILLIS: i64 = 30_000;
/// For so long into a step the one before it still counts.
const GRACE_MILLIS: i64 = 5_000;
/// Codes that do not match, before the authenticator pauses.
pub const MOST_FAILURES: i64 = 5;
pub const FAILURES_WITHIN: Span = Span::minutes(15);

/// An authenticator app that is confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authenticator {
    pub added_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

/// The steps whose codes count now, the present one first.
pub fn steps(now: Timestamp) -> impl Iterator<Item = i64> {
    let step = now.0.div_euclid(STEP_MILLIS);
    let before = (now.0.rem_euclid(STEP_MILLIS) < GRACE_MILLIS).then_some(step - 1);
    std::iter::once(step).chain(before)
}

/// The second in which a step begins.
pub fn step_begins(step: i64) -> u64 {
    (step * STEP_MILLIS / 1000).unsigned_abs()
}

/// Was a second factor used at most `within` ago?
pub fn is_recent(multifactor_at: Option<Timestamp>, within: Span, now: Timestamp) -> bool {
    multifactor_at.is_some_and(|at| now < at + within)
}

/// Somebody who wants to add or remove a factor, and what the rule reads of them.
#[derive(Debug, Clone, Copy)]
pub struct Enrolment<'a> {
    pub session: &'a Session,
    /// A guest: when they accepted. A member: when they first came by an identity of theirs.
    pub began_at: Option<Timestamp>,
    /// When an enrolment pass was used in this session that has enrolled nothing yet.
    pub pass_at: Option<Timestamp>,
    /// Have administrators opened first enrolment by passcode, and is it somebody without a role?
    pub open: bool,
    /// The provider that is their anchor: a fresh word of it opens the way. One that was tied later could be anybody's
    /// who reads their mail.
    pub anchor: Option<&'a Identity>,
    /// Do they have a factor already?
    pub enrolled: bool,
}

/// Why a factor cannot be added or removed from this session now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnrolmentError {
    #[error("the last proof is too old")]
    Stale,
    #[error("a factor that stands must be used first")]
    WantsFactor,
    #[error("a first factor wants an enrolment pass")]
    WantsPass,
}

impl Enrolment<'_> {
    /// A factor that was used in the last five minutes opens the way always, and once one stands nothing else does but an
    /// enrolment pass. The first one is enrolled within half an hour of coming in for the first time, in that session, or
    /// after a provider's fresh word. A passcode alone is what the thief of a mailbox has.
    ///
    /// # Errors
    /// What would have to come first.
    pub fn may_change(&self, now: Timestamp) -> Result<(), EnrolmentError> {
        let used = is_recent(self.session.multifactor_at, FRESH, now);
        let by_pass = self.pass_at.is_some_and(|at| now < at + ENROLMENT);
        if used || by_pass {
            return Ok(());
        }
        if self.enrolled {
            return Err(EnrolmentError::WantsFactor);
        }
        let fresh = self.session.is_fresh(now);
        if (fresh && (self.open || self.vouched())) || self.began_here(now) {
            return Ok(());
        }
        Err(if self.anchor.is_some() || self.open { EnrolmentError::Stale } else { EnrolmentError::WantsPass })
    }

    /// Was the last proof the word of their anchor?
    fn vouched(&self) -> bool {
        let (by, methods) = (self.session.by.as_ref(), &self.session.methods);
        let is_anchor = by.zip(self.anchor).is_some_and(|(by, anchor)| by.is_of(anchor));
        is_anchor && methods.contains(&Method::Federated)
    }

    /// Nobody else was in: before Accept, the first sign-in or the first link there was no session.
    fn began_here(&self, now: Timestamp) -> bool {
        let first = self.session.methods.contains(&Method::FirstLink) || self.began_at == Some(self.session.created_at);
        first && now < self.session.created_at + ENROLMENT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{self, NOON};
    use crate::session::Vouched;

    const LATE: Timestamp = Timestamp(NOON.0 + ENROLMENT.0);
    const LAST: Span = Span(FRESH.0 - 1);

    /// A session that began at noon and was proved by `methods` at `proved`, by the provider `by` where one vouched.
    fn session(methods: &[Method], proved: Timestamp, by: Option<&Identity>) -> Session {
        let multifactor_at = Method::multifactor_at(methods, proved);
        let by = by.filter(|_| methods.contains(&Method::Federated)).map(|by| Vouched {
            provider: samples::provider().id,
            issuer: by.issuer.clone(),
            subject: by.subject.clone(),
            session: None,
        });
        Session { auth_time: proved, methods: methods.to_vec(), multifactor_at, by, ..samples::session() }
    }

    #[test]
    fn the_first_factor_wants_a_first_entry_or_a_provider_and_a_further_one_a_factor() {
        use EnrolmentError::{Stale, WantsFactor, WantsPass};
        use Method::{Federated, FirstLink, MultiFactor, Otp, Passkey, Recovery, Totp};
        let before = LATE - Span(1);
        let after = NOON + Span::hours(5);
        let earlier = Some(NOON - Span::days(9));
        #[rustfmt::skip]
        let table = [
            // methods, proved at, began at, by a provider, enrolled, asked at => verdict
            (&[Otp][..],              NOON,   Some(NOON), false, false, NOON + LAST,   Ok(())),
            (&[Otp],                  NOON,   Some(NOON), false, false, before,        Ok(())),
            (&[Otp],                  LATE,   Some(NOON), false, false, LATE,          Err(WantsPass)),
            // A code says nothing of whose anchor is a provider, but in the session of Accept.
            (&[Otp],                  NOON,   Some(NOON), true,  false, before,        Ok(())),
            (&[Otp],                  LATE,   Some(NOON), true,  false, LATE,          Err(Stale)),
            (&[Otp],                  before, None,       true,  false, before,        Err(Stale)),
            (&[Federated],            after,  None,       true,  false, after + LAST,  Ok(())),
            (&[Federated],            after,  None,       true,  false, after + FRESH, Err(Stale)),
            (&[Federated, MultiFactor], after, None,      true,  false, after,         Ok(())),
            // A session that came later by a code, however young: that is what the thief of a mailbox has.
            (&[Otp],                  NOON,   earlier,    false, false, NOON,          Err(WantsPass)),
            (&[Otp],                  NOON,   None,       false, false, NOON,          Err(WantsPass)),
            (&[FirstLink],            NOON,   None,       false, false, before,        Ok(())),
            (&[FirstLink],            NOON,   None,       false, false, LATE,          Err(WantsPass)),
            // Once there is a factor, nothing else counts.
            (&[Otp],                  NOON,   Some(NOON), false, true,  NOON,          Err(WantsFactor)),
            (&[FirstLink],            NOON,   None,       false, true,  NOON,          Err(WantsFactor)),
            (&[Federated],            NOON,   Some(NOON), true,  true,  NOON,          Err(WantsFactor)),
            (&[Passkey],              after,  None,       false, true,  after + LAST,  Ok(())),
            (&[Passkey],              after,  None,       false, true,  after + FRESH, Err(WantsFactor)),
            (&[Totp],                 after,  None,       false, true,  after + LAST,  Ok(())),
            (&[Recovery],             after,  None,       false, true,  after + LAST,  Ok(())),
            // The last one was removed just now: another may be enrolled in its place.
            (&[Recovery],             after,  None,       false, false, after + LAST,  Ok(())),
            (&[Federated, MultiFactor], after, None,      true,  true,  after,         Ok(())),
        ];
        for (line, (methods, proved, began_at, by_provider, enrolled, now, verdict)) in table.into_iter().enumerate() {
            let anchor = samples::identity("https://login.praxis-nord.example");
            let session = session(methods, proved, Some(&anchor));
            let anchor = by_provider.then_some(&anchor);
            let asking = Enrolment { session: &session, began_at, pass_at: None, open: false, anchor, enrolled };
            assert_eq!(asking.may_change(now), verdict, "line {}", line + 1);
        }
    }

    #[test]
    fn an_account_that_was_tied_later_vouches_for_no_first_factor() {
        let (own, tied) =
            (samples::identity("https://login.praxis-nord.example"), samples::identity("https://tied.example"));
        let session = session(&[Method::Federated], NOON, Some(&tied));
        let asking = |anchor| Enrolment {
            session: &session,
            began_at: None,
            pass_at: None,
            open: false,
            anchor,
            enrolled: false,
        };
        assert_eq!(asking(Some(&tied)).may_change(NOON), Ok(()));
        assert_eq!(asking(Some(&own)).may_change(NOON), Err(EnrolmentError::Stale));
        assert_eq!(asking(None).may_change(NOON), Err(EnrolmentError::WantsPass));
    }

    #[test]
    fn a_pass_opens_the_way_for_half_an_hour_whatever_stands() {
        let session = session(&[Method::Otp], NOON, None);
        for enrolled in [false, true] {
            let asking = Enrolment {
                session: &session,
                began_at: None,
                pass_at: Some(NOON),
                open: false,
                anchor: None,
                enrolled,
            };
            assert_eq!(asking.may_change(LATE - Span(1)), Ok(()));
            assert!(asking.may_change(LATE).is_err());
        }
    }

    #[test]
    fn where_enrolment_is_open_a_fresh_passcode_enrols_a_first_factor_and_no_further_one() {
        let session = session(&[Method::Otp], NOON, None);
        let asking = |enrolled| Enrolment {
            session: &session,
            began_at: None,
            pass_at: None,
            open: true,
            anchor: None,
            enrolled,
        };
        assert_eq!(asking(false).may_change(NOON + LAST), Ok(()));
        assert_eq!(asking(false).may_change(NOON + FRESH), Err(EnrolmentError::Stale));
        assert_eq!(asking(true).may_change(NOON), Err(EnrolmentError::WantsFactor));
    }

    #[test]
    fn the_step_before_counts_in_the_first_five_seconds_alone() {
        let begin = NOON;
        assert_eq!(begin.0 % STEP_MILLIS, 0);
        let step = begin.0 / STEP_MILLIS;
        for (into, counts) in [
            (0, vec![step, step - 1]),
            (4_999, vec![step, step - 1]),
            (5_000, vec![step]),
            (29_999, vec![step]),
            (30_000, vec![step + 1, step]),
        ] {
            assert_eq!(steps(begin + Span(into)).collect::<Vec<_>>(), counts, "{into} ms into the step");
        }
        assert_eq!(step_begins(step), begin.0.unsigned_abs() / 1000);
    }

    #[test]
    fn a_factor_is_recent_up_to_its_last_moment() {
        let within = Span::hours(12);
        assert!(is_recent(Some(NOON), within, NOON + within - Span(1)));
        assert!(!is_recent(Some(NOON), within, NOON + within));
        assert!(!is_recent(None, within, NOON));
    }
}
