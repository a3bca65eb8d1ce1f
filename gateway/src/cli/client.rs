//! `lionrock client …`: the relying parties that residents sign in to.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::Subcommand;
use identity::Identity;
use identity::audit::Actor;
use identity::oidc::client::{ClientId, Registered};
use serde_json::{Value, json};

use super::operator::operator;
use super::{ConfigPath, Installation, Output, input};
use crate::clock;
use crate::http::outbound::Outbound;

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
    /// Register a client from its metadata (RFC 7591): one JSON object or an array of them. One that is registered
    /// already is registered anew; its sector stays, and so does a secret that is not given again
    Add {
        /// The file; - for standard input
        file: PathBuf,
    },
    /// The same, for clients that must be registered already
    Update {
        /// The file; - for standard input
        file: PathBuf,
    },
    /// Remove a client, with every consent that residents gave it and every token that stood on them
    Remove {
        /// Its client_id
        client_id: String,
    },
    /// List the registered clients
    List,
}

/// Does what the command says.
pub(super) fn run(command: Client) -> anyhow::Result<ExitCode> {
    let installation = Installation::open(&command.config)?;
    let identity = installation.identity()?;
    let by = Actor::Operator(operator());
    let clients: Vec<Registered> = match command.command {
        Command::Add { file } => {
            identity.fetch_with(Arc::new(Outbound::new(&installation.config.outbound)?));
            let add = |metadata: &Value| identity.add_client(metadata, &by, clock::now());
            input::objects(&file)?.iter().map(add).collect::<Result<_, _>>()?
        }
        Command::Update { file } => {
            identity.fetch_with(Arc::new(Outbound::new(&installation.config.outbound)?));
            let update = |metadata: &Value| identity.update_client(metadata, &by, clock::now());
            input::objects(&file)?.iter().map(update).collect::<Result<_, _>>()?
        }
        Command::Remove { client_id } => return remove(&identity, &client_id, &by, command.output),
        Command::List => {
            identity.clients()?.into_iter().map(|client| Registered { client, made_secret: None }).collect()
        }
    };
    let shown: Vec<_> = clients.iter().map(metadata).collect();
    command.output.print(&shown, |_| clients.iter().map(line).collect::<Vec<_>>().join("\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn remove(identity: &Identity, client_id: &str, by: &Actor, output: Output) -> anyhow::Result<ExitCode> {
    let id = ClientId::parse(client_id).context("client_id: 1 to 200 visible characters")?;
    anyhow::ensure!(identity.remove_client(&id, by, clock::now())?, "client_id: {id} is not registered");
    output.print(&json!({ "client_id": client_id, "removed": true }), |_| format!("{client_id} is removed"))?;
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
