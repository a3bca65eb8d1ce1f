//! Many entries at once: a participant moves in, or a directory is restored.
//!
//! A chunk is one transaction with the audit of it and the place in the file that it reaches, so an import that was interrupted goes on
//! behind the last chunk. On PostgreSQL rows go in by `COPY`, sorted by what they are found by.

use std::collections::HashSet;

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::reads::{self, Read, ReadPurpose};
use super::row::{self, EntryRow};
use super::schema::{directory_entry, directory_import};
use super::{Core, Directory, DirectoryError, digest, fps_id, imports};
use crate::directory::sealed::{self, Place};
use crate::directory::sealed_text::Private;
use crate::directory::{EntryId, EntryStatus, Registration};
use crate::participant::ClearingCode;
use crate::store::copy::Rows;
use crate::store::random::random;

/// Proxies that are asked for together.
const ASKED_TOGETHER: usize = 1_000;

/// What became of a chunk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// Entries that are new.
    pub added: u64,
    /// Entries that their participant had already; they stay as they are.
    pub known: u64,
    /// New entries that were to be the default, where another bank's is already. It stays the default.
    pub default_elsewhere: u64,
}

store::identifier! {
    /// One time that a file is imported, from beginning to end or to where it is interrupted.
    pub struct ImportId;
}

impl ImportId {
    /// When it began, to the millisecond: a UUIDv7 begins with it (RFC 9562, section 5.7).
    pub fn began(&self) -> Timestamp {
        EntryId::from_uuid(*self.as_uuid()).registered()
    }
}

/// How far an import has come, so that it can go on there, and who runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportMark {
    /// Which run.
    pub run: ImportId,
    /// Who runs it.
    pub actor: String,
    /// SHA-256 of what is imported.
    pub source: [u8; 32],
    /// Entries of it that earlier runs had done.
    pub done_before: u64,
    /// Entries of it that are done.
    pub done: u64,
}

impl Directory {
    /// Registers a chunk, each entry for its participant, and notes how far that is. What a participant has
    /// registered already is left alone, and so is another bank's default.
    pub fn import(
        &self,
        entries: &[(ClearingCode, Registration)],
        mark: Option<&ImportMark>,
        now: Timestamp,
    ) -> Result<Imported, DirectoryError> {
        let rows = entries.iter().map(|(participant, one)| self.0.core.row(*participant, one, now));
        let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
        rows.sort_by(|one, other| (&one.proxy_hash, one.participant).cmp(&(&other.proxy_hash, other.participant)));
        let issued = entries.iter().filter(|(_, one)| one.proxy.kind().is_exclusive());
        let issued: Vec<_> = issued.map(|(participant, one)| (one.proxy.value().to_owned(), *participant)).collect();
        let mark = mark.cloned();
        let this = self.clone();
        self.db().write(move |conn| -> Result<Imported, DirectoryError> {
            if let Conn::Postgres(conn) = conn {
                // Readers go on; whoever registers waits for this chunk, so that a proxy has one default.
                diesel::sql_query("LOCK TABLE directory_entry IN SHARE ROW EXCLUSIVE MODE").execute(*conn)?;
            }
            let (new, imported) = sift(conn, rows.clone())?;
            insert(conn, &new)?;
            digest::note(conn, this.keys(), [], &new)?;
            fps_id::note_issued(conn, &issued, now)?;
            let touch = |row: &EntryRow| Read {
                entry: row.id,
                at: now,
                participant: row.participant,
                purpose: ReadPurpose::IMPORT,
            };
            reads::append(conn, &new.iter().map(touch).collect::<Vec<_>>())?;
            if let Some(mark) = &mark {
                note(conn, mark)?;
                imports::record(conn, mark, imported, now)?;
            }
            Ok(imported)
        })
    }

    /// How many entries of this source are done: none when it was never begun.
    pub fn imported(&self, source: &[u8; 32]) -> Result<u64, DirectoryError> {
        let done: Option<i64> = self.db().read(|conn| -> Result<_, DirectoryError> {
            Ok(on_db!(conn, c => directory_import::table
                .find(source.as_slice())
                .select(directory_import::done)
                .get_result(c)
                .optional())?)
        })?;
        Ok(done.and_then(|done| u64::try_from(done).ok()).unwrap_or(0))
    }
}

