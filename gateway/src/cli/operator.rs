//! `lionrock operator …`: who operates the switch. Also who works at the command line, for the records of what
//! they do.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use payments::Operators;
use payments::operator::{Operator as Registered, OperatorName, OperatorToken, Role};
use serde_json::json;
use zeroize::Zeroizing;

use super::{ConfigPath, Installation, Output};
use crate::clock;
use crate::keys::write_private;

/// The name of the user of this process, marked as coming from the command line.
pub(super) fn operator() -> String {
    let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "?".to_owned());
    format!("command line: {user}")
}

/// Whose token is used.
#[derive(clap::Args)]
pub(super) struct TokenFile {
    /// Your operator token, in a file that only you can read
    #[arg(long, value_name = "FILE", env = "LIONROCK_TOKEN_FILE", global = true)]
    token_file: Option<PathBuf>,
}

impl TokenFile {
    /// Who it is; nobody when no file was named.
    fn operator(&self, installation: &Installation) -> anyhow::Result<Option<Registered>> {
        let Some(path) = &self.token_file else { return Ok(None) };
        let text = Zeroizing::new(std::fs::read_to_string(path).with_context(|| path.display().to_string())?);
        let operators = Operators::new(installation.db.clone());
        let found = operators.authenticate(&OperatorToken::presented(&text));
        found.map(Some).with_context(|| format!("{}: the token", path.display()))
    }

    /// As whom an officer acts.
    pub(super) fn officer(&self, installation: &Installation) -> anyhow::Result<String> {
        let operator = self.operator(installation)?.context(
            "this takes an officer: name the file of your token with --token-file (made by lionrock operator add)",
        )?;
        operator.acts_as().with_context(|| format!("{} is an {}, and may only look", operator.name, operator.role))
    }
}

/// Register, remove and list operators
#[derive(clap::Args)]
pub(super) struct Operator {
    #[command(flatten)]
    config: ConfigPath,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    token: TokenFile,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Register an operator. Once there are two officers, an officer registers the others
    Add {
        /// Their name: small letters, digits, dots and hyphens
        #[arg(long)]
        name: OperatorName,
        /// officer proposes and approves; auditor only looks
        #[arg(long, default_value = "officer")]
        role: Role,
        /// Where to write the token. It cannot be read again anywhere else
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// End an operator's work. The name stays taken
    Remove {
        /// Their name
        name: OperatorName,
    },
    /// Show everybody who is or was registered
    List,
}

/// Does what the command says.
pub(super) fn run(command: Operator) -> anyhow::Result<ExitCode> {
    let installation = Installation::open(&command.config)?;
    let operators = Operators::new(installation.db.clone());
    let output = command.output;
    match command.command {
        Command::Add { name, role, out } => {
            let by = command.token.operator(&installation)?;
            add(&operators, by.as_ref(), &name, role, &out)?;
            let facts = json!({ "name": name.as_str(), "role": role.name(), "token_file": out });
            output.print(&facts, |_| {
                format!(
                    "{name} is an {role}. Hand {} over and delete it here: it is shown to nobody again.",
                    out.display()
                )
            })?;
        }
        Command::Remove { name } => {
            let by = command.token.operator(&installation)?.and_then(|by| by.acts_as()).unwrap_or_else(operator);
            operators.remove(&by, &name, clock::now())?;
            output
                .print(&json!({ "name": name.as_str(), "removed": true }), |_| format!("{name} is no operator now."))?;
        }
        Command::List => list(&operators, output)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn add(
    operators: &Operators,
    by: Option<&Registered>,
    name: &OperatorName,
    role: Role,
    out: &Path,
) -> anyhow::Result<()> {
    anyhow::ensure!(!out.exists(), "{} is there already", out.display());
    // The file first: a token that cannot be kept must not be made.
    write_private(out, b"")?;
    let added = operators.add(by, &operator(), name, role, clock::now());
    match added {
        Ok(token) => write_private(out, token.expose().as_bytes()),
        Err(refused) => {
            let _ = std::fs::remove_file(out);
            Err(refused.into())
        }
    }
}

fn list(operators: &Operators, output: Output) -> anyhow::Result<()> {
    let all = operators.list()?;
    let facts: Vec<_> = all
        .iter()
        .map(|one| {
            json!({
                "name": one.name.as_str(),
                "role": one.role.name(),
                "added": one.added.to_string(),
                "added_by": one.added_by,
                "removed": one.removed.map(|removed| removed.to_string()),
            })
        })
        .collect();
    output.print(&facts, |_| {
        let line = |one: &Registered| {
            let left = one.removed.map_or_else(String::new, |removed| format!("  until {removed}"));
            format!("{}  {}  since {} by {}{left}", one.name, one.role, one.added, one.added_by)
        };
        if all.is_empty() {
            "There are no operators yet.".to_owned()
        } else {
            all.iter().map(line).collect::<Vec<_>>().join("\n")
        }
    })
}
