//! Pushed authorization requests (RFC 9126) in the database.

use ::store::{Conn, Timestamp, on_db};
use diesel::prelude::*;

use super::authentication::Caller;
use super::once;
use super::schema::pushed_request;
use crate::Error;
use crate::oidc::authorize::AuthorizationRequest;
use crate::oidc::client::Client;
use crate::oidc::par::{self, RequestReference};
use crate::oidc::{self, Endpoint, EndpointRequest, OAuthError, PushedResponse, lifetimes};
use crate::store::{Identity, random};

impl Identity {
    /// Takes an authorization request from an authenticated client and gives it a reference for the browser.
    ///
    /// # Errors
    /// Refusals of client authentication, and those of the request itself.
    pub fn push_authorization_request(
        &self,
        request: &EndpointRequest,
        now: Timestamp,
    ) -> Result<PushedResponse, oidc::Error> {
        let Caller { client, key, once, .. } = self.authenticate(request, Endpoint::PushedAuthorizationRequest, now)?;
        let subject_of = self.subject_of_hint(&client, now)?;
        let checked = self
            .opened(&request.form, &client, now)
            .and_then(|parameters| par::check(&parameters, &client, key.as_ref(), &subject_of));
        let reference = RequestReference::new(random()?);
        let hash = reference.keyed_hash(self.keys());
        let stored = match &checked {
            Ok(request) => Some(serde_json::to_string(request).map_err(|_| Error::Damaged("pushed request"))?),
            Err(_) => None,
        };
        let fresh = self.db().write(move |conn| -> Result<Result<(), OAuthError>, Error> {
            // What is good once is used up even by a request that is refused.
            let fresh = once::use_up(conn, &once)?;
            if let (Ok(()), Some(stored)) = (fresh, &stored) {
                let row = (
                    pushed_request::reference_hash.eq(&hash),
                    pushed_request::client_id.eq(client.id.as_str()),
                    pushed_request::request.eq(stored),
                    pushed_request::expires_at.eq(now + lifetimes::REQUEST_URI),
                    pushed_request::is_used.eq(false),
                );
                on_db!(conn, c => diesel::insert_into(pushed_request::table).values(row).execute(c))?;
            }
            Ok(fresh)
        })?;
        fresh?;
        checked?;
        Ok(PushedResponse { request_uri: reference.to_request_uri(), expires_in: lifetimes::REQUEST_URI.as_secs() })
    }

    /// The pushed request behind a `request_uri`, with the hash it is kept under: if it is this client's, not
    /// too old to begin, and not yet answered. Loading it again before that is no offence.
    pub(super) fn pushed_request(
        &self,
        request_uri: &str,
        client: &Client,
        now: Timestamp,
    ) -> Result<Option<(AuthorizationRequest, Vec<u8>)>, Error> {
        let Some(reference) = RequestReference::from_request_uri(request_uri) else { return Ok(None) };
        let hash = reference.keyed_hash(self.keys());
        let stored: Option<String> = self.db().read(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => pushed_request::table
                .find(&hash)
                .filter(pushed_request::client_id.eq(client.id.as_str()))
                .filter(pushed_request::expires_at.gt(now))
                .filter(pushed_request::is_used.eq(false))
                .select(pushed_request::request)
                .first(c)
                .optional())?)
        })?;
        let Some(stored) = stored else { return Ok(None) };
        let request = serde_json::from_str(&stored).map_err(|_| Error::Damaged("pushed request"))?;
        Ok(Some((request, hash)))
    }
}

/// Uses up a pushed request, now that it is answered. False when it was answered before.
pub(super) fn answer(conn: &mut Conn<'_>, hash: Option<&Vec<u8>>) -> Result<bool, Error> {
    let Some(hash) = hash else { return Ok(true) };
    let updated = on_db!(conn, c => diesel::update(pushed_request::table.find(hash))
        .filter(pushed_request::is_used.eq(false))
        .set(pushed_request::is_used.eq(true))
        .execute(c))?;
    Ok(updated == 1)
}
