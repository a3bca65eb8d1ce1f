//! `lionrock audit`: recompute the books, the log's hash chain and the chain of identity's audit records; exit 1 on
//! any difference.

use std::process::ExitCode;

use identity::audit::Verification;

use super::{ConfigPath, Installation, Output};

/// Recompute the books, the log's hash chain and the audit records; exit 1 on any difference
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
    let mut differences: Vec<String> = report.differences.iter().map(ToString::to_string).collect();
    let records = match installation.identity()?.verify_audit()? {
        Verification::Whole { records } => records,
        Verification::Broken { seq } => {
            differences
                .push(format!("identity's audit record {seq} is not what was written, or one before it is gone"));
            seq
        }
    };
    let exact = differences.is_empty();
    let facts = serde_json::json!({
        "exact": exact,
        "batches": report.batches,
        "payments": report.payments,
        "outcomes": report.outcomes,
        "events": report.events,
        "positions": report.positions,
        "sequence": report.sequence,
        "hash": report.hash.to_string(),
        "audit_records": records,
        "differences": differences,
    });
    command.output.print(&facts, |_| {
        let scope = format!(
            "{} rows in {} batches, {} positions, {records} audit records",
            report.sequence, report.batches, report.positions
        );
        match differences.as_slice() {
            [] => format!("The books are exact: {scope}."),
            found => format!("{}\n{} differences in {scope}.", found.join("\n"), found.len()),
        }
    })?;
    Ok(if exact { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
