//! The archive of one business day: JSON lines in a gzip file (RFC 1952). First the day, then each batch of the log
//! with its rows, then the checkpoint that closed the day, then how many rows there are. Everything that the hash
//! chain needs is in it, so it can be verified years later with nothing else.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Lines, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use store::{Conn, Timestamp};

use super::super::checkpoint;
use super::super::columns::{EventColumns, OutcomeColumns, PaymentColumns, RecordColumns};
use super::super::log::{self, RawRows};
use super::ArchiveError;
use crate::clearing::chain::{self, Batch};
use crate::clearing::{BusinessDay, ClosedDay, Digest, Row};
use crate::error::Error;
use crate::participant::ClearingCode;

/// So many batches are read at a time.
const BATCHES_A_STEP: i64 = 16;

/// A row of the log, or what stands around rows.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::store) enum Line {
    Day { business_day: BusinessDay, first: i64, last: i64 },
    Batch { first: i64, last: i64, recorded: i64, previous: String, hash: String },
    Payment(Box<PaymentLine>),
    Outcome(OutcomeLine),
    Event(Box<EventLine>),
    Checkpoint(String),
    End { rows: u64 },
}

#[derive(Serialize, Deserialize)]
pub(in crate::store) struct PaymentLine {
    seq: i64,
    recorded: i64,
    business_day: BusinessDay,
    debtor_agent: ClearingCode,
    creditor_agent: ClearingCode,
    currency: i16,
    amount: i64,
    transaction_id: String,
    end_to_end_id: String,
    uetr: String,
    accepted: i64,
    deadline: i64,
    reason: Option<String>,
    fingerprint: String,
    /// Base64.
    body: String,
    digest: String,
}

#[derive(Serialize, Deserialize)]
pub(in crate::store) struct OutcomeLine {
    seq: i64,
    recorded: i64,
    business_day: BusinessDay,
    payment: i64,
    ending: String,
    reason: Option<String>,
    digest: String,
}

#[derive(Serialize, Deserialize)]
pub(in crate::store) struct EventLine {
    seq: i64,
    recorded: i64,
    participant: ClearingCode,
    actor: String,
    kind: String,
    currency: Option<i16>,
    amount: Option<i64>,
    detail: Option<String>,
    digest: String,
    payment: Option<i64>,
    counterparty: Option<ClearingCode>,
    reference: Option<String>,
}

impl PaymentLine {
    fn of(columns: PaymentColumns) -> Self {
        let PaymentColumns { record, body, digest } = columns;
        Self {
            seq: record.seq,
            recorded: record.recorded.micros(),
            business_day: record.business_day,
            debtor_agent: record.debtor_agent,
            creditor_agent: record.creditor_agent,
            currency: record.currency,
            amount: record.amount,
            transaction_id: record.transaction_id,
            end_to_end_id: record.end_to_end_id,
            uetr: hex::encode(record.uetr),
            accepted: record.accepted.micros(),
            deadline: record.deadline.micros(),
            reason: record.reason,
            fingerprint: hex::encode(record.fingerprint),
            body: STANDARD.encode(body),
            digest: hex::encode(digest),
        }
    }

    pub(in crate::store) fn columns(self) -> Option<PaymentColumns> {
        let record = RecordColumns {
            seq: self.seq,
            recorded: Timestamp::from_micros(self.recorded),
            business_day: self.business_day,
            debtor_agent: self.debtor_agent,
            creditor_agent: self.creditor_agent,
            currency: self.currency,
            amount: self.amount,
            transaction_id: self.transaction_id,
            end_to_end_id: self.end_to_end_id,
            uetr: hex::decode(self.uetr).ok()?,
            accepted: Timestamp::from_micros(self.accepted),
            deadline: Timestamp::from_micros(self.deadline),
            reason: self.reason,
            fingerprint: hex::decode(self.fingerprint).ok()?,
        };
        Some(PaymentColumns { record, body: STANDARD.decode(self.body).ok()?, digest: hex::decode(self.digest).ok()? })
    }
}

impl OutcomeLine {
    fn of(columns: OutcomeColumns) -> Self {
        Self {
            seq: columns.seq,
            recorded: columns.recorded.micros(),
            business_day: columns.business_day,
            payment: columns.payment,
            ending: columns.ending,
            reason: columns.reason,
            digest: hex::encode(columns.digest),
        }
    }

