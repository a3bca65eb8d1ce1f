//! Who looked whom up, and what was imported: touches that come in thousands. Reads are appended as they happen, all that share a commit in one row, and filed later in
//! sorted runs in which an entry's are found, some hundreds in a row of the table. Nothing is ever unfindable: what is not filed yet is looked through.

use std::sync::Arc;
use std::time::Duration;

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary, Nullable};
use diesel::sqlite::Sqlite;
use store::{Backend, Conn, Db, Effect, Timestamp, on_db, wait};

use super::DirectoryError;
use super::audit::{AuditRecord, Purpose};
use super::schema::{directory_read, directory_read_batch, directory_read_block, directory_read_run};
use crate::directory::{EntryId, LookupPurpose};
use crate::participant::ClearingCode;

/// A run holds at least so many reads: few runs, so that finding is quick, and little that is not filed.
const READS_A_RUN: i64 = 50_000;
/// A run is not added to when it holds so many: whoever files has a processor for itself meanwhile, some milliseconds.
const READS_ARE_ENOUGH: usize = 50_000;
/// Rows that are taken at a time.
const BATCHES: i64 = 256;
/// Bytes of a read: entry, moment, participant, purpose.
const BYTES: usize = 28;
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

/// One read of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Read {
    pub(super) entry: EntryId,
    pub(super) at: Timestamp,
    pub(super) participant: ClearingCode,
    pub(super) purpose: ReadPurpose,
}

/// Why: its number is what the database keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ReadPurpose(i16);

impl From<LookupPurpose> for ReadPurpose {
    fn from(purpose: LookupPurpose) -> Self {
        Self(match purpose {
            LookupPurpose::Payment => 1,
            LookupPurpose::Bulk => 2,
            LookupPurpose::Service => 3,
        })
    }
}

impl ReadPurpose {
    /// It was imported.
    pub(super) const IMPORT: Self = Self(4);

    fn told(self) -> Purpose {
        match self.0 {
            2 => Purpose::BulkLookup,
            3 => Purpose::ServiceLookup,
            4 => Purpose::Import,
            _ => Purpose::Lookup,
        }
    }
}

impl Read {
    fn encode(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self.entry.as_uuid().as_bytes());
        bytes.extend_from_slice(&self.at.micros().to_be_bytes());
        bytes.extend_from_slice(&self.participant.number().to_be_bytes());
        bytes.extend_from_slice(&self.purpose.0.to_be_bytes());
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (entry, rest) = bytes.split_first_chunk::<16>()?;
        let (at, rest) = rest.split_first_chunk::<8>()?;
        let (participant, rest) = rest.split_first_chunk::<2>()?;
        Some(Self {
            entry: EntryId::from_uuid(uuid::Uuid::from_bytes(*entry)),
            at: Timestamp::from_micros(i64::from_be_bytes(*at)),
            participant: ClearingCode::from_number(i16::from_be_bytes(*participant))?,
            purpose: ReadPurpose(i16::from_be_bytes(*rest.first_chunk()?)),
        })
    }
}

/// Records these reads. They are durable with the transaction.
pub(super) fn append(conn: &mut Conn<'_>, reads: &[Read]) -> Result<(), DirectoryError> {
    if reads.is_empty() {
        return Ok(());
    }
    let mut bytes = Vec::with_capacity(reads.len() * BYTES);
    for read in reads {
        read.encode(&mut bytes);
    }
    match conn {
        Conn::Postgres(conn) => diesel::insert_into(directory_read_batch::table)
            .values(directory_read_batch::reads.eq(&bytes))
            .execute(*conn)?,
        Conn::Sqlite(conn) => Append(bytes).execute(*conn)?,
    };
    Ok(())
}

/// One batch in an embedded database, prepared once. Its number is above those of all batches, those that are filed included.
#[derive(QueryId)]
struct Append(Vec<u8>);

impl QueryFragment<Sqlite> for Append {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO directory_read_batch (seq, reads) SELECT 1 + MAX(\
             COALESCE((SELECT MAX(seq) FROM directory_read_batch), 0), \
             COALESCE((SELECT COALESCE(through, run) FROM directory_read_run ORDER BY run DESC LIMIT 1), 0)), ",
        );
        out.push_bind_param::<Binary, _>(&self.0)
    }
}

impl RunQueryDsl<SqliteConnection> for Append {}

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

/// The last batch that is filed and may still be there; the runs of an embedded database follow each other.
fn filed_through() -> SqlLiteral<BigInt> {
    sql("COALESCE((SELECT through FROM directory_read_run ORDER BY run DESC LIMIT 1), 0)")
}

/// Whether enough has come for a run.
pub(super) fn are_many(conn: &mut Conn<'_>) -> Result<bool, DirectoryError> {
    let bytes = sql::<BigInt>("COALESCE(SUM(LENGTH(reads)), 0)");
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

fn decoded(bytes: &[u8]) -> impl Iterator<Item = Read> {
    bytes.chunks_exact(BYTES).filter_map(Read::decode)
}

/// The block of each run in which an entry's reads are, if it has any.
#[derive(QueryableByName)]
struct FoundBlock {
    #[diesel(sql_type = Nullable<Binary>)]
    reads: Option<Vec<u8>>,
}

const BLOCKS_OF_ENTRY: &str = "SELECT (SELECT reads FROM directory_read_block AS block \
     WHERE block.run = directory_read_run.run AND block.first <= $1 ORDER BY block.first DESC LIMIT 1) AS reads \
     FROM directory_read_run";

/// Who looked this entry up, earliest first. Its statements must see the same state.
pub(super) fn of_entry(conn: &mut Conn<'_>, entry: EntryId) -> Result<Vec<AuditRecord>, DirectoryError> {
    let blocks: Vec<FoundBlock> =
        on_db!(conn, c => diesel::sql_query(BLOCKS_OF_ENTRY).bind::<Binary, _>(entry).load(c))?;
    let unfiled = directory_read_batch::table.filter(directory_read_batch::seq.gt(filed_through()));
    let waiting: Vec<Vec<u8>> = on_db!(conn, c => unfiled.select(directory_read_batch::reads).load(c))?;
    let packed = blocks.into_iter().filter_map(|block| block.reads).chain(waiting);
    let packed = packed.flat_map(|bytes| decoded(&bytes).filter(|read| read.entry == entry).collect::<Vec<_>>());
    let told = |(participant, purpose, at)| AuditRecord { participant, purpose: ReadPurpose(purpose).told(), at };
    let packed = packed.map(|read| told((read.participant, read.purpose.0, read.at)));
    let mut records: Vec<AuditRecord> = filed_singly(conn, entry)?.into_iter().map(told).chain(packed).collect();
    records.sort_by_key(|record| record.at);
    Ok(records)
}

/// Reads that were filed before there were blocks, a row for each.
fn filed_singly(conn: &mut Conn<'_>, entry: EntryId) -> Result<Vec<(ClearingCode, i16, Timestamp)>, DirectoryError> {
    Ok(on_db!(conn, c => directory_read_run::table
        .inner_join(directory_read::table.on(directory_read::run.eq(directory_read_run::run)))
        .filter(directory_read::entry_id.eq(entry))
        .select((directory_read::participant, directory_read::purpose, directory_read::at))
        .load(c))?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read((entry, second): (u8, u32)) -> Read {
        Read {
            entry: EntryId::from_uuid(uuid::Uuid::from_u128(u128::from(entry))),
            at: Timestamp::from_seconds(second.into()),
            participant: ClearingCode::SWITCH,
            purpose: ReadPurpose(1),
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
