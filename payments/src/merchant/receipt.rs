//! What a merchant received.

use store::Timestamp;
use uuid::Uuid;

use super::TillLabel;
use crate::clearing::{BusinessDay, OutcomeRow, Payment};
use crate::directory::mask_person;
use crate::iso20022::remitted::Remitted;
use crate::money::Amount;
use crate::participant::ClearingCode;
use crate::request_to_pay::NewRequest;

/// A payment that has settled to a merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The payment's sequence number in the log: what it is known by here.
    pub payment: i64,
    /// The sequence number with which it settled: receipts are listed in this order.
    pub sequence: i64,
    /// When it settled.
    pub settled: Timestamp,
    /// The business day to which it belongs.
    pub business_day: BusinessDay,
    /// How much.
    pub amount: Amount,
    /// The payer's bank.
    pub debtor_agent: ClearingCode,
    /// The payer, masked: enough to tell two customers apart.
    pub payer: String,
    /// `PmtId/UETR`.
    pub uetr: Uuid,
    /// `PmtId/TxId`.
    pub transaction_id: String,
    /// `PmtId/EndToEndId`.
    pub end_to_end_id: String,
    /// The till whose code was paid, where the payment says so.
    pub till: Option<TillLabel>,
    /// The number of the bill, where the payment says so.
    pub bill_number: Option<String>,
    /// What has gone back, in minor units.
    pub refunded: i64,
    /// What is on its way back, in minor units: the merchant's bank was told to return it.
    pub refunding: i64,
}

impl Receipt {
    /// What a payment that has settled brought, before anything went back. What the merchant asked for it knows better
    /// than what a payer's bank passed on.
    pub(crate) fn of(paid: &Payment, settled: &OutcomeRow, remitted: Remitted, asked: Option<&NewRequest>) -> Self {
        let (till, bill_number) = match asked {
            Some(asked) => (asked.creditor.till.clone(), asked.bill_number.clone()),
            None => (remitted.till, remitted.bill_number),
        };
        Self {
            payment: paid.sequence,
            sequence: settled.sequence,
            settled: settled.recorded,
            business_day: settled.business_day,
            amount: paid.amount,
            debtor_agent: paid.debtor_agent,
            payer: masked_payer(&remitted.debtor_name),
            uetr: paid.uetr,
            transaction_id: paid.transaction_id.clone(),
            end_to_end_id: paid.end_to_end_id.clone(),
            till: till.and_then(|label| label.parse().ok()),
            bill_number,
            refunded: 0,
            refunding: 0,
        }
    }

    /// What may still be sent back, in minor units.
    pub const fn refundable(&self) -> i64 {
        self.amount.minor().saturating_sub(self.refunded).saturating_sub(self.refunding)
    }
}

/// A payer's name as the payee sees it: each script masked by its own rule.
fn masked_payer(name: &str) -> String {
    let (chinese, other): (Vec<&str>, Vec<&str>) = name.split_whitespace().partition(|word| !word.is_ascii());
    let parts = [chinese, other].into_iter().filter(|words| !words.is_empty());
    parts.map(|words| mask_person(&words.join(" "))).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payer_is_told_apart_and_not_named() {
        assert_eq!(masked_payer("陳大文 CHAN Tai Man"), "陳*文 CHAN T*** M***");
        assert_eq!(masked_payer("CHAN Tai Man"), "CHAN T*** M***");
        assert_eq!(masked_payer("陳大文"), "陳*文");
        assert_eq!(masked_payer(""), "");
    }
}
