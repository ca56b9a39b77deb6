//! Terms of use: documents that are accepted, again when they change or after a while.

use serde::{Deserialize, Serialize};

use super::attempt::Accepted;
use crate::id::TermsId;
use crate::text::Label;
use crate::time::{Span, Timestamp};

pub type TermsName = Label<80>;

/// Characters of one text.
pub const MOST_CHARACTERS: usize = 100_000;
pub const MOST_LANGUAGES: usize = 20;
/// Days after which acceptance ends, at most.
pub const LONGEST_DAYS: i64 = 3_650;

/// A document with its texts. Each change of a text is a new version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub id: TermsId,
    pub name: TermsName,
    /// From 1.
    pub version: i64,
    /// Acceptance of versions before this one no longer counts: a correction of spelling need not ask everybody again.
    pub binding: i64,
    pub texts: Vec<TermsText>,
    /// Acceptance ends after so many days.
    pub days: Option<i64>,
    pub created_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsText {
    /// BCP 47, as in `en` or `de-CH`.
    pub language: String,
    /// Markdown.
    pub text: String,
}

/// What a verdict reads of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InForce {
    pub binding: i64,
    pub days: Option<i64>,
}

impl InForce {
    pub fn is_met(self, accepted: &Accepted, now: Timestamp) -> bool {
        accepted.version >= self.binding && self.days.is_none_or(|days| now < accepted.at + Span::days(days))
    }
}

impl Terms {
    pub fn in_force(&self) -> InForce {
        InForce { binding: self.binding, days: self.days }
    }

    /// The text for a person: in their language, else in the same without its region, else the first.
    pub fn text_for(&self, language: &str) -> Option<&TermsText> {
        let base = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        let exact = self.texts.iter().find(|text| text.language.eq_ignore_ascii_case(language));
        let near = || self.texts.iter().find(|text| base(&text.language) == base(language));
        exact.or_else(near).or_else(|| self.texts.first())
    }
}
