//! One payment's life in the switch: what was recorded of it, and how far it has come.

use store::Timestamp;
use uuid::Uuid;

use super::business_day::BusinessDay;
use super::fingerprint::Fingerprint;
use super::timeout::TIMED_OUT;
use super::{Posting, Recall, Status, StatusReport, Subject};
use crate::iso20022::ReasonCode;
use crate::money::Amount;
use crate::participant::ClearingCode;
use crate::request_to_pay::RequestId;

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
    /// The creditor agent accepted it without posting (ACWP): the money has moved all the same.
    SettledWithoutPosting,
    /// The creditor agent rejected it.
    Rejected(ReasonCode),
    /// The creditor agent did not answer in time.
    TimedOut,
}

/// What the log keeps in the place of a reason when a payment settled without posting.
const WITHOUT_POSTING: ReasonCode = ReasonCode::literal("ACWP");

impl Ending {
    /// The state it leads to.
    pub const fn state(self) -> PaymentState {
        match self {
            Self::Settled | Self::SettledWithoutPosting => PaymentState::Settled,
            Self::Rejected(reason) => PaymentState::Rejected(reason),
            Self::TimedOut => PaymentState::TimedOut,
        }
    }

    /// What the creditor agent has said of its customer's account.
    pub const fn posting(self) -> Posting {
        if matches!(self, Self::SettledWithoutPosting) { Posting::Pending } else { Posting::Expected }
    }

    /// The word that the log keeps.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Settled | Self::SettledWithoutPosting => "settled",
            Self::Rejected(_) => "rejected",
            Self::TimedOut => "timed_out",
        }
    }

    /// Why, when the creditor agent said so; for a settlement, how it was accepted.
    pub(crate) const fn reason(self) -> Option<ReasonCode> {
        match self {
            Self::Rejected(reason) => Some(reason),
            Self::SettledWithoutPosting => Some(WITHOUT_POSTING),
            Self::Settled | Self::TimedOut => None,
        }
    }

    /// Reads what [`Ending::name`] and [`Ending::reason`] wrote.
    pub(crate) fn from_columns(name: &str, reason: Option<&str>) -> Option<Self> {
        match (name, reason) {
            ("settled", None) => Some(Self::Settled),
            ("settled", Some(how)) if how == WITHOUT_POSTING.as_str() => Some(Self::SettledWithoutPosting),
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
    /// The business day in which it was recorded, and under which it is kept.
    pub business_day: BusinessDay,
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
    /// The request to pay that it holds while it is under way, and spends when it settles. Of payments that have ended
    /// it is not remembered.
    pub consumes: Option<RequestId>,
    /// How far it has come.
    pub state: PaymentState,
    /// The sequence number of the row that brought it there: its own, or its outcome's.
    pub state_sequence: i64,
    /// When that row was recorded.
    pub state_recorded: Timestamp,
    /// Once it has settled: how far the creditor agent says it is with its customer.
    pub posting: Posting,
    /// How much of it went back since, in minor units.
    pub returned: i64,
    /// Its latest recall, if it was ever recalled.
    pub recall: Option<Box<Recall>>,
}

impl Payment {
    /// How it stands, as participants are told it.
    pub const fn status(&self) -> Status {
        match (self.state, self.posting) {
            (PaymentState::Settled, Posting::Credited) => Status::Credited,
            (PaymentState::Settled, Posting::Blocked) => Status::Blocked,
            (state, _) => state.status(),
        }
    }

    /// Whether the creditor agent was ever sent it: not when it was refused at once.
    pub const fn was_sent(&self) -> bool {
        !self.state.is_final() || self.state_sequence != self.sequence
    }

    /// Whether `agent` may know of it.
    pub fn concerns(&self, agent: ClearingCode) -> bool {
        self.debtor_agent == agent || (self.creditor_agent == agent && self.was_sent())
    }

    /// What either agent is told about it now.
    pub fn report(&self) -> StatusReport {
        StatusReport {
            sequence: self.state_sequence,
            recorded: self.state_recorded,
            subject: Subject::Transfer,
            original_end_to_end_id: self.end_to_end_id.clone(),
            original_transaction_id: self.transaction_id.clone(),
            original_uetr: self.uetr,
            status: self.status(),
            accepted: self.accepted,
            debtor_agent: self.debtor_agent,
            creditor_agent: self.creditor_agent,
        }
    }
}
