//! Migrations are embedded at compile time: a new one must recompile this crate.

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    println!("cargo:rerun-if-changed=../migrations");
    // All of PostgreSQL's, in order: what tells one set of migrations from another.
    let mut folders: Vec<_> = fs::read_dir("../migrations/postgres")?.flatten().map(|entry| entry.path()).collect();
    folders.sort();
    let texts = folders.iter().map(|folder| fs::read_to_string(folder.join("up.sql")));
    let all = texts.collect::<Result<Vec<_>, _>>()?.concat();
    let out = std::env::var_os("OUT_DIR").unwrap_or_default();
    fs::write(Path::new(&out).join("migrations.txt"), all)
}
