//! An identity provider that vouches for one person: metadata, keys, and tokens signed by ES256. It runs on the core of
//! the load, so that what a callback costs Lobby is Lobby's own.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use axum::extract::{Form, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};

pub const CLIENT: &str = "lobby";
/// The name of the one person whom it knows.
pub const SUBJECT: &str = "person-1";

struct Provider {
    issuer: String,
    key: EcdsaKeyPair,
    address: std::sync::OnceLock<String>,
}

/// Its issuer, and whom it is to vouch for.
#[derive(Clone)]
pub struct Handle(Arc<Provider>);

impl Handle {
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    pub fn vouch_for(&self, address: &str) {
        let _ = self.0.address.set(address.to_owned());
    }
}

/// Listens until this program ends.
pub async fn start() -> anyhow::Result<Handle> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let issuer = format!("http://127.0.0.1:{}", listener.local_addr()?.port());
    let random = SystemRandom::new();
    let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).ok().context("no key")?;
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref())?;
    let provider = Handle(Arc::new(Provider { issuer, key, address: std::sync::OnceLock::new() }));
    let app = Router::new()
        .route("/.well-known/openid-configuration", get(metadata))
        .route("/keys", get(keys))
        .route("/token", post(token))
        .with_state(provider.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(provider)
}

async fn metadata(State(Handle(provider)): State<Handle>) -> Json<Value> {
    let issuer = &provider.issuer;
    Json(json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }))
}

async fn keys(State(Handle(provider)): State<Handle>) -> Json<Value> {
    // SEC 1, section 2.3.3: a byte that says "uncompressed", then both coordinates.
    let (x, y) = provider.key.public_key().as_ref()[1..].split_at(32);
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    Json(
        json!({ "keys": [{ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "1", "x": text(x), "y": text(y) }] }),
    )
}

#[derive(Deserialize)]
struct Exchange {
    /// The nonce that the token has to carry: whoever asks has read it off the way here.
    code: String,
}

async fn token(State(Handle(provider)): State<Handle>, Form(Exchange { code }): Form<Exchange>) -> Json<Value> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let claims = json!({
        "iss": provider.issuer, "sub": SUBJECT, "aud": CLIENT, "iat": now, "exp": now + 300, "auth_time": now,
        "nonce": code, "email": provider.address.get(), "email_verified": true, "sid": "session-1",
    });
    let header = json!({ "alg": "ES256", "kid": "1", "typ": "JWT" });
    let text = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let signed = format!("{}.{}", text(&header), text(&claims));
    let signature = provider.key.sign(&SystemRandom::new(), signed.as_bytes());
    let signature = signature.map_or_else(|_| String::new(), |bytes| URL_SAFE_NO_PAD.encode(bytes));
    Json(
        json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": format!("{signed}.{signature}") }),
    )
}
