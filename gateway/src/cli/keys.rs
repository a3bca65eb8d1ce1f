//! `lionrock keys …`: the keys that sign tokens, and the authority that certifies participants.

use std::process::ExitCode;

use clap::Subcommand;
use identity::audit::Actor;
use serde::Serialize;

use super::operator::operator;
use super::{ConfigPath, Installation, Output};
use crate::clock;

/// Signing keys of tokens, and the participants' certificate authority
#[derive(clap::Args)]
pub(super) struct Keys {
    #[command(flatten)]
    config: ConfigPath,
    #[command(flatten)]
    output: Output,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the signing keys and where each stands in its life
    List,
    /// Let the next keys sign from now on; tokens by the old ones stay good until they expire
    Rotate,
    /// Take a key out at once: nothing that it signed is good any more, and the next one signs in its place
    Revoke {
        /// The key's name, as `keys list` shows it
        kid: String,
    },
    /// Print the certificate of the participants' authority, PEM
    ExportCa,
}

#[derive(Serialize)]
struct Listed {
    kid: String,
    algorithm: String,
    state: &'static str,
    since: String,
}

/// Does what the command says.
pub(super) fn run(command: Keys) -> anyhow::Result<ExitCode> {
    let installation = Installation::open(&command.config)?;
    if let Command::ExportCa = command.command {
        print!("{}", installation.keys.authority_certificate()?);
        return Ok(ExitCode::SUCCESS);
    }
    let identity = installation.identity()?;
    let by = Actor::Operator(operator());
    match &command.command {
        Command::Rotate => {
            identity.key_ring(clock::now())?;
            identity.rotate_signing_keys(&by, clock::now())?;
        }
        Command::Revoke { kid } => {
            let revoked = identity.revoke_signing_key(kid, &by, clock::now())?;
            anyhow::ensure!(revoked, "there is no key {kid}; lionrock keys list shows those there are");
        }
        Command::List | Command::ExportCa => {}
    }
    let ring = identity.key_ring(clock::now())?;
    let listed: Vec<Listed> = ring
        .keys()
        .iter()
        .map(|held| Listed {
            kid: held.key.kid().to_owned(),
            algorithm: held.key.algorithm().as_str().to_owned(),
            state: held.state.as_str(),
            since: held.since.to_string(),
        })
        .collect();
    command.output.print(&listed, |listed| {
        let line = |key: &Listed| format!("{}  {:6}  {:8}  {}", key.kid, key.algorithm, key.state, key.since);
        listed.iter().map(line).collect::<Vec<_>>().join("\n")
    })?;
    Ok(ExitCode::SUCCESS)
}
