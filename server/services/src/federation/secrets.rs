//! State, nonce and code verifier of one attempt: derived under the installation's key, so that the database holds none
//! of them, and bound to the browser that began it.

use domain::id::AttemptId;

use crate::{Key, secret};

pub(super) struct Secrets {
    pub state: String,
    pub nonce: String,
    /// RFC 7636, section 4.1: 64 of its characters.
    pub verifier: String,
}

impl Secrets {
    /// `browser` is the digest of the browser's cookie.
    pub fn of(key: &Key, attempt: AttemptId, browser: &str) -> Self {
        let id = attempt.to_string();
        Self {
            state: format!("{id}.{}", key.digest("state", &[&id, browser])),
            nonce: key.digest("nonce", &[&id]),
            verifier: key.digest("verifier", &[&id]),
        }
    }
}

/// The attempt that a state names, where it was made for this browser.
pub(super) fn attempt_of(key: &Key, state: &str, browser: &str) -> Option<AttemptId> {
    let attempt: AttemptId = state.split_once('.')?.0.parse().ok()?;
    secret::equal(state, &Secrets::of(key, attempt, browser).state).then_some(attempt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_for_one_attempt_in_one_browser() {
        let (key, attempt) = (Key::random(), AttemptId(uuid::Uuid::from_u128(7)));
        let secrets = Secrets::of(&key, attempt, "browser");
        assert_eq!(attempt_of(&key, &secrets.state, "browser"), Some(attempt));
        assert_eq!(attempt_of(&key, &secrets.state, "another"), None);
        assert_eq!(attempt_of(&Key::random(), &secrets.state, "browser"), None);
        for forged in ["", "x", &secrets.state[..40], &secrets.state.replace('7', "8"), &format!("{}x", secrets.state)]
        {
            assert_eq!(attempt_of(&key, forged, "browser"), None, "{forged}");
        }
        assert!((43..=128).contains(&secrets.verifier.len()) && secrets.verifier != secrets.nonce);
    }
}
