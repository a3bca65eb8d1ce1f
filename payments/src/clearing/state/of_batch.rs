//! What memory holds for the length of a batch, because its commands ask about it: returns, and requests to pay.

use std::collections::HashMap;

use super::State;
use crate::clearing::payment::Payment;
use crate::clearing::row::{Event, EventRow};
use crate::participant::ClearingCode;
use crate::request_to_pay::{RequestId, RequestPayment, RequestStep, RequestToPay, step};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct OfBatch {
    /// By returner and `RtrId`.
    returns: HashMap<(ClearingCode, String), EventRow>,
    requests: HashMap<RequestId, RequestToPay>,
}

impl State {
    /// A return that a command of this batch asks about, or that was made in it.
    pub fn return_by_id(&self, returner: ClearingCode, return_id: &str) -> Option<&EventRow> {
        self.of_batch.returns.get(&(returner, return_id.to_owned()))
    }

    /// Takes a return into memory: the first under an id is the one that has it.
    pub(crate) fn remember_return(&mut self, row: &EventRow) {
        if let Event::Returned(record) = &row.event {
            let id = (row.participant, record.return_id.clone());
            self.of_batch.returns.entry(id).or_insert_with(|| row.clone());
        }
    }

    /// A request to pay that a payment of this batch carries the id of, as it stands after the commands before.
    pub fn request(&self, id: RequestId) -> Option<&RequestToPay> {
        self.of_batch.requests.get(&id)
    }

    /// Takes a request to pay into memory.
    pub(crate) fn remember_request(&mut self, request: RequestToPay) {
        self.of_batch.requests.insert(request.id, request);
    }

    /// What `payment` does to the request that it carries the id of, if a command of this batch asked about that.
    pub(super) fn pay_request(&mut self, payment: &Payment, wanted: RequestStep) {
        let Some(request) = payment.consumes.and_then(|id| self.of_batch.requests.get_mut(&id)) else { return };
        if let Ok(state) = step(request.state, wanted, request.asked.expires, payment.state_recorded) {
            request.state = state;
            let held = RequestPayment { sequence: payment.sequence, amount: payment.amount };
            request.payment = (wanted != RequestStep::Free).then_some(held);
        }
    }
}
