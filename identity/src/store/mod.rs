//! The thin, impure side: the handle, the database, and randomness.

mod activations;
pub(crate) mod audit;
mod ceremonies;
pub(crate) mod consents;
mod expiry;
pub(crate) mod oidc;
mod passkeys;
mod passwords;
mod random;
mod residents;
pub(crate) mod schema;
mod sessions;
mod signing_keys;
#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock, RwLock};

use ::store::{Db, Timestamp};
use url::Url;

pub(crate) use random::random;

use self::oidc::client_keys::PublishedKeysOfClients;
use self::oidc::replay::ReplayMemory;

use crate::authenticator::RelyingParty;
use crate::jose::{KeyRing, install_provider};
use crate::oidc::documents::DocumentSource;
use crate::{Error, IdentityKeys};

/// How this installation presents itself.
#[derive(Debug, Clone)]
pub struct IdentitySettings {
    /// The issuer: the URL that every token and every endpoint begins with, as residents' browsers see it.
    pub issuer: Url,
    /// Where relying parties call the endpoints with a certificate (RFC 8705, section 5); `None` when nowhere.
    pub mutual_tls_url: Option<Url>,
    /// The WebAuthn relying party id: the issuer's domain or a parent of it. Passkeys are bound to it for ever.
    pub relying_party_id: String,
    /// The name that authenticators show beside a passkey.
    pub relying_party_name: String,
    /// Whether residents may sign in by password where the relying party takes it, too.
    pub password_sign_in: bool,
}

/// The identity provider. Cheap to clone; every method blocks while it works on the database.
#[derive(Clone)]
pub struct Identity(Arc<Inner>);

struct Inner {
    db: Db,
    keys: IdentityKeys,
    settings: IdentitySettings,
    relying_party: RelyingParty,
    /// The signing keys and when they were read.
    key_ring: RwLock<Option<(Timestamp, Arc<KeyRing>)>>,
    /// Fetches what clients publish.
    documents: OnceLock<Arc<dyn DocumentSource>>,
    published_keys: PublishedKeysOfClients,
    /// What is good once, where one gateway alone has the database.
    replay_memory: OnceLock<ReplayMemory>,
}

impl Identity {
    /// Opens the provider over a database that has been migrated.
    ///
    /// # Errors
    /// [`Error::Settings`] when the relying party id does not belong to the issuer.
    pub fn open(db: Db, keys: IdentityKeys, settings: IdentitySettings) -> Result<Self, Error> {
        install_provider();
        let relying_party =
            RelyingParty::new(&settings.relying_party_id, &settings.relying_party_name, &settings.issuer)?;
        Ok(Self(Arc::new(Inner {
            db,
            keys,
            settings,
            relying_party,
            key_ring: RwLock::new(None),
            documents: OnceLock::new(),
            published_keys: PublishedKeysOfClients::default(),
            replay_memory: OnceLock::new(),
        })))
    }

    /// Lends the provider the means to fetch what clients publish (`jwks_uri`, `sector_identifier_uri`). Without,
    /// nothing is fetched, and who needs it is refused. The first call counts.
    pub fn fetch_with(&self, source: Arc<dyn DocumentSource>) {
        let _ = self.0.documents.set(source);
    }

    /// Keeps the ids of assertions and proofs in memory, which costs no commit. Only for the one gateway of a database:
    /// others would not know them. What was signed before `since` is refused, for it may have been used before a crash.
    pub fn remember_replays_in_memory(&self, since: Timestamp) {
        let _ = self.0.replay_memory.set(ReplayMemory::new(since));
    }

    fn replay_memory(&self) -> Option<&ReplayMemory> {
        self.0.replay_memory.get()
    }

    fn documents(&self) -> Option<&dyn DocumentSource> {
        self.0.documents.get().map(Arc::as_ref)
    }

    /// How this installation presents itself.
    pub fn settings(&self) -> &IdentitySettings {
        &self.0.settings
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    fn relying_party(&self) -> &RelyingParty {
        &self.0.relying_party
    }

    pub(crate) fn keys(&self) -> &IdentityKeys {
        &self.0.keys
    }
}
