//! The directory's handle. Every method blocks while it works on the database.

mod alert;
mod audit;
mod buckets;
mod claim;
mod claim_row;
#[cfg(test)]
mod claim_tests;
mod desk;
mod digest;
mod export;
mod filing;
mod fps_id;
mod holding;
#[cfg(test)]
mod identity_card_tests;
mod import;
#[cfg(test)]
mod import_tests;
mod imports;
mod infraction;
#[cfg(test)]
mod layout_tests;
#[cfg(test)]
mod lookup_tests;
mod notice;
mod own_entry;
mod owner;
mod page;
mod payable;
mod payee;
mod proof;
#[cfg(test)]
mod proof_tests;
mod read;
mod reads;
mod refunds;
mod register;
mod row;
mod schema;
mod stretch;
mod suspicion;
#[cfg(test)]
mod suspicion_tests;
mod synchronisation;
#[cfg(test)]
mod tests;
mod usage;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use store::{Backend, Db, Timestamp};

pub use alert::AlertRecord;
pub use audit::{AuditRecord, Purpose};
pub use buckets::BucketState;
pub use claim::ClaimRecord;
pub use export::Export;
pub use fps_id::{FpsIdRequest, FpsIdRequestId};
pub use import::{ImportId, ImportRun, Imported};
pub use imports::ImportRecord;
pub use infraction::{InfractionRecord, InfractionReport};
pub(in crate::store) use notice::tell;
pub use notice::{Notice, NoticeKind};
pub(in crate::store) use own_entry::own_entry;
pub use page::Page;
pub use proof::{CodeToSend, ProofOutcome, ProofSubject};
pub use register::Registered;
pub use stretch::{ImportPlace, Stretch, Stretches};
pub use suspicion::Suspicion;

use self::buckets::OwnBuckets;
use self::desk::Desk;
use self::refunds::Refunds;
use super::random::NoRandomness;
use crate::directory::anti_scan::Limits;
use crate::directory::{
    AlertRefusal, CannotOpen, ClaimRefusal, DirectoryKeys, DirectoryRules, Entry, EntryId, InfractionRefusal,
    InstitutionsOnly, Lookup, LookupRequest, NoClaim, NotItsHolder, NotRegistered, Payer, Registration, TooManyCodes,
    Verified, whole_seconds,
};
use crate::participant::ClearingCode;

/// How long a look-up may be paid on: time to read a name and confirm, not to keep it.
pub(crate) const LOOKUP_LASTS: Duration = Duration::from_mins(5);

/// The proxy directory. Cheap to clone.
#[derive(Clone)]
pub struct Directory(Arc<Inner>);

struct Inner {
    core: Arc<Core>,
    /// Opened when somebody is first looked up: many programs only register.
    desk: OnceLock<Desk>,
}

/// What a city decides about its directory.
#[derive(Debug, Clone, Default)]
pub struct DirectorySettings {
    /// How much may be looked up.
    pub limits: Limits,
    /// Whose word counts, and how long things take.
    pub rules: DirectoryRules,
}

/// What the threads of the desk share with the handle.
struct Core {
    db: Db,
    keys: DirectoryKeys,
    limits: Limits,
    rules: DirectoryRules,
    suspicion: suspicion::Memory,
    own_buckets: Mutex<OwnBuckets>,
    refunds: Refunds,
    /// The time of the latest look-up or payment, in microseconds; 0 before the first.
    latest: AtomicI64,
}

impl Core {
    /// The buckets in this gateway's memory; in use only when it has the database for itself.
    fn own(&self) -> MutexGuard<'_, OwnBuckets> {
        self.own_buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the time, which only callers know.
    fn at(&self, now: Timestamp) {
        self.latest.fetch_max(now.micros(), Ordering::Relaxed);
    }

    fn latest(&self) -> Option<Timestamp> {
        Some(self.latest.load(Ordering::Relaxed)).filter(|micros| *micros > 0).map(Timestamp::from_micros)
    }
}

