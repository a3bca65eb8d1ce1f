//! Client authentication at the endpoints that clients call themselves: `private_key_jwt`, `client_secret_basic`,
//! `client_secret_post` (OpenID Connect Core, section 9), `tls_client_auth`, `self_signed_tls_client_auth` (RFC 8705),
//! or none for public clients.

mod assertion;
mod basic;
mod certificate;

use std::sync::Arc;

use store::Timestamp;

use super::certificate::ClientCertificate;
use super::client::{Client, ClientAuthenticationMethod, ClientId, ClientSecret};
use super::error::OAuthError;
use super::issuer::Issuer;
use super::parameters::Parameters;
use crate::IdentityKeys;
use crate::jose::{self, Jwk};

/// The only `client_assertion_type` (RFC 7523, section 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A request that a client makes itself, at the pushed-request, token or userinfo endpoint.
#[derive(Clone, Default)]
pub struct EndpointRequest {
    /// How it was made.
    pub method: Method,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The values of the `DPoP` headers (RFC 9449, section 4.1); a good request has one at most.
    pub dpop: Vec<String>,
    /// The certificate of the connection, at the listener that asks for one. Calls to it mean the endpoints there.
    pub certificate: Option<Arc<ClientCertificate>>,
    /// The parameters of the form body.
    pub form: Parameters,
}

/// The method of a request that a client makes itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Method {
    /// POST, with a form.
    #[default]
    Post,
    /// GET, as at the userinfo endpoint.
    Get,
}

impl Method {
    /// As HTTP writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Get => "GET",
        }
    }
}

/// Neither the headers nor the values of the form.
impl std::fmt::Debug for EndpointRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EndpointRequest").field("form", &self.form).finish_non_exhaustive()
    }
}

/// What a client shows of itself, not yet believed.
#[derive(Clone)]
pub enum ClientCredentials {
    /// A signed assertion by a client that says it is this one.
    Assertion {
        /// Who it says it is.
        client_id: ClientId,
        /// The signed token.
        assertion: String,
    },
    /// A secret.
    Secret {
        /// Who it says it is.
        client_id: ClientId,
        /// What it knows.
        secret: ClientSecret,
        /// Where it was shown.
        place: SecretPlace,
    },
    /// Only a name: the client is public, or its certificate says the rest.
    Name(ClientId),
}

/// Where a client shows its secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretPlace {
    /// In the `Authorization` header, scheme Basic.
    Header,
    /// In the form.
    Body,
}

impl ClientCredentials {
    /// Reads them from a request.
    ///
    /// # Errors
    /// `invalid_client`: nothing, or something that does not say who it is from, or is of somebody else than
    /// `client_id`; `invalid_request`: two ways of authentication at once (RFC 6749, section 2.3).
    pub fn read(request: &EndpointRequest) -> Result<Self, OAuthError> {
        let form = &request.form;
        let in_form = |name| form.get(name).is_some();
        let ways = [request.authorization.is_some(), in_form("client_secret"), in_form("client_assertion")];
        if ways.iter().filter(|shown| **shown).count() > 1 {
            return Err(OAuthError::invalid_request("a client authenticates in one way only"));
        }
        let credentials = match &request.authorization {
            Some(header) => Self::from_header(header)?,
            None if in_form("client_secret") => Self::posted_secret(form)?,
            None => Self::assertion_or_name(form)?,
        };
        let named = form.get("client_id");
        if named.is_some_and(|named| named != credentials.client_id().as_str()) {
            let error = OAuthError::invalid_client("somebody else authenticates").of("client_id");
            return Err(credentials.challenged(error));
        }
        Ok(credentials)
    }

    fn from_header(header: &str) -> Result<Self, OAuthError> {
        let refused = OAuthError::invalid_client("the Authorization header holds no client and secret").after_basic();
        let (client_id, secret) = basic::read(header).ok_or(refused)?;
        Ok(Self::Secret { client_id, secret, place: SecretPlace::Header })
    }

    fn posted_secret(form: &Parameters) -> Result<Self, OAuthError> {
        let client_id = form.get("client_id").and_then(ClientId::parse);
        let client_id = client_id.ok_or(OAuthError::invalid_client("it is missing").of("client_id"))?;
        let secret = form.get("client_secret").and_then(ClientSecret::parse);
        let secret = secret.ok_or(WRONG_SECRET.of("client_secret"))?;
        Ok(Self::Secret { client_id, secret, place: SecretPlace::Body })
    }

