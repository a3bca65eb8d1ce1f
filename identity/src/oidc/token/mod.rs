//! The token endpoint (RFC 6749, section 3.2): a grant in, tokens out.

pub(crate) mod authorization_code;
pub(crate) mod client_credentials;
pub(crate) mod narrowing;
pub(crate) mod refresh_token;

use serde::Serialize;

use super::authorization_details::AuthorizationDetails;
use super::client::Client;
use super::dpop::KeyThumbprint;
use super::error::{ErrorCode, OAuthError};
use super::parameters::Parameters;

/// The kinds of grant that are exchanged for tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum GrantType {
    /// An authorization code.
    AuthorizationCode,
    /// A refresh token (section 6).
    RefreshToken,
    /// The client itself, with nobody signed in (section 4.4).
    ClientCredentials,
}

impl GrantType {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }

    /// The grant type with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == name)
    }

    /// Reads `grant_type`.
    ///
    /// # Errors
    /// `invalid_request` when it is missing, `unsupported_grant_type` when it is unknown, `unauthorized_client` when
    /// the client is not registered for it.
    pub fn read(form: &Parameters, client: &Client) -> Result<Self, OAuthError> {
        let refuse = |code, why| OAuthError::new(code, why).of("grant_type");
        let name = form.get("grant_type").ok_or(refuse(ErrorCode::InvalidRequest, "it is missing"))?;
        let known = "it must be authorization_code, refresh_token or client_credentials";
        let grant = Self::from_name(name).ok_or(refuse(ErrorCode::UnsupportedGrantType, known))?;
        if client.grants.contains(&grant) {
            Ok(grant)
        } else {
            Err(refuse(ErrorCode::UnauthorizedClient, "this client is not registered for it"))
        }
    }
}

/// Checks that whoever shows a code or a refresh token holds the key that it is bound to, and that a client whose
/// tokens are always bound shows a key at all (RFC 9449, sections 5 and 10).
///
/// # Errors
/// `invalid_grant`.
fn check_possession(
    client: &Client,
    bound: Option<&KeyThumbprint>,
    shown: Option<&KeyThumbprint>,
) -> Result<(), OAuthError> {
    let refuse = |why| Err(OAuthError::invalid_grant(why));
    match (bound, shown) {
        (None, None) if client.needs_dpop => refuse("tokens of this client are bound to a key: send a DPoP proof"),
        (Some(_), None) => refuse("it is bound to a key: send a DPoP proof"),
        (Some(bound), Some(shown)) if bound != shown => refuse("the DPoP proof is by another key than it is bound to"),
        _ => Ok(()),
    }
}

/// The answer of the token endpoint (RFC 6749, section 5.1). Send it with `Cache-Control: no-store`.
#[derive(Clone, Serialize)]
pub struct TokenResponse {
    /// For the userinfo endpoint, and whatever else takes it.
    pub access_token: String,
    /// How it is shown.
    pub token_type: &'static str,
    /// Seconds until it expires.
    pub expires_in: u64,
    /// What it reaches.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// What was authorized in detail (RFC 9396, section 7).
    #[serde(skip_serializing_if = "AuthorizationDetails::is_empty")]
    pub authorization_details: AuthorizationDetails,
    /// Who signed in, and how; none where nobody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// For more tokens when these have expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
}

/// Without the tokens.
impl std::fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenResponse({} …)", self.scope)
    }
}
