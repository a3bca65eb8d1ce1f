//! What is told of a business day that has ended: a statement with every entry for each participant, and the
//! settlement file for the institution that moves the money between them.
//!
//! Rendering is a pure function of what is in the log, so a file made twice is the same to the byte. camt.053 is
//! written by `iso20022::camt053`.

mod csv;

use store::Timestamp;
use uuid::Uuid;

use crate::clearing::{ClosedDay, Entry, Statement};
use crate::money::Amount;
use crate::participant::ClearingCode;

pub use csv::settlement as settlement_csv;

/// One movement of a balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementEntry {
    /// The row of the log that moved it.
    pub sequence: i64,
    /// When that row was recorded.
    pub recorded: Timestamp,
    /// What moved it.
    pub entry: Entry,
    /// By how much.
    pub amount: Amount,
    /// Who is on the other side; nobody when money came from or went to the settlement institution.
    pub counterparty: Option<ClearingCode>,
    /// Of which payment.
    pub references: Option<References>,
}

/// By what both sides know a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct References {
    /// `EndToEndId`.
    pub end_to_end_id: String,
    /// `UETR`.
    pub uetr: Uuid,
    /// `TxId`.
    pub transaction_id: String,
    /// `RtrId`, when some of it went back.
    pub return_id: Option<String>,
}

/// A part of a statement's entries, in the order of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPage {
    /// Oldest first.
    pub entries: Vec<StatementEntry>,
    /// The cursor of the next page: everything up to this row has been looked at; none at the end of the day.
    pub next: Option<i64>,
}

/// A participant's statement of a day, with a page of its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetailedStatement {
    /// The day.
    pub day: ClosedDay,
    /// The totals, the same on every page.
    pub statement: Statement,
    /// Some of the entries.
    pub page: EntryPage,
}
