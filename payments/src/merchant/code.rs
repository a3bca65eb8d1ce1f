//! A merchant's QR codes: one that stands on the counter, and one for a request to pay.

use crate::merchant::{Merchant, TillLabel, asked_by};
use crate::money::Currency;
use crate::qr::{AdditionalData, Asked, HongKongCode, Payee, QrError};
use crate::request_to_pay::{AmountRule, InvalidRequest, NewRequest, RequestId, RequestToPay};

/// Characters of an amount in a code (54).
const AMOUNT: usize = 13;

/// The text of the code for any amount in Hong Kong dollars, of the whole shop or of one till.
///
/// # Errors
/// The object that would not be as the standard has it.
pub fn counter_code(merchant: &Merchant, till: Option<&TillLabel>) -> Result<String, QrError> {
    let additional = AdditionalData { terminal_label: till.map(ToString::to_string), ..AdditionalData::default() };
    code(merchant, Asked::Any(Currency::Hkd), additional).write()
}

/// The text of the code that asks for one payment: it carries the request's identifier as its reference label (62-05), and
/// runs out with the request.
///
/// # Errors
/// The object that would not be as the standard has it.
pub fn request_code(merchant: &Merchant, request: &RequestToPay) -> Result<String, QrError> {
    code_of(merchant, &request.asked, request.id)
}

/// The code of a request that a bank made for its customer `merchant`. None when it is for somebody else, its money goes
/// elsewhere than the merchant's FPS ID leads, or a code has no room for it.
pub fn code_for(merchant: &Merchant, request: &RequestToPay) -> Option<String> {
    let is_paid = request.asked.creditor.account == merchant.account_token.as_str();
    if is_paid && asked_by(request, merchant) { request_code(merchant, request).ok() } else { None }
}

/// Whether a code has room for what is asked: ten digits of dollars (54), and a bill's number in its characters (62-01).
///
/// # Errors
/// The field that does not fit.
pub fn must_fit_a_code(merchant: &Merchant, asked: &NewRequest) -> Result<(), InvalidRequest> {
    let any = RequestId::from_random(&[0; 13]);
    if code_of(merchant, asked, any).is_ok() {
        return Ok(());
    }
    let field = if asked.amount.to_decimal().len() > AMOUNT { "amount" } else { "bill_number" };
    Err(InvalidRequest { field, why: "a code has no room for it" })
}

fn code_of(merchant: &Merchant, asked: &NewRequest, id: RequestId) -> Result<String, QrError> {
    let additional = AdditionalData {
        bill_number: asked.bill_number.clone(),
        reference_label: Some(id.to_string()),
        terminal_label: asked.creditor.till.clone(),
        ..AdditionalData::default()
    };
    let one_time = HongKongCode {
        one_time: true,
        may_change_amount: Some(asked.amount_rule == AmountRule::LessAllowed),
        valid_until: Some(asked.expires),
        ..code(merchant, Asked::Amount(asked.amount), additional)
    };
    one_time.write()
}

fn code(merchant: &Merchant, asked: Asked, additional: AdditionalData) -> HongKongCode {
    HongKongCode {
        payee: Payee::FpsId(merchant.fps_id.value().to_owned()),
        asked,
        one_time: false,
        may_change_amount: None,
        valid_until: None,
        category: merchant.category.number(),
        name: Some(merchant.names.en_in_a_code()),
        name_zh: Some(merchant.names.zh_in_a_code()),
        additional,
    }
}
