//! The keys of clients, fetched where clients publish them and remembered for a while, in memory.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ::store::Timestamp;

use crate::Error;
use crate::jose::Jwk;
use crate::oidc::client::published_keys::PublishedKeys;
use crate::oidc::client::{Client, ClientId, ClientKeys, keys};
use crate::store::Identity;

/// What is known of the published keys of each client. One client is asked by one thread at a time; the others wait
/// for what it brings.
#[derive(Default)]
pub(in crate::store) struct PublishedKeysOfClients(Mutex<HashMap<ClientId, Arc<Mutex<PublishedKeys>>>>);

impl PublishedKeysOfClients {
    fn of(&self, client: &ClientId) -> Arc<Mutex<PublishedKeys>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(client.clone()).or_default())
    }
}

impl Identity {
    /// The public keys of a client, among which the one of this name is looked for. `None` when the client publishes
    /// them and they cannot be had.
    ///
    /// # Errors
    /// When they are published, at a handle that must not wait.
    pub(super) fn client_keys<'c>(
        &self,
        client: &'c Client,
        kid: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Cow<'c, [Jwk]>>, Error> {
        let url = match &client.keys {
            ClientKeys::None => return Ok(Some(Cow::Borrowed(&[]))),
            ClientKeys::Registered(set) => return Ok(Some(Cow::Borrowed(&set.keys))),
            ClientKeys::Published(url) => url,
        };
        self.may_wait()?;
        let known = self.0.remembered.published_keys.of(&client.id);
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.must_be_fetched(url, kid, now) {
            let document = self.documents().and_then(|source| source.fetch(url, &client.id).ok());
            let found = document.and_then(|document| Some((keys::published(&document.body)?, document.max_age)));
            known.fetched(url, found, now);
        }
        Ok(known.fresh(now).map(|set| Cow::Owned(set.keys.clone())))
    }
}
