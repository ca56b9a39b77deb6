//! Back-channel logout (OpenID Connect Back-Channel Logout 1.0): a provider takes its word back.

use domain::event::{Action, Target, TargetKind};
use domain::id::{ProviderId, RequestId};
use domain::provider::{ClaimError, LogoutClaims, Protocol, Provider};
use domain::session::Origin;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use openidconnect::core::CoreJwsSigningAlgorithm;

use super::discovery::{Discovered, Keys, discovered};
use super::{FederationError, openid};
use crate::limits::{self, Limit};
use crate::signin::entry_guard;
use crate::{Actor, Denied, Refusal, Services, Verb};

/// Tokens of one client that are refused and written down; it waits for more.
const REFUSED_TO_ONE_CLIENT: &[Limit] = &[Limit::an_hour(60)];

/// The type of a logout token (section 2.4), and what older providers write.
const TYPES: [&str; 2] = ["logout+jwt", "jwt"];

/// Ends the sessions that came from the provider session that a logout token names, or all of the person's there.
///
/// # Errors
/// `logout_token` where it is not valid; `NotFound` where there is no such provider.
pub async fn back_channel(
    services: &Services,
    provider: ProviderId,
    token: &str,
    origin: Origin,
    correlation: RequestId,
) -> Verb<()> {
    let found = {
        let mut tx = services.store.read().await?;
        store::providers::get(&mut tx, provider).await?.ok_or(Denied::NotFound)?.value
    };
    let actor = Actor { name: found.name.to_string(), ..Actor::stranger(origin, correlation) };
    let target = Target::new(TargetKind::Provider, found.id, found.name.as_str());
    let client = bucket(&actor);
    let (left, until) =
        limits::left(&mut services.store.read().await?, &client, REFUSED_TO_ONE_CLIENT, services.now()).await?;
    if left < 1 {
        return Err(Refusal::TooMany { until });
    }
    let claims = match verify(services, &found, token).await {
        Ok(claims) => claims,
        Err(error) => {
            tracing::warn!(%error, %provider, request = %correlation, "a logout token was refused");
            return Err(refuse(services, &actor, target).await?);
        }
    };
    let mut deed = services.deed(&actor).await?;
    if !store::attempts::take_token(&mut deed.tx, &claims.iss, &claims.jti, claims.forgotten_at()).await? {
        drop(deed);
        return Err(refuse(services, &actor, target).await?);
    }
    let (iss, sub, sid) = (claims.iss.as_str(), claims.sub.as_deref(), claims.sid.as_deref());
    let subjects = match (sub, sid) {
        (Some(sub), _) => vec![sub.to_owned()],
        // The session here may be gone: who spoke last in the one there is known by their identity.
        (None, Some(sid)) => {
            let last = store::identities::of_session(&mut deed.tx, iss, sid).await?;
            let mut subjects = store::sessions::subjects_of(&mut deed.tx, iss, sid).await?;
            subjects.extend(last.into_iter().map(|identity| identity.subject));
            subjects.sort();
            subjects.dedup();
            subjects
        }
        (None, None) => Vec::new(),
    };
    for subject in subjects {
        let Some(identity) = store::identities::get(&mut deed.tx, iss, &subject).await? else { continue };
        store::guards::hold(&mut deed.tx, &entry_guard(identity.user)).await?;
        store::identities::take_back(&mut deed.tx, iss, &subject).await?;
        let user = store::users::get(&mut deed.tx, identity.user).await?;
        if let Some(user) = user {
            // Whatever else they came in by hangs on the anchor's word.
            if user.value.is_guest() && identity.anchor {
                store::sessions::end_all(&mut deed.tx, user.value.id).await?;
            }
            let target = Target::new(TargetKind::User, user.value.id, user.value.shown_name());
            deed.tell(Action::LoggedOutByProvider, target);
        }
    }
    store::sessions::end_of(&mut deed.tx, iss, sub, sid).await?;
    deed.commit().await
}

/// Written down, but not without end: anybody can send rubbish here.
async fn refuse(services: &Services, actor: &Actor, target: Target) -> Verb<Refusal> {
    let mut deed = services.deed(actor).await?;
    deed.count(&bucket(actor), REFUSED_TO_ONE_CLIENT).await?;
    deed.tell(Action::TokenRefused, target);
    deed.commit().await?;
    Ok(Refusal::Rule("logout_token"))
}

fn bucket(actor: &Actor) -> String {
    format!("logout-token:{}", actor.origin.as_ref().map(Origin::limit_key).unwrap_or_default())
}

async fn verify(services: &Services, provider: &Provider, token: &str) -> Result<LogoutClaims, FederationError> {
    let Protocol::OpenId { issuer, tenancy } = &provider.settings.protocol else {
        return Err(FederationError::Answer("plain OAuth 2 has no logout tokens".to_owned()));
    };
    let header = jsonwebtoken::decode_header(token).map_err(super::malformed)?;
    let typ = header.typ.as_deref().map(str::to_ascii_lowercase);
    if typ.as_deref().is_some_and(|typ| !TYPES.contains(&typ)) {
        return Err(ClaimError::Event.into());
    }
    let found = discovered(services, issuer, tenancy).await?;
    let claims = match decode(token, &header, &found, &found.keys()) {
        Err(FederationError::NoKey) => match found.other_keys(services).await {
            Some(keys) => decode(token, &header, &found, &keys),
            None => Err(FederationError::NoKey),
        },
        decoded => decoded,
    }?;
    claims.check(&openid::issuer_rule(tenancy, &found.issuer), &provider.client_id, services.now())?;
    Ok(claims)
}

fn decode(token: &str, header: &Header, found: &Discovered, keys: &Keys) -> Result<LogoutClaims, FederationError> {
    if !found.algorithms.iter().any(|taken| is(taken, header.alg)) {
        return Err(FederationError::Signature(format!("{:?} is not taken", header.alg)));
    }
    let mut validation = Validation::new(header.alg);
    // Issuer, audience and times are checked by `domain`, which knows tenants and leeway.
    validation.required_spec_claims.clear();
    (validation.validate_exp, validation.validate_aud) = (false, false);
    let mut last = FederationError::NoKey;
    for key in keys.each.iter().filter(|key| header.kid.is_none() || key.common.key_id == header.kid) {
        match with(token, key, &validation) {
            Ok(claims) => return Ok(claims),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn with(token: &str, key: &Jwk, validation: &Validation) -> Result<LogoutClaims, FederationError> {
    let signature = |error: jsonwebtoken::errors::Error| FederationError::Signature(error.to_string());
    let key = DecodingKey::from_jwk(key).map_err(signature)?;
    Ok(jsonwebtoken::decode(token, &key, validation).map_err(signature)?.claims)
}

fn is(taken: &CoreJwsSigningAlgorithm, named: Algorithm) -> bool {
    matches!(
        (taken, named),
        (CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, Algorithm::RS256)
            | (CoreJwsSigningAlgorithm::RsaSsaPssSha256, Algorithm::PS256)
            | (CoreJwsSigningAlgorithm::EcdsaP256Sha256, Algorithm::ES256)
            | (CoreJwsSigningAlgorithm::EdDsa, Algorithm::EdDSA)
    )
}
