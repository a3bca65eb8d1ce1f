//! A QR code as a customer of a bank can pay it.

use payments::directory::{Proxy, ProxyKind};
use payments::money::{Amount, Currency};
use payments::participant::ClearingCode;
use payments::qr::{self, Payee, Refusal};
use payments::request_to_pay::RequestId;
use store::Timestamp;

use super::words::Words;

/// What a code asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Code {
    /// Who is paid.
    pub(super) proxy: Proxy,
    /// At which bank, when the code says so.
    pub(super) creditor_agent: Option<ClearingCode>,
    /// How much, when the code says so.
    pub(super) amount: Option<Amount>,
    /// Whether the payer may pay another amount.
    pub(super) editable: bool,
    /// What the payee wants to find again.
    pub(super) bill: Option<String>,
    /// The payee's till, which finds the payment again by it.
    pub(super) till: Option<String>,
    /// The request to pay that it stands for: one payment spends it.
    pub(super) request: Option<RequestId>,
}

/// Why a code cannot be paid here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CodeRefusal {
    /// Not a payment code, or damaged.
    Unreadable,
    /// It was good until a moment that has passed.
    Expired,
    /// A payment code, but not one of a payee in Hong Kong.
    Elsewhere,
    /// It asks for another currency.
    Currency,
}

impl CodeRefusal {
    pub(super) fn words(self) -> Words {
        match self {
            Self::Unreadable => Words::new(
                "讀不到這個付款碼，你沒有付款。再掃描一次，或請店員再開一個。",
                "This payment code cannot be read, and you have not paid. Scan it again, or ask for a new one.",
            ),
            Self::Expired => Words::new(
                "二維碼已過期，你沒有付款。請店員再開一個。",
                "This code has expired and you have not paid. Ask the shop for a new one.",
            ),
            Self::Elsewhere => Words::new(
                "這個付款碼不是給香港轉數用的，你沒有付款。問對方還可以怎樣收款。",
                "This code is for another payment system, and you have not paid. Ask how else they can be paid.",
            ),
            Self::Currency => Words::new(
                "這個付款碼收的不是港元，你沒有付款。",
                "This code asks for another currency than Hong Kong dollars. You have not paid.",
            ),
        }
    }
}

/// Reads the text of a code. `now` is for codes that expire.
pub(super) fn read(payload: &str, now: Timestamp) -> Result<Code, CodeRefusal> {
    let parsed = qr::parse(payload, now).map_err(|error| match error.refusal() {
        Refusal::Expired => CodeRefusal::Expired,
        _ => CodeRefusal::Unreadable,
    })?;
    let code = parsed.hong_kong.ok_or(CodeRefusal::Elsewhere)?;
    if code.asked.currency() != Currency::Hkd {
        return Err(CodeRefusal::Currency);
    }
    let editable = code.amount_may_change();
    let (proxy, clearing_code) = match code.payee {
        Payee::Proxy { proxy, clearing_code } => (proxy, clearing_code),
        Payee::FpsId(id) => (Proxy::parse(ProxyKind::FpsId, &id).map_err(|_| CodeRefusal::Elsewhere)?, None),
    };
    let request = code.additional.reference_label.as_deref().and_then(|label| label.parse().ok());
    // `***` asks the payer for the number instead of giving one (EMVCo, object 62).
    let bill = code.additional.bill_number.or(code.additional.reference_label).filter(|bill| bill != "***");
    let till = code.additional.terminal_label.filter(|till| till != "***");
    Ok(Code { proxy, creditor_agent: clearing_code, amount: code.asked.amount(), editable, bill, till, request })
}
