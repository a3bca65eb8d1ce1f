//! A receipt to try things on.

use store::Timestamp;

use super::Receipt;
use crate::clearing::BusinessDay;
use crate::clearing::tests::support::{NOW, bank, hkd, uetr};

/// Receipt `number` of 100.00.
pub(crate) fn receipt(number: u32) -> Receipt {
    let settled: Timestamp = NOW;
    Receipt {
        payment: number.into(),
        sequence: i64::from(number) + 1,
        settled,
        business_day: BusinessDay::of(settled),
        amount: hkd(10_000),
        debtor_agent: bank("012"),
        payer: "CHAN T*** M***".to_owned(),
        uetr: uetr(number),
        transaction_id: format!("TX-{number}"),
        end_to_end_id: format!("E2E-{number}"),
        till: "T-1".parse().ok(),
        bill_number: Some(format!("ML-{number}")),
        refunded: 0,
        refunding: 0,
    }
}
