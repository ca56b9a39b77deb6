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

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self::code(match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => "arguments",
            ServerFnErrorErr::Request(_) => "unreachable",
            _ => "broken",
        })
    }
}
