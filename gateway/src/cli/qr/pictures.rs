//! How a code is shown: its text, on the terminal, as a picture, or as a poster in a file.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::ValueEnum;
use payments::money::Currency;
use payments::qr::render::poster::{self, Wording};
use payments::qr::render::{Picture, Purpose};
use payments::qr::{self, MerchantPayload};
use serde_json::json;

use crate::cli::Output;
use crate::clock;

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
    /// What the pictures are for: the worse they will be treated, the more of them may be lost
    #[arg(long = "for", value_name = "PURPOSE", default_value = "screen")]
    purpose: For,
    /// Write a poster with the payee's names to this PDF file
    #[arg(long, value_name = "FILE")]
    poster: Option<PathBuf>,
    /// The poster's size
    #[arg(long, default_value = "a5", requires = "poster")]
    paper: Paper,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum For {
    /// To be scanned off a screen
    Screen,
    /// To be printed
    Print,
    /// With the mark in the middle
    Marked,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Paper {
    A5,
    A6,
}

impl Pictures {
    /// Prints the code's text and makes the pictures that were asked for.
    pub(super) fn show(&self, payload: &str, output: Output) -> anyhow::Result<ExitCode> {
        let purpose = match self.purpose {
            For::Screen => Purpose::Screen,
            For::Print => Purpose::Print,
            For::Marked => Purpose::Marked,
        };
        if let Some(file) = &self.svg {
            std::fs::write(file, Picture::of(payload, purpose)?.svg()?).with_context(|| file.display().to_string())?;
        }
        if let Some(file) = &self.png {
            std::fs::write(file, Picture::of(payload, purpose)?.png()?).with_context(|| file.display().to_string())?;
        }
        if let Some(file) = &self.poster {
            let paper = match self.paper {
                Paper::A5 => poster::Paper::A5,
                Paper::A6 => poster::Paper::A6,
            };
            let wording = wording(qr::parse(payload, clock::now())?.payload);
            let page = poster::pdf(payload, &wording, paper)?;
            std::fs::write(file, page).with_context(|| file.display().to_string())?;
        }
        if self.terminal {
            println!("{}", Picture::of(payload, Purpose::Screen)?.terminal());
        }
        output.print(&json!({ "payload": payload }), |_| payload.to_owned())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// What the code itself says of the payee. A name that is not there is written `NA` in a code.
fn wording(payload: MerchantPayload) -> Wording {
    let currency = Currency::from_number(payload.currency).map(|currency| format!("{currency} ")).unwrap_or_default();
    Wording {
        name_zh: payload.language.map(|language| language.name),
        name: payload.name.filter(|name| name != "NA"),
        amount: payload.amount.map(|amount| format!("{currency}{amount}")),
    }
}
