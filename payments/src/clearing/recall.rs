//! Recalls: the debtor agent asks for settled money back (camt.056), and the creditor agent answers (camt.029).
//! No money moves here: whoever accepts a recall owes a return ([`super::Obligation`]).

use serde::{Deserialize, Serialize};
use store::Timestamp;
use uuid::Uuid;

use super::command::{Reply, Step};
use super::payment::{Payment, PaymentState};
use super::row::{Event, EventRow, Row};
use super::settle::record;
use super::state::{BrokenLog, State};
use crate::iso20022::ReasonCode;
use crate::money::Amount;
use crate::participant::{ClearingCode, Standing};

/// What a recall says: the parts of a camt.056 that the switch acts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecallRequest {
    /// `CxlId`, at most 35 characters: tells a repetition from another recall.
    pub cancellation_id: String,
    /// `OrgnlTxId`: must be that of the payment.
    pub original_transaction_id: String,
    /// `OrgnlUETR`: which payment.
    pub original_uetr: Uuid,
    /// `OrgnlIntrBkSttlmAmt`: must be that of the payment, when it is there.
    pub original_amount: Option<Amount>,
    /// `CxlRsnInf/Rsn/Cd`: why.
    pub reason: ReasonCode,
}

/// What the creditor agent answers: the parts of a camt.029 that the switch acts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecallAnswer {
    /// `RslvdCase/Id`: the recall's `CxlId`.
    pub cancellation_id: String,
    /// `OrgnlTxId`: must be that of the payment.
    pub original_transaction_id: String,
    /// `OrgnlUETR`: which payment.
    pub original_uetr: Uuid,
    /// `TxCxlSts` and its reason.
    pub decision: RecallDecision,
}

/// How a recall was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecallDecision {
    /// `ACCR`: a return follows.
    Accepted,
    /// `RJCR`, with why.
    Rejected(ReasonCode),
}

/// The latest recall of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recall {
    /// `CxlId`.
    pub cancellation_id: String,
    /// The creditor agent's answer, once there is one.
    pub decision: Option<RecallDecision>,
    /// The ids of the recalls before it, with the answers to them: all were rejected.
    pub earlier: Vec<(String, RecallDecision)>,
}

impl Recall {
    /// What was said to the recall with this id, if anything.
    fn said(&self, cancellation_id: &str) -> Result<Option<RecallDecision>, RecallRefusal> {
        if self.cancellation_id == cancellation_id {
            return Ok(self.decision);
        }
        let before = self.earlier.iter().find(|(id, _)| id == cancellation_id);
        before.map(|(_, decision)| Some(*decision)).ok_or(RecallRefusal::UnknownRecall)
    }
}

/// A recall, or the answer to one, as the log keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecallRecord {
    /// The payment's sequence number.
    pub payment: i64,
    /// Who is told: the agent on the other side.
    pub counterparty: ClearingCode,
    /// `CxlId` of the recall.
    pub cancellation_id: String,
    /// None for the recall itself.
    pub decision: Option<RecallDecision>,
    /// The transaction as it was sent (`Undrlyg` of camt.056, `CxlDtls` of camt.029): kept as evidence and
    /// forwarded.
    pub body: String,
}

/// What the log keeps of a recall beside what it searches by.
#[derive(Debug, Serialize, Deserialize)]
struct Detail {
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<ReasonCode>,
    body: String,
}

/// Why a recall, or the answer to one, is refused. The order is the order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum RecallRefusal {
    /// The sender is blocked: it may only read.
    #[error("a blocked participant may only read")]
    SenderBlocked,
    /// There is no payment with this UETR in which the sender has this part.
    #[error("there is no such payment")]
    UnknownPayment,
    /// The transaction id is not that payment's.
    #[error("the original transaction id is not that of the payment with this UETR")]
    OtherTransaction,
    /// The payment has not settled, so there is nothing to give back.
    #[error("the payment has not settled")]
    NotSettled,
    /// The original amount is not the payment's.
    #[error("the original amount is not the payment's")]
    OtherAmount,
    /// Another recall of the payment waits for its answer, or was accepted; or another answer was given.
    #[error("another recall of this payment, or another answer to it, stands")]
    AnotherStands,
    /// All of it has come back.
    #[error("all of the payment has been returned")]
    AlreadyReturned,
    /// The answer is to a recall that was never made.
    #[error("there is no such recall to answer")]
    UnknownRecall,
}

impl RecallRefusal {
    /// All of them, by descending precedence.
    pub const ALL: [Self; 8] = [
        Self::SenderBlocked,
        Self::UnknownPayment,
        Self::OtherTransaction,
        Self::NotSettled,
        Self::OtherAmount,
        Self::AnotherStands,
        Self::AlreadyReturned,
        Self::UnknownRecall,
    ];

    /// The ISO 20022 reason.
    pub const fn reason(self) -> ReasonCode {
        ReasonCode::literal(match self {
            Self::SenderBlocked => "AG10",
            Self::UnknownPayment => "AG09",
            Self::OtherTransaction | Self::UnknownRecall => "BE01",
            Self::NotSettled => "ED05",
            Self::OtherAmount => "AM09",
            Self::AnotherStands => "DUPL",
            Self::AlreadyReturned => "ARDT",
        })
    }
}

