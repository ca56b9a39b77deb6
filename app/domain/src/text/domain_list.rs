//! Lists of domains that an administrator keeps in a text field, and the rules made of them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::domain_name::{DomainError, DomainName};
use super::email::EmailAddress;

/// One line of a list: a domain alone, or its subdomains at any depth without itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DomainPattern {
    Exactly(DomainName),
    Below(DomainName),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    #[error(transparent)]
    Domain(DomainError),
    #[error("anybody may register below {0}")]
    PublicSuffix(String),
}

impl DomainPattern {
    /// `example.com` or `*.example.com`. A public suffix may be named, but not all that is below it.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let text = text.trim();
        let Some(apex) = text.strip_prefix("*.") else {
            return DomainName::parse(text)
                .map(Self::Exactly)
                .map_err(PatternError::Domain);
        };
        match DomainName::parse(apex) {
            Ok(apex) if apex.is_public_suffix() => {
                Err(PatternError::PublicSuffix(apex.to_string()))
            }
            Ok(apex) => Ok(Self::Below(apex)),
            Err(DomainError::SingleLabel(suffix)) => Err(PatternError::PublicSuffix(suffix)),
            Err(error) => Err(PatternError::Domain(error.after("*.".len()))),
        }
    }

    pub fn matches(&self, domain: &DomainName) -> bool {
        match self {
            Self::Exactly(named) => domain == named,
            Self::Below(apex) => domain.is_below(apex),
        }
    }
}

impl PatternError {
    /// Stable, for messages and for forms.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Domain(error) => error.code(),
            Self::PublicSuffix(_) => "domain_public_suffix",
        }
    }
}

impl fmt::Display for DomainPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(name) => write!(f, "{name}"),
            Self::Below(apex) => write!(f, "*.{apex}"),
        }
    }
}

impl From<DomainPattern> for String {
    fn from(pattern: DomainPattern) -> Self {
        pattern.to_string()
    }
}

impl TryFrom<String> for DomainPattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        Self::parse(&text)
    }
}

/// Patterns in the order in which they were typed, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DomainList(Vec<DomainPattern>);

/// A line that is no pattern; lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    pub line: usize,
    pub text: String,
    pub error: PatternError,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DomainListError {
    #[error("the list has {characters} characters, of at most {most}")]
    TooLong { characters: usize, most: usize },
    #[error("{} lines are no domains", .0.len())]
    Lines(Vec<BadLine>),
}

impl DomainList {
    /// Characters, in the list as typed and as kept.
    pub const MOST: usize = 25_000;

    /// One pattern a line; blank lines and space around a pattern are ignored. Reports every bad line.
    pub fn parse(text: &str) -> Result<Self, DomainListError> {
        within_bounds(text)?;
        let mut patterns = Vec::new();
        let mut bad = Vec::new();
        for (line, text) in (1..)
            .zip(text.lines())
            .filter(|(_, text)| !text.trim().is_empty())
        {
            match DomainPattern::parse(text) {
                Ok(pattern) => patterns.push(pattern),
                Err(error) => bad.push(BadLine {
                    line,
                    text: text.trim().to_owned(),
                    error,
                }),
            }
        }
        if !bad.is_empty() {
            return Err(DomainListError::Lines(bad));
        }
        let mut seen = std::collections::BTreeSet::new();
        patterns.retain(|pattern| seen.insert(pattern.clone()));
        let list = Self(patterns);
        within_bounds(&list.to_text())?;
        Ok(list)
    }

    pub fn matches(&self, domain: &DomainName) -> bool {
        self.0.iter().any(|pattern| pattern.matches(domain))
    }

    /// The list as a text field shows it: A-labels, one a line.
    pub fn to_text(&self) -> String {
        self.0
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    }

