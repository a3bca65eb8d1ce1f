//! Introspection and revocation of tokens, by the clients they were given to.

use ::store::Timestamp;
use serde_json::Value;

use super::authentication::Caller;
use super::{grants, once};
use crate::Error;
use crate::audit::{Act, Actor, Record};
use crate::oidc::access_token::{self, AccessToken};
use crate::oidc::introspection::{active, asked_token, inactive, is_of, may_ask};
use crate::oidc::{self, Endpoint, EndpointRequest, OAuthError};
use crate::store::{Identity, audit};

impl Identity {
    /// Says whether a token is good now, and what it is good for (RFC 7662).
    ///
    /// # Errors
    /// Refusals of client authentication; `invalid_request` without a token.
    pub fn introspect(&self, request: &EndpointRequest, now: Timestamp) -> Result<Value, oidc::Error> {
        let Caller { client, once, .. } = self.authenticate(request, Endpoint::Introspection, now)?;
        let asked = may_ask(&client).and_then(|()| asked_token(&request.form));
        let token = match asked {
            Ok(token) => self.access_token(token, now)?,
            Err(error) => return Err(self.refuse_after(once, error)?.into()),
        };
        let token = token.filter(|token| is_of(token, &client.id));
        let stands = self.db().write(move |conn| -> Result<Result<Option<AccessToken>, OAuthError>, Error> {
            if let Err(replayed) = once::use_up(conn, &once)? {
                return Ok(Err(replayed));
            }
            let Some(token) = &token else { return Ok(Ok(None)) };
            Ok(Ok(grants::of_token(conn, token.id)?.map(|_| token.clone())))
        })??;
        Ok(stands.map_or_else(inactive, |token| active(&token)))
    }

    /// Ends a token before its time (RFC 7009). One that is no token, or no longer, is as good as ended.
    ///
    /// # Errors
    /// Refusals of client authentication; `invalid_request` without a token, or for one of another client.
    pub fn revoke_token(&self, request: &EndpointRequest, now: Timestamp) -> Result<(), oidc::Error> {
        let Caller { client, once, .. } = self.authenticate(request, Endpoint::Revocation, now)?;
        let token = match asked_token(&request.form) {
            Ok(token) => self.access_token(token, now)?,
            Err(error) => return Err(self.refuse_after(once, error)?.into()),
        };
        if token.as_ref().is_some_and(|token| !is_of(token, &client.id)) {
            let error = OAuthError::invalid_request("it was given to another client").of("token");
            return Err(self.refuse_after(once, error)?.into());
        }
        let record = Record {
            at: now,
            actor: Actor::Client(client.id.to_string()),
            act: Act::TokenRevoked,
            subject: format!("client:{}", client.id),
            detail: String::new(),
        };
        self.db().write(move |conn| -> Result<Result<(), OAuthError>, Error> {
            if let Err(replayed) = once::use_up(conn, &once)? {
                return Ok(Err(replayed));
            }
            if let Some(token) = &token
                && grants::end_token(conn, token.id)?
            {
                audit::append(conn, &record)?;
            }
            Ok(Ok(()))
        })??;
        Ok(())
    }

    /// An access token of ours by its signature and times; whether it was revoked is not looked at.
    fn access_token(&self, token: &str, now: Timestamp) -> Result<Option<AccessToken>, Error> {
        Ok(access_token::read(token, &self.key_ring(now)?.jwks().keys, &self.issuer(), now).ok())
    }
}
