//! What a provider said of a person, once its answer was checked.

use serde::{Deserialize, Serialize};

use crate::text::{EmailAddress, Label};
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asserted {
    pub issuer: String,
    pub subject: String,
    pub address: Option<EmailAddress>,
    /// `None` where the provider does not say.
    pub verified: Option<bool>,
    pub name: Option<Label>,
    /// Entra's `tid`.
    pub tenant: Option<String>,
    /// Entra's `xms_edov`: the tenant owns the domain of the address.
    pub domain_owner_verified: bool,
    /// Google's `hd`.
    pub hosted_domain: Option<String>,
    /// When the person last proved themselves to the provider; plain OAuth 2 never says.
    pub auth_time: Option<Timestamp>,
    /// Authentication methods (RFC 8176).
    pub amr: Vec<String>,
    pub acr: Option<String>,
    /// The provider's session (`sid`), for logout tokens.
    pub session: Option<String>,
}

/// Which words of a provider mean a second factor, and whether they are believed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    pub trusted: bool,
    pub amr: Vec<String>,
    pub acr: Vec<String>,
}

impl SecondFactor {
    /// What the ready-made settings list: RFC 8176's `mfa`.
    pub fn usual() -> Self {
        Self { trusted: false, amr: vec!["mfa".to_owned()], acr: Vec::new() }
    }

    /// Did this very sign-in have a second factor that counts here? Absent means it had none.
    pub fn is_in(&self, asserted: &Asserted) -> bool {
        self.trusted
            && (asserted.amr.iter().any(|method| self.amr.contains(method))
                || asserted.acr.as_ref().is_some_and(|class| self.acr.contains(class)))
    }
}
