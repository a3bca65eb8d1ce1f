//! The token endpoint: one file a grant, and one that signs what a grant gives.

mod authorization_code;
mod client_credentials;
mod issue;
mod refresh_token;

use ::store::Timestamp;

use super::authentication::Caller;
use crate::audit::{Act, Actor, Record};
use crate::oidc::client::ClientId;
use crate::oidc::{self, Endpoint, EndpointRequest, GrantType, TokenResponse};
use crate::store::Identity;

impl Identity {
    /// Exchanges a grant for tokens.
    ///
    /// # Errors
    /// Refusals of client authentication; `invalid_grant`, `invalid_request`, `invalid_scope`, `unauthorized_client`,
    /// `unsupported_grant_type`.
    pub fn token(&self, request: &EndpointRequest, now: Timestamp) -> Result<TokenResponse, oidc::Error> {
        if !client_credentials::is_asked_for(&request.form) {
            // What stands on a resident's authorization is written down before it is given.
            self.may_wait()?;
        }
        let caller = self.authenticate(request, Endpoint::Token, now)?;
        match GrantType::read(&request.form, &caller.client.client) {
            Ok(GrantType::AuthorizationCode) => self.redeem_code(&request.form, caller, now),
            Ok(GrantType::RefreshToken) => self.refresh(&request.form, caller, now),
            Ok(GrantType::ClientCredentials) => self.client_credentials(&request.form, caller, now),
            Err(error) => self.refuse_token(caller, error),
        }
    }

    /// Refuses, after using up what the client showed.
    fn refuse_token(&self, caller: Caller, error: oidc::OAuthError) -> Result<TokenResponse, oidc::Error> {
        Err(self.refuse_after(caller.once, error)?.into())
    }
}

/// The record that a client showed a second time what is good once.
fn reuse_record(act: Act, client: &ClientId, at: Timestamp) -> Record {
    let actor = Actor::Client(client.to_string());
    Record { at, actor, act, subject: format!("client:{client}"), detail: String::new() }
}
