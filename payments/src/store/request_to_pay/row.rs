//! A request to pay as its columns hold it, and back.

use diesel::prelude::*;
use store::Timestamp;

use super::super::columns::{currency, currency_column};
use super::schema;
use crate::error::Error;
use crate::money::{Amount, Currency};
use crate::participant::ClearingCode;
use crate::request_to_pay::{
    AmountRule, Change, Creditor, Debtor, DueDate, NewRequest, RequestId, RequestPayment, RequestState, RequestToPay,
};

/// Table `request_to_pay`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = schema::request_to_pay, treat_none_as_default_value = false)]
pub(super) struct RequestColumns {
    pub(super) id: String,
    number: i64,
    reference: String,
    created_by: String,
    created: Timestamp,
    pub(super) creditor_agent: ClearingCode,
    creditor_account: String,
    creditor_name_zh: Option<String>,
    creditor_name_en: Option<String>,
    merchant: Option<String>,
    till: Option<String>,
    pub(super) debtor_agent: Option<ClearingCode>,
    debtor_account: Option<String>,
    currency: i16,
    amount: i64,
    less_allowed: bool,
    purpose: Option<String>,
    bill_number: Option<String>,
    due: Option<i32>,
    expires: Timestamp,
    state: i16,
    reason: Option<String>,
    payment: Option<i64>,
    paid_amount: Option<i64>,
    changed: Timestamp,
}

impl RequestColumns {
    pub(super) fn of(request: &RequestToPay) -> Self {
        let RequestToPay { asked, .. } = request.clone();
        let NewRequest { creditor, debtor, .. } = asked;
        let (debtor_agent, debtor_account) = debtor.map(|debtor| (debtor.agent, debtor.account)).unzip();
        Self {
            id: request.id.to_string(),
            number: request.number,
            reference: asked.reference,
            created_by: asked.created_by,
            created: request.created,
            creditor_agent: creditor.agent,
            creditor_account: creditor.account,
            creditor_name_zh: creditor.name_zh,
            creditor_name_en: creditor.name_en,
            merchant: creditor.merchant,
            till: creditor.till,
            debtor_agent,
            debtor_account,
            currency: currency_column(asked.amount.currency()),
            amount: asked.amount.minor(),
            less_allowed: asked.amount_rule == AmountRule::LessAllowed,
            purpose: asked.purpose,
            bill_number: asked.bill_number,
            due: asked.due.map(DueDate::to_julian_day),
            expires: asked.expires,
            state: request.state.number(),
            reason: request.reason.map(|reason| reason.to_string()),
            payment: request.payment.map(|payment| payment.sequence),
            paid_amount: request.payment.map(|payment| payment.amount.minor()),
            changed: request.changed,
        }
    }

    pub(super) fn request(self) -> Result<RequestToPay, Error> {
        let id = self.id.clone();
        let bad = |column| Error::Damaged(format!("request to pay {id}: its {column} cannot be read"));
        let currency = currency(self.currency).ok_or_else(|| bad("currency"))?;
        let amount = Amount::new(self.amount, currency).map_err(|_| bad("amount"))?;
        let due = self.due.map(|day| DueDate::from_julian_day(day).map_err(|_| bad("due"))).transpose()?;
        let reason = self.reason.map(|reason| reason.parse().map_err(|_| bad("reason"))).transpose()?;
        let creditor = Creditor {
            agent: self.creditor_agent,
            account: self.creditor_account,
            name_zh: self.creditor_name_zh,
            name_en: self.creditor_name_en,
            merchant: self.merchant,
            till: self.till,
        };
        Ok(RequestToPay {
            id: self.id.parse().map_err(|_| bad("id"))?,
            number: self.number,
            asked: NewRequest {
                creditor,
                amount,
                amount_rule: if self.less_allowed { AmountRule::LessAllowed } else { AmountRule::Exact },
                purpose: self.purpose,
                bill_number: self.bill_number,
                due,
                expires: self.expires,
                debtor: self.debtor_agent.zip(self.debtor_account).map(|(agent, account)| Debtor { agent, account }),
                reference: self.reference,
                created_by: self.created_by,
            },
            created: self.created,
            state: RequestState::from_number(self.state).ok_or_else(|| bad("state"))?,
            reason,
            payment: payment(self.payment, self.paid_amount, currency),
            changed: self.changed,
        })
    }
}

/// Table `request_to_pay_change`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = schema::request_to_pay_change, treat_none_as_default_value = false)]
pub(super) struct ChangeColumns {
    pub(super) seq: i64,
    request: String,
    state: i16,
    reason: Option<String>,
    at: Timestamp,
    payment: Option<i64>,
    paid_amount: Option<i64>,
    creditor_agent: ClearingCode,
    debtor_agent: Option<ClearingCode>,
    merchant: Option<String>,
}

impl ChangeColumns {
    /// That `request` came to where it is, as number `seq` of the feed.
    pub(super) fn of(seq: i64, request: &RequestToPay) -> Self {
        Self {
            seq,
            request: request.id.to_string(),
            state: request.state.number(),
            reason: request.reason.map(|reason| reason.to_string()),
            at: request.changed,
            payment: request.payment.map(|payment| payment.sequence),
            paid_amount: request.payment.map(|payment| payment.amount.minor()),
            creditor_agent: request.asked.creditor.agent,
            debtor_agent: request.asked.debtor.as_ref().map(|debtor| debtor.agent),
            merchant: request.asked.creditor.merchant.clone(),
        }
    }

    /// The change, of a request whose money is `currency`.
    pub(super) fn change(self, currency: Currency) -> Result<Change, Error> {
        let seq = self.seq;
        let bad = |column| Error::Damaged(format!("change {seq} of a request to pay: its {column} cannot be read"));
        Ok(Change {
            sequence: seq,
            request: self.request.parse::<RequestId>().map_err(|_| bad("request"))?,
            state: RequestState::from_number(self.state).ok_or_else(|| bad("state"))?,
            reason: self.reason.map(|reason| reason.parse().map_err(|_| bad("reason"))).transpose()?,
            at: self.at,
            payment: payment(self.payment, self.paid_amount, currency),
        })
    }
}

fn payment(sequence: Option<i64>, minor: Option<i64>, currency: Currency) -> Option<RequestPayment> {
    Some(RequestPayment { sequence: sequence?, amount: Amount::new(minor?, currency).ok()? })
}
