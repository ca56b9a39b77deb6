//! Passkeys: what is known of one, and when a person may add or remove a factor of their own.

use serde::{Deserialize, Serialize};

use crate::id::{PasskeyId, UserId};
use crate::session::{Method, Session};
use crate::text::Label;
use crate::time::{Span, Timestamp};

/// Of one person.
pub const MOST: usize = 10;
/// How long a challenge waits for its passkey.
pub const CEREMONY: Span = Span::minutes(5);
/// How long after coming in the first factor may be enrolled.
pub const ENROLMENT: Span = Span::minutes(30);

pub type PasskeyName = Label<64>;

stored_words! {
    /// A challenge serves the one purpose it was made for.
    Purpose { Add = "add", SignIn = "sign_in", Prove = "prove" }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    pub id: PasskeyId,
    pub user: UserId,
    /// What its person calls it.
    pub name: PasskeyName,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

/// Somebody who wants to add or remove a factor, and what the rule reads of them.
#[derive(Debug, Clone, Copy)]
pub struct Enrolment<'a> {
    pub session: &'a Session,
    /// When they accepted their invitation; `None` for members.
    pub accepted_at: Option<Timestamp>,
    /// Is their anchor a provider? Then a code by e-mail says nothing about them.
    pub by_provider: bool,
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
    #[error("the time to enrol a first factor has passed")]
    TooLate,
}

impl Enrolment<'_> {
    /// Once a factor stands, changing any wants one that was used in the last five minutes. The first one is enrolled
    /// within half an hour of Accept, in that session, or after a provider's fresh word.
    ///
    /// # Errors
    /// What would have to come first.
    pub fn may_change(&self, now: Timestamp) -> Result<(), EnrolmentError> {
        let fresh = self.session.is_fresh(now);
        let by = |method| fresh && self.session.methods.contains(&method);
        if self.enrolled {
            let used = by(Method::Passkey) || by(Method::MultiFactor);
            return if used { Ok(()) } else { Err(EnrolmentError::WantsFactor) };
        }
        if by(Method::Federated) || by(Method::MultiFactor) {
            return Ok(());
        }
        if self.accepted_here(now) || self.came_just_now(now) {
            return if fresh { Ok(()) } else { Err(EnrolmentError::Stale) };
        }
        Err(if self.by_provider { EnrolmentError::Stale } else { EnrolmentError::TooLate })
    }

    /// Nobody else was in: before Accept there is no session.
    fn accepted_here(&self, now: Timestamp) -> bool {
        self.accepted_at.is_some_and(|at| self.session.created_at <= at && now < at + ENROLMENT)
    }

    /// In place of the enrolment pass, which does not exist yet: a new session of somebody whose anchor is a mailbox, so
    /// that nobody is shut out from a first factor. A passcode alone is what the thief of a mailbox has; with the pass
    /// this line goes, and members and role holders without a factor need one.
    fn came_just_now(&self, now: Timestamp) -> bool {
        !self.by_provider && now < self.session.created_at + ENROLMENT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{self, NOON};
    use crate::session::FRESH;

    const LATE: Timestamp = Timestamp(NOON.0 + ENROLMENT.0);
    const LAST: Span = Span(FRESH.0 - 1);

    /// A session that began at noon and was proved by `methods` at `proved`.
    fn session(methods: &[Method], proved: Timestamp) -> Session {
        Session { auth_time: proved, methods: methods.to_vec(), ..samples::session() }
    }

    #[test]
    fn the_first_factor_wants_accept_or_a_provider_and_a_further_one_a_factor() {
        use EnrolmentError::{Stale, TooLate, WantsFactor};
        use Method::{Federated, MultiFactor, Otp, Passkey};
        let before = LATE - Span(1);
        let long_after = NOON + Span::hours(5);
        #[rustfmt::skip]
        let table = [
            // methods, proved at, accepted at, by a provider, enrolled, asked at => verdict
            (&[Otp][..],              NOON,       Some(NOON), false, false, NOON + LAST,       Ok(())),
            (&[Otp],                  NOON,       Some(NOON), false, false, NOON + FRESH,      Err(Stale)),
            (&[Otp],                  before,     Some(NOON), false, false, before,            Ok(())),
            (&[Otp],                  LATE,       Some(NOON), false, false, LATE,              Err(TooLate)),
            // Whose anchor is a provider: a code says nothing, but in the session of Accept.
            (&[Otp],                  before,     Some(NOON), true,  false, before,            Ok(())),
            (&[Otp],                  LATE,       Some(NOON), true,  false, LATE,              Err(Stale)),
            (&[Otp],                  before,     None,       true,  false, before,            Err(Stale)),
            (&[Federated],            long_after, None,       true,  false, long_after + LAST, Ok(())),
            (&[Federated],            long_after, None,       true,  false, long_after + FRESH, Err(Stale)),
            (&[Federated, MultiFactor], long_after, None,     true,  false, long_after,        Ok(())),
            // An earlier acceptance, in a session that came by a code: for now, while the session is young.
            (&[Otp],                  NOON,       Some(NOON - Span::days(9)), false, false, NOON + LAST, Ok(())),
            (&[Otp],                  long_after, Some(NOON - Span::days(9)), false, false, long_after,  Err(TooLate)),
            (&[Otp],                  NOON,       None,       false, false, NOON,              Ok(())),
            // Once there is a factor, nothing else counts.
            (&[Otp],                  NOON,       Some(NOON), false, true,  NOON,              Err(WantsFactor)),
            (&[Federated],            NOON,       Some(NOON), true,  true,  NOON,              Err(WantsFactor)),
            (&[Passkey],              long_after, None,       false, true,  long_after + LAST, Ok(())),
            (&[Passkey],              long_after, None,       false, true,  long_after + FRESH, Err(WantsFactor)),
            (&[Federated, MultiFactor], long_after, None,     true,  true,  long_after,        Ok(())),
        ];
        for (line, (methods, proved, accepted_at, by_provider, enrolled, now, verdict)) in table.into_iter().enumerate()
        {
            let session = session(methods, proved);
            let asking = Enrolment { session: &session, accepted_at, by_provider, enrolled };
            assert_eq!(asking.may_change(now), verdict, "line {}", line + 1);
        }
    }
}
