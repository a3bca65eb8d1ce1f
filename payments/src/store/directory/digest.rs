//! All entries of a participant in one number, kept up to date by whoever changes an entry, in the same transaction.
//!
//! A change is a row of its own: two registrations at one bank never wait for each other. Housekeeping adds the rows up.
//! What a participant had before changes were noted is opened and combined once, when its digest is first asked for.

use std::collections::BTreeMap;

use diesel::prelude::*;
use store::{Conn, on_db};

use super::row::EntryRow;
use super::schema::{directory_digest, directory_digest_change, directory_entry};
use super::{Directory, DirectoryError};
use crate::directory::{CannotOpen, ContentId, DirectoryKeys, EntryId, SetDigest};
use crate::participant::ClearingCode;

/// Rows that are in memory together.
const PAGE: i64 = 5_000;
/// Changes after which they are added up, and that are added up together.
const CHANGES: i64 = 1_000;

/// What changes, or how the set is: entries more or fewer, and what is put in or taken out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    entries: i64,
    digest: ContentId,
}

impl Sum {
    fn with(self, entries: i64, digest: ContentId) -> Self {
        Self { entries: self.entries + entries, digest: self.digest.combined(digest) }
    }

    fn of_columns((entries, digest): &(i64, Vec<u8>)) -> Result<Self, DirectoryError> {
        let digest = digest.as_slice().try_into().map_err(|_| CannotOpen)?;
        Ok(Self { entries: *entries, digest: ContentId::from_bytes(digest) })
    }

    fn set(self) -> SetDigest {
        SetDigest { entries: u64::try_from(self.entries).unwrap_or(0), digest: self.digest }
    }
}

/// Notes that entries came, went or are otherwise: each as it was, and as it is.
pub(super) fn note<'a>(
    conn: &mut Conn<'_>,
    keys: &DirectoryKeys,
    before: impl IntoIterator<Item = &'a EntryRow>,
    after: impl IntoIterator<Item = &'a EntryRow>,
) -> Result<(), DirectoryError> {
    let mut sums = Sums::new();
    let gone = before.into_iter().map(|row| (row, -1));
    for (row, entries) in gone.chain(after.into_iter().map(|row| (row, 1))) {
        let sum = sums.entry(row.participant).or_default();
        *sum = sum.with(entries, ContentId::of(&row.entry(keys)?));
    }
    write(conn, sums)
}

/// Notes that entries of this content came.
pub(super) fn note_new(
    conn: &mut Conn<'_>,
    new: impl Iterator<Item = (ClearingCode, ContentId)>,
) -> Result<(), DirectoryError> {
    let mut sums = Sums::new();
    for (participant, content) in new {
        let sum = sums.entry(participant).or_default();
        *sum = sum.with(1, content);
    }
    write(conn, sums)
}

type Sums = BTreeMap<ClearingCode, Sum>;

fn write(conn: &mut Conn<'_>, sums: Sums) -> Result<(), DirectoryError> {
    for (participant, sum) in sums {
        on_db!(conn, c => diesel::insert_into(directory_digest_change::table)
            .values((
                directory_digest_change::participant.eq(participant),
                directory_digest_change::entries.eq(sum.entries),
                directory_digest_change::digest.eq(sum.digest.as_bytes().as_slice()),
            ))
            .execute(c))?;
    }
    Ok(())
}

impl Directory {
    /// All entries of `participant` in one number, as they stand at one moment. It says nothing about anybody, so it
    /// leaves no record. The first time it opens each entry: some seconds for a million.
    pub fn digest(&self, participant: ClearingCode) -> Result<SetDigest, DirectoryError> {
        let now = self.db().snapshot(|conn| current(conn, participant))?;
        if let Some(now) = now {
            return Ok(now.set());
        }
        let (base, all) = self.db().snapshot(|conn| -> Result<_, DirectoryError> {
            let (all, changes) = (recompute(conn, self.keys(), participant)?, changes(conn, participant)?);
            // What was there before any change was noted: it is the same at whatever moment this is computed.
            Ok((all.with(-changes.entries, changes.digest), all))
        })?;
        self.db().write(move |conn| keep(conn, participant, base))?;
        Ok(all.set())
    }

    /// Opens every entry of each participant whose digest is kept, and names those for whom it is not what was kept, with
    /// how many digests were compared.
    pub fn verify_digests(&self) -> Result<(u64, Vec<ClearingCode>), DirectoryError> {
        let participants: Vec<ClearingCode> = self.db().read(|conn| -> Result<_, DirectoryError> {
            Ok(on_db!(conn, c => directory_digest::table.select(directory_digest::participant).load(c))?)
        })?;
        let (mut compared, mut wrong) = (0, Vec::new());
        for participant in participants {
            let (all, kept) = self.db().snapshot(|conn| -> Result<_, DirectoryError> {
                Ok((recompute(conn, self.keys(), participant)?, current(conn, participant)?))
            })?;
            compared += 1;
            if kept != Some(all) {
                wrong.push(participant);
            }
        }
        Ok((compared, wrong))
    }
}

