//! Signing what a grant gives: the access token, and the id_token beside it.

use ::store::Timestamp;
use serde_json::{Map, Value};

use crate::Error;
use crate::jose::{NumericDate, SigningAlgorithm};
use crate::oidc::access_token::{AccessTokenClaims, AccessTokenId, Confirmation};
use crate::oidc::client::Client;
use crate::oidc::id_token::{IdTokenClaims, at_hash};
use crate::oidc::sid::sid;
use crate::oidc::{self, CertificateThumbprint, KeyThumbprint, TokenResponse, lifetimes, userinfo};
use crate::store::Identity;
use crate::store::oidc::grants::Grant;

/// What is to be signed.
pub(super) struct Issue<'a> {
    pub(super) client: &'a Client,
    pub(super) grant: &'a Grant,
    pub(super) token: AccessTokenId,
    /// The key that the tokens are bound to.
    pub(super) key: Option<KeyThumbprint>,
    /// The certificate that they are bound to.
    pub(super) certificate: Option<CertificateThumbprint>,
    pub(super) now: Timestamp,
}

impl Identity {
    /// Signs what a grant gives.
    pub(super) fn issue(&self, issue: &Issue<'_>) -> Result<TokenResponse, oidc::Error> {
        let access_token = self.sign_access_token(issue)?;
        let id_token = self.sign_id_token(issue, &access_token)?;
        let id_token = self.encrypted_to(issue.client, id_token, issue.client.id_token_encryption, issue.now)?;
        Ok(TokenResponse {
            access_token,
            token_type: if issue.key.is_some() { "DPoP" } else { "Bearer" },
            expires_in: issue.client.profile.access_token_lifetime().as_secs(),
            scope: issue.grant.scopes().to_string(),
            id_token,
        })
    }

    fn sign_access_token(&self, issue: &Issue<'_>) -> Result<String, Error> {
        let Issue { client, grant, token, now, .. } = issue;
        let issuer = self.issuer();
        AccessTokenClaims {
            iss: issuer.as_str().to_owned(),
            sub: grant.subject().to_owned(),
            aud: issuer.as_str().to_owned(),
            client_id: client.id.to_string(),
            exp: date(*now + client.profile.access_token_lifetime()),
            iat: date(*now),
            jti: token.to_string(),
            scope: grant.scopes().to_string(),
            auth_time: date(grant.auth_time),
            acr: grant.acr.clone(),
            cnf: Confirmation::of(issue.key.as_ref(), issue.certificate.as_ref()),
        }
        .sign(&*self.signing_key(SigningAlgorithm::Es256, *now)?)
    }

    fn sign_id_token(&self, issue: &Issue<'_>, access_token: &str) -> Result<String, Error> {
        let Issue { client, grant, now, .. } = issue;
        IdTokenClaims {
            iss: self.issuer().as_str().to_owned(),
            sub: grant.subject().to_owned(),
            aud: client.id.to_string(),
            exp: date(*now + lifetimes::ID_TOKEN),
            iat: date(*now),
            auth_time: date(grant.auth_time),
            nonce: grant.nonce.clone(),
            acr: grant.acr.clone(),
            amr: grant.amr(),
            at_hash: Some(at_hash(access_token)),
            sid: grant.session_id.map(|session| sid(self.keys(), session, &client.id)),
            attributes: self.id_token_attributes(grant)?,
        }
        .sign(&*self.signing_key(client.id_token_algorithm, *now)?)
    }

    /// What the client asked to have in the id_token itself.
    fn id_token_attributes(&self, grant: &Grant) -> Result<Map<String, Value>, Error> {
        let claims = grant.id_token_claims();
        if claims.is_empty() {
            return Ok(Map::new());
        }
        Ok(userinfo::told(&claims, &self.claim_values(grant.resident_id)?))
    }
}

fn date(moment: Timestamp) -> NumericDate {
    NumericDate(moment.seconds())
}
