//! The clearing engine in process: payments reserved, answered, settled and told, each step durable before it is
//! told, with everything on. The baseline is what pgbench does on a PostgreSQL server in the same minutes; without a
//! server, the engine itself with one payment at a time.

mod bank;
mod load;

use std::sync::Arc;
use std::time::Duration;

use payments::directory::{Directory, DirectoryKeys};
use payments::{Switch, SwitchSettings};
use store::Db;

use self::bank::Payments;
pub(crate) use self::bank::now;
use self::load::{Arrivals, Outcome, Plan};
use crate::measure::{Figure, Report, median};
use crate::memory;
use crate::pgbench::Pgbench;

/// How clearing is measured.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The database, which keeps the payments of the run; without it, a temporary SQLite file
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
    #[arg(long, default_value_t = 8_192)]
    under_way: usize,
    /// Payments in one request, at most
    #[arg(long, default_value_t = 32)]
    per_request: usize,
    /// Clear so many payments before one more load, to compare a full database with an empty one
    #[arg(long, value_name = "PAYMENTS")]
    preload: Option<u64>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Messages in one page of an inbox.
const PAGE: usize = 500;
/// The share of the highest load, in per cent, at which latencies are taken.
const CALM: u64 = 70;

/// Runs all loads and prints what they did.
pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let url = options.store.clone();
    let url = url.unwrap_or_else(|| format!("sqlite:{}", folder.path().join("bench.db").display()));
    let server = options.baseline.clone().or_else(|| url.starts_with("postgres").then(|| url.clone()));
    let pgbench = server.as_deref().map(Pgbench::prepare).transpose()?;
    let db = Db::open(&url, &store::Options::default())?;
    db.migrate()?;
    // No payment of the load is to a proxy.
    let directory = Directory::new(db.clone(), DirectoryKeys::from_master(&[0; 32]));
    let switch = Switch::open(db, SwitchSettings::default(), Arc::new(now), directory)?;
    let bench = Bench { switch, pgbench, options };
    let report = bench.measure().await?;
    bench.switch.stop();
    report.print(bench.options.json);
    Ok(())
}

struct Bench {
    switch: Switch,
    pgbench: Option<Pgbench>,
    options: Options,
}

impl Bench {
    async fn measure(&self) -> anyhow::Result<Report> {
        let (mut rates, mut baselines, mut random) = (Vec::new(), Vec::new(), Vec::new());
        for round in 1..=self.options.rounds.max(1) {
            baselines.push(self.baseline(round).await?);
            rates.push(self.flat_out(&format!("round {round}"), false).await?.rate);
            random.push(self.flat_out(&format!("round {round}, random ids"), true).await?.rate);
        }
        let (rate, baseline) = (median(&mut rates), median(&mut baselines));
        let mut figures = vec![Figure::new("with random TxIds", median(&mut random), "payments/s").beside(rate)];
        figures.extend(self.calmly(rate).await?);
        if let Some(payments) = self.options.preload {
            figures.extend(self.after(payments, rate).await?);
        }
        figures.push(Figure::new("memory of the process, load included", memory::highest_mebibytes(), "MiB"));
        let baseline_name =
            if self.pgbench.is_some() { "pgbench, TPC-B, 64 clients" } else { "the engine, one payment at a time" };
        let value = Figure::new("payments reserved, answered, settled, told", rate, "payments/s").beside(baseline);
        Ok(Report { value, baseline: baseline_name, figures })
    }

    async fn baseline(&self, round: usize) -> anyhow::Result<u64> {
        if let Some(pgbench) = &self.pgbench {
            eprintln!("round {round}: pgbench");
            return tokio::task::block_in_place(|| pgbench.run(self.options.seconds));
        }
        let plan = Plan { per_request: 1, ..self.plan(Arrivals::UnderWay(1)) };
        Ok(self.load(&format!("round {round}, one at a time"), plan, false).await?.rate)
    }

    const fn plan(&self, arrivals: Arrivals) -> Plan {
        let duration = Duration::from_secs(self.options.seconds);
        Plan { arrivals, duration, per_request: self.options.per_request, page: PAGE }
    }

    async fn flat_out(&self, name: &str, random_ids: bool) -> anyhow::Result<Outcome> {
        self.load(name, self.plan(Arrivals::UnderWay(self.options.under_way)), random_ids).await
    }

    async fn load(&self, name: &str, plan: Plan, random_ids: bool) -> anyhow::Result<Outcome> {
        let payments = Arc::new(Payments::prepare(&self.switch, random_ids).await?);
        let progress = |completed: u64| eprint!("\r{name}: {completed} payments ");
        let outcome = load::run(&self.switch, &payments, plan, &progress).await?;
        eprintln!("= {}/s", outcome.rate);
        Ok(outcome)
    }

    /// How long steps take when the engine is not at its limit. Payments come one by one.
    async fn calmly(&self, rate: u64) -> anyhow::Result<Vec<Figure>> {
        let plan = Plan { per_request: 8, ..self.plan(Arrivals::EverySecond(rate * CALM / 100)) };
        let calm = self.load("at seven tenths of it", plan, false).await?;
        let of = |name, per_mille| Figure::new(name, calm.steps.per_mille(per_mille), "µs");
        Ok(vec![
            of("a step at 70 % of it, median", 500),
            of("a step at 70 % of it, 99 of 100", 990),
            Figure::new("submitted to final and read, median", calm.finals.per_mille(500), "µs"),
            Figure::new("submitted to final and read, 99 of 100", calm.finals.per_mille(990), "µs"),
            Figure::new("payments looked for by UETR after 1 s, all found", calm.searches.count(), ""),
            Figure::new("looking one up, 99 of 100", calm.searches.per_mille(990), "µs"),
        ])
    }

    async fn after(&self, payments: u64, empty: u64) -> anyhow::Result<Vec<Figure>> {
        let seconds = payments / empty.max(1) + 1;
        let long =
            Plan { duration: Duration::from_secs(seconds), ..self.plan(Arrivals::UnderWay(self.options.under_way)) };
        self.load(&format!("{payments} payments more"), long, false).await?;
        let full = self.flat_out("full database", false).await?.rate;
        let random = self.flat_out("full database, random ids", true).await?.rate;
        Ok(vec![
            Figure::new("the same after so many more payments", full, "payments/s").beside(empty),
            Figure::new("the same with random TxIds", random, "payments/s").beside(empty),
            Figure::new("so many more payments", payments, ""),
        ])
    }
}
