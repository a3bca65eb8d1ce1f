//! Who looked whom up, and what was imported: touches that come in thousands. Reads are appended as they happen, all that
//! share a commit in one row, and [filed](super::filing) later. Nothing is ever unfindable: what is not filed yet is looked through.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary, Nullable};
use diesel::sqlite::Sqlite;
use store::{Conn, Timestamp, on_db};

use super::DirectoryError;
use super::audit::{AuditRecord, Purpose};
use super::schema::{directory_read, directory_read_batch, directory_read_run};
use crate::directory::{EntryId, LookupPurpose};
use crate::participant::ClearingCode;

/// Bytes of a read: entry, moment, participant, purpose.
pub(super) const BYTES: usize = 28;
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
    pub(super) fn encode(&self, bytes: &mut Vec<u8>) {
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

/// The last batch that is filed and may still be there; the runs of an embedded database follow each other.
pub(super) fn filed_through() -> SqlLiteral<BigInt> {
    sql("COALESCE((SELECT through FROM directory_read_run ORDER BY run DESC LIMIT 1), 0)")
}

pub(super) fn decoded(bytes: &[u8]) -> impl Iterator<Item = Read> {
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
