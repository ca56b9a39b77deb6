//! Time and fresh ids, so that tests can hold the one and rules never ask for either.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use domain::time::{Span, Timestamp};

/// The clock of the machine, or one that a test moves.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    pub fn system() -> Self {
        Self(None)
    }

    /// Stands at `at` until [`Clock::advance`].
    pub fn held(at: Timestamp) -> Self {
        Self(Some(Arc::new(AtomicI64::new(at.0))))
    }

    /// Moves a held clock; does nothing to the machine's.
    pub fn advance(&self, by: Span) {
        if let Some(held) = &self.0 {
            held.fetch_add(by.0, Ordering::SeqCst);
        }
    }

    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Some(held) => Timestamp(held.load(Ordering::SeqCst)),
            None => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
        }
    }
}

/// Makes UUIDv7 that grow with time, also within one millisecond.
#[derive(Debug, Default)]
pub struct Ids(Mutex<uuid::ContextV7>);

impl Ids {
    pub fn next<T: From<uuid::Uuid>>(&self, now: Timestamp) -> T {
        let millis = u64::try_from(now.0).unwrap_or(0);
        let nanos = u32::try_from(millis % 1000).unwrap_or(0) * 1_000_000;
        let context = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        T::from(uuid::Uuid::new_v7(uuid::Timestamp::from_unix(&*context, millis / 1000, nanos)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::UserId;

    #[test]
    fn ids_grow_within_one_millisecond() {
        let ids = Ids::default();
        let made: Vec<UserId> = (0..10_000).map(|_| ids.next(Timestamp(1_780_315_200_123))).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
