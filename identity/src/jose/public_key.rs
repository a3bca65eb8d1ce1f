//! Public keys that others hand in: nothing private in them, and nothing weak.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, EllipticCurve, EllipticCurveKeyParameters, EllipticCurveKeyType, Jwk,
    KeyAlgorithm, PublicKeyUse,
};
use serde::Deserialize;
use serde_json::Value;

use super::jwe::KEY_MANAGEMENT;
use super::jws::ED25519;

/// Why a key is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PublicKeyError {
    /// It holds a secret part.
    Private,
    /// It is not a JSON web key that we know.
    Unreadable,
    /// It is too short, or on another curve.
    Weak,
}

/// Reads a public key that may sign with ES256, EdDSA or PS256, or that may be encrypted to.
pub(crate) fn public_key(jwk: &Value) -> Result<Jwk, PublicKeyError> {
    if ["d", "p", "q", "dp", "dq", "qi", "k"].iter().any(|member| jwk.get(member).is_some()) {
        return Err(PublicKeyError::Private);
    }
    let mut key = match plain_p256(jwk) {
        Some(key) => key,
        None => Jwk::deserialize(jwk).map_err(|_| PublicKeyError::Unreadable)?,
    };
    let named = jwk.get("alg").and_then(Value::as_str);
    if named == Some(ED25519) {
        key.common.key_algorithm = Some(KeyAlgorithm::EdDSA);
    }
    // The library knows algorithms of signatures; ours of encryption is said by `use` from here on.
    if key.common.key_algorithm == Some(KeyAlgorithm::UNKNOWN_ALGORITHM) {
        if named != Some(KEY_MANAGEMENT) {
            return Err(PublicKeyError::Unreadable);
        }
        key.common.key_algorithm = None;
        key.common.public_key_use = Some(PublicKeyUse::Encryption);
    }
    if is_strong(&key) { Ok(key) } else { Err(PublicKeyError::Weak) }
}

/// A key on P-256 that says nothing else about itself. It is what proofs of possession carry, every time, and the library
/// takes long to read it.
fn plain_p256(jwk: &Value) -> Option<Jwk> {
    let members = jwk.as_object().filter(|members| members.len() == 4)?;
    let text = |name| members.get(name).and_then(Value::as_str);
    if text("kty") != Some("EC") || text("crv") != Some("P-256") {
        return None;
    }
    let (x, y) = (text("x")?.to_owned(), text("y")?.to_owned());
    let point = EllipticCurveKeyParameters { key_type: EllipticCurveKeyType::EC, curve: EllipticCurve::P256, x, y };
    Some(Jwk { common: CommonParameters::default(), algorithm: AlgorithmParameters::EllipticCurve(point) })
}

fn is_strong(key: &Jwk) -> bool {
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    match &key.algorithm {
        AlgorithmParameters::EllipticCurve(ec) => {
            ec.curve == EllipticCurve::P256 && bytes(&ec.x).len() == 32 && bytes(&ec.y).len() == 32
        }
        AlgorithmParameters::OctetKeyPair(okp) => okp.curve == EllipticCurve::Ed25519 && bytes(&okp.x).len() == 32,
        AlgorithmParameters::RSA(rsa) => {
            let modulus = bytes(&rsa.n);
            let bits = modulus.iter().position(|b| *b != 0).map_or(0, |at| (modulus.len() - at) * 8);
            (2048..=8192).contains(&bits)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_plain_key_is_read_as_the_library_reads_it() {
        let coordinate = "A".repeat(43);
        let plain = json!({ "kty": "EC", "crv": "P-256", "x": coordinate, "y": coordinate });
        assert_eq!(plain_p256(&plain), Jwk::deserialize(&plain).ok());
        assert_eq!(public_key(&plain), Ok(plain_p256(&plain).unwrap()));
        for (name, value) in [("kty", "OKP"), ("crv", "P-384"), ("kid", "named")] {
            let mut other = plain.clone();
            other[name] = value.into();
            assert_eq!(plain_p256(&other), None, "{name}");
        }
        let mut short = plain.clone();
        short["y"] = "AAAA".into();
        assert_eq!(public_key(&short), Err(PublicKeyError::Weak));
    }
}
