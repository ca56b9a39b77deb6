//! Reads a form into a provider, or says of every field what is wrong with it.

use domain::id::ProviderId;
use domain::problem::{Problem, Problems};
use domain::provider::{
    ClaimNames, Endpoints, EntraTenant, Issuer, MOST_DOMAINS, Protocol, Provider, ProviderSettings, SecondFactor,
    Tenancy, endpoint,
};
use domain::text::{DomainName, Label};
use domain::time::{Timestamp, Zone};

use super::{NewProvider, Preset, ProviderForm};
use crate::Secret;

impl ProviderForm {
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
