//! Client authentication: whose request this is, what it proved, and what of it is good once.

use std::borrow::Cow;

use ::store::Timestamp;

use super::once::{self, Once};
use crate::Error;
use crate::jose;
use crate::oidc::client::Client;
use crate::oidc::dpop::{self, Purpose};
use crate::oidc::{self, ClientCredentials, Endpoint, EndpointRequest, KeyThumbprint, OAuthError, Proof};
use crate::store::Identity;

/// Who calls, as far as it is proven.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) client: Client,
    /// The key that it proved to have (RFC 9449).
    pub(super) key: Option<KeyThumbprint>,
    /// What it showed that is good once: use it up in the transaction that acts on it.
    pub(super) once: Vec<Once>,
}

const NO_KEYS: OAuthError = OAuthError::invalid_client("its keys cannot be fetched from its jwks_uri");

impl Identity {
    /// Finds out which client calls this endpoint, and with which key.
    pub(super) fn authenticate(
        &self,
        request: &EndpointRequest,
        endpoint: Endpoint,
        now: Timestamp,
    ) -> Result<Caller, oidc::Error> {
        request.form.refuse_duplicates()?;
        let credentials = ClientCredentials::read(request)?;
        let unknown = OAuthError::invalid_client("there is no such client").of("client_id");
        let client = self.client(credentials.client_id())?.ok_or_else(|| credentials.challenged(unknown))?;
        let issuer = self.issuer();
        let client_keys = match &credentials {
            ClientCredentials::Assertion { assertion, .. } => {
                self.client_keys(&client, jose::key_named_in(assertion).as_deref(), now).ok_or(NO_KEYS)?
            }
            _ => Cow::default(),
        };
        let mut once = match credentials.verify(&client, &client_keys, &issuer, self.keys(), now)? {
            Proof::Public | Proof::Secret => Vec::new(),
            Proof::Assertion(id) => vec![Once::assertion(self.keys(), &client.id, &id)],
        };
        let purpose =
            Purpose { url: &issuer.endpoint(endpoint), access_token: None, needs_nonce: client.needs_dpop_nonce };
        let proof = match dpop::check(request, &purpose, self.keys(), now) {
            Ok(proof) => proof,
            Err(error) => return Err(self.refuse_after(once, error)?.into()),
        };
        once.extend(proof.as_ref().map(|proof| Once::proof(self.keys(), proof)));
        Ok(Caller { client, key: proof.map(|proof| proof.key), once })
    }

    /// The refusal of a client that did authenticate: what it showed is used up all the same.
    pub(super) fn refuse_after(&self, once: Vec<Once>, error: OAuthError) -> Result<OAuthError, Error> {
        let used = self.db().write(move |conn| once::use_up(conn, &once))?;
        Ok(used.err().unwrap_or(error))
    }
}
