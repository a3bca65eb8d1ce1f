//! The audit: everything recomputed from the rows, by other arithmetic than the switch's own.
//!
//! The switch keeps positions by moving them. The audit adds up, for each participant, what was funded,
//! withdrawn, paid, received and set aside, and compares the sums with what is stored and with what each
//! business day's statements say.

mod archives;
mod days;
mod known;
mod obligations;
mod positions;
mod proposals;
mod receipts;
mod report;
mod requests;
mod returned;
mod rows;
mod tally;
mod used_twice;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use store::{Conn, Db};

use self::archives::Archives;
use self::days::Days;
use self::known::Known;
use self::obligations::Obligations;
use self::proposals::Proposals;
use self::receipts::Receipts;
use self::rows::{Raw, Rows};
use self::tally::Tally;
use super::columns::{currency, digest};
use super::log::{self, RawRows};
use super::{checkpoint, projection};
use crate::clearing::chain::{self, Batch};
use crate::clearing::{BusinessDay, Certificate, Checkpoint, Digest, Event, Movement, Operation};
use crate::error::Error;
use crate::money::{Currency, format_minor};
use crate::participant::{ClearingCode, Thumbprint};

pub use report::{AuditReport, Difference};

/// So many batches are read at a time.
const BATCHES_A_STEP: i64 = 16;

/// Audits the books of a database. Works beside a running switch: it reads one snapshot.
///
/// # Errors
/// When the database cannot be read, or days are archived. What is wrong with the books is not an error but a [`Difference`].
pub fn verify(db: &Db) -> Result<AuditReport, Error> {
    verify_with(db, &Evidence::default())
}

/// What is outside the database and says something of its log.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evidence<'a> {
    /// What the log must still contain; their signatures have been verified.
    pub checkpoints: &'a [Checkpoint],
    /// Where the archives of days are that are no longer in the database.
    pub archives: Option<&'a Path>,
}

/// The same, against what is outside the database.
///
/// # Errors
/// As [`verify`]; and when an archive is needed that is not there, or is another file.
pub fn verify_with(db: &Db, evidence: &Evidence<'_>) -> Result<AuditReport, Error> {
    if db.needs_migration()? {
        return Err(Error::NeedsMigration);
    }
    db.snapshot(|conn| books_with(conn, evidence))
}

/// The checkpoints that are kept in the database, by the business day that each closed, as they were signed.
pub fn kept_checkpoints(db: &Db) -> Result<Vec<(BusinessDay, String)>, Error> {
    db.read(checkpoint::all)
}

/// Audits what a connection sees.
#[cfg(test)]
pub(super) fn books(conn: &mut Conn<'_>) -> Result<AuditReport, Error> {
    books_with(conn, &Evidence::default())
}

fn books_with(conn: &mut Conn<'_>, evidence: &Evidence<'_>) -> Result<AuditReport, Error> {
    let (archives, receipts) = (Archives::open(conn, evidence.archives)?, Receipts::open(conn)?);
    let mut audit = Audit { archives, receipts, ..Audit::default() };
    for signed in evidence.checkpoints {
        audit.checkpoints.entry(signed.sequence).or_default().push(*signed);
    }
    audit.log(conn)?;
    audit.missing_checkpoints();
    audit.report.differences.extend(returned::differences(conn)?);
    let last = audit.report.sequence;
    audit.report.differences.extend(std::mem::take(&mut audit.ids).used_twice(conn, last)?);
    audit.positions(conn)?;
    audit.participants(conn)?;
    audit.closed_days(conn)?;
    let differing = std::mem::take(&mut audit.proposals).differ(super::proposals::all(conn)?);
    audit.report.differences.extend(differing.into_iter().map(Difference::Proposal));
    let differing = std::mem::take(&mut audit.obligations).differ(&super::obligations::all(conn)?);
    audit.report.differences.extend(differing.into_iter().map(Difference::Obligation));
    let kept = super::request_to_pay::payment::held_and_paid(conn)?;
    audit.report.differences.extend(std::mem::take(&mut audit.requests).differ(kept));
    audit.report.differences.extend(std::mem::take(&mut audit.receipts).differ(conn)?);
    Ok(audit.report)
}

/// A reservation that has not ended.
struct Reservation {
    debtor: ClearingCode,
    creditor: ClearingCode,
    currency: Currency,
    amount: i128,
    day: BusinessDay,
}

