//! Federation: the way to a provider and back. Who the person is here is decided by `signin`; this room makes sure that
//! the provider said it, to this browser, just now.

use domain::event::{Action, Target, TargetKind};
use domain::id::{AttemptId, ProviderId};
use domain::provider::{Asserted, ClaimError, Protocol, Provider};
use domain::time::Span;
use domain::user::UserType;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use store::attempts::Attempt;
pub use store::attempts::Errand;
use url::Url;

use crate::limits::Limit;
use crate::outbound::OutboundError;
use crate::signin::{Asked, Caller, Opened, Proved, Word};
use crate::{Denied, Refusal, Secret, Services, Verb, Viewer, factors, identities, providers, signin};

pub(crate) mod certificate;
pub(crate) mod discovery;
pub mod logout;
mod oauth;
mod openid;
mod secrets;

pub use discovery::{Cache, DiscoveryError};
use openid::Sent;
use secrets::{Secrets, attempt_of};

/// How long a provider's page may be open before its answer is too late.
const OPEN_FOR: Span = Span::minutes(30);
/// Characters of a provider's words that are written down.
const MOST_WORDS: usize = 300;
/// Ways to a provider that one client may begin.
const FROM_ONE_CLIENT: &[Limit] = &[Limit::an_hour(120)];

/// Why a test sign-in failed stands with this code.
pub const TRIAL_FAILED: &str = "provider_trial_failed";

/// What a provider's answer brought to the callback.
#[derive(Debug, Clone, Default)]
pub struct Response {
    pub code: Option<String>,
    pub state: Option<String>,
    /// RFC 9207.
    pub iss: Option<String>,
    pub error: Option<String>,
}

/// What came of an answer.
pub enum Answered {
    Opened(Opened, ProviderId),
    /// The identity is tied to whoever is signed in.
    Linked,
    /// The session goes on under a new token.
    Proved(Secret, signin::Continuation),
    /// An administrator tried the provider: what it said, tied to nobody.
    Tested(ProviderId, Box<Asserted>),
}

/// Why a provider's answer is not taken. The words are for logs and administrators.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FederationError {
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    #[error("the provider refuses: {0}")]
    Refused(String),
    #[error("no published key fits the signature")]
    NoKey,
    #[error("the signature is wrong: {0}")]
    Signature(String),
    #[error(transparent)]
    Claim(#[from] ClaimError),
    #[error("{0}")]
    Answer(String),
}

impl FederationError {
    /// The words on a page for whoever tried to sign in: whether to wait, or to ask somebody.
    fn code(&self) -> &'static str {
        match self {
            Self::Discovery(DiscoveryError::Outbound { .. } | DiscoveryError::Status { .. }) | Self::Outbound(_) => {
                "provider_down"
            }
            Self::Refused(_) => "provider_refused",
            Self::Claim(ClaimError::AuthTime) => "provider_proof_old",
            Self::Claim(ClaimError::Tenant) => "provider_tenant",
            _ => "provider_answer",
        }
    }

    fn from_exchange<E>(error: oauth2::RequestTokenError<OutboundError, E>) -> Self
    where
        E: oauth2::ErrorResponse + std::fmt::Display + 'static,
    {
        match error {
            oauth2::RequestTokenError::Request(error) => Self::Outbound(error),
            oauth2::RequestTokenError::ServerResponse(error) => Self::Refused(error.to_string()),
            oauth2::RequestTokenError::Parse(error, _) => Self::Answer(error.to_string()),
            oauth2::RequestTokenError::Other(error) => Self::Answer(error),
        }
    }
}

fn malformed(error: impl std::fmt::Display) -> FederationError {
    FederationError::Answer(error.to_string())
}

fn part<T: DeserializeOwned>(claims: &Map<String, Value>) -> Result<T, FederationError> {
    serde_json::from_value(Value::Object(claims.clone())).map_err(malformed)
}

/// Begins a way to a provider for this browser.
///
/// # Errors
/// `NotFound` where there is no such enabled provider; `Stale` or `Factor` for linking without a fresh proof;
/// `TooMany`.
pub async fn start(
    services: &Services,
    caller: &Caller<'_>,
    viewer: Option<&Viewer>,
    provider: ProviderId,
    errand: Errand,
    asked: &Asked,
) -> Verb<AttemptId> {
    let viewer = match errand {
        Errand::SignIn => None,
        Errand::Prove => Some(viewer.ok_or(Denied::SignIn)?.clone()),
        Errand::Link => Some(viewer.ok_or(Denied::SignIn)?.clone().fresh(services)?),
        Errand::Test => Some(viewer.ok_or(Denied::SignIn)?.clone().administrator()?.viewer().clone()),
    };
    let actor = caller.actor();
    let mut deed = services.deed(&actor).await?;
    if let Some(viewer) = viewer.as_ref().filter(|_| errand == Errand::Link) {
        factors::used_where_held(&mut deed.tx, viewer, deed.now).await?;
    }
    let found = store::providers::get(&mut deed.tx, provider).await?;
    found.filter(|found| found.value.enabled || errand == Errand::Test).ok_or(Denied::NotFound)?;
    deed.count(&format!("provider:client:{}", caller.origin.limit_key()), FROM_ONE_CLIENT).await?;
    let attempt = Attempt {
        id: deed.id(),
        browser: caller.browser.digest(),
        provider,
        errand,
        user: viewer.map(|viewer| viewer.user.id),
        asked: asked.write(),
        started_at: deed.now,
        used_at: None,
        asserted: None,
    };
    store::attempts::insert(&mut deed.tx, &attempt).await?;
    deed.commit().await?;
    Ok(attempt.id)
}

