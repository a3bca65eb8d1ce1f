//! Filing reads: what was appended as it happened becomes sorted runs in which an entry's reads are found, some hundreds in a
//! row of the table. On an embedded database in small steps, because look-ups wait for the same writer.

use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use store::{Backend, Conn, Db, Effect, Timestamp, on_db, wait};

use super::DirectoryError;
use super::reads::{BYTES, Read, decoded, filed_through};
use super::schema::{directory_read_batch, directory_read_block, directory_read_run};
use crate::directory::EntryId;

/// A run holds at least so many reads: few runs, so that finding is quick, and little that is not filed.
const READS_A_RUN: i64 = 50_000;
/// A run is not added to when it holds so many: whoever files has a processor for itself meanwhile, some milliseconds.
const READS_ARE_ENOUGH: usize = 50_000;
/// Rows that are taken at a time.
const BATCHES: i64 = 256;
/// A block holds at least so many reads, but for a run's last.
const READS_A_BLOCK: usize = 256;
/// Blocks of one INSERT: about 60 KiB, which the writer takes a millisecond for.
const BLOCKS_TOGETHER: usize = 8;
/// Between two steps of a filing: what waits meanwhile, for the writer or a processor, has it for itself.
const PAUSE: Duration = Duration::from_millis(5);
/// Rows that are sorted at a time.
const PIECE: usize = 256;
/// Batches that are removed at a time: some fifteen pages.
const BATCHES_REMOVED: i64 = 128;
/// Rows of one DELETE.
const ROWS: usize = 1_000;

#[derive(Insertable)]
#[diesel(table_name = directory_read_block)]
struct BlockRow {
    run: i64,
    first: EntryId,
    reads: Vec<u8>,
}

/// Sorted reads in blocks, none of which begins within an entry's.
fn blocks(run: i64, sorted: &[Read]) -> Vec<BlockRow> {
    let mut blocks: Vec<BlockRow> = Vec::with_capacity(sorted.len() / READS_A_BLOCK + 1);
    let mut before = None;
    for read in sorted {
        let is_full = |block: &BlockRow| block.reads.len() >= READS_A_BLOCK * BYTES && before != Some(read.entry);
        if blocks.last().is_none_or(is_full) {
            let reads = Vec::with_capacity(READS_A_BLOCK * BYTES);
            blocks.push(BlockRow { run, first: read.entry, reads });
        }
        if let Some(block) = blocks.last_mut() {
            read.encode(&mut block.reads);
        }
        before = Some(read.entry);
    }
    blocks
}

/// Whether enough has come for a run.
pub(super) fn are_many(conn: &mut Conn<'_>) -> Result<bool, DirectoryError> {
    let bytes = diesel::dsl::sql::<BigInt>("COALESCE(SUM(LENGTH(reads)), 0)");
    let unfiled = directory_read_batch::table.filter(directory_read_batch::seq.gt(filed_through()));
    let bytes: i64 = on_db!(conn, c => unfiled.select(bytes).get_result(c))?;
    Ok(bytes / 28 >= READS_A_RUN)
}

/// Files what has come as one run; two gateways never file the same.
pub(super) fn file(db: &Db, now: Timestamp) -> Result<(), DirectoryError> {
    match db.backend() {
        Backend::Postgres => db.write(move |conn| {
            let filing = Filing::prepare(conn)?;
            filing.write_blocks(conn, 0)?;
            filing.finish(conn, now)
        }),
        Backend::Sqlite => file_in_steps(db, now),
    }
}

/// The same where look-ups wait for the one writer: what takes long is done before, the blocks are written a few at a time,
/// and so are the batches removed. Nobody looks into the blocks before their run is there, nor into its batches after that.
fn file_in_steps(db: &Db, now: Timestamp) -> Result<(), DirectoryError> {
    remove_filed(db)?;
    let filing = Arc::new(db.read(Filing::prepare)?);
    let Some(run) = filing.run() else { return Ok(()) };
    // What is left of a filing that was cut short.
    let left = move |conn: &mut Conn<'_>| -> Result<usize, DirectoryError> {
        let left = directory_read_block::table.filter(directory_read_block::run.eq(run));
        Ok(on_db!(conn, c => diesel::delete(left).execute(c))?)
    };
    // Nobody keeps reads by the state, neither these nor those that follow.
    db.write_with(left, |_| Effect::Added)?;
    for step in 0..filing.blocks.len().div_ceil(BLOCKS_TOGETHER) {
        let filing = Arc::clone(&filing);
        // With the next commit of whoever is in haste: it would wait for one that is between.
        wait(db.write_soon(move |conn| filing.write_blocks(conn, step), |()| Effect::Added))?;
        std::thread::sleep(PAUSE);
    }
    db.write_with(move |conn| filing.finish(conn, now), |()| Effect::Added)?;
    remove_filed(db)
}

