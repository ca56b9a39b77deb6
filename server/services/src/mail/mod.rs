//! Letters: what they say and how they leave.

/// How letters leave.
pub enum Mailer {
    /// The demo's mailbox page.
    Mailbox,
}