/// What can go wrong in the directory.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// Nobody can be paid by this proxy, or not at the bank that was named (`BE23`).
    #[error("nobody can be paid by this number or address")]
    Unknown,
    /// The payer, or all payers of the bank together, have looked up too much.
    #[error("too many look-ups; the next one is possible in {} s", whole_seconds(*retry_after))]
    TooMany {
        /// How long until one more is possible.
        retry_after: Duration,
    },
    /// The directory is being closed.
    #[error("the directory is being closed")]
    Stopped,
    /// No such entry, or one of another participant.
    #[error("no such entry")]
    NotFound,
    /// An FPS ID is issued by the directory, not chosen; one that was removed never comes back.
    #[error("an FPS ID is issued by the directory")]
    NotIssued,
    /// An identity card number, and somebody else's account.
    #[error(transparent)]
    NotItsHolder(#[from] NotItsHolder),
    /// An identity card number, and a payer who is no institution.
    #[error(transparent)]
    InstitutionsOnly(#[from] InstitutionsOnly),
    /// The proxy is somebody else's, or is being claimed.
    #[error(transparent)]
    NotRegistered(#[from] NotRegistered),
    /// There is nothing to claim, or not by this owner.
    #[error(transparent)]
    NoClaim(#[from] NoClaim),
    /// A step that a claim does not take.
    #[error(transparent)]
    Claim(#[from] ClaimRefusal),
    /// Possession of an FPS ID is nothing that a code could prove.
    #[error("no code can be sent to this kind of proxy")]
    NothingToProve,
    /// An alert that whoever raises it may not raise.
    #[error(transparent)]
    Alert(#[from] AlertRefusal),
    /// A step that an infraction report does not take.
    #[error(transparent)]
    Infraction(#[from] InfractionRefusal),
    /// Codes were sent there too often.
    #[error(transparent)]
    TooManyCodes(#[from] TooManyCodes),
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
    /// The directory in a database that has been migrated, whose participants all answer for what they register.
    pub fn new(db: Db, keys: DirectoryKeys) -> Self {
        Self::with_limits(db, keys, Limits::default())
    }

    /// The same, with other limits on how often anybody is looked up.
    pub fn with_limits(db: Db, keys: DirectoryKeys, limits: Limits) -> Self {
        Self::with_settings(db, keys, DirectorySettings { limits, rules: DirectoryRules::asserted() })
    }

    /// The same, under these settings.
    pub fn with_settings(db: Db, keys: DirectoryKeys, settings: DirectorySettings) -> Self {
        let core = Core {
            db,
            keys,
            limits: settings.limits,
            rules: settings.rules,
            suspicion: suspicion::Memory::default(),
            own_buckets: Mutex::default(),
            refunds: Refunds::default(),
            latest: AtomicI64::new(0),
        };
        Self(Arc::new(Inner { core: Arc::new(core), desk: OnceLock::new() }))
    }

    /// Registers a proxy for an account of `participant`, or changes what it registered before. The same again
    /// changes nothing. A new default replaces another bank's.
    pub fn register(
        &self,
        participant: ClearingCode,
        registration: Registration,
        now: Timestamp,
    ) -> Result<Registered, DirectoryError> {
        let registration = registration.by_its_holder(self.keys())?;
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
    ) -> Result<Page<Entry, EntryId>, DirectoryError> {
        read::list(self, participant, cursor, now)
    }

    /// What a payer may see before paying. It is charged, recorded and durable before it is shown; those who ask at
    /// the same time share the commit.
    ///
    /// # Errors
    /// [`DirectoryError::Unknown`] when nobody can be paid by the proxy, [`DirectoryError::InstitutionsOnly`] when this
    /// payer may not ask, [`DirectoryError::TooMany`] when the payer has looked up too much, [`DirectoryError::Busy`]
    /// when too many are waiting.
    pub async fn lookup(&self, request: LookupRequest, now: Timestamp) -> Result<Lookup, DirectoryError> {
        request.may_be_asked()?;
        let core = &self.0.core;
        self.desk()?.ask(core, request, now)?.shown(core).await
    }

    /// [`Self::lookup`] for callers without a runtime; it blocks.
    pub fn lookup_blocking(&self, request: LookupRequest, now: Timestamp) -> Result<Lookup, DirectoryError> {
        request.may_be_asked()?;
        let core = &self.0.core;
        self.desk()?.ask(core, request, now)?.shown_blocking(core)
    }

    /// How many tokens a participant and one of its payers have.
    pub fn buckets(
        &self,
        participant: ClearingCode,
        payer: &Payer,
        now: Timestamp,
    ) -> Result<Vec<BucketState>, DirectoryError> {
        self.desk()?;
        buckets::states(&self.0.core, participant, payer, now)
    }

    /// Who read or changed an entry, latest last.
    pub fn audit_of(&self, id: EntryId) -> Result<Vec<AuditRecord>, DirectoryError> {
        audit::of_entry(self, id)
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.core.db
    }

    /// The rules that it goes by.
    pub fn rules(&self) -> &DirectoryRules {
        &self.0.core.rules
    }

    /// Its keys: what an owner is known by follows from them.
    pub fn keys(&self) -> &DirectoryKeys {
        &self.0.core.keys
    }

    /// A payment was made on this look-up: its payer gets a token back, soon.
    fn refund(&self, paid: &Verified, now: Timestamp) {
        self.0.core.at(now);
        self.0.core.refunds.add(paid);
    }

    fn desk(&self) -> Result<&Desk, DirectoryError> {
        if let Some(desk) = self.0.desk.get() {
            return Ok(desk);
        }
        let core = &self.0.core;
        if core.db.backend() == Backend::Sqlite {
            let kept = OwnBuckets::open(&core.db)?;
            // Whoever comes second finds it opened and drops its own.
            if self.0.desk.get().is_none() {
                *core.own() = kept;
            }
        }
        let opened = Desk::open(core)?;
        Ok(self.0.desk.get_or_init(|| opened))
    }
}
