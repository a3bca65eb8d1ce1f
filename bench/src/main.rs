//! Measures parts of Lionrock, always against a baseline of the same run:
//! `cargo run --release -p bench -- clearing --seconds 10`.

mod clearing;
mod directory;
mod histogram;
mod identity;
mod measure;
mod memory;
mod pgbench;
mod qr;
mod switch;

use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;

/// The program's own.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

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
    /// The proxy directory at national size, beside pgbench's select-only load
    Directory(directory::Options),
    /// The whole program from outside: banks that pay, read and answer over mutual TLS
    Switch(switch::Options),
    /// The OpenID provider beside oidc-provider on Node, each on one core
    Identity(identity::Options),
    /// Common QR codes read, written and drawn, beside npm's qrcode and PyPI's segno
    Qr(qr::Options),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().what {
        What::Clearing(options) => tokio::runtime::Runtime::new()?.block_on(clearing::run(options)),
        What::Directory(options) => directory::run(options),
        What::Switch(options) => tokio::runtime::Runtime::new()?.block_on(switch::run(options)),
        // It has a runtime of its own, on one core.
        What::Identity(options) => identity::run(&options),
        What::Qr(options) => qr::run(&options),
    }
}
