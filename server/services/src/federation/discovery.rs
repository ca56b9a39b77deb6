//! What an OpenID provider publishes, and its keys: fetched when first wanted, kept an hour, and keys again when one is
//! missing.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use domain::provider::{Issuer, Tenancy, endpoint};
use domain::time::{Span, Timestamp};
use openidconnect::JsonWebKeySet;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use serde::Deserialize;
use url::Url;

use crate::outbound::OutboundError;
use crate::{Outbound, Services};

const KEPT: Span = Span::hours(1);
/// A failure is remembered this long.
const FAILED_FOR: Span = Span::seconds(10);
/// A key that is not there is looked for this often at most.
const KEYS_AGAIN: Span = Span::minutes(1);

/// The signature algorithms that are taken, where the provider lists them.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 4] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// OpenID Connect Discovery 1.0, section 3, as far as it is used.
#[derive(Debug, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: Option<String>,
    jwks_uri: String,
    #[serde(default)]
    id_token_signing_alg_values_supported: Vec<serde_json::Value>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// RFC 9207, section 3.
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    #[serde(default)]
    backchannel_logout_supported: bool,
}

/// A provider as it published itself.
pub struct Discovered {
    pub issuer: String,
    pub authorize: Url,
    pub token: Url,
    pub user: Option<Url>,
    pub jwks: Url,
    pub algorithms: Vec<CoreJwsSigningAlgorithm>,
    /// The client secret travels in the body: the provider does not take it in a header.
    pub secret_in_body: bool,
    /// It says who it is in every answer (RFC 9207).
    pub names_itself: bool,
    pub logs_out: bool,
    keys: ArcSwap<Keys>,
    /// When a missing key was looked for last.
    looked_at: AtomicI64,
    fetched_at: Timestamp,
}

/// The published keys as two libraries read them.
pub struct Keys {
    pub set: JsonWebKeySet<CoreJsonWebKey>,
    pub each: Vec<jsonwebtoken::jwk::Jwk>,
    fetched_at: Timestamp,
}

/// Why a provider cannot be used. The words are for administrators.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    #[error("{url}: {error}")]
    Outbound { url: String, error: OutboundError },
    #[error("{url} answers with status {status}")]
    Status { url: String, status: u16 },
    #[error("{url} is not what it should be: {why}")]
    Malformed { url: String, why: String },
    #[error("the metadata is that of another issuer: {0}")]
    Issuer(String),
    #[error("it signs by no algorithm that is taken here: RS256, PS256, ES256, EdDSA")]
    Algorithms,
}

/// What was found before, by issuer; or why nothing was.
#[derive(Default)]
pub struct Cache(Mutex<HashMap<String, Looked>>);

enum Looked {
    Found(Arc<Discovered>),
    /// Not asked again before this moment: whoever asks must not have Lobby ask somebody else each time.
    Failed(DiscoveryError, Timestamp),
}

impl Cache {
    fn get(&self, issuer: &Issuer, now: Timestamp) -> Option<Result<Arc<Discovered>, DiscoveryError>> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).get(issuer.as_str())? {
            Looked::Found(found) if now < found.fetched_at + KEPT => Some(Ok(found.clone())),
            Looked::Failed(error, until) if now < *until => Some(Err(error.clone())),
            _ => None,
        }
    }

    fn put(&self, issuer: &Issuer, looked: Looked) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(issuer.as_str().to_owned(), looked);
    }
}

/// The provider behind an issuer, as it was found within the hour.
///
/// # Errors
/// Why it cannot be used.
pub async fn discovered(
    services: &Services,
    issuer: &Issuer,
    tenancy: &Tenancy,
) -> Result<Arc<Discovered>, DiscoveryError> {
    match services.discovered.get(issuer, services.now()) {
        Some(looked) => looked,
        None => discover(services, issuer, tenancy).await,
    }
}

/// The same, fetched anew.
///
/// # Errors
/// Why it cannot be used.
pub async fn discover(
    services: &Services,
    issuer: &Issuer,
    tenancy: &Tenancy,
) -> Result<Arc<Discovered>, DiscoveryError> {
    let looked = look(services, issuer, tenancy).await;
    let kept = match &looked {
        Ok(found) => Looked::Found(found.clone()),
        Err(error) => Looked::Failed(error.clone(), services.now() + FAILED_FOR),
    };
    services.discovered.put(issuer, kept);
    looked
}

