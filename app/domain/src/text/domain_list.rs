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
            return DomainName::parse(text).map(Self::Exactly).map_err(PatternError::Domain);
        };
        match DomainName::parse(apex) {
            Ok(apex) if apex.is_public_suffix() => Err(PatternError::PublicSuffix(apex.to_string())),
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
        for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
            match DomainPattern::parse(text) {
                Ok(pattern) => patterns.push(pattern),
                Err(error) => bad.push(BadLine { line, text: text.trim().to_owned(), error }),
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
        self.0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
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
        return Err(DomainListError::TooLong { characters, most: DomainList::MOST });
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
mod tests;
