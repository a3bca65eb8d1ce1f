//! The rows of the log. The state is a fold over them; nothing else moves it.

mod movements;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use store::Timestamp;

use super::Operation;
use super::business_day::BusinessDay;
use super::canonical::{Canonical, Digest};
use super::cut_over::CutOver;
use super::operation::Particulars;
use super::payment::{Ending, Payment};
use super::{LiquidityTurn, Movement, Posting, RecallRecord, ReturnDetail, ReturnRecord};
use crate::money::{Amount, Currency};
use crate::participant::ClearingCode;

/// One row of the log: a payment, how one ended, or anything else that moves the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// A reservation, or a refusal.
    Payment(PaymentRow),
    /// How a reservation ended.
    Outcome(OutcomeRow),
    /// Everything else.
    Event(EventRow),
}

/// A payment as it was recorded: reserved or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRow {
    /// The record itself, in the state in which it was recorded.
    pub payment: Payment,
    /// `CdtTrfTxInf` as the debtor agent sent it.
    pub body: Arc<[u8]>,
}

/// The end of a reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeRow {
    /// Its sequence number.
    pub sequence: i64,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// The sequence number of the payment that ended.
    pub payment: i64,
    /// How.
    pub ending: Ending,
    /// The business day in which the payment settled, or ended.
    pub business_day: BusinessDay,
}

/// Something else that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Its sequence number.
    pub sequence: i64,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// The participant that it concerns; [`ClearingCode::SWITCH`] when it concerns all.
    pub participant: ClearingCode,
    /// Who did it: an operator, the participant itself, or the switch.
    pub actor: String,
    /// What it was.
    pub event: Event,
}

/// What an [`EventRow`] tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The operator did something.
    Operation(Operation),
    /// The participant used a transaction id again for another payment (AM05).
    DuplicateRefused(Duplicate),
    /// The participant, creditor agent of a settled payment, said ACCC or BLCK.
    Posted {
        /// The payment's sequence number.
        payment: i64,
        /// The payment's debtor agent, who is told.
        debtor_agent: ClearingCode,
        /// What was said.
        posting: Posting,
    },
    /// The participant sent settled money back, or tried to.
    Returned(Arc<ReturnRecord>),
    /// The participant asked for settled money back, or answered that.
    Recalled(Arc<RecallRecord>),
    /// An officer proposed to move money.
    Proposed {
        /// In or out.
        movement: Movement,
        /// How much.
        amount: Amount,
        /// What tells a repetition from another proposal.
        key: String,
        /// From when it can no longer be approved.
        expires: Timestamp,
    },
    /// Money moved in or out of the position: another officer approved it.
    Moved {
        /// In or out.
        movement: Movement,
        /// How much.
        amount: Amount,
        /// The proposal's number; none in logs from before there were proposals.
        proposal: Option<i64>,
    },
    /// An officer decided against a proposal.
    ProposalRefused {
        /// Its number.
        proposal: i64,
    },
    /// The participant's liquidity is low, or no longer; in the first case it is told.
    Liquidity(LiquidityTurn),
    /// A business day ended.
    CutOver(Arc<CutOver>),
}

impl Event {
    /// The cut-over that it tells of.
    pub fn as_cut_over(&self) -> Option<&CutOver> {
        if let Self::CutOver(cut_over) = self { Some(cut_over) } else { None }
    }

    /// The return that it tells of.
    pub fn as_return(&self) -> Option<&ReturnRecord> {
        if let Self::Returned(record) = self { Some(record) } else { None }
    }
}

/// Which id was used twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicate {
    /// The sequence number of the payment that has the id.
    pub original: i64,
    /// `PmtId/TxId`.
    pub transaction_id: String,
}

impl Row {
    /// Its sequence number.
    pub const fn sequence(&self) -> i64 {
        match self {
            Self::Payment(row) => row.payment.sequence,
            Self::Outcome(row) => row.sequence,
            Self::Event(row) => row.sequence,
        }
    }

    /// When it was recorded.
    pub const fn recorded(&self) -> Timestamp {
        match self {
            Self::Payment(row) => row.payment.recorded,
            Self::Outcome(row) => row.recorded,
            Self::Event(row) => row.recorded,
        }
    }

    /// The business day to which it belongs, or which it begins; that of other events follows from where they
    /// stand in the log.
    pub fn business_day(&self) -> Option<BusinessDay> {
        match self {
            Self::Payment(row) => Some(row.payment.business_day),
            Self::Outcome(row) => Some(row.business_day),
            Self::Event(row) => row.event.as_cut_over().map(|cut_over| cut_over.opened),
        }
    }

