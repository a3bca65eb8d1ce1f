//! Token introspection (RFC 7662) and revocation (RFC 7009): what a client is told of a token, and which it may end.

use serde_json::{Value, json};

use super::access_token::AccessToken;
use super::client::{Client, ClientId};
use super::error::OAuthError;
use super::issuer::Issuer;
use super::parameters::Parameters;
use super::token::refresh_token::StoredRefreshToken;

/// The token that a request is about.
///
/// # Errors
/// `invalid_request` when there is none.
pub(crate) fn asked_token(form: &Parameters) -> Result<&str, OAuthError> {
    form.get("token").ok_or(OAuthError::invalid_request("it is missing").of("token"))
}

/// Introspection is for clients that prove who they are (RFC 7662, section 4).
///
/// # Errors
/// `invalid_client` for a public one.
pub(crate) fn may_ask(client: &Client) -> Result<(), OAuthError> {
    if client.is_public() { Err(OAuthError::invalid_client("public clients may not ask about tokens")) } else { Ok(()) }
}

/// Whether a token was given to this client. To others it says nothing: its subject is not for their sector.
pub(crate) fn is_of(token: &AccessToken, client: &ClientId) -> bool {
    token.claims.client_id == client.as_str()
}

/// What is said of an access token that is good (section 2.2).
pub(crate) fn active(token: &AccessToken) -> Value {
    let claims = &token.claims;
    let mut answer = json!(claims);
    answer["active"] = true.into();
    answer["token_type"] = if token.key().is_some() { "DPoP" } else { "Bearer" }.into();
    answer
}

/// What is said of a refresh token that is good: `subject` and `scope` are those of its authorization.
pub(crate) fn active_refresh(token: &StoredRefreshToken, issuer: &Issuer, subject: &str, scope: &str) -> Value {
    let mut answer = json!({
        "active": true,
        "iss": issuer.as_str(),
        "client_id": token.client_id,
        "sub": subject,
        "scope": scope,
        "exp": token.expires_at.seconds(),
    });
    if let Some(confirmation) = &token.confirmation {
        answer["cnf"] = json!(confirmation);
    }
    answer
}

/// What is said of every other: not whether it was ever one.
pub(crate) fn inactive() -> Value {
    json!({ "active": false })
}
