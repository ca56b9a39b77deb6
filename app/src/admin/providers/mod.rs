//! Identity providers: listed, made, tried and edited.

use domain::provider::Asserted;
use serde::{Deserialize, Serialize};

use crate::ssr::Kept;

/// What a provider said in a sign-in that is tied to nobody.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Told {
    pub asserted: Option<Asserted>,
}

impl Kept for Told {
    const FORM: &'static str = "told";
}
