//! Plain OAuth 2.0 (RFC 6749), as GitHub has it: the answer names nobody, so the provider's own pages are asked.

use domain::provider::{Asserted, Endpoints, Protocol, Provider};
use domain::text::{EmailAddress, Label};
use oauth2::basic::BasicClient;
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _, TokenUrl,
};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::openid::{Sent, truth};
use super::{FederationError, malformed};
use crate::{Secret, Services};

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

fn endpoints(provider: &Provider) -> Result<&Endpoints, FederationError> {
    match &provider.settings.protocol {
        Protocol::OAuth2(endpoints) => Ok(endpoints),
        Protocol::OpenId { .. } => Err(FederationError::Answer("the provider speaks OpenID Connect".to_owned())),
    }
}

fn client(provider: &Provider, secret: &Secret, callback: &str) -> Result<Client, FederationError> {
    let Endpoints { authorize, token, .. } = endpoints(provider)?;
    let client = BasicClient::new(ClientId::new(provider.client_id.clone()))
        .set_auth_type(AuthType::RequestBody)
        .set_auth_uri(AuthUrl::from_url(authorize.clone()))
        .set_token_uri(TokenUrl::from_url(token.clone()))
        .set_redirect_uri(RedirectUrl::new(callback.to_owned()).map_err(malformed)?);
    Ok(match secret.expose() {
        "" => client,
        secret => client.set_client_secret(ClientSecret::new(secret.to_owned())),
    })
}

pub(super) fn way(provider: &Provider, sent: &Sent<'_>) -> Result<Url, FederationError> {
    let state = sent.secrets.state.clone();
    let verifier = PkceCodeVerifier::new(sent.secrets.verifier.clone());
    let client = client(provider, &Secret::given(""), sent.callback)?;
    let request = client
        .authorize_url(|| CsrfToken::new(state))
        .add_scopes(provider.settings.scopes.iter().cloned().map(Scope::new))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    Ok(request.url().0)
}

/// Exchanges the code and asks who it is; the address is the provider's main one, verified or not.
pub(super) async fn redeem(
    services: &Services,
    provider: &Provider,
    secret: &Secret,
    code: &str,
    sent: &Sent<'_>,
) -> Result<Asserted, FederationError> {
    let Endpoints { user, emails, .. } = endpoints(provider)?;
    let answer = client(provider, secret, sent.callback)?
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(sent.secrets.verifier.clone()))
        .request_async(&services.outbound)
        .await
        .map_err(FederationError::from_exchange)?;
    let token = answer.access_token().secret();
    let person: Value = fetch(services, user, token).await?;
    let names = &provider.settings.claims;
    let text = |name: &str| person.get(name).and_then(Value::as_str).map(str::to_owned);
    let subject = match person.get(&names.subject) {
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) if !text.is_empty() => text.clone(),
        _ => return Err(FederationError::Answer(format!("the claim {} is missing", names.subject))),
    };
    let (address, verified) = match emails {
        Some(emails) => main_address(fetch(services, emails, token).await?),
        None => (text(&names.address), person.get(&names.verified).and_then(truth)),
    };
    Ok(Asserted {
        // It has no issuer of its own, and two on one host need not mean the same person by one number.
        issuer: format!("oauth2:{}", provider.id),
        subject,
        address: address.and_then(|address| EmailAddress::parse(&address).ok()),
        verified,
        name: text(&names.name).and_then(|name| Label::parse(&name).ok()),
        tenant: None,
        domain_owner_verified: false,
        hosted_domain: None,
        auth_time: None,
        amr: Vec::new(),
        acr: None,
        session: None,
    })
}

#[derive(Deserialize)]
struct Mailbox {
    email: String,
    #[serde(default)]
    primary: bool,
    #[serde(default)]
    verified: bool,
}

fn main_address(mut all: Vec<Mailbox>) -> (Option<String>, Option<bool>) {
    all.sort_by_key(|mailbox| std::cmp::Reverse((mailbox.primary, mailbox.verified)));
    let first = all.into_iter().next();
    let verified = first.as_ref().map(|mailbox| mailbox.verified);
    (first.map(|mailbox| mailbox.email), verified)
}

async fn fetch<T: serde::de::DeserializeOwned>(
    services: &Services,
    url: &Url,
    token: &str,
) -> Result<T, FederationError> {
    let answer = services.outbound.get(url, Some(token)).await?;
    if answer.status() != http::StatusCode::OK {
        return Err(FederationError::Answer(format!("{url} answers with status {}", answer.status())));
    }
    serde_json::from_slice(answer.body()).map_err(malformed)
}
