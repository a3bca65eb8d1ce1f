//! `lionrock client …`: the relying parties that residents sign in to.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use identity::audit::Actor;

use super::operator::operator;
use super::{ConfigPath, Installation, Output, input};
use crate::clock;

/// Register relying parties
#[derive(clap::Args)]
pub(super) struct Client {
    #[command(flatten)]
    config: ConfigPath,
    #[command(flatten)]
    output: Output,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Register a client from its metadata (RFC 7591): one JSON object or an array of them
    Add {
        /// The file; - for standard input
        file: PathBuf,
    },
    /// List the registered clients
    List,
}

/// Does what the command says.
pub(super) fn run(command: Client) -> anyhow::Result<ExitCode> {
    let installation = Installation::open(&command.config)?;
    let identity = installation.identity()?;
    let clients = match command.command {
        Command::Add { file } => {
            let by = Actor::Operator(operator());
            let add = |metadata: &serde_json::Value| identity.add_client(metadata, &by, clock::now());
            input::objects(&file)?.iter().map(add).collect::<Result<Vec<_>, _>>()?
        }
        Command::List => identity.clients()?,
    };
    let stored: Vec<_> = clients.iter().map(identity::oidc::client::Client::to_metadata).collect();
    command.output.print(&stored, |_| {
        let line = |client: &identity::oidc::client::Client| {
            format!("{}  {}  {}", client.id, client.name.zh_hant, client.name.en)
        };
        clients.iter().map(line).collect::<Vec<_>>().join("\n")
    })?;
    Ok(ExitCode::SUCCESS)
}
