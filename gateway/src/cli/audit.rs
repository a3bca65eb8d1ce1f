//! `lionrock audit`: recompute the books, the log's hash chain and the chain of identity's audit records; exit 1 on
//! any difference. And sign what the log is now, so that it can be held against it later.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use identity::audit::Verification;
use payments::audit::{AuditReport, Evidence, kept_checkpoints, verify_with};
use payments::clearing::{BusinessDay, Checkpoint, CheckpointJwk, CheckpointPublicKey};

use super::{ConfigPath, Installation, Output};

/// Recompute the books, the log's hash chain and the audit records; exit 1 on any difference
#[derive(clap::Args)]
pub(super) struct Audit {
    #[command(flatten)]
    config: ConfigPath,
    #[command(flatten)]
    output: Output,
    /// A signed checkpoint that the log must still contain; may be given several times
    #[arg(long = "checkpoint", value_name = "FILE")]
    checkpoints: Vec<PathBuf>,
    /// The public key (JSON) that signed them, when it is not the one in the key folder
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Where the archives of days are that are no longer in the database
    #[arg(long, value_name = "FOLDER")]
    archive: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Sign what the log is now, or what it was when a business day ended
    Checkpoint {
        /// Where to write the signature
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The checkpoint that closed this day, instead of one of now
        #[arg(long)]
        day: Option<BusinessDay>,
    },
    /// Print the public key with which checkpoints can be verified, as a JSON web key
    Key,
}

/// Checks everything and names each difference. Reads only; a server may be running.
pub(super) fn run(command: Audit) -> anyhow::Result<ExitCode> {
    let installation = Installation::open(&command.config)?;
    match &command.command {
        Some(Command::Checkpoint { out, day }) => checkpoint(&installation, command.output, out, *day)?,
        Some(Command::Key) => {
            println!("{}", serde_json::to_string_pretty(&installation.keys.checkpoint_key()?.public().to_jwk())?);
        }
        None => return verify(&installation, &command),
    }
    Ok(ExitCode::SUCCESS)
}

fn verify(installation: &Installation, command: &Audit) -> anyhow::Result<ExitCode> {
    let mut differences = Vec::new();
    let checkpoints = checkpoints(installation, command, &mut differences)?;
    let evidence = Evidence { checkpoints: &checkpoints, archives: command.archive.as_deref() };
    let report = verify_with(&installation.db, &evidence)?;
    differences.extend(report.differences.iter().map(ToString::to_string));
    let records = match installation.identity()?.verify_audit()? {
        Verification::Whole { records } => records,
        Verification::Broken { seq } => {
            differences
                .push(format!("identity's audit record {seq} is not what was written, or one before it is gone"));
            seq
        }
    };
    let (digests, wrong) = installation.directory().verify_digests()?;
    differences.extend(wrong.iter().map(|code| format!("the directory's digest of {code} is not that of its entries")));
    let exact = differences.is_empty();
    let facts = serde_json::json!({
        "exact": exact,
        "batches": report.batches,
        "payments": report.payments,
        "outcomes": report.outcomes,
        "events": report.events,
        "positions": report.positions,
        "days": report.days,
        "checkpoints": report.checkpoints,
        "sequence": report.sequence,
        "hash": report.hash.to_string(),
        "audit_records": records,
        "directory_digests": digests,
        "first_batch": report.first_batch(),
        "first_row": report.first_row(),
        "differences": differences,
    });
    command.output.print(&facts, |_| words(&report, records, &differences))?;
    Ok(if exact { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn words(report: &AuditReport, records: i64, differences: &[String]) -> String {
    let scope = format!(
        "{} rows in {} batches, {} positions, {} business days, {} checkpoints, {records} audit records",
        report.sequence, report.batches, report.positions, report.days, report.checkpoints
    );
    if differences.is_empty() {
        return format!("The books are exact: {scope}.");
    }
    let batch =
        report.first_batch().map(|(first, last)| format!("The first batch that differs: rows {first}..={last}."));
    let row = report.first_row().map(|row| format!("The first row that differs: {row}."));
    let lines = differences.iter().cloned().chain(batch).chain(row);
    format!("{}\n{} differences in {scope}.", lines.collect::<Vec<_>>().join("\n"), differences.len())
}

/// The checkpoints that were given, and those kept in the database, as far as they are signed by who should have.
fn checkpoints(
    installation: &Installation,
    command: &Audit,
    differences: &mut Vec<String>,
) -> anyhow::Result<Vec<Checkpoint>> {
    let own = installation.keys.checkpoint_key()?.public();
    let given = match &command.key {
        Some(path) => public_key(path)?,
        None => own,
    };
    let mut found = Vec::new();
    for path in &command.checkpoints {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        found.push(given.verify(&text).with_context(|| path.display().to_string())?);
    }
    for (day, signed) in kept_checkpoints(&installation.db)? {
        // A key that was replaced signed the older ones.
        match own.verify(&signed).or_else(|_| given.verify(&signed)) {
            Ok(checkpoint) if checkpoint.closed == Some(day) => found.push(checkpoint),
            Ok(_) => differences.push(format!("the checkpoint that is kept for {day} is another day's")),
            Err(wrong) => differences.push(format!("the checkpoint that is kept for {day}: {wrong}")),
        }
    }
    Ok(found)
}

fn public_key(path: &Path) -> anyhow::Result<CheckpointPublicKey> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let jwk: CheckpointJwk = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
    CheckpointPublicKey::from_jwk(&jwk).with_context(|| path.display().to_string())
}

fn checkpoint(installation: &Installation, output: Output, out: &Path, day: Option<BusinessDay>) -> anyhow::Result<()> {
    let key = installation.keys.checkpoint_key()?;
    let switch = installation.switch()?;
    let signed = match day {
        None => key.sign(&switch.checkpoint()?.context("there is nothing to sign: the log is empty")?),
        Some(day) => {
            switch.sign_closed_days(&key)?;
            switch.checkpoint_of(day)?.with_context(|| format!("{day} has not ended, or was no business day"))?
        }
    };
    std::fs::write(out, &signed).with_context(|| out.display().to_string())?;
    let checkpoint = key.public().verify(&signed)?;
    let facts = serde_json::json!({
        "sequence": checkpoint.sequence,
        "hash": checkpoint.hash.to_string(),
        "recorded": checkpoint.recorded.to_string(),
        "closed": checkpoint.closed,
    });
    output.print(&facts, |_| {
        format!("Signed row {} with hash {}; written to {}.", checkpoint.sequence, checkpoint.hash, out.display())
    })
}
