//! The proxy directory at national size: loading, reading by proxy, whole look-ups in process and over mutual TLS, and
//! what an entry takes on disk. The baseline is pgbench's select-only load on the PostgreSQL server of the same run.

mod in_process;
mod over_tls;
mod population;

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Instant;

use anyhow::Context;
use payments::directory::anti_scan::{Limit, Limits};
use payments::directory::{Directory, DirectoryKeys, ImportPlace, Stretch};
use store::Db;

use self::in_process::Load;
use crate::clearing::now;
use crate::measure::{Figure, Report, median};
use crate::memory;
use crate::pgbench::{self, Pgbench};

/// How the directory is measured.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The PostgreSQL server: an empty database of it, which keeps the entries. Not needed over TLS
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// How many entries
    #[arg(long, default_value_t = 5_000_000)]
    entries: u64,
    /// Fifteen million
    #[arg(long, conflicts_with = "entries")]
    large: bool,
    /// How long each load runs
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// How often load and baseline take turns; the figures are medians
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Only a part of it
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// What can be measured alone.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// All but the embedded database
    Postgresql,
    /// The embedded database alone, beside pgbench
    Sqlite,
    /// Look-ups over mutual TLS
    Tls,
}

/// After so many entries reading is measured for the first time, to be compared with the whole directory.
const FEW: u64 = 1_000_000;
/// Entries behind the gateway that is asked over TLS.
const BEHIND_TLS: u64 = 200_000;

/// Runs all loads and prints what they did.
pub(crate) fn run(mut options: Options) -> anyhow::Result<()> {
    if options.large {
        options.entries = 15_000_000;
    }
    let over_tls =
        || tokio::runtime::Runtime::new()?.block_on(over_tls::measure(BEHIND_TLS, options.seconds, options.rounds));
    if options.only == Some(Part::Tls) {
        let [_, value, median, slowest, slowest_fixed] = over_tls()?;
        let baseline = "a fixed answer over mutual TLS";
        Report { value, baseline, figures: vec![median, slowest, slowest_fixed] }.print(options.json);
        return Ok(());
    }
    let store = options.store.clone().context("--store")?;
    let pgbench = Pgbench::prepare(&store)?;
    let mut selects = Vec::new();
    let mut figures = Vec::new();
    let mut measured = Vec::new();
    if options.only != Some(Part::Sqlite) {
        let name = "PostgreSQL";
        measured.push((name, measure(&options, &store, name, &pgbench, &mut selects, &mut figures)?));
    }
    if options.only != Some(Part::Postgresql) {
        let folder = tempfile::Builder::new().prefix("lionrock-bench").tempdir_in("/var/tmp")?;
        let path = folder.path().join("directory.db");
        let (name, url) = ("SQLite", format!("sqlite:{}", path.display()));
        measured.push((name, measure(&options, &url, name, &pgbench, &mut selects, &mut figures)?));
    }
    let baseline = median(&mut selects);
    let of = |measure, value| Figure::new(measure, value, "a second").beside(baseline);
    let rates = measured.into_iter().flat_map(|(name, (reads, lookups))| {
        [
            of(format!("key to entry in process, {name}"), reads),
            of(format!("whole look-ups in process, {name}"), lookups),
        ]
    });
    let mut rates = rates.collect::<Vec<_>>().into_iter();
    let value = rates.next().context("nothing was measured")?;
    figures.extend(rates);
    if options.only.is_none() {
        figures.extend(over_tls()?);
    }
    figures.push(Figure::new("memory of the process, load included", memory::highest_mebibytes(), "MiB"));
    Report { value, baseline: "pgbench -S, 64 clients", figures }.print(options.json);
    Ok(())
}

