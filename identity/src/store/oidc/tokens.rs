//! The token endpoint and the userinfo endpoint.

use ::store::{Conn, Timestamp};
use serde_json::{Map, Value};

use super::authentication::Caller;
use super::grants::{self, Grant};
use super::once::{self, Once};
use crate::Error;
use crate::audit::{Act, Actor, Record};
use crate::jose::{NumericDate, SigningAlgorithm};
use crate::oidc::access_token::{self, AccessTokenClaims, AccessTokenId, Confirmation};
use crate::oidc::client::Client;
use crate::oidc::dpop::check_binding;
use crate::oidc::id_token::{IdTokenClaims, at_hash};
use crate::oidc::token::authorization_code::{Redemption, UNKNOWN, Verdict, judge};
use crate::oidc::{
    self, Endpoint, EndpointRequest, GrantType, OAuthError, Scheme, TokenResponse, lifetimes, shown_token, userinfo,
};
use crate::store::{Identity, audit, random};

/// What a redemption needs inside its transaction.
#[derive(Clone)]
struct Attempt {
    client: Client,
    once: Vec<Once>,
    redemption: Redemption,
    code_hash: Vec<u8>,
    token: AccessTokenId,
    now: Timestamp,
}

impl Identity {
    /// Exchanges an authorization code for tokens.
    ///
    /// # Errors
    /// Refusals of client authentication; `invalid_grant`, `invalid_request`, `unsupported_grant_type`.
    pub fn token(&self, request: &EndpointRequest, now: Timestamp) -> Result<TokenResponse, oidc::Error> {
        let Caller { client, key, once } = self.authenticate(request, Endpoint::Token, now)?;
        let redemption = match GrantType::read(&request.form) {
            Ok(GrantType::AuthorizationCode) => Redemption::read(&request.form, key),
            Err(error) => Err(error),
        };
        let redemption = match redemption {
            Ok(redemption) => redemption,
            Err(error) => return Err(self.refuse_after(once, error)?.into()),
        };
        let attempt = Attempt {
            code_hash: redemption.code.keyed_hash(self.keys()),
            token: AccessTokenId::new(now, &random()?),
            client,
            once,
            redemption,
            now,
        };
        let redeemed = attempt.clone();
        let grant = self.db().write(move |conn| redeem(conn, &attempt))??;
        self.tokens(&grant, &redeemed)
    }

    /// Signs what a redeemed code gives.
    fn tokens(&self, grant: &Grant, redeemed: &Attempt) -> Result<TokenResponse, oidc::Error> {
        let Attempt { client, token, now, .. } = redeemed;
        let (key_of_client, now) = (redeemed.redemption.key.clone(), *now);
        let key = self.signing_key(SigningAlgorithm::Es256, now)?;
        let issuer = self.issuer();
        let date = |moment: Timestamp| NumericDate(moment.seconds());
        let access_token = AccessTokenClaims {
            iss: issuer.as_str().to_owned(),
            sub: grant.subject().to_owned(),
            aud: issuer.as_str().to_owned(),
            client_id: client.id.to_string(),
            exp: date(now + client.profile.access_token_lifetime()),
            iat: date(now),
            jti: token.to_string(),
            scope: grant.scopes().to_string(),
            auth_time: date(grant.auth_time),
            acr: grant.acr.clone(),
            cnf: key_of_client.clone().map(|jkt| Confirmation { jkt }),
        }
        .sign(&key)?;
        let claims = grant.id_token_claims();
        let attributes = if claims.is_empty() {
            Map::new()
        } else {
            userinfo::told(&claims, &self.claim_values(grant.resident_id)?)
        };
        let id_token = IdTokenClaims {
            iss: issuer.as_str().to_owned(),
            sub: grant.subject().to_owned(),
            aud: client.id.to_string(),
            exp: date(now + lifetimes::ID_TOKEN),
            iat: date(now),
            auth_time: date(grant.auth_time),
            nonce: grant.nonce.clone(),
            acr: grant.acr.clone(),
            amr: grant.amr(),
            at_hash: Some(at_hash(&access_token)),
            attributes,
        }
        .sign(&*self.signing_key(client.id_token_algorithm, now)?)?;
        Ok(TokenResponse {
            access_token,
            token_type: if key_of_client.is_some() { "DPoP" } else { "Bearer" },
            expires_in: client.profile.access_token_lifetime().as_secs(),
            scope: grant.scopes().to_string(),
            id_token,
        })
    }

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
        let url = issuer.endpoint(Endpoint::Userinfo);
        if let Some(proof) = check_binding(&shown, token.key(), request, &url, self.keys(), now)? {
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

/// Redeems a code in one transaction. A refusal is a result, not an error: what it changed stays changed.
fn redeem(conn: &mut Conn<'_>, attempt: &Attempt) -> Result<Result<Grant, OAuthError>, Error> {
    if let Err(replayed) = once::use_up(conn, &attempt.once)? {
        return Ok(Err(replayed));
    }
    let Some(grant) = grants::of_code(conn, &attempt.code_hash)? else { return Ok(Err(UNKNOWN)) };
    match judge(&grant.code(), &attempt.client, &attempt.redemption, attempt.now) {
        Verdict::Redeem if grants::use_code(conn, grant.id)? => {
            let expires_at = attempt.now + attempt.client.profile.access_token_lifetime();
            grants::add_token(conn, attempt.token, grant.id, expires_at)?;
            Ok(Ok(grant))
        }
        Verdict::Refuse(error) => Ok(Err(error)),
        // Used before, or by another gateway in this very moment.
        Verdict::Redeem | Verdict::RefuseAndRevoke => {
            grants::revoke(conn, grant.id)?;
            audit::append(conn, &reuse_record(attempt))?;
            Ok(Err(UNKNOWN))
        }
    }
}

fn reuse_record(attempt: &Attempt) -> Record {
    let subject = format!("client:{}", attempt.client.id);
    let actor = Actor::Client(attempt.client.id.to_string());
    Record { at: attempt.now, actor, act: Act::CodeReused, subject, detail: String::new() }
}
