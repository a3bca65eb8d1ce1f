//! A request to pay as JSON writes it.

use payments::money::{Amount, Currency};
use payments::participant::{ClearingCode, Participant as Member};
use payments::request_to_pay::{AmountRule, Creditor, Debtor, DueDate, NewRequest, RequestToPay};
use serde::{Deserialize, Serialize};
use store::Timestamp;
use time::macros::format_description;

use super::super::proxies::ProxyBody;
use crate::error::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRequestBody {
    reference: String,
    creditor: CreditorBody,
    amount: String,
    currency: Currency,
    #[serde(default = "exact")]
    amount_rule: String,
    purpose: Option<String>,
    bill_number: Option<String>,
    due: Option<String>,
    expires: String,
    pub(super) debtor: Option<DebtorBody>,
}

fn exact() -> String {
    AmountRule::Exact.name().to_owned()
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct CreditorBody {
    account: String,
    name_zh: Option<String>,
    name_en: Option<String>,
    merchant: Option<String>,
    till: Option<String>,
}

/// Who is asked: by an account, or by a proxy, which is looked up.
#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(super) enum DebtorBody {
    Proxy { proxy: ProxyBody },
    Account { agent: ClearingCode, account: String },
}

impl NewRequestBody {
    /// Reads it, for a customer of `agent`.
    pub(super) fn parse(self, agent: ClearingCode, debtor: Option<Debtor>) -> Result<NewRequest, Problem> {
        let amount = Amount::parse(&self.amount, self.currency)
            .map_err(|wrong| Problem::bad_request(wrong.to_string()).field("amount"))?;
        let amount_rule = AmountRule::from_name(&self.amount_rule)
            .ok_or_else(|| Problem::bad_request("`exact` or `less_allowed`.").field("amount_rule"))?;
        let format = format_description!("[year]-[month]-[day]");
        let due = self.due.map(|text| DueDate::parse(&text, format)).transpose();
        let due = due.map_err(|_| Problem::bad_request("A date: 2026-12-01.").field("due"))?;
        let moment = || Problem::bad_request("A moment with its offset: 2026-11-22T19:00:00+08:00.").field("expires");
        let expires = Timestamp::parse_rfc3339(&self.expires).ok_or_else(moment)?;
        let CreditorBody { account, name_zh, name_en, merchant, till } = self.creditor;
        Ok(NewRequest {
            creditor: Creditor { agent, account, name_zh, name_en, merchant, till },
            amount,
            amount_rule,
            purpose: self.purpose,
            bill_number: self.bill_number,
            due,
            expires,
            debtor,
            reference: self.reference,
            created_by: asker(agent),
        })
    }
}

/// How a bank that asks for its own customers is called.
pub(super) fn asker(agent: ClearingCode) -> String {
    format!("participant {agent}")
}

/// A request as one of its readers may see it.
#[derive(Serialize)]
pub(super) struct RequestBody {
    request_id: String,
    state: &'static str,
    /// The same as ISO 20022 says it (pain.014 `TxSts`).
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    creditor_agent: ClearingCode,
    /// Its names, where a payer is about to be shown them.
    #[serde(skip_serializing_if = "Option::is_none")]
    creditor_agent_name: Option<NamesBody>,
    creditor: CreditorBody,
    amount: String,
    currency: Currency,
    amount_rule: &'static str,
    purpose: Option<String>,
    bill_number: Option<String>,
    due: Option<String>,
    expires: String,
    created: String,
    changed: String,
    amount_paid: Option<String>,
    /// Whom it asks; told to the two banks alone, as the reason is for which they refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    debtor: Option<AccountBody>,
    /// The asker's own; nobody else's business.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// The text of its code, for the asker to print.
    #[serde(skip_serializing_if = "Option::is_none")]
    qr: Option<String>,
}

#[derive(Serialize)]
struct NamesBody {
    zh: String,
    en: String,
}

#[derive(Serialize)]
struct AccountBody {
    agent: ClearingCode,
    account: String,
}

impl RequestBody {
    /// The same with the names of the creditor's bank.
    pub(super) fn naming(self, bank: &Member) -> Self {
        let names = NamesBody { zh: bank.name_zh.clone(), en: bank.name_en.clone() };
        Self { creditor_agent_name: Some(names), ..self }
    }

    /// The same with its code, where it has one.
    pub(super) fn with_code(self, qr: Option<String>) -> Self {
        Self { qr, ..self }
    }

    pub(super) fn new(request: &RequestToPay, reader: ClearingCode, now: Timestamp) -> Self {
        let asked = request.asked.clone();
        let Creditor { agent, account, name_zh, name_en, merchant, till } = asked.creditor;
        let (state, is_party) = (request.state_at(now), request.tells_its_debtor_to(reader));
        let debtor = asked.debtor.filter(|_| is_party);
        Self {
            request_id: request.id.to_string(),
            state: state.name(),
            status: state.status(),
            reason: request.reason.filter(|_| is_party).map(|reason| reason.to_string()),
            creditor_agent: agent,
            creditor_agent_name: None,
            creditor: CreditorBody { account, name_zh, name_en, merchant, till },
            amount: asked.amount.to_decimal(),
            currency: asked.amount.currency(),
            amount_rule: asked.amount_rule.name(),
            purpose: asked.purpose,
            bill_number: asked.bill_number,
            due: asked.due.map(|due| due.to_string()),
            expires: asked.expires.to_string(),
            created: request.created.to_string(),
            changed: request.changed.to_string(),
            amount_paid: request.payment.map(|payment| payment.amount.to_decimal()),
            debtor: debtor.map(|Debtor { agent, account }| AccountBody { agent, account }),
            reference: (reader == agent).then_some(asked.reference),
            qr: None,
        }
    }
}
