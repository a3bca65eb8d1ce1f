//! The token endpoint (RFC 6749, section 3.2): a grant in, tokens out.

pub(crate) mod authorization_code;

use serde::Serialize;

use super::error::{ErrorCode, OAuthError};
use super::parameters::Parameters;

/// The kinds of grant that are exchanged for tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GrantType {
    /// An authorization code.
    AuthorizationCode,
}

impl GrantType {
    /// Reads `grant_type`.
    ///
    /// # Errors
    /// `invalid_request` when it is missing, `unsupported_grant_type` when it is another.
    pub fn read(form: &Parameters) -> Result<Self, OAuthError> {
        match form.get("grant_type") {
            Some("authorization_code") => Ok(Self::AuthorizationCode),
            None => Err(OAuthError::invalid_request("it is missing").of("grant_type")),
            Some(_) => {
                let why = "it must be authorization_code";
                Err(OAuthError::new(ErrorCode::UnsupportedGrantType, why).of("grant_type"))
            }
        }
    }
}

/// The answer of the token endpoint (RFC 6749, section 5.1). Send it with `Cache-Control: no-store`.
#[derive(Clone, Serialize)]
pub struct TokenResponse {
    /// For the userinfo endpoint.
    pub access_token: String,
    /// How it is shown.
    pub token_type: &'static str,
    /// Seconds until it expires.
    pub expires_in: u64,
    /// What it reaches.
    pub scope: String,
    /// Who signed in, and how.
    pub id_token: String,
}

/// Without the tokens.
impl std::fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenResponse({} …)", self.scope)
    }
}
