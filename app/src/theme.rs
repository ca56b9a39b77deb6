//! The style sheet of the organization's accent, under a name that changes with it.

use domain::settings::Accent;

/// `/theme/1f6f5c.css`: the color itself is the digest.
pub fn href(accent: &Accent) -> String {
    format!("/theme/{}.css", accent.as_str().trim_start_matches('#'))
}

/// The accent and the text on it; everything else is computed from the two in `style/`.
pub fn sheet(accent: &Accent) -> String {
    format!(":root{{--accent:{};--on-accent:{}}}", accent.as_str(), accent.text_on())
}
