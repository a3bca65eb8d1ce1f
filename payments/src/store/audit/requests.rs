//! Requests to pay by the log: which payment carried which, and that none was paid twice.

use std::collections::HashMap;

use super::report::Difference;
use crate::clearing::{Ending, OutcomeRow, PaymentRow, Row};
use crate::request_to_pay::{RequestId, RequestState};

/// What payments did to requests, added up.
#[derive(Default)]
pub(super) struct Requests {
    /// Payments under way and what they hold.
    carried: HashMap<i64, RequestId>,
    held: HashMap<RequestId, i64>,
    paid: HashMap<RequestId, i64>,
}

impl Requests {
    /// Looks at one row, and says what is wrong with it.
    pub(super) fn take(&mut self, row: &Row) -> Option<String> {
        match row {
            Row::Payment(row) => self.reserved(row),
            Row::Outcome(row) => self.ended(row),
            Row::Event(_) => None,
        }
    }

    fn reserved(&mut self, row: &PaymentRow) -> Option<String> {
        let id = row.payment.consumes?;
        self.carried.insert(row.payment.sequence, id);
        if let Some(earlier) = self.paid.get(&id) {
            return Some(format!("it was reserved for a request to pay that payment {earlier} had paid"));
        }
        let earlier = self.held.insert(id, row.payment.sequence)?;
        Some(format!("it was reserved for a request to pay that payment {earlier} held"))
    }

    fn ended(&mut self, row: &OutcomeRow) -> Option<String> {
        let id = self.carried.remove(&row.payment)?;
        self.held.remove(&id);
        if !matches!(row.ending, Ending::Settled | Ending::SettledWithoutPosting) {
            return None;
        }
        let earlier = self.paid.insert(id, row.payment)?;
        Some(format!("it settled a request to pay that payment {earlier} had paid"))
    }

    /// Compares with what is kept of requests.
    pub(super) fn differ(mut self, kept: Vec<(RequestId, RequestState, i64)>) -> Vec<Difference> {
        let mut wrong = Vec::new();
        for (id, state, payment) in kept {
            let by_the_log = match state {
                RequestState::Paid => self.paid.remove(&id),
                _ => self.held.remove(&id),
            };
            if by_the_log != Some(payment) {
                wrong.push(id);
            }
        }
        wrong.extend(self.paid.into_keys().chain(self.held.into_keys()));
        wrong.sort_unstable();
        wrong.dedup();
        wrong.into_iter().map(Difference::RequestToPay).collect()
    }
}
