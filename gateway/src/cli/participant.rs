//! `lionrock participant …`: who takes part in the switch, with which certificate and how much money.
//!
//! The commands work on the database itself, as one more gateway would, so they work beside a running server.

mod limits;
mod list;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use payments::Switch;
use payments::app_link::AppLink;
use payments::clearing::Movement::{Funding, Withdrawal};
use payments::clearing::{Operation, Particulars};
use payments::money::{Amount, Currency, format_minor};
use payments::participant::{ClearingCode, Thumbprint};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;

use super::operator::{TokenFile, operator};
use super::{ConfigPath, Installation, Output, proposal};
use crate::clock;
use crate::http::tls;

/// Add, fund, suspend and list participants
#[derive(clap::Args)]
pub(super) struct Participant {
    #[command(flatten)]
    config: ConfigPath,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    token: TokenFile,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Take a bank or a stored-value facility operator in
    Add {
        /// Its three-digit clearing code
        #[arg(long)]
        clearing_code: ClearingCode,
        /// Its name in Chinese
        #[arg(long)]
        name_zh: String,
        /// Its name in English
        #[arg(long)]
        name_en: String,
        /// Its BIC (ISO 9362)
        #[arg(long)]
        bic: Option<String>,
        #[command(flatten)]
        certificate: CertificateSource,
    },
    /// Give a participant one more certificate; the ones it has stay good until revoked
    Certify {
        /// Its clearing code
        clearing_code: ClearingCode,
        #[command(flatten)]
        certificate: CertificateSource,
    },
    /// Revoke a certificate; running servers refuse it within a second
    Revoke {
        /// Whose it is
        clearing_code: ClearingCode,
        /// The SHA-256 thumbprint, in hexadecimal
        thumbprint: Thumbprint,
    },
    /// Propose to record money that a participant paid in; another officer approves it
    Fund {
        /// Its clearing code
        clearing_code: ClearingCode,
        /// How much, such as 1000000.00
        #[arg(long)]
        amount: String,
        #[command(flatten)]
        more: Movement,
    },
    /// Propose to take money out of a participant's position; another officer approves it
    Withdraw {
        /// Its clearing code
        clearing_code: ClearingCode,
        /// How much, such as 1000000.00
        #[arg(long)]
        amount: String,
        #[command(flatten)]
        more: Movement,
    },
    /// Set how far below zero a participant's position may go
    Cap {
        /// Its clearing code
        clearing_code: ClearingCode,
        /// The net debit cap; 0 for none
        #[arg(long)]
        amount: String,
        /// In which currency
        #[arg(long, default_value = "HKD")]
        currency: Currency,
    },
    /// Set what a participant may send in a currency, and below what it is warned; what is not named stays
    Limits {
        /// Its clearing code
        clearing_code: ClearingCode,
        /// In which currency
        #[arg(long, default_value = "HKD")]
        currency: Currency,
        /// The largest single payment, or none
        #[arg(long, value_name = "AMOUNT|none")]
        payment_maximum: Option<String>,
        /// The most in one business day, or none
        #[arg(long, value_name = "AMOUNT|none")]
        daily_maximum: Option<String>,
        /// Warn when less than this is available, or none
        #[arg(long, value_name = "AMOUNT|none")]
        low_liquidity: Option<String>,
    },
    /// Refuse payments from and to a participant from now on
    Suspend {
        /// Its clearing code
        clearing_code: ClearingCode,
    },
    /// Take nothing more from a participant: it may only read
    Block {
        /// Its clearing code
        clearing_code: ClearingCode,
    },
    /// Refuse payments to a participant at once: it is known not to answer
    Offline {
        /// Its clearing code
        clearing_code: ClearingCode,
    },
    /// Say that it answers again; reading its inbox says so too
    Online {
        /// Its clearing code
        clearing_code: ClearingCode,
    },
    /// Say how a request to pay is opened in its app, so that payment links and residents' pages lead there
    AppLink {
        /// Its clearing code
        clearing_code: ClearingCode,
        /// A universal link such as https://pay.bank.example/requests/{request_id}, or none
        #[arg(value_name = "LINK|none")]
        link: String,
    },
    /// End a suspension or a block
    Resume {
        /// Its clearing code
        clearing_code: ClearingCode,
    },
    /// Show every participant with its positions
    List,
}

