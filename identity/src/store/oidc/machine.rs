//! Programs that act for themselves at an API of ours: known by an access token that they got in their own name.

use std::sync::Arc;

use ::store::Timestamp;

use super::access_tokens::Standing;
use super::once::Once;
use crate::oidc::access_token::{AccessToken, invalid};
use crate::oidc::client::ClientId;
use crate::oidc::dpop::check_binding;
use crate::oidc::{self, EndpointRequest, ErrorCode, OAuthError, Scheme, ShownToken, shown_token};
use crate::store::Identity;

impl Identity {
    /// The client that shows a token of its own (`client_credentials`: RFC 6749, section 4.4) with this scope at the
    /// resource with this `path` below the issuer. A token that is bound to a key or a certificate needs its proof.
    ///
    /// # Errors
    /// 401 without a token, with one that does not stand, or without its proof; 403 `insufficient_scope`.
    pub fn client_of_token(
        &self,
        request: &EndpointRequest,
        path: &str,
        scope: &str,
        now: Timestamp,
    ) -> Result<ClientId, oidc::Error> {
        let shown = shown_token(request)?;
        let challenged = challenge(&shown);
        let (token, client) = self.token_of_client(&shown, scope, now)?;
        let (url, bound) = (self.called_at(path, request), token.claims.cnf.as_ref());
        let proof = check_binding(&shown, bound, request, &url, self.keys(), now).map_err(challenged)?;
        if let Some(proof) = proof {
            let once = self.use_up_in_memory(vec![Once::proof(self.keys(), &proof)], now).map_err(challenged)?;
            self.use_up_alone(once)?.map_err(challenged)?;
        }
        Ok(client)
    }

    /// Whether the token of a call that was let in is good at a later moment: what it was bound to was proven then.
    ///
    /// # Errors
    /// As [`Identity::client_of_token`].
    pub fn client_still_stands(
        &self,
        request: &EndpointRequest,
        scope: &str,
        now: Timestamp,
    ) -> Result<ClientId, oidc::Error> {
        Ok(self.token_of_client(&shown_token(request)?, scope, now)?.1)
    }

    fn token_of_client(
        &self,
        shown: &ShownToken<'_>,
        scope: &str,
        now: Timestamp,
    ) -> Result<(Arc<AccessToken>, ClientId), oidc::Error> {
        let challenged = challenge(shown);
        let token = self.shown_token(shown.token, now)?.map_err(challenged)?;
        if !token.claims.aud.contains(self.issuer().as_str()) {
            return Err(challenged(invalid()).into());
        }
        let state = self.db().state()?;
        let id = ClientId::from_stored(token.claims.client_id.clone());
        let stands = matches!(self.standing(state, &token)?, Some(Standing::OfClient));
        if !stands || self.registered(state, &id)?.is_none() {
            return Err(challenged(invalid()).into());
        }
        if !token.claims.scope.split(' ').any(|held| held == scope) {
            let lacks = OAuthError::new(ErrorCode::InsufficientScope, "the token lacks the scope of this API");
            return Err(challenged(lacks).into());
        }
        Ok((token, id))
    }
}

/// Whoever shows a token under the scheme DPoP is told in its terms.
fn challenge(shown: &ShownToken<'_>) -> impl Fn(OAuthError) -> OAuthError + Copy {
    let scheme = shown.scheme;
    move |error| match scheme {
        Scheme::Bearer => error,
        Scheme::Dpop => error.with_dpop(),
    }
}
