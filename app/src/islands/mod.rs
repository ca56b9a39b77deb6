//! The islands: what the browser wakes. Few and small, for they all travel in one bundle.

mod search;
mod verdicts;

pub use search::SearchTiles;
#[cfg(feature = "ssr")]
pub use verdicts::{CheckInvitations, InviteForm, check_invitations};
pub use verdicts::{Checked, Chip, Verdicts};
