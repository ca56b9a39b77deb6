//! Moments and lengths in milliseconds, and what a calendar day means in a time zone.

use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// A length of time in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Span(pub i64);

impl Timestamp {
    /// Stands for "has no end": later than any date a form takes (9999-12-31).
    pub const NEVER: Self = Self(253_402_300_799_999);
    pub const EPOCH: Self = Self(0);

    /// `None` where this is [`Timestamp::EPOCH`], which says that nobody knows when.
    pub fn after_epoch(self) -> Option<Self> {
        (self > Self::EPOCH).then_some(self)
    }

    /// `None` where this is [`Timestamp::NEVER`].
    pub fn before_never(self) -> Option<Self> {
        (self < Self::NEVER).then_some(self)
    }
}

impl Span {
    pub const fn seconds(n: i64) -> Self {
        Self(n * 1000)
    }
    pub const fn minutes(n: i64) -> Self {
        Self::seconds(n * 60)
    }
    pub const fn hours(n: i64) -> Self {
        Self::minutes(n * 60)
    }
    pub const fn days(n: i64) -> Self {
        Self::hours(n * 24)
    }
}

impl Add<Span> for Timestamp {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Timestamp {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Sub for Timestamp {
    type Output = Span;
    fn sub(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    #[error("not a date of the form 2026-01-31")]
    Malformed,
    #[error("no time zone of that name")]
    UnknownZone,
}

/// A time zone by its IANA name, known to exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(jiff::tz::TimeZone);

impl Zone {
    /// # Errors
    /// `UnknownZone` where the time zone database has no such name.
    pub fn parse(name: &str) -> Result<Self, DateError> {
        jiff::tz::TimeZone::get(name).map(Self).map_err(|_| DateError::UnknownZone)
    }

    pub fn utc() -> Self {
        Self(jiff::tz::TimeZone::UTC)
    }

    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// Every name a person may choose, sorted.
    pub fn names() -> Vec<String> {
        let mut names: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
        names.retain(|name| name.contains('/') && !name.starts_with("Etc/") && !name.starts_with("posix/"));
        names.push("UTC".to_owned());
        names.sort();
        names
    }

    fn local(&self, at: Timestamp) -> jiff::Zoned {
        jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::MAX).to_zoned(self.0.clone())
    }

    /// The last moment (exclusive: the first of the next day) of the calendar day `date` (`2026-01-31`).
    ///
    /// # Errors
    /// `Malformed` where the text is no date between the years 1970 and 9998.
    pub fn end_of_day(&self, date: &str) -> Result<Timestamp, DateError> {
        let day: jiff::civil::Date = date.trim().parse().map_err(|_| DateError::Malformed)?;
        if !(1970..=9998).contains(&day.year()) {
            return Err(DateError::Malformed);
        }
        let next = day.tomorrow().map_err(|_| DateError::Malformed)?;
        let start = next.to_zoned(self.0.clone()).map_err(|_| DateError::Malformed)?;
        Ok(Timestamp(start.timestamp().as_millisecond()))
    }

    /// The end of the day that lies `days` calendar days after the one of `at`.
    pub fn end_of_day_after(&self, at: Timestamp, days: i64) -> Timestamp {
        let day = self.local(at).date();
        day.checked_add(jiff::Span::new().days(days.clamp(0, 36_500)))
            .ok()
            .and_then(|day| self.end_of_day(&day.to_string()).ok())
            .unwrap_or(Timestamp::NEVER)
    }

    /// The calendar day that ends at `end`, as `2026-01-31`.
    pub fn last_day(&self, end: Timestamp) -> String {
        self.local(Timestamp(end.0.saturating_sub(1))).date().to_string()
    }

    /// Formats with jiff's strftime conversions, in this zone.
    pub fn format(&self, at: Timestamp, format: &str) -> String {
        self.local(at).strftime(format).to_string()
    }

    /// Calendar days from `from` to `to` (negative if `to` is earlier).
    pub fn days_between(&self, from: Timestamp, to: Timestamp) -> i64 {
        let (from, to) = (self.local(from).date(), self.local(to).date());
        from.until(to).map(|span| i64::from(span.get_days())).unwrap_or(0)
    }

    /// The calendar day of a moment, in days since 1970-01-01.
    pub fn day(&self, at: Timestamp) -> i64 {
        let epoch = jiff::civil::date(1970, 1, 1);
        epoch.until(self.local(at).date()).map_or(0, |span| i64::from(span.get_days()))
    }

    /// A day from [`Zone::day`], as `2026-01-31`.
    pub fn date(day: i64) -> String {
        let epoch = jiff::civil::date(1970, 1, 1);
        epoch.saturating_add(jiff::Span::new().days(day.clamp(0, 2_900_000))).to_string()
    }

    /// The hour of the day, 0 to 23.
    pub fn hour(&self, at: Timestamp) -> i8 {
        self.local(at).hour()
    }
}

impl TryFrom<String> for Zone {
    type Error = DateError;
    fn try_from(name: String) -> Result<Self, DateError> {
        Self::parse(&name)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_date_means_the_end_of_that_day_where_the_organization_is() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let end = berlin.end_of_day("2026-01-12").unwrap();
        assert_eq!(berlin.format(end, "%F %T"), "2026-01-13 00:00:00");
        assert_eq!(berlin.last_day(end), "2026-01-12");
        assert_eq!(Zone::utc().format(end, "%F %T"), "2026-01-12 23:00:00");
    }

    #[test]
    fn a_day_that_loses_an_hour_still_ends_at_midnight() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let end = berlin.end_of_day("2026-03-29").unwrap();
        assert_eq!(end - berlin.end_of_day("2026-03-28").unwrap(), Span::hours(23));
    }

    #[test]
    fn text_that_is_no_date_is_refused() {
        for text in ["", "12.01.2026", "2026-13-01", "2026-02-30", "9999-12-31", "1969-01-01"] {
            assert_eq!(Zone::utc().end_of_day(text), Err(DateError::Malformed), "{text}");
        }
    }
}
