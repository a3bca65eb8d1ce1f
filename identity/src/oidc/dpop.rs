//! Proof of possession (DPoP, RFC 9449): a client signs every call with a key, and what it is given is worth nothing
//! without that key.

mod nonce;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Timestamp;
use url::Url;

pub(crate) use nonce::make as make_nonce;

use super::access_token::Confirmation;
use super::bearer::{Scheme, ShownToken};
use super::certificate::ClientCertificate;
use super::client_auth::EndpointRequest;
use super::error::{ErrorCode, OAuthError};
use super::{access_token, lifetimes};
use crate::IdentityKeys;
use crate::jose::{self, Jwk, NumericDate};

/// `typ` of a proof (section 4.2).
const TYP: &str = "dpop+jwt";

/// The SHA-256 thumbprint of a key (RFC 7638), by which tokens and codes are bound to it: `jkt`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyThumbprint(String);

impl KeyThumbprint {
    /// Takes a text, if it can be a thumbprint.
    pub fn parse(text: &str) -> Option<Self> {
        let hash = URL_SAFE_NO_PAD.decode(text).ok()?;
        (hash.len() == digest::SHA256_OUTPUT_LEN).then(|| Self(text.to_owned()))
    }

    /// A thumbprint as it stands in the database.
    pub(crate) fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A proof that holds, unless it was seen before: its id must be recorded before anything is done for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DpopProof {
    pub(crate) key: KeyThumbprint,
    pub(crate) jti: String,
    /// It must be remembered until then; afterwards the proof is too old.
    pub(crate) until: Timestamp,
    /// When it says that it was signed, in whole seconds.
    pub(crate) signed_at: Timestamp,
}

/// What a proof must be about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Purpose<'a> {
    /// The endpoint that is called, without query and fragment.
    pub(crate) url: &'a str,
    /// The access token that is shown beside it.
    pub(crate) access_token: Option<&'a str>,
    /// Whether it must carry a nonce of ours. One that it carries must be good in any case.
    pub(crate) needs_nonce: bool,
}

#[derive(Deserialize)]
struct ProofClaims {
    jti: Option<String>,
    htm: Option<String>,
    htu: Option<String>,
    iat: Option<NumericDate>,
    ath: Option<String>,
    nonce: Option<String>,
}

const fn refuse(why: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidDpopProof, why)
}

/// Checks the proof of a request, if it carries one (section 4.3).
///
/// # Errors
/// `invalid_dpop_proof`, with the reason; `use_dpop_nonce` when a nonce of ours is missing or too old.
pub(crate) fn check(
    request: &EndpointRequest,
    purpose: &Purpose<'_>,
    keys: &IdentityKeys,
    now: Timestamp,
) -> Result<Option<DpopProof>, OAuthError> {
    let proof = match request.dpop.as_slice() {
        [] => return Ok(None),
        [proof] => proof,
        _ => return Err(refuse("there is more than one proof")),
    };
    let key = embedded_key(proof)?;
    let verified = jose::verify::<ProofClaims>(proof, std::slice::from_ref(&key), jose::ACCEPTED_ALGORITHMS);
    let claims = verified.map_err(|error| refuse(signature_refusal(error)))?.claims;
    let jti = claims.jti.filter(|jti| (1..=255).contains(&jti.len())).ok_or(refuse("jti must have 1 to 255 bytes"))?;
    if claims.htm.as_deref() != Some(request.method.as_str()) {
        return Err(refuse("htm is not the method of this request"));
    }
    if !claims.htu.is_some_and(|htu| is_same_target(&htu, purpose.url)) {
        return Err(refuse("htu is not the address of this request"));
    }
    if let Some(token) = purpose.access_token
        && claims.ath != Some(hash_of(token))
    {
        return Err(refuse("ath is not the hash of the access token"));
    }
    let iat = claims.iat.ok_or(refuse("iat is missing"))?.timestamp();
    let past = match &claims.nonce {
        Some(nonce) if nonce::is_good(nonce, keys, now) => lifetimes::DPOP_NONCE,
        None if !purpose.needs_nonce => lifetimes::DPOP_PAST,
        _ => return Err(OAuthError::new(ErrorCode::UseDpopNonce, "sign again with the nonce of DPoP-Nonce")),
    };
    if iat > now + lifetimes::CLOCK_AHEAD || iat < now - past {
        return Err(refuse("iat is too far from now"));
    }
    let thumbprint = jose::thumbprint(&key).ok_or(refuse("jwk has no thumbprint"))?;
    Ok(Some(DpopProof { key: KeyThumbprint(thumbprint), jti, until: iat + past, signed_at: iat }))
}

