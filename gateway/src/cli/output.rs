//! How a command answers: words for a person, JSON for a program.

use serde::Serialize;

/// The `--json` flag that commands share.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Output {
    /// Print JSON for programs
    #[arg(long, global = true)]
    pub json: bool,
}

impl Output {
    /// Prints `value` as JSON, or what `words` makes of it.
    pub fn print<T: Serialize>(self, value: &T, words: impl FnOnce(&T) -> String) -> anyhow::Result<()> {
        if self.json {
            println!("{}", serde_json::to_string_pretty(value)?);
        } else {
            println!("{}", words(value).trim_end());
        }
        Ok(())
    }
}
