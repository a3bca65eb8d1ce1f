//! An import into the directory is killed (SIGKILL) at any moment and run again: every entry is there, once, and the
//! audit tells exactly what each run did.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::random::Random;
use super::times;
use crate::support::{lionrock, postgres, said};

const ENTRIES: u64 = 120_000;

#[test]
fn an_import_into_sqlite_goes_on_where_it_was_killed() {
    survive("sqlite:lionrock.db");
}

#[test]
fn an_import_into_postgresql_goes_on_where_it_was_killed() {
    survive(&postgres().url);
}

fn survive(database: &str) {
    let folder = tempfile::tempdir().unwrap();
    let settings = format!("[database]\nurl = \"{database}\"\n[public]\nissuer = \"http://localhost:8080\"\n");
    std::fs::write(folder.path().join("lionrock.toml"), settings).unwrap();
    std::fs::write(folder.path().join("entries.csv"), entries()).unwrap();
    run(folder.path(), &["migrate"]);
    let random = Random::seeded();
    for _ in 0..times(4, 40) {
        let mut import = command(folder.path(), &["directory", "import", "entries.csv"]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(50 + random.below(1_150)));
        import.kill().unwrap();
        import.wait().unwrap();
    }
    run(folder.path(), &["directory", "import", "entries.csv"]);
    let again = run(folder.path(), &["directory", "import", "entries.csv"]);
    assert_eq!((&again["added"], &again["done_before"]), (&0.into(), &ENTRIES.into()), "nothing is left to do");
    let exported = run(folder.path(), &["directory", "export", "exported.csv"]);
    assert_eq!(exported["entries"], ENTRIES);
    let told = run(folder.path(), &["directory", "imports"]);
    let sum = |field: &str| told["imports"].as_array().unwrap().iter().map(|run| run[field].as_u64().unwrap()).sum();
    let (added, known): (u64, u64) = (sum("added"), sum("known"));
    assert_eq!((added, known), (ENTRIES, 0), "each entry in one run: {told}");
    run(folder.path(), &["audit"]);
}

fn entries() -> String {
    let mut text = "participant,proxy_type,proxy,account,owner_kind,name_zh,name_en,currencies,default\n".to_owned();
    for number in 0..ENTRIES {
        writeln!(text, "012,MBNO,{},A-{number},person,陳大文,CHAN Tai Man,HKD,true", 51_000_000 + number).unwrap();
    }
    text
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = lionrock();
    command.args(arguments).arg("--json").current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Value {
    let done = command(folder, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
    assert!(done.status.success(), "{arguments:?}: {}", said(&done));
    serde_json::from_slice(&done.stdout).unwrap_or_default()
}
