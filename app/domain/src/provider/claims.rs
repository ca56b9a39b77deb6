//! The claims of identity and logout tokens, checked one after the other. Signatures are checked before.

use serde::{Deserialize, Deserializer};

use crate::time::{Span, Timestamp};

/// How far two clocks may be apart.
pub const LEEWAY: Span = Span::minutes(2);
/// An identity token comes straight from the provider: an older one was made for something else.
const MOST_AGE: Span = Span::minutes(10);
const BACK_CHANNEL_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The claims of an identity token that are checked (OpenID Connect Core 1.0, section 2). Times are seconds.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub sub: String,
    #[serde(deserialize_with = "one_or_many")]
    pub aud: Vec<String>,
    pub azp: Option<String>,
    pub exp: f64,
    pub nbf: Option<f64>,
    pub iat: f64,
    pub nonce: Option<String>,
    pub auth_time: Option<f64>,
    pub tid: Option<String>,
}

/// The issuer as it must stand in the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IssuerRule<'a> {
    Exactly(&'a str),
    /// Entra's template: `{tenantid}` is filled by the token's own `tid`, which must be one of these.
    Tenant {
        template: &'a str,
        tids: Vec<&'a str>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected<'a> {
    pub issuer: IssuerRule<'a>,
    pub client_id: &'a str,
    pub nonce: &'a str,
    /// What `max_age` asked for.
    pub max_age: Option<Span>,
}

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    #[error("the token is from another issuer")]
    Issuer,
    #[error("the token is from a tenant that is not pinned")]
    Tenant,
    #[error("the token is for another application")]
    Audience,
    #[error("the token was asked for by another application")]
    Party,
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet")]
    NotYet,
    #[error("the token is too old")]
    Old,
    #[error("the token answers another request")]
    Nonce,
    #[error("the person proved themselves too long ago")]
    AuthTime,
    #[error("the token is not a logout token")]
    Event,
}

fn one_or_many<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Audience {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Audience::deserialize(from)? {
        Audience::One(one) => vec![one],
        Audience::Many(many) => many,
    })
}

/// Seconds of a token as a moment.
#[expect(clippy::cast_possible_truncation, reason = "a float beyond i64 becomes its nearest end, which is refused")]
fn moment(seconds: f64) -> Timestamp {
    Timestamp((seconds * 1000.0) as i64)
}

impl IssuerRule<'_> {
    /// # Errors
    /// `Issuer`, or `Tenant` where the template fits and the tenant is not pinned.
    fn check(&self, iss: &str, tid: Option<&str>) -> Result<(), ClaimError> {
        match self {
            Self::Exactly(issuer) if *issuer == iss => Ok(()),
            Self::Exactly(_) => Err(ClaimError::Issuer),
            Self::Tenant { template, tids } => {
                let tid = tid.ok_or(ClaimError::Issuer)?;
                if template.replace("{tenantid}", tid) != iss {
                    return Err(ClaimError::Issuer);
                }
                if tids.contains(&tid) { Ok(()) } else { Err(ClaimError::Tenant) }
            }
        }
    }
}

impl Claims {
    /// OpenID Connect Core 1.0, section 3.1.3.7, but for the signature.
    ///
    /// # Errors
    /// The first claim that is wrong.
    pub fn check(&self, expected: &Expected<'_>, now: Timestamp) -> Result<(), ClaimError> {
        expected.issuer.check(&self.iss, self.tid.as_deref())?;
        audience(&self.aud, expected.client_id)?;
        let party = self.azp.as_deref();
        if party.is_some_and(|party| party != expected.client_id) || (party.is_none() && self.aud.len() > 1) {
            return Err(ClaimError::Party);
        }
        if now >= moment(self.exp) + LEEWAY {
            return Err(ClaimError::Expired);
        }
        if self.nbf.is_some_and(|nbf| now + LEEWAY < moment(nbf)) || now + LEEWAY < moment(self.iat) {
            return Err(ClaimError::NotYet);
        }
        if now > moment(self.iat) + MOST_AGE + LEEWAY {
            return Err(ClaimError::Old);
        }
        if self.nonce.as_deref() != Some(expected.nonce) {
            return Err(ClaimError::Nonce);
        }
        let Some(max_age) = expected.max_age else { return Ok(()) };
        match self.auth_time.map(moment) {
            Some(at) if now <= at + max_age + LEEWAY && at <= now + LEEWAY => Ok(()),
            _ => Err(ClaimError::AuthTime),
        }
    }

    pub fn proved_at(&self) -> Option<Timestamp> {
        self.auth_time.map(moment)
    }
}

/// The claims of a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.4).
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct LogoutClaims {
    pub iss: String,
    pub sub: Option<String>,
    pub sid: Option<String>,
    #[serde(deserialize_with = "one_or_many")]
    pub aud: Vec<String>,
    pub iat: f64,
    pub exp: Option<f64>,
    pub jti: String,
    #[serde(default)]
    pub events: std::collections::BTreeMap<String, serde::de::IgnoredAny>,
    /// Must not be there: an identity token is no logout token.
    pub nonce: Option<String>,
    pub tid: Option<String>,
}

impl LogoutClaims {
    /// OpenID Connect Back-Channel Logout 1.0, section 2.6, but for the signature and `jti`.
    ///
    /// # Errors
    /// The first claim that is wrong.
    pub fn check(&self, issuer: &IssuerRule<'_>, client_id: &str, now: Timestamp) -> Result<(), ClaimError> {
        issuer.check(&self.iss, self.tid.as_deref())?;
        audience(&self.aud, client_id)?;
        if !self.events.contains_key(BACK_CHANNEL_EVENT) || (self.sub.is_none() && self.sid.is_none()) {
            return Err(ClaimError::Event);
        }
        if self.nonce.is_some() {
            return Err(ClaimError::Nonce);
        }
        if now + LEEWAY < moment(self.iat) {
            return Err(ClaimError::NotYet);
        }
        if now >= self.forgotten_at() {
            return Err(ClaimError::Expired);
        }
        Ok(())
    }

    /// After this moment the token is refused for its age, and need not be remembered.
    pub fn forgotten_at(&self) -> Timestamp {
        let oldest = moment(self.iat) + MOST_AGE;
        self.exp.map_or(oldest, |exp| moment(exp).min(oldest)) + LEEWAY
    }
}

fn audience(named: &[String], client_id: &str) -> Result<(), ClaimError> {
    if named.iter().any(|one| one == client_id) { Ok(()) } else { Err(ClaimError::Audience) }
}
