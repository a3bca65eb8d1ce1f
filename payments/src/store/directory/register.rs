//! Registering, changing and removing entries.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::audit::{self, Purpose};
use super::row::{self, EntryRow};
use super::schema::directory_entry;
use super::{Directory, DirectoryError};
use crate::directory::sealed::{self, Place};
use crate::directory::sealed_text::Private;
use crate::directory::{Entry, EntryId, EntryStatus, ProxyHash, Registration};
use crate::participant::ClearingCode;
use crate::store::random::random;

const FIRST_VERSION: i32 = 1;
/// How often a registration is tried when another one of the same proxy comes in between.
const ATTEMPTS: u32 = 4;

/// What a registration led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The entry as it stands now.
    pub entry: Entry,
    /// Whether it is new; otherwise it was changed, or was the same already.
    pub is_new: bool,
}

pub(super) fn register(
    directory: &Directory,
    participant: ClearingCode,
    registration: &Registration,
    now: Timestamp,
) -> Result<Registered, DirectoryError> {
    until_nobody_is_in_between(|| {
        let (this, registration) = (directory.clone(), registration.clone());
        directory.db().write(move |conn| {
            let origin = Origin::Participant;
            Work { directory: &this, participant, registration: &registration, origin, now }.run(conn)
        })
    })
}

/// Tries a change a few times when others change the same proxy meanwhile.
pub(super) fn until_nobody_is_in_between<T>(
    mut change: impl FnMut() -> Result<T, DirectoryError>,
) -> Result<T, DirectoryError> {
    let mut attempt = 1;
    loop {
        match change() {
            // Two banks at once: whoever came second finds the other's row there and decides anew.
            Err(DirectoryError::Store(error)) if error.is_unique_violation() && attempt < ATTEMPTS => {}
            Err(DirectoryError::Busy) if attempt < ATTEMPTS => {}
            Err(DirectoryError::Store(error)) if error.is_unique_violation() => return Err(DirectoryError::Busy),
            done => return done,
        }
        attempt += 1;
    }
}

/// Where a proxy comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Its participant names it.
    Participant,
    /// The directory issued it in this transaction.
    JustIssued,
}

/// One registration in its transaction.
pub(super) struct Work<'a> {
    pub(super) directory: &'a Directory,
    pub(super) participant: ClearingCode,
    pub(super) registration: &'a Registration,
    pub(super) origin: Origin,
    pub(super) now: Timestamp,
}

