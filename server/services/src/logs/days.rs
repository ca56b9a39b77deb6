//! The sign-in log by day and result, from counts alone: no row of the log is read.

use domain::event::SignInResult;

use crate::access::days_ago;
use crate::{Reader, Services, Verb};

/// From the ground of a chart up.
pub const RESULTS: [SignInResult; 4] =
    [SignInResult::Success, SignInResult::Interrupted, SignInResult::Failed, SignInResult::Blocked];

/// One calendar day of the organization's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Days since 1970-01-01.
    pub day: i64,
    /// In the order of [`RESULTS`].
    pub amounts: [i64; 4],
}

/// Every day that the log is kept for, the oldest first, those without a sign-in too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days(pub Vec<Day>);

impl Day {
    pub fn sum(&self) -> i64 {
        self.amounts.iter().sum()
    }
}

/// # Errors
/// Where the database does not answer.
pub async fn days(services: &Services, _by: &Reader) -> Verb<Days> {
    let kept = i64::from(services.tenant().access.value.days_in_force(services.now()));
    let (first, today) = (days_ago(services, kept - 1), days_ago(services, 0));
    let counts = store::sign_ins::days(&mut services.store.read().await?, first).await?;
    let of = |day: i64| {
        let amounts = RESULTS.map(|result| {
            let counted = counts.iter().find(|count| count.day == day && count.result == result.as_str());
            counted.map_or(0, |count| count.amount)
        });
        Day { day, amounts }
    };
    Ok(Days((first..=today).map(of).collect()))
}
