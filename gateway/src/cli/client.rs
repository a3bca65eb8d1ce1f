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
    /// Stop a client at once: nothing of it is taken, and nothing that it holds is good any more
    Stop {
        /// Its `client_id`
        client_id: String,
    },
    /// Let a client that was stopped go on
    Resume {
        /// Its `client_id`
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
        Command::Stop { client_id } => {
            let stopped = identity.stop_client(&parsed(&client_id)?, &by, clock::now())?;
            anyhow::ensure!(stopped, "client_id: {client_id} is not registered, or stopped already");
            listed(&identity)?
        }
        Command::Resume { client_id } => {
            let resumed = identity.resume_client(&parsed(&client_id)?, &by, clock::now())?;
            anyhow::ensure!(resumed, "client_id: {client_id} is not registered, or not stopped");
            listed(&identity)?
        }
        Command::List => listed(&identity)?,
    };
    let stopped = identity.stopped_clients()?;
    let is_stopped = |registered: &Registered| stopped.contains(&registered.client.id);
    let shown: Vec<_> = clients.iter().map(|one| metadata(one, is_stopped(one))).collect();
    let line = |one| line(one, is_stopped(one));
    command.output.print(&shown, |_| clients.iter().map(line).collect::<Vec<_>>().join("\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn listed(identity: &Identity) -> anyhow::Result<Vec<Registered>> {
    Ok(identity.clients()?.into_iter().map(|client| Registered { client, made_secret: None }).collect())
}

fn remove(identity: &Identity, client_id: &str, by: &Actor, output: Output) -> anyhow::Result<ExitCode> {
    let id = parsed(client_id)?;
    anyhow::ensure!(identity.remove_client(&id, by, clock::now())?, "client_id: {id} is not registered");
    output.print(&json!({ "client_id": client_id, "removed": true }), |_| format!("{client_id} is removed"))?;
    Ok(ExitCode::SUCCESS)
}

fn parsed(client_id: &str) -> anyhow::Result<ClientId> {
    ClientId::parse(client_id).context("client_id: 1 to 200 visible characters")
}

/// What was stored, with a secret that was just made: it is told this once.
fn metadata(registered: &Registered, is_stopped: bool) -> Value {
    let mut metadata = registered.client.to_metadata();
    if is_stopped {
        metadata["stopped"] = true.into();
    }
    if let Some(secret) = &registered.made_secret {
        metadata["client_secret"] = secret.expose().into();
        metadata["client_secret_expires_at"] = 0.into(); // never (RFC 7591, section 3.2.1)
    }
    metadata
}

fn line(registered: &Registered, is_stopped: bool) -> String {
    let client = &registered.client;
    let stopped = if is_stopped { "  stopped" } else { "" };
    let line = format!("{}  {}  {}{stopped}", client.id, client.name.zh_hant, client.name.en);
    match &registered.made_secret {
        Some(secret) => format!("{line}\n  client_secret: {} (shown this once)", secret.expose()),
        None => line,
    }
}
