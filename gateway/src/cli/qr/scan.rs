//! `lionrock qr scan`: the codes in a picture, read.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use payments::qr::scan;

use super::parse;
use crate::cli::Output;

#[derive(clap::Args)]
pub(super) struct Scan {
    /// A PNG or JPEG file
    picture: PathBuf,
}

/// Prints what each code says: exit 0 when all can be paid, 1 when one is refused.
pub(super) fn run(scan: &Scan, output: Output) -> anyhow::Result<ExitCode> {
    let named = || scan.picture.display().to_string();
    let codes = scan::read(&std::fs::read(&scan.picture).with_context(named)?).with_context(named)?;
    parse::say_all(&codes, output)
}
