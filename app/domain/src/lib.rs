//! The rules of Lobby: pure values and transitions. No I/O, clock, randomness, SQL or HTML.

/// The words by which a state is stored and travels: `as_str` and `parse` from one list.
#[macro_export]
macro_rules! stored_words {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $(#[serde(rename = $word)] $variant),+ }
        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $word),+ } }
            /// The value behind a stored word; `None` for any other text.
            pub fn parse(word: &str) -> Option<Self> { match word { $($word => Some(Self::$variant),)+ _ => None } }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
    };
}

pub mod access;
pub mod application;
pub mod continuation;
pub mod event;
pub mod factor;
pub mod group;
pub mod id;
pub mod identity;
pub mod invitation;
pub mod letter;
pub mod partner;
pub mod passcode;
pub mod passkey;
pub mod problem;
pub mod provider;
pub mod role;
pub mod session;
pub mod settings;
pub mod text;
pub mod time;
pub mod user;

#[cfg(any(test, feature = "samples"))]
pub mod samples;
