//! Returns (pacs.004): the creditor agent sends settled money back, whole or in parts, in one step.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use store::Timestamp;
use time::Date;
use uuid::Uuid;

use super::business_day::BusinessDay;
use super::command::{Reply, Step};
use super::payment::{Payment, PaymentState};
use super::row::{Event, EventRow, Row};
use super::settle::record;
use super::state::{BrokenLog, State};
use super::transfer::{Status, StatusReport, Subject};
use crate::iso20022::ReasonCode;
use crate::money::Amount;
use crate::participant::{ClearingCode, Standing};

/// What a return says: the parts of a pacs.004 that the switch acts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentReturn {
    /// `GrpHdr/MsgId` of the message it came in, at most 35 characters.
    pub message_id: String,
    /// `RtrId`, at most 35 characters: with the returner, what makes a return the same return. An id is used
    /// once, for ever.
    pub return_id: String,
    /// `OrgnlGrpInf/OrgnlMsgNmId`: the kind of message that it returns, when it says so.
    pub original_message: Option<String>,
    /// `OrgnlTxId`: must be that of the payment.
    pub original_transaction_id: String,
    /// `OrgnlUETR`: which payment.
    pub original_uetr: Uuid,
    /// `OrgnlIntrBkSttlmAmt`: must be that of the payment, when it is there.
    pub original_amount: Option<Amount>,
    /// `RtrdIntrBkSttlmAmt`: how much goes back.
    pub amount: Amount,
    /// `IntrBkSttlmDt`.
    pub settlement_date: Date,
    /// `RtrRsnInf/Rsn/Cd`: why.
    pub reason: ReasonCode,
}

/// A return as the log keeps it: settled, or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnRecord {
    /// The payment's sequence number, when there is such a payment.
    pub payment: Option<i64>,
    /// Who gets the money back: the payment's debtor agent.
    pub receiver: Option<ClearingCode>,
    /// How much.
    pub amount: Amount,
    /// `RtrId`.
    pub return_id: String,
    /// The rest.
    pub detail: ReturnDetail,
}

/// What the log keeps of a return beside what it searches by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnDetail {
    /// `GrpHdr/MsgId` of the message it came in.
    pub message_id: String,
    /// `OrgnlTxId`.
    pub original_transaction_id: String,
    /// `OrgnlEndToEndId` of the payment, or `NOTPROVIDED`.
    pub original_end_to_end_id: String,
    /// `OrgnlUETR`.
    pub original_uetr: Uuid,
    /// `RtrRsnInf/Rsn/Cd`.
    pub reason: ReasonCode,
    /// When it arrived, in microseconds of the epoch.
    pub arrived: i64,
    /// Why it was refused; none when it settled.
    pub refusal: Option<ReturnRefusal>,
    /// `TxInf` as the returner sent it: kept as evidence and forwarded.
    pub body: String,
}

/// Why a return is refused. The order is the order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ReturnRefusal {
    /// The returner used this `RtrId` for another return.
    #[error("this return id was used for another return")]
    Duplicate,
    /// What it wants to return was itself returned to it.
    #[error("a return cannot be returned")]
    ReturnOfReturn,
    /// No payment with this UETR was ever sent to the returner.
    #[error("there is no such payment to return")]
    UnknownPayment,
    /// The transaction id is not that payment's.
    #[error("the original transaction id is not that of the payment with this UETR")]
    OtherTransaction,
    /// The payment never settled, so there is nothing to return.
    #[error("the payment has not settled")]
    NotSettled,
    /// The returner is suspended, or blocked.
    #[error("the returner is suspended")]
    ReturnerSuspended,
    /// Who would get the money back is suspended, or blocked.
    #[error("the original debtor agent is suspended")]
    ReceiverSuspended,
    /// `IntrBkSttlmDt` is neither the business day nor one beside it.
    #[error("the settlement date is not this business day")]
    SettlementDateOff,
    /// Another currency than the payment's, or another original amount.
    #[error("the original amount or the currency is not the payment's")]
    OtherAmount,
    /// With what went back before, it is more than the payment.
    #[error("the returns add up to more than the payment")]
    MoreThanPaid,
    /// The returner's liquidity does not cover it.
    #[error("the returner's liquidity does not cover the amount")]
    InsufficientLiquidity,
}

impl ReturnRefusal {
    /// All of them, by descending precedence.
    pub const ALL: [Self; 11] = [
        Self::Duplicate,
        Self::ReturnOfReturn,
        Self::UnknownPayment,
        Self::OtherTransaction,
        Self::NotSettled,
        Self::ReturnerSuspended,
        Self::ReceiverSuspended,
        Self::SettlementDateOff,
        Self::OtherAmount,
        Self::MoreThanPaid,
        Self::InsufficientLiquidity,
    ];

    /// The ISO 20022 external status reason that says so in a pacs.002.
    pub const fn reason(self) -> ReasonCode {
        ReasonCode::literal(match self {
            Self::Duplicate => "AM05",
            Self::ReturnOfReturn => "AG13",
            Self::UnknownPayment => "AG09",
            Self::OtherTransaction => "BE01",
            Self::NotSettled => "ED05",
            Self::ReturnerSuspended => "AG10",
            Self::ReceiverSuspended => "AG11",
            Self::SettlementDateOff => "DT01",
            Self::OtherAmount | Self::MoreThanPaid => "AM09",
            Self::InsufficientLiquidity => "AM04",
        })
    }
}

