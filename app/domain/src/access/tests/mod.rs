//! The rule of conditional access, tried: a table of cases, properties, and what is said about policies.

mod allocations;
mod cases;
mod explained;
mod language;
mod oddities;
mod problems;
mod properties;
