//! What a merchant asks to be paid: the request to pay behind a till's code, a payment link or a bill.

use std::time::Duration;

use store::Timestamp;
use time::macros::offset;
use time::{Date, UtcOffset};

use super::{Merchant, MerchantId, TillLabel};
use crate::money::Amount;
use crate::request_to_pay::{AmountRule, Creditor, Debtor, NewRequest, RequestToPay};

/// How long a bill can be paid at least.
const BILL_LASTS: Duration = Duration::from_hours(24 * 90);
/// How long a bill can be paid after the day on which it is due has begun: the one who is late still pays by it.
const BILL_LASTS_AFTER_DUE: Duration = Duration::from_hours(24 * 31);
/// How long a code on a till can be paid.
pub const TILL_CODE_LASTS: Duration = Duration::from_mins(10);

/// Where a day begins on which a bill is due.
const HONG_KONG: UtcOffset = offset!(+8);

/// What a merchant asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// How much.
    pub amount: Amount,
    /// Whether less may be paid.
    pub amount_rule: AmountRule,
    /// At which till.
    pub till: Option<TillLabel>,
    /// The number of its bill, at most 25 characters.
    pub bill_number: Option<String>,
    /// What it is for, at most 140 characters.
    pub purpose: Option<String>,
    /// By when the merchant would like to have it.
    pub due: Option<Date>,
    /// Who is asked, when somebody in particular is.
    pub debtor: Option<Debtor>,
    /// From when it can no longer be paid.
    pub expires: Timestamp,
    /// The asker's own identifier, at most 35 characters: the same again is the same request.
    pub reference: String,
}

impl Asking {
    /// A code on a till.
    pub fn at_till(
        till: TillLabel,
        amount: Amount,
        bill_number: Option<String>,
        reference: String,
        now: Timestamp,
    ) -> Self {
        Self {
            amount,
            amount_rule: AmountRule::Exact,
            till: Some(till),
            bill_number,
            purpose: None,
            due: None,
            debtor: None,
            expires: now + TILL_CODE_LASTS,
            reference,
        }
    }

    /// A bill, to be printed, sent as a link or delivered to whom it asks: 90 days, or a month after it is due.
    pub fn bill(
        amount: Amount,
        bill_number: Option<String>,
        purpose: Option<String>,
        due: Option<Date>,
        reference: String,
        now: Timestamp,
    ) -> Self {
        let day = due.map(|day| day.midnight().assume_offset(HONG_KONG).unix_timestamp());
        let late = day.map(|day| Timestamp::from_seconds(day) + BILL_LASTS_AFTER_DUE);
        let expires = late.unwrap_or(now).max(now + BILL_LASTS);
        let amount_rule = AmountRule::Exact;
        Self { amount, amount_rule, till: None, bill_number, purpose, due, debtor: None, expires, reference }
    }

    /// The request to pay that asks for it, on behalf of `merchant`.
    pub fn on_behalf_of(self, merchant: &Merchant) -> NewRequest {
        NewRequest {
            creditor: Creditor {
                agent: merchant.participant,
                account: merchant.account_token.to_string(),
                name_zh: Some(shown(merchant.names.zh())),
                name_en: Some(shown(merchant.names.en())),
                merchant: Some(label(merchant.id)),
                till: self.till.map(|till| till.to_string()),
            },
            amount: self.amount,
            amount_rule: self.amount_rule,
            purpose: self.purpose,
            bill_number: self.bill_number,
            due: self.due,
            expires: self.expires,
            debtor: self.debtor,
            reference: self.reference,
            created_by: format!("merchant {}", merchant.id),
        }
    }
}

/// Whether `merchant` asked for it.
pub fn asked_by(request: &RequestToPay, merchant: &Merchant) -> bool {
    request.asked.creditor.agent == merchant.participant && merchant_of(request) == Some(merchant.id)
}

/// The merchant that asked, when it was one.
pub fn merchant_of(request: &RequestToPay) -> Option<MerchantId> {
    let text = request.asked.creditor.merchant.as_deref().filter(|text| text.len() == 32)?;
    uuid::Uuid::try_parse(text).ok().map(MerchantId::from_uuid)
}

/// As what a request names a merchant: its identifier without hyphens, which has room in 35 characters.
pub(crate) fn label(id: MerchantId) -> String {
    id.as_uuid().simple().to_string()
}

/// A request has room for 69 characters of a name.
fn shown(name: &str) -> String {
    name.chars().take(69).collect()
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;
    use crate::clearing::tests::support::{NOW, hkd};

    #[test]
    fn a_bill_lasts_ninety_days_or_until_a_month_after_it_is_due() {
        let lasts =
            |due| Asking::bill(hkd(100), None, None, due, "R".to_owned(), NOW).expires.since(NOW).as_secs() / 3_600;
        assert_eq!(lasts(None), 90 * 24);
        assert_eq!(lasts(Some(date!(2026 - 11 - 30))), 90 * 24);
        // Noon of 22 November to midnight of 1 April, and a month more.
        assert_eq!(lasts(Some(date!(2027 - 04 - 01))), (129 + 31) * 24 + 12);
    }
}
