//! Applications: what is shown, where it launches, and which group grants it.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::id::{AppId, GroupId};
use crate::text::{Label, Message};
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    pub id: AppId,
    pub name: Label,
    pub description: Option<Message>,
    pub launch_url: LaunchUrl,
    pub publisher: Option<Label>,
    /// Shown to guests: who helps. A name, an address or a number.
    pub support_contact: Option<Label>,
    /// The digest that names the stored picture.
    pub logo: Option<String>,
    pub visible: bool,
    pub enabled: bool,
    pub self_service: Option<SelfService>,
    pub created_at: Timestamp,
}

/// The group that grants an application; its owners are the application's owners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfService {
    pub group: GroupId,
    pub default_days: Option<u32>,
    pub longest_days: Option<u32>,
}

impl SelfService {
    /// The length of a stay in days; `None` is without end.
    pub fn stay(&self, asked: Option<u32>) -> Option<u32> {
        match (asked.or(self.default_days), self.longest_days) {
            (Some(asked), Some(longest)) => Some(asked.min(longest)),
            (asked, longest) => asked.or(longest),
        }
    }
}

/// `https`, or `http` where an administrator said so. Nothing else launches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LaunchUrl(Url);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LaunchUrlError {
    #[error("not an address of the form https://host/path")]
    Malformed,
    #[error("only https launches, or http where it is allowed")]
    Scheme,
    #[error("a launch address carries no user name or password")]
    Credentials,
}

impl LaunchUrl {
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, LaunchUrlError> {
        let url = Url::parse(text.trim()).map_err(|_| LaunchUrlError::Malformed)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(LaunchUrlError::Scheme);
        }
        if url.host_str().is_none_or(str::is_empty) || text.len() > 2000 {
            return Err(LaunchUrlError::Malformed);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(LaunchUrlError::Credentials);
        }
        Ok(Self(url))
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    pub fn is_plain_http(&self) -> bool {
        self.0.scheme() == "http"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_without_credentials_launch() {
        assert!(LaunchUrl::parse("https://records.lindenhof.example/start?x=1").is_ok());
        for (text, error) in [
            ("javascript:alert(1)", LaunchUrlError::Scheme),
            ("data:text/html,x", LaunchUrlError::Scheme),
            ("file:///etc/passwd", LaunchUrlError::Scheme),
            ("//records.example", LaunchUrlError::Malformed),
            ("records.example", LaunchUrlError::Malformed),
            ("", LaunchUrlError::Malformed),
            ("https://ida:secret@records.example", LaunchUrlError::Credentials),
        ] {
            assert_eq!(LaunchUrl::parse(text), Err(error), "{text}");
        }
    }
}
