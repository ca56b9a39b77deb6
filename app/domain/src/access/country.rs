//! Countries by their code (ISO 3166-1 alpha-2), and what is known of a client's.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Two capital letters. Whether they are assigned is not asked: data files have codes of their own (`EU`, `XK`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CountryCode([u8; 2]);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a country is two letters, as in CH")]
pub struct CountryCodeError;

/// Where a client is, as far as the country data tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Country {
    Known(CountryCode),
    /// Looked up, and not there: private ranges, and what nobody has listed.
    Unknown,
    /// Nothing could be looked up: no address, or no data that answers for it.
    #[default]
    Undetermined,
}

impl FromStr for CountryCode {
    type Err = CountryCodeError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().to_ascii_uppercase().as_bytes() {
            &[a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Ok(Self([a, b])),
            _ => Err(CountryCodeError),
        }
    }
}

impl TryFrom<String> for CountryCode {
    type Error = CountryCodeError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CountryCode> for String {
    fn from(code: CountryCode) -> Self {
        code.to_string()
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b] = self.0.map(char::from);
        write!(f, "{a}{b}")
    }
}

impl Country {
    /// The word by which the log filters: the code, `unknown` or `undetermined`.
    pub fn word(self) -> String {
        match self {
            Self::Known(code) => code.to_string(),
            Self::Unknown => "unknown".to_owned(),
            Self::Undetermined => "undetermined".to_owned(),
        }
    }

    /// From [`Country::word`].
    pub fn read(word: &str) -> Self {
        match word {
            "unknown" => Self::Unknown,
            word => word.parse().map_or(Self::Undetermined, Self::Known),
        }
    }
}