    pub(in crate::store) fn columns(self) -> Option<OutcomeColumns> {
        Some(OutcomeColumns {
            seq: self.seq,
            recorded: Timestamp::from_micros(self.recorded),
            business_day: self.business_day,
            payment: self.payment,
            ending: self.ending,
            reason: self.reason,
            digest: hex::decode(self.digest).ok()?,
        })
    }
}

impl EventLine {
    fn of(columns: EventColumns) -> Self {
        Self {
            seq: columns.seq,
            recorded: columns.recorded.micros(),
            participant: columns.participant,
            actor: columns.actor,
            kind: columns.kind,
            currency: columns.currency,
            amount: columns.amount,
            detail: columns.detail,
            digest: hex::encode(columns.digest),
            payment: columns.payment,
            counterparty: columns.counterparty,
            reference: columns.reference,
        }
    }

    fn columns(self) -> Option<EventColumns> {
        Some(EventColumns {
            seq: self.seq,
            recorded: Timestamp::from_micros(self.recorded),
            participant: self.participant,
            actor: self.actor,
            kind: self.kind,
            currency: self.currency,
            amount: self.amount,
            detail: self.detail,
            digest: hex::decode(self.digest).ok()?,
            payment: self.payment,
            counterparty: self.counterparty,
            reference: self.reference,
        })
    }
}

/// Where the archive of a day is kept.
pub(in crate::store) fn path(folder: &Path, day: BusinessDay) -> PathBuf {
    folder.join(format!("lionrock-{day}.jsonl.gz"))
}

/// Writes the archive of `day`. When this is `Ok`, the file is whole and on disk. Everything must be read from one
/// snapshot.
pub(in crate::store) fn write(conn: &mut Conn<'_>, day: &ClosedDay, folder: &Path) -> Result<(), Error> {
    let path = path(folder, day.business_day);
    let unfinished = path.with_extension("unfinished");
    let failed = |error: std::io::Error| ArchiveError::File(unfinished.clone(), error);
    fs::create_dir_all(folder).map_err(failed)?;
    let file = File::create(&unfinished).map_err(failed)?;
    let mut out = GzEncoder::new(BufWriter::new(file), Compression::default());
    let mut put = |line: &Line| -> Result<(), Error> {
        serde_json::to_writer(&mut out, line).map_err(|error| failed(error.into()))?;
        out.write_all(b"\n").map_err(failed)?;
        Ok(())
    };
    let mut rows = 0;
    put(&Line::Day { business_day: day.business_day, first: day.first, last: day.last })?;
    let mut last = day.first - 1;
    while last < day.last {
        let batches = log::batches(conn, last, BATCHES_A_STEP)?;
        for batch in batches.iter().filter(|batch| batch.last <= day.last) {
            put(&Line::Batch {
                first: batch.first,
                last: batch.last,
                recorded: batch.recorded.micros(),
                previous: batch.previous.to_string(),
                hash: batch.hash.to_string(),
            })?;
            for line in lines(RawRows::of_day(conn, batch.first, batch.last, day.business_day)?) {
                put(&line)?;
                rows += 1;
            }
        }
        last = batches.last().map_or(day.last, |batch| batch.last);
    }
    if let Some(signed) = checkpoint::of_closed_day(conn, day.business_day)? {
        put(&Line::Checkpoint(signed))?;
    }
    put(&Line::End { rows })?;
    let file = out.finish().and_then(|buffer| buffer.into_inner().map_err(std::io::IntoInnerError::into_error));
    file.and_then(|file| file.sync_all()).map_err(failed)?;
    fs::rename(&unfinished, &path).and_then(|()| File::open(folder)?.sync_all()).map_err(failed)?;
    Ok(())
}

/// Rows in the order of the log.
fn lines(raw: RawRows) -> impl Iterator<Item = Line> {
    let payments = raw.payments.into_iter().map(|row| (row.record.seq, Line::Payment(Box::new(PaymentLine::of(row)))));
    let outcomes = raw.outcomes.into_iter().map(|row| (row.seq, Line::Outcome(OutcomeLine::of(row))));
    let events = raw.events.into_iter().map(|row| (row.seq, Line::Event(Box::new(EventLine::of(row)))));
    let mut all: Vec<(i64, Line)> = payments.chain(outcomes).chain(events).collect();
    all.sort_unstable_by_key(|(sequence, _)| *sequence);
    all.into_iter().map(|(_, line)| line)
}

