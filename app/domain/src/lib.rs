//! .

pub mod text;
