//! Rows as they are found, before anything is believed of them.

use std::collections::BTreeMap;

use store::Timestamp;

use super::super::columns::{EventColumns, OutcomeColumns, PaymentColumns};
use super::super::log::RawRows;
use crate::clearing::{BusinessDay, Row};
use crate::error::Error;

/// A row before it is understood.
pub(super) enum Raw {
    Payment(PaymentColumns),
    Outcome(OutcomeColumns),
    Event(EventColumns),
}

impl Raw {
    pub(super) const fn sequence(&self) -> i64 {
        match self {
            Self::Payment(columns) => columns.record.seq,
            Self::Outcome(columns) => columns.seq,
            Self::Event(columns) => columns.seq,
        }
    }

    pub(super) fn digest(&self) -> &[u8] {
        match self {
            Self::Payment(columns) => &columns.digest,
            Self::Outcome(columns) => &columns.digest,
            Self::Event(columns) => &columns.digest,
        }
    }

    /// When it was recorded, and under which business day it is kept; events follow from where they stand.
    pub(super) const fn recorded(&self) -> (Timestamp, Option<BusinessDay>) {
        match self {
            Self::Payment(columns) => (columns.record.recorded, Some(columns.record.business_day)),
            Self::Outcome(columns) => (columns.recorded, Some(columns.business_day)),
            Self::Event(columns) => (columns.recorded, None),
        }
    }

    pub(super) fn row(self) -> Result<Row, Error> {
        match self {
            Self::Payment(columns) => columns.row(),
            Self::Outcome(columns) => columns.row(),
            Self::Event(columns) => columns.row(),
        }
    }
}

/// Rows by sequence number. A number that is there twice keeps all its rows.
pub(super) struct Rows(BTreeMap<i64, Vec<Raw>>);

impl Rows {
    pub(super) fn of(raw: RawRows) -> Self {
        let mut rows: BTreeMap<i64, Vec<Raw>> = BTreeMap::new();
        let payments = raw.payments.into_iter().map(|columns| (columns.record.seq, Raw::Payment(columns)));
        let outcomes = raw.outcomes.into_iter().map(|columns| (columns.seq, Raw::Outcome(columns)));
        let events = raw.events.into_iter().map(|columns| (columns.seq, Raw::Event(columns)));
        for (sequence, row) in payments.chain(outcomes).chain(events) {
            rows.entry(sequence).or_default().push(row);
        }
        Self(rows)
    }

    /// Takes in those whose number is not there.
    pub(super) fn complete(&mut self, others: Vec<Raw>) {
        for row in others {
            self.0.entry(row.sequence()).or_insert_with(|| vec![row]);
        }
    }

    pub(super) fn has(&self, sequence: i64) -> bool {
        self.0.contains_key(&sequence)
    }

    pub(super) fn take(&mut self, sequence: i64) -> Option<Raw> {
        self.0.get_mut(&sequence)?.pop()
    }

    pub(super) fn sequences(&self) -> impl Iterator<Item = i64> {
        self.0.iter().flat_map(|(sequence, rows)| std::iter::repeat_n(*sequence, rows.len()))
    }
}
