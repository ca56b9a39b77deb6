//! Passkeys: what is known of one.

use serde::{Deserialize, Serialize};

use crate::id::{PasskeyId, UserId};
use crate::text::Label;
use crate::time::{Span, Timestamp};

/// Of one person.
pub const MOST: usize = 10;
/// How long a challenge waits for its passkey.
pub const CEREMONY: Span = Span::minutes(5);

pub type PasskeyName = Label<64>;

stored_words! {
    /// A challenge serves the one purpose it was made for.
    Purpose { Add = "add", SignIn = "sign_in", Prove = "prove" }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    pub id: PasskeyId,
    pub user: UserId,
    /// What its person calls it.
    pub name: PasskeyName,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}
