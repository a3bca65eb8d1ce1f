//! How a client authenticates, and the keys or the secret that it does it with.

use jsonwebtoken::Algorithm;

use super::members::{Metadata, refuse};
use super::{ClientAuthenticationMethod, MetadataError, secret};
use crate::jose::{self, ACCEPTED_ALGORITHMS};
use crate::oidc::client::secret::SecretDigest;
use crate::oidc::client::{ClientKeys, DEFAULT_METHOD, keys};

const METHODS: &str = "private_key_jwt, client_secret_basic, client_secret_post, tls_client_auth, \
    self_signed_tls_client_auth or none";

impl Metadata<'_> {
    pub(super) fn authentication(&self, keys: &ClientKeys) -> Result<ClientAuthenticationMethod, MetadataError> {
        const FIELD: &str = "token_endpoint_auth_method";
        match self.text(FIELD)?.unwrap_or(DEFAULT_METHOD) {
            "private_key_jwt" if *keys == ClientKeys::None => {
                Err(refuse("jwks", "private_key_jwt needs the public keys, here or at jwks_uri"))
            }
            "private_key_jwt" => Ok(ClientAuthenticationMethod::PrivateKeyJwt(self.assertion_algorithm()?)),
            "client_secret_basic" => self.secret_digest().map(ClientAuthenticationMethod::ClientSecretBasic),
            "client_secret_post" => self.secret_digest().map(ClientAuthenticationMethod::ClientSecretPost),
            "tls_client_auth" => self.certificate_subject(),
            "self_signed_tls_client_auth" if !keys.may_hold_certificates() => {
                Err(refuse("jwks", "self_signed_tls_client_auth needs the certificates (x5c), here or at jwks_uri"))
            }
            "self_signed_tls_client_auth" => Ok(ClientAuthenticationMethod::SelfSignedTlsClientAuth),
            "none" if *keys != ClientKeys::None => Err(refuse("jwks", "a public client has no keys")),
            "none" => Ok(ClientAuthenticationMethod::None),
            _ => Err(refuse(FIELD, METHODS)),
        }
    }

    /// The one algorithm of its assertions, where the client binds itself to one.
    fn assertion_algorithm(&self) -> Result<Option<Algorithm>, MetadataError> {
        const FIELD: &str = "token_endpoint_auth_signing_alg";
        let accepted = |name: &str| {
            let named = jose::algorithm(name).filter(|algorithm| ACCEPTED_ALGORITHMS.contains(algorithm));
            named.ok_or_else(|| refuse(FIELD, "ES256, EdDSA, Ed25519 or PS256"))
        };
        self.text(FIELD)?.map(accepted).transpose()
    }

    fn secret_digest(&self) -> Result<SecretDigest, MetadataError> {
        let digest = self.text(secret::DIGEST)?.and_then(SecretDigest::parse);
        digest.ok_or_else(|| refuse("client_secret", "it is missing"))
    }

    /// Where the client's public keys are. Never in two places: nobody could say which counts (RFC 7591, section 2).
    pub(super) fn keys(&self) -> Result<ClientKeys, MetadataError> {
        match (self.given("jwks"), self.url("jwks_uri")?) {
            (None, None) => Ok(ClientKeys::None),
            (Some(_), Some(_)) => Err(refuse("jwks_uri", "give jwks or jwks_uri, not both")),
            (None, Some(url)) => Ok(ClientKeys::Published(url)),
            (Some(jwks), None) => {
                keys::registered(jwks).map(ClientKeys::Registered).map_err(|refused| refuse("jwks", refused.reason()))
            }
        }
    }
}
