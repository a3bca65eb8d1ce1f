//! Why the switch refuses a payment, in one order.

use crate::directory::NotAsShown;
use crate::iso20022::ReasonCode;
use crate::request_to_pay::NotPayable;

/// Every reason for which the switch itself refuses a payment.
///
/// The order is the order of precedence: when several apply, the first is given. Identity comes before
/// standing, standing before form, form before whether anybody would answer, that before the payee, the payee before a request to pay. Limits come after all
/// of these and liquidity is last, so that a refusal for want of it says that everything else was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Refusal {
    /// The debtor agent used this `TxId` for another payment within two business days.
    #[error("this transaction id was used for another payment")]
    Duplicate,
    /// The debtor agent does not take part in the switch.
    #[error("the debtor agent is not a participant")]
    DebtorAgentUnknown,
    /// The debtor agent is blocked: it may only read.
    #[error("the debtor agent is blocked")]
    DebtorAgentBlocked,
    /// The debtor agent is suspended: it may answer, but not pay.
    #[error("the debtor agent is suspended")]
    DebtorAgentSuspended,
    /// The creditor agent does not take part in the switch.
    #[error("the creditor agent is not a participant")]
    CreditorAgentUnknown,
    /// The creditor agent is blocked.
    #[error("the creditor agent is blocked")]
    CreditorAgentBlocked,
    /// The creditor agent is suspended.
    #[error("the creditor agent is suspended")]
    CreditorAgentSuspended,
    /// Debtor agent and creditor agent are one: such a payment is booked at home, not cleared, unless it answers a
    /// request to pay.
    #[error("a payment between customers of one participant is not cleared here")]
    SameAgent,
    /// Another payment carries this UETR.
    #[error("this UETR belongs to another payment")]
    UetrNotUnique,
    /// `AccptncDtTm` is too far from the moment at which the payment arrived.
    #[error("the acceptance time is too far from the time of arrival")]
    AcceptanceTimeOff,
    /// `IntrBkSttlmDt` is neither the business day nor one beside it.
    #[error("the settlement date is not this business day")]
    SettlementDateOff,
    /// The time for an answer had passed before the payment was taken up.
    #[error("the payment could not be taken up in time")]
    TooLate,
    /// The creditor agent is known to be offline: nobody would answer.
    #[error("the creditor agent is offline")]
    CreditorAgentOffline,
    /// A proxy is paid without the reference of a look-up.
    #[error("a payment to a proxy carries the reference of its look-up")]
    LookupReferenceMissing,
    /// The reference was not issued for this payer's agent, proxy and account.
    #[error("the look-up reference does not belong to this payment")]
    LookupReferenceInvalid,
    /// The reference has run out; the payer must be shown the payee again.
    #[error("the look-up reference has expired")]
    LookupReferenceExpired,
    /// An identity card number is paid by somebody who is no institution.
    #[error("only institutions pay identity card numbers")]
    NotAnInstitution,
    /// The proxy is no longer registered.
    #[error("the proxy is not registered")]
    ProxyUnknown,
    /// The proxy leads elsewhere than when it was looked up. The payment is never silently redirected.
    #[error("the proxy leads elsewhere since it was looked up")]
    ProxyMoved,
    /// The police have payments to the payee refused: by proxy, account or name.
    #[error("payments to this payee are refused on suspicion of fraud")]
    PayeeSuspected,
    /// It carries the id of no request to pay.
    #[error("there is no such request to pay")]
    RequestUnknown,
    /// The request to pay has been paid.
    #[error("the request to pay has been paid")]
    RequestPaid,
    /// Another payment of the request to pay is under way.
    #[error("another payment of the request to pay is under way")]
    RequestUnderWay,
    /// The creditor took the request to pay back.
    #[error("the request to pay was cancelled")]
    RequestCancelled,
    /// The debtor refused the request to pay.
    #[error("the request to pay was refused")]
    RequestRefused,
    /// The time of the request to pay is over.
    #[error("the request to pay has expired")]
    RequestExpired,
    /// The payment goes to another account than the request to pay says.
    #[error("the payment goes elsewhere than the request to pay says")]
    RequestOtherCreditor,
    /// The payment is not in the currency of the request to pay.
    #[error("the payment is not in the currency of the request to pay")]
    RequestOtherCurrency,
    /// The payment is of more than the request to pay asks for, or of less where less is not allowed.
    #[error("the payment is not of the amount that the request to pay asks for")]
    RequestOtherAmount,
    /// The amount is above the debtor agent's maximum for one payment.
    #[error("the amount is above the debtor agent's maximum for one payment")]
    AbovePaymentMaximum,
    /// With what the debtor agent sent on this business day, it is above its maximum for a day.
    #[error("the debtor agent's payments of this business day would be above its daily maximum")]
    AboveDailyMaximum,
    /// Balance, less what is reserved, plus the net debit cap does not cover the amount.
    #[error("the debtor agent's liquidity does not cover the amount")]
    InsufficientLiquidity,
}

