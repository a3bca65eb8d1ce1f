//! What a participant reads: the messages of the log that concern it, in the order of the log.

use std::sync::Arc;

use store::Timestamp;
use uuid::Uuid;

use super::{RecallDecision, StatusReport};
use crate::money::{Amount, Currency};
use crate::participant::ClearingCode;

/// A page of a participant's inbox. The reader holds the cursor; the switch remembers none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbox {
    /// What concerns the reader, oldest first.
    pub messages: Vec<InboxItem>,
    /// The cursor of the next page: everything up to this sequence number has been looked at.
    pub next: i64,
}

/// One message. It is the same, to the byte when rendered, however often it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxItem {
    /// The row of the log that it tells about.
    pub sequence: i64,
    /// When that row was recorded.
    pub recorded: Timestamp,
    /// What it says.
    pub message: InboxMessage,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InboxMessage {
    /// A payment to answer (pacs.008), for the creditor agent.
    Payment(ForwardedPayment),
    /// How a payment ended, or what its creditor agent says later (pacs.002), for both agents; when it was
    /// refused at once, for the debtor agent. Also how a return ended, for the returner.
    Report(StatusReport),
    /// A recall (camt.056), for the payment's creditor agent; the answer to one (camt.029), for its debtor agent.
    Recall(ForwardedRecall),
    /// Its liquidity is low (admi.004).
    LowLiquidity(LowLiquidity),
    /// Money that comes back (pacs.004), settled, for the payment's debtor agent.
    Return(ForwardedReturn),
}

/// A reserved payment on its way to the creditor agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardedPayment {
    /// `PmtId/UETR`.
    pub uetr: Uuid,
    /// `IntrBkSttlmAmt`, as reserved.
    pub amount: Amount,
    /// `InstgAgt`.
    pub debtor_agent: ClearingCode,
    /// `InstdAgt`.
    pub creditor_agent: ClearingCode,
    /// The transaction as the debtor agent sent it (`CdtTrfTxInf`), never rewritten.
    pub body: Arc<[u8]>,
}

/// A settled return on its way to the original debtor agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardedReturn {
    /// `OrgnlUETR`.
    pub original_uetr: Uuid,
    /// `RtrdIntrBkSttlmAmt`, as settled.
    pub amount: Amount,
    /// `InstgAgt`: the original creditor agent.
    pub returner: ClearingCode,
    /// The transaction as the returner sent it (`TxInf`), never rewritten.
    pub body: String,
}

/// A participant has less at its disposal than it wants to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LowLiquidity {
    /// In which currency.
    pub currency: Currency,
    /// What it had, in minor units.
    pub available: i64,
}

/// A recall, or the answer to one, on its way to the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardedRecall {
    /// `Assgnr`: who sent it.
    pub assigner: ClearingCode,
    /// `Assgne`: whom it is for.
    pub assignee: ClearingCode,
    /// None for the recall itself.
    pub decision: Option<RecallDecision>,
    /// The transaction as it was sent (`Undrlyg` or `CxlDtls`), never rewritten.
    pub body: String,
}
