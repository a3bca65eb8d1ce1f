//! Pushed authorization requests (RFC 9126) in the database.

use ::store::{Conn, Timestamp, on_db};
use diesel::prelude::*;

use super::authentication::Caller;
use super::clients::RegisteredClient;
use super::memory::PushedRequest;
use super::once::{self, Once};
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
        if !self.memory().is_some_and(|memory| memory.pushed.has_room(now)) || request.form.get("request").is_some() {
            self.may_wait()?;
        }
        let Caller { client, key, once, .. } = self.authenticate(request, Endpoint::PushedAuthorizationRequest, now)?;
        let client = &*client.client;
        let subject_of = self.subject_of_hint(client, now)?;
        let checked = self
            .opened(&request.form, client, now)?
            .and_then(|parameters| par::check(&parameters, client, key.as_ref(), &subject_of));
        let pushed = match checked {
            Ok(request) => request,
            // What is good once is used up even by a request that is refused.
            Err(refused) => return Err(self.refuse_after(once, refused)?.into()),
        };
        let reference = RequestReference::new(random()?);
        self.keep_pushed(reference.keyed_hash(self.keys()), pushed, client, once, now)?;
        Ok(PushedResponse { request_uri: reference.to_request_uri(), expires_in: lifetimes::REQUEST_URI.as_secs() })
    }

    fn keep_pushed(
        &self,
        hash: Vec<u8>,
        request: AuthorizationRequest,
        client: &Client,
        once: Vec<Once>,
        now: Timestamp,
    ) -> Result<(), oidc::Error> {
        let mut pushed = PushedRequest { client_id: client.id.clone(), request, pushed_at: now, is_written: false };
        if let Some(memory) = self.memory() {
            match memory.pushed.insert(hash.clone(), pushed, now) {
                Ok(()) => return Ok(self.use_up_alone(once)??),
                Err(there_is_no_room) => pushed = there_is_no_room,
            }
        }
        let written = WrittenRequest::of(&pushed)?;
        self.db().write(move |conn| -> Result<Result<(), OAuthError>, Error> {
            let fresh = once::use_up(conn, &once)?;
            if fresh.is_ok() {
                written.insert(conn, &hash)?;
            }
            Ok(fresh)
        })??;
        Ok(())
    }

    /// The pushed request behind a `request_uri`, with the hash it is kept under: if it is this client's, not
    /// too old to begin, and not yet answered. Loading it again before that is no offence.
    pub(super) fn pushed_request(
        &self,
        request_uri: &str,
        client: &RegisteredClient,
        now: Timestamp,
    ) -> Result<Option<(AuthorizationRequest, Vec<u8>)>, Error> {
        let Some(reference) = RequestReference::from_request_uri(request_uri) else { return Ok(None) };
        let hash = reference.keyed_hash(self.keys());
        let held = self.memory().and_then(|memory| memory.pushed.with(&hash, now, |mut entry| entry.get().cloned()));
        let is_being_written = held.as_ref().is_some_and(|held| held.is_written);
        if let Some(held) = held.filter(|held| !held.is_written) {
            let is_good = held.client_id == client.client.id && client.keeps_what_is_of(held.pushed_at);
            return Ok(is_good.then_some((held.request, hash)));
        }
        let read = || {
            self.db().read(|conn| -> Result<Option<String>, Error> {
                Ok(on_db!(conn, c => pushed_request::table
                    .find(&hash)
                    .filter(pushed_request::client_id.eq(client.client.id.as_str()))
                    .filter(pushed_request::expires_at.gt(now))
                    .filter(pushed_request::is_used.eq(false))
                    .select(pushed_request::request)
                    .get_result(c)
                    .optional())?)
            })
        };
        let mut stored = read()?;
        if stored.is_none() && is_being_written {
            // Perhaps in this moment: the next commit comes after that one.
            self.db().write(|_| Ok::<(), Error>(()))?;
            stored = read()?;
        }
        let Some(stored) = stored else { return Ok(None) };
        let request = serde_json::from_str(&stored).map_err(|_| Error::Damaged("pushed request"))?;
        Ok(Some((request, hash)))
    }

    /// Uses up a pushed request that only memory knows, now that it is answered. False when it does not.
    pub(super) fn answer_held(&self, hash: &[u8], now: Timestamp) -> bool {
        self.memory().is_some_and(|memory| {
            memory.pushed.with(hash, now, |mut entry| match entry.get() {
                Some(held) if !held.is_written => entry.take().is_some(),
                _ => false,
            })
        })
    }

    /// Uses up a pushed request, now that it is answered. False when it was answered before.
    pub(super) fn answer_pushed(
        &self,
        conn: &mut Conn<'_>,
        hash: Option<&Vec<u8>>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let Some(hash) = hash else { return Ok(true) };
        if self.answer_held(hash, now) {
            return Ok(true);
        }
        let updated = on_db!(conn, c => diesel::update(pushed_request::table.find(hash))
            .filter(pushed_request::is_used.eq(false))
            .set(pushed_request::is_used.eq(true))
            .execute(c))?;
        Ok(updated == 1)
    }

    /// Writes down a pushed request that so far only memory knows: what is begun now outlives its `request_uri`, and must
    /// outlive this process, too.
    pub(super) fn write_held(&self, conn: &mut Conn<'_>, hash: &[u8], now: Timestamp) -> Result<(), Error> {
        let Some(memory) = self.memory() else { return Ok(()) };
        let held = memory.pushed.with(hash, now, |mut entry| {
            let held = entry.get().filter(|held| !held.is_written)?;
            held.is_written = true;
            Some(held.clone())
        });
        held.map_or(Ok(()), |held| WrittenRequest::of(&held)?.insert(conn, hash))
    }
}

/// A pushed request as the database has it.
#[derive(Clone)]
struct WrittenRequest {
    client_id: String,
    request: String,
    expires_at: Timestamp,
}

impl WrittenRequest {
    fn of(pushed: &PushedRequest) -> Result<Self, Error> {
        let request = serde_json::to_string(&pushed.request).map_err(|_| Error::Damaged("pushed request"))?;
        let client_id = pushed.client_id.as_str().to_owned();
        Ok(Self { client_id, request, expires_at: pushed.pushed_at + lifetimes::REQUEST_URI })
    }

    fn insert(&self, conn: &mut Conn<'_>, hash: &[u8]) -> Result<(), Error> {
        let row = (
            pushed_request::reference_hash.eq(hash),
            pushed_request::client_id.eq(&self.client_id),
            pushed_request::request.eq(&self.request),
            pushed_request::expires_at.eq(self.expires_at),
            pushed_request::is_used.eq(false),
        );
        on_db!(conn, c => diesel::insert_into(pushed_request::table).values(row).execute(c))?;
        Ok(())
    }
}
