//! Client authentication at the endpoints that clients call themselves: `private_key_jwt` (RFC 7523; OpenID
//! Connect Core, section 9), or none for public clients.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;
use store::Timestamp;

use super::client::{Client, ClientAuthenticationMethod, ClientId};
use super::error::OAuthError;
use super::issuer::{Endpoint, Issuer};
use super::lifetimes;
use super::parameters::Parameters;
use crate::jose::{self, NumericDate, TimeRefusal, Times, Tolerance};

/// The only `client_assertion_type` (RFC 7523, section 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A request that a client makes itself, at the pushed-request, token or userinfo endpoint.
#[derive(Clone, Default)]
pub struct EndpointRequest {
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The parameters of the form body.
    pub form: Parameters,
}

/// Neither the header nor the values of the form.
impl std::fmt::Debug for EndpointRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EndpointRequest").field("form", &self.form).finish_non_exhaustive()
    }
}

/// What a client shows of itself, not yet believed.
#[derive(Clone, PartialEq, Eq)]
pub enum ClientCredentials {
    /// A signed assertion by a client that says it is this one.
    Assertion {
        /// Who it says it is.
        client_id: ClientId,
        /// The signed token.
        assertion: String,
    },
    /// Only a name.
    Public(ClientId),
}

impl ClientCredentials {
    /// Reads them from a request.
    ///
    /// # Errors
    /// `invalid_client`: nothing, a secret, or an assertion that does not say who it is from;
    /// `invalid_request`: a `client_id` that is not the assertion's.
    pub fn read(request: &EndpointRequest) -> Result<Self, OAuthError> {
        let form = &request.form;
        if request.authorization.is_some() {
            return Err(OAuthError::invalid_client("client secrets are not accepted; sign an assertion").after_basic());
        }
        if form.get("client_secret").is_some() {
            let why = "client secrets are not accepted; sign an assertion";
            return Err(OAuthError::invalid_client(why).of("client_secret"));
        }
        let named = form.get("client_id").and_then(ClientId::parse);
        match (form.get("client_assertion_type"), form.get("client_assertion")) {
            (None, None) => named.map(Self::Public).ok_or(OAuthError::invalid_client("no client authentication")),
            (Some(JWT_BEARER), Some(assertion)) => {
                let client_id = claimed_subject(assertion)
                    .ok_or(OAuthError::invalid_client("it does not say whom it is about").of("client_assertion"))?;
                if form.get("client_id").is_some() && named.as_ref() != Some(&client_id) {
                    return Err(OAuthError::invalid_client("it is not the sub of the assertion").of("client_id"));
                }
                Ok(Self::Assertion { client_id, assertion: assertion.to_owned() })
            }
            (Some(JWT_BEARER), None) => Err(OAuthError::invalid_client("it is missing").of("client_assertion")),
            _ => Err(OAuthError::invalid_client("it must be jwt-bearer").of("client_assertion_type")),
        }
    }

    /// Who the client says it is.
    pub fn client_id(&self) -> &ClientId {
        match self {
            Self::Assertion { client_id, .. } | Self::Public(client_id) => client_id,
        }
    }

    /// Believes them, or not.
    ///
    /// # Errors
    /// `invalid_client`, with the reason.
    pub fn verify(&self, client: &Client, issuer: &Issuer, now: Timestamp) -> Result<Proof, OAuthError> {
        match (&client.authentication, self) {
            (ClientAuthenticationMethod::PrivateKeyJwt(keys), Self::Assertion { assertion, .. }) => {
                verify_assertion(assertion, client, &keys.keys, issuer, now).map(Proof::Assertion)
            }
            (ClientAuthenticationMethod::None, Self::Public(_)) => Ok(Proof::Public),
            (ClientAuthenticationMethod::PrivateKeyJwt(_), Self::Public(_)) => {
                Err(OAuthError::invalid_client("this client authenticates with private_key_jwt"))
            }
            (ClientAuthenticationMethod::None, Self::Assertion { .. }) => {
                Err(OAuthError::invalid_client("this client is public and does not authenticate"))
            }
        }
    }
}

/// What authentication leaves to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The assertion holds if it was never seen before: its id must be recorded in the same transaction.
    Assertion(AssertionId),
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
}

#[derive(Deserialize)]
struct AssertionClaims {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Audience>,
    jti: Option<String>,
    #[serde(flatten)]
    times: Times,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    /// The `oidc` profile takes the issuer or the token endpoint, alone or in a list.
    fn is_us(&self, issuer: &Issuer) -> bool {
        let token_endpoint = issuer.endpoint(Endpoint::Token);
        let us = |audience: &String| *audience == issuer.as_str() || *audience == token_endpoint;
        match self {
            Self::One(audience) => us(audience),
            Self::Several(audiences) => audiences.iter().any(us),
        }
    }
}

fn verify_assertion(
    assertion: &str,
    client: &Client,
    keys: &[jose::Jwk],
    issuer: &Issuer,
    now: Timestamp,
) -> Result<AssertionId, OAuthError> {
    let refuse = |why| OAuthError::invalid_client(why).of("client_assertion");
    let verified = jose::verify::<AssertionClaims>(assertion, keys, jose::ACCEPTED_ALGORITHMS).map_err(|error| {
        refuse(match error {
            jose::JwsError::Algorithm => "its algorithm is not ES256, EdDSA or PS256",
            jose::JwsError::NoKey | jose::JwsError::Signature => "no registered key made its signature",
            _ => "it is not a signed token of the expected shape",
        })
    })?;
    let claims = verified.claims;
    let is_client = |claim: &Option<String>| claim.as_deref() == Some(client.id.as_str());
    if !is_client(&claims.iss) || !is_client(&claims.sub) {
        return Err(refuse("iss and sub must be the client_id"));
    }
    if !claims.aud.is_some_and(|audience| audience.is_us(issuer)) {
        return Err(refuse("aud must be the issuer or the token endpoint"));
    }
    let tolerance = Tolerance { ahead: lifetimes::CLOCK_AHEAD, lifetime: lifetimes::ASSERTION };
    claims.times.check(now, &tolerance).map_err(|refused| refuse(time_refusal(refused)))?;
    let jti = claims.jti.filter(|jti| (1..=255).contains(&jti.len())).ok_or(refuse("jti must have 1 to 255 bytes"))?;
    let until = claims.times.exp.map_or(now, NumericDate::timestamp);
    Ok(AssertionId { jti, until })
}

fn time_refusal(refused: TimeRefusal) -> &'static str {
    match refused {
        TimeRefusal::ExpiryMissing => "exp is missing",
        TimeRefusal::Expired => "it has expired",
        TimeRefusal::ExpiryTooFar => "exp is more than ten minutes ahead",
        TimeRefusal::NotYetValid => "nbf is in the future",
        TimeRefusal::IssuedInFuture => "iat is in the future",
    }
}

/// The `sub` of a token whose signature nobody has looked at: enough to know whose keys to check it with.
fn claimed_subject(assertion: &str) -> Option<ClientId> {
    let payload = URL_SAFE_NO_PAD.decode(assertion.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    ClientId::parse(claims.get("sub")?.as_str()?)
}

#[cfg(test)]
mod tests;
