//! Words that people type or paste, parsed once into types that can be trusted; nothing here looks anything up.

mod characters;
mod domain_list;
mod domain_name;
mod email;
mod label;
mod language;
mod lookalike;
mod names;
mod paste;
mod telephone;
mod words;

pub use domain_list::{BadLine, DomainList, DomainListError, DomainPattern, DomainRules, PatternError};
pub use domain_name::{DomainError, DomainName};
pub use email::{AddressError, EmailAddress};
pub use label::{Label, Message, TextError};
pub use language::{LANGUAGES, is_language_tag};
pub use lookalike::{Familiar, Lookalike};
pub use names::{Suspicion, SuspicionKind, letter_name, suspicious_text};
pub use paste::{Pasted, parse_list};
pub use words::words;

#[cfg(test)]
mod properties;
