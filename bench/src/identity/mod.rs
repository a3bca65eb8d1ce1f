//! The OpenID provider against `oidc-provider` on Node: the same driver, each server alone on one core and the driver on
//! the other, in turns, medians. Ours writes to SQLite and signs JWT access tokens; the other keeps everything in memory.

mod browser;
mod clock;
mod connection;
mod load;
mod relying_party;
mod server;
mod signatures;
mod signer;

use std::path::PathBuf;
use std::process::Command;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

use crate::measure::{Figure, Report, median};
use load::{Outcome, Work};
use relying_party::RelyingParty;
use server::Server;
use signer::Signer;

/// The driver's core; the servers have the other.
const DRIVER_CORE: &str = "1";

/// How the provider is measured.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The program to measure; without it, the one beside this program
    #[arg(long, value_name = "PATH")]
    lionrock: Option<PathBuf>,
    /// How long each load runs
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Turns of each load; the median counts
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Connections at the same time
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Run only loads whose name contains this
    #[arg(long, value_name = "WORD", default_value = "")]
    only: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// A server under load, and its client.
struct Contender {
    server: Server,
    relying_party: Rc<RelyingParty>,
    /// Of a browser in which the resident is signed in and has agreed.
    cookies: String,
    /// An access token from a whole flow.
    token: String,
}

/// What one load did.
#[derive(Clone, Copy)]
struct Sample {
    a_second: u64,
    /// Of the server's processor.
    micros_a_turn: u64,
    /// How much of its time the driver had something to do: near 100, it is the driver that was measured.
    driver_percent: u64,
}

/// Runs every load on both servers and prints what they did.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    // The runtime, the signing and the reading of answers: all on one core.
    let pinned = Command::new("taskset")
        .args(["--all-tasks", "--cpu-list", "--pid", DRIVER_CORE, &std::process::id().to_string()])
        .stdout(std::process::Stdio::null())
        .status();
    anyhow::ensure!(pinned.context("taskset is missing")?.success(), "two cores are needed");
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(compare(options))
}

async fn compare(options: &Options) -> anyhow::Result<()> {
    let signer = Arc::new(Signer::generate()?);
    let folder = tempfile::tempdir()?;
    let beside = std::env::current_exe()?.with_file_name("lionrock");
    let program = options.lionrock.clone().unwrap_or(beside);
    anyhow::ensure!(program.exists(), "there is no {}: run `cargo build --release` first", program.display());
    let ours = Contender::prepare(Server::lionrock(&program, folder.path(), &signer.jwk)?, &signer).await?;
    let theirs = Contender::prepare(Server::oidc_provider(&signer.jwk)?, &signer).await?;
    let (mut flows, mut figures) = (Figure::new(FLOWS, 0, "/s"), Vec::new());
    for (measure, work) in LOADS.into_iter().filter(|(measure, _)| measure.contains(&options.only)) {
        let (mut our_samples, mut their_samples) = (Vec::new(), Vec::new());
        for round in 0..options.rounds.max(1) {
            for (contender, samples) in [(&ours, &mut our_samples), (&theirs, &mut their_samples)] {
                eprint!("\r{measure}, round {}, {}        ", round + 1, contender.server.name);
                samples.push(contender.sample(&work(contender), options).await?);
            }
        }
        eprintln!();
        let median = |samples: &[Sample], figure: fn(&Sample) -> u64| {
            median(&mut samples.iter().map(figure).collect::<Vec<_>>())
        };
        let theirs = median(&their_samples, |sample| sample.a_second);
        let figure = Figure::new(measure, median(&our_samples, |sample| sample.a_second), "/s").beside(theirs);
        if measure == FLOWS {
            flows = figure;
            let used = median(&our_samples, |sample| sample.micros_a_turn);
            let signatures = signatures::micros_a_flow()?;
            figures.push(Figure::new("processor time of a flow, beside its signatures", used, "µs").beside(signatures));
        } else {
            figures.push(figure);
        }
        let driver = median(&our_samples, |sample| sample.driver_percent);
        figures.push(Figure::new(format!("  of the driver's time, for {measure}"), driver, "%"));
    }
    Report { value: flows, baseline: "the same by oidc-provider", figures }.print(options.json);
    Ok(())
}

const FLOWS: &str = "whole FAPI 2.0 flows";

/// A name, and what it stands for at a server.
type Load = (&'static str, fn(&Contender) -> Work);

/// What is measured.
const LOADS: [Load; 5] = [
    ("client_credentials tokens", |_| Work::ClientCredentials),
    (FLOWS, |contender| Work::Flow(contender.cookies.clone())),
    ("introspections", |contender| Work::Introspection(contender.token.clone())),
    ("userinfo answers", |contender| Work::Userinfo(contender.token.clone())),
    ("discovery and key documents", |_| Work::Published),
];

impl Contender {
    async fn prepare(server: Server, signer: &Arc<Signer>) -> anyhow::Result<Self> {
        let relying_party = Rc::new(RelyingParty::discover(Arc::clone(signer), server.port).await?);
        let prepared = async {
            let cookies = browser::sign_in(&relying_party, &server.account).await?;
            let token = relying_party.sign_in(&mut relying_party.connect().await?, &cookies).await?;
            anyhow::Ok((cookies, token))
        };
        let (cookies, token) = prepared.await.with_context(|| server.name)?;
        Ok(Self { server, relying_party, cookies, token })
    }

    async fn sample(&self, work: &Work, options: &Options) -> anyhow::Result<Sample> {
        let before = self.server.processor_micros()?;
        let duration = Duration::from_secs(options.seconds.max(1));
        let relying_party = Rc::clone(&self.relying_party);
        let Outcome { turns, took, idle } =
            load::run(relying_party, work.clone(), options.connections, duration).await?;
        let used = self.server.processor_micros()? - before;
        let milliseconds = u64::try_from(took.as_millis())?.max(1);
        let driver_percent = 100 - 100 * u64::try_from(idle.as_millis())? / milliseconds;
        Ok(Sample { driver_percent, a_second: turns * 1_000 / milliseconds, micros_a_turn: used / turns.max(1) })
    }
}