impl Refusal {
    /// All of them, by descending precedence.
    pub const ALL: [Self; 32] = [
        Self::Duplicate,
        Self::DebtorAgentUnknown,
        Self::DebtorAgentBlocked,
        Self::DebtorAgentSuspended,
        Self::CreditorAgentUnknown,
        Self::CreditorAgentBlocked,
        Self::CreditorAgentSuspended,
        Self::SameAgent,
        Self::UetrNotUnique,
        Self::AcceptanceTimeOff,
        Self::SettlementDateOff,
        Self::TooLate,
        Self::CreditorAgentOffline,
        Self::LookupReferenceMissing,
        Self::LookupReferenceInvalid,
        Self::LookupReferenceExpired,
        Self::NotAnInstitution,
        Self::ProxyUnknown,
        Self::ProxyMoved,
        Self::PayeeSuspected,
        Self::RequestUnknown,
        Self::RequestPaid,
        Self::RequestUnderWay,
        Self::RequestCancelled,
        Self::RequestRefused,
        Self::RequestExpired,
        Self::RequestOtherCreditor,
        Self::RequestOtherCurrency,
        Self::RequestOtherAmount,
        Self::AbovePaymentMaximum,
        Self::AboveDailyMaximum,
        Self::InsufficientLiquidity,
    ];

    /// The ISO 20022 external status reason that says so in a pacs.002.
    pub const fn reason(self) -> ReasonCode {
        ReasonCode::literal(match self {
            Self::Duplicate => "AM05",
            Self::DebtorAgentUnknown => "RC03",
            Self::DebtorAgentBlocked | Self::DebtorAgentSuspended => "AG10",
            Self::CreditorAgentUnknown => "RC04",
            Self::CreditorAgentBlocked | Self::CreditorAgentSuspended => "AG11",
            Self::SameAgent | Self::NotAnInstitution => "AG01",
            Self::UetrNotUnique => "DU03",
            Self::AcceptanceTimeOff | Self::SettlementDateOff => "DT01",
            Self::TooLate => "AB03",
            Self::CreditorAgentOffline => "AB08",
            Self::LookupReferenceMissing => "FF02",
            Self::LookupReferenceInvalid | Self::ProxyMoved | Self::RequestOtherCreditor => "BE01",
            Self::LookupReferenceExpired => "DS24",
            Self::ProxyUnknown => "BE23",
            Self::PayeeSuspected => "FRAD",
            Self::RequestUnknown => "IRNR",
            Self::RequestPaid => "APAR",
            Self::RequestUnderWay => "ALAC",
            Self::RequestCancelled => "DS02",
            Self::RequestRefused => "ARFR",
            Self::RequestExpired => "AEXR",
            Self::RequestOtherCurrency => "AM03",
            Self::RequestOtherAmount => "AM09",
            Self::AbovePaymentMaximum => "AM02",
            Self::AboveDailyMaximum => "AM23",
            Self::InsufficientLiquidity => "AM04",
        })
    }
}

