//! What a payment says: the parts of a pacs.008 that the switch acts on, and of a pacs.002 that ends it.

use store::Timestamp;
use time::Date;
use uuid::Uuid;

use crate::directory::Proxy;
use crate::iso20022::ReasonCode;
use crate::money::Amount;
use crate::participant::ClearingCode;

/// One credit transfer (pacs.008 `CdtTrfTxInf`), parsed at the edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditTransfer {
    /// `PmtId/InstrId`, at most 35 characters.
    pub instruction_id: Option<String>,
    /// `PmtId/EndToEndId`, at most 35 characters.
    pub end_to_end_id: String,
    /// `PmtId/TxId`, at most 35 characters: with the debtor agent, what makes a payment the same payment.
    pub transaction_id: String,
    /// `PmtId/UETR`, a UUIDv4.
    pub uetr: Uuid,
    /// `IntrBkSttlmAmt`.
    pub amount: Amount,
    /// `IntrBkSttlmDt`.
    pub settlement_date: Date,
    /// `AccptncDtTm`: when the debtor agent accepted it. The deadline counts from here.
    pub accepted: Timestamp,
    /// `Dbtr/Nm`.
    pub debtor_name: String,
    /// `DbtrAcct/Id/Othr/Id`.
    pub debtor_account: String,
    /// `DbtrAgt`.
    pub debtor_agent: ClearingCode,
    /// `CdtrAgt`.
    pub creditor_agent: ClearingCode,
    /// `Cdtr/Nm`: what the payer was shown, masked when it came from a look-up.
    pub creditor_name: String,
    /// `CdtrAcct/Id/Othr/Id`: an account number, or the opaque token of a look-up.
    pub creditor_account: String,
    /// `CdtrAcct/Prxy`, when the payer paid a number or an address.
    pub creditor_proxy: Option<Proxy>,
    /// `SplmtryData/Envlp/LookupReference`: proves what the payer was shown; needed with a proxy.
    pub lookup_reference: Option<String>,
    /// `RmtInf/Ustrd`, at most 140 characters.
    pub remittance_information: Option<String>,
}

/// How the creditor agent answers (pacs.002 `TxSts`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// `ACCP`, `ACSP` or `ACTC`: it will credit its customer.
    Accepted,
    /// `ACWP`: accepted, to be posted later.
    AcceptedWithoutPosting,
    /// `RJCT`, with why.
    Rejected(ReasonCode),
}

/// The creditor agent's answer to a payment it was sent (pacs.002 `TxInfAndSts`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// `OrgnlUETR`: which payment.
    pub original_uetr: Uuid,
    /// `OrgnlTxId`: must be that payment's.
    pub original_transaction_id: String,
    /// What is answered.
    pub verdict: Verdict,
}

/// A transaction's status as the switch tells it (pacs.002 `TxSts`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// `ACSP`: reserved, the creditor agent has been asked.
    InProcess,
    /// `ACSC`: settled, final.
    Settled,
    /// `RJCT`: refused, rejected or timed out; nothing was moved.
    Rejected(ReasonCode),
}

impl Status {
    /// Whether it can never change again.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::InProcess)
    }
}

/// The switch's word on one payment (pacs.002), for either agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusReport {
    /// The sequence number of the row that says so: `MsgId` and `CreDtTm` come from it and from `recorded`.
    pub sequence: i64,
    /// When that row was recorded.
    pub recorded: Timestamp,
    /// `OrgnlEndToEndId`.
    pub original_end_to_end_id: String,
    /// `OrgnlTxId`.
    pub original_transaction_id: String,
    /// `OrgnlUETR`.
    pub original_uetr: Uuid,
    /// `TxSts` and its reason.
    pub status: Status,
    /// `AccptncDtTm` of the payment.
    pub accepted: Timestamp,
    /// The payment's debtor agent.
    pub debtor_agent: ClearingCode,
    /// The payment's creditor agent.
    pub creditor_agent: ClearingCode,
}
