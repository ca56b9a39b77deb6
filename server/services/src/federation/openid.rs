//! OpenID Connect by the authorization code flow: where the browser is sent, and what the answer says of the person.

use std::borrow::Cow;

use domain::provider::{Asserted, ClaimError, ClaimNames, Claims, Expected, IssuerRule, Provider, Tenancy};
use domain::text::{EmailAddress, Label};
use domain::time::Span;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreIdTokenVerifier};
use openidconnect::{
    AuthType, AuthUrl, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, IssuerUrl,
    LoginHint, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    SignatureVerificationError, TokenResponse as _, TokenUrl,
};
use serde_json::{Map, Value};
use url::Url;

use super::discovery::{Discovered, Keys};
use super::secrets::Secrets;
use super::{FederationError, part};
use crate::{Secret, Services};

/// What the browser is sent to the provider with.
pub(super) struct Sent<'a> {
    pub secrets: &'a Secrets,
    pub callback: &'a str,
    pub hint: Option<&'a str>,
    pub max_age: Option<Span>,
    /// A token that does not say when the person proved themselves proves nothing.
    pub strict: bool,
}

type Client = CoreClient<
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
>;

fn client(provider: &Provider, found: &Discovered, secret: &Secret, callback: &str) -> Result<Client, FederationError> {
    let malformed = |_| FederationError::Answer("an address of the provider is malformed".to_owned());
    let issuer = IssuerUrl::new(found.issuer.clone()).map_err(malformed)?;
    let mut client = CoreClient::new(ClientId::new(provider.client_id.clone()), issuer, found.keys().set.clone());
    if !secret.expose().is_empty() {
        client = client.set_client_secret(ClientSecret::new(secret.expose().to_owned()));
    }
    Ok(client
        .set_auth_type(if found.secret_in_body { AuthType::RequestBody } else { AuthType::BasicAuth })
        .set_auth_uri(AuthUrl::from_url(found.authorize.clone()))
        .set_token_uri(TokenUrl::from_url(found.token.clone()))
        .set_redirect_uri(RedirectUrl::new(callback.to_owned()).map_err(malformed)?))
}

/// Where the browser goes (OpenID Connect Core 1.0, section 3.1.2.1; PKCE by S256, RFC 7636).
pub(super) fn way(provider: &Provider, found: &Discovered, sent: &Sent<'_>) -> Result<Url, FederationError> {
    let client = client(provider, found, &Secret::given(""), sent.callback)?;
    let (state, nonce) = (sent.secrets.state.clone(), sent.secrets.nonce.clone());
    let verifier = PkceCodeVerifier::new(sent.secrets.verifier.clone());
    let scopes = provider.settings.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new);
    let mut request = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || CsrfToken::new(state), || Nonce::new(nonce))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
        .add_scopes(scopes);
    if let Some(hint) = sent.hint {
        request = request.set_login_hint(LoginHint::new(hint.to_owned()));
    }
    if let Some(age) = sent.max_age {
        request = request.set_max_age(std::time::Duration::from_millis(age.0.unsigned_abs()));
    }
    Ok(request.url().0)
}

/// Exchanges the code, checks the identity token and reads what it says; asks userinfo where the address is missing.
pub(super) async fn redeem(
    services: &Services,
    provider: &Provider,
    tenancy: &Tenancy,
    found: &Discovered,
    secret: &Secret,
    code: &str,
    sent: &Sent<'_>,
) -> Result<Asserted, FederationError> {
    let client = client(provider, found, secret, sent.callback)?;
    let answer = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(sent.secrets.verifier.clone()))
        .set_redirect_uri(Cow::Owned(RedirectUrl::new(sent.callback.to_owned()).map_err(super::malformed)?))
        .request_async(&services.outbound)
        .await
        .map_err(FederationError::from_exchange)?;
    let token = answer.id_token().ok_or(FederationError::Answer("there is no identity token".to_owned()))?;
    verify(services, provider, found, token, &sent.secrets.nonce).await?;
    let mut claims = payload(&token.to_string())?;
    check(provider, tenancy, found, &claims, sent, services)?;
    let names = &provider.settings.claims;
    if let Some(user) = found.user.as_ref().filter(|_| !claims.contains_key(&names.address)) {
        let more = userinfo(services, user, answer.access_token().secret()).await?;
        if more.get("sub") != claims.get("sub") {
            return Err(FederationError::Answer("userinfo speaks of somebody else".to_owned()));
        }
        // Only what is said of the person: when and how they proved themselves is what the token says.
        let told = [&names.address, &names.verified, &names.name];
        for (name, value) in more.into_iter().filter(|(name, _)| told.contains(&name)) {
            claims.entry(name).or_insert(value);
        }
    }
    asserted(names, &claims)
}

