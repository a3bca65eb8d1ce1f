//! The whole switch from outside: `lionrock serve` with its default settings, banks over mutual TLS with ISO 20022
//! messages in XML, all on one machine. The baseline is what pgbench does on a PostgreSQL server in the same
//! minutes; without a server, the switch itself with one payment of each bank at a time.

pub(crate) mod http;
pub(crate) mod installation;
mod load;
mod message;

use std::time::Duration;

use anyhow::Context;

use self::installation::Installation;
use self::load::{Arrivals, Outcome, Plan};
use crate::histogram::Histogram;
use crate::measure::{Figure, Report, median};
use crate::memory;
use crate::pgbench::Pgbench;

/// How the switch is measured.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The database, which must not have been used with other keys; without it, a temporary SQLite file
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// The PostgreSQL server on which pgbench runs for comparison; by default the one of --store
    #[arg(long, value_name = "URL")]
    baseline: Option<String>,
    /// How long each load runs
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// How often load and baseline take turns; the figures are medians
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Payments under way at the same time
    #[arg(long, default_value_t = 4_096)]
    under_way: usize,
    /// Connections on which each of the eight banks pays
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Take latencies alone, with so many payments a second
    #[arg(long, value_name = "PAYMENTS")]
    at: Option<u64>,
    /// The same through a second gateway on the same PostgreSQL database
    #[arg(long, requires = "at")]
    second_gateway: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Payments in one request, when they come in bulk.
const BULK: usize = 100;
/// Banks that pay each other.
const BANKS: usize = 8;

/// Runs all loads and prints what they did.
pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    let on_postgres = options.store.as_deref().filter(|url| url.starts_with("postgres"));
    let server = options.baseline.as_deref().or(on_postgres);
    let pgbench = server.filter(|_| options.at.is_none()).map(Pgbench::prepare).transpose()?;
    let installation = Installation::start(options.store.as_deref(), BANKS).await?;
    let mut bench = Bench { installation, pgbench, options };
    let report = match bench.options.at {
        Some(rate) => {
            if bench.options.second_gateway {
                bench.installation.add_gateway(bench.options.store.as_deref().context("--store")?).await?;
            }
            bench.latencies(rate).await?
        }
        None => bench.measure().await?,
    };
    bench.installation.audit()?;
    report.print(bench.options.json);
    Ok(())
}

struct Bench {
    installation: Installation,
    pgbench: Option<Pgbench>,
    options: Options,
}

impl Bench {
    async fn measure(&mut self) -> anyhow::Result<Report> {
        let (mut rates, mut baselines, mut bulks) = (Vec::new(), Vec::new(), Vec::new());
        for round in 1..=self.options.rounds.max(1) {
            baselines.push(self.baseline(round).await?);
            rates.push(self.flat_out(&format!("round {round}"), 1).await?.rate);
            bulks.push(self.flat_out(&format!("round {round}, {BULK} a request"), BULK).await?.rate);
        }
        let (rate, baseline) = (median(&mut rates), median(&mut baselines));
        let bulk = Figure::new("the same, 100 payments a request", median(&mut bulks), "payments/s").beside(baseline);
        let mut figures = vec![bulk];
        let half = self.load("at half of it", self.plan(Arrivals::EverySecond(rate / 2), 1)).await?;
        figures.extend(latency("submitted to final and read at half of it", &half.finals));
        for process in self.installation.processes() {
            let most = memory::highest_mebibytes_of(&process.to_string());
            figures.push(Figure::new("memory of the gateway", most, "MiB"));
        }
        if let Some(url) = self.options.store.clone().filter(|url| url.starts_with("postgres")) {
            self.installation.add_gateway(&url).await?;
            let two = self.flat_out("two gateways", 1).await?;
            figures.push(Figure::new("two gateways on one database", two.rate, "payments/s").beside(rate));
            let half = self.load("two gateways, at half", self.plan(Arrivals::EverySecond(two.rate / 2), 1)).await?;
            figures.extend(latency("submitted to final, two gateways at half", &half.finals));
        }
        let baseline_name = if self.pgbench.is_some() {
            "pgbench, TPC-B, 64 clients"
        } else {
            "the switch, one payment of each bank at a time"
        };
        let value = Figure::new("payments over mutual TLS, one a request", rate, "payments/s").beside(baseline);
        Ok(Report { value, baseline: baseline_name, figures })
    }

    async fn latencies(&self, rate: u64) -> anyhow::Result<Report> {
        let calm = self.load(&format!("{rate} a second"), self.plan(Arrivals::EverySecond(rate), 1)).await?;
        let value = Figure::new("payments over mutual TLS, one a request", calm.rate, "payments/s").beside(rate);
        let figures = [
            latency("submitted to taken", &calm.taken),
            latency("submitted to read by the payee's bank", &calm.forwarded),
            latency("an answer taken", &calm.answered),
            latency("submitted to final and read", &calm.finals),
        ];
        let figures = figures.into_iter().flatten().collect();
        Ok(Report { value, baseline: "payments that fell due", figures })
    }

    async fn baseline(&self, round: usize) -> anyhow::Result<u64> {
        if let Some(pgbench) = &self.pgbench {
            eprintln!("round {round}: pgbench");
            return tokio::task::block_in_place(|| pgbench.run(self.options.seconds));
        }
        Ok(self.load(&format!("round {round}, one at a time"), self.plan(Arrivals::UnderWay(1), 1)).await?.rate)
    }

    const fn plan(&self, arrivals: Arrivals, per_request: usize) -> Plan {
        let duration = Duration::from_secs(self.options.seconds);
        Plan { arrivals, duration, per_request, connections: self.options.connections }
    }

    async fn flat_out(&self, name: &str, per_request: usize) -> anyhow::Result<Outcome> {
        self.load(name, self.plan(Arrivals::UnderWay(self.options.under_way), per_request)).await
    }

    async fn load(&self, name: &str, plan: Plan) -> anyhow::Result<Outcome> {
        let progress = |completed: u64| eprint!("\r{name}: {completed} payments ");
        let outcome = load::run(&self.installation, plan, &progress).await?;
        eprintln!("= {}/s", outcome.rate);
        Ok(outcome)
    }
}

fn latency(what: &str, took: &Histogram) -> [Figure; 2] {
    [(", median", 500), (", 99 of 100", 990)]
        .map(|(which, per_mille)| Figure::new(format!("{what}{which}"), took.per_mille(per_mille), "µs"))
}
