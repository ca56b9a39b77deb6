//! A provider as a form sends it, and the ready-made settings that a form begins with.

use std::fmt;

use domain::id::ProviderId;
use domain::problem::{Problem, Problems};
use domain::provider::{
    ClaimNames, Endpoints, EntraTenant, Issuer, MOST_DOMAINS, Protocol, Provider, ProviderSettings, SecondFactor,
    Tenancy, endpoint,
};
use domain::text::{DomainName, Label};
use domain::time::{Timestamp, Zone};
use serde::{Deserialize, Serialize};

use crate::Secret;

domain::stored_words! {
    /// Ready-made settings.
    Preset {
        OpenId = "openid",
        Entra = "entra",
        EntraMany = "entra_many",
        Google = "google",
        Okta = "okta",
        Keycloak = "keycloak",
        GitHub = "github",
        OAuth2 = "oauth2",
    }
}

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

impl Preset {
    /// The kind that a provider seems to be, for its name and for hints.
    pub fn of(provider: &Provider) -> Self {
        let host = provider.host();
        let (issuer, tenancy) = match &provider.settings.protocol {
            Protocol::OpenId { issuer, tenancy } => (issuer, tenancy),
            Protocol::OAuth2(_) if host == "github.com" => return Self::GitHub,
            Protocol::OAuth2(_) => return Self::OAuth2,
        };
        match tenancy {
            Tenancy::Google => Self::Google,
            Tenancy::Entra { .. } => Self::EntraMany,
            Tenancy::Single if host == "login.microsoftonline.com" => Self::Entra,
            Tenancy::Single if host.ends_with(".okta.com") => Self::Okta,
            Tenancy::Single if issuer.as_str().contains("/realms/") => Self::Keycloak,
            Tenancy::Single => Self::OpenId,
        }
    }

    pub fn is_open_id(self) -> bool {
        !matches!(self, Self::GitHub | Self::OAuth2)
    }

    /// The form filled with what is known of providers of this kind.
    pub fn form(self) -> ProviderForm {
        let usual = ClaimNames::default();
        let form = ProviderForm {
            preset: self.as_str().to_owned(),
            scopes: "openid email profile".to_owned(),
            position: "0".to_owned(),
            amr: SecondFactor::usual().amr.join(" "),
            claim_subject: usual.subject,
            claim_address: usual.address,
            claim_verified: usual.verified,
            claim_name: usual.name,
            enabled: true,
            ..ProviderForm::default()
        };
        let text = str::to_owned;
        match self {
            Self::OpenId => form,
            Self::Entra => ProviderForm { issuer: text("https://login.microsoftonline.com/TENANT-ID/v2.0"), ..form },
            Self::EntraMany => ProviderForm {
                name: text("Microsoft"),
                issuer: text("https://login.microsoftonline.com/organizations/v2.0"),
                ..form
            },
            Self::Google => ProviderForm {
                name: text("Google"),
                issuer: text("https://accounts.google.com"),
                offered: true,
                ..form
            },
            Self::Okta => ProviderForm { issuer: text("https://YOUR-COMPANY.okta.com"), ..form },
            Self::Keycloak => ProviderForm { issuer: text("https://HOST/realms/REALM"), ..form },
            Self::GitHub => ProviderForm {
                name: text("GitHub"),
                authorize: text("https://github.com/login/oauth/authorize"),
                token: text("https://github.com/login/oauth/access_token"),
                user: text("https://api.github.com/user"),
                emails: text("https://api.github.com/user/emails"),
                scopes: text("read:user user:email"),
                claim_subject: text("id"),
                offered: true,
                ..form
            },
            Self::OAuth2 => ProviderForm { scopes: text("email profile"), offered: true, ..form },
        }
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

    /// # Errors
    /// Every field that is wrong.
    pub fn parse(&self, zone: &Zone) -> Result<NewProvider, Vec<Problem>> {
        let mut problems = Problems::default();
        let read = self.read(zone, &mut problems);
        problems.done(read)
    }

    fn read(&self, zone: &Zone, problems: &mut Problems) -> Option<NewProvider> {
        let preset = Preset::parse(&self.preset).unwrap_or(Preset::OpenId);
        let name = problems.take("name", Label::parse(&self.name));
        let protocol = self.protocol(preset, problems);
        let domains = self.domains(protocol.as_ref(), problems);
        let client_id = self.client_id.trim();
        if client_id.is_empty() || client_id.len() > 200 {
            problems.add(Problem::new("client_id", "client_id"));
        }
        let secret_ends_at = match self.secret_ends.trim() {
            "" => Some(None),
            date => problems.take("secret_ends", zone.end_of_day(date)).map(Some),
        };
        let position = self.position.trim().parse::<i64>().ok().filter(|position| (0..=1000).contains(position));
        if position.is_none() {
            problems.add(Problem::new("position", "position"));
        }
        let mut scopes = words(&self.scopes);
        if preset.is_open_id() && !scopes.iter().any(|scope| scope == "openid") {
            scopes.insert(0, "openid".to_owned());
        }
        let claims = self.claims(problems);
        let settings = ProviderSettings {
            protocol: protocol?,
            scopes,
            claims: claims?,
            domains: domains?,
            verified_counts: self.verified_counts,
            also_by_passcode: self.also_by_passcode,
            second_factor: SecondFactor {
                trusted: self.trusts_second_factor,
                amr: words(&self.amr),
                acr: words(&self.acr),
            },
        };
        let provider = Provider {
            id: ProviderId(uuid::Uuid::nil()),
            name: name?,
            enabled: self.enabled,
            offered: self.offered,
            position: position?,
            client_id: client_id.to_owned(),
            secret_ends_at: secret_ends_at?,
            certificate_ends_at: None,
            passcode_until: None,
            logo: None,
            settings,
            created_at: Timestamp(0),
        };
        let secret = self.client_secret.trim();
        Some(NewProvider { provider, secret: (!secret.is_empty()).then(|| Secret::given(secret)) })
    }

    fn protocol(&self, preset: Preset, problems: &mut Problems) -> Option<Protocol> {
        if preset.is_open_id() {
            let tenancy = match preset {
                Preset::Google => Some(Tenancy::Google),
                Preset::EntraMany => self.tenants(problems).map(|tenants| Tenancy::Entra { tenants }),
                _ => Some(Tenancy::Single),
            };
            let issuer = problems.take("issuer", Issuer::parse(&self.issuer));
            // What stands in capitals in a ready-made address waits for the administrator's own.
            let ready_made = preset.form().issuer;
            if ready_made.contains(|c: char| c.is_ascii_uppercase()) && self.issuer.trim() == ready_made {
                problems.add(Problem::new("issuer", "issuer_ready_made"));
            }
            return Some(Protocol::OpenId { issuer: issuer?, tenancy: tenancy? });
        }
        let authorize = problems.take("authorize", endpoint(&self.authorize));
        let token = problems.take("token", endpoint(&self.token));
        let user = problems.take("user", endpoint(&self.user));
        let emails = match self.emails.trim() {
            "" => Some(None),
            text => problems.take("emails", endpoint(text)).map(Some),
        };
        let endpoints = Endpoints { authorize: authorize?, token: token?, user: user?, emails: emails? };
        Some(Protocol::OAuth2(Box::new(endpoints)))
    }

    fn tenants(&self, problems: &mut Problems) -> Option<Vec<EntraTenant>> {
        let mut tenants = Vec::new();
        for line in self.tenants.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (tid, domain) = line.split_once([',', ' ']).unwrap_or((line, ""));
            match (uuid::Uuid::parse_str(tid.trim()), DomainName::parse(domain)) {
                (Ok(tid), Ok(domain)) => tenants.push(EntraTenant { tid: tid.to_string(), domain }),
                _ => {
                    problems.add(Problem::because("tenants", "tenant_line", line));
                    return None;
                }
            }
        }
        Some(tenants)
    }

