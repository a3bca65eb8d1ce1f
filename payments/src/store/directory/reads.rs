//! Who looked whom up. Reads are appended as they happen, all that share a commit in one row, and filed later in
//! sorted runs in which an entry's are found. Nothing is ever unfindable: what is not filed yet is looked through.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::DirectoryError;
use super::audit::{AuditRecord, Purpose};
use super::schema::{directory_read, directory_read_batch, directory_read_run};
use crate::directory::{EntryId, LookupPurpose};
use crate::participant::ClearingCode;

/// A run holds at least so many reads: few runs, so that finding is quick, and little that is not filed.
const READS_A_RUN: i64 = 50_000;
/// Rows that are taken at a time. A row holds at most a batch's reads.
const BATCHES_A_RUN: i64 = 50_000;
/// Bytes of a read: entry, moment, participant, purpose.
const BYTES: usize = 28;
/// Rows of one INSERT.
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
    fn told(self) -> Purpose {
        match self.0 {
            2 => Purpose::BulkLookup,
            3 => Purpose::ServiceLookup,
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
    on_db!(conn, c => diesel::insert_into(directory_read_batch::table)
        .values(directory_read_batch::reads.eq(&bytes))
        .execute(c))?;
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = directory_read)]
struct FiledRow {
    run: i64,
    ordinal: i32,
    participant: ClearingCode,
    purpose: i16,
    at: Timestamp,
    entry_id: EntryId,
}

/// Whether enough has come for a run.
pub(super) fn are_many(conn: &mut Conn<'_>) -> Result<bool, DirectoryError> {
    let bytes = diesel::dsl::sql::<diesel::sql_types::BigInt>("COALESCE(SUM(LENGTH(reads)), 0)");
    let bytes: i64 = on_db!(conn, c => directory_read_batch::table.select(bytes).first(c))?;
    Ok(bytes / 28 >= READS_A_RUN)
}

/// Files what has come as one run; two gateways never file the same.
pub(super) fn file(conn: &mut Conn<'_>, now: Timestamp) -> Result<(), DirectoryError> {
    let batches = unfiled(conn)?;
    let mut reads: Vec<Read> = batches.iter().flat_map(|(_, bytes)| decoded(bytes)).collect();
    let Some((run, _)) = batches.first() else { return Ok(()) };
    reads.sort_unstable();
    let run = *run;
    on_db!(conn, c => diesel::insert_into(directory_read_run::table)
        .values((directory_read_run::run.eq(run), directory_read_run::filed_at.eq(now)))
        .execute(c))?;
    let row = |(read, ordinal): (&Read, i32)| FiledRow {
        run,
        ordinal,
        participant: read.participant,
        purpose: read.purpose.0,
        at: read.at,
        entry_id: read.entry,
    };
    let rows: Vec<FiledRow> = reads.iter().zip(1..).map(row).collect();
    for rows in rows.chunks(ROWS) {
        on_db!(conn, c => diesel::insert_into(directory_read::table).values(rows).execute(c))?;
    }
    let filed: Vec<i64> = batches.iter().map(|(seq, _)| *seq).collect();
    for filed in filed.chunks(ROWS) {
        on_db!(conn, c => diesel::delete(directory_read_batch::table
            .filter(directory_read_batch::seq.eq_any(filed))).execute(c))?;
    }
    Ok(())
}

/// The batches that no other gateway is just filing.
fn unfiled(conn: &mut Conn<'_>) -> Result<Vec<(i64, Vec<u8>)>, DirectoryError> {
    let batches = directory_read_batch::table
        .order(directory_read_batch::seq)
        .limit(BATCHES_A_RUN)
        .select((directory_read_batch::seq, directory_read_batch::reads));
    Ok(match conn {
        Conn::Postgres(conn) => batches.for_update().skip_locked().load(*conn)?,
        Conn::Sqlite(conn) => batches.load(*conn)?,
    })
}

fn decoded(bytes: &[u8]) -> impl Iterator<Item = Read> {
    bytes.chunks_exact(BYTES).filter_map(Read::decode)
}

/// Who looked this entry up, earliest first.
pub(super) fn of_entry(conn: &mut Conn<'_>, entry: EntryId) -> Result<Vec<AuditRecord>, DirectoryError> {
    let filed: Vec<(ClearingCode, i16, Timestamp)> = on_db!(conn, c => directory_read_run::table
        .inner_join(directory_read::table.on(directory_read::run.eq(directory_read_run::run)))
        .filter(directory_read::entry_id.eq(entry))
        .select((directory_read::participant, directory_read::purpose, directory_read::at))
        .load(c))?;
    let waiting: Vec<Vec<u8>> =
        on_db!(conn, c => directory_read_batch::table.select(directory_read_batch::reads).load(c))?;
    let waiting = waiting.iter().flat_map(|bytes| decoded(bytes)).filter(|read| read.entry == entry);
    let waiting = waiting.map(|read| (read.participant, read.purpose.0, read.at));
    let told = |(participant, purpose, at)| AuditRecord { participant, purpose: ReadPurpose(purpose).told(), at };
    let mut records: Vec<AuditRecord> = filed.into_iter().chain(waiting).map(told).collect();
    records.sort_by_key(|record| record.at);
    Ok(records)
}