/// Where the browser goes: the provider's own page.
///
/// # Errors
/// `NotFound` where this browser began no such attempt; `provider_down` and the like where the provider cannot be used.
pub async fn way(services: &Services, caller: &Caller<'_>, attempt: AttemptId) -> Verb<Url> {
    let mut tx = services.store.read().await?;
    let browser = caller.browser.digest();
    let attempt = store::attempts::get(&mut tx, attempt).await?.filter(|attempt| attempt.browser == browser);
    let attempt = attempt.filter(|attempt| attempt.used_at.is_none()).ok_or(Denied::NotFound)?;
    let provider = store::providers::get(&mut tx, attempt.provider).await?.ok_or(Denied::NotFound)?.value;
    drop(tx);
    let asked = Asked::read(&attempt.asked);
    let hint = asked.invited.as_ref().map(|address| address.as_str().to_owned()).or(asked.hint);
    let secrets = Secrets::of(&services.key, attempt.id, &browser);
    let callback = providers::callback(services, provider.id);
    let sent = Sent {
        secrets: &secrets,
        callback: &callback,
        hint: hint.as_deref(),
        max_age: max_age(attempt.errand),
        strict: attempt.errand == Errand::Prove,
    };
    let way = match &provider.settings.protocol {
        Protocol::OpenId { issuer, tenancy } => match discovery::discovered(services, issuer, tenancy).await {
            Ok(found) => {
                certificate::note(services, &provider, Some(&found)).await;
                openid::way(&provider, &found, &sent)
            }
            Err(error) => Err(error.into()),
        },
        Protocol::OAuth2(_) => oauth::way(&provider, &sent),
    };
    match way {
        Ok(way) => Ok(way),
        Err(error) => Err(refuse(services, caller, &provider, &error, attempt.errand).await),
    }
}

/// The provider that an administrator tries in this browser by this attempt.
///
/// # Errors
/// Where the database does not answer.
pub async fn tried(services: &Services, caller: &Caller<'_>, attempt: AttemptId) -> Verb<Option<ProviderId>> {
    let mut tx = services.store.read().await?;
    let found = store::attempts::get(&mut tx, attempt).await?;
    let found = found.filter(|found| found.browser == caller.browser.digest() && found.errand == Errand::Test);
    Ok(found.map(|found| found.provider))
}

/// How fresh the proof must be: as long as a guest's session lasts, or fresh enough to change what is one's own.
fn max_age(errand: Errand) -> Option<Span> {
    match errand {
        Errand::Prove => Some(domain::session::FRESH),
        Errand::SignIn | Errand::Link => Some(domain::session::Session::absolute(UserType::Guest)),
        Errand::Test => None,
    }
}

async fn refuse(
    services: &Services,
    caller: &Caller<'_>,
    provider: &Provider,
    error: &FederationError,
    errand: Errand,
) -> Refusal {
    tracing::warn!(%error, provider = %provider.id, request = %caller.correlation, "a provider's word was not taken");
    let target = Target::new(TargetKind::Provider, provider.id, provider.name.as_str());
    let noted = async {
        let actor = caller.actor();
        let mut deed = services.deed(&actor).await?;
        // A provider's own words may be as long as it likes.
        let said: String = error.to_string().chars().take(MOST_WORDS).collect();
        deed.tell_change(Action::IdentityRefused, target, &(), &said);
        deed.commit().await
    };
    if let Err(error) = noted.await {
        tracing::error!(%error, "a refused identity was not written down");
    }
    match errand {
        // Who tries a provider is an administrator, and wants to know.
        Errand::Test => Refusal::field_because("", TRIAL_FAILED, error),
        _ => Refusal::field_because("", error.code(), provider.name.as_str()),
    }
}

