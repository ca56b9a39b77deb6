//! Identity providers, as administrators keep them.

use domain::event::{Action, Target, TargetKind};
use domain::id::ProviderId;
use domain::provider::{Asserted, MOST_PASSCODE_HOURS, Protocol, Provider, Vouch, VouchError};
use domain::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use store::{StoreError, Stored};

use crate::federation::certificate;
use crate::federation::discovery::{self, DiscoveryError};
use crate::signin::provider_guard;
use crate::{Admin, Denied, Page, PageAsk, Refusal, Secret, Services, UserAdmin, Verb};

mod form;

pub use form::{NewProvider, Preset, ProviderForm};

/// A secret or certificate that stops working within this time is worth a warning.
const SOON: Span = Span::days(30);

/// Where a provider sends the browser back: one address for each, so that no answer is taken for another's.
pub fn callback(services: &Services, provider: ProviderId) -> String {
    services.link(&format!("/signin/callback/{provider}"))
}

/// Where a provider sends logout tokens.
pub fn back_channel(services: &Services, provider: ProviderId) -> String {
    services.link(&format!("/signin/backchannel/{provider}"))
}

/// A provider with what hangs on it.
#[derive(Debug, Clone)]
pub struct Kept {
    pub provider: Stored<Provider>,
    pub has_secret: bool,
    /// People whom it vouches for.
    pub people: i64,
    /// Those of them who have no other way.
    pub only: i64,
    /// Partner organizations that name it.
    pub partners: i64,
}

/// What a look at a provider found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub issuer: String,
    pub authorize: String,
    pub token: String,
    pub user: Option<String>,
    pub keys: usize,
    pub algorithms: Vec<String>,
    pub names_itself: bool,
    pub logs_out: bool,
    /// When the first of the certificates ends that it showed; `None` for http on this machine.
    pub certificate_ends_at: Option<Timestamp>,
}

/// A provider that wants an administrator's hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    SecretEnds(Provider, Timestamp),
    SecretEnded(Provider, Timestamp),
    CertificateEnds(Provider, Timestamp),
    CertificateEnded(Provider, Timestamp),
    PasscodesUntil(Provider, Timestamp),
}

/// What somebody's word would be worth here, had it been said in earnest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worth {
    /// The provider gives out addresses of that domain.
    pub authoritative: bool,
    /// Would it take up an invitation to the address that it told?
    pub vouch: Result<Vouch, VouchError>,
    pub second_factor: bool,
}

pub async fn list(services: &Services, _by: &Admin, ask: &PageAsk) -> Verb<Page<Stored<Provider>>> {
    let mut tx = services.store.read().await?;
    Ok(store::providers::page(&mut tx, ask).await?)
}

/// Each enabled provider's name, for forms that choose one.
pub async fn enabled(services: &Services, _by: &UserAdmin) -> Verb<Vec<Provider>> {
    let mut tx = services.store.read().await?;
    Ok(store::providers::enabled(&mut tx).await?)
}

pub async fn get(services: &Services, _by: &Admin, id: ProviderId) -> Verb<Kept> {
    let mut tx = services.store.read().await?;
    let provider = store::providers::get(&mut tx, id).await?.ok_or(Denied::NotFound)?;
    let sealed = store::providers::secret(&mut tx, id).await?.unwrap_or_default();
    let has_secret = !open_secret(services, id, &sealed)?.expose().is_empty();
    let (people, only) = store::identities::depending(&mut tx, id).await?;
    let partners = store::providers::partners(&mut tx, id).await?;
    Ok(Kept { provider, has_secret, people, only, partners })
}

fn about(id: ProviderId) -> String {
    format!("provider:{id}")
}

fn seal(services: &Services, id: ProviderId, secret: &Secret) -> Verb<String> {
    services.key.seal(&about(id), secret).map_err(|_| Refusal::Rule("broken"))
}

/// The client secret, which leaves this crate only towards its provider.
pub(crate) fn open_secret(services: &Services, id: ProviderId, sealed: &str) -> Verb<Secret> {
    services.key.open(&about(id), sealed).map_err(|error| {
        tracing::error!(%error, provider = %id, "a client secret cannot be read: was the key file changed?");
        Refusal::Rule("secret_unreadable")
    })
}

fn target(provider: &Provider) -> Target {
    Target::new(TargetKind::Provider, provider.id, provider.name.as_str())
}

fn taken(error: StoreError) -> Refusal {
    match error {
        StoreError::Exists("provider_domains") => Refusal::field("domains", "provider_domain_taken"),
        other => other.into(),
    }
}

/// # Errors
/// Beside `domains`, where another enabled provider speaks for one of them.
pub async fn create(services: &Services, by: &Admin, new: NewProvider) -> Verb<ProviderId> {
    let mut deed = services.deed(by.actor()).await?;
    let id: ProviderId = deed.id();
    let (provider, secret) = new.made(id, deed.now);
    let sealed = seal(services, id, &secret.unwrap_or_else(|| Secret::given("")))?;
    store::providers::insert(&mut deed.tx, &provider, &sealed).await.map_err(taken)?;
    deed.tell_change(Action::ProviderCreated, target(&provider), &(), &provider.settings);
    deed.commit().await?;
    Ok(id)
}

