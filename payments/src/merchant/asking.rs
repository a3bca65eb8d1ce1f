//! What a merchant asks to be paid: the request to pay behind a till's code, a payment link or a bill.

use std::time::Duration;

use store::Timestamp;
use time::Date;

use super::{Merchant, MerchantId, TillLabel};
use crate::money::Amount;
use crate::request_to_pay::{AmountRule, Creditor, Debtor, NewRequest, RequestToPay};

/// How long a code on a till can be paid.
pub const TILL_CODE_LASTS: Duration = Duration::from_mins(10);

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
