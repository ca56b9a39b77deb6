//! Pages of everybody who is signed in.

pub mod account;
pub mod apps;
pub mod mailbox;
pub mod leave;
pub mod prove;