/// The lines of an archive, one after the other.
pub(in crate::store) struct Reader {
    path: PathBuf,
    lines: Lines<BufReader<GzDecoder<BufReader<File>>>>,
}

impl Reader {
    pub(in crate::store) fn open(path: &Path) -> Result<Self, ArchiveError> {
        let file = File::open(path).map_err(|error| ArchiveError::File(path.to_owned(), error))?;
        let lines = BufReader::new(GzDecoder::new(BufReader::new(file))).lines();
        Ok(Self { path: path.to_owned(), lines })
    }

    pub(in crate::store) fn line(&mut self) -> Result<Option<Line>, ArchiveError> {
        let Some(line) = self.lines.next() else { return Ok(None) };
        let line = line.map_err(|error| ArchiveError::File(self.path.clone(), error))?;
        serde_json::from_str(&line).map(Some).map_err(|_| self.damaged("a line cannot be read"))
    }

    pub(in crate::store) fn damaged(&self, why: &'static str) -> ArchiveError {
        ArchiveError::Damaged(self.path.clone(), why)
    }
}

/// SHA-256 of the file, by which the database knows it.
pub(in crate::store) fn fingerprint(path: &Path) -> Result<String, ArchiveError> {
    let failed = |error| ArchiveError::File(path.to_owned(), error);
    let mut file = BufReader::new(File::open(path).map_err(failed)?);
    let mut context = Context::new(&SHA256);
    loop {
        let part = file.fill_buf().map_err(failed)?;
        if part.is_empty() {
            return Ok(hex::encode(context.finish()));
        }
        context.update(part);
        let read = part.len();
        file.consume(read);
    }
}

/// Reads an archive back and recomputes the hash of every row and batch, before anything is removed for it.
pub(super) fn verify(path: &Path, day: &ClosedDay) -> Result<(), ArchiveError> {
    let mut reader = Reader::open(path)?;
    let (mut batch, mut digests, mut counted) = (None, Vec::new(), 0);
    let (mut last, mut ended) = (day.first - 1, None);
    while let Some(line) = reader.line()? {
        let row = match line {
            Line::Batch { first, last: end, recorded, previous, hash } => {
                sealed(&reader, batch.take(), &mut digests)?;
                if first != last + 1 {
                    return Err(reader.damaged("a batch is missing"));
                }
                last = end;
                let both = hashed(&previous).zip(hashed(&hash)).ok_or_else(|| reader.damaged("a hash is none"))?;
                let recorded = Timestamp::from_micros(recorded);
                batch = Some(Batch { first, last: end, recorded, previous: both.0, hash: both.1 });
                continue;
            }
            Line::Payment(line) => line.columns().and_then(|columns| columns.row().ok()),
            Line::Outcome(line) => line.columns().and_then(|columns| columns.row().ok()),
            Line::Event(line) => line.columns().and_then(|columns| columns.row().ok()),
            Line::End { rows } => {
                ended = Some(rows);
                continue;
            }
            Line::Day { .. } | Line::Checkpoint(_) => continue,
        };
        digests.push(row.as_ref().map(Row::digest).ok_or_else(|| reader.damaged("a row cannot be read"))?);
        counted += 1;
    }
    sealed(&reader, batch, &mut digests)?;
    if last != day.last || ended != Some(counted) {
        return Err(reader.damaged("it ends too early"));
    }
    Ok(())
}

fn sealed(reader: &Reader, batch: Option<Batch>, digests: &mut Vec<Digest>) -> Result<(), ArchiveError> {
    let digests = std::mem::take(digests);
    match batch {
        Some(batch) if chain::seal(batch.previous, batch.first, batch.last, batch.recorded, digests) != batch => {
            Err(reader.damaged("the rows of a batch do not have its hash"))
        }
        _ => Ok(()),
    }
}

fn hashed(text: &str) -> Option<Digest> {
    Digest::from_slice(&hex::decode(text).ok()?)
}