/// Removes the batches that are filed.
fn remove_filed(db: &Db) -> Result<(), DirectoryError> {
    let some = |conn: &mut Conn<'_>| -> Result<usize, DirectoryError> {
        let batches: Vec<i64> = on_db!(conn, c => directory_read_batch::table
            .filter(directory_read_batch::seq.le(filed_through()))
            .order(directory_read_batch::seq)
            .limit(BATCHES_REMOVED)
            .select(directory_read_batch::seq)
            .load(c))?;
        let Some((first, last)) = batches.first().zip(batches.last()) else { return Ok(0) };
        let filed = directory_read_batch::table.filter(directory_read_batch::seq.between(first, last));
        Ok(on_db!(conn, c => diesel::delete(filed).execute(c))?)
    };
    while wait(db.write_soon(some, |_| Effect::Added))? > 0 {
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// What is to be filed.
struct Filing {
    /// The batches that it was in.
    batches: Vec<i64>,
    blocks: Vec<BlockRow>,
}

impl Filing {
    fn prepare(conn: &mut Conn<'_>) -> Result<Self, DirectoryError> {
        let batches = unfiled(conn)?;
        let mut reads: Vec<Read> = Vec::new();
        // A piece at a time, so that nobody waits long for this processor; to sort what is sorted in pieces is quick.
        for piece in batches.chunks(PIECE) {
            let before = reads.len();
            reads.extend(piece.iter().flat_map(|(_, bytes)| decoded(bytes)));
            reads[before..].sort_unstable();
            if conn.backend() == Backend::Sqlite {
                std::thread::sleep(PAUSE);
            }
        }
        reads.sort();
        let run = batches.first().map_or(0, |(seq, _)| *seq);
        Ok(Self { batches: batches.into_iter().map(|(seq, _)| seq).collect(), blocks: blocks(run, &reads) })
    }

    /// The name of the run, if there is anything in it.
    fn run(&self) -> Option<i64> {
        self.batches.first().copied()
    }

    /// Writes the blocks from this step on: on SQLite those of one step.
    fn write_blocks(&self, conn: &mut Conn<'_>, step: usize) -> Result<(), DirectoryError> {
        let steps = if conn.backend() == Backend::Sqlite { 1 } else { usize::MAX };
        for rows in self.blocks.chunks(BLOCKS_TOGETHER).skip(step).take(steps) {
            on_db!(conn, c => diesel::insert_into(directory_read_block::table).values(rows).execute(c))?;
        }
        Ok(())
    }

    /// Puts the run in the place of the batches, unless another process has been at it.
    fn finish(&self, conn: &mut Conn<'_>, now: Timestamp) -> Result<(), DirectoryError> {
        let (Some(run), Some(last)) = (self.run(), self.batches.last().copied()) else { return Ok(()) };
        let (taken, through) = match conn {
            Conn::Postgres(conn) => {
                let mut taken = 0;
                for filed in self.batches.chunks(ROWS) {
                    let filed = directory_read_batch::seq.eq_any(filed);
                    taken += diesel::delete(directory_read_batch::table.filter(filed)).execute(*conn)?;
                }
                (taken, None)
            }
            // Nobody else takes any from between, and who was here before has filed the first of them.
            Conn::Sqlite(conn) => {
                let unfiled = directory_read_batch::seq.gt(filed_through()).and(directory_read_batch::seq.le(last));
                let taken: i64 = directory_read_batch::table.filter(unfiled).count().get_result(*conn)?;
                (usize::try_from(taken).unwrap_or_default(), Some(last))
            }
        };
        let written = directory_read_block::table.filter(directory_read_block::run.eq(run)).count();
        let written: i64 = on_db!(conn, c => written.get_result(c))?;
        if taken != self.batches.len() || usize::try_from(written) != Ok(self.blocks.len()) {
            return Err(diesel::result::Error::RollbackTransaction.into());
        }
        on_db!(conn, c => diesel::insert_into(directory_read_run::table)
            .values((
                directory_read_run::run.eq(run),
                directory_read_run::filed_at.eq(now),
                directory_read_run::through.eq(through),
            ))
            .execute(c))?;
        Ok(())
    }
}

/// Batches for a run, none of which another gateway is just filing.
fn unfiled(conn: &mut Conn<'_>) -> Result<Vec<(i64, Vec<u8>)>, DirectoryError> {
    let mut taken: Vec<(i64, Vec<u8>)> = Vec::new();
    let filed: i64 = on_db!(conn, c => diesel::select(filed_through()).get_result(c))?;
    while taken.iter().map(|(_, reads)| reads.len()).sum::<usize>() < READS_ARE_ENOUGH * BYTES {
        let batches = directory_read_batch::table
            .filter(directory_read_batch::seq.gt(taken.last().map_or(filed, |(seq, _)| *seq)))
            .order(directory_read_batch::seq)
            .limit(BATCHES)
            .select((directory_read_batch::seq, directory_read_batch::reads));
        let more: Vec<(i64, Vec<u8>)> = match conn {
            Conn::Postgres(conn) => batches.for_update().skip_locked().load(*conn)?,
            Conn::Sqlite(conn) => {
                std::thread::sleep(PAUSE);
                batches.load(*conn)?
            }
        };
        let is_all = more.len() < usize::try_from(BATCHES).unwrap_or(usize::MAX);
        taken.extend(more);
        if is_all {
            break;
        }
    }
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::reads::{ReadPurpose, append, of_entry};
    use super::*;
    use crate::participant::ClearingCode;

    fn read((entry, second): (u8, u32)) -> Read {
        Read {
            entry: EntryId::from_uuid(uuid::Uuid::from_u128(u128::from(entry))),
            at: Timestamp::from_seconds(second.into()),
            participant: ClearingCode::SWITCH,
            purpose: ReadPurpose::IMPORT,
        }
    }

    fn seen(db: &Db) -> Vec<usize> {
        let of = |entry| db.read(|conn| of_entry(conn, read((entry, 0)).entry)).unwrap().len();
        (0..4).map(of).collect()
    }

    #[test]
    fn a_filing_that_was_cut_short_or_overtaken_loses_and_doubles_nothing() {
        let now = Timestamp::from_seconds(1);
        for database in store::testing::TestDatabase::each().unwrap() {
            let db = database.db();
            let append_some = || {
                let reads = [read((1, 5)), read((2, 6)), read((1, 7))];
                db.write(move |conn| append(conn, &reads)).unwrap();
            };
            append_some();
            append_some();
            let expected = [0, 4, 2, 0];
            assert_eq!(seen(&db), expected);
            let early = Arc::new(db.read(Filing::prepare).unwrap());
            let blocks = Arc::clone(&early);
            db.write(move |conn| blocks.write_blocks(conn, 0)).unwrap();
            assert_eq!(seen(&db), expected, "blocks without their run");
            if db.backend() == Backend::Postgres {
                // There they are never without it.
                db.write(|conn| -> Result<usize, DirectoryError> {
                    Ok(on_db!(conn, c => diesel::delete(directory_read_block::table).execute(c))?)
                })
                .unwrap();
            }
            file(&db, now).unwrap();
            assert_eq!(seen(&db), expected, "filed");
            assert!(db.write(move |conn| early.finish(conn, now)).is_err(), "by somebody else");
            assert_eq!(seen(&db), expected);
            append_some();
            let next = db.read(Filing::prepare).unwrap();
            db.write(move |conn| {
                next.write_blocks(conn, 0)?;
                next.finish(conn, now)
            })
            .unwrap();
            assert_eq!(seen(&db), [0, 6, 3, 0], "filed, and maybe not removed yet");
            append_some();
            assert_eq!(seen(&db), [0, 8, 4, 0]);
            file(&db, now).unwrap();
            assert_eq!(seen(&db), [0, 8, 4, 0], "the next run");
            let left: i64 = db
                .read(|conn| -> Result<_, DirectoryError> {
                    Ok(on_db!(conn, c => directory_read_batch::table.count().get_result(c))?)
                })
                .unwrap();
            assert_eq!(left, 0);
            append_some();
            assert_eq!(seen(&db), [0, 10, 5, 0], "what comes after all were removed");
        }
    }

    proptest! {
        #[test]
        fn blocks_hold_every_read_once_and_an_entry_is_in_one(
            reads in prop::collection::vec((0_u8..20, any::<u32>()).prop_map(read), 0..2_000)
        ) {
            let mut reads = reads;
            reads.sort_unstable();
            let blocks = blocks(1, &reads);
            let held: Vec<Vec<Read>> = blocks.iter().map(|block| decoded(&block.reads).collect()).collect();
            prop_assert_eq!(held.concat(), reads);
            for (block, held) in blocks.iter().zip(&held) {
                prop_assert_eq!(Some(block.first), held.first().map(|read| read.entry));
            }
            for pair in held.windows(2) {
                prop_assert!(pair[0].len() >= READS_A_BLOCK);
                prop_assert_ne!(pair[0].last().map(|read| read.entry), pair[1].first().map(|read| read.entry));
            }
        }
    }
}
