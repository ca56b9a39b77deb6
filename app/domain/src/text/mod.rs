//! Words that people type or paste, parsed once into types that can be trusted; nothing here looks anything up.

mod characters;
mod domain_list;
mod domain_name;
mod email;
mod lookalike;

pub use domain_list::{
    BadLine, DomainList, DomainListError, DomainPattern, DomainRules, PatternError,
};
pub use domain_name::{DomainError, DomainName};
pub use email::{AddressError, EmailAddress};
pub use lookalike::Lookalike;
