//! Letters by a real mail server: what arrives, what waits, what is refused, and what nobody may learn from it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may end here")]

mod arrival;
mod codes;
mod engines;
mod post;
mod secure;
mod trouble;
