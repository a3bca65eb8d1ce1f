//! The thin, impure side: the handle, the database, and randomness.

mod activations;
pub(crate) mod audit;
mod ceremonies;
pub(crate) mod consents;
mod detached;
mod expiry;
pub(crate) mod oidc;
mod passkeys;
mod passwords;
mod random;
pub(crate) mod remembered;
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

use self::oidc::Remembered;
use self::oidc::memory::Memory;
use self::remembered::AsRead;
use self::residents::SealedAttributes;

use crate::authenticator::RelyingParty;
use crate::jose::{KeyRing, install_provider};
use crate::oidc::documents::DocumentSource;
use crate::resident::ResidentId;
use crate::session::Session;
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
pub struct Identity(Arc<Inner>, Db);

struct Inner {
    keys: IdentityKeys,
    settings: IdentitySettings,
    relying_party: RelyingParty,
    /// The signing keys and when they were read.
    key_ring: RwLock<Option<(Timestamp, Arc<KeyRing>)>>,
    /// What is published at `/.well-known/openid-configuration`.
    discovery: OnceLock<String>,
    /// Fetches what clients publish.
    documents: OnceLock<Arc<dyn DocumentSource>>,
    /// What the OpenID provider need not read, parse or verify again.
    remembered: Remembered,
    /// Live sessions, by the keyed hash of their secret.
    sessions: AsRead<Vec<u8>, Session>,
    /// What is known about residents, sealed as it is stored.
    attributes: AsRead<ResidentId, Arc<SealedAttributes>>,
    /// What lives shortly, where one gateway alone has the database.
    memory: OnceLock<Memory>,
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
        let inner = Inner {
            keys,
            settings,
            relying_party,
            key_ring: RwLock::new(None),
            discovery: OnceLock::new(),
            documents: OnceLock::new(),
            remembered: Remembered::default(),
            sessions: AsRead::default(),
            attributes: AsRead::default(),
            memory: OnceLock::new(),
        };
        Ok(Self(Arc::new(inner), db))
    }

    /// Lends the provider the means to fetch what clients publish (`jwks_uri`, `sector_identifier_uri`). Without,
    /// nothing is fetched, and who needs it is refused. The first call counts.
    pub fn fetch_with(&self, source: Arc<dyn DocumentSource>) {
        let _ = self.0.documents.set(source);
    }

    /// Keeps in memory what lives shortly, which costs no commit: ids that are good once, pushed requests, and codes that
    /// stand on what was agreed to before. Only for the one gateway of a database: others would not know them. After a
    /// crash they are gone, so what was signed before `since` is refused, for it may have been used.
    pub fn remember_in_memory(&self, since: Timestamp) {
        let _ = self.0.memory.set(Memory::new(since));
    }

    fn memory(&self) -> Option<&Memory> {
        self.0.memory.get()
    }

    /// The provider for a thread that must not wait. What needs a commit, but for what says that it is ready soon, or a
    /// document of somebody else, is answered with an error that [would wait](Error::would_wait): nothing has happened then, and a thread that may wait can be
    /// asked the same. `None` where everything waits.
    pub fn at_once(&self) -> Option<Self> {
        self.memory()?;
        Some(Self(Arc::clone(&self.0), self.1.at_once()?))
    }

    /// Refuses what takes waiting where that must not be.
    fn may_wait(&self) -> Result<(), Error> {
        if self.db().may_wait() { Ok(()) } else { Err(::store::Error::WouldWait.into()) }
    }

    fn documents(&self) -> Option<&dyn DocumentSource> {
        self.0.documents.get().map(Arc::as_ref)
    }

    /// How this installation presents itself.
    pub fn settings(&self) -> &IdentitySettings {
        &self.0.settings
    }

    pub(crate) fn db(&self) -> &Db {
        &self.1
    }

    fn relying_party(&self) -> &RelyingParty {
        &self.0.relying_party
    }

    pub(crate) fn keys(&self) -> &IdentityKeys {
        &self.0.keys
    }
}
