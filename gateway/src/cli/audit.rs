//! `lionrock audit`: recompute the books and the log's hash chain; exit 1 on any difference.

use std::process::ExitCode;

use super::{ConfigPath, Installation, Output};

/// Recompute the books and the log's hash chain; exit 1 on any difference
#[derive(clap::Args)]
pub(super) struct Audit {
    #[command(flatten)]
    config: ConfigPath,
    #[command(flatten)]
    output: Output,
}

/// Checks everything and names each difference. Reads only; a server may be running.
pub(super) fn run(command: Audit) -> anyhow::Result<ExitCode> {
    let installation = Installation::open(&command.config)?;
    let report = payments::audit::verify(&installation.db)?;
    let differences: Vec<String> = report.differences.iter().map(ToString::to_string).collect();
    let facts = serde_json::json!({
        "exact": report.is_exact(),
        "batches": report.batches,
        "payments": report.payments,
        "outcomes": report.outcomes,
        "events": report.events,
        "positions": report.positions,
        "sequence": report.sequence,
        "hash": report.hash.to_string(),
        "differences": differences,
    });
    command.output.print(&facts, |_| {
        let scope = format!("{} rows in {} batches, {} positions", report.sequence, report.batches, report.positions);
        match differences.as_slice() {
            [] => format!("The books are exact: {scope}."),
            found => format!("{}\n{} differences in {scope}.", found.join("\n"), found.len()),
        }
    })?;
    Ok(if report.is_exact() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
