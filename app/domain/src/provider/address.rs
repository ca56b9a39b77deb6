//! Addresses of providers: an issuer is compared letter by letter, so it is kept as it was written.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// `https://host/path`, without query and fragment (OpenID Connect Discovery 1.0, section 3); on this machine also http.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Issuer(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProviderUrlError {
    #[error("not an address of the form https://host/path")]
    Malformed,
    #[error("only https, or http on this machine")]
    Scheme,
    #[error("no user name, query or fragment")]
    Extras,
}

impl ProviderUrlError {
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "url_malformed",
            Self::Scheme => "provider_url_scheme",
            Self::Extras => "provider_url_extras",
        }
    }
}

/// An endpoint of a provider.
///
/// # Errors
/// What is wrong with it.
pub fn endpoint(text: &str) -> Result<Url, ProviderUrlError> {
    let url = Url::parse(text.trim()).map_err(|_| ProviderUrlError::Malformed)?;
    let here = match url.host().ok_or(ProviderUrlError::Malformed)? {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    match url.scheme() {
        "https" => {}
        "http" if here => {}
        _ => return Err(ProviderUrlError::Scheme),
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(ProviderUrlError::Extras);
    }
    Ok(url)
}

impl Issuer {
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ProviderUrlError> {
        let text = text.trim();
        if endpoint(text)?.query().is_some() {
            return Err(ProviderUrlError::Extras);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where its metadata is (OpenID Connect Discovery 1.0, section 4).
    pub fn metadata(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.0.trim_end_matches('/'))
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Issuer> for String {
    fn from(issuer: Issuer) -> Self {
        issuer.0
    }
}

impl TryFrom<String> for Issuer {
    type Error = ProviderUrlError;

    fn try_from(text: String) -> Result<Self, ProviderUrlError> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_kept_letter_by_letter() {
        for text in
            ["https://login.example", "https://login.example/", "https://login.example/a/v2.0", "http://x.localhost:7"]
        {
            assert_eq!(Issuer::parse(text).unwrap().as_str(), text);
        }
        assert_eq!(
            Issuer::parse("https://a.example/").unwrap().metadata(),
            "https://a.example/.well-known/openid-configuration"
        );
        for (text, error) in [
            ("login.example", ProviderUrlError::Malformed),
            ("http://login.example", ProviderUrlError::Scheme),
            ("http://10.0.0.1", ProviderUrlError::Scheme),
            ("ftp://login.example", ProviderUrlError::Scheme),
            ("https://u:p@login.example", ProviderUrlError::Extras),
            ("https://login.example?x", ProviderUrlError::Extras),
            ("https://login.example#x", ProviderUrlError::Extras),
        ] {
            assert_eq!(Issuer::parse(text), Err(error), "{text}");
        }
    }
}
