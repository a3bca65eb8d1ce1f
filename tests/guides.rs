//! The guides' commands, run as they stand in docs/guides/.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Browser, Gateway, program_folder, resident, root};

/// The commands of a guide: its blocks marked `sh`, in order.
fn commands(guide: &str) -> String {
    let text = std::fs::read_to_string(root().join("docs/guides").join(guide)).unwrap();
    let mut commands = String::from("set -euo pipefail\n");
    let mut inside = false;
    for line in text.lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            _ if inside => {
                commands.push_str(line);
                commands.push('\n');
            }
            _ => {}
        }
    }
    assert!(commands.lines().count() > 20, "{guide} has commands");
    commands
}

/// A shell in a folder that looks like the repository's after `cargo run --release -- demo`. Only the ports differ.
fn shell(gateway: &Gateway, folder: &Path, commands: &str) -> Command {
    for parent in ["data", "target"] {
        std::fs::create_dir(folder.join(parent)).unwrap();
    }
    symlink(gateway.folder(), folder.join("data/demo")).unwrap();
    symlink(program_folder(), folder.join("target/release")).unwrap();
    let mut shell = Command::new("bash");
    shell
        .args(["-c", commands])
        .current_dir(folder)
        .env_remove("LIONROCK_CONFIG")
        .env("SWITCH", gateway.participants("/participant/v1"))
        .env("ISSUER", gateway.public(""));
    shell
}

#[tokio::test]
async fn a_bank_integrates_by_the_guide() {
    let gateway = Gateway::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let done = shell(&gateway, folder.path(), &commands("bank.md")).output().unwrap();
    let output = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).join("\n--\n");
    assert!(done.status.success(), "{output}");
}

#[tokio::test]
async fn a_relying_party_integrates_by_the_guide() {
    let gateway = Gateway::demo().await;
    let browser = Browser::start("en").await;
    resident::activate(&browser, &gateway, 0).await;
    let folder = tempfile::tempdir().unwrap();
    let mut shell = shell(&gateway, folder.path(), &commands("relying-party.md"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(shell.stdout.take().unwrap()).lines().map(Result::unwrap);
    let address = output.find_map(|line| Some(line.split_once("Open: ")?.1.to_owned())).expect("an address to open");
    // The marked step: the resident signs in, agrees, and the browser is sent to where nothing listens.
    let sent_to = resident::sign_in_and_agree(&browser, &address, "http://localhost:8099/callback").await;
    writeln!(shell.stdin.take().unwrap(), "{sent_to}").unwrap();
    let rest: Vec<String> = output.collect();
    assert!(shell.wait().unwrap().success(), "{}", rest.join("\n"));
}
