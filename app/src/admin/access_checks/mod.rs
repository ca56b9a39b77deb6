//! Looking a set of policies over before or after it is in force: replay of one, coverage of all.

pub mod coverage;
pub mod replay;
