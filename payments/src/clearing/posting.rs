//! After settlement: whether the creditor has been credited. The money has moved between the agents with
//! finality; what stands here is only the creditor agent's word on its own customer.

use store::Timestamp;

use super::command::{Reply, Step};
use super::payment::{Payment, PaymentState};
use super::refusal::AnswerRefusal;
use super::row::{Event, EventRow, Row};
use super::settle::record;
use super::state::{BrokenLog, State};

/// How far the creditor agent says it is with crediting its customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Posting {
    /// It accepted the payment, and credits its customer when it settles.
    #[default]
    Expected,
    /// `ACWP`: it accepted without posting, and owes its word: `ACCC`, `BLCK`, or a return.
    Pending,
    /// `ACCC`: its customer has been credited.
    Credited,
    /// `BLCK`: the money may not be credited for now, by law.
    Blocked,
}

impl Posting {
    /// Whether the creditor agent may say `next` after this. Its last word stays.
    const fn may_become(self, next: Self) -> bool {
        matches!((self, next), (Self::Expected | Self::Pending, Self::Credited) | (Self::Pending, Self::Blocked))
    }
}

/// The creditor agent says how far it is with `payment`. What changes nothing is answered with the state that
/// stands.
pub(super) fn post(state: &mut State, payment: &Payment, next: Posting, now: Timestamp) -> Result<Step, BrokenLog> {
    let reply = |answer| Ok(Step { row: None, reply: Reply::Answered(answer) });
    match payment.state {
        PaymentState::Reserved => return reply(Err(AnswerRefusal::NotSettled)),
        PaymentState::Settled if payment.posting.may_become(next) => {}
        _ => return reply(Ok(payment.report())),
    }
    let sequence = state.sequence() + 1;
    let (payment, debtor_agent, creditor_agent) = (payment.sequence, payment.debtor_agent, payment.creditor_agent);
    let row = EventRow {
        sequence,
        recorded: now,
        participant: creditor_agent,
        actor: format!("participant {creditor_agent}"),
        event: Event::Posted { payment, debtor_agent, posting: next },
    };
    let step = record(state, Row::Event(row), Reply::TimedOut)?;
    let report = state.payment(payment).map(Payment::report).ok_or(AnswerRefusal::UnknownPayment);
    Ok(Step { reply: Reply::Answered(report), ..step })
}
