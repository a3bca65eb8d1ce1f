//! Reading from the shop's bank what was credited to its account: a list that waits until there is more.

use std::time::Duration;

use anyhow::Context;
use payments::money::Amount;
use serde::Deserialize;
use store::Timestamp;
use url::Url;

use super::till::Received;
use crate::demo::bank::ApiKey;

/// How long the bank is asked to wait for a credit, in seconds.
const WAIT: u64 = 20;
/// What a call may take beyond that.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the shop's bank tells what was credited.
pub struct BankApi {
    http: reqwest::Client,
    url: Url,
    key: ApiKey,
}

#[derive(Deserialize)]
struct Answer {
    credits: Vec<Credit>,
}

#[derive(Deserialize)]
struct Credit {
    id: i64,
    amount: String,
    currency: String,
    payer: String,
    remittance_information: Option<String>,
    credited: String,
}

impl BankApi {
    /// `bank` is the bank's address, `key` what it gave the shop.
    pub fn new(http: reqwest::Client, bank: &Url, key: ApiKey) -> anyhow::Result<Self> {
        Ok(Self { http, url: bank.join("api/credits")?, key })
    }

    /// What was credited after `after`; empty when nothing was in a while.
    pub(super) async fn credits(&self, after: i64) -> anyhow::Result<Vec<Received>> {
        let query = [("after", after.to_string()), ("wait", WAIT.to_string())];
        let request = self.http.get(self.url.clone()).query(&query).bearer_auth(self.key.0.as_str());
        let response = request.timeout(Duration::from_secs(WAIT) + PATIENCE).send().await?.error_for_status()?;
        let answer: Answer = response.json().await?;
        answer.credits.into_iter().map(Received::try_from).collect()
    }
}

impl TryFrom<Credit> for Received {
    type Error = anyhow::Error;
    fn try_from(credit: Credit) -> anyhow::Result<Self> {
        Ok(Self {
            id: credit.id,
            amount: Amount::parse(&credit.amount, credit.currency.parse()?)?,
            payer: credit.payer,
            remittance_information: credit.remittance_information,
            credited: Timestamp::parse_rfc3339(&credit.credited).context("the bank's time cannot be read")?,
        })
    }
}
