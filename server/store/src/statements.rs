//! The two macros every room of the store is written with, and the list of all statements.

/// Runs one body against whichever engine the transaction is on.
macro_rules! on {
    ($tx:expr, |$conn:ident| $body:expr) => {
        match $tx.link() {
            $crate::db::Link::Sqlite($conn) => $body,
            $crate::db::Link::Postgres($conn) => $body,
        }
    };
}

/// Names SQL texts and lists them, so that one test can prepare each on both engines.
macro_rules! sql {
    ($($(#[$meta:meta])* $name:ident = $text:expr;)+) => {
        $($(#[$meta])* const $name: &str = $text;)+
        pub(crate) const STATEMENTS: &[(&str, &str)] = &[$((concat!(module_path!(), "::", stringify!($name)), $name)),+];
    };
}

pub(crate) use {on, sql};

/// Every constant statement of the store with its name.
pub fn all() -> Vec<(&'static str, &'static str)> {
    [
        crate::access::STATEMENTS,
        crate::applications::STATEMENTS,
        crate::attempts::STATEMENTS,
        crate::audit::STATEMENTS,
        crate::authenticators::STATEMENTS,
        crate::blocks::STATEMENTS,
        crate::drafts::STATEMENTS,
        crate::enrolment_passes::STATEMENTS,
        crate::groups::STATEMENTS,
        crate::guards::STATEMENTS,
        crate::hits::STATEMENTS,
        crate::identities::STATEMENTS,
        crate::invitations::STATEMENTS,
        crate::jobs::STATEMENTS,
        crate::mailbox::STATEMENTS,
        crate::memberships::STATEMENTS,
        crate::outbox::STATEMENTS,
        crate::partners::STATEMENTS,
        crate::passcodes::STATEMENTS,
        crate::passkeys::STATEMENTS,
        crate::providers::STATEMENTS,
        crate::recovery_codes::STATEMENTS,
        crate::sessions::STATEMENTS,
        crate::settings::STATEMENTS,
        crate::sign_ins::STATEMENTS,
        crate::terms::STATEMENTS,
        crate::users::STATEMENTS,
        crate::wishes::STATEMENTS,
        crate::words::STATEMENTS,
    ]
    .concat()
}
