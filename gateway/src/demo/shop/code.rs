//! The shop's QR codes: one that stands on the counter, and one for each bill.

use payments::qr::{AdditionalData, Asked, HongKongCode, Payee, QrError};

use super::ShopConfig;
use super::till::Bill;

use payments::money::Currency;

/// Stationery shops (ISO 18245).
const CATEGORY: u16 = 5_943;

/// The text of a code: for one bill, or for any amount.
pub(super) fn payload(shop: &ShopConfig, bill: Option<&Bill>) -> Result<String, QrError> {
    let code = HongKongCode {
        payee: Payee::Proxy { proxy: shop.proxy.clone(), clearing_code: Some(shop.clearing_code) },
        asked: bill.map_or(Asked::Any(Currency::Hkd), |bill| Asked::Amount(bill.amount)),
        one_time: bill.is_some(),
        may_change_amount: bill.map(|_| false),
        valid_until: None,
        category: CATEGORY,
        name: Some(shop.name_en.clone()),
        name_zh: Some(shop.name_zh.clone()),
        additional: AdditionalData {
            bill_number: bill.map(|bill| bill.number.as_str().to_owned()),
            ..AdditionalData::default()
        },
    };
    code.write()
}
