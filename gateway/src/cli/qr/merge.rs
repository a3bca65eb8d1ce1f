//! `lionrock qr merge`: one code for the schemes of several.

use std::process::ExitCode;

use anyhow::Context;
use payments::qr;

use super::pictures::Pictures;
use crate::cli::Output;
use crate::clock;

#[derive(clap::Args)]
pub(super) struct Merge {
    /// The codes' texts; what they have in common is taken from the first
    #[arg(required = true, num_args = 2..)]
    payloads: Vec<String>,
    #[command(flatten)]
    pictures: Pictures,
}

/// Prints the merged code's text and writes its pictures.
pub(super) fn run(merge: &Merge, output: Output) -> anyhow::Result<ExitCode> {
    let mut merged: Option<qr::MerchantPayload> = None;
    for (index, text) in merge.payloads.iter().enumerate() {
        let number = || format!("code {}", index + 1);
        let payload = qr::parse(text, clock::now()).with_context(number)?.payload;
        merged = Some(match merged {
            None => payload,
            Some(first) => qr::merge(&first, &payload).with_context(number)?,
        });
    }
    let merged = merged.context("nothing to merge")?;
    merge.pictures.show(&merged.write()?, output)
}
