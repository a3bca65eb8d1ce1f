//! Many entries at once: a participant moves in, or a directory is restored.
//!
//! What is imported comes in sorted [stretches](super::stretch) and is written a step at a time. A step is one transaction with
//! the audit of it and the place that it reaches, so an import that was interrupted goes on behind the last step. On
//! PostgreSQL rows go in by `COPY`.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::reads::{self, Read, ReadPurpose};
use super::schema::{directory_entry, directory_import};
use super::stretch::{ImportPlace, NewEntry, Stretch};
use super::{Directory, DirectoryError, digest, fps_id, imports};
use crate::directory::{CannotOpen, DirectoryKeys, EntryId, ProxyHash};
use crate::participant::ClearingCode;
use crate::store::copy::Rows;

/// Entries of one transaction: many enough that a commit costs nothing, few enough that nobody waits long.
const STEP: usize = 10_000;
/// Proxies that are asked for together.
const ASKED_TOGETHER: usize = 1_000;

/// What became of some entries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// Entries that are new.
    pub added: u64,
    /// Entries that their participant had already; they stay as they are.
    pub known: u64,
    /// New entries that were to be the default, where another bank's is already. It stays the default.
    pub default_elsewhere: u64,
}

impl std::ops::AddAssign for Imported {
    fn add_assign(&mut self, more: Self) {
        self.added += more.added;
        self.known += more.known;
        self.default_elsewhere += more.default_elsewhere;
    }
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

/// A run of an import of which the directory keeps a record, so that the next one can go on where it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRun {
    /// Which run.
    pub id: ImportId,
    /// Who runs it.
    pub actor: String,
    /// SHA-256 of what is imported.
    pub source: [u8; 32],
    /// Entries of it that earlier runs had done.
    pub done_before: u64,
}

impl Directory {
    /// Registers a stretch, each entry for its participant, and notes how far that is. What a participant has
    /// registered already is left alone, and so is another bank's default. What an earlier run has written of the same
    /// stretch is not counted again. `progress` is told how many entries of the source are in after each step.
    pub fn import(
        &self,
        stretch: Stretch,
        run: Option<&ImportRun>,
        mut progress: impl FnMut(u64),
    ) -> Result<Imported, DirectoryError> {
        let (stretch, run) = (Arc::new(stretch), run.cloned().map(Arc::new));
        let place = run.as_ref().map(|run| self.imported(&run.source)).transpose()?.unwrap_or_default();
        let is_under_way = (place.done, place.reaching) == (stretch.from, stretch.end());
        let mut from = usize::try_from(place.within).ok().filter(|_| is_under_way).unwrap_or(0);
        let mut imported = Imported::default();
        while from < stretch.entries.len() {
            let step = from..(from + STEP).min(stretch.entries.len());
            from = step.end;
            imported += self.write_step(&stretch, step, run.as_ref())?;
            progress(stretch.from + from as u64);
        }
        Ok(imported)
    }