async fn look(services: &Services, issuer: &Issuer, tenancy: &Tenancy) -> Result<Arc<Discovered>, DiscoveryError> {
    let now = services.now();
    let outbound = &services.outbound;
    let at = issuer.metadata();
    let metadata: Metadata = fetch(outbound, &at).await?;
    let known = match tenancy {
        // Its issuer is a template; which tenant fills it is checked with each token.
        Tenancy::Entra { .. } => metadata.issuer.contains("{tenantid}") || metadata.issuer == issuer.as_str(),
        Tenancy::Single | Tenancy::Google => metadata.issuer == issuer.as_str(),
    };
    if !known {
        return Err(DiscoveryError::Issuer(metadata.issuer));
    }
    let named = &metadata.id_token_signing_alg_values_supported;
    let is_named =
        |algorithm: &CoreJwsSigningAlgorithm| serde_json::to_value(algorithm).is_ok_and(|name| named.contains(&name));
    let algorithms: Vec<_> = ALGORITHMS.into_iter().filter(is_named).collect();
    if algorithms.is_empty() {
        return Err(DiscoveryError::Algorithms);
    }
    let parse = |text: &str| {
        endpoint(text).map_err(|error| DiscoveryError::Malformed { url: at.clone(), why: format!("{text}: {error}") })
    };
    let jwks = parse(&metadata.jwks_uri)?;
    let methods = metadata.token_endpoint_auth_methods_supported.unwrap_or_default();
    let takes = |method: &str| methods.iter().any(|known| known == method);
    let found = Arc::new(Discovered {
        authorize: parse(&metadata.authorization_endpoint)?,
        token: parse(&metadata.token_endpoint)?,
        user: metadata.userinfo_endpoint.as_deref().map(parse).transpose()?,
        keys: ArcSwap::from_pointee(fetch_keys(outbound, &jwks, now).await?),
        looked_at: AtomicI64::new(0),
        jwks,
        algorithms,
        secret_in_body: takes("client_secret_post") && !takes("client_secret_basic"),
        names_itself: metadata.authorization_response_iss_parameter_supported,
        logs_out: metadata.backchannel_logout_supported,
        issuer: metadata.issuer,
        fetched_at: now,
    });
    Ok(found)
}

impl Discovered {
    pub fn keys(&self) -> Arc<Keys> {
        self.keys.load_full()
    }

    /// The keys anew, where the last look was long enough ago: one that is missing may have been published since.
    pub async fn other_keys(&self, services: &Services) -> Option<Arc<Keys>> {
        let now = services.now();
        let looked = self.looked_at.load(Ordering::Relaxed).max(self.keys().fetched_at.0);
        if now < Timestamp(looked) + KEYS_AGAIN {
            return None;
        }
        self.looked_at.store(now.0, Ordering::Relaxed);
        match fetch_keys(&services.outbound, &self.jwks, now).await {
            Ok(keys) => {
                self.keys.store(Arc::new(keys));
                Some(self.keys())
            }
            Err(error) => {
                tracing::warn!(%error, "the keys of a provider could not be fetched again");
                None
            }
        }
    }
}

async fn fetch<T: serde::de::DeserializeOwned>(outbound: &Outbound, url: &str) -> Result<T, DiscoveryError> {
    let malformed = |why: String| DiscoveryError::Malformed { url: url.to_owned(), why };
    let parsed = Url::parse(url).map_err(|error| malformed(error.to_string()))?;
    let answer = outbound.get(&parsed, None).await;
    let answer = answer.map_err(|error| DiscoveryError::Outbound { url: url.to_owned(), error })?;
    if answer.status() != http::StatusCode::OK {
        return Err(DiscoveryError::Status { url: url.to_owned(), status: answer.status().as_u16() });
    }
    serde_json::from_slice(answer.body()).map_err(|error| malformed(error.to_string()))
}

async fn fetch_keys(outbound: &Outbound, jwks: &Url, now: Timestamp) -> Result<Keys, DiscoveryError> {
    #[derive(Deserialize)]
    struct Published {
        keys: Vec<serde_json::Value>,
    }
    let Published { keys } = fetch(outbound, jwks.as_str()).await?;
    // A key of a kind that nobody here knows is no reason to refuse the others.
    let each = keys.iter().filter_map(|key| serde_json::from_value(key.clone()).ok()).collect();
    let set = keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect();
    Ok(Keys { set: JsonWebKeySet::new(set), each, fetched_at: now })
}
