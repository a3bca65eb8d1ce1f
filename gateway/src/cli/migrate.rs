//! `lionrock migrate`: bring the database up to this program. Migrations only go forward.

use std::process::ExitCode;

use super::{ConfigPath, Installation, Output};

/// Bring the database up to this program
#[derive(clap::Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    config: ConfigPath,
    #[command(flatten)]
    output: Output,
}

/// Applies what is missing and names it.
pub(super) fn run(command: Migrate) -> anyhow::Result<ExitCode> {
    let installation = Installation::open_unmigrated(&command.config)?;
    let applied = installation.db.migrate()?;
    command.output.print(&serde_json::json!({ "applied": applied }), |_| match applied.as_slice() {
        [] => "The database is up to date.".to_owned(),
        names => format!("Applied {}.", names.join(", ")),
    })?;
    Ok(ExitCode::SUCCESS)
}
