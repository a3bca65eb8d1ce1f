//! `lionrock qr …`: make and read Hong Kong's common QR code, without any installation.

mod make;
mod merge;
mod parse;
mod pictures;
mod scan;

use std::process::ExitCode;

use clap::Subcommand;

use super::Output;

/// Make and read the common QR code
#[derive(clap::Args)]
pub(super) struct Qr {
    #[command(flatten)]
    output: Output,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write a code's text, and its picture where wanted
    Make(Box<make::Make>),
    /// Read a code's text: exit 0 when it can be paid, 1 when it is refused, naming why
    Parse(parse::Parse),
    /// Make one code of several, for all their schemes
    Merge(merge::Merge),
    /// Read the codes in a picture
    Scan(scan::Scan),
}

/// Does what the command says.
pub(super) fn run(command: Qr) -> anyhow::Result<ExitCode> {
    match command.command {
        Command::Make(make) => make::run(*make, command.output),
        Command::Parse(parse) => parse::run(&parse, command.output),
        Command::Merge(merge) => merge::run(&merge, command.output),
        Command::Scan(scan) => scan::run(&scan, command.output),
    }
}
