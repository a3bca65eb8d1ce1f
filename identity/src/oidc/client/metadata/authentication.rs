//! How a client authenticates, and the keys or the secret that it does it with.

use std::collections::BTreeSet;

use jsonwebtoken::jwk::JwkSet;
use serde_json::Value;

use super::members::{Metadata, refuse};
use super::{ClientAuthenticationMethod, MetadataError, secret};
use crate::jose::{self, PublicKeyError};
use crate::oidc::client::DEFAULT_METHOD;
use crate::oidc::client::secret::SecretDigest;

impl Metadata<'_> {
    pub(super) fn authentication(&self) -> Result<ClientAuthenticationMethod, MetadataError> {
        const FIELD: &str = "token_endpoint_auth_method";
        match self.text(FIELD)?.unwrap_or(DEFAULT_METHOD) {
            "private_key_jwt" => self.keys().map(ClientAuthenticationMethod::PrivateKeyJwt),
            "client_secret_basic" => self.secret_digest().map(ClientAuthenticationMethod::ClientSecretBasic),
            "client_secret_post" => self.secret_digest().map(ClientAuthenticationMethod::ClientSecretPost),
            "none" if self.given("jwks").is_some() => Err(refuse("jwks", "a public client has no keys")),
            "none" => Ok(ClientAuthenticationMethod::None),
            _ => Err(refuse(FIELD, "private_key_jwt, client_secret_basic, client_secret_post or none")),
        }
    }

    fn secret_digest(&self) -> Result<SecretDigest, MetadataError> {
        let digest = self.text(secret::DIGEST)?.and_then(SecretDigest::parse);
        digest.ok_or_else(|| refuse("client_secret", "it is missing"))
    }

    fn keys(&self) -> Result<JwkSet, MetadataError> {
        const FIELD: &str = "jwks";
        let jwks = self.given(FIELD).ok_or_else(|| refuse(FIELD, "private_key_jwt needs the public keys"))?;
        let keys = jwks.get("keys").and_then(Value::as_array).ok_or_else(|| refuse(FIELD, "it has a list of keys"))?;
        let mut kids = BTreeSet::new();
        let mut parsed = Vec::new();
        for key in keys {
            let key = jose::public_key(key).map_err(|refused| {
                let why = match refused {
                    PublicKeyError::Private => "a private or symmetric key does not belong here; make a new pair",
                    PublicKeyError::Unreadable => "a key cannot be read",
                    PublicKeyError::Weak => "keys are P-256, Ed25519, or RSA of 2048 to 8192 bits",
                };
                refuse(FIELD, why)
            })?;
            if !kids.insert(key.common.key_id.clone()) {
                return Err(refuse(FIELD, "every key has a kid of its own"));
            }
            parsed.push(key);
        }
        if parsed.is_empty() { Err(refuse(FIELD, "at least one key is needed")) } else { Ok(JwkSet { keys: parsed }) }
    }
}