    /// Writes some entries of a stretch: one transaction.
    pub(super) fn write_step(
        &self,
        stretch: &Arc<Stretch>,
        step: std::ops::Range<usize>,
        run: Option<&Arc<ImportRun>>,
    ) -> Result<Imported, DirectoryError> {
        let (stretch, run, this) = (Arc::clone(stretch), run.cloned(), self.clone());
        self.db().write(move |conn| -> Result<Imported, DirectoryError> {
            if let Conn::Postgres(conn) = conn {
                // Readers go on; whoever registers waits for this step, so that a proxy has one default.
                diesel::sql_query("LOCK TABLE directory_entry IN SHARE ROW EXCLUSIVE MODE").execute(*conn)?;
            }
            let (entries, now) = (&stretch.entries[step.clone()], stretch.now);
            let (new, imported) = sift(conn, this.keys(), entries)?;
            insert(conn, &new)?;
            digest::note_new(conn, new.iter().map(|one| (one.row.participant, one.content)))?;
            let issued = entries.iter().filter_map(|one| Some((one.issued.as_deref()?, one.row.participant)));
            fps_id::note_issued(conn, issued, now)?;
            let read = |one: &Cow<'_, NewEntry>| Read {
                entry: one.row.id,
                at: now,
                participant: one.row.participant,
                purpose: ReadPurpose::IMPORT,
            };
            reads::append(conn, &new.iter().map(read).collect::<Vec<_>>())?;
            if let Some(run) = &run {
                note(conn, &run.source, &stretch, step.end)?;
                imports::record(conn, run, imported, now)?;
            }
            Ok(imported)
        })
    }

    /// How far imports of this source have come: nowhere when none was ever begun.
    pub fn imported(&self, source: &[u8; 32]) -> Result<ImportPlace, DirectoryError> {
        let place: Option<(i64, i64, i64)> = self.db().read(|conn| -> Result<_, DirectoryError> {
            Ok(on_db!(conn, c => directory_import::table
                .find(source.as_slice())
                .select((directory_import::done, directory_import::reaching, directory_import::within))
                .get_result(c)
                .optional())?)
        })?;
        let [done, reaching, within] = place
            .map_or([0; 3], |(done, reaching, within)| [done, reaching, within].map(|n| u64::try_from(n).unwrap_or(0)));
        Ok(ImportPlace { done, reaching, within })
    }
}

/// Leaves out what is there already, and takes the default from those whose proxy has one.
fn sift<'a>(
    conn: &mut Conn<'_>,
    keys: &DirectoryKeys,
    entries: &'a [NewEntry],
) -> Result<(Vec<Cow<'a, NewEntry>>, Imported), DirectoryError> {
    let (mut taken, mut with_default) = known(conn, entries)?;
    let (mut new, mut imported) = (Vec::with_capacity(entries.len()), Imported::default());
    for one in entries {
        let hash = one.row.hash()?;
        if !taken.insert((hash, one.row.participant)) {
            imported.known += 1;
            continue;
        }
        imported.added += 1;
        new.push(if one.row.is_default && !with_default.insert(hash) {
            imported.default_elsewhere += 1;
            Cow::Owned(one.not_default(keys)?)
        } else {
            Cow::Borrowed(one)
        });
    }
    Ok((new, imported))
}

type Known = (HashSet<(ProxyHash, ClearingCode)>, HashSet<ProxyHash>);

fn known(conn: &mut Conn<'_>, entries: &[NewEntry]) -> Result<Known, DirectoryError> {
    let (mut taken, mut with_default) = Known::default();
    for some in entries.chunks(ASKED_TOGETHER) {
        let hashes: Vec<&[u8]> = some.iter().map(|one| one.row.proxy_hash.as_slice()).collect();
        let found: Vec<(Vec<u8>, ClearingCode, bool)> = on_db!(conn, c => directory_entry::table
            .filter(directory_entry::proxy_hash.eq_any(&hashes))
            .select((directory_entry::proxy_hash, directory_entry::participant, directory_entry::is_default))
            .load(c))?;
        for (hash, participant, is_default) in found {
            let hash = ProxyHash::try_from(hash).map_err(|_| CannotOpen)?;
            if is_default {
                with_default.insert(hash);
            }
            taken.insert((hash, participant));
        }
    }
    Ok((taken, with_default))
}

fn insert(conn: &mut Conn<'_>, new: &[Cow<'_, NewEntry>]) -> Result<(), DirectoryError> {
    let rows = new.iter().map(|one| &one.row);
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

/// Notes that so many entries of a stretch are in.
fn note(conn: &mut Conn<'_>, source: &[u8; 32], stretch: &Stretch, within: usize) -> Result<(), DirectoryError> {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let end = stretch.end();
    let (done, within) = if within < stretch.entries.len() { (stretch.from, within as u64) } else { (end, 0) };
    let reached = (
        directory_import::done.eq(number(done)),
        directory_import::reaching.eq(number(end)),
        directory_import::within.eq(number(within)),
    );
    on_db!(conn, c => diesel::insert_into(directory_import::table)
        .values((directory_import::source.eq(source.as_slice()), reached))
        .on_conflict(directory_import::source)
        .do_update()
        .set(reached)
        .execute(c))?;
    Ok(())
}
