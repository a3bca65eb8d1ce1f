//! The switch under load: `lionrock serve` of the same build in a process of its own, with banks that have joined it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::http::Connection;

/// Clearing codes that no bank of the demo has: as many banks as a load can have.
const CODES: [&str; 16] =
    ["911", "912", "913", "914", "915", "916", "917", "918", "921", "922", "923", "924", "925", "926", "927", "928"];
/// What each bank may spend: more than a run can move.
const FUNDS: &str = "1000000000.00";
/// Who moves the banks' money: one proposes, another approves.
const OFFICERS: [&str; 2] = ["bench", "another"];
/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A bank, and how it speaks to the switch.
pub(crate) struct Bank {
    pub(crate) code: &'static str,
    pub(crate) tls: Arc<rustls::ClientConfig>,
    /// How far it has read its inbox.
    pub(crate) cursor: Arc<AtomicU64>,
}

/// A folder with keys and configurations, and gateways that run in it. They are ended when dropped.
pub(crate) struct Installation {
    folder: tempfile::TempDir,
    gateways: Vec<Gateway>,
    pub(crate) banks: Vec<Bank>,
}

struct Gateway {
    process: Child,
    port: u16,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Installation {
    /// A new one on this database, or on an embedded one, with one gateway and so many banks.
    pub(crate) async fn start(database: Option<&str>, banks: usize) -> anyhow::Result<Self> {
        let mut installation = Self { folder: tempfile::tempdir()?, gateways: Vec::new(), banks: Vec::new() };
        installation.configure("lionrock.toml", database.unwrap_or("sqlite:lionrock.db"))?;
        installation.run(&["migrate"])?;
        for officer in OFFICERS {
            installation.run(&["operator", "add", "--name", officer, "--out", &installation.token_of(officer)])?;
        }
        for code in CODES.into_iter().take(banks) {
            let bank = installation.join(code)?;
            installation.banks.push(bank);
        }
        installation.serve("lionrock.toml").await?;
        Ok(installation)
    }

    /// One more gateway on the same database.
    pub(crate) async fn add_gateway(&mut self, database: &str) -> anyhow::Result<()> {
        self.configure("second.toml", database)?;
        self.serve("second.toml").await
    }

    /// Where banks reach the gateways.
    pub(crate) fn ports(&self) -> Vec<u16> {
        self.gateways.iter().map(|gateway| gateway.port).collect()
    }

    /// The processes of the gateways.
    pub(crate) fn processes(&self) -> impl Iterator<Item = u32> {
        self.gateways.iter().map(|gateway| gateway.process.id())
    }

    /// Recomputes the books, which must be exact.
    pub(crate) fn audit(&self) -> anyhow::Result<()> {
        self.run(&["audit"]).map(drop)
    }

    /// Fills the directory from this text.
    pub(crate) fn import(&self, csv: &str) -> anyhow::Result<()> {
        let file = self.path("directory.csv");
        std::fs::write(&file, csv)?;
        self.run(&["directory", "import", &file.display().to_string()])?;
        Ok(())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a configuration on free ports. All but what must be said is as it is by default.
    fn configure(&self, name: &str, database: &str) -> anyhow::Result<()> {
        let sockets = [TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?];
        let [public, participants] = [sockets[0].local_addr()?, sockets[1].local_addr()?];
        let text = format!(
            "[database]\nurl = \"{database}\"\n[public]\nlisten = \"{public}\"\nissuer = \"http://localhost:{}\"\n\
             [participants]\nlisten = \"{participants}\"\n",
            public.port()
        );
        Ok(std::fs::write(self.path(name), text)?)
    }

    fn token_of(&self, officer: &str) -> String {
        self.path(&format!("{officer}.token")).display().to_string()
    }

    /// Runs a command of the program and returns what it printed.
    fn run(&self, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
        let done = Command::new(program()?)
            .args(arguments)
            .env("LIONROCK_CONFIG", self.path("lionrock.toml"))
            .current_dir(self.folder.path())
            .output()?;
        ensure!(done.status.success(), "lionrock {}: {}", arguments.join(" "), String::from_utf8_lossy(&done.stderr));
        Ok(done.stdout)
    }

    /// A bank with a key of its own, certified and funded.
    fn join(&self, code: &'static str) -> anyhow::Result<Bank> {
        let key = KeyPair::generate()?;
        let request = CertificateParams::default().serialize_request(&key)?.pem()?;
        let [csr, out] = [self.path("bank.csr"), self.path("bank.pem")].map(|path| path.display().to_string());
        std::fs::write(&csr, request)?;
        let names = ["--clearing-code", code, "--name-zh", "茶樓銀行", "--name-en", "Teahouse Bank"];
        self.run(&[&["participant", "add"], &names[..], &["--csr", &csr, "--out", &out]].concat())?;
        let [proposer, approver] = OFFICERS.map(|officer| self.token_of(officer));
        let fund = ["participant", "fund", code, "--amount", FUNDS, "--json", "--token-file", &proposer];
        let proposed: serde_json::Value = serde_json::from_slice(&self.run(&fund)?)?;
        self.run(&["proposal", "approve", &proposed["proposal"].to_string(), "--token-file", &approver])?;
        let mut roots = rustls::RootCertStore::empty();
        for authority in CertificateDer::pem_file_iter(self.path("keys/participants-ca.pem"))? {
            roots.add(authority?)?;
        }
        let chain = CertificateDer::pem_file_iter(&out)?.collect::<Result<Vec<_>, _>>()?;
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(anyhow::Error::msg)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key)?;
        Ok(Bank { code, tls: Arc::new(tls), cursor: Arc::default() })
    }

    async fn serve(&mut self, configuration: &str) -> anyhow::Result<()> {
        let path = self.path(configuration);
        let process = Command::new(program()?)
            .args(["serve", "--config"])
            .arg(&path)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(path.with_extension("log"))?)
            .spawn()?;
        let port = port_of(&path)?;
        self.gateways.push(Gateway { process, port });
        let (bank, started) = (self.banks.first().context("no bank has joined")?, Instant::now());
        while let Err(error) = Connection::open(port, &bank.tls).await {
            ensure!(started.elapsed() < PATIENCE, "the gateway does not start: {error}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

/// The program, which stands beside this one when both were built together.
fn program() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name("lionrock");
    ensure!(program.exists(), "{} is not there: cargo build --release --workspace", program.display());
    Ok(program)
}

/// The banks' port in a configuration.
fn port_of(configuration: &Path) -> anyhow::Result<u16> {
    let text = std::fs::read_to_string(configuration)?;
    let (_, participants) = text.split_once("[participants]").context("participants")?;
    let address = participants.split('"').nth(1).context("an address")?;
    Ok(address.rsplit_once(':').context("a port")?.1.parse()?)
}
