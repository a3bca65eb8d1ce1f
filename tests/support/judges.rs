//! The judges of tests/interop: programs in other languages, run against a running installation.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use super::{Gateway, program_folder, root, said};

/// Runs a test file of tests/interop with Node.
pub(crate) fn node(gateway: &Gateway, file: &str) {
    let mut judge = Command::new("node");
    judge.args(["--test", "--test-reporter=spec", file]);
    run(gateway, judge, file);
}

/// Runs a judge, which finds out from its environment whom to judge. It must be content.
fn run(gateway: &Gateway, mut judge: Command, what: &str) {
    let output = judge
        .current_dir(&*INSTALLED)
        .env("LIONROCK_PROGRAM", program_folder().join("lionrock"))
        .env("LIONROCK_CONFIG", gateway.configuration())
        .env("LIONROCK_ISSUER", gateway.public(""))
        .env("LIONROCK_REFUSALS", root().join("docs/refusals.md"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{what}:\n{}", said(&output));
}

/// The folder with the judges and what they need. Installing is quick when everything is there.
static INSTALLED: LazyLock<PathBuf> = LazyLock::new(|| {
    let done = Command::new(root().join("tests/interop/install")).output().unwrap();
    assert!(done.status.success(), "tests/interop/install: {}", said(&done));
    root().join("target/tests/interop")
});
