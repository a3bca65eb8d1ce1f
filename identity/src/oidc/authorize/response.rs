//! The answer of the authorization endpoint: always with `iss` (RFC 9207), and with `state` if it was sent.

use super::AuthorizationRequest;
use crate::oidc::error::OAuthError;
use crate::oidc::issuer::Issuer;
use crate::oidc::redirect_uri::{RedirectLocation, RedirectUri};

/// The answer with a code.
pub fn success_response(issuer: &Issuer, request: &AuthorizationRequest, code: &str) -> RedirectLocation {
    let mut parameters = vec![("code", code)];
    parameters.extend(request.state.as_deref().map(|state| ("state", state)));
    parameters.push(("iss", issuer.as_str()));
    request.redirect_uri.with_parameters(&parameters)
}

/// The answer with an error.
pub fn error_response(
    issuer: &Issuer,
    redirect_uri: &RedirectUri,
    state: Option<&str>,
    error: &OAuthError,
) -> RedirectLocation {
    let description = error.described();
    let mut parameters = vec![("error", error.code.as_str()), ("error_description", description.as_str())];
    parameters.extend(state.map(|state| ("state", state)));
    parameters.push(("iss", issuer.as_str()));
    redirect_uri.with_parameters(&parameters)
}
