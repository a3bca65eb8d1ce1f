//! Registering, changing and removing entries.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::audit::{self, Purpose};
use super::row::EntryRow;
use super::schema::directory_entry;
use super::{Directory, DirectoryError};
use crate::directory::sealed::{self, Place, Private};
use crate::directory::{AccountToken, Entry, EntryId, EntryVersion, Registration};
use crate::participant::ClearingCode;
use crate::store::random::random;

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
    let mut attempt = 1;
    loop {
        let (this, registration) = (directory.clone(), registration.clone());
        let done = directory.db().write(move |conn| {
            let work = Work { directory: &this, participant, registration: &registration, now };
            work.run(conn)
        });
        match done {
            // Two banks at once: whoever came second finds the other's row there and decides anew.
            Err(DirectoryError::Store(error)) if error.is_unique_violation() && attempt < ATTEMPTS => {}
            Err(DirectoryError::Busy) if attempt < ATTEMPTS => {}
            Err(DirectoryError::Store(error)) if error.is_unique_violation() => return Err(DirectoryError::Busy),
            done => return done,
        }
        attempt += 1;
    }
}

/// One registration in its transaction.
struct Work<'a> {
    directory: &'a Directory,
    participant: ClearingCode,
    registration: &'a Registration,
    now: Timestamp,
}

impl Work<'_> {
    fn run(&self, conn: &mut Conn<'_>) -> Result<Registered, DirectoryError> {
        let hash = self.directory.keys().proxy_hash(&self.registration.proxy).to_vec();
        let known: Option<EntryRow> = on_db!(conn, c => directory_entry::table
            .filter(directory_entry::proxy_hash.eq(&hash))
            .filter(directory_entry::participant.eq(self.participant))
            .select(EntryRow::as_select())
            .first(c)
            .optional())?;
        if self.registration.default {
            self.replace_default(conn, &hash)?;
        }
        let (row, is_new) = match known {
            None => (self.insert(conn, hash)?, true),
            Some(known) => (self.change(conn, known)?, false),
        };
        Ok(Registered { entry: row.entry(self.directory.keys())?, is_new })
    }

    fn private(&self) -> Private {
        let Registration { proxy, account, owner, .. } = self.registration.clone();
        Private { proxy, account, owner }
    }

    fn insert(&self, conn: &mut Conn<'_>, proxy_hash: Vec<u8>) -> Result<EntryRow, DirectoryError> {
        let place = Place { id: EntryId::new(self.now, &random()?), participant: self.participant };
        let row = EntryRow {
            id: place.id,
            proxy_hash,
            participant: self.participant,
            account_token: AccountToken::from_random(&random()?).as_str().to_owned(),
            sealed: sealed::seal(self.directory.keys(), place, &self.private(), random()?)?,
            is_default: self.registration.default,
            version: EntryVersion::FIRST.number(),
            created_at: self.now,
            changed_at: self.now,
        };
        on_db!(conn, c => diesel::insert_into(directory_entry::table).values(&row).execute(c))?;
        audit::record(conn, &[row.id], self.participant, Purpose::Register, self.now)?;
        Ok(row)
    }

    /// Any difference makes a new version: what a payer was shown before may no longer be so.
    fn change(&self, conn: &mut Conn<'_>, known: EntryRow) -> Result<EntryRow, DirectoryError> {
        let private = self.private();
        if known.is_default == self.registration.default && known.open(self.directory.keys())? == private {
            return Ok(known);
        }
        let row = EntryRow {
            sealed: sealed::seal(self.directory.keys(), known.place(), &private, random()?)?,
            is_default: self.registration.default,
            version: known.version + 1,
            changed_at: self.now,
            ..known.clone()
        };
        let changed = on_db!(conn, c => diesel::update(directory_entry::table)
            .filter(directory_entry::id.eq(row.id))
            .filter(directory_entry::version.eq(known.version))
            .set((
                directory_entry::sealed.eq(&row.sealed),
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
    fn replace_default(&self, conn: &mut Conn<'_>, hash: &[u8]) -> Result<(), DirectoryError> {
        let replaced: Vec<EntryId> = on_db!(conn, c => directory_entry::table
            .filter(directory_entry::proxy_hash.eq(hash))
            .filter(directory_entry::is_default.eq(true))
            .filter(directory_entry::participant.ne(self.participant))
            .select(directory_entry::id)
            .load(c))?;
        on_db!(conn, c => diesel::update(directory_entry::table)
            .filter(directory_entry::id.eq_any(&replaced))
            .filter(directory_entry::is_default.eq(true))
            .set((
                directory_entry::is_default.eq(false),
                directory_entry::version.eq(directory_entry::version + 1),
                directory_entry::changed_at.eq(self.now),
            ))
            .execute(c))?;
        audit::record(conn, &replaced, self.participant, Purpose::DefaultReplaced, self.now)
    }
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