/// The signature, by the keys that are published; those are looked at anew where none fits.
async fn verify(
    services: &Services,
    provider: &Provider,
    found: &Discovered,
    token: &CoreIdToken,
    nonce: &str,
) -> Result<(), FederationError> {
    let by = |keys: &Keys| {
        let client = ClientId::new(provider.client_id.clone());
        let issuer = IssuerUrl::new(found.issuer.clone()).map_err(super::malformed)?;
        // Issuer, audience and times are checked by `domain`, which knows tenants and leeway.
        let verifier = CoreIdTokenVerifier::new_public_client(client, issuer, keys.set.clone())
            .set_allowed_algs(found.algorithms.clone())
            .require_issuer_match(false)
            .set_other_audience_verifier_fn(|_| true)
            .set_time_fn(Default::default);
        let claims = token.claims(&verifier, &Nonce::new(nonce.to_owned()));
        claims.map(drop).map_err(FederationError::from)
    };
    match by(&found.keys()) {
        Err(FederationError::NoKey) => match found.other_keys(services).await {
            Some(keys) => by(&keys),
            None => Err(FederationError::NoKey),
        },
        verified => verified,
    }
}

impl From<ClaimsVerificationError> for FederationError {
    fn from(error: ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => Self::NoKey,
            ClaimsVerificationError::SignatureVerification(error) => Self::Signature(error.to_string()),
            ClaimsVerificationError::InvalidNonce(_) => Self::Claim(ClaimError::Nonce),
            ClaimsVerificationError::InvalidAudience(_) => Self::Claim(ClaimError::Audience),
            other => Self::Answer(other.to_string()),
        }
    }
}

fn check(
    provider: &Provider,
    tenancy: &Tenancy,
    found: &Discovered,
    claims: &Map<String, Value>,
    sent: &Sent<'_>,
    services: &Services,
) -> Result<(), FederationError> {
    let read: Claims = part(claims)?;
    let expected = Expected {
        issuer: issuer_rule(tenancy, &found.issuer),
        client_id: &provider.client_id,
        nonce: &sent.secrets.nonce,
        max_age: sent.max_age.filter(|_| sent.strict || read.auth_time.is_some()),
    };
    Ok(read.check(&expected, services.now())?)
}

pub(super) fn issuer_rule<'a>(tenancy: &'a Tenancy, issuer: &'a str) -> IssuerRule<'a> {
    match tenancy {
        Tenancy::Entra { tenants } if issuer.contains("{tenantid}") => {
            IssuerRule::Tenant { template: issuer, tids: tenants.iter().map(|tenant| tenant.tid.as_str()).collect() }
        }
        _ => IssuerRule::Exactly(issuer),
    }
}

/// The claims of a token whose signature was checked.
fn payload(token: &str) -> Result<Map<String, Value>, FederationError> {
    use base64::Engine as _;
    let middle = token.split('.').nth(1).unwrap_or_default();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(middle).map_err(super::malformed)?;
    serde_json::from_slice(&bytes).map_err(super::malformed)
}

async fn userinfo(services: &Services, user: &Url, token: &str) -> Result<Map<String, Value>, FederationError> {
    let answer = services.outbound.get(user, Some(token)).await?;
    if answer.status() != http::StatusCode::OK {
        return Err(FederationError::Answer(format!("userinfo answers with status {}", answer.status())));
    }
    serde_json::from_slice(answer.body()).map_err(super::malformed)
}

/// What the claims say, under the names that this provider has for them.
fn asserted(names: &ClaimNames, claims: &Map<String, Value>) -> Result<Asserted, FederationError> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let required =
        |name: &str| text(name).ok_or_else(|| FederationError::Answer(format!("the claim {name} is missing")));
    let read: Claims = part(claims)?;
    let amr = claims.get("amr").and_then(Value::as_array);
    Ok(Asserted {
        issuer: required("iss")?,
        // Logout tokens name it so, whatever else the provider calls a person.
        subject: required("sub")?,
        address: text(&names.address).and_then(|address| EmailAddress::parse(&address).ok()),
        verified: claims.get(&names.verified).and_then(truth),
        name: text(&names.name).and_then(|name| Label::parse(&name).ok()),
        tenant: text("tid"),
        domain_owner_verified: claims.get("xms_edov").and_then(truth).unwrap_or(false),
        hosted_domain: text("hd"),
        auth_time: read.proved_at(),
        amr: amr.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
        acr: text("acr"),
        session: text("sid"),
    })
}

/// Providers say it as a boolean, as a word and as a number.
pub(super) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(word) => word.parse().ok().or(match word.as_str() {
            "1" => Some(true),
            "0" => Some(false),
            _ => None,
        }),
        Value::Number(number) => number.as_i64().map(|number| number == 1),
        _ => None,
    }
}
