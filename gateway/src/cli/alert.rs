//! `lionrock alert …`: what the police suspect, entered into the proxy directory.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{Subcommand, ValueEnum};
use payments::directory::{
    AccountNumber, Alert as Suspected, AlertEffect, AlertId, AlertReason, AlertRecord, Proxy, ProxyKind, Raiser,
    Subject, SuspectedName,
};
use payments::participant::ClearingCode;
use serde_json::{Value, json};

use super::operator::operator;
use super::{ConfigPath, Installation, Output};
use crate::clock;

/// Enter, list and end what the police suspect in the proxy directory
#[derive(clap::Args)]
pub(super) struct Alert {
    #[command(flatten)]
    config: ConfigPath,
    #[command(flatten)]
    output: Output,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Enter an alert: payers' banks are warned within a second
    Raise {
        #[command(flatten)]
        subject: SubjectOptions,
        /// Why
        #[arg(long, value_enum, default_value = "scam")]
        reason: Reason,
        /// Have payments to it refused besides
        #[arg(long)]
        refuse: bool,
        /// Days until it ends by itself
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=3650))]
        days: u16,
    },
    /// List what was entered
    List,
    /// End an alert now
    Withdraw {
        /// Its id
        alert_id: AlertId,
    },
}

/// What is suspected: one of these.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct SubjectOptions {
    /// A mobile number
    #[arg(long)]
    mobile: Option<String>,
    /// An e-mail address
    #[arg(long)]
    email: Option<String>,
    /// A number that the payment system issued
    #[arg(long)]
    fps_id: Option<String>,
    /// An account, as clearing code and number: 012/012-345678-001
    #[arg(long)]
    account: Option<String>,
    /// A name, in either script
    #[arg(long)]
    name: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Reason {
    Scam,
    MuleAccount,
    Impersonation,
    Other,
}

impl From<Reason> for AlertReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Scam => Self::Scam,
            Reason::MuleAccount => Self::MuleAccount,
            Reason::Impersonation => Self::Impersonation,
            Reason::Other => Self::Other,
        }
    }
}

impl SubjectOptions {
    fn parse(&self) -> anyhow::Result<Subject> {
        let proxies =
            [(ProxyKind::Mobile, &self.mobile), (ProxyKind::Email, &self.email), (ProxyKind::FpsId, &self.fps_id)];
        for (kind, text) in proxies {
            if let Some(text) = text {
                return Ok(Subject::Proxy(Proxy::parse(kind, text)?));
            }
        }
        if let Some(account) = &self.account {
            let (code, number) = account.split_once('/').context("--account is written 012/012-345678-001")?;
            return Ok(Subject::Account(code.parse()?, AccountNumber::parse(number)?));
        }
        let name = self.name.as_deref().context("somebody must be suspected")?;
        Ok(Subject::Name(SuspectedName::parse(name)?))
    }
}

pub(super) fn run(command: Alert) -> anyhow::Result<ExitCode> {
    let installation = Installation::open(&command.config)?;
    let (directory, now) = (installation.directory(), clock::now());
    let police = || Raiser::Police { actor: operator() };
    match command.command {
        Command::Raise { subject, reason, refuse, days } => {
            let alert = Suspected {
                subject: subject.parse()?,
                reason: reason.into(),
                effect: if refuse { AlertEffect::Refuse } else { AlertEffect::Warn },
                expires: now + Duration::from_hours(24 * u64::from(days)),
            };
            let raised = directory.raise_alert(&police(), &alert, now)?;
            command
                .output
                .print(&json_of(&raised), |_| format!("Alert {} is in force until {}.", raised.id, raised.expires))?;
        }
        Command::List => {
            let (mut alerts, mut cursor) = (Vec::new(), None);
            loop {
                let page = directory.alerts(ClearingCode::SWITCH, cursor)?;
                alerts.extend(page.items);
                let Some(next) = page.next else { break };
                cursor = Some(next);
            }
            let lines = || alerts.iter().map(line).collect::<Vec<_>>().join("\n");
            command.output.print(&alerts.iter().map(json_of).collect::<Vec<_>>(), |_| lines())?;
        }
        Command::Withdraw { alert_id } => {
            directory.withdraw_alert(&police(), alert_id, now)?;
            command
                .output
                .print(&json!({ "alert_id": alert_id.to_string() }), |_| format!("Alert {alert_id} is ended."))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn json_of(alert: &AlertRecord) -> Value {
    json!({
        "alert_id": alert.id.to_string(),
        "subject": alert.subject,
        "reason": alert.reason,
        "effect": alert.effect,
        "created": alert.created.to_string(),
        "expires": alert.expires.to_string(),
    })
}

fn line(alert: &AlertRecord) -> String {
    let AlertRecord { id, subject, reason, effect, expires, .. } = alert;
    format!("{id}  {subject:8}  {reason:?}  {effect:?}  until {expires}")
}
