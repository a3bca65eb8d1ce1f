//! Client authentication: whose request this is, what it proved, and what of it is good once.

use std::borrow::Cow;

use ::store::{State, Timestamp};

use super::clients::RegisteredClient;
use super::once::Once;
use super::token;
use crate::Error;
use crate::jose;
use crate::oidc::client::{Client, ClientAuthenticationMethod};
use crate::oidc::dpop::{self, Purpose};
use crate::oidc::{
    self, CertificateThumbprint, ClientCredentials, Endpoint, EndpointRequest, KeyThumbprint, OAuthError, Proof,
};
use crate::store::Identity;

/// Who calls, as far as it is proven.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// The state of the database in which it is registered.
    pub(super) state: Option<State>,
    pub(super) client: RegisteredClient,
    /// The key that it proved to have (RFC 9449).
    pub(super) key: Option<KeyThumbprint>,
    /// The certificate that its tokens are bound to (RFC 8705, section 3), if they are.
    pub(super) certificate: Option<CertificateThumbprint>,
    /// What it showed that is good once and memory does not remember: use it up in the transaction that acts on it.
    pub(super) once: Vec<Once>,
}

const CERTIFICATE_NEEDED: OAuthError =
    OAuthError::invalid_request("tokens of this client are bound to its certificate: call the mtls_endpoint_aliases");
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
        // Making an installation's first keys takes waiting, which must be known before anything is used up.
        self.key_ring(now)?;
        let credentials = ClientCredentials::read(request)?;
        let unknown = OAuthError::invalid_client("there is no such client").of("client_id");
        let state = self.db().state()?;
        let registered = self.registered(state, credentials.client_id())?;
        let registered = registered.ok_or_else(|| credentials.challenged(unknown))?;
        let client = &*registered.client;
        if endpoint == Endpoint::Token && token::takes_long(&request.form, client) {
            self.may_wait()?;
        }
        let issuer = self.issuer();
        let client_keys = self.keys_for(&credentials, client, now)?;
        let shown = request.certificate.as_deref();
        let assertion = match credentials.verify(client, &client_keys, shown, &issuer, self.keys(), now)? {
            Proof::Public | Proof::Secret | Proof::Certificate => Vec::new(),
            Proof::Assertion(id) => vec![Once::assertion(self.keys(), &client.id, &id)],
        };
        let url = self.called(endpoint, request);
        let purpose = Purpose { url: &url, access_token: None, needs_nonce: client.needs_dpop_nonce };
        let proof = dpop::check(request, &purpose, self.keys(), now);
        let shown_once = proof.iter().flatten().map(|proof| Once::proof(self.keys(), proof)).collect::<Vec<_>>();
        self.must_be_remembered_at_once(assertion.iter().chain(&shown_once), now)?;
        let mut once = self.use_up_in_memory(assertion, now)?;
        let certificate = shown.filter(|_| client.is_certificate_bound).map(|shown| shown.thumbprint().clone());
        if endpoint == Endpoint::Token && client.is_certificate_bound && certificate.is_none() {
            return Err(self.refuse_after(once, CERTIFICATE_NEEDED)?.into());
        }
        let key = match proof {
            Ok(proof) => proof.map(|proof| proof.key),
            Err(error) => return Err(self.refuse_after(once, error)?.into()),
        };
        once.extend(self.use_up_in_memory(shown_once, now)?);
        Ok(Caller { state, client: registered, key, certificate, once })
    }

    /// The public keys that these credentials are checked with, if it takes any.
    fn keys_for<'c>(
        &self,
        credentials: &ClientCredentials,
        client: &'c Client,
        now: Timestamp,
    ) -> Result<Cow<'c, [jose::Jwk]>, oidc::Error> {
        let kid = match (credentials, &client.authentication) {
            (ClientCredentials::Assertion { assertion, .. }, _) => jose::key_named_in(assertion),
            (ClientCredentials::Name(_), ClientAuthenticationMethod::SelfSignedTlsClientAuth) => None,
            _ => return Ok(Cow::default()),
        };
        Ok(self.client_keys(client, kid.as_deref(), now)?.ok_or(NO_KEYS)?)
    }

    /// The URL of this endpoint at the listener that was called.
    pub(super) fn called(&self, endpoint: Endpoint, request: &EndpointRequest) -> String {
        self.called_at(endpoint.path(), request)
    }

    /// The same of anything else with this path.
    pub(super) fn called_at(&self, path: &str, request: &EndpointRequest) -> String {
        let mutual_tls = self.mutual_tls().filter(|_| request.certificate.is_some());
        mutual_tls.unwrap_or_else(|| self.issuer()).below(path)
    }

    /// The refusal of a client that did authenticate: what it showed is used up all the same.
    pub(super) fn refuse_after(&self, once: Vec<Once>, error: OAuthError) -> Result<OAuthError, Error> {
        Ok(self.use_up_alone(once)?.err().unwrap_or(error))
    }
}