    fn assertion_or_name(form: &Parameters) -> Result<Self, OAuthError> {
        match (form.get("client_assertion_type"), form.get("client_assertion")) {
            (None, None) => {
                let named = form.get("client_id").and_then(ClientId::parse);
                named.map(Self::Name).ok_or(OAuthError::invalid_client("no client authentication"))
            }
            (Some(JWT_BEARER), Some(assertion)) => {
                let client_id = assertion::claimed_subject(assertion)
                    .ok_or(OAuthError::invalid_client("it does not say whom it is about").of("client_assertion"))?;
                Ok(Self::Assertion { client_id, assertion: assertion.to_owned() })
            }
            (Some(JWT_BEARER), None) => Err(OAuthError::invalid_client("it is missing").of("client_assertion")),
            _ => Err(OAuthError::invalid_client("it must be jwt-bearer").of("client_assertion_type")),
        }
    }

    /// Who the client says it is.
    pub fn client_id(&self) -> &ClientId {
        match self {
            Self::Assertion { client_id, .. } | Self::Secret { client_id, .. } | Self::Name(client_id) => client_id,
        }
    }

    /// Believes them, or not. `client_keys` are the client's public keys: its assertions are by one of them, and its
    /// self-signed certificates are among them. `shown` is the certificate of the connection.
    ///
    /// # Errors
    /// `invalid_client`, with the reason.
    pub fn verify(
        &self,
        client: &Client,
        client_keys: &[Jwk],
        shown: Option<&ClientCertificate>,
        issuer: &Issuer,
        keys: &IdentityKeys,
        now: Timestamp,
    ) -> Result<Proof, OAuthError> {
        use ClientAuthenticationMethod as Method;
        match (&client.authentication, self) {
            (Method::PrivateKeyJwt(algorithm), Self::Assertion { assertion, .. }) => {
                let algorithms = algorithm.as_ref().map_or(jose::ACCEPTED_ALGORITHMS, std::slice::from_ref);
                assertion::verify(assertion, client, client_keys, algorithms, issuer, now).map(Proof::Assertion)
            }
            (Method::ClientSecretBasic(digest), Self::Secret { secret, place: SecretPlace::Header, .. })
            | (Method::ClientSecretPost(digest), Self::Secret { secret, place: SecretPlace::Body, .. }) => {
                if digest.is_of(secret, &client.id, keys) {
                    Ok(Proof::Secret)
                } else {
                    Err(self.challenged(WRONG_SECRET))
                }
            }
            (Method::TlsClientAuth(subject), Self::Name(_)) => {
                certificate::verify_subject(shown, subject).map(|()| Proof::Certificate)
            }
            (Method::SelfSignedTlsClientAuth, Self::Name(_)) => {
                certificate::verify_registered(shown, client_keys).map(|()| Proof::Certificate)
            }
            (Method::None, Self::Name(_)) => Ok(Proof::Public),
            (registered, _) => Err(self.challenged(OAuthError::invalid_client(expected(registered)))),
        }
    }

    /// The error, with a challenge when the client tried HTTP Basic.
    pub(crate) fn challenged(&self, error: OAuthError) -> OAuthError {
        match self {
            Self::Secret { place: SecretPlace::Header, .. } => error.after_basic(),
            _ => error,
        }
    }
}

/// Only who, never what is shown.
impl std::fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ClientCredentials({})", self.client_id())
    }
}

const WRONG_SECRET: OAuthError = OAuthError::invalid_client("the secret is not this client's");

/// What to tell a client that authenticates in another way than it registered.
const fn expected(registered: &ClientAuthenticationMethod) -> &'static str {
    match registered {
        ClientAuthenticationMethod::PrivateKeyJwt(_) => "this client authenticates with private_key_jwt",
        ClientAuthenticationMethod::ClientSecretBasic(_) => "this client authenticates with client_secret_basic",
        ClientAuthenticationMethod::ClientSecretPost(_) => "this client authenticates with client_secret_post",
        ClientAuthenticationMethod::TlsClientAuth(_) | ClientAuthenticationMethod::SelfSignedTlsClientAuth => {
            "this client authenticates with its certificate"
        }
        ClientAuthenticationMethod::None => "this client is public and does not authenticate",
    }
}

/// What authentication leaves to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The assertion holds if it was never seen before: its id must be recorded in the same transaction.
    Assertion(AssertionId),
    /// The client knows its secret; nothing is left to be done.
    Secret,
    /// The connection's certificate is the client's; nothing is left to be done.
    Certificate,
    /// Nothing was proven: the client is public.
    Public,
}

/// The id of an assertion (`jti`), which may be used once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssertionId {
    /// The id, within its client.
    pub jti: String,
    /// It must be remembered until then; afterwards the assertion has expired.
    pub until: Timestamp,
    /// When it says that it was signed, if it does, in whole seconds.
    pub signed_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests;
