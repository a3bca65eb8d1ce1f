//! The userinfo endpoint.

use ::store::Timestamp;
use serde_json::{Map, Value};

use super::access_tokens::Standing;
use super::once::Once;
use crate::jose;
use crate::oidc::client::{Client, ClientId};
use crate::oidc::dpop::check_binding;
use crate::oidc::{
    self, Endpoint, EndpointRequest, ErrorCode, OAuthError, Scheme, Scope, UserinfoResponse, access_token, shown_token,
    userinfo,
};
use crate::store::Identity;

impl Identity {
    /// What the holder of an access token is told about the resident, in the form that its client registered.
    ///
    /// # Errors
    /// 401 `invalid_token`, `invalid_dpop_proof` or `use_dpop_nonce`, with its challenge.
    pub fn userinfo(&self, request: &EndpointRequest, now: Timestamp) -> Result<UserinfoResponse, oidc::Error> {
        let (shown, issuer) = (shown_token(request)?, self.issuer());
        let challenged = |error: OAuthError| match shown.scheme {
            Scheme::Bearer => error,
            Scheme::Dpop => error.with_dpop(),
        };
        let token = self.shown_token(shown.token, now)?.map_err(challenged)?;
        if !token.claims.aud.contains(issuer.as_str()) {
            return Err(challenged(access_token::invalid()).into());
        }
        let state = self.db().state()?;
        let client = self.registered(state, &ClientId::from_stored(token.claims.client_id.clone()))?;
        if client.as_ref().is_some_and(|registered| registered.client.userinfo_algorithm.is_some()) {
            // Signing may take long, and keys to encrypt to may be elsewhere.
            self.may_wait()?;
        }
        let url = self.called(Endpoint::Userinfo, request);
        let bound = token.claims.cnf.as_ref();
        let proof = check_binding(&shown, bound, request, &url, self.keys(), now).map_err(challenged)?;
        if let Some(proof) = proof {
            let once = vec![Once::proof(self.keys(), &proof)];
            let once = self.use_up_in_memory(once, now).map_err(challenged)?;
            self.use_up_alone(once)?.map_err(challenged)?;
        }
        let scopes = token.scopes();
        if !scopes.contains(Scope::Openid) {
            return Err(
                challenged(OAuthError::new(ErrorCode::InsufficientScope, "the token has no scope openid")).into()
            );
        }
        let standing = self.standing(state, &token)?;
        let (Some(Standing::OfResident(grant)), Some(client)) = (standing, client) else {
            return Err(challenged(access_token::invalid()).into());
        };
        let claims = userinfo::within(grant.userinfo_claims(), &grant.scopes(), &scopes);
        let mut told = userinfo::told(&claims, &self.claim_values(state, grant.resident_id)?, grant.claims_locale());
        told.insert("sub".to_owned(), Value::from(grant.subject()));
        self.in_registered_form(told, &client.client, now)
    }

    fn in_registered_form(
        &self,
        mut told: Map<String, Value>,
        client: &Client,
        now: Timestamp,
    ) -> Result<UserinfoResponse, oidc::Error> {
        let Some(algorithm) = client.userinfo_algorithm else { return Ok(UserinfoResponse::Claims(told)) };
        // OpenID Connect Core, section 5.3.2: a signed answer says by whom and for whom it is.
        told.insert("iss".to_owned(), Value::from(self.issuer().as_str()));
        told.insert("aud".to_owned(), Value::from(client.id.as_str()));
        let signed = jose::sign(&*self.signing_key(algorithm, now)?, "JWT", &told)?;
        Ok(UserinfoResponse::Token(self.encrypted_to(client, signed, client.userinfo_encryption, now)?))
    }

    /// Encrypts a signed token to the client, if that is how the client wants it.
    pub(super) fn encrypted_to(
        &self,
        client: &Client,
        token: String,
        encryption: Option<jose::ContentEncryption>,
        now: Timestamp,
    ) -> Result<String, oidc::Error> {
        const NO_KEY: OAuthError = OAuthError::invalid_client("it has no key that can be encrypted to");
        let Some(encryption) = encryption else { return Ok(token) };
        let keys = self.client_keys(client, None, now)?.ok_or(NO_KEY)?;
        let to = jose::RecipientKey::among(&keys).ok_or(NO_KEY)?;
        // What looks like a key may be no point of the curve.
        jose::encrypt(&token, &to, encryption).map_err(|_| NO_KEY.into())
    }
}
