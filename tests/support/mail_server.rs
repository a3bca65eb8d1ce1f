//! A real mail server, from the judges of tests/interop.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use super::{gateway, judges};

/// A mail server on localhost that takes submissions over STARTTLS.
pub(crate) struct MailServer {
    process: Child,
    /// It ends when this is closed.
    _input: Option<ChildStdin>,
    printed: Lines<BufReader<ChildStdout>>,
    /// Its port.
    pub(crate) port: u16,
}

impl MailServer {
    /// Starts one with the listener's certificate of this folder (`judges::authority`).
    pub(crate) fn start(certificates: &Path) -> Self {
        let [port, ..] = gateway::free_ports();
        let mut process = Command::new(judges::INSTALLED.join("venv/bin/python"))
            .arg(judges::INSTALLED.join("python/mail_server.py"))
            .args([certificates.join("server.pem"), certificates.join("server.key")])
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = process.stdin.take();
        let mut printed = BufReader::new(process.stdout.take().unwrap()).lines();
        assert_eq!(printed.next().unwrap().unwrap(), "ready");
        Self { process, _input: input, printed, port }
    }

    /// Waits for the next message.
    pub(crate) fn next_message(&mut self) -> Value {
        serde_json::from_str(&self.printed.next().unwrap().unwrap()).unwrap()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