#[derive(Default)]
struct Audit {
    report: AuditReport,
    archives: Archives,
    days: Days,
    /// Those that the log must still contain, by the last row of their batch.
    checkpoints: BTreeMap<i64, Vec<Checkpoint>>,
    tallies: BTreeMap<(ClearingCode, Currency), Tally>,
    open: HashMap<i64, Reservation>,
    participants: BTreeMap<ClearingCode, Known>,
    certificates: BTreeMap<Thumbprint, (ClearingCode, bool)>,
    ids: used_twice::Ids,
    proposals: Proposals,
    obligations: Obligations,
    requests: requests::Requests,
    receipts: Receipts,
}

impl Audit {
    fn row(&mut self, sequence: i64, why: impl Into<String>) {
        self.report.differences.push(Difference::Row { sequence, why: why.into() });
    }

    fn tally(&mut self, code: ClearingCode, currency: Currency) -> &mut Tally {
        self.tallies.entry((code, currency)).or_default()
    }

    /// The chain, and with it every row.
    fn log(&mut self, conn: &mut Conn<'_>) -> Result<(), Error> {
        let (mut last, mut hash) = (0, Digest::default());
        loop {
            let batches = log::batches(conn, last, BATCHES_A_STEP)?;
            let Some(to) = batches.last() else { break };
            // From where the last batch ended, so that nothing hides between two batches.
            let mut rows = Rows::of(RawRows::anywhere(conn, last + 1, to.last)?);
            let mut archived = self.archives.rows_to(to.last)?;
            archived.retain(|row| !rows.has(row.sequence()));
            self.kept_of(conn, &archived)?;
            rows.complete(archived);
            for batch in batches {
                self.batch(&batch, last, hash, &mut rows);
                (last, hash) = (batch.last, batch.hash);
            }
            self.left_over(&rows);
            self.receipts.compare(conn, last)?;
        }
        let head = log::head(conn)?;
        if (head.sequence, head.hash) != (last, hash) {
            self.report.differences.push(Difference::Head { head: head.sequence, log: last });
        }
        self.left_over(&Rows::of(RawRows::anywhere(conn, i64::MIN, 0)?));
        self.left_over(&Rows::of(RawRows::anywhere(conn, last + 1, i64::MAX)?));
        (self.report.sequence, self.report.hash) = (last, hash);
        Ok(())
    }

    fn left_over(&mut self, rows: &Rows) {
        for sequence in rows.sequences() {
            self.row(sequence, "it was put in: it belongs to no batch, or its number is taken twice");
        }
    }

    fn batch(&mut self, batch: &Batch, last: i64, hash: Digest, rows: &mut Rows) {
        self.report.batches += 1;
        let mut wrong = |why| {
            self.report.differences.push(Difference::Batch { first: batch.first, last: batch.last, why });
        };
        if batch.first != last + 1 {
            wrong("it does not begin where the batch before it ends");
        }
        if batch.previous != hash {
            wrong("it does not carry the hash of the batch before it");
        }
        let mut digests = Vec::new();
        for sequence in batch.first..=batch.last {
            match rows.take(sequence) {
                Some(raw) => digests.push(self.take(sequence, raw)),
                None => self.row(sequence, "it is missing"),
            }
        }
        let sealed = chain::seal(batch.previous, batch.first, batch.last, batch.recorded, digests);
        for signed in self.checkpoints.remove(&batch.last).unwrap_or_default() {
            if (signed.hash, signed.recorded) != (sealed.hash, batch.recorded) {
                let why = "the batch that ends there is not the one that was signed";
                self.report.differences.push(Difference::Checkpoint { sequence: signed.sequence, why });
            }
            self.report.checkpoints += 1;
        }
        if sealed.hash != batch.hash {
            let why = "its rows do not have its hash";
            self.report.differences.push(Difference::Batch { first: batch.first, last: batch.last, why });
        }
    }

    fn missing_checkpoints(&mut self) {
        for sequence in std::mem::take(&mut self.checkpoints).into_keys() {
            let why = "the log has no batch that ends there";
            self.report.differences.push(Difference::Checkpoint { sequence, why });
        }
    }

    /// Looks at one row, adds it up, and returns the digest that it really has.
    fn take(&mut self, sequence: i64, raw: Raw) -> Digest {
        let stored = digest(raw.digest()).unwrap_or_default();
        self.day_of(sequence, &raw);
        self.add_up(sequence, &raw);
        match raw.row() {
            Err(unreadable) => {
                self.row(sequence, unreadable.to_string());
                Digest::default()
            }
            Ok(row) => {
                if let Some(wrong) = self.requests.take(&row) {
                    self.row(sequence, wrong);
                }
                self.receipts.take(&row);
                let digest = row.digest();
                if digest != stored {
                    self.row(sequence, "it does not have the digest that was recorded with it");
                }
                digest
            }
        }
    }

