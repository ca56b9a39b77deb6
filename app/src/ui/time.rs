//! Moments as people say them: relative up to a week, then day and month, the year only when it is another.

use domain::time::{Timestamp, Zone};
use leptos::prelude::*;

use crate::ssr::Visit;

/// A moment, relative for the eye, exact on hover and for machines.
#[component]
pub fn When(visit: Visit, at: Timestamp) -> impl IntoView {
    let (zone, now) = (visit.zone(), visit.now());
    let title = format!("{} {}", zone.format(at, "%A %-d %B %Y, %H:%M"), zone.name());
    view! { <time datetime=zone.format(at, "%Y-%m-%dT%H:%M:%S%:z") title=title>{relative(&zone, at, now)}</time> }
}

/// "2 minutes ago", "in 3 days", "12 January", "12 January 2025".
pub fn relative(zone: &Zone, at: Timestamp, now: Timestamp) -> String {
    let seconds = (at.0 - now.0) / 1000;
    let said = |n: i64, unit: &str| {
        let plural = if n == 1 { "" } else { "s" };
        if seconds > 0 { format!("in {n} {unit}{plural}") } else { format!("{n} {unit}{plural} ago") }
    };
    match seconds.abs() {
        0..=44 => {
            if seconds > 0 {
                "in a moment".to_owned()
            } else {
                "just now".to_owned()
            }
        }
        45..=3_569 => said((seconds.abs() + 30) / 60, "minute"),
        3_570..=79_199 => said((seconds.abs() + 1_800) / 3_600, "hour"),
        _ => {
            let days = zone.days_between(now, at).abs();
            if days <= 7 { said(days.max(1), "day") } else { day(zone, at, now) }
        }
    }
}

/// "12 January", and the year only when it is another than this one.
pub fn day(zone: &Zone, at: Timestamp, now: Timestamp) -> String {
    let same_year = zone.format(at, "%Y") == zone.format(now, "%Y");
    zone.format(at, if same_year { "%-d %b" } else { "%-d %b %Y" })
}

/// The last day of something that ends at `end`: "until 12 January".
pub fn until(zone: &Zone, end: Timestamp, now: Timestamp) -> String {
    day(zone, Timestamp(end.0 - 1), now)
}

#[cfg(test)]
mod tests {
    use domain::time::Span;

    use super::*;

    /// 2026-06-01T12:00:00Z
    const NOON: Timestamp = Timestamp(1_780_315_200_000);

    #[test]
    fn moments_are_said_as_people_say_them() {
        let zone = Zone::utc();
        for (at, text) in [
            (NOON, "just now"),
            (NOON - Span::minutes(1), "1 minute ago"),
            (NOON + Span::minutes(5), "in 5 minutes"),
            (NOON - Span::hours(3), "3 hours ago"),
            (NOON + Span::days(1), "in 1 day"),
            (NOON + Span::days(7), "in 7 days"),
            (NOON + Span::days(8), "9 Jun"),
            (NOON - Span::days(365), "1 Jun 2025"),
        ] {
            assert_eq!(relative(&zone, at, NOON), text);
        }
    }

    #[test]
    fn the_end_of_a_day_is_said_as_that_day() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let end = berlin.end_of_day("2026-07-12").unwrap();
        assert_eq!(until(&berlin, end, NOON), "12 Jul");
    }
}