    pub fn patterns(&self) -> &[DomainPattern] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn within_bounds(text: &str) -> Result<(), DomainListError> {
    let characters = text.chars().count();
    if characters > DomainList::MOST {
        return Err(DomainListError::TooLong {
            characters,
            most: DomainList::MOST,
        });
    }
    Ok(())
}

/// Which domains may be invited. Never both lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DomainRules {
    #[default]
    Any,
    Deny(DomainList),
    AllowOnly(DomainList),
}

impl DomainRules {
    pub fn admits(&self, domain: &DomainName) -> bool {
        match self {
            Self::Any => true,
            Self::Deny(list) => !list.matches(domain),
            Self::AllowOnly(list) => list.matches(domain),
        }
    }

    pub fn admits_address(&self, address: &EmailAddress) -> bool {
        self.admits(&address.domain())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn domain(text: &str) -> DomainName {
        DomainName::parse(text).unwrap()
    }

    #[test]
    fn a_star_covers_subdomains_at_any_depth_and_not_the_domain_itself() {
        let list = DomainList::parse("*.example.com").unwrap();
        for (name, covered) in [
            ("a.example.com", true),
            ("a.b.EXAMPLE.com", true),
            ("example.com", false),
            ("badexample.com", false),
            ("example.com.evil.org", false),
        ] {
            assert_eq!(list.matches(&domain(name)), covered, "{name}");
        }
    }

    #[test]
    fn a_star_over_a_public_suffix_is_refused() {
        for text in ["*.com", "*.co.uk", "*.github.io", "*.xn--p1ai", "*.公司.cn"] {
            assert!(
                matches!(
                    DomainPattern::parse(text),
                    Err(PatternError::PublicSuffix(_))
                ),
                "{text}"
            );
        }
        assert!(DomainPattern::parse("co.uk").is_ok());
        let error = DomainPattern::parse("*.a_b.com").unwrap_err();
        assert_eq!(
            error,
            PatternError::Domain(DomainError::Character {
                found: '_',
                position: 4
            })
        );
    }

    #[test]
    fn every_bad_line_is_reported_with_its_number() {
        let typed = "example.com\r\n\n  *.com \nmüller.de\n@evil.org\n";
        let Err(DomainListError::Lines(bad)) = DomainList::parse(typed) else {
            panic!("accepted")
        };
        let bad: Vec<_> = bad
            .iter()
            .map(|bad| (bad.line, bad.text.as_str(), bad.error.code()))
            .collect();
        assert_eq!(
            bad,
            [
                (3, "*.com", "domain_public_suffix"),
                (5, "@evil.org", "domain_character")
            ]
        );
    }

    #[test]
    fn a_list_keeps_its_order_and_each_pattern_once() {
        let list = DomainList::parse(" Zebra.org \n\nmüller.de\nzebra.org\n*.example.com").unwrap();
        assert_eq!(list.to_text(), "zebra.org\nxn--mller-kva.de\n*.example.com");
        assert_eq!(DomainList::parse(&list.to_text()), Ok(list));
    }

    #[test]
    fn a_list_has_25_000_characters_at_most() {
        let typed = "\n".repeat(DomainList::MOST + 1);
        assert_eq!(
            DomainList::parse(&typed),
            Err(DomainListError::TooLong {
                characters: 25_001,
                most: 25_000
            })
        );
        assert!(DomainList::parse(&typed[1..]).is_ok());
    }

    #[test]
    fn rules_admit_by_one_list_or_none() {
        let list = DomainList::parse("example.com").unwrap();
        let (known, other) = (domain("example.com"), domain("example.org"));
        assert!(DomainRules::Any.admits(&other));
        assert!(
            !DomainRules::Deny(list.clone()).admits(&known)
                && DomainRules::Deny(list.clone()).admits(&other)
        );
        let only = DomainRules::AllowOnly(list);
        assert!(only.admits(&known) && !only.admits(&other));
        assert_eq!(
            serde_json::to_string(&only).unwrap(),
            r#"{"allow_only":["example.com"]}"#
        );
        assert!(!DomainRules::AllowOnly(DomainList::default()).admits(&known));
    }
}
