//! `lionrock qr make`: a code for a payee in Hong Kong.

use std::process::ExitCode;

use anyhow::Context;
use payments::directory::{Proxy, ProxyKind};
use payments::money::{Amount, Currency};
use payments::participant::ClearingCode;
use payments::qr::{AdditionalData, Asked, HongKongCode, Payee};
use store::Timestamp;

use super::pictures::Pictures;
use crate::cli::Output;

#[derive(clap::Args)]
pub(super) struct Make {
    #[command(flatten)]
    payee: PayeeOptions,
    /// The bank that is to be paid, when not the payee's default one
    #[arg(long, conflicts_with = "fps_id")]
    clearing_code: Option<ClearingCode>,
    /// The amount, such as 38.50; left out, the payer says it
    #[arg(long)]
    amount: Option<String>,
    /// In which currency
    #[arg(long, default_value = "HKD")]
    currency: Currency,
    /// Let the payer change the amount, or not
    #[arg(long, requires = "amount")]
    editable: Option<bool>,
    /// For one payment only
    #[arg(long)]
    one_time: bool,
    /// Until when it may be paid, such as 2026-12-31T23:59:59+08:00
    #[arg(long, value_name = "RFC 3339", value_parser = moment)]
    valid_until: Option<Timestamp>,
    /// The payee's name in ASCII
    #[arg(long)]
    name: Option<String>,
    /// The payee's name in Chinese
    #[arg(long)]
    name_zh: Option<String>,
    /// Merchant category code (ISO 18245)
    #[arg(long, default_value_t = 0)]
    category: u16,
    /// The number of the bill
    #[arg(long)]
    bill_number: Option<String>,
    /// The payee's reference
    #[arg(long)]
    reference: Option<String>,
    #[command(flatten)]
    pictures: Pictures,
}

/// Who is paid: one of these.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct PayeeOptions {
    /// A mobile number
    #[arg(long)]
    mobile: Option<String>,
    /// An e-mail address
    #[arg(long)]
    email: Option<String>,
    /// A number that the payment system issued
    #[arg(long)]
    fps_id: Option<String>,
}

fn moment(text: &str) -> Result<Timestamp, &'static str> {
    Timestamp::parse_rfc3339(text).ok_or("a date and time such as 2026-12-31T23:59:59+08:00 is expected")
}

impl Make {
    fn code(self) -> anyhow::Result<HongKongCode> {
        let proxy = |kind, text: &str| -> anyhow::Result<Payee> {
            Ok(Payee::Proxy { proxy: Proxy::parse(kind, text)?, clearing_code: self.clearing_code })
        };
        let payee = match (&self.payee.mobile, &self.payee.email, &self.payee.fps_id) {
            (Some(mobile), ..) => proxy(ProxyKind::Mobile, mobile).context("--mobile")?,
            (_, Some(email), _) => proxy(ProxyKind::Email, email).context("--email")?,
            (.., Some(fps_id)) => Payee::FpsId(fps_id.clone()),
            _ => anyhow::bail!("say who is paid: --mobile, --email or --fps-id"),
        };
        let asked = match &self.amount {
            Some(amount) => Asked::Amount(Amount::parse(amount, self.currency).context("--amount")?),
            None => Asked::Any(self.currency),
        };
        Ok(HongKongCode {
            payee,
            asked,
            one_time: self.one_time,
            may_change_amount: self.editable,
            valid_until: self.valid_until,
            category: self.category,
            name: self.name,
            name_zh: self.name_zh,
            additional: AdditionalData {
                bill_number: self.bill_number,
                reference_label: self.reference,
                ..AdditionalData::default()
            },
        })
    }
}

/// Prints the code's text and writes its pictures.
pub(super) fn run(make: Make, output: Output) -> anyhow::Result<ExitCode> {
    let pictures = make.pictures.clone();
    pictures.show(&make.code()?.write()?, output)
}
