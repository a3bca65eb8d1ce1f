//! `lionrock serve`: the program itself, in front of residents, relying parties and banks.

use std::process::ExitCode;

use super::{ConfigPath, Installation};
use crate::server::{self, Gateway, Sockets};

/// Serve residents, relying parties and banks
#[derive(clap::Args)]
pub(super) struct Serve {
    #[command(flatten)]
    config: ConfigPath,
}

/// Serves until it is told to stop (SIGTERM or Ctrl-C), then finishes what it has begun.
pub(super) fn run(command: Serve) -> anyhow::Result<ExitCode> {
    let installation = Installation::open(&command.config)?;
    server::log(&installation.config.log);
    let sockets = Sockets::bind(&installation.config)?;
    let gateway = Gateway::open(&installation)?;
    actix_web::rt::System::new().block_on(async move {
        let running = server::start(gateway, sockets, &installation)?;
        tracing::info!(issuer = %installation.config.public.issuer, "serving");
        running.until_stopped().await
    })?;
    Ok(ExitCode::SUCCESS)
}
