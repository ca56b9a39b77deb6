//! A device that holds one passkey, as far as Lobby can tell one from a real one: ES256, no attestation.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use domain::id::{PasskeyId, UserId};
use domain::samples;

use super::Lobby;
use crate::signin::Caller;
use crate::{Secret, passkeys};

/// The page that a test's Lobby is on.
pub const ORIGIN: &str = "https://lobby.lindenhof.example";

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

pub struct Device {
    key: EcdsaKeyPair,
    id: [u8; 16],
    /// Whom it was made for.
    pub user: String,
    pub counter: u32,
    /// Does it make sure of its person?
    pub verifies: bool,
    /// The page that it believes to be on.
    pub origin: &'static str,
}

impl Lobby {
    /// The person, who came in just now, adds a passkey on a new device.
    pub async fn passkey(&self, user: UserId) -> (PasskeyId, Device) {
        let viewer = self.stepped_up(&self.viewer(user).await).await;
        let (browser, origin) = (Secret::random(), samples::origin());
        let caller = Caller { browser: &browser, device: None, origin: &origin, correlation: self.correlation() };
        let mut device = Device::new();
        let challenge = passkeys::begin_adding(&self.services, &viewer, &caller).await.unwrap();
        let answer = device.make(&challenge.options);
        let added = passkeys::add(&self.services, &viewer, &caller, challenge.ceremony, answer, "Telephone").await;
        (added.unwrap_or_else(|refusal| panic!("{refusal}")).id, device)
    }
}

impl Default for Device {
    fn default() -> Self {
        Self::new()
    }
}

fn told(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

impl Device {
    pub fn new() -> Self {
        let mut id = [0; 16];
        aws_lc_rs::rand::fill(&mut id).unwrap();
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        Self { key, id, user: String::new(), counter: 0, verifies: true, origin: ORIGIN }
    }

    /// Answers `navigator.credentials.create`.
    pub fn make(&mut self, options: &Value) -> Value {
        let asked = &options["publicKey"];
        self.user = asked["user"]["id"].as_str().unwrap().to_owned();
        let mut data = self.data(asked["rp"]["id"].as_str().unwrap(), ATTESTED);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(self.id);
        let point = self.key.public_key().as_ref();
        // COSE_Key (RFC 9052, section 7): EC2, ES256, P-256.
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..65]);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        let client = self.client("webauthn.create", asked);
        self.answer(json!({ "clientDataJSON": told(client.as_bytes()), "attestationObject": told(&object) }))
    }

    /// Answers `navigator.credentials.get`.
    pub fn sign(&mut self, options: &Value) -> Value {
        let asked = &options["publicKey"];
        self.counter += 1;
        let data = self.data(asked["rpId"].as_str().unwrap(), 0);
        let client = self.client("webauthn.get", asked);
        let mut signed = data.clone();
        signed.extend(digest(&SHA256, client.as_bytes()).as_ref());
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        self.answer(json!({
            "clientDataJSON": told(client.as_bytes()),
            "authenticatorData": told(&data),
            "signature": told(signature.as_ref()),
            "userHandle": self.user,
        }))
    }

    fn data(&self, party: &str, more: u8) -> Vec<u8> {
        let verified = if self.verifies { VERIFIED } else { 0 };
        let mut data = digest(&SHA256, party.as_bytes()).as_ref().to_vec();
        data.push(PRESENT | verified | more);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client(&self, kind: &str, asked: &Value) -> String {
        let challenge = &asked["challenge"];
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false }).to_string()
    }

    fn answer(&self, response: Value) -> Value {
        json!({ "id": told(&self.id), "rawId": told(&self.id), "type": "public-key", "response": response })
    }
}
