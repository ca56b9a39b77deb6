//! One-time passcodes by e-mail: their life, tries and limits.

use serde::{Deserialize, Serialize};

use crate::time::{Span, Timestamp};

pub const DIGITS: usize = 8;
/// From when the mail server took the letter.
pub const LIFE: Span = Span::minutes(10);
/// A code that waited this long for the mail server is not sent.
pub const QUEUE: Span = Span::minutes(30);
pub const TRIES: u32 = 5;

stored_words! {
    /// A code serves the one purpose it was asked for.
    Purpose {
        SignIn = "sign_in",
        ProveAgain = "prove_again",
        LiftBlock = "lift_block",
        NewAddress = "new_address",
        AddInvitation = "add_invitation",
    }
}

/// What is known of one code. The code itself is kept under a keyed digest elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passcode {
    pub asked_at: Timestamp,
    /// When the mail server took the letter; `None` while it waits.
    pub sent_at: Option<Timestamp>,
    pub tries: u32,
    pub used_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasscodeError {
    #[error("the code does not match; {left} tries are left")]
    Wrong { left: u32 },
    #[error("the code has been tried too often")]
    Spent,
    #[error("the code has expired")]
    Expired,
    #[error("the code was used already")]
    Used,
}

impl Passcode {
    pub fn asked(now: Timestamp) -> Self {
        Self { asked_at: now, sent_at: None, tries: 0, used_at: None }
    }

    /// Counts one try, right or wrong; a used, spent or late code is never compared.
    ///
    /// # Errors
    /// With the code as it is to be stored: a failed try counts too.
    pub fn try_code(self, matches: bool, now: Timestamp) -> (Self, Result<(), PasscodeError>) {
        if self.used_at.is_some() {
            return (self, Err(PasscodeError::Used));
        }
        if self.tries >= TRIES {
            return (self, Err(PasscodeError::Spent));
        }
        if now >= self.sent_at.map_or(self.asked_at + QUEUE + LIFE, |sent| sent + LIFE) {
            return (self, Err(PasscodeError::Expired));
        }
        let tried = Self { tries: self.tries + 1, ..self };
        // Before the letter left there is no code that could match.
        if matches && self.sent_at.is_some() {
            return (Self { used_at: Some(now), ..tried }, Ok(()));
        }
        let left = TRIES - tried.tries;
        (tried, Err(if left == 0 { PasscodeError::Spent } else { PasscodeError::Wrong { left } }))
    }

    /// May the letter still leave?
    pub fn may_leave(&self, now: Timestamp) -> bool {
        now < self.asked_at + QUEUE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::NOON;

    fn sent() -> Passcode {
        Passcode { sent_at: Some(NOON), ..Passcode::asked(NOON) }
    }

    #[test]
    fn a_code_opens_once() {
        let (used, result) = sent().try_code(true, NOON);
        assert_eq!(result, Ok(()));
        assert_eq!(used.try_code(true, NOON).1, Err(PasscodeError::Used));
    }

    #[test]
    fn the_fifth_wrong_try_spends_the_code_for_the_right_one_too() {
        let mut code = sent();
        for left in (1..TRIES).rev() {
            let (next, result) = code.try_code(false, NOON);
            assert_eq!(result, Err(PasscodeError::Wrong { left }));
            code = next;
        }
        let (spent, result) = code.try_code(false, NOON);
        assert_eq!(result, Err(PasscodeError::Spent));
        assert_eq!(spent.try_code(true, NOON).1, Err(PasscodeError::Spent));
    }

    #[test]
    fn a_code_lives_ten_minutes_from_when_the_mail_server_took_it() {
        assert_eq!(sent().try_code(true, NOON + LIFE - Span(1)).1, Ok(()));
        assert_eq!(sent().try_code(true, NOON + LIFE).1, Err(PasscodeError::Expired));
    }

    #[test]
    fn a_code_that_waited_half_an_hour_does_not_leave() {
        let waiting = Passcode::asked(NOON);
        assert!(waiting.may_leave(NOON + QUEUE - Span(1)));
        assert!(!waiting.may_leave(NOON + QUEUE));
    }
}
