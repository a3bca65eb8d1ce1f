//! The judges of tests/interop: programs in other languages, run against a running installation.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use super::{Apache, Gateway, program_folder, root, said};

/// Runs test files of tests/interop with Node.
pub(crate) fn node(gateway: &Gateway, files: &[&str]) {
    must_be_content(about(gateway, node_tests(files)));
}

/// The same, for tests that ask two gateways of one installation.
pub(crate) fn two(first: &Gateway, second: &Gateway, files: &[&str]) {
    let mut judge = about(first, node_tests(files));
    judge.env("LIONROCK_SECOND", second.origin());
    must_be_content(judge);
}

/// The same, for tests that call Apache too.
pub(crate) fn apache(gateway: &Gateway, apache: &Apache, files: &[&str]) {
    let mut judge = about(gateway, node_tests(files));
    judge.env("APACHE", apache.url(""));
    must_be_content(judge);
}

/// The same, for tests whose clients show certificates of this folder's authority.
pub(crate) fn with_certificates(gateway: &Gateway, certificates: &Path, files: &[&str]) {
    let mut judge = about(gateway, node_tests(files));
    judge.env("LIONROCK_CERTIFICATES", certificates);
    must_be_content(judge);
}

/// Runs test files about the whole city of `lionrock demo`.
pub(crate) fn city(gateway: &Gateway, files: &[&str]) {
    let mut judge = node_tests(files);
    judge
        .env("LIONROCK_PLACES", gateway.places().unwrap().to_string())
        .env("LIONROCK_EXAMPLES", root().join("docs/examples"));
    must_be_content(judge);
}

/// Runs test files about a merchant, whose programs show certificates of this folder's authority.
pub(crate) fn merchant(gateway: &Gateway, certificates: &Path, places: &serde_json::Value, files: &[&str]) {
    let mut judge = about(gateway, node_tests(files));
    judge.env("LIONROCK_CERTIFICATES", certificates).env("LIONROCK_PLACES", places.to_string());
    must_be_content(judge);
}

/// A folder with an authority that certifies clients, and the certificate of a listener on localhost.
pub(crate) fn authority() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let done = Command::new(root().join("tests/interop/mtls/authority")).arg(folder.path()).output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    folder
}

/// The judge, told whom to judge.
fn about(gateway: &Gateway, mut judge: Command) -> Command {
    judge
        .env("LIONROCK_PROGRAM", program_folder().join("lionrock"))
        .env("LIONROCK_CONFIG", gateway.configuration())
        .env("LIONROCK_ISSUER", gateway.public(""))
        .env("LIONROCK_REFUSALS", root().join("docs/refusals.md"));
    judge
}

/// Runs test files about what the program does by itself, without an installation.
pub(crate) fn program(files: &[&str]) {
    let mut judge = node_tests(files);
    judge.env("LIONROCK_PROGRAM", program_folder().join("lionrock"));
    must_be_content(judge);
}

/// Runs the same test files against a certified server instead.
pub(crate) fn certified(files: &[&str]) {
    let mut judge = node_tests(files);
    judge.env("JUDGED", "oidc-provider");
    must_be_content(judge);
}

fn node_tests(files: &[&str]) -> Command {
    let mut judge = Command::new("node");
    judge.current_dir(&*INSTALLED).args(["--test", "--test-reporter=spec"]).args(files);
    judge
}

fn must_be_content(mut judge: Command) {
    let output = judge.output().unwrap();
    assert!(output.status.success(), "{judge:?}:\n{}", said(&output));
}

/// The folder with the judges and what they need. Installing is quick when everything is there.
pub(super) static INSTALLED: LazyLock<PathBuf> = LazyLock::new(|| {
    let done = Command::new(root().join("tests/interop/install")).output().unwrap();
    assert!(done.status.success(), "tests/interop/install: {}", said(&done));
    root().join("target/tests/interop")
});
