//! E-mail by SMTP submission (RFC 6409), always over TLS: STARTTLS (RFC 3207) or from the first byte (RFC 8314).

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use zeroize::Zeroizing;

use super::NotSent;
use crate::config;

/// How long the server may take for a step.
const PATIENCE: Duration = Duration::from_secs(10);

/// A mail server that takes messages from here.
pub struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mail {
    /// The server that the configuration names. Reads the password's file, and certificates to trust beside the
    /// machine's.
    pub fn new(settings: &config::Mail, extra_ca: Option<&Path>) -> anyhow::Result<Self> {
        let mut tls = TlsParameters::builder(settings.host.clone());
        if let Some(path) = extra_ca {
            let pem = std::fs::read(path).with_context(|| format!("outbound.extra_ca: {}", path.display()))?;
            tls = tls.add_root_certificate(Certificate::from_pem(&pem).context("outbound.extra_ca")?);
        }
        let tls = tls.build_rustls().context("messages.mail")?;
        let tls = if settings.tls_from_the_start { Tls::Wrapper(tls) } else { Tls::Required(tls) };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .timeout(Some(PATIENCE))
            .tls(tls);
        if let (Some(user), Some(path)) = (&settings.user, &settings.password_file) {
            let password = Zeroizing::new(std::fs::read_to_string(path).context("messages.mail.password_file")?);
            builder = builder.credentials(Credentials::new(user.clone(), password.trim().to_owned()));
        }
        let from = settings.from.parse().context("messages.mail.from")?;
        Ok(Self { transport: builder.build(), from })
    }

    /// Hands a message over to the server.
    pub(super) async fn send(&self, to: &str, subject: &str, text: &str) -> Result<(), NotSent> {
        let refused = |failed: &dyn std::fmt::Display| NotSent::Refused(failed.to_string());
        let message = Message::builder()
            .from(self.from.clone())
            .to(to.parse().map_err(|_| NotSent::Refused("not an address for this server".to_owned()))?)
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(text.to_owned())
            .map_err(|failed| refused(&failed))?;
        // What the server says may hold the address: only its code is told on.
        self.transport.send(message).await.map(|_| ()).map_err(|failed| match failed.status() {
            Some(code) => refused(&format!("the server answered {code}")),
            None => refused(&"the server cannot be reached, or not trusted"),
        })
    }
}