impl From<NotPayable> for Refusal {
    fn from(against: NotPayable) -> Self {
        match against {
            NotPayable::Unknown => Self::RequestUnknown,
            NotPayable::Paid => Self::RequestPaid,
            NotPayable::UnderWay => Self::RequestUnderWay,
            NotPayable::Cancelled => Self::RequestCancelled,
            NotPayable::Refused => Self::RequestRefused,
            NotPayable::Expired => Self::RequestExpired,
            NotPayable::OtherCreditor => Self::RequestOtherCreditor,
            NotPayable::OtherCurrency => Self::RequestOtherCurrency,
            NotPayable::OtherAmount => Self::RequestOtherAmount,
        }
    }
}

impl From<NotAsShown> for Refusal {
    fn from(against: NotAsShown) -> Self {
        match against {
            NotAsShown::ReferenceMissing => Self::LookupReferenceMissing,
            NotAsShown::ReferenceInvalid => Self::LookupReferenceInvalid,
            NotAsShown::ReferenceExpired => Self::LookupReferenceExpired,
            NotAsShown::NotAnInstitution => Self::NotAnInstitution,
            NotAsShown::Unknown => Self::ProxyUnknown,
            NotAsShown::Moved => Self::ProxyMoved,
            NotAsShown::Suspected => Self::PayeeSuspected,
        }
    }
}

/// Why an answer of a creditor agent is not taken. A late or second answer is not among these: it is
/// answered with the state that stands. The order is the order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum AnswerRefusal {
    /// Who answers is blocked: it may only read.
    #[error("a blocked participant may only read")]
    AnswererBlocked,
    /// There is no payment with this UETR, or it was never sent to whoever answers.
    #[error("there is no such payment to answer")]
    UnknownPayment,
    /// The transaction id is not that payment's.
    #[error("the original transaction id is not that of the payment with this UETR")]
    OtherTransaction,
    /// ACCC or BLCK before the payment has settled: nobody credits a customer before that.
    #[error("the payment has not settled yet")]
    NotSettled,
}

impl AnswerRefusal {
    /// All of them, by descending precedence.
    pub const ALL: [Self; 4] = [Self::AnswererBlocked, Self::UnknownPayment, Self::OtherTransaction, Self::NotSettled];

    /// The ISO 20022 reason.
    pub const fn reason(self) -> ReasonCode {
        ReasonCode::literal(match self {
            Self::AnswererBlocked => "AG10",
            Self::UnknownPayment => "AG09",
            Self::OtherTransaction => "BE01",
            Self::NotSettled => "ED05",
        })
    }
}

/// Why an operator's act is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OperationRefusal {
    /// No participant has this clearing code.
    #[error("there is no participant with this clearing code")]
    UnknownParticipant,
    /// The clearing code is taken by a participant with other particulars.
    #[error("another participant has this clearing code")]
    ClearingCodeTaken,
    /// A name, identifier or actor is empty or too long, or the clearing code is nobody's to have.
    #[error("a name has 1 to 140 characters, a BIC 8 or 11; 000 is no participant's clearing code")]
    Malformed,
    /// The certificate is bound to another participant, or was revoked.
    #[error("this certificate belongs to another participant or was revoked")]
    CertificateTaken,
    /// No such certificate is bound to this participant.
    #[error("this participant has no such certificate")]
    UnknownCertificate,
    /// The participant has less than this at its disposal.
    #[error("the participant does not have that much at its disposal")]
    InsufficientLiquidity,
    /// The cap would be lower than what the participant uses of it.
    #[error("the participant uses more than this net debit cap")]
    CapInUse,
    /// The key was used for another proposal of this participant.
    #[error("this key was used for another proposal")]
    KeyReused,
    /// No proposal has this number.
    #[error("there is no such proposal")]
    UnknownProposal,
    /// Whoever proposed it cannot approve it: that takes another officer.
    #[error("a proposal is approved by another officer than the one who made it")]
    OwnProposal,
    /// It was decided before.
    #[error("this proposal was decided before")]
    ProposalDecided,
    /// The time to approve it is over: it is to be made anew.
    #[error("this proposal has expired")]
    ProposalExpired,
    /// Caps and limits are not negative, and all money and caps of a currency stay within what can be counted.
    #[error("the sum is out of range")]
    OutOfRange,
}
