//! The islands: what the browser wakes. Few and small, for they all travel in one bundle.

mod search;

pub use search::SearchTiles;
