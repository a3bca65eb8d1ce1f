//! A merchant's QR codes: one that stands on the counter, and one for a request to pay.

use crate::merchant::{Merchant, TillLabel};
use crate::money::Currency;
use crate::qr::{AdditionalData, Asked, HongKongCode, Payee, QrError};
use crate::request_to_pay::{AmountRule, RequestToPay};

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
    let asked = &request.asked;
    let additional = AdditionalData {
        bill_number: asked.bill_number.clone(),
        reference_label: Some(request.id.to_string()),
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
