//! What a payment says: the parts of a pacs.008 that the switch acts on, and of a pacs.002 that ends it.

use store::Timestamp;
use time::Date;
use uuid::Uuid;

use crate::directory::Proxy;
use crate::iso20022::ReasonCode;
use crate::money::Amount;
use crate::participant::ClearingCode;
use crate::request_to_pay::RequestId;

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
    /// `SplmtryData/Envlp/RequestToPay`: the request to pay that it answers, and pays once.
    pub request_to_pay: Option<RequestId>,
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
    /// `ACCC`, later: its customer has been credited.
    Credited,
    /// `BLCK`, after `ACWP`: the money may not be credited for now.
    Blocked,
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
    /// `ACCC`: settled, final, and the creditor agent says that its customer has been credited.
    Credited,
    /// `BLCK`: settled, final, and the creditor agent says that its customer may not be credited.
    Blocked,
    /// `RJCT`: refused, rejected or timed out; nothing was moved.
    Rejected(ReasonCode),
}

impl Status {
    /// Whether it can never change again.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::InProcess)
    }

    /// Whether the money has moved.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Settled | Self::Credited | Self::Blocked)
    }
}

/// What a status report is about (pacs.002 `OrgnlGrpInf`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Subject {
    /// A credit transfer.
    #[default]
    Transfer,
    /// A return of one.
    Return {
        /// `OrgnlMsgId`: of the pacs.004.
        message_id: String,
    },
}

/// The switch's word on one payment, or on one return of a payment (pacs.002), for either agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusReport {
    /// The sequence number of the row that says so: `MsgId` and `CreDtTm` come from it and from `recorded`.
    pub sequence: i64,
    /// When that row was recorded.
    pub recorded: Timestamp,
    /// Whether it is about the payment or about a return.
    pub subject: Subject,
    /// `OrgnlEndToEndId` of the payment.
    pub original_end_to_end_id: String,
    /// `OrgnlTxId`; for a return, its `RtrId`.
    pub original_transaction_id: String,
    /// `OrgnlUETR` of the payment.
    pub original_uetr: Uuid,
    /// `TxSts` and its reason.
    pub status: Status,
    /// `AccptncDtTm` of the payment; for a return, when it arrived.
    pub accepted: Timestamp,
    /// Who pays: the payment's debtor agent, or the returner.
    pub debtor_agent: ClearingCode,
    /// Who is paid: the payment's creditor agent, or who gets the money back.
    pub creditor_agent: ClearingCode,
}
