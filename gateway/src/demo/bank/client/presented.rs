//! Codes that customers show, as the payer's bank has them made and asks after them.

use payments::money::Amount;
use payments::presented_code::PresentedCodeId;
use reqwest::Method;
use serde::Deserialize;
use store::Timestamp;

use super::{ClientError, Duration, SwitchClient, json, send};
use crate::demo::bank::presented::Fate;

/// A code that the switch has made.
pub struct MadeCode {
    /// As the switch knows it.
    pub id: PresentedCodeId,
    /// The text to show.
    pub code: String,
    /// Until when it can be scanned.
    pub expires: Timestamp,
}

#[derive(Deserialize)]
struct Answer {
    presented_code_id: String,
    state: String,
    expires: String,
    request_id: Option<String>,
    code: Option<String>,
}

fn unreadable() -> ClientError {
    ClientError::Unreadable("a code that a customer shows".to_owned())
}

impl SwitchClient {
    /// Has a code made by which whoever scans it may ask for `limit` at most.
    pub async fn present(&self, limit: Amount, consent: &str) -> Result<MadeCode, ClientError> {
        let body = serde_json::json!({
            "limit": limit.to_decimal(), "currency": limit.currency(), "consent": consent,
        });
        let call = self.call(Method::POST, "presented-codes", Duration::ZERO)?.json(&body);
        let made: Answer = json(send(call).await?).await?;
        Ok(MadeCode {
            id: made.presented_code_id.parse().map_err(|_| unreadable())?,
            code: made.code.ok_or_else(unreadable)?,
            expires: Timestamp::parse_rfc3339(&made.expires).ok_or_else(unreadable)?,
        })
    }

    /// What became of a code.
    pub async fn presented(&self, id: PresentedCodeId) -> Result<Fate, ClientError> {
        let call = self.call(Method::GET, &format!("presented-codes/{id}"), Duration::ZERO)?;
        let code: Answer = json(send(call).await?).await?;
        Ok(match (code.state.as_str(), code.request_id) {
            ("waiting", _) => Fate::Waiting,
            ("spent", Some(request)) => Fate::Asked(request.parse().map_err(|_| unreadable())?),
            _ => Fate::Over,
        })
    }
}
