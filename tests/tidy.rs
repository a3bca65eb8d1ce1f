//! The shape of the repository: who may know whom, where SQL and the clock may be, how long a file may get.
//!
//! Each rule is one test, which names every place that breaks it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::root;

/// Files that may be longer than [`MAX_LINES`], each with its reason.
const LONG_FILES: &[(&str, &str)] = &[];

/// A file is one concept; what does not fit into this many lines is two.
const MAX_LINES: usize = 400;

const CRATES: &[&str] = &["bench", "gateway", "identity", "payments", "store", "tests"];

/// A text file of the repository: its path from the root, and what it says.
struct Text {
    path: String,
    text: String,
}

impl Text {
    /// The lines that hold `needle` in code, as `path:line`. Comments may speak of anything.
    fn places_of(&self, needle: &str) -> Vec<String> {
        let in_code = |line: &str| {
            let code = line.split("//").next().unwrap_or("");
            code.contains(needle)
        };
        self.lines_where(in_code)
    }

    fn lines_where(&self, holds: impl Fn(&str) -> bool) -> Vec<String> {
        let numbered = self.text.lines().enumerate().filter(|(_, line)| holds(line));
        numbered.map(|(index, line)| format!("{}:{}: {}", self.path, index + 1, line.trim())).collect()
    }
}