    /// The hash over everything that the row says. The business day follows from the cut-overs before it.
    pub fn digest(&self) -> Digest {
        match self {
            Self::Payment(row) => row.digest(),
            Self::Outcome(row) => row.digest(),
            Self::Event(row) => row.digest(),
        }
    }
}

impl PaymentRow {
    fn digest(&self) -> Digest {
        let payment = &self.payment;
        let reason = match payment.state {
            super::PaymentState::Rejected(reason) => Some(reason),
            _ => None,
        };
        let mut canonical = Canonical::new("lionrock:row:payment:1");
        canonical
            .number(payment.sequence)
            .number(payment.recorded.micros())
            .number(payment.debtor_agent.number().into())
            .number(payment.creditor_agent.number().into())
            .text(payment.amount.currency().code())
            .number(payment.amount.minor())
            .text(&payment.transaction_id)
            .text(&payment.end_to_end_id)
            .bytes(payment.uetr.as_bytes())
            .number(payment.accepted.micros())
            .number(payment.deadline.micros())
            .bytes(payment.fingerprint.as_bytes())
            .optional_text(reason.as_ref().map(crate::iso20022::ReasonCode::as_str))
            .bytes(&self.body);
        canonical.finish()
    }
}

impl OutcomeRow {
    fn digest(&self) -> Digest {
        let reason = self.ending.reason();
        let mut canonical = Canonical::new("lionrock:row:outcome:1");
        canonical
            .number(self.sequence)
            .number(self.recorded.micros())
            .number(self.payment)
            .text(self.ending.name())
            .optional_text(reason.as_ref().map(crate::iso20022::ReasonCode::as_str));
        canonical.finish()
    }
}

impl EventRow {
    fn digest(&self) -> Digest {
        let fields = self.event.fields();
        let mut canonical = Canonical::new("lionrock:row:event:1");
        canonical
            .number(self.sequence)
            .number(self.recorded.micros())
            .number(self.participant.number().into())
            .text(&self.actor)
            .text(&fields.kind)
            .optional_text(fields.currency.map(Currency::code))
            .optional_number(fields.amount)
            .optional_text(fields.detail.as_deref());
        // Events that are about no payment end here, as all did before there were others.
        if fields.payment.is_some() || fields.counterparty.is_some() || fields.reference.is_some() {
            canonical
                .optional_number(fields.payment)
                .optional_number(fields.counterparty.map(|code| code.number().into()))
                .optional_text(fields.reference.as_deref());
        }
        canonical.finish()
    }
}

/// An event as the log's columns hold it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct EventFields {
    pub(crate) kind: String,
    pub(crate) currency: Option<Currency>,
    pub(crate) amount: Option<i64>,
    pub(crate) detail: Option<String>,
    /// The payment that it is about.
    pub(crate) payment: Option<i64>,
    /// The agent on the other side of that payment.
    pub(crate) counterparty: Option<ClearingCode>,
    /// The id that the participant gave it.
    pub(crate) reference: Option<String>,
}

impl Event {
    /// Takes it apart for the log.
    pub(crate) fn fields(&self) -> EventFields {
        let kind = |kind: &str| EventFields { kind: kind.to_owned(), ..EventFields::default() };
        let money = |name, amount: Amount| EventFields {
            currency: Some(amount.currency()),
            amount: Some(amount.minor()),
            ..kind(name)
        };
        let detailed = |name, detail: String| EventFields { detail: Some(detail), ..kind(name) };
        match self {
            Self::Operation(Operation::Add(particulars)) => detailed("added", json(particulars)),
            Self::Operation(Operation::SetNetDebitCap(currency, cap)) => {
                EventFields { currency: Some(*currency), amount: Some(*cap), ..kind("net_debit_cap_set") }
            }
            Self::Operation(Operation::SetLimits(currency, limits)) => {
                EventFields { currency: Some(*currency), ..detailed("limits_set", json(limits)) }
            }
            Self::Operation(Operation::Suspend) => kind("suspended"),
            Self::Operation(Operation::Block) => kind("participant_blocked"),
            Self::Operation(Operation::Resume) => kind("resumed"),
            Self::Operation(Operation::GoOffline) => kind("went_offline"),
            Self::Operation(Operation::ComeOnline) => kind("came_online"),
            Self::Operation(Operation::SetAppLink(Some(link))) => detailed("app_link_set", link.to_string()),
            Self::Operation(Operation::SetAppLink(None)) => kind("app_link_removed"),
            Self::Operation(Operation::AddCertificate(thumbprint)) => {
                detailed("certificate_added", thumbprint.to_string())
            }
            Self::Operation(Operation::RevokeCertificate(thumbprint)) => {
                detailed("certificate_revoked", thumbprint.to_string())
            }
            Self::CutOver(cut_over) => detailed("cut_over", json(cut_over.as_ref())),
            Self::DuplicateRefused(duplicate) => detailed("duplicate_refused", json(duplicate)),
            Self::Posted { payment, debtor_agent, posting } => {
                let name = if *posting == Posting::Blocked { "blocked" } else { "credited" };
                EventFields { payment: Some(*payment), counterparty: Some(*debtor_agent), ..kind(name) }
            }
            Self::Proposed { movement, amount, key, expires } => movements::proposed(*movement, *amount, key, *expires),
            Self::Moved { movement, amount, proposal } => movements::moved(*movement, *amount, *proposal),
            Self::ProposalRefused { proposal } => movements::refused(*proposal),
            Self::Liquidity(turn) => {
                let name = if turn.is_low { "liquidity_low" } else { "liquidity_recovered" };
                EventFields { currency: Some(turn.currency), amount: Some(turn.available), ..kind(name) }
            }
            Self::Recalled(record) => EventFields {
                payment: Some(record.payment),
                counterparty: Some(record.counterparty),
                reference: Some(record.cancellation_id.clone()),
                ..detailed(record.kind(), json(&record.detail()))
            },
            Self::Returned(record) => {
                let name = if record.detail.refusal.is_none() { "returned" } else { "return_refused" };
                EventFields {
                    detail: Some(json(&record.detail)),
                    payment: record.payment,
                    counterparty: record.receiver,
                    reference: Some(record.return_id.clone()),
                    ..money(name, record.amount)
                }
            }
        }
    }

