//! Short messages through an SMS gateway over HTTP: `POST` of `{"to", "text"}` with a bearer token.

use std::sync::Arc;

use anyhow::Context;
use serde_json::json;
use url::Url;
use zeroize::Zeroizing;

use super::NotSent;
use crate::config;
use crate::http::outbound::Outbound;

/// An SMS gateway.
pub struct SmsGateway {
    outbound: Arc<Outbound>,
    url: Url,
    token: Zeroizing<String>,
}

impl SmsGateway {
    /// The gateway that the configuration names. Reads the token's file.
    pub fn new(settings: &config::Sms, outbound: Arc<Outbound>) -> anyhow::Result<Self> {
        let token = Zeroizing::new(std::fs::read_to_string(&settings.token_file).context("messages.sms.token_file")?);
        Ok(Self { outbound, url: settings.url.clone(), token: Zeroizing::new(token.trim().to_owned()) })
    }

    /// Hands a message over. `number` is in the normal form of a proxy; gateways want it without the hyphen (E.164).
    pub(super) async fn send(&self, number: &str, text: &str) -> Result<(), NotSent> {
        let body = json!({ "to": number.replace('-', ""), "text": text });
        let sent = self.outbound.post_json(&self.url, &self.token, &body).await;
        sent.map_err(|failed| NotSent::Refused(failed.to_string()))
    }
}
