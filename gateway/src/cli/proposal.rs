//! `lionrock proposal …`: money that one officer wants to move, and what another says to it.

use std::process::ExitCode;

use clap::Subcommand;
use payments::Switch;
use payments::clearing::{Movement, Proposal as Proposed, ProposedMovement};
use payments::money::Amount;
use payments::participant::ClearingCode;
use serde_json::json;

use super::operator::TokenFile;
use super::{ConfigPath, Installation, Output};
use crate::{clock, random};

/// List, approve and refuse proposals to move money
#[derive(clap::Args)]
pub(super) struct Proposal {
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
    /// Show the latest proposals and how they stand
    List,
    /// Approve what another officer proposed: the money moves
    Approve {
        /// The proposal's number
        id: i64,
    },
    /// Decide against a proposal, or take your own back
    Refuse {
        /// The proposal's number
        id: i64,
    },
}

/// So many are shown.
const SHOWN: usize = 50;

/// Does what the command says.
pub(super) fn run(command: Proposal) -> anyhow::Result<ExitCode> {
    let installation = Installation::open(&command.config)?;
    let switch = installation.switch()?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let done = match command.command {
        Command::List => list(&switch, command.output),
        Command::Approve { id } => {
            let officer = command.token.officer(&installation)?;
            runtime.block_on(decide(&switch, command.output, &officer, id, true))
        }
        Command::Refuse { id } => {
            let officer = command.token.officer(&installation)?;
            runtime.block_on(decide(&switch, command.output, &officer, id, false))
        }
    };
    switch.stop();
    done.map(|()| ExitCode::SUCCESS)
}

async fn decide(switch: &Switch, output: Output, officer: &str, id: i64, approve: bool) -> anyhow::Result<()> {
    switch.decide_proposal(officer, id, approve).await?;
    let words = if approve { "approved" } else { "refused" };
    output.print(&json!({ "proposal": id, "done": words }), |_| format!("Proposal {id} is {words}."))
}

/// Proposes a movement, and says what the other officer must do.
pub(super) async fn propose(
    switch: &Switch,
    output: Output,
    officer: &str,
    participant: ClearingCode,
    movement: Movement,
    amount: Amount,
    key: Option<String>,
) -> anyhow::Result<()> {
    let key = match key {
        Some(key) => key,
        None => hex::encode(random::bytes::<16>()?),
    };
    let id = switch.propose(officer, ProposedMovement { participant, movement, amount, key }).await?;
    let facts = json!({
        "proposal": id,
        "clearing_code": participant,
        "movement": movement.name(),
        "amount": amount.to_decimal(),
        "currency": amount.currency(),
    });
    output.print(&facts, |_| {
        format!(
            "Proposal {id}: {movement} of {amount} for {participant}. Another officer approves it within a day:\n  \
             lionrock proposal approve {id}"
        )
    })
}

fn list(switch: &Switch, output: Output) -> anyhow::Result<()> {
    let now = clock::now();
    let proposals = switch.proposals(SHOWN)?;
    let facts: Vec<_> = proposals
        .iter()
        .map(|one| {
            json!({
                "proposal": one.id,
                "clearing_code": one.participant,
                "movement": one.movement.name(),
                "amount": one.amount.to_decimal(),
                "currency": one.amount.currency(),
                "state": one.state(now).name(),
                "proposed_by": one.proposed_by,
                "proposed": one.proposed.to_string(),
                "expires": one.expires.to_string(),
                "decided_by": one.decision.as_ref().map(|decision| &decision.by),
            })
        })
        .collect();
    output.print(&facts, |_| {
        let line = |one: &Proposed| {
            let Proposed { id, participant, movement, amount, proposed_by, .. } = one;
            let decided = one.decision.as_ref().map_or_else(String::new, |decision| format!(" by {}", decision.by));
            let state = one.state(now).name();
            format!("{id}  {participant}  {movement} of {amount}  proposed by {proposed_by}  {state}{decided}")
        };
        let lines: Vec<_> = proposals.iter().map(line).collect();
        if lines.is_empty() { "There are no proposals.".to_owned() } else { lines.join("\n") }
    })
}
