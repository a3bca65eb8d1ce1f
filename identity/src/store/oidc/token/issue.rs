//! Signing what a grant gives: the access token, and the id_token beside it.

use std::sync::Arc;

use ::store::Timestamp;
use serde_json::{Map, Value};

use crate::Error;
use crate::jose::{NumericDate, SigningAlgorithm, SigningKey};
use crate::oidc::access_token::{AccessToken, AccessTokenClaims, AccessTokenId, Confirmation};
use crate::oidc::client::Client;
use crate::oidc::id_token::{IdTokenClaims, at_hash};
use crate::oidc::sid::sid;
use crate::oidc::token::narrowing::Targets;
use crate::oidc::{
    self, CertificateThumbprint, KeyThumbprint, Scope, Scopes, TokenResponse, lifetimes, resource, userinfo,
};
use crate::store::Identity;
use crate::store::oidc::grants::Grant;

/// What is to be signed.
pub(super) struct Issue<'a> {
    pub(super) client: &'a Client,
    /// Which access token.
    pub(super) token: AccessTokenId,
    /// The key that the tokens are bound to.
    pub(super) key: Option<KeyThumbprint>,
    /// The certificate that they are bound to.
    pub(super) certificate: Option<CertificateThumbprint>,
    pub(super) scope: String,
    /// What the access token is for.
    pub(super) targets: Targets,
    /// What signs the access token.
    pub(super) signer: &'a SigningKey,
    pub(super) now: Timestamp,
}

/// What a resident's authorization adds.
pub(super) struct OfResident<'a> {
    pub(super) grant: &'a Grant,
    /// What is left of the scopes that were granted.
    pub(super) scopes: &'a Scopes,
    pub(super) nonce: Option<String>,
}

impl Identity {
    /// The key that signs access tokens.
    pub(super) fn access_token_signer(&self, now: Timestamp) -> Result<Arc<SigningKey>, Error> {
        self.signing_key(SigningAlgorithm::Es256, now)
    }

    /// Signs what a grant gives, without a refresh token.
    pub(super) fn issue(
        &self,
        issue: &Issue<'_>,
        of_resident: Option<&OfResident<'_>>,
    ) -> Result<TokenResponse, oidc::Error> {
        let access_token = self.sign_access_token(issue, of_resident)?;
        let id_token = match of_resident {
            Some(of) if of.scopes.contains(Scope::Openid) => {
                let signed = self.sign_id_token(issue, of, &access_token)?;
                Some(self.encrypted_to(issue.client, signed, issue.client.id_token_encryption, issue.now)?)
            }
            _ => None,
        };
        Ok(TokenResponse {
            access_token,
            token_type: if issue.key.is_some() { "DPoP" } else { "Bearer" },
            expires_in: issue.client.profile.access_token_lifetime().as_secs(),
            scope: issue.scope.clone(),
            authorization_details: issue.targets.details.clone(),
            id_token,
            refresh_token: None,
        })
    }

    /// Without a resident the token is about the client itself (RFC 9068, section 2.2).
    fn sign_access_token(&self, issue: &Issue<'_>, of_resident: Option<&OfResident<'_>>) -> Result<String, Error> {
        let Issue { client, token, scope, signer, now, .. } = issue;
        let issuer = self.issuer();
        let grant = of_resident.map(|of| of.grant);
        let claims = AccessTokenClaims {
            iss: issuer.as_str().to_owned(),
            sub: grant.map_or(client.id.as_str(), Grant::subject).to_owned(),
            aud: resource::audience(&issue.targets.resources, &issuer),
            client_id: client.id.to_string(),
            exp: date(*now + client.profile.access_token_lifetime()),
            iat: date(*now),
            jti: token.to_string(),
            scope: scope.clone(),
            auth_time: grant.map(|grant| date(grant.auth_time)),
            acr: grant.map(|grant| grant.acr.clone()),
            amr: grant.map(Grant::amr).unwrap_or_default(),
            authorization_details: issue.targets.details.clone(),
            cnf: Confirmation::of(issue.key.as_ref(), issue.certificate.as_ref()),
        };
        let signed = claims.sign(signer)?;
        self.remember_signed(&signed, AccessToken { id: *token, kid: signer.kid().to_owned(), claims });
        Ok(signed)
    }

    fn sign_id_token(&self, issue: &Issue<'_>, of: &OfResident<'_>, access_token: &str) -> Result<String, Error> {
        let (Issue { client, now, .. }, grant) = (issue, of.grant);
        IdTokenClaims {
            iss: self.issuer().as_str().to_owned(),
            sub: grant.subject().to_owned(),
            aud: client.id.to_string(),
            exp: date(*now + lifetimes::ID_TOKEN),
            iat: date(*now),
            auth_time: date(grant.auth_time),
            nonce: of.nonce.clone(),
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
        Ok(userinfo::told(&claims, &self.claim_values(self.db().state()?, grant.resident_id)?, grant.claims_locale()))
    }
}

fn date(moment: Timestamp) -> NumericDate {
    NumericDate(moment.seconds())
}