impl Work<'_> {
    pub(super) fn run(&self, conn: &mut Conn<'_>) -> Result<Registered, DirectoryError> {
        let hash = self.directory.keys().proxy_hash(&self.registration.proxy);
        lock(conn, &hash)?;
        let known: Option<EntryRow> = on_db!(conn, c => directory_entry::table
            .filter(directory_entry::proxy_hash.eq(hash.as_slice()))
            .filter(directory_entry::participant.eq(self.participant))
            .select(EntryRow::as_select())
            .first(c)
            .optional())?;
        if self.registration.default {
            self.replace_default(conn, &hash)?;
        }
        let (row, is_new) = match known {
            None if self.registration.proxy.kind().is_exclusive() && self.origin != Origin::JustIssued => {
                return Err(DirectoryError::NotIssued);
            }
            None => (self.insert(conn, &hash)?, true),
            Some(known) => (self.change(conn, known)?, false),
        };
        Ok(Registered { entry: row.entry(self.directory.keys())?, is_new })
    }

    fn private(&self) -> Private {
        let Registration { proxy, account, owner, .. } = self.registration.clone();
        Private { proxy, account, owner }
    }

    fn insert(&self, conn: &mut Conn<'_>, proxy_hash: &ProxyHash) -> Result<EntryRow, DirectoryError> {
        let place = Place { id: EntryId::new(self.now, &random()?), participant: self.participant };
        let row = EntryRow {
            changed_at: self.now,
            version: FIRST_VERSION,
            proven_on: row::day(self.now),
            last_used_on: 0,
            participant: self.participant,
            currencies: self.registration.currencies.bits(),
            status: EntryStatus::Proven.number(),
            is_default: self.registration.default,
            proxy_hash: proxy_hash.to_vec(),
            id: place.id,
            sealed: sealed::seal(self.directory.keys(), place, &self.private(), None, random()?)?,
            owner_key: None,
        };
        on_db!(conn, c => diesel::insert_into(directory_entry::table).values(&row).execute(c))?;
        audit::record(conn, &[row.id], self.participant, Purpose::Register, self.now)?;
        Ok(row)
    }

    /// Any difference makes a new version: what a payer was shown before may no longer be so.
    fn change(&self, conn: &mut Conn<'_>, known: EntryRow) -> Result<EntryRow, DirectoryError> {
        let private = self.private();
        let currencies = self.registration.currencies.bits();
        let same = known.is_default == self.registration.default && known.currencies == currencies;
        if same && known.open(self.directory.keys())? == private {
            return Ok(known);
        }
        let kept = sealed::kept_token(&known.sealed)?;
        let row = EntryRow {
            sealed: sealed::seal(self.directory.keys(), known.place(), &private, kept.as_ref(), random()?)?,
            currencies,
            is_default: self.registration.default,
            version: known.version + 1,
            changed_at: self.now,
            ..known.clone()
        };
        let changed = on_db!(conn, c => diesel::update(directory_entry::table)
            .filter(directory_entry::participant.eq(row.participant))
            .filter(directory_entry::id.eq(row.id))
            .filter(directory_entry::version.eq(known.version))
            .set((
                directory_entry::sealed.eq(&row.sealed),
                directory_entry::currencies.eq(row.currencies),
                directory_entry::is_default.eq(row.is_default),
                directory_entry::version.eq(row.version),
                directory_entry::changed_at.eq(row.changed_at),
            ))
            .execute(c))?;
        if changed != 1 {
            return Err(DirectoryError::Busy);
        }
        audit::record(conn, &[row.id], self.participant, Purpose::Change, self.now)?;
        Ok(row)
    }

    /// Another bank's default steps back; whoever looked it up must look again.
    fn replace_default(&self, conn: &mut Conn<'_>, hash: &ProxyHash) -> Result<(), DirectoryError> {
        let replaced: Vec<EntryId> = on_db!(conn, c => directory_entry::table
            .filter(directory_entry::proxy_hash.eq(hash.as_slice()))
            .filter(directory_entry::is_default.eq(true))
            .filter(directory_entry::participant.ne(self.participant))
            .select(directory_entry::id)
            .load(c))?;
        on_db!(conn, c => diesel::update(directory_entry::table)
            .filter(directory_entry::proxy_hash.eq(hash.as_slice()))
            .filter(directory_entry::is_default.eq(true))
            .filter(directory_entry::participant.ne(self.participant))
            .set((
                directory_entry::is_default.eq(false),
                directory_entry::version.eq(directory_entry::version + 1),
                directory_entry::changed_at.eq(self.now),
            ))
            .execute(c))?;
        audit::record(conn, &replaced, self.participant, Purpose::DefaultReplaced, self.now)
    }
}

/// Takes the entries of one proxy for this transaction alone, so that two banks at once cannot both become its
/// default. SQLite has one writer anyway.
pub(super) fn lock(conn: &mut Conn<'_>, hash: &ProxyHash) -> Result<(), DirectoryError> {
    if let Conn::Postgres(conn) = conn {
        let number = i64::from_be_bytes(*hash.first_chunk().unwrap_or(&[0; 8]));
        diesel::sql_query("SELECT pg_advisory_xact_lock($1)")
            .bind::<diesel::sql_types::BigInt, _>(number)
            .execute(*conn)?;
    }
    Ok(())
}

pub(super) fn remove(
    directory: &Directory,
    participant: ClearingCode,
    id: EntryId,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    directory.db().write(move |conn| -> Result<(), DirectoryError> {
        let removed = on_db!(conn, c => diesel::delete(directory_entry::table)
            .filter(directory_entry::id.eq(id))
            .filter(directory_entry::participant.eq(participant))
            .execute(c))?;
        if removed == 0 {
            return Err(DirectoryError::NotFound);
        }
        audit::record(conn, &[id], participant, Purpose::Remove, now)
    })
}
