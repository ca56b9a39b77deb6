//! What a browser is asked to sign, and the check of what it answers (Web Authentication, section 7).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::id::{CeremonyId, UserId};
use domain::passkey::{CEREMONY, Purpose};
use domain::user::User;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use store::Stored;
use store::passkeys::{Ceremony, Kept};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    Webauthn, WebauthnBuilder, WebauthnError,
};

use crate::limits::Limit;
use crate::signin::Caller;
use crate::{Refusal, Services, Verb};

/// What a browser is asked: `options` is what its credentials container takes, with bytes in base64url.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Challenge {
    pub ceremony: CeremonyId,
    pub options: Value,
}

/// Whether there are passkeys here at all: they are tied to a name, never to an IP address (section 5.1.3).
pub fn offered(services: &Services) -> bool {
    services.public_url.domain().is_some()
}

/// Lobby as browsers know it: by `public_url` alone.
fn party(services: &Services) -> Verb<Webauthn> {
    let off = |_| Refusal::Rule("passkeys_off");
    let name = services.public_url.domain().ok_or(Refusal::Rule("passkeys_off"))?;
    let tenant = services.tenant();
    let builder = WebauthnBuilder::new(name, &services.public_url).map_err(off)?;
    builder.rp_name(tenant.organization.value.name.as_str()).timeout(TIMEOUT).build().map_err(off)
}

const TIMEOUT: std::time::Duration = std::time::Duration::from_millis(CEREMONY.0.unsigned_abs());

fn refused(error: WebauthnError) -> Refusal {
    tracing::info!(%error, "a passkey was refused");
    match error {
        // The counter went back: two devices hold what only one should.
        WebauthnError::CredentialPossibleCompromise => Refusal::Rule("passkey_copied"),
        _ => Refusal::Rule("passkey_refused"),
    }
}

fn parsed<T: DeserializeOwned>(answer: Value) -> Verb<T> {
    serde_json::from_value(answer).map_err(|_| Refusal::Rule("passkey_refused"))
}

fn written(value: &impl Serialize) -> Verb<Value> {
    serde_json::to_value(value).map_err(|_| Refusal::Rule("broken"))
}

fn read<T: DeserializeOwned>(text: &str) -> Verb<T> {
    serde_json::from_str(text).map_err(|_| Refusal::Rule("broken"))
}

/// Challenges for one client: an open sign-in page asks for a new one every few minutes.
const FROM_ONE_CLIENT: &[Limit] = &[Limit::an_hour(240)];

/// Remembers the challenge for this browser.
async fn keep(
    services: &Services,
    caller: &Caller<'_>,
    purpose: Purpose,
    user: Option<UserId>,
    state: &Value,
) -> Verb<CeremonyId> {
    let actor = caller.actor();
    let mut deed = services.deed(&actor).await?;
    deed.count(&format!("passkey:client:{}", caller.origin.limit_key()), FROM_ONE_CLIENT).await?;
    let now = deed.now;
    let ceremony = Ceremony {
        id: deed.id(),
        browser: caller.browser.digest(),
        purpose,
        user,
        state: state.to_string(),
        expires_at: now + CEREMONY,
    };
    store::passkeys::begin(&mut deed.tx, &ceremony).await?;
    deed.commit().await?;
    Ok(ceremony.id)
}

/// The challenge that this browser was given, once, whatever becomes of the answer.
///
/// # Errors
/// `passkey_late` where it was taken, is too old, or was another browser's, purpose's or person's.
pub(super) async fn take(
    services: &Services,
    caller: &Caller<'_>,
    purpose: Purpose,
    ceremony: CeremonyId,
    user: Option<UserId>,
) -> Verb<String> {
    let mut tx = services.store.begin().await?;
    let taken = store::passkeys::take(&mut tx, ceremony, &caller.browser.digest(), purpose, services.now()).await?;
    tx.commit().await?;
    match taken {
        Some((began, state)) if began == user => Ok(state),
        _ => Err(Refusal::Rule("passkey_late")),
    }
}

/// A passkey that its device can find by itself, and only after it has made sure of its person.
pub(super) async fn begin_adding(
    services: &Services,
    caller: &Caller<'_>,
    user: &User,
    own: &[Stored<Kept>],
) -> Verb<Challenge> {
    let credentials = own.iter().map(|stored| read::<Passkey>(&stored.value.credential));
    let known = credentials.map(|key| Ok(key?.cred_id().clone())).collect::<Verb<Vec<_>>>()?;
    let started =
        party(services)?.start_passkey_registration(user.id.0, user.address.as_str(), user.shown_name(), Some(known));
    let (asked, state) = started.map_err(refused)?;
    let mut options = written(&asked)?;
    let selection = &mut options["publicKey"]["authenticatorSelection"];
    selection["residentKey"] = json!("required");
    selection["requireResidentKey"] = json!(true);
    let ceremony = keep(services, caller, Purpose::Add, Some(user.id), &written(&state)?).await?;
    Ok(Challenge { ceremony, options })
}

/// The id and the JSON of the credential that was made.
pub(super) fn made(services: &Services, state: &str, answer: Value) -> Verb<(String, String)> {
    let answer: RegisterPublicKeyCredential = parsed(answer)?;
    let state: PasskeyRegistration = read(state)?;
    let key = party(services)?.finish_passkey_registration(&answer, &state).map_err(refused)?;
    Ok((BASE64_URL_SAFE_NO_PAD.encode(key.cred_id()), written(&key)?.to_string()))
}

/// Asks for any passkey of Lobby's, or for one of those given.
pub(super) async fn begin_using(
    services: &Services,
    caller: &Caller<'_>,
    purpose: Purpose,
    of: Option<(UserId, &[Stored<Kept>])>,
) -> Verb<Challenge> {
    let (asked, state) = party(services)?.start_discoverable_authentication().map_err(refused)?;
    let mut options = written(&asked)?;
    // How the browser is to ask is for the page to say.
    options.as_object_mut().map(|options| options.remove("mediation"));
    if let Some((_, own)) = of {
        let allowed = own.iter().map(|stored| json!({ "type": "public-key", "id": stored.value.credential_id }));
        options["publicKey"]["allowCredentials"] = allowed.collect();
    }
    let ceremony = keep(services, caller, purpose, of.map(|(user, _)| user), &written(&state)?).await?;
    Ok(Challenge { ceremony, options })
}

/// An answer whose signature has not been checked.
pub(super) struct Answer(PublicKeyCredential);

impl Answer {
    pub fn parse(answer: Value) -> Verb<Self> {
        parsed(answer).map(Self)
    }

    /// In base64url.
    pub fn credential_id(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0.get_credential_id())
    }

    /// Whom the device says it is for, where it says so.
    pub fn user(&self) -> Option<UserId> {
        self.0.get_user_unique_id().and_then(|bytes| uuid::Uuid::from_slice(bytes).ok()).map(UserId)
    }

    /// Checks the signature, the origin, that the device made sure of its person, and that its counter grew. The JSON of
    /// the credential as it is to be kept now.
    pub fn check(&self, services: &Services, state: &str, kept: &Kept) -> Verb<String> {
        let state: DiscoverableAuthentication = read(state)?;
        let mut key: Passkey = read(&kept.credential)?;
        let checked = party(services)?.finish_discoverable_authentication_v2(&self.0, state, &key).map_err(refused)?;
        if !checked.user_verified() {
            return Err(Refusal::Rule("passkey_refused"));
        }
        key.update_credential(&checked);
        Ok(written(&key)?.to_string())
    }
}
