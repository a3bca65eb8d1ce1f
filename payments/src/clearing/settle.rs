//! The rules of clearing: one command, in the state that is, leads to at most one row and a reply.

use std::sync::Arc;

use store::Timestamp;

use super::command::{Command, Reply, Rules, Step};
use super::cut_over::cut_over;
use super::fingerprint::fingerprint;
use super::liquidity;
use super::operate::operate;
use super::payment::{Ending, Payment, PaymentState};
use super::refusal::{AnswerRefusal, Refusal};
use super::reserve::{self, Case};
use super::row::{Duplicate, Event, EventRow, OutcomeRow, PaymentRow, Row};
use super::state::{BrokenLog, State};
use super::{
    Answer, CreditTransfer, Posting, Status, StatusReport, Subject, Verdict, posting, proposal, recall, returns,
};
use crate::participant::{ClearingCode, Standing};

/// Decides `command` at `now` and folds what follows into `state`.
///
/// `payee` is what the directory says against the proxy of a payment, read in the transaction that will
/// record it. A payment, or a request to pay, that `command` refers to by id must be in `state`, if there is one.
///
/// # Errors
/// [`BrokenLog`] when the row does not fold: a fault of this program, never of the command.
pub fn apply(
    state: &mut State,
    command: &Command,
    payee: Option<Refusal>,
    now: Timestamp,
    rules: &Rules,
) -> Result<Step, BrokenLog> {
    let now = state.clock(now);
    match command {
        Command::Reserve { transfer, body, arrived } => {
            let asked = Asked { transfer, body, arrived: (*arrived).min(now), payee };
            reserve(state, &asked, now, rules)
        }
        Command::Answer { sender, answer, arrived } => take_answer(state, *sender, answer, *arrived, now),
        Command::Return { sender, request, body, arrived } => {
            let asked = returns::Asked { sender: *sender, request, body, arrived: (*arrived).min(now) };
            returns::give_back(state, &asked, now)
        }
        Command::Recall { sender, request, body } => recall::recall(state, *sender, request, body, now),
        Command::AnswerRecall { sender, answer, body } => recall::answer(state, *sender, answer, body, now),
        Command::EnquireByUetr { sender, original_uetr } => {
            let known = state.payment_by_uetr(*original_uetr).filter(|payment| payment.concerns(*sender));
            Ok(Step { row: None, reply: Reply::Enquired(known.map(Payment::report)) })
        }
        Command::TimeOut { payment } => time_out(state, *payment, now),
        Command::WatchLiquidity { participant, currency } => liquidity::watch(state, *participant, *currency, now),
        Command::CutOver => cut_over(state, now, rules),
        Command::Propose { officer, wanted } => proposal::propose(state, officer, wanted, now),
        Command::DecideProposal { officer, proposal, approve } => {
            proposal::decide(state, officer, *proposal, *approve, now)
        }
        Command::Operate { actor, participant, operation } => operate(state, actor, *participant, operation, now),
        Command::Enquire { debtor_agent, transaction_id } => {
            let known = state.payment_by_transaction_id(*debtor_agent, transaction_id);
            Ok(Step { row: None, reply: Reply::Enquired(known.map(Payment::report)) })
        }
    }
}

struct Asked<'a> {
    transfer: &'a CreditTransfer,
    body: &'a Arc<[u8]>,
    arrived: Timestamp,
    payee: Option<Refusal>,
}

fn reserve(state: &mut State, asked: &Asked<'_>, now: Timestamp, rules: &Rules) -> Result<Step, BrokenLog> {
    let transfer = asked.transfer;
    let fingerprint = fingerprint(transfer);
    if let Some(known) = state.payment_by_transaction_id(transfer.debtor_agent, &transfer.transaction_id) {
        if known.fingerprint == fingerprint {
            return Ok(Step { row: None, reply: Reply::Reserved(known.report()) });
        }
        let original = known.sequence;
        return refuse_duplicate(state, transfer, original, now);
    }
    let deadline = transfer.accepted + rules.time_to_answer;
    let case = Case { state, transfer, arrived: asked.arrived, now, deadline, rules, payee: asked.payee };
    let refusal = reserve::refusal(&case);
    let sequence = state.sequence() + 1;
    let payment = Payment {
        sequence,
        recorded: now,
        business_day: state.business_day(now),
        debtor_agent: transfer.debtor_agent,
        creditor_agent: transfer.creditor_agent,
        amount: transfer.amount,
        transaction_id: transfer.transaction_id.clone(),
        end_to_end_id: transfer.end_to_end_id.clone(),
        uetr: transfer.uetr,
        accepted: transfer.accepted,
        deadline,
        fingerprint,
        consumes: transfer.request_to_pay.filter(|_| refusal.is_none()),
        state: refusal.map_or(PaymentState::Reserved, |refusal| PaymentState::Rejected(refusal.reason())),
        state_sequence: sequence,
        state_recorded: now,
        posting: Posting::default(),
        returned: 0,
        recall: None,
    };
    let reply = Reply::Reserved(payment.report());
    record(state, Row::Payment(PaymentRow { payment, body: Arc::clone(asked.body) }), reply)
}