    fn add_up(&mut self, sequence: i64, raw: &Raw) {
        match raw {
            Raw::Payment(columns) => {
                self.report.payments += 1;
                let record = &columns.record;
                self.ids.take(record);
                let Some(currency) = currency(record.currency) else { return };
                if record.reason.is_none() {
                    let (debtor, creditor, amount) =
                        (record.debtor_agent, record.creditor_agent, i128::from(record.amount));
                    let day = record.business_day;
                    let tally = self.tally(debtor, currency);
                    tally.set_aside += amount;
                    tally.sent = (day, amount + if tally.sent.0 == day { tally.sent.1 } else { 0 });
                    self.open.insert(sequence, Reservation { debtor, creditor, currency, amount, day });
                }
            }
            Raw::Outcome(columns) => {
                self.report.outcomes += 1;
                let Some(ended) = self.open.remove(&columns.payment) else {
                    return self.row(sequence, format!("payment {} was not under way", columns.payment));
                };
                let Reservation { debtor, creditor, currency, amount, day } = ended;
                self.tally(debtor, currency).set_aside -= amount;
                if columns.ending == "settled" {
                    self.tally(debtor, currency).paid.add(amount);
                    self.tally(creditor, currency).received.add(amount);
                    if columns.reason.is_some() {
                        self.obligations.settled_without_posting(columns.payment, creditor, columns.recorded);
                    }
                } else if self.tally(debtor, currency).sent.0 == day {
                    self.tally(debtor, currency).sent.1 -= amount;
                }
            }
            Raw::Event(columns) => {
                self.report.events += 1;
                if let Ok(row) = columns.clone().event_row() {
                    if let Some(cut_over) = row.event.as_cut_over() {
                        self.cut_over(sequence, row.recorded, cut_over);
                    }
                    self.obligations.take(&row);
                    if let Some(wrong) = self.proposals.take(&row) {
                        self.row(sequence, wrong);
                    }
                    self.add_up_event(sequence, row.participant, row.event);
                }
            }
        }
    }

    fn add_up_event(&mut self, sequence: i64, code: ClearingCode, event: Event) {
        let operation = match event {
            Event::Operation(operation) => operation,
            Event::Returned(record) if record.detail.refusal.is_none() => {
                let (currency, minor) = (record.amount.currency(), i128::from(record.amount.minor()));
                self.tally(code, currency).given_back.add(minor);
                if let Some(receiver) = record.receiver {
                    self.tally(receiver, currency).got_back.add(minor);
                }
                return;
            }
            Event::Moved { movement, amount, .. } => {
                let tally = self.tally(code, amount.currency());
                let side = if movement == Movement::Funding { &mut tally.funded } else { &mut tally.withdrawn };
                side.add(amount.minor().into());
                return;
            }
            Event::Liquidity(turn) => {
                self.tally(code, turn.currency).is_low = turn.is_low;
                return;
            }
            _ => return,
        };
        match operation {
            Operation::Add(particulars) => {
                self.participants.insert(code, Known::added(particulars));
            }
            Operation::SetNetDebitCap(currency, cap) => self.tally(code, currency).cap = cap.into(),
            Operation::SetLimits(currency, limits) => self.tally(code, currency).limits = limits,
            Operation::Suspend
            | Operation::Block
            | Operation::Resume
            | Operation::GoOffline
            | Operation::ComeOnline
            | Operation::SetAppLink(_) => {
                let Some(known) = self.participants.get_mut(&code) else {
                    return self.row(sequence, format!("{code} is not a participant"));
                };
                known.take(operation);
            }
            Operation::AddCertificate(thumbprint) => {
                self.certificates.insert(thumbprint, (code, false));
            }
            Operation::RevokeCertificate(thumbprint) => {
                self.certificates.insert(thumbprint, (code, true));
            }
        }
    }

    fn participants(&mut self, conn: &mut Conn<'_>) -> Result<(), Error> {
        for known in projection::participants(conn)? {
            let code = known.clearing_code;
            if self.participants.remove(&code) != Some(Known::stored(known)) {
                self.report.differences.push(Difference::Participant(code));
            }
        }
        let missing = std::mem::take(&mut self.participants).into_keys().map(Difference::Participant);
        self.report.differences.extend(missing);
        for (thumbprint, Certificate { participant, revoked, .. }) in projection::certificates(conn)? {
            if self.certificates.remove(&thumbprint) != Some((participant, revoked.is_some())) {
                self.report.differences.push(Difference::Certificate(thumbprint));
            }
        }
        let missing = std::mem::take(&mut self.certificates).into_keys().map(Difference::Certificate);
        self.report.differences.extend(missing);
        Ok(())
    }
}

fn decimal(minor: i128, currency: Currency) -> String {
    i64::try_from(minor).map_or_else(|_| format!("{minor} minor units"), |minor| format_minor(minor, currency))
}
