//! Codes by e-mail at the door: how many may be asked for, and trying one.

use domain::event::{Action, Target, TargetKind};
use domain::passcode::{DIGITS, PasscodeError, Purpose};
use domain::session::Origin;
use domain::text::EmailAddress;
use store::Stored;
use store::passcodes::Challenge;

use super::Caller;
use super::device::{is_device_of, mailbox_digest};
use super::record::record_wrong_code;
use crate::deed::Deed;
use crate::limits::Limit;
use crate::{Actor, Refusal, Services, Verb, secret};

/// Unused codes for one client address.
const FOR_CLIENT: &[Limit] = &[Limit::an_hour(20)];
/// Codes for one mailbox from a browser that signed in as it before.
const FOR_KNOWN_BROWSER: &[Limit] = &[Limit::an_hour(5)];
/// Codes for one mailbox from all other browsers together.
const FOR_OTHERS: &[Limit] = &[Limit::an_hour(5), Limit::a_day(15)];

/// Counts a code that is asked for: by client, and by mailbox.
pub(super) async fn count(
    deed: &mut Deed<'_>,
    services: &Services,
    caller: &Caller<'_>,
    address: &EmailAddress,
) -> Verb<()> {
    let mailbox = mailbox_digest(services, address);
    deed.count(&client_bucket(caller.origin), FOR_CLIENT).await?;
    match caller.device.filter(|device| is_device_of(services, device, &mailbox)) {
        Some(device) => deed.count(&format!("code:device:{}", device.digest()), FOR_KNOWN_BROWSER).await,
        None => deed.count(&format!("code:others:{mailbox}"), FOR_OTHERS).await,
    }
}

fn client_bucket(origin: &Origin) -> String {
    format!("code:client:{}", origin.limit_key())
}

/// Tries a code; a failed try counts. Answers the challenge that was proved.
pub(crate) async fn prove(services: &Services, caller: &Caller<'_>, purpose: Purpose, code: &str) -> Verb<Challenge> {
    let code: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if code.len() != DIGITS || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::field("code", "code_format"));
    }
    let actor = Actor::stranger(caller.origin.clone(), caller.correlation);
    let mut deed = services.deed(&actor).await?;
    let newest = store::passcodes::newest(&mut deed.tx, &caller.browser.digest(), purpose).await?;
    let Some(asked) = newest else { return Err(Refusal::Rule("code_unknown")) };
    let digest = services.key.digest("passcode", &[&asked.value.id.to_string(), &code]);
    let matches = asked.value.digest.as_deref().is_some_and(|kept| secret::equal(kept, &digest));
    let before = asked.value.code.tries;
    let (tried, result) = asked.value.code.try_code(matches, deed.now);
    // What is typed after the last try, or too late, could not have been right.
    let counted = tried.tries > before;
    let challenge = Challenge { code: tried, ..asked.value };
    let stored = Stored { value: challenge, version: asked.version };
    store::passcodes::tried(&mut deed.tx, &stored).await?;
    if result.is_ok() {
        // A code that was used does not count against the client.
        let forgiven = (deed.id(), client_bucket(caller.origin), -1);
        store::hits::add(&mut deed.tx, [forgiven], deed.now).await?;
    }
    deed.commit().await?;
    match result {
        Ok(()) => Ok(stored.value),
        Err(error) if counted => {
            let address = stored.value.address;
            if error == PasscodeError::Spent {
                let target = Target::new(TargetKind::Address, purpose, address.as_str());
                services.note(&actor, Action::LimitHit, target).await?;
            }
            let refusal = error.into();
            if purpose == Purpose::SignIn {
                record_wrong_code(services, caller, &address, &refusal).await?;
            }
            Err(refusal)
        }
        Err(error) => Err(error.into()),
    }
}
