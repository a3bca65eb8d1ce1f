//! `lionrock client …`: the relying parties that residents sign in to.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use identity::audit::Actor;
use identity::oidc::client::Registered;
use serde_json::Value;

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
    let clients: Vec<Registered> = match command.command {
        Command::Add { file } => {
            let by = Actor::Operator(operator());
            let add = |metadata: &Value| identity.add_client(metadata, &by, clock::now());
            input::objects(&file)?.iter().map(add).collect::<Result<_, _>>()?
        }
        Command::List => {
            identity.clients()?.into_iter().map(|client| Registered { client, made_secret: None }).collect()
        }
    };
    let shown: Vec<_> = clients.iter().map(metadata).collect();
    command.output.print(&shown, |_| clients.iter().map(line).collect::<Vec<_>>().join("\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// What was stored, with a secret that was just made: it is told this once.
fn metadata(registered: &Registered) -> Value {
    let mut metadata = registered.client.to_metadata();
    if let Some(secret) = &registered.made_secret {
        metadata["client_secret"] = secret.expose().into();
        metadata["client_secret_expires_at"] = 0.into(); // never (RFC 7591, section 3.2.1)
    }
    metadata
}

fn line(registered: &Registered) -> String {
    let client = &registered.client;
    let line = format!("{}  {}  {}", client.id, client.name.zh_hant, client.name.en);
    match &registered.made_secret {
        Some(secret) => format!("{line}\n  client_secret: {} (shown this once)", secret.expose()),
        None => line,
    }
}
