//! How a code is shown: its text, on the terminal, or as a picture in a file.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use payments::qr::render;
use serde_json::json;

use crate::cli::Output;

#[derive(Debug, Clone, clap::Args)]
pub(super) struct Pictures {
    /// Show the code on this terminal
    #[arg(long, conflicts_with = "json")]
    terminal: bool,
    /// Write the picture as SVG to this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write the picture as PNG to this file
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
}

impl Pictures {
    /// Prints the code's text and makes the pictures that were asked for.
    pub(super) fn show(&self, payload: &str, output: Output) -> anyhow::Result<ExitCode> {
        if let Some(file) = &self.svg {
            std::fs::write(file, render::svg(payload)?).with_context(|| file.display().to_string())?;
        }
        if let Some(file) = &self.png {
            std::fs::write(file, render::png(payload)?).with_context(|| file.display().to_string())?;
        }
        if self.terminal {
            println!("{}", render::terminal(payload)?);
        }
        output.print(&json!({ "payload": payload }), |_| payload.to_owned())?;
        Ok(ExitCode::SUCCESS)
    }
}
