//! What the tests of the running program share.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use store::testing::TestDatabase;

mod apache;
pub(crate) mod bank;
mod browser;
mod gateway;
pub(crate) mod judges;
mod mail_server;
pub(crate) mod postgres;
pub(crate) mod resident;
pub(crate) mod website;

pub(crate) use apache::Apache;
pub(crate) use browser::Browser;
pub(crate) use gateway::{Gateway, self_sign};
pub(crate) use mail_server::MailServer;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The folder of the built program, beside this test's own: target/debug.
pub(crate) fn program_folder() -> PathBuf {
    std::env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned()
}

/// A command of the built program, which no configuration of this machine reaches.
pub(crate) fn lionrock() -> Command {
    let program = program_folder().join("lionrock");
    assert!(program.exists(), "{} is not there: tests/run builds it, or `cargo build`", program.display());
    let mut command = Command::new(program);
    command.env_remove("LIONROCK_CONFIG");
    command
}

/// What a process said on both its outputs.
pub(crate) fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// A fresh database in the cluster that tests/run starts.
pub(crate) fn postgres() -> TestDatabase {
    TestDatabase::postgres().unwrap().expect("tests/run starts a cluster and sets LIONROCK_TEST_POSTGRES")
}
