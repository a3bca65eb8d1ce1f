//! What a PostgreSQL server does by itself: pgbench's own loads (TPC-B and select-only), as
//! `pgbench -M prepared -c 64 -j 2` runs them.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// The database that pgbench fills on the server, once.
const DATABASE: &str = "lionrock_pgbench";
/// So many times 100,000 accounts.
const SCALE: &str = "100";
const CLIENTS: &str = "64";
const THREADS: &str = "2";

/// A server with pgbench's tables in a database of their own.
pub(crate) struct Pgbench {
    url: String,
}

impl Pgbench {
    /// Makes the tables unless an earlier run has. `server` is the URL of any database of the server.
    pub(crate) fn prepare(server: &str) -> anyhow::Result<Self> {
        let url = with_database(server, DATABASE);
        let created = Command::new(program("createdb")?)
            .args(["--maintenance-db", server, DATABASE])
            .stderr(Stdio::null())
            .status()
            .context("createdb")?;
        let pgbench = Self { url };
        // A first run that was cut short leaves tables without rows, which a run of a second finds out.
        if created.success() || pgbench.run(1).is_err() {
            eprintln!("pgbench makes its tables (scale {SCALE}), once");
            pgbench.call(&["-i", "-q", "-s", SCALE])?;
            settle(&pgbench.url, &[])?;
        }
        Ok(pgbench)
    }

    /// Transactions a second over so many seconds.
    pub(crate) fn run(&self, seconds: u64) -> anyhow::Result<u64> {
        self.rate(&["-n"], seconds)
    }

    /// The same of its select-only load.
    pub(crate) fn select_only(&self, seconds: u64) -> anyhow::Result<u64> {
        self.rate(&["-n", "-S"], seconds)
    }

    fn rate(&self, load: &[&str], seconds: u64) -> anyhow::Result<u64> {
        let seconds = seconds.to_string();
        let said = self.call(&[load, &["-M", "prepared", "-c", CLIENTS, "-j", THREADS, "-T", &seconds]].concat())?;
        // tps = 3512.402177 (without initial connection time)
        let number = said.lines().find_map(|line| line.strip_prefix("tps = "));
        let whole = number.and_then(|rest| rest.split('.').next());
        whole.and_then(|digits| digits.parse().ok()).with_context(|| format!("pgbench said: {said}"))
    }

    fn call(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let done = Command::new(program("pgbench")?).args(arguments).arg(&self.url).output().context("pgbench")?;
        if !done.status.success() {
            bail!("pgbench {}: {}", arguments.join(" "), String::from_utf8_lossy(&done.stderr));
        }
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }
}

/// Where PostgreSQL's programs are; Debian keeps some of them off the PATH.
fn program(name: &str) -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    let folders = folders.into_iter().chain(std::env::split_paths(&path));
    folders.map(|folder| folder.join(name)).find(|file| file.is_file()).with_context(|| format!("{name} is missing"))
}

/// Does this in a database, and has what was written brought to disk now: otherwise the server and the kernel do that later, in
/// the middle of a load.
pub(crate) fn settle(database: &str, before: &[&str]) -> anyhow::Result<()> {
    let commands = before.iter().chain(&["CHECKPOINT"]).flat_map(|command| ["-c", command]);
    let done = Command::new(program("psql")?).arg("-q").args(commands).arg(database).output().context("psql")?;
    if !done.status.success() {
        bail!("{before:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
    Ok(())
}

/// Bytes of a table with all its indexes.
pub(crate) fn size_of(database: &str, table: &str) -> anyhow::Result<u64> {
    let question = format!("SELECT pg_total_relation_size('{table}')");
    let done = Command::new(program("psql")?).args(["-At", "-c", &question, database]).output().context("psql")?;
    let said = String::from_utf8_lossy(&done.stdout);
    said.trim().parse().with_context(|| format!("psql said: {said}"))
}

/// The same server, another database.
pub(crate) fn with_database(server: &str, name: &str) -> String {
    let (base, query) = server.split_once('?').map_or((server, None), |(base, query)| (base, Some(query)));
    let (scheme, rest) = base.split_once("://").unwrap_or(("postgres", base));
    let authority = rest.split('/').next().unwrap_or("");
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{scheme}://{authority}/{name}{query}")
}
