//! Identity providers: what is known of each, and whose word about an address counts for what.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::id::ProviderId;
use crate::text::{DomainName, EmailAddress, Label};
use crate::time::Timestamp;

mod address;
mod assertion;
mod claims;
mod offer;

pub use address::{Issuer, ProviderUrlError, endpoint};
pub use assertion::{Asserted, SecondFactor};
pub use claims::{ClaimError, Claims, Expected, IssuerRule, LEEWAY, LogoutClaims};
pub use offer::{Offer, Way, offer};

/// Passcodes stand in for a provider that is down this long at most.
pub const MOST_PASSCODE_HOURS: i64 = 24;
pub const MOST_DOMAINS: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    pub id: ProviderId,
    pub name: Label,
    pub enabled: bool,
    /// On the sign-in page for everybody, not only for its domains.
    pub offered: bool,
    pub position: i64,
    pub client_id: String,
    /// When the client secret stops working, as far as the administrator knows.
    pub secret_ends_at: Option<Timestamp>,
    /// When the TLS certificate ends that it showed last; `None` where it showed none yet.
    pub certificate_ends_at: Option<Timestamp>,
    /// Until when passcodes stand in, because the provider is down.
    pub passcode_until: Option<Timestamp>,
    /// The digest that names the stored picture.
    pub logo: Option<String>,
    pub settings: ProviderSettings,
    pub created_at: Timestamp,
}

/// What is kept of a provider beside what lists and look-ups read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderSettings {
    pub protocol: Protocol,
    pub scopes: Vec<String>,
    pub claims: ClaimNames,
    /// The domains it speaks for.
    pub domains: Vec<DomainName>,
    /// Its verified addresses count where nobody is authoritative for the domain.
    pub verified_counts: bool,
    /// People of its domains may also come by passcode.
    pub also_by_passcode: bool,
    pub second_factor: SecondFactor,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "protocol", rename_all = "snake_case")]
pub enum Protocol {
    /// OpenID Connect Core 1.0 with Discovery 1.0.
    OpenId { issuer: Issuer, tenancy: Tenancy },
    /// OAuth 2.0 (RFC 6749) without identity tokens: a page of the provider's says who it is.
    OAuth2(Box<Endpoints>),
}

/// Where a plain OAuth 2.0 provider is asked for what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    pub authorize: Url,
    pub token: Url,
    /// Says who it is.
    pub user: Url,
    /// Lists the person's mailboxes, where it does so apart.
    pub emails: Option<Url>,
}

/// Whether one issuer speaks for one organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tenancy", rename_all = "snake_case")]
pub enum Tenancy {
    Single,
    /// Entra ID for many tenants: the issuer has `{tenantid}` in it, and each tenant speaks for pinned domains alone.
    Entra {
        tenants: Vec<EntraTenant>,
    },
    /// Google: `hd` names the organization, and Google itself speaks for its public mailboxes.
    Google,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntraTenant {
    /// The `tid` claim, a UUID in lower case.
    pub tid: String,
    pub domain: DomainName,
}

/// Under which names the provider tells the facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimNames {
    pub subject: String,
    pub address: String,
    pub verified: String,
    pub name: String,
}

impl Default for ClaimNames {
    /// The standard claims (OpenID Connect Core 1.0, section 5.1).
    fn default() -> Self {
        let [subject, address, verified, name] = ["sub", "email", "email_verified", "name"].map(str::to_owned);
        Self { subject, address, verified, name }
    }
}

/// What the word of a provider about an invited address is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vouch {
    /// It redeems.
    Enough,
    /// It redeems together with a code that was sent to the address.
    WithCode,
}

/// Why a provider's word does not redeem.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VouchError {
    #[error("the provider names no address")]
    NoAddress,
    #[error("the provider says that the address is not verified")]
    Unverified,
    #[error("the account has the address {0}")]
    OtherAddress(String),
    #[error("the address is redeemed by the provider of its domain alone")]
    ByItsProvider,
}

impl Provider {
    pub fn speaks_for(&self, domain: &DomainName) -> bool {
        self.settings.domains.contains(domain)
    }

    pub fn is_open_id(&self) -> bool {
        matches!(self.settings.protocol, Protocol::OpenId { .. })
    }

    /// The machine that people are sent to.
    pub fn host(&self) -> String {
        let url = match &self.settings.protocol {
            Protocol::OpenId { issuer, .. } => Url::parse(issuer.as_str()).ok(),
            Protocol::OAuth2(endpoints) => Some(endpoints.authorize.clone()),
        };
        url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }

    /// May people of its domains come by passcode now?
    pub fn lets_passcodes(&self, now: Timestamp) -> bool {
        self.settings.also_by_passcode || self.passcode_until.is_some_and(|until| now < until)
    }

    /// Whether this provider, by what it asserted, is the one that gives out addresses of the domain.
    pub fn is_authoritative(&self, asserted: &Asserted, domain: &DomainName) -> bool {
        let Protocol::OpenId { tenancy, .. } = &self.settings.protocol else { return false };
        match tenancy {
            Tenancy::Single => self.speaks_for(domain),
            Tenancy::Entra { tenants } => {
                let pinned = |tid: &String| tenants.iter().any(|pin| pin.tid == *tid && pin.domain == *domain);
                self.speaks_for(domain)
                    && asserted.domain_owner_verified
                    && asserted.tenant.as_ref().is_some_and(pinned)
            }
            Tenancy::Google => {
                let hosted = asserted.hosted_domain.as_deref().is_some_and(|hosted| hosted == domain.as_str());
                hosted && self.speaks_for(domain) || is_google_mailbox(domain)
            }
        }
    }

    /// What its word about `invited` is worth; `of_domain` is the enabled provider that the domain of the address has.
    ///
    /// # Errors
    /// Why the word does not count at all.
    pub fn vouch(
        &self,
        asserted: &Asserted,
        invited: &EmailAddress,
        of_domain: Option<&Self>,
        now: Timestamp,
    ) -> Result<Vouch, VouchError> {
        let address = asserted.address.as_ref().ok_or(VouchError::NoAddress)?;
        if asserted.verified == Some(false) {
            return Err(VouchError::Unverified);
        }
        if address.key() != invited.key() {
            return Err(VouchError::OtherAddress(address.shown()));
        }
        if self.is_authoritative(asserted, &invited.domain()) {
            return Ok(Vouch::Enough);
        }
        match of_domain {
            Some(own) if !own.lets_passcodes(now) => Err(VouchError::ByItsProvider),
            None if self.settings.verified_counts && asserted.verified == Some(true) => Ok(Vouch::Enough),
            _ => Ok(Vouch::WithCode),
        }
    }
}

/// Mailboxes that Google gives out to anybody.
fn is_google_mailbox(domain: &DomainName) -> bool {
    matches!(domain.as_str(), "gmail.com" | "googlemail.com")
}

#[cfg(test)]
mod tests;
