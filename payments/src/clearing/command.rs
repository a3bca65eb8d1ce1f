//! What the sequencer takes, one after the other, and what it replies.

use std::sync::Arc;
use std::time::Duration;

use store::Timestamp;
use uuid::Uuid;

use super::business_day::CutOverTime;
use super::proposal::ProposedMovement;
use super::recall::{RecallAnswer, RecallRefusal, RecallRequest};
use super::refusal::{AnswerRefusal, OperationRefusal};
use super::row::Row;
use super::{Answer, CreditTransfer, Operation, PaymentReturn, StatusReport};
use crate::money::Currency;
use crate::participant::ClearingCode;

/// One thing to decide.
#[derive(Debug, Clone)]
pub enum Command {
    /// A payment came in.
    Reserve {
        /// What it says.
        transfer: Box<CreditTransfer>,
        /// `CdtTrfTxInf` as it was sent: kept as evidence and forwarded.
        body: Arc<[u8]>,
        /// When it arrived.
        arrived: Timestamp,
    },
    /// A participant answers a payment it was sent.
    Answer {
        /// Who answers.
        sender: ClearingCode,
        /// What.
        answer: Answer,
        /// When the answer arrived: it is judged by this, not by when its turn came.
        arrived: Timestamp,
    },
    /// A creditor agent sends settled money back.
    Return {
        /// Who returns.
        sender: ClearingCode,
        /// What it says.
        request: Box<PaymentReturn>,
        /// `TxInf` as it was sent: kept as evidence and forwarded.
        body: Arc<str>,
        /// When it arrived.
        arrived: Timestamp,
    },
    /// A debtor agent asks for settled money back.
    Recall {
        /// Who asks.
        sender: ClearingCode,
        /// What it says.
        request: Box<RecallRequest>,
        /// `Undrlyg` as it was sent: kept as evidence and forwarded.
        body: Arc<str>,
    },
    /// A creditor agent answers a recall.
    AnswerRecall {
        /// Who answers.
        sender: ClearingCode,
        /// What it says.
        answer: Box<RecallAnswer>,
        /// `CxlDtls` as it was sent: kept as evidence and forwarded.
        body: Arc<str>,
    },
    /// Either agent asks how a payment stands.
    EnquireByUetr {
        /// Who asks.
        sender: ClearingCode,
        /// `OrgnlUETR`.
        original_uetr: Uuid,
    },
    /// A payment's deadline has passed.
    TimeOut {
        /// Its sequence number.
        payment: i64,
    },
    /// A position has crossed its threshold of low liquidity, or seems to have.
    WatchLiquidity {
        /// Whose.
        participant: ClearingCode,
        /// In which currency.
        currency: Currency,
    },
    /// The business day may be over.
    CutOver,
    /// An officer proposes to move money in or out of a position.
    Propose {
        /// Who proposes.
        officer: String,
        /// What.
        wanted: Box<ProposedMovement>,
    },
    /// An officer decides what another proposed.
    DecideProposal {
        /// Who decides.
        officer: String,
        /// The proposal's number.
        proposal: i64,
        /// Approves, or refuses.
        approve: bool,
    },
    /// The operator acts.
    Operate {
        /// Who does it.
        actor: String,
        /// Upon whom.
        participant: ClearingCode,
        /// What.
        operation: Operation,
    },
    /// A participant asks how its own payment stands.
    Enquire {
        /// Who asks: the debtor agent.
        debtor_agent: ClearingCode,
        /// `PmtId/TxId`.
        transaction_id: String,
    },
}

/// What a command leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The row to append; none when nothing happened.
    pub row: Option<Row>,
    /// What to tell whoever asked, once the row is durable.
    pub reply: Reply,
}

/// The reply to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// To a payment: how it stands.
    Reserved(StatusReport),
    /// To an answer: the state that stands.
    Answered(Result<StatusReport, AnswerRefusal>),
    /// To a return: settled, or refused.
    Returned(StatusReport),
    /// To a recall, or to the answer to one: recorded and forwarded, or why not.
    Recalled(Result<(), RecallRefusal>),
    /// To a time-out, or to a look at liquidity: nobody asked.
    TimedOut,
    /// To a cut-over: nobody asked.
    CutOver,
    /// To an operator's act: the sequence number of its event, or of the last row when nothing had to change. To a
    /// proposal: its number.
    Operated(Result<i64, OperationRefusal>),
    /// To an enquiry: how the payment stands, when there is one.
    Enquired(Option<StatusReport>),
}

/// The times by which payments are judged and days turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// From `AccptncDtTm` to the deadline of the answer.
    pub time_to_answer: Duration,
    /// How far `AccptncDtTm` may be from the moment of arrival, either way.
    pub acceptance_tolerance: Duration,
    /// When one business day ends and the next begins.
    pub cut_over: CutOverTime,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            time_to_answer: Duration::from_secs(10),
            acceptance_tolerance: Duration::from_secs(5),
            cut_over: CutOverTime::MIDNIGHT,
        }
    }
}
