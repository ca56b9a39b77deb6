//! Pages of everybody who is signed in.

pub mod account;
pub mod address;
pub mod apps;
pub mod enrol;
pub mod factors;
pub mod fellows;
pub mod identities;
pub mod leave;
pub mod mailbox;
pub mod passkeys;
pub mod prove;
