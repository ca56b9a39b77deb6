//! An e-mail address that a letter can be sent to, with the key by which two spellings are one person.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use email_address::Options;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::characters::{is_hidden, position_of};
use super::domain_name::{DomainError, DomainName};
use super::lookalike::{self, Familiar, Lookalike};

const MOST_BYTES: usize = 254;
const MOST_LOCAL_BYTES: usize = 64;
/// Longer input is refused unread: U-labels take more bytes than the A-labels that count, but not this many.
const MOST_TYPED_BYTES: usize = 1_024;

/// An address as rules.md has it under 'Addresses'. Equal, hashed and ordered by its key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress {
    /// The local part as typed, in NFC, and the domain's A-label: what SMTP can deliver to.
    stored: String,
    key: String,
}

/// Why a text is no address. Positions count characters from 1 in the text in NFC, without surrounding space.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("the address is empty")]
    Empty,
    #[error("the address has {bytes} bytes, of at most {most}")]
    TooLong { bytes: usize, most: usize },
    #[error("the address has no @")]
    NoAt,
    #[error("nothing before the @")]
    LocalEmpty,
    #[error("{bytes} bytes before the @, of at most {most}")]
    LocalTooLong { bytes: usize, most: usize },
    #[error("the part before the @ is quoted")]
    QuotedLocal,
    #[error("a dot at {position} that has nothing on one side")]
    Dot { position: usize },
    #[error("the invisible character U+{:04X} at {position}", *found as u32)]
    Hidden { found: char, position: usize },
    #[error("the character {found:?} at {position}")]
    Character { found: char, position: usize },
    #[error("the domain is an address literal")]
    Literal,
    #[error(transparent)]
    Domain(DomainError),
}

impl EmailAddress {
    /// Parses what a person typed; surrounding white space is ignored.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        if text.len() > MOST_TYPED_BYTES {
            return Err(AddressError::TooLong { bytes: text.len(), most: MOST_BYTES });
        }
        if let Some((found, position)) = position_of(text, is_hidden) {
            return Err(AddressError::Hidden { found, position });
        }
        let text: String = text.nfc().collect();
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError::NoAt)?;
        check_local(local)?;
        if domain.starts_with('[') {
            return Err(AddressError::Literal);
        }
        let before = local.chars().count() + 1;
        let domain = parse_domain(domain).map_err(|error| AddressError::Domain(error.after(before)))?;
        let stored = format!("{local}@{domain}");
        if local.len() > MOST_LOCAL_BYTES {
            return Err(AddressError::LocalTooLong { bytes: local.len(), most: MOST_LOCAL_BYTES });
        }
        if stored.len() > MOST_BYTES {
            return Err(AddressError::TooLong { bytes: stored.len(), most: MOST_BYTES });
        }
        let deliverable = Options::default().with_required_tld().without_domain_literal().without_display_text();
        if email_address::EmailAddress::parse_with_options(&stored, deliverable).is_err() {
            return Err(AddressError::Domain(DomainError::BadLabel(domain.to_string())));
        }
        let key = key_of(local, &domain);
        Ok(Self { stored, key })
    }

    /// The stored spelling, which letters go to.
    pub fn as_str(&self) -> &str {
        &self.stored
    }

    /// What addresses are compared by: NFC, ASCII letters in lower case, the domain's A-label.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The key without a `+tag`: one mailbox for limits and blocks, though its tags are distinct people.
    pub fn mailbox(&self) -> String {
        let (local, domain) = split(&self.key);
        match local.split_once('+') {
            Some((mailbox, _)) if !mailbox.is_empty() => format!("{mailbox}@{domain}"),
            _ => self.key.clone(),
        }
    }

    /// The part before the @, as stored.
    pub fn local(&self) -> &str {
        split(&self.stored).0
    }

    pub fn domain(&self) -> DomainName {
        DomainName::known(split(&self.stored).1)
    }

    /// What a page shows: Unicode, with the domain's A-label beside it where they differ.
    pub fn shown(&self) -> String {
        format!("{}@{}", self.local(), self.domain().shown())
    }

    /// Why an inviter must look twice: the domain mixes scripts, or reads like a familiar one and is not it.
    pub fn needs_confirmation(&self, familiar: &Familiar) -> Option<Lookalike> {
        lookalike::find(&self.domain(), familiar)
    }
}

/// The domain as typed: white space around it would be a hole in the address.
fn parse_domain(domain: &str) -> Result<DomainName, DomainError> {
    match position_of(domain, char::is_whitespace) {
        Some((found, position)) => Err(DomainError::Character { found, position }),
        None => DomainName::parse(domain),
    }
}

/// Asks `email_address` about one character at a time, because it does not say where it stopped.
fn check_local(local: &str) -> Result<(), AddressError> {
    if local.is_empty() {
        return Err(AddressError::LocalEmpty);
    }
    if local.starts_with('"') {
        return Err(AddressError::QuotedLocal);
    }
    let mut previous = '.';
    for (found, position) in local.chars().zip(1..) {
        if found == '.' && previous == '.' {
            return Err(AddressError::Dot { position });
        }
        if found != '.' && !email_address::EmailAddress::is_valid_local_part(found.encode_utf8(&mut [0; 4])) {
            return Err(AddressError::Character { found, position });
        }
        previous = found;
    }
    if previous == '.' { Err(AddressError::Dot { position: local.chars().count() }) } else { Ok(()) }
}

/// Composed again after lowering: `H` with a line below has no composed form, `h` with one has.
fn key_of(local: &str, domain: &DomainName) -> String {
    let local: String = local.to_ascii_lowercase().nfc().collect();
    format!("{local}@{domain}")
}

/// Both spellings were made with an @; the domain holds none.
fn split(address: &str) -> (&str, &str) {
    address.rsplit_once('@').unwrap_or((address, ""))
}

impl AddressError {
    /// Stable, for messages and for forms.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "address_empty",
            Self::TooLong { .. } => "address_too_long",
            Self::NoAt => "address_no_at",
            Self::LocalEmpty => "address_local_empty",
            Self::LocalTooLong { .. } => "address_local_too_long",
            Self::QuotedLocal => "address_quoted_local",
            Self::Dot { .. } => "address_dot",
            Self::Hidden { .. } => "address_hidden_character",
            Self::Character { .. } => "address_character",
            Self::Literal => "address_literal",
            Self::Domain(error) => error.code(),
        }
    }

    /// Where it stopped, counted from 1, if at one character.
    pub fn position(&self) -> Option<usize> {
        match self {
            Self::Dot { position }
            | Self::Hidden { position, .. }
            | Self::Character { position, .. }
            | Self::Domain(DomainError::EmptyLabel { position })
            | Self::Domain(DomainError::Hidden { position, .. })
            | Self::Domain(DomainError::Character { position, .. }) => Some(*position),
            _ => None,
        }
    }
}

impl PartialEq for EmailAddress {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for EmailAddress {}

impl Hash for EmailAddress {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl PartialOrd for EmailAddress {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for EmailAddress {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stored)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.stored
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests;
