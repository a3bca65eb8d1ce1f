//! The command line. Each command is a file of its own; they print for people, or with `--json` for programs.

mod alert;
mod audit;
mod client;
mod day;
mod demo;
mod directory;
mod input;
mod installation;
mod keys;
mod merchant;
mod migrate;
mod operator;
mod output;
mod participant;
mod proposal;
mod qr;
mod resident;
mod serve;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use installation::{ConfigPath, Installation};
pub use output::Output;

/// A city's digital identity and instant payments, as one program.
#[derive(Parser)]
#[command(name = "lionrock", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Look around: everything on an embedded database, with residents, banks, a shop and an e-service
    Demo(demo::Demo),
    /// Serve residents, relying parties and banks
    Serve(serve::Serve),
    /// Bring the database up to this program
    Migrate(migrate::Migrate),
    /// Signing keys of tokens, and the participants' certificate authority
    Keys(keys::Keys),
    /// Register residents and issue activation codes
    Resident(resident::Resident),
    /// Register relying parties
    Client(client::Client),
    /// Add, certify, fund, suspend and list participants
    Participant(participant::Participant),
    /// List the merchants that banks have taken on
    Merchant(merchant::Merchant),
    /// Show business days, and write their statements and settlement files
    Day(day::Day),
    /// Import and export the proxy directory
    Directory(directory::Directory),
    /// Register, remove and list those who operate the switch
    Operator(operator::Operator),
    /// Approve and refuse movements of money that another officer proposed
    Proposal(proposal::Proposal),
    /// Enter, list and end what the police suspect in the proxy directory
    Alert(alert::Alert),
    /// Make and read the common QR code
    Qr(qr::Qr),
    /// Recompute the books and the log's hash chain; exit 1 on any difference
    Audit(audit::Audit),
}

/// Runs what the command line says.
pub fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Demo(command) => demo::run(command),
        Command::Serve(command) => serve::run(command),
        Command::Migrate(command) => migrate::run(command),
        Command::Keys(command) => keys::run(command),
        Command::Resident(command) => resident::run(command),
        Command::Client(command) => client::run(command),
        Command::Participant(command) => participant::run(command),
        Command::Merchant(command) => merchant::run(command),
        Command::Day(command) => day::run(command),
        Command::Directory(command) => directory::run(command),
        Command::Operator(command) => operator::run(command),
        Command::Proposal(command) => proposal::run(command),
        Command::Alert(command) => alert::run(command),
        Command::Qr(command) => qr::run(command),
        Command::Audit(command) => audit::run(command),
    };
    done.unwrap_or_else(|failure| {
        eprintln!("lionrock: {failure:#}");
        ExitCode::FAILURE
    })
}
