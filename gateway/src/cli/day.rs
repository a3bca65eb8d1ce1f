//! `lionrock day …`: business days that have ended, and the statements that closed them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Subcommand, ValueEnum};
use payments::Switch;
use payments::clearing::{BusinessDay, ClosedDay, Statement};
use payments::iso20022::camt053;
use payments::money::Currency;
use payments::participant::ClearingCode;
use payments::{archive, report};
use serde_json::json;

use super::{ConfigPath, Installation, Output};
use crate::days::{DayBody, StatementBody};

/// Show business days, and write their statements and settlement files
#[derive(clap::Args)]
pub(super) struct Day {
    #[command(flatten)]
    config: ConfigPath,
    #[command(flatten)]
    output: Output,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the business days that have ended, the latest first
    List {
        /// How many at most
        #[arg(long, default_value_t = 30)]
        limit: u16,
    },
    /// Show every position as it was when a day ended, and what moved it in the day
    Show {
        /// The day, such as 2026-11-22
        business_day: BusinessDay,
    },
    /// Write the settlement file of one currency: every participant's position, for the institution that settles
    Settlement {
        /// The day, such as 2026-11-22
        business_day: BusinessDay,
        /// The currency
        #[arg(long, default_value = "HKD")]
        currency: Currency,
        /// camt.053.001.08, or comma-separated values
        #[arg(long, value_enum, default_value = "camt053")]
        format: Format,
        /// Where to write it; otherwise it is printed
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Move the payments of old days to compressed files; the same again goes on where it stopped
    Archive {
        /// Days that ended at least so many days ago
        #[arg(long, value_name = "DAYS")]
        older_than: u16,
        /// The folder of the files
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
    },
    /// Write a participant's statement of one currency with every entry, as camt.053.001.08, in one or more files
    Statement {
        /// The day, such as 2026-11-22
        business_day: BusinessDay,
        /// Whose
        #[arg(long)]
        clearing_code: ClearingCode,
        /// The currency
        #[arg(long, default_value = "HKD")]
        currency: Currency,
        /// The folder in which to write it
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
    },
}

/// How a settlement file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Camt053,
    Csv,
}

/// Does what the command says.
pub(super) fn run(command: Day) -> anyhow::Result<ExitCode> {
    let installation = Installation::open(&command.config)?;
    let switch = installation.switch()?;
    match command.command {
        Command::Archive { older_than, out } => {
            let days = archive::archive_days(&installation.db, older_than, &out)?;
            command.output.print(&days, |days| match days.as_slice() {
                [] => "No day is that old.".to_owned(),
                days => days.iter().map(|day| format!("{day} is archived.")).collect::<Vec<_>>().join("\n"),
            })?;
        }
        Command::List { limit } => list(&switch, limit, command.output)?,
        Command::Show { business_day } => show(&switch, business_day, command.output)?,
        Command::Settlement { business_day, currency, format, out } => {
            let file = settlement(&switch, business_day, currency, format)?;
            match out {
                Some(out) => std::fs::write(&out, file).with_context(|| out.display().to_string())?,
                None => print!("{file}"),
            }
        }
        Command::Statement { business_day, clearing_code, currency, out } => {
            let written = statement(&switch, business_day, clearing_code, currency, &out)?;
            command.output.print(&written, |written| written.join("\n"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(switch: &Switch, limit: u16, output: Output) -> anyhow::Result<()> {
    let current = switch.business_day()?;
    let listed: Vec<DayBody> = switch.closed_days(None, limit)?.iter().map(DayBody::from).collect();
    output.print(&json!({ "current": current, "closed": listed }), |_| {
        let now = current.map_or("Nothing has happened yet.".to_owned(), |day| format!("Today is {day}."));
        let line = |day: &DayBody| {
            format!("{}  ended {}  rows {} to {}", day.business_day, day.closed, day.first_row, day.last_row)
        };
        [now].into_iter().chain(listed.iter().map(line)).collect::<Vec<_>>().join("\n")
    })
}

fn show(switch: &Switch, business_day: BusinessDay, output: Output) -> anyhow::Result<()> {
    let (day, statements) = closed(switch, business_day)?;
    let shown: Vec<StatementBody> = statements.iter().map(StatementBody::from).collect();
    output.print(&json!({ "day": DayBody::from(&day), "statements": shown }), |_| {
        let line = |of: &StatementBody| {
            format!(
                "{}  {}  opening {}  payments in {} ({})  out {} ({})  returns in {}  out {}  funding {}  withdrawals {}  closing {}  reserved {}",
                of.clearing_code, of.currency, of.opening_balance,
                of.payments_in.sum, of.payments_in.count, of.payments_out.sum, of.payments_out.count,
                of.returns_in.sum, of.returns_out.sum, of.funding.sum, of.withdrawals.sum,
                of.closing_balance, of.reserved,
            )
        };
        let title = format!("{} ended {}.", day.business_day, day.closed);
        [title].into_iter().chain(shown.iter().map(line)).collect::<Vec<_>>().join("\n")
    })
}

fn closed(switch: &Switch, day: BusinessDay) -> anyhow::Result<(ClosedDay, Vec<Statement>)> {
    switch.statements(day)?.with_context(|| format!("{day} has not ended, or was no business day"))
}

fn settlement(switch: &Switch, day: BusinessDay, currency: Currency, format: Format) -> anyhow::Result<String> {
    let (day, statements) = closed(switch, day)?;
    match format {
        Format::Csv => Ok(report::settlement_csv(&day, currency, &statements)),
        Format::Camt053 => camt053::render_settlement(&day, currency, &statements)
            .with_context(|| format!("nobody had a position in {currency} on {}", day.business_day)),
    }
}

/// Writes one file for each page of entries. Returns their names.
fn statement(
    switch: &Switch,
    day: BusinessDay,
    participant: ClearingCode,
    currency: Currency,
    folder: &Path,
) -> anyhow::Result<Vec<String>> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let (mut after, mut written) = (0, Vec::new());
    for number in 1_u32.. {
        let found = switch
            .detailed_statement(day, participant, currency, after, camt053::MAX_ENTRIES)?
            .with_context(|| format!("{day} has not ended, or {participant} had no position in {currency} then"))?;
        let path = folder.join(format!("camt.053-{day}-{currency}-{participant}-{number:05}.xml"));
        std::fs::write(&path, camt053::render(&found, number)).with_context(|| path.display().to_string())?;
        written.push(path.display().to_string());
        match found.page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    Ok(written)
}
