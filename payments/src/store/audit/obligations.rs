//! What creditor agents owe, put together anew from the events.

use std::collections::BTreeMap;

use store::Timestamp;

use crate::clearing::{Event, EventRow, Obligation, Owed, RecallDecision};
use crate::participant::ClearingCode;

/// What is owed by the log, as far as it has been read.
#[derive(Default)]
pub(super) struct Obligations(BTreeMap<(i64, Owed), Obligation>);

impl Obligations {
    fn owe(&mut self, payment: i64, owed: Owed, participant: ClearingCode, since: Timestamp) {
        self.0.insert((payment, owed), Obligation { payment, owed, participant, since });
    }

    /// A payment settled, and its creditor agent owes its word on the customer.
    pub(super) fn settled_without_posting(&mut self, payment: i64, creditor_agent: ClearingCode, recorded: Timestamp) {
        self.owe(payment, Owed::Posting, creditor_agent, recorded);
    }

    /// Takes an event in.
    pub(super) fn take(&mut self, row: &EventRow) {
        match &row.event {
            Event::Recalled(record) if record.decision == Some(RecallDecision::Accepted) => {
                self.owe(record.payment, Owed::Return, row.participant, row.recorded);
            }
            Event::Posted { payment, .. } => _ = self.0.remove(&(*payment, Owed::Posting)),
            Event::Returned(record) if record.detail.refusal.is_none() => {
                for owed in [Owed::Return, Owed::Posting] {
                    record.payment.map(|payment| self.0.remove(&(payment, owed)));
                }
            }
            _ => {}
        }
    }

    /// The payments of which something else is stored than what the log says is owed, each once for each thing.
    pub(super) fn differ(mut self, stored: &[Obligation]) -> Vec<i64> {
        let differs = |one: &&Obligation| self.0.remove(&(one.payment, one.owed)).as_ref() != Some(*one);
        let mut wrong: Vec<i64> = stored.iter().filter(differs).map(|one| one.payment).collect();
        wrong.extend(self.0.into_keys().map(|(payment, _)| payment));
        wrong
    }
}
