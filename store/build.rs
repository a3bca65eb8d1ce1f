//! Migrations are embedded at compile time: a new one must recompile this crate.
fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
