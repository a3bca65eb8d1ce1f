//! Measures parts of Lionrock, always against a baseline of the same run:
//! `cargo run --release -p bench -- clearing --seconds 10`.

mod clearing;
mod histogram;
mod measure;
mod memory;
mod pgbench;
mod switch;

use clap::{Parser, Subcommand};

/// Measures parts of Lionrock against a baseline of the same run
#[derive(Parser)]
#[command(name = "bench")]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Payments reserved, answered and settled, each step durable before it is told
    Clearing(clearing::Options),
    /// The whole program from outside: banks that pay, read and answer over mutual TLS
    Switch(switch::Options),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Cli::parse().what {
        What::Clearing(options) => clearing::run(options).await,
        What::Switch(options) => switch::run(options).await,
    }
}
