//! Programs that act for themselves at an API of ours: known by an access token that they got in their own name.

use ::store::Timestamp;

use super::access_tokens::Standing;
use crate::oidc::client::ClientId;
use crate::oidc::{self, EndpointRequest, ErrorCode, OAuthError, Scheme, access_token, shown_token};
use crate::store::Identity;

impl Identity {
    /// The client that shows a token of its own (`client_credentials`: RFC 6749, section 4.4) with this scope. Tokens that
    /// are bound to a key or a certificate are not taken: what they are bound to is proven at our OAuth endpoints only.
    ///
    /// # Errors
    /// 401 without a token or with one that does not stand, 403 `insufficient_scope`.
    pub fn client_of_token(
        &self,
        request: &EndpointRequest,
        scope: &str,
        now: Timestamp,
    ) -> Result<ClientId, oidc::Error> {
        let shown = shown_token(request)?;
        let token = self.shown_token(shown.token, now)??;
        let is_for_us = token.claims.aud.contains(self.issuer().as_str());
        if !is_for_us || token.claims.cnf.is_some() || shown.scheme != Scheme::Bearer {
            return Err(access_token::invalid().into());
        }
        let state = self.db().state()?;
        let id = ClientId::from_stored(token.claims.client_id.clone());
        let stands = matches!(self.standing(state, &token)?, Some(Standing::OfClient));
        if !stands || self.registered(state, &id)?.is_none() {
            return Err(access_token::invalid().into());
        }
        if !token.claims.scope.split(' ').any(|held| held == scope) {
            return Err(OAuthError::new(ErrorCode::InsufficientScope, "the token lacks the scope of this API").into());
        }
        Ok(id)
    }
}
