//! Messages to people: one-time codes, by SMS or e-mail.
//!
//! Each goes through a gateway that the configuration names; without one, codes of that kind are not sent and whoever
//! asks is told. What is sent, and to whom, never reaches the log.

mod mail;
mod sms;
#[cfg(test)]
pub(crate) mod testing;
mod text;

use std::sync::Arc;

use payments::directory::{CodeToSend, ProxyKind};

pub use mail::Mail;
pub use sms::SmsGateway;

use crate::config;
use crate::http::outbound::Outbound;

/// Why a message was not sent. Says neither to whom nor what.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    /// The configuration names no gateway for this kind.
    #[error("this installation sends no messages of this kind")]
    NoGateway,
    /// The gateway did not take it.
    #[error("the message could not be handed over: {0}")]
    Refused(String),
}

/// The ways to people that are configured.
#[derive(Default)]
pub struct Messages {
    sms: Option<SmsGateway>,
    mail: Option<Mail>,
}

impl Messages {
    /// The ways that the configuration names.
    pub fn new(
        settings: &config::Messages,
        outbound: &Arc<Outbound>,
        extra_ca: Option<&std::path::Path>,
    ) -> anyhow::Result<Self> {
        let sms = settings.sms.as_ref().map(|sms| SmsGateway::new(sms, Arc::clone(outbound))).transpose()?;
        let mail = settings.mail.as_ref().map(|mail| Mail::new(mail, extra_ca)).transpose()?;
        Ok(Self { sms, mail })
    }

    /// Sends a one-time code for linking a number or address at the bank with these names.
    ///
    /// # Errors
    /// [`NotSent`].
    pub async fn send_code(&self, code: &CodeToSend, bank_zh: &str, bank_en: &str) -> Result<(), NotSent> {
        let text = text::code(code.code.expose(), bank_zh, bank_en);
        match code.proxy.kind() {
            ProxyKind::Mobile => self.sms.as_ref().ok_or(NotSent::NoGateway)?.send(code.proxy.value(), &text).await,
            ProxyKind::Email => {
                self.mail.as_ref().ok_or(NotSent::NoGateway)?.send(code.proxy.value(), text::SUBJECT, &text).await
            }
            ProxyKind::FpsId | ProxyKind::Hkid => Err(NotSent::NoGateway),
        }
    }
}
