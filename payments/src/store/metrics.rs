//! What the sequencer counts, for whoever watches it.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::clearing::{Ending, PaymentState, Row};

/// Counted since the switch was opened, by this switch alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Metrics {
    /// Steps that wait in the queue now.
    pub queued: usize,
    /// Payments under way now.
    pub open: usize,
    /// Transactions.
    pub batches: u64,
    /// Rows appended to the log.
    pub rows: u64,
    /// Payments reserved.
    pub reserved: u64,
    /// Payments refused at once.
    pub refused: u64,
    /// Payments settled.
    pub settled: u64,
    /// Payments that their creditor agent rejected.
    pub rejected: u64,
    /// Payments that timed out.
    pub timed_out: u64,
    /// How often another switch on the same database was first.
    pub head_moved: u64,
}

#[derive(Default)]
pub(super) struct Counters {
    open: AtomicUsize,
    batches: AtomicU64,
    rows: AtomicU64,
    reserved: AtomicU64,
    refused: AtomicU64,
    settled: AtomicU64,
    rejected: AtomicU64,
    timed_out: AtomicU64,
    head_moved: AtomicU64,
}

impl Counters {
    pub(super) fn open(&self, payments: usize) {
        self.open.store(payments, Ordering::Relaxed);
    }

    pub(super) fn head_moved(&self) {
        self.head_moved.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn committed(&self, rows: &[Row]) {
        self.batches.fetch_add(1, Ordering::Relaxed);
        for row in rows {
            self.rows.fetch_add(1, Ordering::Relaxed);
            let counter = match row {
                Row::Payment(row) if row.payment.state == PaymentState::Reserved => &self.reserved,
                Row::Payment(_) => &self.refused,
                Row::Outcome(row) => match row.ending {
                    Ending::Settled | Ending::SettledWithoutPosting => &self.settled,
                    Ending::Rejected(_) => &self.rejected,
                    Ending::TimedOut => &self.timed_out,
                },
                Row::Event(_) => continue,
            };
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn read(&self, queued: usize) -> Metrics {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Metrics {
            queued,
            open: self.open.load(Ordering::Relaxed),
            batches: get(&self.batches),
            rows: get(&self.rows),
            reserved: get(&self.reserved),
            refused: get(&self.refused),
            settled: get(&self.settled),
            rejected: get(&self.rejected),
            timed_out: get(&self.timed_out),
            head_moved: get(&self.head_moved),
        }
    }
}