/// Keeps the secret that is there where the form brings none.
///
/// # Errors
/// As [`create`]; `Conflict` where somebody saved since `version`; beside `client_secret`, where the one that is kept
/// would go to another address than it was given for.
pub async fn change(services: &Services, by: &Admin, id: ProviderId, new: NewProvider, version: i64) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let old = store::providers::get(&mut deed.tx, id).await?.ok_or(Denied::NotFound)?.value;
    let (provider, secret) = new.made(id, old.created_at);
    let provider = Provider {
        enabled: old.enabled,
        certificate_ends_at: old.certificate_ends_at,
        passcode_until: old.passcode_until,
        logo: old.logo.clone(),
        ..provider
    };
    if secret.is_none() && secret_goes_to(&old) != secret_goes_to(&provider) {
        let kept = store::providers::secret(&mut deed.tx, id).await?.unwrap_or_default();
        if !open_secret(services, id, &kept)?.expose().is_empty() {
            return Err(Refusal::field("client_secret", "client_secret_again"));
        }
    }
    let sealed = secret.map(|secret| seal(services, id, &secret)).transpose()?;
    deed.tell_change(Action::ProviderChanged, target(&provider), &old.settings, &provider.settings);
    // Whoever the provider vouched for before is not who another issuer means by the same name.
    if issuer(&old) != issuer(&provider) {
        store::sessions::end_of_provider(&mut deed.tx, id).await?;
    }
    // Another machine shows another certificate.
    if secret_goes_to(&old) != secret_goes_to(&provider) {
        store::providers::note_certificate(&mut deed.tx, id, None).await?;
    }
    let stored = Stored { value: provider, version };
    store::providers::save(&mut deed.tx, &stored, sealed.as_deref()).await.map_err(taken)?;
    deed.commit().await
}

/// Who it is that names people: with another one, a name means somebody else.
fn issuer(provider: &Provider) -> String {
    match &provider.settings.protocol {
        Protocol::OpenId { issuer, .. } => issuer.to_string(),
        Protocol::OAuth2(endpoints) => format!("{} {}", endpoints.authorize, endpoints.user),
    }
}

/// Who is shown the client secret: whoever may change an address must not learn the secret by it.
fn secret_goes_to(provider: &Provider) -> &str {
    match &provider.settings.protocol {
        Protocol::OpenId { issuer, .. } => issuer.as_str(),
        Protocol::OAuth2(endpoints) => endpoints.token.as_str(),
    }
}

/// Switches a provider on or off; off ends the sessions that hang on its word.
///
/// # Errors
/// As [`create`]: on, its domains must be free.
pub async fn switch(services: &Services, by: &Admin, id: ProviderId, enabled: bool) -> Verb<()> {
    changed(services, by, id, |provider| Provider { enabled, ..provider }).await
}

/// Lets passcodes stand in for a provider that is down, for some hours; none ends it.
///
/// # Errors
/// Beside `hours`, where they are too many.
pub async fn let_passcodes(services: &Services, by: &Admin, id: ProviderId, hours: i64) -> Verb<()> {
    if !(0..=MOST_PASSCODE_HOURS).contains(&hours) {
        return Err(Refusal::field_because("hours", "too_many_hours", MOST_PASSCODE_HOURS));
    }
    let until = (hours > 0).then(|| services.now() + Span::hours(hours));
    changed(services, by, id, |provider| Provider { passcode_until: until, ..provider }).await
}

async fn changed(
    services: &Services,
    by: &Admin,
    id: ProviderId,
    change: impl FnOnce(Provider) -> Provider,
) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let old = store::providers::get(&mut deed.tx, id).await?.ok_or(Denied::NotFound)?;
    let told = |provider: &Provider| serde_json::json!({ "enabled": provider.enabled, "passcode_until": provider.passcode_until });
    let before = told(&old.value);
    let new = old.with(change);
    if !new.value.enabled {
        store::guards::hold(&mut deed.tx, &provider_guard(id)).await?;
        store::sessions::end_of_provider(&mut deed.tx, id).await?;
    }
    deed.tell_change(Action::ProviderChanged, target(&new.value), &before, &told(&new.value));
    store::providers::save(&mut deed.tx, &new, None).await.map_err(taken)?;
    deed.commit().await
}

/// # Errors
/// `provider_in_use` where it vouches for anybody: switched off, it lets nobody in and their identities stay;
/// `provider_of_partner` where a partner organization names it.
pub async fn delete(services: &Services, by: &Admin, id: ProviderId) -> Verb<()> {
    let mut deed = services.deed(by.actor()).await?;
    let provider = store::providers::get(&mut deed.tx, id).await?.ok_or(Denied::NotFound)?.value;
    let (people, _) = store::identities::depending(&mut deed.tx, id).await?;
    if people > 0 {
        return Err(Refusal::field_because("", "provider_in_use", people));
    }
    let partners = store::providers::partners(&mut deed.tx, id).await?;
    if partners > 0 {
        return Err(Refusal::field_because("", "provider_of_partner", partners));
    }
    store::providers::drop(&mut deed.tx, id).await?;
    deed.tell_change(Action::ProviderDeleted, target(&provider), &provider.settings, &());
    deed.commit().await
}

