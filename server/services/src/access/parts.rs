//! Locations, terms of use and the access settings as forms send them.

use std::collections::BTreeSet;

use domain::access::terms::{LONGEST_DAYS, MOST_CHARACTERS, MOST_LANGUAGES};
use domain::access::{CountryCode, Location, LocationKind, LocationName, Ranges, Terms, TermsName, TermsText};
use domain::id::{LocationId, TermsId};
use domain::problem::{Problem, Problems};
use domain::settings::{Access, BlockedDetail};
use domain::text::is_language_tag;
use serde::{Deserialize, Serialize};

use crate::Services;

/// A [`Location`] as a form sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LocationForm {
    pub name: String,
    /// `ranges` or `countries`.
    pub kind: String,
    pub ranges: String,
    pub trusted: bool,
    /// Codes with spaces, commas or line breaks between.
    pub countries: String,
    pub include_unknown: bool,
}

impl LocationForm {
    /// The form filled with what stands now.
    pub fn of(location: &Location) -> Self {
        let form = Self { name: location.name.to_string(), ..Self::default() };
        match &location.kind {
            LocationKind::Ranges { ranges, trusted } => {
                let lines: Vec<String> = ranges.listed().iter().map(ToString::to_string).collect();
                Self { kind: "ranges".to_owned(), ranges: lines.join("\n"), trusted: *trusted, ..form }
            }
            LocationKind::Countries { codes, include_unknown } => {
                let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
                let (kind, countries) = ("countries".to_owned(), codes.join(" "));
                Self { kind, countries, include_unknown: *include_unknown, ..form }
            }
        }
    }

    /// # Errors
    /// Every field that is wrong.
    pub fn parse(&self, services: &Services, id: Option<LocationId>) -> Result<Location, Vec<Problem>> {
        let mut problems = Problems::default();
        let name = problems.take("name", LocationName::parse(&self.name));
        let kind = match self.kind.as_str() {
            "ranges" => {
                let ranges = problems.take("ranges", Ranges::parse(&self.ranges));
                ranges.map(|ranges| LocationKind::Ranges { ranges, trusted: self.trusted })
            }
            "countries" => {
                let codes = countries(&mut problems, &self.countries);
                Some(LocationKind::Countries { codes, include_unknown: self.include_unknown })
            }
            _ => {
                problems.add(Problem::new("kind", "choice"));
                None
            }
        };
        let now = services.now();
        let id = id.unwrap_or_else(|| services.ids.next(now));
        problems.done(name.zip(kind).map(|(name, kind)| Location { id, name, kind, created_at: now }))
    }
}

fn countries(problems: &mut Problems, text: &str) -> BTreeSet<CountryCode> {
    let mut codes = BTreeSet::new();
    for word in text.split([' ', ',', ';', '\n', '\r', '\t']).filter(|word| !word.is_empty()) {
        match word.parse() {
            Ok(code) => _ = codes.insert(code),
            Err(_) => problems.add(Problem::because("countries", "country_malformed", word)),
        }
    }
    if codes.is_empty() {
        problems.add(Problem::new("countries", "countries_empty"));
    }
    codes
}

/// [`Terms`] as a form sends them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TermsForm {
    pub name: String,
    /// Rows without a text are not there.
    pub texts: Vec<TextForm>,
    /// Days until people are asked again; empty is never.
    pub days: String,
    pub ask_again: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TextForm {
    pub language: String,
    pub text: String,
}

impl TermsForm {
    /// The form filled with what stands now.
    pub fn of(terms: &Terms) -> Self {
        let texts = terms
            .texts
            .iter()
            .map(|TermsText { language, text }| TextForm { language: language.clone(), text: text.clone() });
        Self {
            name: terms.name.to_string(),
            texts: texts.collect(),
            days: terms.days.map_or_else(String::new, |days| days.to_string()),
            ask_again: false,
        }
    }

    /// # Errors
    /// Every field that is wrong.
    pub fn parse(&self, services: &Services, id: Option<TermsId>) -> Result<Terms, Vec<Problem>> {
        let mut problems = Problems::default();
        let name = problems.take("name", TermsName::parse(&self.name));
        let texts = self.texts(&mut problems);
        let days = match self.days.trim() {
            "" => None,
            text => {
                let days = text.parse().ok().filter(|days| (1..=LONGEST_DAYS).contains(days));
                if days.is_none() {
                    problems.add(Problem::because("days", "number_range", format!("1 to {LONGEST_DAYS}")));
                }
                days
            }
        };
        let now = services.now();
        let id = id.unwrap_or_else(|| services.ids.next(now));
        problems.done(name.map(|name| Terms { id, name, version: 1, binding: 1, texts, days, created_at: now }))
    }

    fn texts(&self, problems: &mut Problems) -> Vec<TermsText> {
        let mut texts: Vec<TermsText> = Vec::new();
        for row in &self.texts {
            // Browsers send line breaks as CR LF; the same text must not become another version by that.
            let text = row.text.replace("\r\n", "\n").trim().to_owned();
            let language = row.language.trim().to_owned();
            if text.is_empty() {
                continue;
            }
            if !is_language_tag(&language) {
                problems.add(Problem::because("texts", "language_malformed", &language));
            } else if texts.iter().any(|other| other.language.eq_ignore_ascii_case(&language)) {
                problems.add(Problem::because("texts", "language_twice", &language));
            } else if text.chars().count() > MOST_CHARACTERS {
                problems.add(Problem::because("texts", "text_too_long", MOST_CHARACTERS));
            }
            texts.push(TermsText { language, text });
        }
        if texts.is_empty() {
            problems.add(Problem::new("texts", "terms_no_text"));
        } else if texts.len() > MOST_LANGUAGES {
            problems.add(Problem::because("texts", "terms_many_languages", MOST_LANGUAGES));
        }
        texts
    }
}

/// [`Access`] as a form sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccessForm {
    pub blocked_detail: String,
    pub sign_in_days: String,
}

impl AccessForm {
    pub fn of(access: &Access) -> Self {
        Self { blocked_detail: access.blocked_detail.to_string(), sign_in_days: access.sign_in_days.to_string() }
    }

    /// # Errors
    /// Every field that is wrong.
    pub fn parse(&self) -> Result<Access, Vec<Problem>> {
        let mut problems = Problems::default();
        let detail = BlockedDetail::parse(&self.blocked_detail);
        if detail.is_none() {
            problems.add(Problem::new("blocked_detail", "choice"));
        }
        let bounds = Access::SIGN_IN_DAYS;
        let days = self.sign_in_days.trim().parse().ok().filter(|days| bounds.contains(days));
        if days.is_none() {
            let fact = format!("{} to {}", bounds.start(), bounds.end());
            problems.add(Problem::because("sign_in_days", "number_range", fact));
        }
        let read = detail.zip(days);
        problems.done(read.map(|(blocked_detail, sign_in_days)| Access {
            blocked_detail,
            sign_in_days,
            ..Access::default()
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_settings_keep_the_log_from_30_to_730_days() {
        for (days, is) in [("29", false), ("30", true), ("730", true), ("731", false), ("many", false)] {
            let form = AccessForm { blocked_detail: "full".to_owned(), sign_in_days: days.to_owned() };
            assert_eq!(form.parse().is_ok(), is, "{days}");
        }
    }
}
