//! The directory's handle. Every method blocks while it works on the database.

mod audit;
mod fps_id;
#[cfg(test)]
mod layout_tests;
mod payee;
mod read;
mod register;
mod row;
mod schema;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use store::{Db, Timestamp};

pub use audit::{AuditRecord, Purpose};
pub use fps_id::{FpsIdRequest, FpsIdRequestId};
pub use read::Page;
pub use register::Registered;

use super::random::NoRandomness;
use crate::directory::{CannotOpen, DirectoryKeys, EntryId, Lookup, Proxy, Registration};
use crate::participant::ClearingCode;

/// How long a look-up may be paid on: time to read a name and confirm, not to keep it.
pub(crate) const LOOKUP_LASTS: Duration = Duration::from_mins(5);

/// The proxy directory. Cheap to clone.
#[derive(Clone)]
pub struct Directory(Arc<Inner>);

struct Inner {
    db: Db,
    keys: DirectoryKeys,
}

/// What can go wrong in the directory.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// Nobody can be paid by this proxy, or not at the bank that was named (`BE23`).
    #[error("nobody can be paid by this number or address")]
    Unknown,
    /// No such entry, or one of another participant.
    #[error("no such entry")]
    NotFound,
    /// An FPS ID is issued by the directory, not chosen; one that was removed never comes back.
    #[error("an FPS ID is issued by the directory")]
    NotIssued,
    /// Another change of the same proxy came in between, more than once.
    #[error("the entry is being changed by others; try again")]
    Busy,
    /// An entry does not open under this installation's keys.
    #[error(transparent)]
    Sealed(#[from] CannotOpen),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<diesel::result::Error> for DirectoryError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Directory {
    /// The directory in a database that has been migrated.
    pub fn new(db: Db, keys: DirectoryKeys) -> Self {
        Self(Arc::new(Inner { db, keys }))
    }

    /// Registers a proxy for an account of `participant`, or changes what it registered before. The same again
    /// changes nothing. A new default replaces another bank's.
    pub fn register(
        &self,
        participant: ClearingCode,
        registration: Registration,
        now: Timestamp,
    ) -> Result<Registered, DirectoryError> {
        register::register(self, participant, &registration, now)
    }

    /// Issues a new FPS ID for an account of `participant`. The same request again gives the same entry.
    ///
    /// # Errors
    /// [`DirectoryError::NotIssued`] when the number of an earlier request was removed since.
    pub fn issue_fps_id(
        &self,
        participant: ClearingCode,
        request: &FpsIdRequest,
        now: Timestamp,
    ) -> Result<Registered, DirectoryError> {
        fps_id::issue(self, participant, request, now)
    }

    /// Removes an entry of `participant`.
    ///
    /// # Errors
    /// [`DirectoryError::NotFound`] also when the entry is another participant's.
    pub fn remove(&self, participant: ClearingCode, id: EntryId, now: Timestamp) -> Result<(), DirectoryError> {
        register::remove(self, participant, id, now)
    }

    /// The entries of `participant` in the order of their registration, a page at a time; `cursor` is the
    /// page's before.
    pub fn list(
        &self,
        participant: ClearingCode,
        cursor: Option<EntryId>,
        now: Timestamp,
    ) -> Result<Page, DirectoryError> {
        read::list(self, participant, cursor, now)
    }

    /// What a payer at `payer_agent` may see before paying `proxy`: at its default bank, or at
    /// `creditor_agent` when the payer chose one.
    ///
    /// # Errors
    /// [`DirectoryError::Unknown`] when nobody can be paid by it.
    pub fn lookup(
        &self,
        payer_agent: ClearingCode,
        proxy: &Proxy,
        creditor_agent: Option<ClearingCode>,
        now: Timestamp,
    ) -> Result<Lookup, DirectoryError> {
        read::lookup(self, payer_agent, proxy, creditor_agent, now)
    }

    /// Who read or changed an entry, latest last.
    pub fn audit_of(&self, id: EntryId) -> Result<Vec<AuditRecord>, DirectoryError> {
        audit::of_entry(self, id)
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    pub(crate) fn keys(&self) -> &DirectoryKeys {
        &self.0.keys
    }
}