/// The id belongs to another payment. The payment is not recorded under it, but that it came is.
fn refuse_duplicate(
    state: &mut State,
    transfer: &CreditTransfer,
    original: i64,
    now: Timestamp,
) -> Result<Step, BrokenLog> {
    let sequence = state.sequence() + 1;
    let report = StatusReport {
        sequence,
        recorded: now,
        subject: Subject::Transfer,
        original_end_to_end_id: transfer.end_to_end_id.clone(),
        original_transaction_id: transfer.transaction_id.clone(),
        original_uetr: transfer.uetr,
        status: Status::Rejected(Refusal::Duplicate.reason()),
        accepted: transfer.accepted,
        debtor_agent: transfer.debtor_agent,
        creditor_agent: transfer.creditor_agent,
    };
    let duplicate = Duplicate { original, transaction_id: transfer.transaction_id.clone() };
    let row = EventRow {
        sequence,
        recorded: now,
        participant: transfer.debtor_agent,
        actor: format!("participant {}", transfer.debtor_agent),
        event: Event::DuplicateRefused(duplicate),
    };
    record(state, Row::Event(row), Reply::Reserved(report))
}

fn take_answer(
    state: &mut State,
    sender: ClearingCode,
    answer: &Answer,
    arrived: Timestamp,
    now: Timestamp,
) -> Result<Step, BrokenLog> {
    let refused = |refusal| Ok(Step { row: None, reply: Reply::Answered(Err(refusal)) });
    if state.standing(sender) == Some(Standing::Blocked) {
        return refused(AnswerRefusal::AnswererBlocked);
    }
    // A payment refused at once was never sent to the creditor agent: for it, there is none.
    let sent = |payment: &&Payment| payment.creditor_agent == sender && payment.was_sent();
    let Some(payment) = state.payment_by_uetr(answer.original_uetr).filter(sent) else {
        return refused(AnswerRefusal::UnknownPayment);
    };
    if payment.transaction_id != answer.original_transaction_id {
        return refused(AnswerRefusal::OtherTransaction);
    }
    let later = match answer.verdict {
        Verdict::Credited => Some(Posting::Credited),
        Verdict::Blocked => Some(Posting::Blocked),
        Verdict::Accepted | Verdict::AcceptedWithoutPosting | Verdict::Rejected(_) => None,
    };
    if let Some(next) = later {
        let payment = payment.clone();
        return posting::post(state, &payment, next, now);
    }
    if payment.state.is_final() {
        return Ok(Step { row: None, reply: Reply::Answered(Ok(payment.report())) });
    }
    let ending = match answer.verdict {
        _ if arrived > payment.deadline => Ending::TimedOut,
        Verdict::AcceptedWithoutPosting => Ending::SettledWithoutPosting,
        Verdict::Rejected(reason) => Ending::Rejected(reason),
        Verdict::Accepted | Verdict::Credited | Verdict::Blocked => Ending::Settled,
    };
    let payment = payment.sequence;
    let step = end(state, payment, ending, now)?;
    let report = state.payment(payment).map(Payment::report).ok_or(AnswerRefusal::UnknownPayment);
    Ok(Step { reply: Reply::Answered(report), ..step })
}

fn time_out(state: &mut State, payment: i64, now: Timestamp) -> Result<Step, BrokenLog> {
    let due = state.payment(payment).is_some_and(|payment| !payment.state.is_final() && payment.deadline < now);
    if due { end(state, payment, Ending::TimedOut, now) } else { Ok(Step { row: None, reply: Reply::TimedOut }) }
}

fn end(state: &mut State, payment: i64, ending: Ending, now: Timestamp) -> Result<Step, BrokenLog> {
    let business_day = state.business_day(now);
    let row = OutcomeRow { sequence: state.sequence() + 1, recorded: now, payment, ending, business_day };
    record(state, Row::Outcome(row), Reply::TimedOut)
}

/// Folds the row in and makes it a step.
pub(super) fn record(state: &mut State, row: Row, reply: Reply) -> Result<Step, BrokenLog> {
    state.fold(&row)?;
    Ok(Step { row: Some(row), reply })
}