/// Fetches what the provider publishes, now.
///
/// # Errors
/// `provider_no_discovery` for plain OAuth 2. What is wrong with the provider is no refusal: it is the answer.
pub async fn look(services: &Services, by: &Admin, id: ProviderId) -> Verb<Result<Found, DiscoveryError>> {
    let mut tx = services.store.read().await?;
    let provider = store::providers::get(&mut tx, id).await?.ok_or(Denied::NotFound)?.value;
    drop(tx);
    let Protocol::OpenId { issuer, tenancy } = &provider.settings.protocol else {
        return Err(Refusal::Rule("provider_no_discovery"));
    };
    services.note(by.actor(), Action::ProviderTested, target(&provider)).await?;
    let found = match discovery::discover(services, issuer, tenancy).await {
        Ok(found) => found,
        Err(error) => return Ok(Err(error)),
    };
    let certificate_ends_at = certificate::shown(services, &provider, Some(&found));
    certificate::note(services, &provider, Some(&found)).await;
    let name = |algorithm| serde_json::to_value(algorithm).ok()?.as_str().map(str::to_owned);
    Ok(Ok(Found {
        issuer: found.issuer.clone(),
        authorize: found.authorize.to_string(),
        token: found.token.to_string(),
        user: found.user.as_ref().map(ToString::to_string),
        keys: found.keys().set.keys().len(),
        algorithms: found.algorithms.iter().filter_map(name).collect(),
        names_itself: found.names_itself,
        logs_out: found.logs_out,
        certificate_ends_at,
    }))
}

impl Warning {
    /// What wants an administrator's hand at this provider now.
    pub fn of(provider: &Provider, now: Timestamp) -> Vec<Self> {
        let secret = match provider.secret_ends_at {
            Some(end) if end <= now => Some(Self::SecretEnded(provider.clone(), end)),
            Some(end) if end <= now + SOON => Some(Self::SecretEnds(provider.clone(), end)),
            _ => None,
        };
        let certificate = match provider.certificate_ends_at {
            Some(end) if end <= now => Some(Self::CertificateEnded(provider.clone(), end)),
            Some(end) if end <= now + SOON => Some(Self::CertificateEnds(provider.clone(), end)),
            _ => None,
        };
        let passcodes = provider.passcode_until.filter(|until| now < *until);
        let passcodes = passcodes.map(|until| Self::PasscodesUntil(provider.clone(), until));
        secret.into_iter().chain(certificate).chain(passcodes).collect()
    }
}

/// What wants an administrator's hand: secrets and certificates that end soon, and passcodes that stand in.
pub async fn warnings(services: &Services, _by: &Admin) -> Verb<Vec<Warning>> {
    let now = services.now();
    let mut tx = services.store.read().await?;
    let enabled = store::providers::enabled(&mut tx).await?;
    Ok(enabled.iter().flat_map(|provider| Warning::of(provider, now)).collect())
}

/// What the word of a test sign-in would have been worth. Nothing is stored.
pub async fn judge(services: &Services, _by: &Admin, provider: &Provider, asserted: &Asserted) -> Verb<Worth> {
    let second_factor = provider.settings.second_factor.is_in(asserted);
    let Some(address) = &asserted.address else {
        return Ok(Worth { authoritative: false, vouch: Err(VouchError::NoAddress), second_factor: false });
    };
    let mut tx = services.store.read().await?;
    let of_domain = store::providers::of_domain(&mut tx, &address.domain()).await?.map(|found| found.value);
    let authoritative = provider.is_authoritative(asserted, &address.domain());
    let vouch = provider.vouch(asserted, address, of_domain.as_ref(), services.now());
    Ok(Worth { authoritative, vouch, second_factor: second_factor && authoritative })
}

/// The logo of a provider; `None` takes it away.
///
/// # Errors
/// Beside `logo`, what is wrong with the picture.
pub async fn set_logo(services: &Services, by: &Admin, id: ProviderId, upload: Option<Vec<u8>>) -> Verb<()> {
    let logo = match upload {
        Some(bytes) => Some(crate::logos::read_aside(bytes).await?),
        None => None,
    };
    let mut deed = services.deed(by.actor()).await?;
    let stored = store::providers::get(&mut deed.tx, id).await?.ok_or(Denied::NotFound)?;
    if let Some(logo) = &logo {
        store::applications::keep_logo(&mut deed.tx, &logo.digest, &logo.png).await?;
    }
    let logo = logo.map(|logo| logo.digest);
    let new = stored.with(|provider| Provider { logo, ..provider });
    deed.tell(Action::ProviderChanged, target(&new.value));
    store::providers::save(&mut deed.tx, &new, None).await?;
    deed.commit().await
}
