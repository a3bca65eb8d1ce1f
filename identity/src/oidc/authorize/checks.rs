//! The checks of an authorization request, one function each. [`super::AuthorizationRequest::check`] has their order.

use std::collections::BTreeSet;

use crate::oidc::client::Client;
use crate::oidc::dpop::KeyThumbprint;
use crate::oidc::error::{ErrorCode, OAuthError};
use crate::oidc::parameters::Parameters;
use crate::oidc::pkce::CodeChallenge;

/// Request objects (RFC 9101) were opened before; one by a URI of somebody else is never fetched.
pub(super) fn no_request_object(parameters: &Parameters) -> Result<(), OAuthError> {
    if parameters.get("request").is_some() {
        return Err(OAuthError::new(ErrorCode::RequestNotSupported, "it was not opened").of("request"));
    }
    if parameters.get("request_uri").is_some() {
        let why = "only a request_uri of our own pushed-request endpoint is taken";
        return Err(OAuthError::new(ErrorCode::RequestUriNotSupported, why).of("request_uri"));
    }
    Ok(())
}

/// Clients are registered beforehand, not inside a request.
pub(super) fn no_registration(parameters: &Parameters) -> Result<(), OAuthError> {
    match parameters.get("registration") {
        None => Ok(()),
        Some(_) => Err(OAuthError::new(ErrorCode::RegistrationNotSupported, "not taken").of("registration")),
    }
}

/// Only the code flow: no token ever travels through the browser.
pub(super) fn response_type(parameters: &Parameters) -> Result<(), OAuthError> {
    match parameters.get("response_type") {
        Some("code") => Ok(()),
        None => Err(OAuthError::invalid_request("it is missing").of("response_type")),
        Some(_) => Err(OAuthError::new(ErrorCode::UnsupportedResponseType, "it must be code").of("response_type")),
    }
}

/// Answers go into the query of the redirect URI.
pub(super) fn response_mode(parameters: &Parameters) -> Result<(), OAuthError> {
    match parameters.get("response_mode") {
        None | Some("query") => Ok(()),
        Some(_) => Err(OAuthError::invalid_request("it must be query").of("response_mode")),
    }
}

/// PKCE: required of public clients and under `fapi2`, enforced once sent by anybody.
pub(super) fn code_challenge(parameters: &Parameters, client: &Client) -> Result<Option<CodeChallenge>, OAuthError> {
    let method = parameters.get("code_challenge_method");
    match parameters.get("code_challenge") {
        Some(challenge) => CodeChallenge::parse(challenge, method).map(Some),
        None if method.is_some() => Err(OAuthError::invalid_request("it is missing").of("code_challenge")),
        None if client.needs_pkce() => {
            Err(OAuthError::invalid_request("this client must send one").of("code_challenge"))
        }
        None => Ok(None),
    }
}

/// The key that the code will be bound to.
pub(super) fn dpop_jkt(parameters: &Parameters) -> Result<Option<KeyThumbprint>, OAuthError> {
    let refused = OAuthError::invalid_request("it is not the thumbprint of a key").of("dpop_jkt");
    parameters.get("dpop_jkt").map(|text| KeyThumbprint::parse(text).ok_or(refused)).transpose()
}

/// How old a sign-in may be, in seconds.
pub(super) fn max_age(parameters: &Parameters) -> Result<Option<u32>, OAuthError> {
    let refused = OAuthError::invalid_request("it is a number of seconds").of("max_age");
    match parameters.get("max_age") {
        None => Ok(None),
        // Longer than a session can be is as good as no limit.
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => Ok(Some(digits.parse().unwrap_or(u32::MAX))),
        Some(_) => Err(refused),
    }
}

/// Whom the answer must be about, if the request says so: by a token of ours that it sends back
/// (`id_token_hint`), or by the subject itself in `claims`.
pub(super) fn subject(
    parameters: &Parameters,
    claimed: Option<BTreeSet<String>>,
    subject_of: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<BTreeSet<String>>, OAuthError> {
    let Some(hint) = parameters.get("id_token_hint") else { return Ok(claimed) };
    let refused = |why| OAuthError::invalid_request(why).of("id_token_hint");
    let hinted = subject_of(hint).ok_or(refused("it is not an id_token that we gave this client"))?;
    if claimed.is_some_and(|claimed| !claimed.contains(&hinted)) {
        return Err(refused("claims asks for somebody else"));
    }
    Ok(Some([hinted].into()))
}
