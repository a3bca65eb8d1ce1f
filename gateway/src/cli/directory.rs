//! `lionrock directory …`: the proxy directory as a file, in and out.

mod export;
mod import;
mod record;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use payments::directory::{ImportRecord, Imported};
use payments::participant::ClearingCode;
use serde_json::json;

use super::operator::operator;
use super::{ConfigPath, Installation, Output};

/// Import and export the proxy directory
#[derive(clap::Args)]
pub(super) struct Directory {
    #[command(flatten)]
    config: ConfigPath,
    #[command(flatten)]
    output: Output,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Register every entry of a CSV file. Entries that are there already stay as they are; an import that was
    /// interrupted goes on where it was when it is run again
    Import {
        /// The file; its first line names the columns: participant, proxy_type, proxy, account, owner_kind, name_zh,
        /// name_en, currencies, default, and owner_key as an export writes it
        file: PathBuf,
    },
    /// Write every entry, with what is sealed in it, to a CSV file that can be imported. The audit tells of it
    Export {
        /// The file, which must not be there yet
        file: PathBuf,
        /// Only this participant's entries
        #[arg(long)]
        participant: Option<ClearingCode>,
    },
    /// List the latest imports: which file, by whom, and what became of its entries
    Imports,
}

/// Does what the command says. A server may be running.
pub(super) fn run(command: Directory) -> anyhow::Result<ExitCode> {
    let installation = Installation::open(&command.config)?;
    match &command.command {
        Command::Import { file } => import::run(&installation, command.output, file)?,
        Command::Imports => imports(&installation, command.output)?,
        Command::Export { file, participant } => export::run(&installation, command.output, file, *participant)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn imports(installation: &Installation, output: Output) -> anyhow::Result<()> {
    let runs = installation.directory().imports()?;
    let facts = |run: &ImportRecord| {
        json!({
            "run": run.run.to_string(), "file_sha256": hex::encode(run.source), "actor": run.actor,
            "began": run.run.began().to_string(), "changed": run.changed.to_string(), "done_before": run.done_before,
            "added": run.imported.added, "known": run.imported.known,
            "default_elsewhere": run.imported.default_elsewhere,
        })
    };
    let line = |run: &ImportRecord| {
        let Imported { added, known, .. } = run.imported;
        let (began, actor, file) = (run.run.began(), &run.actor, hex::encode(&run.source[..6]));
        format!("{began}  file {file}…  {added} added, {known} there already  {actor}")
    };
    output.print(&json!({ "imports": runs.iter().map(facts).collect::<Vec<_>>() }), |_| {
        if runs.is_empty() { "None yet.".to_owned() } else { runs.iter().map(line).collect::<Vec<_>>().join("\n") }
    })
}

/// Tells on a terminal how far it is; programs are not told.
struct Progress {
    shown: bool,
    per_cent: u64,
}

impl Progress {
    fn new() -> Self {
        Self { shown: std::io::stderr().is_terminal(), per_cent: u64::MAX }
    }

    fn at(&mut self, done: u64, of: u64) {
        let per_cent = (done.saturating_mul(100) / of.max(1)).min(100);
        if self.shown && per_cent != self.per_cent {
            let filled = usize::try_from(per_cent / 2).unwrap_or(0);
            eprint!("\r[{:<50}] {per_cent:>3} %", "=".repeat(filled));
            self.per_cent = per_cent;
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown && self.per_cent != u64::MAX {
            eprintln!();
        }
    }
}
