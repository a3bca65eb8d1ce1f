//! What the OpenID provider keeps, and its methods on [`crate::Identity`].

mod access_tokens;
mod authentication;
mod authorization;
mod claim_values;
mod client_keys;
mod client_stop;
mod clients;
mod codes;
mod expiry;
pub(super) mod grants;
mod interactions;
mod introspection;
mod logout;
mod logout_notices;
mod machine;
pub(super) mod memory;
mod once;
mod pushed_requests;
mod refresh_tokens;
mod replay;
pub(super) mod schema;
pub(super) mod session_clients;
mod shown_tokens;
mod subjects;
mod token;
mod userinfo;

use std::sync::Arc;

use serde_json::Value;

use super::Identity;
use crate::Error;
use crate::authenticator::SignInMethod;
use crate::jose::JwkSet;
use crate::oidc::{self, Issuer};

use self::access_tokens::Standing;
use self::authorization::Before;
use self::client_keys::PublishedKeysOfClients;
use self::clients::{ParsedClient, RegisteredClient};
use super::remembered::{AsRead, Recent};
use crate::oidc::access_token::{AccessToken, AccessTokenId};
use crate::oidc::client::ClientId;
use crate::resident::ResidentId;

/// What the OpenID provider need not read, parse or verify again.
#[derive(Default)]
pub(super) struct Remembered {
    published_keys: PublishedKeysOfClients,
    clients: AsRead<ClientId, RegisteredClient>,
    parsed_clients: Recent<ClientId, Arc<ParsedClient>>,
    /// Access tokens of ours whose signature holds, by digest.
    access_tokens: Recent<[u8; 32], Arc<AccessToken>>,
    standings: AsRead<AccessTokenId, Standing>,
    /// Signing keys that are there, by `kid`.
    signing_keys: AsRead<String, ()>,
    /// Who residents are to clients that they agreed to something for.
    agreed_before: AsRead<(ResidentId, ClientId), Before>,
}

impl Identity {
    /// The issuer, from the settings.
    pub fn issuer(&self) -> Issuer {
        Issuer::new(&self.settings().issuer)
    }

    /// Where the endpoints are for clients that show a certificate (RFC 8705, section 5), if they are offered.
    pub(crate) fn mutual_tls(&self) -> Option<Issuer> {
        self.settings().mutual_tls_url.as_ref().map(Issuer::new)
    }

    /// Whether residents may sign in so here at all.
    fn offers(&self, method: SignInMethod) -> bool {
        method != SignInMethod::Password || self.settings().password_sign_in
    }

    /// The document at `/.well-known/openid-configuration`.
    pub fn discovery(&self) -> Value {
        let offered: Vec<_> = SignInMethod::ALL.into_iter().filter(|method| self.offers(*method)).collect();
        oidc::discovery(&self.issuer(), self.mutual_tls().as_ref(), &offered)
    }

    /// The same as text, put together once.
    pub fn discovery_document(&self) -> &str {
        self.0.discovery.get_or_init(|| self.discovery().to_string())
    }

    /// A nonce for the `DPoP-Nonce` header of an answer (RFC 9449, section 8).
    pub fn dpop_nonce(&self, now: ::store::Timestamp) -> String {
        oidc::dpop::make_nonce(self.keys(), now)
    }

    /// The public keys at `/oauth/jwks`: those that sign, the next ones, and those whose tokens still live.
    pub fn jwks(&self, now: ::store::Timestamp) -> Result<JwkSet, Error> {
        Ok(self.whole_key_ring(now)?.jwks().clone())
    }

    /// The same as text.
    pub fn jwks_document(&self, now: ::store::Timestamp) -> Result<String, Error> {
        Ok(self.whole_key_ring(now)?.jwks_document().to_owned())
    }
}

#[cfg(test)]
mod tests;