impl Core {
    fn row(
        &self,
        participant: ClearingCode,
        registration: &Registration,
        now: Timestamp,
    ) -> Result<EntryRow, DirectoryError> {
        let registration = registration.clone().by_its_holder(&self.keys)?;
        let Registration { proxy, account, owner, owner_key, currencies, default } = registration;
        let place = Place { id: EntryId::new(now, &random()?), participant };
        let proxy_hash = self.keys.proxy_hash(&proxy).to_vec();
        Ok(EntryRow {
            changed_at: now,
            version: 1,
            proven_on: row::day(now),
            last_used_on: 0,
            participant,
            currencies: currencies.bits(),
            status: EntryStatus::Proven.number(),
            is_default: default,
            proxy_hash,
            id: place.id,
            sealed: sealed::seal(&self.keys, place, &Private { proxy, account, owner }, None, random()?)?,
            owner_key: owner_key.map(|key| key.as_bytes().to_vec()),
        })
    }
}

/// Leaves out what is there already, and takes the default from those whose proxy has one.
fn sift(conn: &mut Conn<'_>, rows: Vec<EntryRow>) -> Result<(Vec<EntryRow>, Imported), DirectoryError> {
    let (mut taken, mut with_default) = known(conn, &rows)?;
    let (mut new, mut imported) = (Vec::with_capacity(rows.len()), Imported::default());
    for mut row in rows {
        if !taken.insert((row.proxy_hash.clone(), row.participant)) {
            imported.known += 1;
            continue;
        }
        if row.is_default && !with_default.insert(row.proxy_hash.clone()) {
            row.is_default = false;
            imported.default_elsewhere += 1;
        }
        imported.added += 1;
        new.push(row);
    }
    Ok((new, imported))
}

type Known = (HashSet<(Vec<u8>, ClearingCode)>, HashSet<Vec<u8>>);

fn known(conn: &mut Conn<'_>, rows: &[EntryRow]) -> Result<Known, DirectoryError> {
    let (mut taken, mut with_default) = Known::default();
    for rows in rows.chunks(ASKED_TOGETHER) {
        let hashes: Vec<&[u8]> = rows.iter().map(|row| row.proxy_hash.as_slice()).collect();
        let found: Vec<(Vec<u8>, ClearingCode, bool)> = on_db!(conn, c => directory_entry::table
            .filter(directory_entry::proxy_hash.eq_any(&hashes))
            .select((directory_entry::proxy_hash, directory_entry::participant, directory_entry::is_default))
            .load(c))?;
        for (hash, participant, is_default) in found {
            if is_default {
                with_default.insert(hash.clone());
            }
            taken.insert((hash, participant));
        }
    }
    Ok((taken, with_default))
}

fn insert(conn: &mut Conn<'_>, rows: &[EntryRow]) -> Result<(), DirectoryError> {
    match conn {
        Conn::Postgres(conn) => {
            let mut copied = Rows::new();
            for row in rows {
                copied
                    .begin(12)
                    .bigint(row.changed_at.micros())
                    .integer(row.version)
                    .integer(row.proven_on)
                    .integer(row.last_used_on)
                    .smallint(row.participant.number())
                    .smallint(row.currencies)
                    .smallint(row.status)
                    .boolean(row.is_default)
                    .bytes(&row.proxy_hash)
                    .bytes(row.id.as_uuid().as_bytes())
                    .bytes(&row.sealed)
                    .optional_bytes(row.owner_key.as_deref());
            }
            copied.send(conn, directory_entry::table)?;
        }
        Conn::Sqlite(conn) => {
            for row in rows {
                diesel::insert_into(directory_entry::table).values(row).execute(*conn)?;
            }
        }
    }
    Ok(())
}

fn note(conn: &mut Conn<'_>, mark: &ImportMark) -> Result<(), DirectoryError> {
    let done = i64::try_from(mark.done).unwrap_or(i64::MAX);
    on_db!(conn, c => diesel::insert_into(directory_import::table)
        .values((directory_import::source.eq(mark.source.as_slice()), directory_import::done.eq(done)))
        .on_conflict(directory_import::source)
        .do_update()
        .set(directory_import::done.eq(done))
        .execute(c))?;
    Ok(())
}
