//! JSON web signatures in their compact form (RFC 7515, section 7.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, KeyAlgorithm, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, AlgorithmFamily};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use super::keys::SigningKey;
use super::provider::{install_provider, is_signature_by};
use crate::Error;

/// No token that this provider takes is longer, in bytes.
const LONGEST: usize = 16 * 1024;

/// The newer name of EdDSA with the curve Ed25519 (RFC 9864).
pub(super) const ED25519: &str = "Ed25519";

/// Of a protected header what means something here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// What the token is (section 4.1.9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typ: Option<String>,
    /// What it is signed with.
    pub alg: Algorithm,
    /// The name of the key that signed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
}

/// Signs `claims`. `typ` names what the token is (RFC 8725, section 3.11), such as `at+jwt`.
pub fn sign<T: Serialize>(key: &SigningKey, typ: &str, claims: &T) -> Result<String, Error> {
    let header = Header { typ: Some(typ.to_owned()), alg: key.algorithm().jwa(), kid: Some(key.kid().to_owned()) };
    let mut token = encode(&header)?;
    token.push('.');
    token.push_str(&encode(claims)?);
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}

fn encode<T: Serialize>(part: &T) -> Result<String, Error> {
    let json = serde_json::to_vec(part).map_err(|_| Error::Cryptography("claims that are not JSON"))?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

/// A token whose signature holds. Times, issuer and audience are for the caller to check.
#[derive(Debug, Clone)]
pub struct Verified<T> {
    /// The protected header.
    pub header: Header,
    /// The claims.
    pub claims: T,
}

/// Why a token is refused before its claims are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Not three parts of base64url, not JSON, or too long.
    #[error("not a signed token in compact form")]
    Malformed,
    /// The algorithm is not one that is accepted here.
    #[error("this signature algorithm is not accepted")]
    Algorithm,
    /// The header asks for an extension that must be understood (`crit`); none is.
    #[error("the token carries a critical extension that is not understood")]
    CriticalExtension,
    /// None of the keys may have made this signature.
    #[error("no key fits this token")]
    NoKey,
    /// The signature is not by the key it names.
    #[error("the signature does not hold")]
    Signature,
    /// The claims are not of the expected shape.
    #[error("the claims are not of the expected shape")]
    Claims,
}

/// Checks the signature of `token` by one of `keys`, with an algorithm among `algorithms`.
///
/// A token that names its key (`kid`) is checked by that key alone.
pub fn verify<T: DeserializeOwned>(
    token: &str,
    keys: &[Jwk],
    algorithms: &[Algorithm],
) -> Result<Verified<T>, JwsError> {
    let (message, signature) = token.rsplit_once('.').ok_or(JwsError::Malformed)?;
    let (header, payload) = message.split_once('.').ok_or(JwsError::Malformed)?;
    if token.len() > LONGEST || payload.contains('.') {
        return Err(JwsError::Malformed);
    }
    let header = read_header(header)?;
    if !algorithms.contains(&header.alg) {
        return Err(JwsError::Algorithm);
    }
    let mut fitting = keys.iter().filter(|key| may_have_signed(key, &header)).peekable();
    fitting.peek().ok_or(JwsError::NoKey)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| JwsError::Signature)?;
    if !fitting.any(|key| is_signature_by(key, header.alg, message.as_bytes(), &signature)) {
        return Err(JwsError::Signature);
    }
    let claims = URL_SAFE_NO_PAD.decode(payload).ok().and_then(|json| serde_json::from_slice(&json).ok());
    Ok(Verified { header, claims: claims.ok_or(JwsError::Claims)? })
}

/// The signature algorithm of this name. EdDSA is Ed25519 here, and so are both names (RFC 9864, section 2.2; FAPI 2.0
/// Security Profile, section 5.4).
pub fn algorithm(name: &str) -> Option<Algorithm> {
    if name == ED25519 { Some(Algorithm::EdDSA) } else { name.parse().ok() }
}

/// Reads an encoded header, telling an algorithm that nobody knows (`none`) from a header that is not one.
fn read_header(encoded: &str) -> Result<Header, JwsError> {
    #[derive(Deserialize)]
    struct Read {
        alg: String,
        typ: Option<String>,
        kid: Option<String>,
        crit: Option<IgnoredAny>,
    }
    let json = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| JwsError::Malformed)?;
    let Read { alg, typ, kid, crit } = serde_json::from_slice(&json).map_err(|_| JwsError::Malformed)?;
    let alg = algorithm(&alg).ok_or(JwsError::Algorithm)?;
    if crit.is_some() { Err(JwsError::CriticalExtension) } else { Ok(Header { typ, alg, kid }) }
}

/// The name of the key (`kid`) in the header of a token whose signature nobody has looked at.
pub fn key_named_in(token: &str) -> Option<String> {
    read_header(token.split('.').next()?).ok()?.kid
}

/// Whether this key may have made a signature with this header: name, kind, `use` and `alg` all fit.
fn may_have_signed(key: &Jwk, header: &Header) -> bool {
    let kind = matches!(
        (&key.algorithm, header.alg.family()),
        (AlgorithmParameters::EllipticCurve(_), AlgorithmFamily::Ec)
            | (AlgorithmParameters::OctetKeyPair(_), AlgorithmFamily::Ed)
            | (AlgorithmParameters::RSA(_), AlgorithmFamily::Rsa)
    );
    let named = header.kid.is_none() || header.kid == key.common.key_id;
    let signs = matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let algorithm = key.common.key_algorithm.is_none_or(|own| own == KeyAlgorithm::from(header.alg));
    kind && named && signs && algorithm
}

/// Whether the header says that the token is of this type; `application/` may be left out (RFC 7515, section 4.1.9).
pub fn has_typ(header: &Header, typ: &str) -> bool {
    header.typ.as_deref().is_some_and(|given| {
        let given = given.get(..12).filter(|p| p.eq_ignore_ascii_case("application/")).map_or(given, |_| &given[12..]);
        given.eq_ignore_ascii_case(typ)
    })
}

/// The SHA-256 thumbprint of a public key, in base64url (RFC 7638).
pub fn thumbprint(key: &Jwk) -> Option<String> {
    install_provider();
    key.thumbprint(ThumbprintHash::SHA256).ok()
}

/// Signs with a header of any kind, for tests.
#[cfg(test)]
pub(crate) fn sign_with_header(key: &SigningKey, header: &serde_json::Value, claims: &serde_json::Value) -> String {
    let message = format!("{}.{}", encode(header).unwrap(), encode(claims).unwrap());
    let signature = key.sign(message.as_bytes()).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[cfg(test)]
mod tests;
