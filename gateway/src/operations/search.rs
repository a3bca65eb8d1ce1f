//! The latest payments, those in one state, or those with an id, a page at a time.

use payments::clearing::{Payment, PaymentState, Status};
use payments::{Error, Switch};

/// Payments that are looked through in one read.
const STEP: usize = 500;
/// Reads for one page: a state that is rare gives a short page and a cursor, rather than a long wait.
const STEPS: usize = 20;

/// One page, newest first.
pub(super) struct Found {
    pub(super) payments: Vec<Payment>,
    /// The cursor of older ones, when there may be some.
    pub(super) older: Option<i64>,
}

/// A state's name, as the console and its JSON twin say it.
pub(super) const fn name(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Reserved => "reserved",
        PaymentState::Settled => "settled",
        PaymentState::Rejected(_) => "rejected",
        PaymentState::TimedOut => "timed_out",
    }
}

/// Why a payment was not made.
pub(super) fn reason(state: PaymentState) -> Option<String> {
    match state.status() {
        Status::Rejected(reason) => Some(reason.to_string()),
        Status::InProcess | Status::Settled | Status::Credited | Status::Blocked => None,
    }
}

/// The payments with this UETR, transaction id or end-to-end id, on one page: who needs more has the wrong id.
pub(super) fn known_as(switch: &Switch, id: &str, limit: usize) -> Result<Found, Error> {
    Ok(Found { payments: switch.payments_known_as(id.trim(), limit)?, older: None })
}

/// At most `limit` payments recorded before row `before`, only those in the state of this name when one is given.
pub(super) fn payments(
    switch: &Switch,
    mut before: Option<i64>,
    state: Option<&str>,
    limit: usize,
) -> Result<Found, Error> {
    let mut payments = Vec::new();
    for _ in 0..STEPS {
        let step = if state.is_some() { STEP } else { limit + 1 };
        let read = switch.payments(before, step)?;
        let last = read.len() < step;
        for payment in read {
            if payments.len() == limit {
                return Ok(Found { payments, older: before });
            }
            before = Some(payment.sequence);
            if state.is_none_or(|wanted| wanted == name(payment.state)) {
                payments.push(payment);
            }
        }
        if last {
            return Ok(Found { payments, older: None });
        }
    }
    Ok(Found { payments, older: before })
}