impl RecallRecord {
    /// The word that the log keeps.
    pub(super) const fn kind(&self) -> &'static str {
        match self.decision {
            None => "recalled",
            Some(RecallDecision::Accepted) => "recall_accepted",
            Some(RecallDecision::Rejected(_)) => "recall_rejected",
        }
    }

    pub(super) fn detail(&self) -> impl Serialize {
        let reason = match self.decision {
            Some(RecallDecision::Rejected(reason)) => Some(reason),
            None | Some(RecallDecision::Accepted) => None,
        };
        Detail { reason, body: self.body.clone() }
    }

    /// Puts together what [`RecallRecord::kind`] and [`RecallRecord::detail`] took apart.
    pub(super) fn from_parts(
        kind: &str,
        payment: i64,
        counterparty: ClearingCode,
        cancellation_id: String,
        detail: &str,
    ) -> Option<Self> {
        let Detail { reason, body } = serde_json::from_str(detail).ok()?;
        let decision = match (kind, reason) {
            ("recalled", None) => None,
            ("recall_accepted", None) => Some(RecallDecision::Accepted),
            ("recall_rejected", Some(reason)) => Some(RecallDecision::Rejected(reason)),
            _ => return None,
        };
        Some(Self { payment, counterparty, cancellation_id, decision, body })
    }

    /// The latest recall once this row stands, after `before`.
    fn after(&self, before: Option<Recall>) -> Recall {
        let (cancellation_id, decision) = (self.cancellation_id.clone(), self.decision);
        let earlier = match before {
            None => Vec::new(),
            Some(before) if before.cancellation_id == cancellation_id => before.earlier,
            Some(Recall { cancellation_id, decision, mut earlier }) => {
                earlier.extend(decision.map(|decision| (cancellation_id, decision)));
                earlier
            }
        };
        Recall { cancellation_id, decision, earlier }
    }
}

impl Payment {
    /// It was recalled, or its recall was answered.
    pub(crate) fn take_recall(&mut self, record: &RecallRecord) {
        let before = self.recall.take().map(|before| *before);
        self.recall = Some(Box::new(record.after(before)));
    }
}

/// Decides a recall. The same again changes nothing.
pub(super) fn recall(
    state: &mut State,
    sender: ClearingCode,
    request: &RecallRequest,
    body: &str,
    now: Timestamp,
) -> Result<Step, BrokenLog> {
    let payment = state.payment_by_uetr(request.original_uetr).filter(|payment| payment.debtor_agent == sender);
    let judged = may_act(state, sender).and_then(|()| {
        let payment = payment.ok_or(RecallRefusal::UnknownPayment)?;
        belongs(payment, &request.original_transaction_id)?;
        if request.original_amount.is_some_and(|amount| amount != payment.amount) {
            return Err(RecallRefusal::OtherAmount);
        }
        match payment.recall.as_deref() {
            Some(before) if before.said(&request.cancellation_id).is_ok() => return Ok(None),
            Some(Recall { decision: None | Some(RecallDecision::Accepted), .. }) => {
                return Err(RecallRefusal::AnotherStands);
            }
            _ => {}
        }
        if payment.returned >= payment.amount.minor() {
            return Err(RecallRefusal::AlreadyReturned);
        }
        Ok(Some(RecallRecord {
            payment: payment.sequence,
            counterparty: payment.creditor_agent,
            cancellation_id: request.cancellation_id.clone(),
            decision: None,
            body: body.to_owned(),
        }))
    });
    keep(state, sender, judged, now)
}

/// Decides the answer to a recall. The same again changes nothing.
pub(super) fn answer(
    state: &mut State,
    sender: ClearingCode,
    answer: &RecallAnswer,
    body: &str,
    now: Timestamp,
) -> Result<Step, BrokenLog> {
    let sent = |payment: &&Payment| payment.creditor_agent == sender && payment.was_sent();
    let payment = state.payment_by_uetr(answer.original_uetr).filter(sent);
    let judged = may_act(state, sender).and_then(|()| {
        let payment = payment.ok_or(RecallRefusal::UnknownPayment)?;
        belongs(payment, &answer.original_transaction_id)?;
        let recall = payment.recall.as_deref().ok_or(RecallRefusal::UnknownRecall)?;
        let nothing_left = payment.returned >= payment.amount.minor();
        match recall.said(&answer.cancellation_id)? {
            Some(before) if before == answer.decision => Ok(None),
            Some(_) => Err(RecallRefusal::AnotherStands),
            None if answer.decision == RecallDecision::Accepted && nothing_left => Err(RecallRefusal::AlreadyReturned),
            None => Ok(Some(RecallRecord {
                payment: payment.sequence,
                counterparty: payment.debtor_agent,
                cancellation_id: answer.cancellation_id.clone(),
                decision: Some(answer.decision),
                body: body.to_owned(),
            })),
        }
    });
    keep(state, sender, judged, now)
}

fn may_act(state: &State, sender: ClearingCode) -> Result<(), RecallRefusal> {
    if state.standing(sender) == Some(Standing::Blocked) { Err(RecallRefusal::SenderBlocked) } else { Ok(()) }
}

fn belongs(payment: &Payment, transaction_id: &str) -> Result<(), RecallRefusal> {
    if payment.transaction_id != transaction_id {
        return Err(RecallRefusal::OtherTransaction);
    }
    if payment.state == PaymentState::Settled { Ok(()) } else { Err(RecallRefusal::NotSettled) }
}

/// Records what was judged, when there is something new to record.
fn keep(
    state: &mut State,
    sender: ClearingCode,
    judged: Result<Option<RecallRecord>, RecallRefusal>,
    now: Timestamp,
) -> Result<Step, BrokenLog> {
    match judged {
        Err(refusal) => Ok(Step { row: None, reply: Reply::Recalled(Err(refusal)) }),
        Ok(None) => Ok(Step { row: None, reply: Reply::Recalled(Ok(())) }),
        Ok(Some(kept)) => {
            let row = EventRow {
                sequence: state.sequence() + 1,
                recorded: now,
                participant: sender,
                actor: format!("participant {sender}"),
                event: Event::Recalled(std::sync::Arc::new(kept)),
            };
            record(state, Row::Event(row), Reply::Recalled(Ok(())))
        }
    }
}
