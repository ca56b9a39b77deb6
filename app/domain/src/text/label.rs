//! One line of text that names something, and a message of several; both plain, both bounded.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::characters::{is_barred, is_hidden, position_of};

/// The name of a group, an application or a person: one line, NFC, 1 to `MAX` characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Label<const MAX: usize = 128>(String);

/// Plain text of an inviter, in NFC with `\n` between lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Message(String);

/// Why a text was not taken. Positions count characters from 1 in the text without surrounding space.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("nothing to be read")]
    Empty,
    #[error("{characters} characters, of at most {most}")]
    TooLong { characters: usize, most: usize },
    /// A control, direction mark, line separator or invisible character.
    #[error("the character U+{:04X} at {position}", *found as u32)]
    Barred { found: char, position: usize },
}

impl<const MAX: usize> Label<MAX> {
    /// Space around the name is dropped.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        bounded(text.trim().nfc().collect(), MAX, |_| false).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Names for another of the same: "Clinics (copy)", "Clinics (copy 2)" and so on, cut to what fits.
    pub fn variants(&self, word: &str) -> impl Iterator<Item = Self> {
        let suffix = move |number| if number == 1 { format!(" ({word})") } else { format!(" ({word} {number})") };
        (1..100).filter_map(move |number| {
            let suffix = suffix(number);
            let kept: String = self.0.chars().take(MAX.saturating_sub(suffix.chars().count())).collect();
            Self::parse(&format!("{kept}{suffix}")).ok()
        })
    }
}

impl Message {
    /// Characters, a line break counting as one.
    pub const MOST: usize = 1_000;

    /// Every kind of line break becomes `\n` and a tab a space. A message that was not given is no message.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text =
            text.replace("\r\n", "\n").replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n").replace('\t', " ");
        bounded(text.trim().nfc().collect(), Self::MOST, |c| c == '\n').map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.lines()
    }
}

fn bounded(text: String, most: usize, excepted: fn(char) -> bool) -> Result<String, TextError> {
    if text.chars().all(|c| is_hidden(c) && !c.is_control() || c.is_whitespace()) {
        return Err(TextError::Empty);
    }
    let characters = text.chars().count();
    if characters > most {
        return Err(TextError::TooLong { characters, most });
    }
    match position_of(&text, |c| is_barred(c) && !excepted(c)) {
        Some((found, position)) => Err(TextError::Barred { found, position }),
        None => Ok(text),
    }
}

impl TextError {
    /// Stable, for messages and for forms.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "text_empty",
            Self::TooLong { .. } => "text_too_long",
            Self::Barred { .. } => "text_character",
        }
    }
}

impl<const MAX: usize> fmt::Display for Label<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> From<Label<MAX>> for String {
    fn from(label: Label<MAX>) -> Self {
        label.0
    }
}

impl<const MAX: usize> TryFrom<String> for Label<MAX> {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        Self::parse(&text)
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Message> for String {
    fn from(message: Message) -> Self {
        message.0
    }
}

impl TryFrom<String> for Message {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        Self::parse(&text)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    type Name = Label<10>;

    #[test]
    fn a_label_is_trimmed_composed_and_counted_in_characters() {
        assert_eq!(Name::parse("  Mu\u{308}nchen ").unwrap().as_str(), "München");
        assert_eq!(Name::parse(&"ü".repeat(10)).unwrap().as_str().len(), 20);
        assert_eq!(Name::parse(&"ü".repeat(11)), Err(TextError::TooLong { characters: 11, most: 10 }));
        assert!(Name::parse("می\u{200c}خواهم").is_ok());
    }

    #[test]
    fn a_label_is_one_line_that_can_be_seen() {
        for (text, error) in [
            ("", TextError::Empty),
            (" \u{200b}\u{2800} ", TextError::Empty),
            ("a\nb", TextError::Barred { found: '\n', position: 2 }),
            ("a\u{202e}b", TextError::Barred { found: '\u{202e}', position: 2 }),
        ] {
            assert_eq!(Name::parse(text), Err(error), "{text:?}");
        }
        assert_eq!(Name::parse("ab\u{2028}").unwrap().as_str(), "ab");
    }

    #[test]
    fn a_message_has_one_kind_of_line_break() {
        let message = Message::parse("Hello\r\nyou\rand\u{2028}me\there ❤\u{fe0f}\n").unwrap();
        assert_eq!(message.as_str(), "Hello\nyou\nand\nme here ❤\u{fe0f}");
        assert_eq!(message.lines().count(), 4);
    }

    #[test]
    fn a_message_has_1_000_characters_and_no_controls() {
        assert!(Message::parse(&"x".repeat(1_000)).is_ok());
        assert_eq!(Message::parse(&"x".repeat(1_001)), Err(TextError::TooLong { characters: 1_001, most: 1_000 }));
        assert_eq!(Message::parse("a\u{7}"), Err(TextError::Barred { found: '\u{7}', position: 2 }));
        assert_eq!(Message::parse("a\u{2067}b"), Err(TextError::Barred { found: '\u{2067}', position: 2 }));
        assert_eq!(Message::parse(" \n "), Err(TextError::Empty));
    }
}
