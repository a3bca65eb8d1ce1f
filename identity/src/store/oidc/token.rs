//! The token endpoint: one file a grant, and one that signs what a grant gives.

mod authorization_code;
mod issue;

use ::store::Timestamp;

use super::authentication::Caller;
use crate::oidc::{self, Endpoint, EndpointRequest, GrantType, TokenResponse};
use crate::store::Identity;

impl Identity {
    /// Exchanges a grant for tokens.
    ///
    /// # Errors
    /// Refusals of client authentication; `invalid_grant`, `invalid_request`, `unsupported_grant_type`.
    pub fn token(&self, request: &EndpointRequest, now: Timestamp) -> Result<TokenResponse, oidc::Error> {
        let caller = self.authenticate(request, Endpoint::Token, now)?;
        match GrantType::read(&request.form) {
            Ok(GrantType::AuthorizationCode) => self.redeem_code(&request.form, caller, now),
            Err(error) => self.refuse_token(caller, error),
        }
    }

    /// Refuses, after using up what the client showed.
    fn refuse_token(&self, caller: Caller, error: oidc::OAuthError) -> Result<TokenResponse, oidc::Error> {
        Err(self.refuse_after(caller.once, error)?.into())
    }
}
