//! What a customer typed, pasted or scanned, read into a payment to prepare, or into the one thing that is wrong.

use payments::directory::Proxy;
use payments::money::{Amount, AmountError, Currency};
use payments::participant::ClearingCode;
use payments::request_to_pay::RequestId;
use serde::Deserialize;
use store::Timestamp;

use super::code::{self, CodeRefusal};
use super::words::Words;
use crate::demo::bank::pay::Wish;

/// The form of the pay page. Either a payee or a code is given.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct PayForm {
    /// A mobile number or an e-mail address.
    pub(super) payee: String,
    /// The text of a QR code.
    pub(super) payload: String,
    /// HK$.
    pub(super) amount: String,
}

/// The field of the form that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// The number or address.
    Payee,
    /// The code.
    Payload,
    /// The amount.
    Amount,
}

/// Why the form is not a payment yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotYet {
    /// Neither payee nor code.
    NobodyToPay,
    /// Not a number or address.
    Payee,
    /// Not a code that can be paid.
    Code(CodeRefusal),
    /// No amount, neither typed nor in the code.
    NoAmount,
    /// Not an amount.
    Amount(AmountError),
    /// The code fixes another amount.
    AmountIsFixed(Amount),
}

impl NotYet {
    /// Where on the form.
    pub(super) const fn field(&self) -> Field {
        match self {
            Self::NobodyToPay | Self::Payee => Field::Payee,
            Self::Code(_) => Field::Payload,
            Self::NoAmount | Self::Amount(_) | Self::AmountIsFixed(_) => Field::Amount,
        }
    }

    /// What the customer is told.
    pub(super) fn words(&self) -> Words {
        match self {
            Self::NobodyToPay => Words::new(
                "輸入對方的流動電話號碼或電郵，或掃描二維碼。",
                "Type a mobile number or an e-mail address, or scan a code.",
            ),
            Self::Payee => Words::new(
                "號碼寫成 9123 4567，電郵寫成 name@example.hk。",
                "Write a number as 9123 4567, an address as name@example.hk.",
            ),
            Self::Code(refusal) => refusal.words(),
            Self::NoAmount => Words::new("輸入要付的金額。", "Type the amount to pay."),
            Self::Amount(_) => Words::new("金額寫成 250 或 250.50。", "Write the amount as 250 or 250.50."),
            Self::AmountIsFixed(amount) => {
                let amount = super::words::hkd(amount.minor());
                Words::new(format!("這個二維碼只收 {amount}。"), format!("This code asks for {amount} exactly."))
            }
        }
    }
}

/// What a form asks for.
pub(super) struct Wanted {
    /// The payment; none when a code names a request and no amount.
    pub(super) wish: Option<Wish>,
    /// The request to pay that the code may stand for.
    pub(super) request: Option<Coded>,
}

/// What a code says of the request that it stands for.
pub(super) struct Coded {
    pub(super) id: RequestId,
    pub(super) creditor_agent: Option<ClearingCode>,
    pub(super) amount: Option<Amount>,
}

/// Reads the form. `now` is for codes that expire.
pub(super) fn read(form: &PayForm, now: Timestamp) -> Result<Wanted, NotYet> {
    let typed = Some(form.amount.trim()).filter(|text| !text.is_empty());
    let typed = typed.map(|text| amount(text).map_err(NotYet::Amount)).transpose()?;
    if form.payload.trim().is_empty() {
        if form.payee.trim().is_empty() {
            return Err(NotYet::NobodyToPay);
        }
        let proxy = Proxy::parse_any(&form.payee).map_err(|_| NotYet::Payee)?;
        return Ok(Wanted { wish: Some(wish(proxy, None, typed)?), request: None });
    }
    let code = code::read(form.payload.trim(), now).map_err(NotYet::Code)?;
    let coded = |id| Coded { id, creditor_agent: code.creditor_agent, amount: code.amount };
    let request = code.request.map(coded);
    let amount = match (code.amount, typed) {
        (Some(fixed), Some(typed)) if fixed != typed && !code.editable => return Err(NotYet::AmountIsFixed(fixed)),
        (asked, typed) => typed.or(asked),
    };
    let wish = match wish(code.proxy, code.creditor_agent, amount) {
        Err(NotYet::NoAmount) if request.is_some() => None,
        wish => {
            Some(Wish { remittance_information: code.bill, request_to_pay: code.request, till: code.till, ..wish? })
        }
    };
    Ok(Wanted { wish, request })
}

/// Reads HK$, with or without commas.
fn amount(text: &str) -> Result<Amount, AmountError> {
    Amount::parse(&text.replace(',', ""), Currency::Hkd)
}

fn wish(proxy: Proxy, creditor_agent: Option<ClearingCode>, amount: Option<Amount>) -> Result<Wish, NotYet> {
    let amount = amount.ok_or(NotYet::NoAmount)?;
    Ok(Wish { proxy, creditor_agent, amount, remittance_information: None, request_to_pay: None, till: None })
}
