//! Introspection and revocation of tokens, by the clients they were given to.

use std::sync::Arc;

use ::store::{Conn, Timestamp};
use serde_json::Value;

use super::authentication::Caller;
use super::{access_tokens, grants, once, refresh_tokens};
use crate::Error;
use crate::audit::{Act, Actor, Record};
use crate::oidc::access_token::AccessToken;
use crate::oidc::client::ClientId;
use crate::oidc::introspection::{active, active_refresh, asked_token, inactive, is_of, may_ask};
use crate::oidc::token::refresh_token::RefreshToken;
use crate::oidc::{self, Endpoint, EndpointRequest, Issuer, OAuthError};
use crate::store::{Identity, audit};

/// A token that a client asks about or ends. Its form says which kind it is, so `token_type_hint` is not needed.
#[derive(Clone)]
enum AskedToken {
    /// An access token of ours, by its signature and times.
    Access(Arc<AccessToken>),
    /// What may be a refresh token of ours, by keyed hash.
    Refresh(Vec<u8>),
    /// Neither.
    Other,
}

/// What there was to end.
enum Ended {
    Now,
    Before,
    OfAnother,
}

impl Identity {
    /// Says whether a token is good now, and what it is good for (RFC 7662).
    ///
    /// # Errors
    /// Refusals of client authentication; `invalid_request` without a token.
    pub fn introspect(&self, request: &EndpointRequest, now: Timestamp) -> Result<Value, oidc::Error> {
        if asked_token(&request.form).is_ok_and(|token| RefreshToken::parse(token).is_some()) {
            // Its authorization is held still while it is looked at.
            self.may_wait()?;
        }
        let Caller { state, client, once, .. } = self.authenticate(request, Endpoint::Introspection, now)?;
        let client = &*client.client;
        let asked = may_ask(client).and_then(|()| asked_token(&request.form));
        let token = match asked {
            Ok(token) => self.asked_token(token, now)?,
            Err(error) => return Err(self.refuse_after(once, error)?.into()),
        };
        self.use_up_alone(once)??;
        let told = match token {
            AskedToken::Access(token) if is_of(&token, &client.id) => {
                self.standing(state, &token)?.map(|_| active(&token))
            }
            AskedToken::Access(_) | AskedToken::Other => None,
            AskedToken::Refresh(hash) => {
                let (issuer, client_id) = (self.issuer(), client.id.clone());
                self.db().write(move |conn| tell_of_refresh(conn, &hash, &client_id, &issuer, now))?
            }
        };
        Ok(told.unwrap_or_else(inactive))
    }

    /// Ends a token before its time (RFC 7009): an access token alone, a refresh token with everything that came of its
    /// authorization. One that is no token, or no longer, is as good as ended.
    ///
    /// # Errors
    /// Refusals of client authentication; `invalid_request` without a token, or for one of another client.
    pub fn revoke_token(&self, request: &EndpointRequest, now: Timestamp) -> Result<(), oidc::Error> {
        self.may_wait()?;
        let Caller { client, once, .. } = self.authenticate(request, Endpoint::Revocation, now)?;
        let client = client.client;
        let token = match asked_token(&request.form) {
            Ok(token) => self.asked_token(token, now)?,
            Err(error) => return Err(self.refuse_after(once, error)?.into()),
        };
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
            match end(conn, &token, &client.id)? {
                Ended::Now => audit::append(conn, &record)?,
                Ended::Before => {}
                Ended::OfAnother => {
                    let refused = OAuthError::invalid_request("it was given to another client");
                    return Ok(Err(refused.of("token")));
                }
            }
            Ok(Ok(()))
        })??;
        Ok(())
    }

    /// What a text may be; whether it was revoked is not looked at.
    fn asked_token(&self, token: &str, now: Timestamp) -> Result<AskedToken, Error> {
        if let Some(refresh) = RefreshToken::parse(token) {
            return Ok(AskedToken::Refresh(refresh.keyed_hash(self.keys())));
        }
        Ok(self.shown_token(token, now)?.map_or(AskedToken::Other, AskedToken::Access))
    }
}

/// What this client is told of a refresh token; `None` when it is not good, or not the client's.
fn tell_of_refresh(
    conn: &mut Conn<'_>,
    hash: &[u8],
    client: &ClientId,
    issuer: &Issuer,
    now: Timestamp,
) -> Result<Option<Value>, Error> {
    let found = refresh_tokens::find(conn, hash)?;
    Ok(found
        .filter(|(stored, _)| stored.is_good_for(client, now))
        .map(|(stored, grant)| active_refresh(&stored, issuer, grant.subject(), &grant.scopes().to_string())))
}

fn end(conn: &mut Conn<'_>, token: &AskedToken, client: &ClientId) -> Result<Ended, Error> {
    match token {
        AskedToken::Access(token) if !is_of(token, client) => Ok(Ended::OfAnother),
        AskedToken::Access(token) => Ok(if access_tokens::end(conn, token)? { Ended::Now } else { Ended::Before }),
        AskedToken::Refresh(hash) => match refresh_tokens::find(conn, hash)? {
            Some((stored, _)) if stored.client_id != *client => Ok(Ended::OfAnother),
            Some((_, grant)) => {
                grants::revoke(conn, grant.id)?;
                Ok(Ended::Now)
            }
            None => Ok(Ended::Before),
        },
        AskedToken::Other => Ok(Ended::Before),
    }
}
