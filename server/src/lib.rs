//! The doors: configuration, addresses, layers, and the command line. No SQL and no rules.

pub mod assets;
pub mod cli;
pub mod config;
pub mod demo;
pub mod exports;
pub mod files;
pub mod health;
pub mod launch;
pub mod layers;
pub mod mailbox;
pub mod passkeys;
pub mod refused;
pub mod router;
pub mod secrets;
pub mod serve;
pub mod signin;
pub mod state;
pub mod uploads;
pub mod worker;