/// What belongs to a proposal beside participant and amount.
#[derive(clap::Args)]
struct Movement {
    /// In which currency
    #[arg(long, default_value = "HKD")]
    currency: Currency,
    /// Your own key for it: the same key again is the same proposal
    #[arg(long)]
    key: Option<String>,
}

/// Where a participant's certificate comes from: signed here from its own request, or brought along.
#[derive(clap::Args)]
struct CertificateSource {
    /// A PKCS#10 request to certify with the authority in the key folder
    #[arg(long, value_name = "FILE", requires = "out", conflicts_with = "certificate")]
    csr: Option<PathBuf>,
    /// Where to write the certificate
    #[arg(long, value_name = "FILE", requires = "csr")]
    out: Option<PathBuf>,
    /// A certificate of the same authority that is there already
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
}

impl CertificateSource {
    /// The certificate's thumbprint, when one was asked for; a certificate made here is written to `out`.
    fn obtain(&self, installation: &Installation, clearing_code: ClearingCode) -> anyhow::Result<Option<Thumbprint>> {
        let read = |path: &Path| std::fs::read_to_string(path).with_context(|| path.display().to_string());
        let certificate = match (&self.csr, &self.out, &self.certificate) {
            (Some(csr), Some(out), _) => {
                let request = read(csr)?;
                let made = installation.keys.certify_participant(&request, &clearing_code.to_string(), clock::now())?;
                std::fs::write(out, &made).with_context(|| out.display().to_string())?;
                made
            }
            (_, _, Some(certificate)) => read(certificate)?,
            _ => return Ok(None),
        };
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).context("the certificate")?;
        Ok(Some(Thumbprint::new(tls::Thumbprint::of(&certificate).0)))
    }
}

/// Does what the command says.
pub(super) fn run(command: Participant) -> anyhow::Result<ExitCode> {
    let installation = Installation::open(&command.config)?;
    let switch = installation.switch()?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let done = runtime.block_on(act(&installation, &switch, command.command, command.output, &command.token));
    switch.stop();
    done.map(|()| ExitCode::SUCCESS)
}