    /// Those of the form, and those that tenants are pinned for: a pin for a domain that is not spoken for means nothing.
    fn domains(&self, protocol: Option<&Protocol>, problems: &mut Problems) -> Option<Vec<DomainName>> {
        let mut domains: Vec<DomainName> = match protocol {
            Some(Protocol::OpenId { tenancy: Tenancy::Entra { tenants }, .. }) => {
                tenants.iter().map(|tenant| tenant.domain.clone()).collect()
            }
            _ => Vec::new(),
        };
        for line in self.domains.split([',', '\n', ' ']).map(str::trim).filter(|line| !line.is_empty()) {
            match DomainName::parse(line) {
                Ok(domain) if domain.is_public_suffix() => {
                    problems.add(Problem::because("domains", "domain_public_suffix", line));
                    return None;
                }
                Ok(domain) => domains.push(domain),
                Err(error) => {
                    problems.add(Problem::because("domains", error.code(), line));
                    return None;
                }
            }
        }
        domains.sort();
        domains.dedup();
        if domains.len() > MOST_DOMAINS {
            problems.add(Problem::because("domains", "too_many_domains", MOST_DOMAINS));
            return None;
        }
        Some(domains)
    }

    fn claims(&self, problems: &mut Problems) -> Option<ClaimNames> {
        let mut name = |field: &str, text: &str| {
            let text = text.trim();
            let fits = !text.is_empty() && text.len() <= 100 && text.bytes().all(|byte| byte.is_ascii_graphic());
            if !fits {
                problems.add(Problem::new(field, "claim_name"));
            }
            fits.then(|| text.to_owned())
        };
        let subject = name("claim_subject", &self.claim_subject);
        let address = name("claim_address", &self.claim_address);
        let verified = name("claim_verified", &self.claim_verified);
        let shown = name("claim_name", &self.claim_name);
        Some(ClaimNames { subject: subject?, address: address?, verified: verified?, name: shown? })
    }
}