/// The digest where one is kept: its base and what has changed since.
fn current(conn: &mut Conn<'_>, participant: ClearingCode) -> Result<Option<Sum>, DirectoryError> {
    let columns = (directory_digest::entries, directory_digest::digest);
    let base: Option<(i64, Vec<u8>)> =
        on_db!(conn, c => directory_digest::table.find(participant).select(columns).get_result(c).optional())?;
    let Some(base) = base else { return Ok(None) };
    let changes = changes(conn, participant)?;
    Ok(Some(Sum::of_columns(&base)?.with(changes.entries, changes.digest)))
}

fn changes(conn: &mut Conn<'_>, participant: ClearingCode) -> Result<Sum, DirectoryError> {
    let rows: Vec<(i64, Vec<u8>)> = on_db!(conn, c => directory_digest_change::table
        .filter(directory_digest_change::participant.eq(participant))
        .select((directory_digest_change::entries, directory_digest_change::digest))
        .load(c))?;
    rows.iter()
        .map(Sum::of_columns)
        .try_fold(Sum::default(), |all, one| one.map(|one| all.with(one.entries, one.digest)))
}

/// Keeps a base; one that is there already is the same.
fn keep(conn: &mut Conn<'_>, participant: ClearingCode, base: Sum) -> Result<(), DirectoryError> {
    on_db!(conn, c => diesel::insert_into(directory_digest::table)
        .values((
            directory_digest::participant.eq(participant),
            directory_digest::entries.eq(base.entries),
            directory_digest::digest.eq(base.digest.as_bytes().as_slice()),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

fn recompute(conn: &mut Conn<'_>, keys: &DirectoryKeys, participant: ClearingCode) -> Result<Sum, DirectoryError> {
    let (mut sum, mut after) = (Sum::default(), EntryId::from_uuid(uuid::Uuid::nil()));
    loop {
        let rows: Vec<EntryRow> = on_db!(conn, c => directory_entry::table
            .filter(directory_entry::participant.eq(participant))
            .filter(directory_entry::id.gt(after))
            .order(directory_entry::id)
            .limit(PAGE)
            .select(EntryRow::as_select())
            .load(c))?;
        let Some(last) = rows.last() else { return Ok(sum) };
        after = last.id;
        for row in &rows {
            sum = sum.with(1, ContentId::of(&row.entry(keys)?));
        }
    }
}

/// Whether there is enough to add up.
pub(super) fn are_many(conn: &mut Conn<'_>) -> Result<bool, DirectoryError> {
    let count: i64 = on_db!(conn, c => directory_digest_change::table.count().get_result(c))?;
    Ok(count >= CHANGES)
}

/// Adds changes up into the bases that are kept; those of others stay.
pub(super) fn add_up(conn: &mut Conn<'_>) -> Result<(), DirectoryError> {
    type Row = (i64, ClearingCode, i64, Vec<u8>);
    let bases = directory_digest::table.select(directory_digest::participant);
    let some = directory_digest_change::table
        .filter(directory_digest_change::participant.eq_any(bases))
        .order(directory_digest_change::seq)
        .limit(CHANGES)
        .select((
            directory_digest_change::seq,
            directory_digest_change::participant,
            directory_digest_change::entries,
            directory_digest_change::digest,
        ));
    // Two gateways never add the same up.
    let rows: Vec<Row> = match conn {
        Conn::Postgres(conn) => some.for_update().skip_locked().load(*conn)?,
        Conn::Sqlite(conn) => some.load(*conn)?,
    };
    let mut sums = Sums::new();
    let mut added = Vec::with_capacity(rows.len());
    for (seq, participant, entries, digest) in rows {
        let one = Sum::of_columns(&(entries, digest))?;
        let sum = sums.entry(participant).or_default();
        *sum = sum.with(one.entries, one.digest);
        added.push(seq);
    }
    for (participant, sum) in sums {
        let base = base_to_change(conn, participant)?.with(sum.entries, sum.digest);
        on_db!(conn, c => diesel::update(directory_digest::table.find(participant))
            .set((
                directory_digest::entries.eq(base.entries),
                directory_digest::digest.eq(base.digest.as_bytes().as_slice()),
            ))
            .execute(c))?;
    }
    on_db!(conn, c => diesel::delete(directory_digest_change::table
        .filter(directory_digest_change::seq.eq_any(&added))).execute(c))?;
    Ok(())
}

/// A base, taken until the transaction ends.
fn base_to_change(conn: &mut Conn<'_>, participant: ClearingCode) -> Result<Sum, DirectoryError> {
    let columns = (directory_digest::entries, directory_digest::digest);
    let row: (i64, Vec<u8>) = match conn {
        Conn::Postgres(conn) => directory_digest::table.find(participant).select(columns).for_update().first(*conn)?,
        Conn::Sqlite(conn) => directory_digest::table.find(participant).select(columns).first(*conn)?,
    };
    Sum::of_columns(&row)
}
