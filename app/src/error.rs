//! What a server function answers when it refuses: a stable code, and the fields it is about. Never a sentence.

use domain::problem::Problem;
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppError {
    pub code: String,
    pub problems: Vec<Problem>,
}

impl AppError {
    pub fn code(code: &str) -> Self {
        Self { code: code.to_owned(), problems: Vec::new() }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    /// On the server this is a form that could not be read, before any doorway.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        use ServerFnErrorErr::{Args, Deserialization, MissingArg, Request};
        let code = match error {
            Deserialization(words) if words.contains("length limit exceeded") => "form_too_large",
            Args(_) | MissingArg(_) | Deserialization(_) => "arguments",
            Request(_) => "unreachable",
            _ => "broken",
        };
        #[cfg(feature = "ssr")]
        crate::ssr::unread(code);
        Self::code(code)
    }
}