fn words(text: &str) -> Vec<String> {
    text.split([' ', ',', '\n', '\r', '\t']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(preset: Preset) -> ProviderForm {
        let name = "Praxis Nord".to_owned();
        let address = || "https://login.praxis.example/x".to_owned();
        let form = preset.form();
        let (issuer, authorize, token, user) = (address(), address(), address(), address());
        ProviderForm { name, client_id: "lobby".to_owned(), issuer, authorize, token, user, ..form }
    }

    #[test]
    fn every_ready_made_form_is_complete_but_for_the_name_and_what_the_provider_gives_out() {
        for preset in Preset::ALL {
            let parsed = filled(*preset).parse(&Zone::utc());
            assert!(parsed.is_ok(), "{preset}: {:?}", parsed.err());
        }
    }

    #[test]
    fn a_form_shows_again_what_was_saved() {
        for preset in [Preset::OpenId, Preset::EntraMany, Preset::Google, Preset::OAuth2] {
            let domains = "a.example\nb.example".to_owned();
            let form = ProviderForm { domains, secret_ends: "2026-12-31".to_owned(), ..filled(preset) };
            let tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47, a.example".to_owned();
            let form = if preset == Preset::EntraMany { ProviderForm { tenants: tenant, ..form } } else { form };
            let (provider, _) =
                form.parse(&Zone::utc()).ok().unwrap().made(domain::samples::provider().id, Timestamp(0));
            let shown = ProviderForm::of(&provider, &Zone::utc());
            let relevant = |form: &ProviderForm| {
                let text = serde_json::to_value(form).unwrap();
                let fields = ["preset", "name", "tenants", "domains", "secret_ends", "scopes", "claim_subject", "amr"];
                fields.map(|field| text[field].clone())
            };
            assert_eq!(relevant(&shown), relevant(&form));
        }
    }

    #[test]
    fn what_kind_a_provider_is_shows_in_its_addresses() {
        for preset in Preset::ALL {
            let form = ProviderForm { name: "X".to_owned(), client_id: "lobby".to_owned(), ..preset.form() };
            let address = || "https://login.praxis.example/x".to_owned();
            let form = match preset {
                Preset::OpenId => ProviderForm { issuer: address(), ..form },
                Preset::OAuth2 => ProviderForm { authorize: address(), token: address(), user: address(), ..form },
                _ => ProviderForm { issuer: form.issuer.to_lowercase(), ..form },
            };
            let (provider, _) =
                form.parse(&Zone::utc()).ok().unwrap().made(domain::samples::provider().id, Timestamp(0));
            assert_eq!(Preset::of(&provider), *preset);
        }
    }

    #[test]
    fn a_provider_speaks_for_the_domains_of_its_pinned_tenants() {
        let tenants = "72F988BF-86F1-41AF-91AB-2D7CD011DB47, b.example\n".to_owned();
        let form = ProviderForm { tenants, domains: "a.example".to_owned(), ..filled(Preset::EntraMany) };
        let (provider, _) = form.parse(&Zone::utc()).ok().unwrap().made(domain::samples::provider().id, Timestamp(0));
        let spoken: Vec<&str> = provider.settings.domains.iter().map(DomainName::as_str).collect();
        assert_eq!(spoken, ["a.example", "b.example"]);
    }

    #[test]
    fn neither_a_draft_of_the_form_nor_a_log_has_its_secret() {
        let form = ProviderForm { client_secret: "hunter2".to_owned(), ..filled(Preset::OpenId) };
        assert!(!serde_json::to_string(&form).unwrap().contains("hunter2") && !format!("{form:?}").contains("hunter2"));
    }

    #[test]
    fn each_wrong_field_is_named() {
        for (form, field) in [
            (ProviderForm { issuer: "http://login.example".to_owned(), ..filled(Preset::OpenId) }, "issuer"),
            (ProviderForm { issuer: Preset::Entra.form().issuer, ..filled(Preset::Entra) }, "issuer"),
            (ProviderForm { name: String::new(), ..filled(Preset::OpenId) }, "name"),
            (ProviderForm { client_id: " ".to_owned(), ..filled(Preset::OpenId) }, "client_id"),
            (ProviderForm { domains: "co.uk".to_owned(), ..filled(Preset::OpenId) }, "domains"),
            (ProviderForm { domains: "no domain!".to_owned(), ..filled(Preset::OpenId) }, "domains"),
            (ProviderForm { tenants: "x, a.example".to_owned(), ..filled(Preset::EntraMany) }, "tenants"),
            (ProviderForm { token: "ftp://x".to_owned(), ..filled(Preset::OAuth2) }, "token"),
            (ProviderForm { position: "first".to_owned(), ..filled(Preset::OpenId) }, "position"),
            (ProviderForm { secret_ends: "soon".to_owned(), ..filled(Preset::OpenId) }, "secret_ends"),
            (ProviderForm { claim_address: String::new(), ..filled(Preset::OpenId) }, "claim_address"),
        ] {
            let problems = form.parse(&Zone::utc()).err().unwrap();
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert_eq!(problems[0].field, field);
        }
    }
}
