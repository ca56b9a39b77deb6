//! Limits: how often something may happen in a window, counted alike for the known and the unknown.

use domain::time::{Span, Timestamp};
use store::Tx;

use crate::deed::Deed;
use crate::{Refusal, Verb};

/// At most `most` in any `window`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub most: i64,
    pub window: Span,
}

impl Limit {
    pub const fn an_hour(most: i64) -> Self {
        Self { most, window: Span::hours(1) }
    }
    pub const fn a_day(most: i64) -> Self {
        Self { most, window: Span::days(1) }
    }
    pub const fn days(most: i64, days: i64) -> Self {
        Self { most, window: Span::days(days) }
    }
}

/// How many more may come now under all of `limits`, and when the window frees.
pub async fn left(tx: &mut Tx, bucket: &str, limits: &[Limit], now: Timestamp) -> Verb<(i64, Timestamp)> {
    let mut least = (i64::MAX, now);
    for limit in limits {
        let (used, oldest) = store::hits::since(tx, bucket, now - limit.window).await?;
        let left = (limit.most - used).max(0);
        if left < least.0 {
            let until = if used == 0 { now + limit.window } else { oldest + limit.window };
            least = (left, until);
        }
    }
    Ok(least)
}

impl Deed<'_> {
    /// Counts one deed in a bucket; others that count in it wait for this one to end.
    ///
    /// # Errors
    /// `TooMany` where the bucket is full; then nothing is counted.
    pub async fn count(&mut self, bucket: &str, limits: &[Limit]) -> Verb<()> {
        store::hits::hold(&mut self.tx, bucket, self.now).await?;
        let (left, until) = left(&mut self.tx, bucket, limits, self.now).await?;
        if left < 1 {
            return Err(Refusal::TooMany { until });
        }
        let hit = (self.id(), bucket.to_owned(), 1);
        Ok(store::hits::add(&mut self.tx, [hit], self.now).await?)
    }
}
