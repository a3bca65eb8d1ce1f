//! Pushed authorization requests (RFC 9126): the client hands over the request itself, authenticated, and the
//! browser only carries a reference to it.

use serde::Serialize;

use super::authorize::{AuthorizationRequest, PageError, identify};
use super::client::Client;
use super::dpop::KeyThumbprint;
use super::error::OAuthError;
use super::parameters::Parameters;
use crate::keys::Purpose;
use crate::secret::secret;

/// What our own request URIs begin with (RFC 9126, section 2.2).
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

secret! {
    /// The random part of a request URI.
    pub(crate) struct RequestReference: Purpose::Token;
}

impl RequestReference {
    /// The `request_uri` that it makes.
    pub(crate) fn to_request_uri(&self) -> String {
        format!("{PREFIX}{}", self.expose())
    }

    /// Reads a `request_uri`: `None` when it is not one of ours in form.
    pub(crate) fn from_request_uri(request_uri: &str) -> Option<Self> {
        Self::parse(request_uri.strip_prefix(PREFIX)?)
    }
}

/// Whether a `request_uri` claims to be ours: then it is looked up, and never fetched from anywhere.
pub(crate) fn is_ours(request_uri: &str) -> bool {
    request_uri.starts_with(PREFIX)
}

/// The answer of the pushed-request endpoint: send it with status 201 and `Cache-Control: no-store`.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct PushedResponse {
    /// The reference for the browser to carry.
    pub request_uri: String,
    /// Seconds until it is too late to begin.
    pub expires_in: u64,
}

impl std::fmt::Debug for PushedResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PushedResponse(…)")
    }
}

/// Checks a pushed request that came with a proof of possession of `key`, or with none. Here nothing is redirected, so a bad redirect URI is an error like any other.
///
/// # Errors
/// The first check that fails.
pub(crate) fn check(
    parameters: &Parameters,
    client: &Client,
    key: Option<&KeyThumbprint>,
    subject_of: &dyn Fn(&str) -> Option<String>,
) -> Result<AuthorizationRequest, OAuthError> {
    if parameters.get("request_uri").is_some() {
        return Err(OAuthError::invalid_request("it has no place in a pushed request").of("request_uri"));
    }
    let redirect_uri = identify(parameters, client).map_err(|_: PageError| {
        OAuthError::invalid_request("it is missing, given twice, or not registered").of("redirect_uri")
    })?;
    let mut request = AuthorizationRequest::check(parameters, client, redirect_uri, subject_of)?;
    // RFC 9449, section 10.1: the proof says the same as `dpop_jkt`, or stands in for it.
    match (&request.dpop_jkt, key) {
        (Some(asked), Some(key)) if asked != key => {
            return Err(OAuthError::invalid_request("it is not the key of the DPoP proof").of("dpop_jkt"));
        }
        (None, key) => request.dpop_jkt = key.cloned(),
        _ => {}
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_uri_is_recognised_by_its_form() {
        let reference = RequestReference::new([7; 32]);
        let uri = reference.to_request_uri();
        assert_eq!(RequestReference::from_request_uri(&uri).map(|r| r.expose()), Some(reference.expose()));
        assert!(is_ours(&uri) && is_ours("urn:ietf:params:oauth:request_uri:x"));
        for other in ["https://rp.example/request.jwt", "", "urn:other:x", &uri[..uri.len() - 1]] {
            assert!(RequestReference::from_request_uri(other).is_none(), "{other}");
        }
    }
}
