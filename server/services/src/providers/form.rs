//! A provider as a form sends it. The ready-made settings that it begins with, and how it is read, live below.

mod parser;
mod preset;

use std::fmt;

use domain::id::ProviderId;
use domain::provider::{EntraTenant, Protocol, Provider, Tenancy};
use domain::text::DomainName;
use domain::time::{Timestamp, Zone};
use serde::{Deserialize, Serialize};

use crate::Secret;

pub use preset::Preset;

/// A provider that was read from a form.
pub struct NewProvider {
    provider: Provider,
    /// `None` keeps the one that is there.
    secret: Option<Secret>,
}

impl NewProvider {
    pub(super) fn made(self, id: ProviderId, created_at: Timestamp) -> (Provider, Option<Secret>) {
        (Provider { id, created_at, ..self.provider }, self.secret)
    }
}

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProviderForm {
    pub preset: String,
    pub name: String,
    pub issuer: String,
    /// Entra for many tenants: lines of `tenant id, domain`.
    pub tenants: String,
    pub authorize: String,
    pub token: String,
    pub user: String,
    pub emails: String,
    pub client_id: String,
    /// Never filled, and never written down with a draft; empty keeps the one that is there.
    #[serde(skip_serializing)]
    pub client_secret: String,
    pub secret_ends: String,
    pub scopes: String,
    pub domains: String,
    pub offered: bool,
    pub position: String,
    pub verified_counts: bool,
    pub also_by_passcode: bool,
    pub trusts_second_factor: bool,
    pub amr: String,
    pub acr: String,
    pub claim_subject: String,
    pub claim_address: String,
    pub claim_verified: String,
    pub claim_name: String,
    /// Read where a provider is made; afterwards it is switched.
    pub enabled: bool,
}

impl fmt::Debug for ProviderForm {
    /// Without the secret that it may carry.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderForm").field("preset", &self.preset).field("name", &self.name).finish_non_exhaustive()
    }
}

impl ProviderForm {
    /// The form filled with what stands now; the secret is never shown again.
    pub fn of(provider: &Provider, zone: &Zone) -> Self {
        let settings = &provider.settings;
        let lines = |domains: &[DomainName]| domains.iter().map(DomainName::as_str).collect::<Vec<_>>().join("\n");
        let form = Self {
            name: provider.name.to_string(),
            client_id: provider.client_id.clone(),
            secret_ends: provider.secret_ends_at.map(|end| zone.last_day(end)).unwrap_or_default(),
            scopes: settings.scopes.join(" "),
            domains: lines(&settings.domains),
            offered: provider.offered,
            position: provider.position.to_string(),
            verified_counts: settings.verified_counts,
            also_by_passcode: settings.also_by_passcode,
            trusts_second_factor: settings.second_factor.trusted,
            amr: settings.second_factor.amr.join(" "),
            acr: settings.second_factor.acr.join(" "),
            claim_subject: settings.claims.subject.clone(),
            claim_address: settings.claims.address.clone(),
            claim_verified: settings.claims.verified.clone(),
            claim_name: settings.claims.name.clone(),
            preset: Preset::of(provider).as_str().to_owned(),
            enabled: provider.enabled,
            ..Self::default()
        };
        match &settings.protocol {
            Protocol::OpenId { issuer, tenancy } => {
                let line = |tenant: &EntraTenant| format!("{}, {}", tenant.tid, tenant.domain);
                let tenants = match tenancy {
                    Tenancy::Entra { tenants } => tenants.iter().map(line).collect::<Vec<_>>().join("\n"),
                    Tenancy::Single | Tenancy::Google => String::new(),
                };
                Self { issuer: issuer.to_string(), tenants, ..form }
            }
            Protocol::OAuth2(endpoints) => Self {
                authorize: endpoints.authorize.to_string(),
                token: endpoints.token.to_string(),
                user: endpoints.user.to_string(),
                emails: endpoints.emails.as_ref().map(ToString::to_string).unwrap_or_default(),
                ..form
            },
        }
    }
}

#[cfg(test)]
mod tests;