async fn act(
    installation: &Installation,
    switch: &Switch,
    command: Command,
    output: Output,
    token: &TokenFile,
) -> anyhow::Result<()> {
    let by = operator();
    match command {
        Command::Add { clearing_code, name_zh, name_en, bic, certificate } => {
            switch.add_participant(&by, clearing_code, Particulars { bic, name_zh, name_en }).await?;
            let thumbprint = certify(installation, switch, clearing_code, &certificate, &by).await?;
            told(output, clearing_code, "added", thumbprint)
        }
        Command::Certify { clearing_code, certificate } => {
            let thumbprint = certify(installation, switch, clearing_code, &certificate, &by).await?;
            anyhow::ensure!(thumbprint.is_some(), "say which certificate: --csr with --out, or --certificate");
            told(output, clearing_code, "certified", thumbprint)
        }
        Command::Revoke { clearing_code, thumbprint } => {
            switch.revoke_certificate(&by, clearing_code, thumbprint).await?;
            told(output, clearing_code, "without this certificate", Some(thumbprint))
        }
        Command::Fund { clearing_code, amount, more } => {
            let amount = Amount::parse(&amount, more.currency).context("--amount")?;
            let officer = token.officer(installation)?;
            proposal::propose(switch, output, &officer, clearing_code, Funding, amount, more.key).await
        }
        Command::Withdraw { clearing_code, amount, more } => {
            let amount = Amount::parse(&amount, more.currency).context("--amount")?;
            let officer = token.officer(installation)?;
            proposal::propose(switch, output, &officer, clearing_code, Withdrawal, amount, more.key).await
        }
        Command::Cap { clearing_code, amount, currency } => {
            let cap = if amount == "0" { None } else { Some(Amount::parse(&amount, currency).context("--amount")?) };
            let minor = cap.map_or(0, Amount::minor);
            switch.set_net_debit_cap(&by, clearing_code, currency, minor).await?;
            let decimal = format_minor(minor, currency);
            let facts = json!({ "clearing_code": clearing_code, "net_debit_cap": decimal, "currency": currency });
            output.print(&facts, |_| format!("{clearing_code} may go {currency} {decimal} below zero."))
        }
        Command::Limits { clearing_code, currency, payment_maximum, daily_maximum, low_liquidity } => {
            let wanted = limits::Wanted { payment_maximum, daily_maximum, low_liquidity };
            limits::set(switch, output, &by, clearing_code, currency, &wanted).await
        }
        Command::Suspend { clearing_code } => {
            stand(switch, output, &by, clearing_code, Operation::Suspend, "suspended").await
        }
        Command::Block { clearing_code } => {
            stand(switch, output, &by, clearing_code, Operation::Block, "blocked").await
        }
        Command::Resume { clearing_code } => {
            stand(switch, output, &by, clearing_code, Operation::Resume, "resumed").await
        }
        Command::Offline { clearing_code } => {
            stand(switch, output, &by, clearing_code, Operation::GoOffline, "offline").await
        }
        Command::Online { clearing_code } => {
            stand(switch, output, &by, clearing_code, Operation::ComeOnline, "online").await
        }
        Command::AppLink { clearing_code, link } => link_app(switch, output, &by, clearing_code, &link).await,
        Command::List => list::show(switch, output),
    }
}

/// Whether it may take part, and whether it is there.
async fn stand(
    switch: &Switch,
    output: Output,
    by: &str,
    clearing_code: ClearingCode,
    operation: Operation,
    words: &str,
) -> anyhow::Result<()> {
    switch.operate(by, clearing_code, operation).await?;
    told(output, clearing_code, words, None)
}

/// How its app opens requests to pay, or `none`.
async fn link_app(
    switch: &Switch,
    output: Output,
    by: &str,
    clearing_code: ClearingCode,
    link: &str,
) -> anyhow::Result<()> {
    let link: Option<AppLink> = if link == "none" { None } else { Some(link.parse()?) };
    switch.operate(by, clearing_code, Operation::SetAppLink(link.clone())).await?;
    let facts = json!({ "clearing_code": clearing_code, "app_link": link.as_ref().map(AppLink::as_str) });
    output.print(&facts, |_| match &link {
        Some(link) => format!("Requests to pay are opened at {clearing_code} by {link}"),
        None => format!("Requests to pay are no longer opened at {clearing_code} by a link."),
    })
}

async fn certify(
    installation: &Installation,
    switch: &Switch,
    clearing_code: ClearingCode,
    certificate: &CertificateSource,
    by: &str,
) -> anyhow::Result<Option<Thumbprint>> {
    let Some(thumbprint) = certificate.obtain(installation, clearing_code)? else { return Ok(None) };
    switch.add_certificate(by, clearing_code, thumbprint).await?;
    Ok(Some(thumbprint))
}

fn told(output: Output, who: ClearingCode, what: &str, thumbprint: Option<Thumbprint>) -> anyhow::Result<()> {
    let thumbprint = thumbprint.map(|thumbprint| thumbprint.to_string());
    let facts = json!({ "clearing_code": who, "done": what, "certificate_thumbprint": thumbprint });
    output.print(&facts, |_| match &thumbprint {
        Some(thumbprint) => format!("{who} is {what}. Certificate (SHA-256): {thumbprint}"),
        None => format!("{who} is {what}."),
    })
}