/// The public key in the header of a proof.
fn embedded_key(proof: &str) -> Result<Jwk, OAuthError> {
    let encoded = proof.split('.').next().unwrap_or_default();
    let header = URL_SAFE_NO_PAD.decode(encoded).ok().and_then(|json| serde_json::from_slice::<Value>(&json).ok());
    let header = header.ok_or(refuse("it is not a signed token"))?;
    let text = |name| header.get(name).and_then(Value::as_str);
    if !text("typ").is_some_and(|typ| typ.eq_ignore_ascii_case(TYP)) {
        return Err(refuse("typ must be dpop+jwt"));
    }
    let jwk = header.get("jwk").ok_or(refuse("jwk is missing"))?;
    let mut key = jose::public_key(jwk).map_err(|refused| {
        refuse(match refused {
            jose::PublicKeyError::Private => "jwk holds a private key, which is nobody's business now: make a new one",
            jose::PublicKeyError::Unreadable => "jwk cannot be read",
            jose::PublicKeyError::Weak => "jwk must be P-256, Ed25519, or RSA of 2048 to 8192 bits",
        })
    })?;
    // The key names nothing: it is the one key that counts, whatever the header calls it.
    key.common.key_id = text("kid").map(str::to_owned);
    Ok(key)
}

const fn signature_refusal(error: jose::JwsError) -> &'static str {
    match error {
        jose::JwsError::Algorithm => "its algorithm is not ES256, EdDSA, Ed25519 or PS256",
        jose::JwsError::NoKey | jose::JwsError::Signature => "its signature is not by its jwk",
        jose::JwsError::Claims => "its claims are not of the expected shape",
        jose::JwsError::Malformed | jose::JwsError::CriticalExtension => "it is not a signed token",
    }
}

/// Whether two addresses are the same after normalisation, query and fragment left aside (section 4.3, rule 9).
fn is_same_target(htu: &str, url: &str) -> bool {
    let normalised = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(url)
    };
    htu == url || normalised(htu).is_some_and(|htu| Some(htu) == normalised(url))
}

fn hash_of(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, access_token.as_bytes()))
}

/// Checks that whoever shows an access token holds what it is bound to: the key (section 7.1), the certificate of the
/// connection (RFC 8705, section 3). Gives the proof where there had to be one.
///
/// # Errors
/// `invalid_token`: a bound token shown as if it were not, or the other way round, or with another key or certificate;
/// and those of [`check`].
pub(crate) fn check_binding(
    shown: &ShownToken<'_>,
    bound: Option<&Confirmation>,
    request: &EndpointRequest,
    url: &str,
    keys: &IdentityKeys,
    now: Timestamp,
) -> Result<Option<DpopProof>, OAuthError> {
    let certificate = bound.and_then(|bound| bound.certificate.as_ref());
    if certificate.is_some() && certificate != request.certificate.as_deref().map(ClientCertificate::thumbprint) {
        return Err(access_token::invalid());
    }
    match (bound.and_then(|bound| bound.jkt.as_ref()), shown.scheme) {
        (None, Scheme::Bearer) => Ok(None),
        (None, Scheme::Dpop) | (Some(_), Scheme::Bearer) => Err(access_token::invalid().with_dpop()),
        (Some(bound), Scheme::Dpop) => {
            let purpose = Purpose { url, access_token: Some(shown.token), needs_nonce: false };
            let proof = check(request, &purpose, keys, now).map_err(OAuthError::with_dpop)?;
            let proof = proof.ok_or(refuse("there is none").with_dpop())?;
            if proof.key == *bound { Ok(Some(proof)) } else { Err(access_token::invalid().with_dpop()) }
        }
    }
}

#[cfg(test)]
mod tests;