/// A return and who sends it.
pub(super) struct Asked<'a> {
    pub(super) sender: ClearingCode,
    pub(super) request: &'a PaymentReturn,
    pub(super) body: &'a str,
    pub(super) arrived: Timestamp,
}

impl ReturnRecord {
    /// Whether this return, now repeated, is the one that was recorded.
    fn is(&self, request: &PaymentReturn) -> bool {
        let detail = &self.detail;
        (self.amount, detail.original_uetr, detail.reason, &detail.original_transaction_id)
            == (request.amount, request.original_uetr, request.reason, &request.original_transaction_id)
    }

    /// What the switch says of it. `sequence` and `recorded` are its row's.
    pub(crate) fn report(&self, returner: ClearingCode, sequence: i64, recorded: Timestamp) -> StatusReport {
        StatusReport {
            sequence,
            recorded,
            subject: Subject::Return { message_id: self.detail.message_id.clone() },
            original_end_to_end_id: self.detail.original_end_to_end_id.clone(),
            original_transaction_id: self.return_id.clone(),
            original_uetr: self.detail.original_uetr,
            status: self.detail.refusal.map_or(Status::Settled, |refusal| Status::Rejected(refusal.reason())),
            accepted: Timestamp::from_micros(self.detail.arrived),
            debtor_agent: returner,
            // Who refers to a payment that is not there is told so without a name.
            creditor_agent: self.receiver.unwrap_or(returner),
        }
    }
}

/// Decides a return: settled at once, or refused; either way recorded, so that a repetition gets the same
/// outcome again.
pub(super) fn give_back(state: &mut State, asked: &Asked<'_>, now: Timestamp) -> Result<Step, BrokenLog> {
    let request = asked.request;
    let known =
        state.return_by_id(asked.sender, &request.return_id).and_then(|row| Some((row, row.event.as_return()?)));
    if let Some((row, before)) = known
        && before.is(request)
    {
        let report = before.report(asked.sender, row.sequence, row.recorded);
        return Ok(Step { row: None, reply: Reply::Returned(report) });
    }
    let is_duplicate = known.is_some();
    let payment = state.payment_by_uetr(request.original_uetr).filter(|payment| payment.concerns(asked.sender));
    let refusal = if is_duplicate { Some(ReturnRefusal::Duplicate) } else { refusal(state, asked, payment, now) };
    let entry = ReturnRecord {
        payment: payment.map(|payment| payment.sequence),
        receiver: payment.map(|payment| payment.debtor_agent),
        amount: request.amount,
        return_id: request.return_id.clone(),
        detail: ReturnDetail {
            message_id: request.message_id.clone(),
            original_transaction_id: request.original_transaction_id.clone(),
            original_end_to_end_id: payment.map_or("NOTPROVIDED", |payment| &payment.end_to_end_id).to_owned(),
            original_uetr: request.original_uetr,
            reason: request.reason,
            arrived: asked.arrived.micros(),
            refusal,
            body: asked.body.to_owned(),
        },
    };
    let sequence = state.sequence() + 1;
    let report = entry.report(asked.sender, sequence, now);
    let row = EventRow {
        sequence,
        recorded: now,
        participant: asked.sender,
        actor: format!("participant {}", asked.sender),
        event: Event::Returned(Arc::new(entry)),
    };
    record(state, Row::Event(row), Reply::Returned(report))
}

/// The first reason to refuse, if any, by descending precedence.
fn refusal(state: &State, asked: &Asked<'_>, payment: Option<&Payment>, now: Timestamp) -> Option<ReturnRefusal> {
    let request = asked.request;
    if request.original_message.as_deref().is_some_and(|kind| kind.starts_with("pacs.004")) {
        return Some(ReturnRefusal::ReturnOfReturn);
    }
    let Some(payment) = payment else { return Some(ReturnRefusal::UnknownPayment) };
    if payment.creditor_agent != asked.sender {
        // The debtor agent: all that it can have received under this UETR is a return.
        let returned = payment.returned > 0;
        return Some(if returned { ReturnRefusal::ReturnOfReturn } else { ReturnRefusal::UnknownPayment });
    }
    let is_suspended = |code| state.standing(code) != Some(Standing::Active);
    let apart = BusinessDay::of_date(request.settlement_date).distance(state.business_day(now));
    let other_original = request.original_amount.is_some_and(|amount| amount != payment.amount);
    let left = payment.amount.minor().saturating_sub(payment.returned);
    let available = state.position(asked.sender, request.amount.currency()).available();
    let checks = [
        (payment.transaction_id != request.original_transaction_id, ReturnRefusal::OtherTransaction),
        (payment.state != PaymentState::Settled, ReturnRefusal::NotSettled),
        (is_suspended(asked.sender), ReturnRefusal::ReturnerSuspended),
        (is_suspended(payment.debtor_agent), ReturnRefusal::ReceiverSuspended),
        (apart > 1, ReturnRefusal::SettlementDateOff),
        (other_original || payment.amount.currency() != request.amount.currency(), ReturnRefusal::OtherAmount),
        (request.amount.minor() > left, ReturnRefusal::MoreThanPaid),
        (request.amount.minor() > available, ReturnRefusal::InsufficientLiquidity),
    ];
    checks.into_iter().find_map(|(applies, refusal)| applies.then_some(refusal))
}
