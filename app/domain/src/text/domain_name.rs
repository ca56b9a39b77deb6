//! The name of a mail domain as an A-label: UTS 46, strict and non-transitional, two labels at least.

use std::fmt;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use serde::{Deserialize, Serialize};

use super::characters::{is_hidden, position_of};

/// Longer input is refused unread: no spelling of a name of 253 bytes needs more.
const MOST_TYPED_BYTES: usize = 1_024;
const MOST_BYTES: usize = 253;
const MOST_LABEL_BYTES: usize = 63;

/// A domain name in A-labels and lower case, never a literal, a single label or a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DomainName(String);

/// Why a text is no domain name. Positions count characters from 1 in the text without surrounding space.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DomainError {
    #[error("the domain is empty")]
    Empty,
    #[error("the domain has {bytes} bytes, of at most {most}")]
    TooLong { bytes: usize, most: usize },
    #[error("the domain has the single label {0:?}")]
    SingleLabel(String),
    #[error("an empty label at {position}")]
    EmptyLabel { position: usize },
    #[error("the label {label:?} has more than {most} bytes")]
    LabelTooLong { label: String, most: usize },
    #[error("the label {0:?} is not allowed by UTS 46")]
    BadLabel(String),
    #[error("the last label {0:?} is a number")]
    Number(String),
    #[error("the invisible character U+{:04X} at {position}", *found as u32)]
    Hidden { found: char, position: usize },
    #[error("the character {found:?} at {position}")]
    Character { found: char, position: usize },
}

impl DomainName {
    /// Accepts U-labels and A-labels, in any case, with surrounding white space.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        let text = text.trim();
        if text.len() > MOST_TYPED_BYTES {
            return Err(DomainError::TooLong { bytes: text.len(), most: MOST_BYTES });
        }
        if let Some((found, position)) = position_of(text, is_hidden) {
            return Err(DomainError::Hidden { found, position });
        }
        let name = to_ascii(text, DnsLength::Verify).ok_or_else(|| explain(text))?;
        let (_, last) = name.rsplit_once('.').ok_or_else(|| DomainError::SingleLabel(name.clone()))?;
        if last.bytes().all(|b| b.is_ascii_digit()) {
            return Err(DomainError::Number(last.to_owned()));
        }
        let name = Self(name);
        // An A-label may hide what nobody could have typed.
        match position_of(&name.unicode(), is_hidden) {
            Some((found, position)) => Err(DomainError::Hidden { found, position }),
            None => Ok(name),
        }
    }

    /// For a part of a value that was parsed before.
    pub(super) fn known(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The A-labels, as DNS and SMTP want them.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The U-labels, for reading and for comparing letter shapes.
    pub fn unicode(&self) -> String {
        Uts46::new().to_unicode(self.0.as_bytes(), AsciiDenyList::STD3, Hyphens::Check).0.into_owned()
    }

    /// What a page shows: Unicode, with the A-label beside it where they differ.
    pub fn shown(&self) -> String {
        let unicode = self.unicode();
        if unicode == self.0 { unicode } else { format!("{unicode} ({})", self.0) }
    }

    /// Whether this is a subdomain of the other at any depth; no name is below itself.
    pub fn is_below(&self, apex: &Self) -> bool {
        self.0.strip_suffix(&apex.0).is_some_and(|rest| rest.ends_with('.'))
    }

    /// Whether anybody may register below this name: `com`, `co.uk`, `github.io` (publicsuffix.org, both sections).
    pub fn is_public_suffix(&self) -> bool {
        psl::suffix(self.0.as_bytes()).is_some_and(|suffix| suffix == self.0.as_bytes())
    }
}

impl DomainError {
    /// Stable, for messages and for forms.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "domain_empty",
            Self::TooLong { .. } => "domain_too_long",
            Self::SingleLabel(_) => "domain_single_label",
            Self::EmptyLabel { .. } => "domain_empty_label",
            Self::LabelTooLong { .. } => "domain_label_too_long",
            Self::BadLabel(_) => "domain_bad_label",
            Self::Number(_) => "domain_number",
            Self::Hidden { .. } => "domain_hidden_character",
            Self::Character { .. } => "domain_character",
        }
    }

    /// The same error, told in positions of a text in which the domain begins after `before` characters.
    pub(super) fn after(self, before: usize) -> Self {
        match self {
            Self::EmptyLabel { position } => Self::EmptyLabel { position: position + before },
            Self::Hidden { found, position } => Self::Hidden { found, position: position + before },
            Self::Character { found, position } => Self::Character { found, position: position + before },
            other => other,
        }
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<DomainName> for String {
    fn from(name: DomainName) -> Self {
        name.0
    }
}

impl TryFrom<String> for DomainName {
    type Error = DomainError;

    fn try_from(text: String) -> Result<Self, DomainError> {
        Self::parse(&text)
    }
}

fn to_ascii(text: &str, length: DnsLength) -> Option<String> {
    let name = Uts46::new().to_ascii(text.as_bytes(), AsciiDenyList::STD3, Hyphens::Check, length);
    name.ok().map(|name| name.into_owned())
}

/// `idna` says no without a reason; this finds the one that a person can act on.
fn explain(text: &str) -> DomainError {
    if text.is_empty() {
        return DomainError::Empty;
    }
    let mut position = 1;
    for label in text.split(['.', '。', '．', '｡']) {
        if label.is_empty() {
            return DomainError::EmptyLabel { position };
        }
        match to_ascii(label, DnsLength::Ignore) {
            None => {
                return match position_of(label, is_never_allowed) {
                    Some((found, at)) => DomainError::Character { found, position: position + at - 1 },
                    None => DomainError::BadLabel(label.to_owned()),
                };
            }
            Some(ascii) if ascii.len() > MOST_LABEL_BYTES => {
                return DomainError::LabelTooLong { label: label.to_owned(), most: MOST_LABEL_BYTES };
            }
            Some(_) => position += label.chars().count() + 1,
        }
    }
    let bytes = to_ascii(text, DnsLength::Ignore).map_or(text.len(), |name| name.len());
    DomainError::TooLong { bytes, most: MOST_BYTES }
}

/// Neither alone nor after a letter: what is left are marks and right-to-left letters in the wrong place.
fn is_never_allowed(c: char) -> bool {
    c != '-'
        && to_ascii(&format!("{c}"), DnsLength::Ignore).is_none()
        && to_ascii(&format!("a{c}"), DnsLength::Ignore).is_none()
}

#[cfg(test)]
mod tests;
