//! The token endpoint: one file a grant, and one that signs what a grant gives.

mod authorization_code;
mod client_credentials;
mod issue;
mod refresh_token;

use ::store::{Timestamp, wait};

use super::authentication::Caller;
use crate::audit::{Act, Actor, Record};
use crate::oidc::client::{Client, ClientId};
use crate::oidc::{self, Endpoint, EndpointRequest, GrantType, Parameters, TokenResponse};
use crate::store::Identity;

impl Identity {
    /// Exchanges a grant for tokens.
    ///
    /// # Errors
    /// Refusals of client authentication; `invalid_grant`, `invalid_request`, `invalid_scope`, `unauthorized_client`,
    /// `unsupported_grant_type`.
    pub fn token(&self, request: &EndpointRequest, now: Timestamp) -> Result<TokenResponse, oidc::Error> {
        wait(self.token_soon(request, now))
    }

    /// The same for whoever can do something else until what the tokens stand on is on disk.
    ///
    /// # Errors
    /// As [`Identity::token`].
    pub async fn token_soon(&self, request: &EndpointRequest, now: Timestamp) -> Result<TokenResponse, oidc::Error> {
        let caller = self.authenticate(request, Endpoint::Token, now)?;
        match GrantType::read(&request.form, &caller.client.client) {
            Ok(GrantType::AuthorizationCode) => self.redeem_code(&request.form, caller, now).await,
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

/// Whether answering takes long even if the commit is waited for elsewhere: what is to be refreshed is held still while
/// it is looked at, RSA signs slowly, and keys to encrypt to may have to be fetched.
pub(super) fn takes_long(form: &Parameters, client: &Client) -> bool {
    match form.get("grant_type").and_then(GrantType::from_name) {
        Some(GrantType::AuthorizationCode) => {
            client.id_token_algorithm.is_slow_to_make() || client.id_token_encryption.is_some()
        }
        Some(GrantType::RefreshToken) => true,
        Some(GrantType::ClientCredentials) | None => false,
    }
}

/// The record that a client showed a second time what is good once.
fn reuse_record(act: Act, client: &ClientId, at: Timestamp) -> Record {
    let actor = Actor::Client(client.to_string());
    Record { at, actor, act, subject: format!("client:{client}"), detail: String::new() }
}
