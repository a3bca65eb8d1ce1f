//! Whether a payment is the one that a request asks for.

use store::Timestamp;

use super::{AmountRule, RequestRefusal, RequestStep, RequestToPay, step};
use crate::clearing::CreditTransfer;

/// Why a payment that carries a request's id does not pay that request. The order is the order of precedence: what the
/// payer cannot do anything about comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum NotPayable {
    /// No request has this id.
    #[error("there is no such request to pay")]
    Unknown,
    /// It has been paid.
    #[error("the request to pay has been paid")]
    Paid,
    /// Another payment of it is under way.
    #[error("another payment of the request is under way")]
    UnderWay,
    /// Its creditor took it back.
    #[error("the request to pay was cancelled")]
    Cancelled,
    /// Its debtor refused it.
    #[error("the request to pay was refused by its debtor")]
    Refused,
    /// Its time is over.
    #[error("the request to pay has expired")]
    Expired,
    /// The payment goes to another account.
    #[error("the payment goes elsewhere than the request to pay says")]
    OtherCreditor,
    /// The payment is in another currency.
    #[error("the payment is not in the currency of the request to pay")]
    OtherCurrency,
    /// The payment is of another amount: more, or less where less is not allowed.
    #[error("the payment is not of the amount that the request to pay asks for")]
    OtherAmount,
}

/// Checks a payment against `request`, which has its id, as it stands at `now`. Whose money it is does not matter: also
/// what somebody in particular is asked may be paid by whoever has its id, as a bill may.
pub fn payable(request: Option<&RequestToPay>, transfer: &CreditTransfer, now: Timestamp) -> Result<(), NotPayable> {
    let request = request.ok_or(NotPayable::Unknown)?;
    let asked = &request.asked;
    step(request.state, RequestStep::Hold, asked.expires, now).map_err(|refusal| match refusal {
        RequestRefusal::Paid => NotPayable::Paid,
        RequestRefusal::UnderWay | RequestRefusal::NotHeld => NotPayable::UnderWay,
        RequestRefusal::Cancelled => NotPayable::Cancelled,
        RequestRefusal::Refused => NotPayable::Refused,
        RequestRefusal::Expired | RequestRefusal::NotExpired => NotPayable::Expired,
    })?;
    if (asked.creditor.agent, &asked.creditor.account) != (transfer.creditor_agent, &transfer.creditor_account) {
        return Err(NotPayable::OtherCreditor);
    }
    if asked.amount.currency() != transfer.amount.currency() {
        return Err(NotPayable::OtherCurrency);
    }
    let (asked, offered) = (asked.amount.minor(), transfer.amount.minor());
    let enough = offered == asked || (request.asked.amount_rule == AmountRule::LessAllowed && offered < asked);
    if enough { Ok(()) } else { Err(NotPayable::OtherAmount) }
}
