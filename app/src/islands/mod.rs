//! The islands: what the browser wakes. Few and small, for they all travel in one bundle.

mod search;
mod verdicts;

pub use search::SearchTiles;
pub use verdicts::{CheckInvitations, Checked, Chip, InviteForm, Verdicts, check_invitations};
