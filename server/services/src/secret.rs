//! Secrets: random tokens, their digests, and keyed digests under a key that lives outside the database.

use std::io::Write;
use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::{constant_time, digest, hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A value that is shown once and never logged: no `Debug`, no `Serialize`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// 256 random bits, 43 characters of base64url.
    pub fn random() -> Self {
        Self(URL_SAFE_NO_PAD.encode(random_bytes::<32>()))
    }

    /// `digits` decimal digits, each value equally likely.
    pub fn digits(digits: usize) -> Self {
        let mut code = String::with_capacity(digits);
        while code.len() < digits {
            // 250 is the largest multiple of ten in a byte: what lies above would favor small digits.
            code.extend(
                random_bytes::<16>().iter().filter(|byte| **byte < 250).map(|byte| char::from(b'0' + byte % 10)),
            );
        }
        code.truncate(digits);
        Self(code)
    }

    /// Letters and digits that nobody confuses, five bits each.
    pub fn letters(count: usize) -> Self {
        const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let mut text = String::with_capacity(count);
        while text.len() < count {
            text.extend(random_bytes::<16>().iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])));
        }
        text.truncate(count);
        Self(text)
    }

    /// The same in groups of four, to be read and typed.
    pub fn spaced(&self) -> String {
        let groups: Vec<&str> =
            self.0.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
        groups.join("-")
    }

    /// What a request brought.
    pub fn given(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }

    /// SHA-256 in hexadecimal: enough for 256 random bits, and not for a code.
    pub fn digest(&self) -> String {
        hex(digest::digest(&digest::SHA256, self.0.as_bytes()).as_ref())
    }
}

/// A path without what could be secret in it.
pub fn hidden_in(path: &str) -> String {
    let secret = |part: &str| part.len() >= 40;
    path.split('/').map(|part| if secret(part) { "…" } else { part }).collect::<Vec<_>>().join("/")
}

fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // The system's generator has no failure that a program could go on from.
    assert!(rand::fill(&mut bytes).is_ok(), "the system gives no random bytes");
    bytes
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|half| char::from_digit(half.into(), 16)).collect()
}

/// The key of this installation: 32 bytes.
#[derive(Clone)]
pub struct Key([u8; 32]);

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the key file {path} cannot be read or made: {error}")]
    File { path: String, error: std::io::Error },
    #[error("the key file {path} does not hold 64 hexadecimal digits")]
    Malformed { path: String },
}

/// A sealed secret that this key does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret was sealed by another key, or for something else")]
pub struct SealError;

impl Key {
    pub fn random() -> Self {
        Self(random_bytes())
    }

    /// Reads the key file; makes one, readable by its owner alone, where there is none.
    ///
    /// # Errors
    /// Where the file cannot be read, made or understood.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let failed = |error| KeyError::File { path: path.display().to_string(), error };
        match std::fs::read_to_string(path) {
            Ok(text) => {
                Self::parse(text.trim()).ok_or_else(|| KeyError::Malformed { path: path.display().to_string() })
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key = Self::random();
                let mut file = private_file(path).map_err(failed)?;
                writeln!(file, "{}", hex(&key.0)).and_then(|()| file.sync_all()).map_err(failed)?;
                Ok(key)
            }
            Err(error) => Err(failed(error)),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// Encrypts what must be read again (AES-256-GCM, NIST SP 800-38D): base64url of nonce and ciphertext. `about` is
    /// what it belongs to: under another one it does not open.
    ///
    /// # Errors
    /// Never in practice: the cipher refuses only what is larger than any secret.
    pub fn seal(&self, about: &str, secret: &Secret) -> Result<String, SealError> {
        let mut text = secret.0.as_bytes().to_vec();
        let key = self.sealing_key()?;
        let nonce = key.seal_in_place_append_tag(Aad::from(about.as_bytes()), &mut text).map_err(|_| SealError)?;
        let sealed = [nonce.as_ref().as_slice(), &text].concat();
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// # Errors
    /// Where it was not sealed by this key for this.
    pub fn open(&self, about: &str, sealed: &str) -> Result<Secret, SealError> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| SealError)?;
        let (nonce, text) = bytes.split_at_checked(aws_lc_rs::aead::NONCE_LEN).ok_or(SealError)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError)?;
        let mut text = text.to_vec();
        let plain = self.sealing_key()?.open_in_place(nonce, Aad::from(about.as_bytes()), &mut text);
        String::from_utf8(plain.map_err(|_| SealError)?.to_vec()).map(Secret).map_err(|_| SealError)
    }

    /// A key of its own for sealing, so that no byte is used for two things.
    fn sealing_key(&self) -> Result<RandomizedNonceKey, SealError> {
        let key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), b"seal");
        RandomizedNonceKey::new(&AES_256_GCM, key.as_ref()).map_err(|_| SealError)
    }

    /// HMAC-SHA-256 (RFC 2104) of `parts` for one purpose, in hexadecimal.
    pub fn digest(&self, purpose: &str, parts: &[&str]) -> String {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &self.0));
        for part in std::iter::once(&purpose).chain(parts) {
            context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            context.update(part.as_bytes());
        }
        hex(context.sign().as_ref())
    }
}

/// A new file of mode 0600.
///
/// # Errors
/// Where it cannot be made, or exists.
pub fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Compares without telling by its time where they differ.
pub fn equal(one: &str, other: &str) -> bool {
    constant_time::verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_256_bits_in_43_characters() {
        let token = Secret::random();
        assert_eq!(token.expose().len(), 43);
        assert_eq!(token.digest().len(), 64);
        assert!(token != Secret::random());
    }

    #[test]
    fn a_secret_in_a_path_is_not_told() {
        let path = format!("/redeem/{}/again", Secret::random().expose());
        assert_eq!(hidden_in(&path), "/redeem/…/again");
        let id = "/admin/groups/01900000-0000-7000-8000-000000000000";
        assert_eq!(hidden_in(id), id);
    }

    #[test]
    fn a_code_is_eight_digits() {
        let code = Secret::digits(8);
        assert_eq!(code.expose().len(), 8);
        assert!(code.expose().bytes().all(|byte| byte.is_ascii_digit()));
    }

    #[test]
    fn letters_are_read_in_groups_of_four() {
        let code = Secret::letters(12);
        assert_eq!(code.expose().len(), 12);
        assert_eq!(code.spaced().replace('-', ""), code.expose());
        assert_eq!(Secret::given("abcdefghij").spaced(), "abcd-efgh-ij");
    }

    #[test]
    fn digests_differ_by_key_purpose_and_where_a_part_ends() {
        let key = Key::random();
        assert_eq!(key.digest("a", &["bc"]), key.digest("a", &["bc"]));
        assert_ne!(key.digest("a", &["bc"]), key.digest("a", &["b", "c"]));
        assert_ne!(key.digest("a", &["bc"]), key.digest("ab", &["c"]));
        assert_ne!(key.digest("a", &["bc"]), Key::random().digest("a", &["bc"]));
    }

    #[test]
    fn a_sealed_secret_opens_by_its_key_for_its_thing_alone() {
        let (key, secret) = (Key::random(), Secret::given("s3cret"));
        let sealed = key.seal("provider 1", &secret).unwrap();
        assert!(!sealed.contains("s3cret") && sealed != key.seal("provider 1", &secret).unwrap());
        assert!(key.open("provider 1", &sealed) == Ok(secret));
        assert!(key.open("provider 2", &sealed).is_err() && Key::random().open("provider 1", &sealed).is_err());
        assert!(key.open("provider 1", &sealed[..20]).is_err() && key.open("provider 1", "").is_err());
    }
}
