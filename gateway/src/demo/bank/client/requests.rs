//! Requests to pay, as a payer's bank reads and answers them.

use payments::money::{Amount, Currency};
use payments::participant::ClearingCode;
use payments::request_to_pay::{AmountRule, RequestId, RequestState};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use store::Timestamp;

use super::{ClientError, Duration, Names, SwitchClient, json, send};
use crate::demo::bank::request::Asked;

#[derive(Deserialize)]
struct Request {
    #[serde(rename = "request_id")]
    id: String,
    state: String,
    creditor_agent: ClearingCode,
    creditor_agent_name: Names,
    creditor: Creditor,
    amount: String,
    currency: Currency,
    amount_rule: String,
    purpose: Option<String>,
    bill_number: Option<String>,
    due: Option<String>,
    expires: String,
    debtor: Option<Debtor>,
}

#[derive(Deserialize)]
struct Creditor {
    account: String,
    name_zh: Option<String>,
    name_en: Option<String>,
}

#[derive(Deserialize)]
struct Debtor {
    account: String,
}

impl Request {
    fn asked(self) -> Option<Asked> {
        let Creditor { account, name_zh, name_en } = self.creditor;
        let either = name_zh.clone().or(name_en.clone())?;
        Some(Asked {
            id: self.id.parse().ok()?,
            state: RequestState::ALL.into_iter().find(|state| state.name() == self.state)?,
            bank: self.creditor_agent,
            bank_names: self.creditor_agent_name,
            account,
            names: Names { zh: name_zh.unwrap_or_else(|| either.clone()), en: name_en.unwrap_or(either) },
            amount: Amount::parse(&self.amount, self.currency).ok()?,
            amount_rule: AmountRule::from_name(&self.amount_rule)?,
            purpose: self.purpose,
            bill_number: self.bill_number,
            due: self.due,
            expires: Timestamp::parse_rfc3339(&self.expires)?,
            debtor: self.debtor.map(|debtor| debtor.account),
        })
    }
}

fn unreadable() -> ClientError {
    ClientError::Unreadable("a request to pay".to_owned())
}

impl SwitchClient {
    /// The request with this id. `None` when there is none that this bank may read.
    pub async fn request(&self, id: RequestId) -> Result<Option<Asked>, ClientError> {
        let path = format!("requests-to-pay/{id}");
        let response = match send(self.call(Method::GET, &path, Duration::ZERO)?).await {
            Err(ClientError::Refused(refused)) if refused.status == StatusCode::NOT_FOUND => return Ok(None),
            other => other?,
        };
        json::<Request>(response).await?.asked().ok_or_else(unreadable).map(Some)
    }

    /// The requests that ask this account, or the account that this token stands for.
    pub async fn requests_that_ask(&self, account: &str) -> Result<Vec<Asked>, ClientError> {
        #[derive(Deserialize)]
        struct List {
            requests: Vec<Request>,
        }
        let call = self.call(Method::GET, "requests-to-pay/asking", Duration::ZERO)?.query(&[("account", account)]);
        let list: List = json(send(call).await?).await?;
        list.requests.into_iter().map(|request| request.asked().ok_or_else(unreadable)).collect()
    }

    /// Says that the customer does not want to pay it.
    pub async fn refuse(&self, id: RequestId) -> Result<(), ClientError> {
        let path = format!("requests-to-pay/{id}/refuse");
        let call = self.call(Method::POST, &path, Duration::ZERO)?.json(&serde_json::json!({ "reason": "CUST" }));
        send(call).await.map(drop)
    }
}
