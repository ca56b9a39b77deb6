//! What is wrong with one field of a form: a stable code, and the fact that explains it.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The name of the field; empty for the form as a whole.
    pub field: String,
    pub code: String,
    pub fact: Option<String>,
}

impl Problem {
    pub fn new(field: &str, code: &str) -> Self {
        Self { field: field.to_owned(), code: code.to_owned(), fact: None }
    }

    pub fn because(field: &str, code: &str, fact: impl ToString) -> Self {
        Self { fact: Some(fact.to_string()), ..Self::new(field, code) }
    }
}

/// Parses the fields of a form one after the other and keeps every problem, not only the first.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// The value, or a note of what is wrong with it.
    pub fn take<T, E: Explained>(&mut self, field: &str, parsed: Result<T, E>) -> Option<T> {
        parsed
            .map_err(|error| {
                self.0.push(Problem { field: field.to_owned(), code: error.code().to_owned(), fact: error.fact() })
            })
            .ok()
    }

    pub fn add(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// # Errors
    /// What was found, if anything.
    pub fn none(self) -> Result<(), Vec<Problem>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }

    /// The value of a form whose fields all parsed.
    ///
    /// # Errors
    /// What was found; a `None` without any note counts as an unknown problem.
    pub fn done<T>(mut self, value: Option<T>) -> Result<T, Vec<Problem>> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => {
                if self.0.is_empty() {
                    self.0.push(Problem::new("", "invalid"));
                }
                Err(self.0)
            }
        }
    }
}

/// An error that a form can explain.
pub trait Explained {
    fn code(&self) -> &'static str;
    fn fact(&self) -> Option<String> {
        None
    }
}

impl Explained for crate::text::TextError {
    fn code(&self) -> &'static str {
        self.code()
    }
    fn fact(&self) -> Option<String> {
        match self {
            Self::TooLong { most, .. } => Some(most.to_string()),
            Self::Barred { position, .. } => Some(position.to_string()),
            Self::Empty => None,
        }
    }
}

impl Explained for crate::text::AddressError {
    fn code(&self) -> &'static str {
        self.code()
    }
}

impl Explained for crate::time::DateError {
    fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "date_malformed",
            Self::UnknownZone => "zone_unknown",
        }
    }
}

impl Explained for crate::application::LaunchUrlError {
    fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "url_malformed",
            Self::Scheme => "url_scheme",
            Self::Credentials => "url_credentials",
        }
    }
}

impl Explained for crate::provider::ProviderUrlError {
    fn code(&self) -> &'static str {
        (*self).code()
    }
}

impl Explained for crate::settings::AccentError {
    fn code(&self) -> &'static str {
        "accent_malformed"
    }
}

impl Explained for crate::text::DomainListError {
    fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "domains_too_long",
            Self::Lines(_) => "domains_lines",
        }
    }
    fn fact(&self) -> Option<String> {
        match self {
            Self::TooLong { most, .. } => Some(most.to_string()),
            Self::Lines(lines) => {
                let lines: Vec<String> = lines
                    .iter()
                    .take(5)
                    .map(|bad| format!("line {}: {} ({})", bad.line, bad.text, bad.error))
                    .collect();
                Some(lines.join("; "))
            }
        }
    }
}
