//! The program itself, as a process: its command line, what a stop and a kill leave, and what its logs keep to themselves.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may end here")]

mod command_line;
mod house;
mod kill;
mod large;
mod person;
mod secrets;
mod stop;
