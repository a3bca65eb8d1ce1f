//! The public keys of clients: handed in at registration (`jwks`), or published by the client (`jwks_uri`).

use std::collections::BTreeSet;

use jsonwebtoken::jwk::JwkSet;
use serde_json::Value;
use url::Url;

use crate::jose::{self, PublicKeyError};

/// Where the public keys of a client are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientKeys {
    /// It has none.
    None,
    /// As it registered them.
    Registered(JwkSet),
    /// Where it publishes them, and changes them without telling.
    Published(Url),
}

impl ClientKeys {
    /// Whether there may be a certificate among them.
    pub(super) fn may_hold_certificates(&self) -> bool {
        let has_one = |key: &jose::Jwk| {
            key.common.x509_chain.as_ref().is_some_and(|chain| !chain.is_empty())
                || key.common.x509_sha256_fingerprint.is_some()
        };
        match self {
            Self::None => false,
            Self::Registered(set) => set.keys.iter().any(has_one),
            Self::Published(_) => true,
        }
    }
}

/// Why a set of keys is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeysError {
    /// It is no JSON web key set.
    Shape,
    /// It holds no key.
    Empty,
    /// Two keys have one name.
    SameName,
    /// One of the keys is not good.
    Key(PublicKeyError),
}

impl KeysError {
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Shape => "it has a list of keys",
            Self::Empty => "at least one key is needed",
            Self::SameName => "every key has a kid of its own",
            Self::Key(PublicKeyError::Private) => "a private or symmetric key does not belong here; make a new pair",
            Self::Key(PublicKeyError::Unreadable) => "a key cannot be read",
            Self::Key(PublicKeyError::Weak) => "keys are P-256, Ed25519, or RSA of 2048 to 8192 bits",
        }
    }
}

/// Reads keys that are handed in: all of them must be good.
pub(super) fn registered(jwks: &Value) -> Result<JwkSet, KeysError> {
    let keys = list(jwks)?.iter().map(|key| jose::public_key(key).map_err(KeysError::Key));
    named_once(keys.collect::<Result<_, _>>()?)
}

/// Reads keys that are published. What this provider cannot use is passed over: the set may serve others, too.
pub(crate) fn published(body: &[u8]) -> Option<JwkSet> {
    let jwks = serde_json::from_slice(body).ok()?;
    let keys = list(&jwks).ok()?.iter().filter_map(|key| jose::public_key(key).ok());
    named_once(keys.collect()).ok()
}

fn list(jwks: &Value) -> Result<&Vec<Value>, KeysError> {
    jwks.get("keys").and_then(Value::as_array).ok_or(KeysError::Shape)
}

fn named_once(keys: Vec<jose::Jwk>) -> Result<JwkSet, KeysError> {
    let mut names = BTreeSet::new();
    if !keys.iter().all(|key| names.insert(key.common.key_id.clone())) {
        return Err(KeysError::SameName);
    }
    if keys.is_empty() { Err(KeysError::Empty) } else { Ok(JwkSet { keys }) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jose::SigningAlgorithm;
    use crate::oidc::testing::RelyingParty;

    #[test]
    fn of_published_keys_those_that_can_be_used_are_taken() {
        let good = RelyingParty::new("shop", SigningAlgorithm::Es256).key.jwk().clone();
        let set = json!({"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}, {"kty": "unheard-of"}, good]});
        assert_eq!(published(set.to_string().as_bytes()), Some(JwkSet { keys: vec![good] }));
        for nothing in ["", "{}", r#"{"keys": 7}"#, r#"{"keys": []}"#, r#"{"keys": [{"kty": "oct", "k": "AA"}]}"#] {
            assert_eq!(published(nothing.as_bytes()), None, "{nothing}");
        }
    }
}
