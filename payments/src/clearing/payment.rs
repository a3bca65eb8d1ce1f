//! One payment's life in the switch: what was recorded of it, and how far it has come.

use store::Timestamp;
use uuid::Uuid;

use super::fingerprint::Fingerprint;
use super::timeout::TIMED_OUT;
use super::{Status, StatusReport};
use crate::iso20022::ReasonCode;
use crate::money::Amount;
use crate::participant::ClearingCode;

/// How far a payment has come. `Reserved → Settled | Rejected | TimedOut`; what is final stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentState {
    /// The debtor agent's money is set aside; the creditor agent has been asked.
    Reserved,
    /// The money has moved, with finality.
    Settled,
    /// Refused by the switch, or rejected by the creditor agent; nothing was moved.
    Rejected(ReasonCode),
    /// The creditor agent did not answer in time; nothing was moved.
    TimedOut,
}

impl PaymentState {
    /// Whether it can never change again.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Reserved)
    }

    /// The same as participants are told it (pacs.002 `TxSts`).
    pub const fn status(self) -> Status {
        match self {
            Self::Reserved => Status::InProcess,
            Self::Settled => Status::Settled,
            Self::Rejected(reason) => Status::Rejected(reason),
            Self::TimedOut => Status::Rejected(TIMED_OUT),
        }
    }
}

/// How a reservation ended: every [`PaymentState`] but the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The creditor agent accepted it.
    Settled,
    /// The creditor agent rejected it.
    Rejected(ReasonCode),
    /// The creditor agent did not answer in time.
    TimedOut,
}

impl Ending {
    /// The state it leads to.
    pub const fn state(self) -> PaymentState {
        match self {
            Self::Settled => PaymentState::Settled,
            Self::Rejected(reason) => PaymentState::Rejected(reason),
            Self::TimedOut => PaymentState::TimedOut,
        }
    }

    /// The word that the log keeps.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Rejected(_) => "rejected",
            Self::TimedOut => "timed_out",
        }
    }

    /// Why, when the creditor agent said so.
    pub(crate) const fn reason(self) -> Option<ReasonCode> {
        match self {
            Self::Rejected(reason) => Some(reason),
            Self::Settled | Self::TimedOut => None,
        }
    }

    /// Reads what [`Ending::name`] and [`Ending::reason`] wrote.
    pub(crate) fn from_columns(name: &str, reason: Option<&str>) -> Option<Self> {
        match (name, reason) {
            ("settled", None) => Some(Self::Settled),
            ("timed_out", None) => Some(Self::TimedOut),
            ("rejected", Some(reason)) => reason.parse().ok().map(Self::Rejected),
            _ => None,
        }
    }
}

/// A payment as the switch remembers it. The message itself stays in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The sequence number under which it was recorded.
    pub sequence: i64,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// Who pays (`DbtrAgt`).
    pub debtor_agent: ClearingCode,
    /// Who is paid (`CdtrAgt`).
    pub creditor_agent: ClearingCode,
    /// How much.
    pub amount: Amount,
    /// `PmtId/TxId`.
    pub transaction_id: String,
    /// `PmtId/EndToEndId`.
    pub end_to_end_id: String,
    /// `PmtId/UETR`.
    pub uetr: Uuid,
    /// `AccptncDtTm`.
    pub accepted: Timestamp,
    /// Until when the creditor agent's answer must have arrived.
    pub deadline: Timestamp,
    /// What tells a repetition from another payment under the same id.
    pub fingerprint: Fingerprint,
    /// How far it has come.
    pub state: PaymentState,
    /// The sequence number of the row that brought it there: its own, or its outcome's.
    pub state_sequence: i64,
    /// When that row was recorded.
    pub state_recorded: Timestamp,
}

impl Payment {
    /// What either agent is told about it now.
    pub fn report(&self) -> StatusReport {
        StatusReport {
            sequence: self.state_sequence,
            recorded: self.state_recorded,
            original_end_to_end_id: self.end_to_end_id.clone(),
            original_transaction_id: self.transaction_id.clone(),
            original_uetr: self.uetr,
            status: self.state.status(),
            accepted: self.accepted,
            debtor_agent: self.debtor_agent,
            creditor_agent: self.creditor_agent,
        }
    }
}