/// Takes a provider's answer, once, in the browser that asked for it; `who` says who is there for an errand.
///
/// # Errors
/// `attempt_unknown` for a state that is foreign, used or too old; what is wrong with the answer; and why the person
/// cannot come in.
pub async fn answer(
    services: &Services,
    caller: &Caller<'_>,
    who: impl Fn(Errand) -> Result<Viewer, Denied>,
    provider: ProviderId,
    response: Response,
) -> Verb<Answered> {
    let (attempt, provider, sealed) = take(services, caller, provider, response.state.as_deref()).await?;
    let secret = providers::open_secret(services, provider.id, &sealed)?;
    let word = match redeem(services, caller, &attempt, &provider, &secret, response).await {
        Ok(asserted) => Word { provider, asserted },
        Err(error) => return Err(refuse(services, caller, &provider, &error, attempt.errand).await),
    };
    match attempt.errand {
        Errand::SignIn => {
            let id = word.provider.id;
            Ok(Answered::Opened(signin::arrive(services, caller, &attempt, word).await?, id))
        }
        Errand::Test => Ok(Answered::Tested(word.provider.id, Box::new(word.asserted))),
        Errand::Link | Errand::Prove => {
            // Whoever began it must still be who is signed in.
            let viewer = who(attempt.errand)?;
            if Some(viewer.user.id) != attempt.user {
                return Err(Denied::SignIn.into());
            }
            if attempt.errand == Errand::Link {
                identities::link(services, &viewer, word).await?;
                return Ok(Answered::Linked);
            }
            identities::is_own(services, &viewer, &word).await?;
            let Some(proved_at) = word.asserted.auth_time else {
                return Err(Refusal::field_because("", "provider_proof_old", word.provider.name.as_str()));
            };
            let proved = Proved::by_word(viewer.user.address.clone(), word, false);
            let (methods, by, proved_at) = (proved.methods(), proved.vouched(), proved_at.min(services.now()));
            let token = signin::renew(services, &viewer, &methods, proved_at, by.as_ref()).await?;
            Ok(Answered::Proved(token, Asked::read(&attempt.asked).to))
        }
    }
}

/// The attempt that a state names: of this browser, for this provider, not too old, and not taken before.
async fn take(
    services: &Services,
    caller: &Caller<'_>,
    provider: ProviderId,
    state: Option<&str>,
) -> Verb<(Attempt, Provider, String)> {
    let unknown = || Refusal::Rule("attempt_unknown");
    let browser = caller.browser.digest();
    let attempt = state.and_then(|state| attempt_of(&services.key, state, &browser)).ok_or_else(unknown)?;
    let mut tx = services.store.begin().await?;
    let attempt = store::attempts::get(&mut tx, attempt).await?.ok_or_else(unknown)?;
    let now = services.now();
    if attempt.provider != provider || now >= attempt.started_at + OPEN_FOR {
        return Err(unknown());
    }
    if !store::attempts::take(&mut tx, attempt.id, now).await? {
        return Err(unknown());
    }
    let found = store::providers::get(&mut tx, provider).await?.ok_or_else(unknown)?.value;
    let sealed = store::providers::secret(&mut tx, provider).await?.unwrap_or_default();
    tx.commit().await?;
    if !found.enabled && attempt.errand != Errand::Test {
        return Err(unknown());
    }
    Ok((attempt, found, sealed))
}

async fn redeem(
    services: &Services,
    caller: &Caller<'_>,
    attempt: &Attempt,
    provider: &Provider,
    secret: &Secret,
    response: Response,
) -> Result<Asserted, FederationError> {
    let secrets = Secrets::of(&services.key, attempt.id, &caller.browser.digest());
    let callback = providers::callback(services, provider.id);
    let sent = Sent {
        secrets: &secrets,
        callback: &callback,
        hint: None,
        max_age: max_age(attempt.errand),
        strict: attempt.errand == Errand::Prove,
    };
    if let Some(error) = response.error {
        let shown: String = error.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect();
        return Err(FederationError::Refused(shown));
    }
    let code = response.code.filter(|code| !code.is_empty());
    let code = code.ok_or(FederationError::Answer("the answer has no code".to_owned()))?;
    let (issuer, tenancy) = match &provider.settings.protocol {
        Protocol::OAuth2(_) => {
            let asserted = oauth::redeem(services, provider, secret, &code, &sent).await;
            certificate::note(services, provider, None).await;
            return asserted;
        }
        Protocol::OpenId { issuer, tenancy } => (issuer, tenancy),
    };
    let found = discovery::discovered(services, issuer, tenancy).await?;
    match response.iss {
        // RFC 9207, section 2.4: an answer that another provider sent must not reach this one's token endpoint.
        Some(iss) if iss != found.issuer && !found.issuer.contains("{tenantid}") => {
            return Err(ClaimError::Issuer.into());
        }
        None if found.names_itself => return Err(ClaimError::Issuer.into()),
        _ => {}
    }
    let asserted = openid::redeem(services, provider, tenancy, &found, secret, &code, &sent).await;
    certificate::note(services, provider, Some(&found)).await;
    asserted
}
