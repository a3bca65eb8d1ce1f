//! Registering, changing and removing entries.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::audit::{self, Purpose};
use super::digest;
use super::holding::{entries_of, held, lock, replace_default, wish};
use super::row::{self, EntryRow};
use super::schema::directory_entry;
use super::{Directory, DirectoryError};
use crate::directory::sealed::{self, Place};
use crate::directory::sealed_text::Private;
use crate::directory::{
    DirectoryKeys, Entry, EntryId, EntryStatus, NotRegistered, ProxyHash, Registration, Standing, may_register,
};
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
    /// A claim was completed in this transaction.
    Claimed,
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
        let entries = entries_of(conn, &hash)?;
        let kind = self.registration.proxy.kind();
        let standing = match self.origin {
            Origin::Participant => {
                may_register(kind, &held(&entries), wish(self.directory, self.participant, self.registration))?
            }
            Origin::JustIssued | Origin::Claimed => Standing::Proven,
        };
        let known = entries.into_iter().find(|entry| entry.participant == self.participant);
        if known.is_none() && kind.is_exclusive() && self.origin == Origin::Participant {
            return Err(DirectoryError::NotIssued);
        }
        // What is not proven yet takes nothing from others.
        if self.registration.default && standing == Standing::Proven {
            replace_default(conn, self.directory.keys(), &hash, self.participant, self.now)?;
        }
        let (row, is_new) = match known {
            None => (self.insert(conn, &hash, standing)?, true),
            Some(known) => (self.change(conn, known, standing)?, false),
        };
        Ok(Registered { entry: row.entry(self.directory.keys())?, is_new })
    }

    fn private(&self) -> Private {
        let Registration { proxy, account, owner, .. } = self.registration.clone();
        Private { proxy, account, owner }
    }

    fn owner_key(&self) -> Option<Vec<u8>> {
        self.registration.owner_key.map(|key| key.as_bytes().to_vec())
    }

    /// The status and the day of the proof. What was proven before keeps its day, unless that is too long ago and the
    /// bank answers for it again.
    fn proven(&self, standing: Standing, known: Option<&EntryRow>) -> (i16, i32) {
        let (rules, today) = (self.directory.rules(), row::day(self.now));
        let good = |row: &&EntryRow| {
            let again = rules.must_be_proven_again(row.proven_on, row.last_used_on, today);
            row.proven_on > 0 && !(again && rules.asserts(self.participant))
        };
        match standing {
            Standing::ToBeProven => (EntryStatus::Pending.number(), 0),
            Standing::Proven => (EntryStatus::Proven.number(), known.filter(good).map_or(today, |row| row.proven_on)),
        }
    }

    fn insert(
        &self,
        conn: &mut Conn<'_>,
        proxy_hash: &ProxyHash,
        standing: Standing,
    ) -> Result<EntryRow, DirectoryError> {
        let (status, proven_on) = self.proven(standing, None);
        let place = Place { id: EntryId::new(self.now, &random()?), participant: self.participant };
        let row = EntryRow {
            changed_at: self.now,
            version: FIRST_VERSION,
            proven_on,
            last_used_on: 0,
            participant: self.participant,
            currencies: self.registration.currencies.bits(),
            status,
            is_default: self.registration.default,
            proxy_hash: proxy_hash.to_vec(),
            id: place.id,
            sealed: sealed::seal(self.directory.keys(), place, &self.private(), None, random()?)?,
            owner_key: self.owner_key(),
        };
        on_db!(conn, c => diesel::insert_into(directory_entry::table).values(&row).execute(c))?;
        digest::note(conn, self.directory.keys(), [], [&row])?;
        audit::record(conn, &[row.id], self.participant, Purpose::Register, self.now)?;
        Ok(row)
    }

    /// Any difference makes a new version: what a payer was shown before may no longer be so.
    fn change(&self, conn: &mut Conn<'_>, known: EntryRow, standing: Standing) -> Result<EntryRow, DirectoryError> {
        let private = self.private();
        let currencies = self.registration.currencies.bits();
        let (owner_key, (status, proven_on)) = (self.owner_key(), self.proven(standing, Some(&known)));
        let same = (known.is_default, known.currencies) == (self.registration.default, currencies)
            && (known.status, known.proven_on) == (status, proven_on)
            && known.owner_key == owner_key;
        if same && known.open(self.directory.keys())? == private {
            return Ok(known);
        }
        let kept = sealed::kept_token(&known.sealed)?;
        let row = EntryRow {
            sealed: sealed::seal(self.directory.keys(), known.place(), &private, kept.as_ref(), random()?)?,
            currencies,
            status,
            proven_on,
            owner_key,
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
                directory_entry::status.eq(row.status),
                directory_entry::proven_on.eq(row.proven_on),
                directory_entry::owner_key.eq(&row.owner_key),
                directory_entry::is_default.eq(row.is_default),
                directory_entry::version.eq(row.version),
                directory_entry::changed_at.eq(row.changed_at),
            ))
            .execute(c))?;
        if changed != 1 {
            return Err(DirectoryError::Busy);
        }
        digest::note(conn, self.directory.keys(), [&known], [&row])?;
        audit::record(conn, &[row.id], self.participant, Purpose::Change, self.now)?;
        Ok(row)
    }
}

pub(super) fn remove(
    directory: &Directory,
    participant: ClearingCode,
    id: EntryId,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    let this = directory.clone();
    directory.db().write(move |conn| -> Result<(), DirectoryError> {
        let hash: Option<Vec<u8>> = on_db!(conn, c => directory_entry::table
            .filter(directory_entry::participant.eq(participant))
            .filter(directory_entry::id.eq(id))
            .select(directory_entry::proxy_hash)
            .first(c)
            .optional())?;
        let hash: ProxyHash = hash.and_then(|hash| hash.try_into().ok()).ok_or(DirectoryError::NotFound)?;
        lock(conn, &hash)?;
        delete(conn, this.keys(), &hash, participant)?;
        audit::record(conn, &[id], participant, Purpose::Remove, now)
    })
}

/// Deletes the entry of a proxy at one bank, after [`lock`].
///
/// # Errors
/// [`NotRegistered::Locked`] while a claim on the proxy is open.
pub(super) fn delete(
    conn: &mut Conn<'_>,
    keys: &DirectoryKeys,
    hash: &ProxyHash,
    participant: ClearingCode,
) -> Result<(), DirectoryError> {
    let entries = entries_of(conn, hash)?;
    let row = entries.iter().find(|row| row.participant == participant).ok_or(DirectoryError::NotFound)?;
    match EntryStatus::from_number(row.status) {
        None => Err(DirectoryError::NotFound),
        Some(EntryStatus::Locked) => Err(NotRegistered::Locked.into()),
        Some(EntryStatus::Pending | EntryStatus::Proven) => delete_row(conn, keys, row),
    }
}

/// Deletes this entry, whatever its status.
pub(super) fn delete_row(conn: &mut Conn<'_>, keys: &DirectoryKeys, row: &EntryRow) -> Result<(), DirectoryError> {
    on_db!(conn, c => diesel::delete(directory_entry::table)
        .filter(directory_entry::proxy_hash.eq(&row.proxy_hash))
        .filter(directory_entry::participant.eq(row.participant))
        .execute(c))?;
    digest::note(conn, keys, [row], [])
}
