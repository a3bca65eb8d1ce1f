//! The two servers, each alone on one core, set up as their documentation says.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Value, json};

use super::browser::Account;
use super::relying_party;

/// The core of whichever server is running; the driver has another.
const SERVER_CORE: &str = "0";
/// The clock by which `/proc` counts a process's time.
const TICKS_A_SECOND: u64 = 100;

/// A server that listens.
pub(super) struct Server {
    process: Child,
    pub(super) name: &'static str,
    pub(super) port: u16,
    pub(super) account: Account,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// `lionrock serve` on SQLite in `folder`, with JWT access tokens.
    pub(super) fn lionrock(program: &Path, folder: &Path, jwk: &Value) -> anyhow::Result<Self> {
        let port = free_port()?;
        let configuration = folder.join("lionrock.toml");
        fs::write(&configuration, configured(port))?;
        let run = |arguments: &[&str], input: &Value| -> anyhow::Result<()> {
            let mut process = Command::new(program)
                .args(arguments)
                .env("LIONROCK_CONFIG", &configuration)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .spawn()
                .with_context(|| format!("{} cannot be started", program.display()))?;
            process.stdin.take().context("no input")?.write_all(input.to_string().as_bytes())?;
            anyhow::ensure!(process.wait()?.success(), "lionrock {arguments:?} failed");
            Ok(())
        };
        let account = Account { name: "bench".to_owned(), password: "correct horse battery staple".to_owned() };
        run(&["migrate"], &Value::Null)?;
        run(&["client", "add", "-"], &client(jwk))?;
        run(&["resident", "add", "-"], &resident(&account))?;
        let mut command = pinned(program.as_os_str());
        command.arg("serve").env("LIONROCK_CONFIG", &configuration).stdout(Stdio::null()).stderr(Stdio::null());
        let server = Self { process: command.spawn()?, name: "lionrock", port, account };
        server.wait_until_it_listens()?;
        Ok(server)
    }

    /// `oidc-provider` on Node, in memory, with opaque tokens.
    pub(super) fn oidc_provider(jwk: &Value) -> anyhow::Result<Self> {
        let port = free_port()?;
        let script = oidc_provider_folder()?.join("server.mjs");
        let mut command = pinned("node".as_ref());
        command
            .arg(script)
            .arg(port.to_string())
            .arg(relying_party::metadata(jwk).to_string())
            .env("NODE_ENV", "production")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let account = Account { name: "bench".to_owned(), password: "bench".to_owned() };
        let process = command.spawn().context("node cannot be started")?;
        let server = Self { process, name: "oidc-provider", port, account };
        server.wait_until_it_listens()?;
        Ok(server)
    }

    fn wait_until_it_listens(&self) -> anyhow::Result<()> {
        let started = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            anyhow::ensure!(started.elapsed() < Duration::from_secs(20), "{} does not listen", self.name);
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Processor time that it has used, in microseconds.
    pub(super) fn processor_micros(&self) -> anyhow::Result<u64> {
        processor_micros(&self.process.id().to_string())
    }
}

/// Processor time that a process has used, in microseconds.
pub(super) fn processor_micros(process: &str) -> anyhow::Result<u64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The second field is the program's name in brackets; user and system time are the 14th and 15th.
    let (_, rest) = stat.rsplit_once(')').context("unreadable /proc")?;
    let ticks: u64 = rest.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Ok(ticks * 1_000_000 / TICKS_A_SECOND)
}

/// A command that has one core to itself.
fn pinned(program: &std::ffi::OsStr) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", SERVER_CORE]).arg(program);
    command
}

fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn configured(port: u16) -> String {
    format!(
        "[database]\nurl = 'sqlite:bench.db'\n[public]\nlisten = '127.0.0.1:{port}'\n\
         issuer = 'http://localhost:{port}'\n[sign_in]\npassword = true\n[log]\nfilter = 'warn'\n"
    )
}

/// Our words beside those of RFC 7591.
fn client(jwk: &Value) -> Value {
    let mut client = relying_party::metadata(jwk);
    for (name, value) in [
        ("profile", json!("fapi2")),
        ("client_name#zh-Hant", json!("測試")),
        ("purpose", json!("To measure")),
        ("purpose#zh-Hant", json!("量度")),
        ("allowed_sign_in_methods", json!(["passkey", "password"])),
    ] {
        client[name] = value;
    }
    client
}

fn resident(account: &Account) -> Value {
    json!({
        "hkid": "A123456(3)", "name_zh": "陳大文", "name_en": "CHAN Tai Man", "birth_date": "1988-04-12",
        "phone": "+85291234567", "email": "chan@example.hk", "user_name": account.name,
        "password": account.password,
    })
}

/// Where the other server is, its packages installed.
fn oidc_provider_folder() -> anyhow::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("oidc-provider");
    if !folder.join("node_modules").exists() {
        let installed = Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder).status();
        anyhow::ensure!(installed.context("npm is missing")?.success(), "npm could not install oidc-provider");
    }
    Ok(folder)
}
