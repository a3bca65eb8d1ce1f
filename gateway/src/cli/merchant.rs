//! `lionrock merchant …`: who takes payments.

use std::process::ExitCode;

use clap::Subcommand;
use payments::Merchants;
use payments::merchant::{Merchant as OneMerchant, Role};
use payments::participant::ClearingCode;
use serde_json::{Value, json};

use super::{ConfigPath, Installation, Output};

/// List the merchants that banks have taken on
#[derive(clap::Args)]
pub(super) struct Merchant {
    #[command(flatten)]
    config: ConfigPath,
    #[command(flatten)]
    output: Output,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List merchants, with their tills and how many work for them
    List {
        /// Only those of this bank
        #[arg(long, value_name = "CLEARING_CODE")]
        participant: Option<ClearingCode>,
    },
}

pub(super) fn run(command: Merchant) -> anyhow::Result<ExitCode> {
    let installation = Installation::open(&command.config)?;
    let merchants = Merchants::new(installation.directory());
    let Command::List { participant } = command.command;
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = merchants.list(participant, cursor)?;
        found.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let mut listed = Vec::with_capacity(found.len());
    for merchant in found {
        let owners = merchants.members(merchant.id)?.iter().filter(|member| member.role == Role::Owner).count();
        listed.push((merchant, owners));
    }
    let lines = || listed.iter().map(|(merchant, owners)| line(merchant, *owners)).collect::<Vec<_>>().join("\n");
    let documents: Vec<Value> = listed.iter().map(|(merchant, owners)| json_of(merchant, *owners)).collect();
    command.output.print(&documents, |_| lines())?;
    Ok(ExitCode::SUCCESS)
}

fn json_of(merchant: &OneMerchant, owners: usize) -> Value {
    json!({
        "merchant_id": merchant.id.to_string(),
        "participant": merchant.participant,
        "name_zh": merchant.names.zh(),
        "name_en": merchant.names.en(),
        "category": merchant.category.to_string(),
        "fps_id": merchant.fps_id.value(),
        "status": merchant.status.name(),
        "tills": merchant.tills.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "owners": owners,
        "created": merchant.created.to_string(),
    })
}

fn line(merchant: &OneMerchant, owners: usize) -> String {
    let OneMerchant { id, participant, names, category, fps_id, status, tills, .. } = merchant;
    let (zh, en, status, fps_id) = (names.zh(), names.en(), status.name(), fps_id.value());
    format!("{id}  {participant}  {fps_id}  {category}  {status}  {} tills  {owners} owners  {zh} {en}", tills.len())
}
