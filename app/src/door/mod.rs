//! Pages for who is not signed in.

pub mod access;
pub mod add;
pub mod choose;
pub mod code;
pub mod consent;
pub mod first;
pub mod lift;
pub mod passkey;
pub mod problem;
pub mod redeem;
pub mod signin;
pub mod ways;
