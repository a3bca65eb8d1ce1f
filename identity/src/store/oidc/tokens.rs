//! The token endpoint and the userinfo endpoint.

use ::store::{Conn, Timestamp};
use serde_json::{Map, Value};

use super::authentication::{Assertion, REPLAYED, use_up};
use super::grants::{self, Grant};
use crate::Error;
use crate::audit::{Act, Actor, Record};
use crate::jose::{NumericDate, SigningAlgorithm};
use crate::oidc::access_token::{self, AccessTokenClaims, AccessTokenId};
use crate::oidc::client::Client;
use crate::oidc::id_token::{IdTokenClaims, at_hash};
use crate::oidc::token::authorization_code::{Redemption, UNKNOWN, Verdict, judge};
use crate::oidc::{self, EndpointRequest, GrantType, OAuthError, TokenResponse, bearer_token, lifetimes, userinfo};
use crate::store::{Identity, audit, random};

/// What a redemption needs inside its transaction.
#[derive(Clone)]
struct Attempt {
    client: Client,
    assertion: Option<Assertion>,
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
        let (client, assertion) = self.authenticate(request, now)?;
        let redemption = match GrantType::read(&request.form) {
            Ok(GrantType::AuthorizationCode) => Redemption::read(&request.form),
            Err(error) => Err(error),
        };
        let redemption = match redemption {
            Ok(redemption) => redemption,
            Err(error) => return Err(self.refuse_after(assertion, error)?.into()),
        };
        let attempt = Attempt {
            code_hash: redemption.code.keyed_hash(self.keys()),
            token: AccessTokenId::new(now, &random()?),
            client,
            assertion,
            redemption,
            now,
        };
        let (client, token) = (attempt.client.clone(), attempt.token);
        let grant = self.db().write(move |conn| redeem(conn, &attempt))??;
        self.tokens(&grant, &client, token, now)
    }

    /// The refusal of a client that did authenticate: its assertion is used up all the same.
    fn refuse_after(&self, assertion: Option<Assertion>, error: OAuthError) -> Result<OAuthError, Error> {
        let fresh = self.db().write(move |conn| use_up(conn, assertion.as_ref()))?;
        Ok(if fresh { error } else { REPLAYED })
    }

    /// Signs what a redeemed code gives.
    fn tokens(
        &self,
        grant: &Grant,
        client: &Client,
        token: AccessTokenId,
        now: Timestamp,
    ) -> Result<TokenResponse, oidc::Error> {
        let key = self.signing_key(SigningAlgorithm::Es256, now)?;
        let issuer = self.issuer();
        let date = |moment: Timestamp| NumericDate(moment.seconds());
        let access_token = AccessTokenClaims {
            iss: issuer.as_str().to_owned(),
            sub: grant.subject().to_owned(),
            aud: issuer.as_str().to_owned(),
            client_id: client.id.to_string(),
            exp: date(now + lifetimes::ACCESS_TOKEN),
            iat: date(now),
            jti: token.to_string(),
            scope: grant.scopes().to_string(),
            auth_time: date(grant.auth_time),
            acr: grant.acr.clone(),
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
            token_type: "Bearer",
            expires_in: lifetimes::ACCESS_TOKEN.as_secs(),
            scope: grant.scopes().to_string(),
            id_token,
        })
    }

    /// What the bearer of an access token is told about the resident.
    ///
    /// # Errors
    /// 401 `invalid_token`, with its challenge.
    pub fn userinfo(&self, request: &EndpointRequest, now: Timestamp) -> Result<Value, oidc::Error> {
        let token = bearer_token(request)?;
        let token = access_token::read(token, &self.jwks(now)?.keys, &self.issuer(), now)?;
        let grant = self.db().read(|conn| grants::of_token(conn, token))?.ok_or(access_token::invalid())?;
        let mut told = userinfo::told(&grant.userinfo_claims(), &self.claim_values(grant.resident_id)?);
        told.insert("sub".to_owned(), Value::from(grant.subject()));
        Ok(Value::Object(told))
    }
}

/// Redeems a code in one transaction. A refusal is a result, not an error: what it changed stays changed.
fn redeem(conn: &mut Conn<'_>, attempt: &Attempt) -> Result<Result<Grant, OAuthError>, Error> {
    if !use_up(conn, attempt.assertion.as_ref())? {
        return Ok(Err(REPLAYED));
    }
    let Some(grant) = grants::of_code(conn, &attempt.code_hash)? else { return Ok(Err(UNKNOWN)) };
    match judge(&grant.code(), &attempt.client, &attempt.redemption, attempt.now) {
        Verdict::Redeem if grants::use_code(conn, grant.id)? => {
            grants::add_token(conn, attempt.token, grant.id, attempt.now + lifetimes::ACCESS_TOKEN)?;
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