/// Fills a database and measures it. Returns reads and look-ups a second.
fn measure(
    options: &Options,
    url: &str,
    name: &'static str,
    pgbench: &Pgbench,
    selects: &mut Vec<u64>,
    figures: &mut Vec<Figure>,
) -> anyhow::Result<(u64, u64)> {
    let db = Db::open(url, &store::Options::default())?;
    db.migrate()?;
    let directory = Arc::new(Directory::with_limits(db, DirectoryKeys::from_master(&[0; 32]), limits()));
    let few = FEW.min(options.entries);
    let first = fill(&directory, name, 0..few)?;
    let load = |entries| Load { directory: Arc::clone(&directory), entries, seconds: options.seconds };
    settle(url)?;
    let of_few = (load(few).reads()?, load(few).lookups()?);
    let rest = if few < options.entries { fill(&directory, name, few..options.entries)? } else { first };
    figures.push(Figure::new(
        format!("an entry on disk with all indexes, {name}"),
        size(url)? / options.entries,
        "bytes",
    ));
    let (mut reads, mut lookups) = (Vec::new(), Vec::new());
    for round in 1..=options.rounds.max(1) {
        eprintln!("{name}, round {round}");
        selects.push(pgbench.select_only(options.seconds)?);
        settle(url)?;
        reads.push(load(options.entries).reads()?);
        lookups.push(load(options.entries).lookups()?);
    }
    let (reads, lookups) = (median(&mut reads), median(&mut lookups));
    figures.push(Figure::new(format!("entries loaded, {name}"), rest, "a second"));
    for (what, of_few, of_all) in [("read", of_few.0, reads), ("look-up", of_few.1, lookups)] {
        let measure = format!("time of a {what} at {} over {few} entries, {name}, %", options.entries);
        figures.push(Figure::new(measure, 100 * of_few / of_all.max(1), ""));
    }
    Ok((reads, lookups))
}

/// Look-ups of a whole country come from many banks; here from thirty, so each may do more.
fn limits() -> Limits {
    Limits { participant: Limit { size: 100_000_000, refill_per_minute: 10_000_000 }, ..Limits::default() }
}

/// Registers these people, as the command line does: one thread makes entries ready, this one writes. Entries a second.
fn fill(directory: &Directory, name: &str, people: std::ops::Range<u64>) -> anyhow::Result<u64> {
    let (began, count, first) = (Instant::now(), people.end - people.start, people.start);
    let (ready, stretches) = sync_channel(0);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || make_ready(directory, people, &ready));
        let mut done = first;
        for stretch in stretches {
            let stretch: Stretch = stretch;
            let many = stretch.len();
            directory.import(stretch, None, |_| {})?;
            done += many;
            eprint!("\r{name}: {done} entries ");
        }
        reader.join().map_err(|_| anyhow::anyhow!("a thread panicked"))?
    })?;
    let millis = u64::try_from(began.elapsed().as_millis())?.max(1);
    let rate = count * 1_000 / millis;
    eprintln!("= {rate}/s");
    Ok(rate)
}

fn make_ready(directory: &Directory, people: std::ops::Range<u64>, ready: &SyncSender<Stretch>) -> anyhow::Result<()> {
    let mut gathered = directory.stretches(ImportPlace::default());
    for index in people {
        let (participant, registration) = population::registration(index)?;
        if let Some(stretch) = gathered.add(participant, registration, now())?
            && ready.send(stretch).is_err()
        {
            return Ok(());
        }
    }
    if let Some(rest) = gathered.rest(now())? {
        let _ = ready.send(rest);
    }
    Ok(())
}

/// Has what was loaded written to disk, statistics made of it, as a database does by itself in time, and all of it brought into
/// memory: what nobody asked for since it was loaded may have left it.
fn settle(url: &str) -> anyhow::Result<()> {
    let Some(path) = url.strip_prefix("sqlite:") else {
        let warm =
            "SELECT pg_prewarm(oid) FROM pg_class WHERE relname LIKE 'directory_entry%' AND relkind IN ('r', 'i')";
        return pgbench::settle(url, &["VACUUM ANALYZE", "CREATE EXTENSION IF NOT EXISTS pg_prewarm", warm]);
    };
    let mut file = std::fs::File::open(path)?;
    file.sync_all()?;
    std::io::copy(&mut file, &mut std::io::sink())?;
    Ok(())
}

/// What the entries take on disk.
fn size(url: &str) -> anyhow::Result<u64> {
    let Some(path) = url.strip_prefix("sqlite:") else { return pgbench::size_of(url, "directory_entry") };
    // What was written last goes from the log into the file within a moment. There is nearly nothing but entries in it.
    std::thread::sleep(std::time::Duration::from_secs(2));
    Ok(std::fs::metadata(path).context("the embedded database")?.len())
}