/// Every text file below `folder` whose name ends in one of `endings`.
fn texts(folder: &str, endings: &[&str]) -> Vec<Text> {
    let mut found = Vec::new();
    collect(&root().join(folder), endings, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn collect(folder: &Path, endings: &[&str], found: &mut Vec<Text>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            // What others wrote, and what programs leave behind.
            if !["target", "data", "node_modules"].contains(&name.as_str()) && !name.starts_with('.') {
                collect(&path, endings, found);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            let inside = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            found.push(Text { path: inside, text: fs::read_to_string(&path).unwrap() });
        }
    }
}

fn sources(of: &str) -> Vec<Text> {
    texts(of, &[".rs"])
}

fn all_sources() -> Vec<Text> {
    CRATES.iter().flat_map(|of| sources(of)).collect()
}

/// The crates that a crate's manifest names for its own code, without those for its tests.
fn dependencies(of: &str) -> BTreeSet<String> {
    let manifest = fs::read_to_string(root().join(of).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    manifest
        .get("dependencies")
        .and_then(|table| table.as_table())
        .into_iter()
        .flat_map(|t| t.keys().cloned())
        .collect()
}

fn assert_none(what: &str, places: Vec<String>) {
    assert!(places.is_empty(), "{what}:\n  {}", places.join("\n  "));
}

/// Modules that may speak SQL: the store crate, a crate's `store` module, and tests that look into a database.
fn is_store(path: &str) -> bool {
    path.starts_with("store/") || path.starts_with("tests/") || path.contains("/store/") || path.ends_with("/store.rs")
}

#[test]
fn identity_and_payments_know_neither_each_other_nor_the_web() {
    for (library, forbidden) in [
        ("identity", ["payments", "lionrock", "actix-web", "reqwest"]),
        ("payments", ["identity", "lionrock", "actix-web", "reqwest"]),
        ("store", ["identity", "payments", "lionrock", "actix-web"]),
    ] {
        let known = dependencies(library);
        assert_none(
            &format!("{library} must not depend on"),
            forbidden.iter().filter(|name| known.contains(**name)).map(|name| (*name).to_owned()).collect(),
        );
    }
}

#[test]
fn identity_and_payments_share_no_table() {
    let tables = |library: &str| -> BTreeSet<String> {
        let texts = sources(library);
        let declared = texts.iter().flat_map(|file| file.text.split("table! {").skip(1));
        declared.map(|rest| rest.trim_start().split([' ', '(']).next().unwrap_or("").to_owned()).collect()
    };
    let shared: Vec<String> = tables("identity").intersection(&tables("payments")).cloned().collect();
    assert_none("tables that both libraries name", shared);
}

#[test]
fn only_store_modules_speak_to_a_database() {
    let outside = all_sources().into_iter().filter(|file| !is_store(&file.path));
    // A type may say how it is stored as a column (`ToSql`, `FromSql`); asking a database is what is kept apart.
    let queries = ["on_db!", "sql_query", "diesel::prelude", "RunQueryDsl", "diesel::table!", "diesel::insert_into"];
    assert_none(
        "a query outside a store module",
        outside.flat_map(|file| queries.iter().flat_map(|q| file.places_of(q)).collect::<Vec<_>>()).collect(),
    );
}

#[test]
fn only_the_clock_reads_the_time() {
    let others = all_sources().into_iter().filter(|file| file.path != "gateway/src/clock.rs");
    let others = others.filter(|file| !file.path.starts_with("tests/") && !file.path.starts_with("bench/"));
    let readings = ["SystemTime::now", "now_utc()", "Utc::now", "now_v7()"];
    assert_none(
        "the time read outside gateway/src/clock.rs",
        others.flat_map(|file| readings.iter().flat_map(|r| file.places_of(r)).collect::<Vec<_>>()).collect(),
    );
}

/// Comparing a secret byte by byte tells, by how long it takes, how much of a guess was right. So types that hold one
/// cannot be compared, and keyed hashes are compared by one function (the other half is a ban in clippy.toml).
#[test]
fn secrets_are_not_compared_as_they_are() {
    let mut places = Vec::new();
    for file in all_sources().iter().filter(|file| !file.path.starts_with("tests/")) {
        places.extend(["expose() ==", "expose() !="].iter().flat_map(|sign| file.places_of(sign)));
        let lines: Vec<_> = file.text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let holds_a_secret = line.contains("struct ") && line.contains("Zeroizing<");
            let mut above =
                lines[..index].iter().rev().take_while(|line| line.starts_with("#[") || line.starts_with("///"));
            if holds_a_secret && above.any(|line| line.starts_with("#[derive") && line.contains("PartialEq")) {
                places.push(format!("{}:{}: {line}", file.path, index + 1));
            }
        }
    }
    assert_none("secrets that can be compared", places);
}

#[test]
fn a_file_is_short_or_says_why_not() {
    for file in all_sources() {
        let lines = file.text.lines().count();
        let reason = LONG_FILES.iter().find(|(path, _)| *path == file.path);
        assert!(
            lines <= MAX_LINES || reason.is_some(),
            "{} has {lines} lines; split it by concept, or list it in LONG_FILES with its reason",
            file.path
        );
        assert!(lines > MAX_LINES || reason.is_none(), "{} is short now: take it off LONG_FILES", file.path);
    }
}

#[test]
fn a_file_opens_by_saying_what_it_is() {
    let silent = all_sources().into_iter().filter(|file| !file.text.starts_with("//!"));
    assert_none("files that do not open with `//!`", silent.map(|file| file.path).collect());
}

#[test]
fn nothing_is_left_for_later() {
    let leftovers = [["TO", "DO"], ["FIX", "ME"], ["XX", "X:"], ["HA", "CK:"]].map(|halves| halves.concat());
    let texts = texts("", &[".rs", ".toml", ".sql", ".html", ".css", ".js", ".md", "/run"]);
    assert_none(
        "work left for later",
        texts.iter().flat_map(|f| f.lines_where(|line| leftovers.iter().any(|word| line.contains(word)))).collect(),
    );
}

#[test]
fn only_the_command_line_prints() {
    let quiet = all_sources().into_iter().filter(|file| {
        let may_print =
            ["gateway/src/cli/", "gateway/src/demo/", "gateway/src/main.rs", "bench/", "tests/", "store/build.rs"];
        !may_print.iter().any(|place| file.path.starts_with(place))
    });
    assert_none(
        "printing outside the command line",
        quiet.flat_map(|file| [file.places_of("println!("), file.places_of("eprintln!(")].concat()).collect(),
    );
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |backend: &str| -> Vec<String> {
        let folder = fs::read_dir(root().join("migrations").join(backend)).unwrap();
        let mut names: Vec<_> = folder.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(!names("sqlite").is_empty());
    // Of two with one number only one would ever be applied.
    let numbers: std::collections::BTreeSet<_> = names("sqlite").iter().map(|name| name[..4].to_owned()).collect();
    assert_eq!(numbers.len(), names("sqlite").len(), "two migrations have one number");
    let backwards = texts("migrations", &["down.sql"]);
    assert_none("migrations only go forward", backwards.into_iter().map(|file| file.path).collect());
}

#[test]
fn every_table_of_sqlite_is_strict() {
    let lax = texts("migrations", &[".sql"]).into_iter().filter(|file| !file.path.starts_with("migrations/postgres"));
    let tables = lax.map(|file| {
        let text = file.text.to_uppercase();
        (file.path, text.matches("CREATE TABLE").count(), text.matches("STRICT").count())
    });
    for (path, tables, strict) in tables {
        assert!(strict >= tables, "{path}: {tables} tables, {strict} of them STRICT");
    }
}

#[test]
fn pages_carry_no_inline_script_or_style() {
    let inline = |line: &str| {
        let attribute = [" style=", " onclick=", " onsubmit=", " onload=", " onchange=", "javascript:"];
        let script = line.contains("<script") && !line.contains("src=") && !line.contains("application/json");
        script || line.contains("<style") || attribute.iter().any(|name| line.contains(name))
    };
    let templates = texts("gateway/templates", &[".html"]);
    assert_none("inline script or style", templates.iter().flat_map(|file| file.lines_where(inline)).collect());
}

#[test]
fn every_module_of_this_program_is_run() {
    let [main, run] = ["tests/main.rs", "tests/run"].map(|file| fs::read_to_string(root().join(file)).unwrap());
    let stages = run.split_once("readonly modules=(").and_then(|(_, rest)| rest.split_once(')')).unwrap().0;
    let modules = main.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    for module in modules.filter(|module| *module != "support") {
        assert!(stages.split(' ').any(|stage| stage == module), "tests/run does not run {module}");
    }
}

#[test]
fn pages_load_nothing_from_elsewhere() {
    let foreign = |line: &str| {
        ["src=\"http", "src=\"//", "url(http", "@import"].iter().any(|sign| line.contains(sign))
            || (line.contains("<link") && line.contains("href=\"http"))
    };
    let files = texts("gateway", &[".html", ".css"]);
    assert_none("loaded from another host", files.iter().flat_map(|file| file.lines_where(foreign)).collect());
}