    /// Puts it together again; `None` when the fields are not those of an event.
    pub(crate) fn from_fields(fields: &EventFields) -> Option<Self> {
        let detail = || fields.detail.as_deref();
        let amount = || Amount::new(fields.amount?, fields.currency?).ok();
        let operation = match fields.kind.as_str() {
            "added" => Operation::Add(serde_json::from_str::<Particulars>(detail()?).ok()?),
            "net_debit_cap_set" => Operation::SetNetDebitCap(fields.currency?, fields.amount?),
            "limits_set" => Operation::SetLimits(fields.currency?, serde_json::from_str(detail()?).ok()?),
            "suspended" => Operation::Suspend,
            "participant_blocked" => Operation::Block,
            "resumed" => Operation::Resume,
            "went_offline" => Operation::GoOffline,
            "came_online" => Operation::ComeOnline,
            "app_link_set" => Operation::SetAppLink(Some(detail()?.parse().ok()?)),
            "app_link_removed" => Operation::SetAppLink(None),
            "certificate_added" => Operation::AddCertificate(detail()?.parse().ok()?),
            "certificate_revoked" => Operation::RevokeCertificate(detail()?.parse().ok()?),
            "duplicate_refused" => return Some(Self::DuplicateRefused(serde_json::from_str(detail()?).ok()?)),
            "liquidity_low" | "liquidity_recovered" => {
                let is_low = fields.kind == "liquidity_low";
                let (currency, available) = (fields.currency?, fields.amount?);
                return Some(Self::Liquidity(LiquidityTurn { currency, is_low, available }));
            }
            "cut_over" => return Some(Self::CutOver(Arc::new(serde_json::from_str(detail()?).ok()?))),
            "credited" | "blocked" => {
                let posting = if fields.kind == "blocked" { Posting::Blocked } else { Posting::Credited };
                let (payment, debtor_agent) = (fields.payment?, fields.counterparty?);
                return Some(Self::Posted { payment, debtor_agent, posting });
            }
            "recalled" | "recall_accepted" | "recall_rejected" => {
                let (payment, counterparty) = (fields.payment?, fields.counterparty?);
                let id = fields.reference.clone()?;
                let record = RecallRecord::from_parts(&fields.kind, payment, counterparty, id, detail()?)?;
                return Some(Self::Recalled(Arc::new(record)));
            }
            "returned" | "return_refused" => {
                let detail: ReturnDetail = serde_json::from_str(detail()?).ok()?;
                let record = ReturnRecord {
                    payment: fields.payment,
                    receiver: fields.counterparty,
                    amount: amount()?,
                    return_id: fields.reference.clone()?,
                    detail,
                };
                let settled = fields.kind == "returned";
                return (settled == record.detail.refusal.is_none()).then(|| Self::Returned(Arc::new(record)));
            }
            _ => return movements::event(fields),
        };
        Some(Self::Operation(operation))
    }
}

/// A detail as JSON. Plain structs of texts and numbers always have one.
fn json(detail: &impl Serialize) -> String {
    serde_json::to_string(detail).unwrap_or_default()
}
