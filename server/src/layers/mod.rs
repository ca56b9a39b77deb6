//! What every request passes: its id and log line, the right host, the same origin, headers, and who it is.

pub mod client;
pub mod cookies;
pub mod gate;
pub mod log;
pub mod visit;
