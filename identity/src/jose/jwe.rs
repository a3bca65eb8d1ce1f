//! JSON web encryption in its compact form (RFC 7516, section 7.1): to a P-256 key of the recipient by ECDH-ES+A256KW.
//!
//! A key pair made for this one token agrees with the recipient's on a key, which wraps the key that encrypts. Both are
//! forgotten with the token.

mod content;
mod key_agreement;

use std::str::FromStr;

use aes_kw::{KeyInit, KwAes256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use ring::rand::SystemRandom;
use serde_json::json;
use zeroize::Zeroizing;

use crate::Error;

/// The one way in which keys are agreed on (RFC 7518, section 4.6): `alg`.
pub const KEY_MANAGEMENT: &str = "ECDH-ES+A256KW";

/// How the content is encrypted: `enc` (RFC 7518, section 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentEncryption {
    /// AES-256 in GCM.
    A256Gcm,
    /// AES-256 in CBC, authenticated with HMAC-SHA-512.
    A256CbcHs512,
}

impl ContentEncryption {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::A256Gcm, Self::A256CbcHs512];

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A256Gcm => "A256GCM",
            Self::A256CbcHs512 => "A256CBC-HS512",
        }
    }
}

impl FromStr for ContentEncryption {
    type Err = ();
    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|ours| ours.as_str() == name).ok_or(())
    }
}

/// The public key of whom something is encrypted to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientKey {
    /// Uncompressed (SEC 1, section 2.3.3).
    point: Vec<u8>,
    kid: Option<String>,
}

impl RecipientKey {
    /// The first key of a set that is for encryption, or that does not say what it is for.
    pub fn among(keys: &[Jwk]) -> Option<Self> {
        let says = |key: &&Jwk| key.common.public_key_use == Some(PublicKeyUse::Encryption);
        let is_open = |key: &&Jwk| key.common.public_key_use.is_none() && key.common.key_algorithm.is_none();
        let candidates = keys.iter().filter(says).chain(keys.iter().filter(is_open));
        candidates.into_iter().find_map(Self::of)
    }

    fn of(key: &Jwk) -> Option<Self> {
        let AlgorithmParameters::EllipticCurve(ec) = &key.algorithm else { return None };
        let coordinate = |text: &str| URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == 32);
        let (x, y) = (coordinate(&ec.x)?, coordinate(&ec.y)?);
        let point = [&[4][..], &x, &y].concat();
        (ec.curve == EllipticCurve::P256).then(|| Self { point, kid: key.common.key_id.clone() })
    }
}

/// Encrypts a signed token (`cty` JWT: RFC 7519, section 5.2).
pub fn encrypt(token: &str, to: &RecipientKey, encryption: ContentEncryption) -> Result<String, Error> {
    const FAILED: Error = Error::Cryptography("encrypting");
    let random = SystemRandom::new();
    let agreed = key_agreement::agree(&to.point, KEY_MANAGEMENT, &random).ok_or(FAILED)?;
    let (x, y) = (&agreed.ephemeral[1..33], &agreed.ephemeral[33..]);
    let mut header = json!({
        "alg": KEY_MANAGEMENT,
        "enc": encryption.as_str(),
        "cty": "JWT",
        "epk": { "kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y) },
    });
    if let Some(kid) = &to.kid {
        header["kid"] = json!(kid);
    }
    let header = URL_SAFE_NO_PAD.encode(header.to_string());
    let key = content::make_key(encryption, &random).ok_or(FAILED)?;
    let sealed = content::seal(encryption, &key, token.as_bytes(), header.as_bytes(), &random).ok_or(FAILED)?;
    let parts = [wrap(&agreed.key, &key).ok_or(FAILED)?, sealed.iv, sealed.ciphertext, sealed.tag];
    let parts = parts.map(|part| URL_SAFE_NO_PAD.encode(part));
    Ok(format!("{header}.{}", parts.join(".")))
}

/// AES key wrap (RFC 3394).
fn wrap(with: &[u8; 32], key: &[u8]) -> Option<Vec<u8>> {
    let mut wrapped = Zeroizing::new([0; 64 + 8]);
    let wrapped = KwAes256::new(with.into()).wrap_key(key, wrapped.as_mut_slice()).ok()?;
    Some(wrapped.to_vec())
}

#[cfg(test)]
mod tests;
