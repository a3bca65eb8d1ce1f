//! `lionrock resident …`: the population register's residents and their activation codes.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use identity::Identity;
use identity::audit::Actor;
use identity::authenticator::{Password, PasswordRefusal, UserName};
use identity::resident::{Registration, Resident as Standing, ResidentId};
use serde::Serialize;
use serde_json::Value;

use super::operator::operator;
use super::{ConfigPath, Installation, Output, input};
use crate::clock;

/// Register residents and issue activation codes
#[derive(clap::Args)]
pub(super) struct Resident {
    #[command(flatten)]
    config: ConfigPath,
    #[command(flatten)]
    output: Output,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Register residents from JSON (hkid, name_zh, name_en, birth_date, phone, email and any standard claim of OpenID
    /// Connect, such as address; for tests also `user_name` and password) and print activation links
    Add {
        /// The file with one object or an array of them; - for standard input
        file: PathBuf,
    },
    /// Issue another activation code; the older one dies
    Activate {
        /// The resident's id
        id: ResidentId,
    },
    /// Stop a resident: no sign-in, and every session and token ends at once
    #[command(alias = "suspend")]
    Stop {
        /// The resident's id
        id: ResidentId,
    },
    /// Let a resident who was stopped sign in again
    Reinstate {
        /// The resident's id
        id: ResidentId,
    },
    /// List residents by id and state; no personal data
    List,
}

/// The user name and the password that a resident for tests is registered with.
struct TestPassword {
    name: UserName,
    password: Password,
}

impl TestPassword {
    /// Takes `user_name` and `password` out of a resident's JSON.
    fn take(object: &mut Value) -> anyhow::Result<Option<Self>> {
        let mut text = |field: &str| object.as_object_mut().and_then(|members| members.remove(field));
        let (name, password) = match (text("user_name"), text("password")) {
            (None, None) => return Ok(None),
            (Some(Value::String(name)), Some(Value::String(password))) => (name, password),
            _ => anyhow::bail!("user_name and password go together, and both are texts"),
        };
        let name = UserName::parse(&name).ok_or(PasswordRefusal::UserName)?;
        Ok(Some(Self { name, password: Password::chosen(password)? }))
    }
}

#[derive(Serialize)]
struct Issued {
    resident: String,
    activation_link: String,
}

#[derive(Serialize)]
struct Listed {
    resident: String,
    state: &'static str,
    registered: String,
}

/// Does what the command says.
pub(super) fn run(command: Resident) -> anyhow::Result<ExitCode> {
    let installation = Installation::open(&command.config)?;
    let identity = installation.identity()?;
    let by = Actor::Operator(operator());
    match command.command {
        Command::Add { file } => {
            let mut issued = Vec::new();
            for mut object in input::objects(&file)? {
                let password = TestPassword::take(&mut object)?;
                let registration: Registration = serde_json::from_value(object).context("resident")?;
                let id = identity.register_resident(&registration, &by, clock::now())?;
                issued.push(issue(&identity, id, &by)?);
                if let Some(TestPassword { name, password }) = password {
                    identity.set_password(id, &name, &password, &by, clock::now())?;
                }
            }
            print(command.output, &issued)?;
        }
        Command::Activate { id } => print(command.output, &[issue(&identity, id, &by)?])?,
        Command::Stop { id } => {
            identity.suspend_resident(id, &by, clock::now())?;
            list(command.output, &[identity.resident(id)?])?;
        }
        Command::Reinstate { id } => {
            identity.reinstate_resident(id, &by, clock::now())?;
            list(command.output, &[identity.resident(id)?])?;
        }
        Command::List => list(command.output, &all(&identity)?)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn issue(identity: &Identity, id: ResidentId, by: &Actor) -> anyhow::Result<Issued> {
    let code = identity.issue_activation(id, by, clock::now())?;
    // Behind `#`, which browsers never send: the code stays out of logs.
    let activation_link = format!("{}activate#{}", identity.settings().issuer, code.expose());
    Ok(Issued { resident: id.to_string(), activation_link })
}

fn print(output: Output, issued: &[Issued]) -> anyhow::Result<()> {
    output.print(&issued, |issued| {
        let line = |one: &Issued| format!("{}  {}", one.resident, one.activation_link);
        issued.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}

fn all(identity: &Identity) -> anyhow::Result<Vec<Standing>> {
    let mut all: Vec<Standing> = Vec::new();
    loop {
        let page = identity.residents(all.last().map(|resident| resident.id), 500)?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

fn list(output: Output, residents: &[Standing]) -> anyhow::Result<()> {
    let listed: Vec<Listed> = residents
        .iter()
        .map(|resident| Listed {
            resident: resident.id.to_string(),
            state: resident.state.as_str(),
            registered: resident.registered_at.to_string(),
        })
        .collect();
    output.print(&listed, |listed| {
        let line = |one: &Listed| format!("{}  {:10}  {}", one.resident, one.state, one.registered);
        listed.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}
