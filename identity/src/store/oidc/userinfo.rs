//! The userinfo endpoint.

use ::store::Timestamp;
use serde_json::Value;

use super::grants;
use super::once::{self, Once};
use crate::oidc::dpop::check_binding;
use crate::oidc::{self, Endpoint, EndpointRequest, OAuthError, Scheme, access_token, shown_token, userinfo};
use crate::store::Identity;

impl Identity {
    /// What the holder of an access token is told about the resident.
    ///
    /// # Errors
    /// 401 `invalid_token`, `invalid_dpop_proof` or `use_dpop_nonce`, with its challenge.
    pub fn userinfo(&self, request: &EndpointRequest, now: Timestamp) -> Result<Value, oidc::Error> {
        let (shown, issuer) = (shown_token(request)?, self.issuer());
        let challenged = |error: OAuthError| match shown.scheme {
            Scheme::Bearer => error,
            Scheme::Dpop => error.with_dpop(),
        };
        let token =
            access_token::read(shown.token, &self.key_ring(now)?.jwks().keys, &issuer, now).map_err(challenged)?;
        let url = self.called(Endpoint::Userinfo, request);
        let bound = token.claims.cnf.as_ref();
        let proof = check_binding(&shown, bound, request, &url, self.keys(), now).map_err(challenged)?;
        if let Some(proof) = proof {
            let once = [Once::proof(self.keys(), &proof)];
            self.db().write(move |conn| once::use_up(conn, &once))?.map_err(challenged)?;
        }
        let found = self.db().read(|conn| grants::of_token(conn, token.id))?;
        let grant = found.ok_or(challenged(access_token::invalid()))?;
        let mut told = userinfo::told(&grant.userinfo_claims(), &self.claim_values(grant.resident_id)?);
        told.insert("sub".to_owned(), Value::from(grant.subject()));
        Ok(Value::Object(told))
    }
}
