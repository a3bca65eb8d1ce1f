//! The built program as a process of its own, in a folder of its own, on free ports.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{lionrock, said};

/// How long a start may take. Only a failing test waits this long.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running program; it is killed when dropped.
pub(crate) struct Gateway {
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    process: Mutex<Option<Child>>,
    printed: Arc<Mutex<Vec<String>>>,
    folder: tempfile::TempDir,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Gateway {
    /// A new city: `lionrock demo`.
    pub(crate) async fn demo() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().display().to_string();
        let arguments = ["demo", "--free-ports", "--json", "--data", &data].map(str::to_owned).to_vec();
        Self::start(folder, arguments, &[]).await
    }

    /// A new installation on an empty database: `lionrock serve`.
    pub(crate) async fn serve(database: &str) -> Self {
        Self::serve_with(database, "", &[]).await
    }

    /// The same with more settings (TOML) and with variables of the environment.
    pub(crate) async fn serve_with(database: &str, settings: &str, environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = configure(folder.path(), database, "keys", None, settings);
        Self::migrated(folder, path, environment).await
    }

    /// One that speaks TLS itself to residents, and to relying parties with certificates. Its own certificate is
    /// `tls.pem` in its folder.
    pub(crate) async fn serve_tls() -> Self {
        let folder = tempfile::tempdir().unwrap();
        self_sign(folder.path(), "tls");
        let [public, mutual_tls, operations] = free_ports();
        let text = format!(
            "[database]\nurl = \"sqlite:lionrock.db\"\n\
             [public]\nlisten = \"127.0.0.1:{public}\"\nissuer = \"https://localhost:{public}\"\n\
             certificate = \"tls.pem\"\nkey = \"tls.key\"\n\
             [mtls]\nlisten = \"127.0.0.1:{mutual_tls}\"\nurl = \"https://localhost:{mutual_tls}\"\n\
             certificate = \"tls.pem\"\nkey = \"tls.key\"\n\
             [operations]\nlisten = \"127.0.0.1:{operations}\"\n",
        );
        let configuration = folder.path().join("lionrock.toml");
        std::fs::write(&configuration, text).unwrap();
        Self::migrated(folder, configuration.display().to_string(), &[]).await
    }

    async fn migrated(folder: tempfile::TempDir, path: String, environment: &[(&str, &str)]) -> Self {
        let migrated = lionrock().args(["migrate", "--config", &path]).output().unwrap();
        assert!(migrated.status.success(), "{}", said(&migrated));
        Self::start(folder, vec!["serve".to_owned(), "--config".to_owned(), path], environment).await
    }

    /// Settings for a listener that asks for certificates, with those of this folder (`judges::authority`).
    pub(crate) fn mutual_tls(certificates: &Path) -> String {
        let [port, ..] = free_ports();
        let folder = certificates.display();
        format!(
            "[mtls]\nlisten = \"127.0.0.1:{port}\"\nurl = \"https://localhost:{port}\"\n\
             certificate = \"{folder}/server.pem\"\nkey = \"{folder}/server.key\"\nclient_ca = \"{folder}/ca.pem\"\n"
        )
    }

    /// One more gateway of the same installation: its keys, its database and its issuer, with ports of its own.
    pub(crate) async fn beside(&self, settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = self.settings().unwrap()["database"]["url"].as_str().unwrap().to_owned();
        let keys = self.folder().join("keys").display().to_string();
        let path = configure(folder.path(), &database, &keys, Some(self.public("")), settings);
        Self::start(folder, vec!["serve".to_owned(), "--config".to_owned(), path], &[]).await
    }

    async fn start(folder: tempfile::TempDir, arguments: Vec<String>, environment: &[(&str, &str)]) -> Self {
        let (process, printed) = (Mutex::new(None), Arc::default());
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let gateway = Self { arguments, environment, process, printed, folder };
        gateway.restart().await;
        gateway
    }

    /// Starts the program again where it was, and waits until it is ready.
    pub(crate) async fn restart(&self) {
        self.restart_with(&[]).await;
    }

    /// The same on the day after: libfaketime sets the program's clock, and its alone, a day ahead.
    pub(crate) async fn restart_tomorrow(&self) {
        let folders = std::fs::read_dir("/usr/lib").unwrap().map(|folder| folder.unwrap().path());
        let library = folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1")).find(|library| library.exists());
        let library = library.expect("the Debian package faketime").display().to_string();
        self.restart_with(&[("LD_PRELOAD", &library), ("FAKETIME", "+1d"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")])
            .await;
    }

    async fn restart_with(&self, environment: &[(&str, &str)]) {
        self.kill();
        self.printed.lock().unwrap().clear();
        let mut process = lionrock()
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .envs(environment.iter().copied())
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        self.keep(process.stdout.take().unwrap());
        self.keep(process.stderr.take().unwrap());
        *self.process.lock().unwrap() = Some(process);
        let started = Instant::now();
        while !self.is_ready().await {
            let ended = self.process.lock().unwrap().as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none() && started.elapsed() < PATIENCE, "not ready, {ended:?}:\n{}", self.printed());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Keeps what the program prints, line by line.
    fn keep(&self, output: impl std::io::Read + Send + 'static) {
        let printed = Arc::clone(&self.printed);
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                printed.lock().unwrap().push(line);
            }
        });
    }

    async fn is_ready(&self) -> bool {
        if self.arguments[0] == "demo" && self.places().is_none() {
            return false;
        }
        let Some(url) = self.try_address("operations", "/ready") else { return false };
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::get(url).await.is_ok_and(|answer| answer.status().is_success())
    }

    /// Ends the program at once, as a power cut would (SIGKILL).
    pub(crate) fn kill(&self) {
        if let Some(mut process) = self.process.lock().unwrap().take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Waits until the program has ended by itself, or was killed.
    pub(crate) async fn until_ended(&self) {
        let started = Instant::now();
        while self.process.lock().unwrap().as_mut().is_some_and(|process| process.try_wait().unwrap().is_none()) {
            assert!(started.elapsed() < PATIENCE, "still running:\n{}", self.printed());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Where everything of the demo is, once it says so.
    pub(crate) fn places(&self) -> Option<Value> {
        let printed = self.printed.lock().unwrap();
        printed.iter().find_map(|line| serde_json::from_str(line).ok().filter(Value::is_object))
    }

    /// A URL of the demo's own: the `e_service`, the `shop`.
    pub(crate) fn place(&self, name: &str, path: &str) -> String {
        self.places().unwrap()[name].as_str().unwrap().trim_end_matches('/').to_owned() + path
    }

    /// A URL of one of the demo's banks.
    pub(crate) fn bank(&self, code: &str, path: &str) -> String {
        let places = self.places().unwrap();
        let bank = places["banks"].as_array().unwrap().iter().find(|bank| bank["clearing_code"] == code);
        bank.unwrap()["url"].as_str().unwrap().trim_end_matches('/').to_owned() + path
    }

    /// The activation link of one of the demo's residents.
    pub(crate) fn activation_link(&self, resident: usize) -> String {
        self.places().unwrap()["residents"][resident]["activation_link"].as_str().unwrap().to_owned()
    }

    /// The invitation of one of the demo's merchants, for its owner.
    pub(crate) fn invitation(&self, merchant: usize) -> String {
        self.places().unwrap()["merchants"][merchant]["invitation"].as_str().unwrap().to_owned()
    }

    /// Everything that the program printed since its start.
    pub(crate) fn printed(&self) -> String {
        self.printed.lock().unwrap().join("\n")
    }

    /// Gives a participant money, as two officers do it.
    pub(crate) fn fund(&self, code: &str, amount: &str) {
        let tokens = ["cheung", "leung"].map(|name| {
            let file = self.folder.path().join(format!("{name}.token")).display().to_string();
            if !Path::new(&file).exists() {
                self.run(&["operator", "add", "--name", name, "--out", &file]);
            }
            file
        });
        let fund = ["participant", "fund", code, "--amount", amount, "--json", "--token-file", &tokens[0]];
        let proposed: Value = serde_json::from_slice(&self.run(&fund).stdout).unwrap();
        self.run(&["proposal", "approve", &proposed["proposal"].to_string(), "--token-file", &tokens[1]]);
    }

    /// Runs a command on this installation, which must succeed.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let done = self.try_run(arguments);
        assert!(done.status.success(), "lionrock {arguments:?}: {}", said(&done));
        done
    }

    /// Runs a command on this installation.
    pub(crate) fn try_run(&self, arguments: &[&str]) -> Output {
        lionrock().args(arguments).env("LIONROCK_CONFIG", self.configuration()).output().unwrap()
    }

    pub(crate) fn configuration(&self) -> PathBuf {
        self.folder.path().join("lionrock.toml")
    }

    /// Where the program keeps its data.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A URL of the residents' and relying parties' listener.
    pub(crate) fn public(&self, path: &str) -> String {
        let issuer = self.settings().unwrap()["public"]["issuer"].as_str().unwrap().trim_end_matches('/').to_owned();
        issuer + path
    }

    /// The address of this gateway itself, where several have one issuer.
    pub(crate) fn origin(&self) -> String {
        self.try_address("public", "").unwrap()
    }

    /// A URL of the listener for relying parties with certificates.
    pub(crate) fn mutual_tls_url(&self, path: &str) -> String {
        self.try_address("mtls", path).unwrap().replace("http://", "https://")
    }

    /// A URL of the banks' listener.
    pub(crate) fn participants(&self, path: &str) -> String {
        self.try_address("participants", path).unwrap().replace("http://", "https://")
    }

    fn try_address(&self, listener: &str, path: &str) -> Option<String> {
        let address = self.settings()?.get(listener)?.get("listen")?.as_str()?.to_owned();
        let (_, port) = address.rsplit_once(':')?;
        Some(format!("http://localhost:{port}{path}"))
    }

    fn settings(&self) -> Option<toml::Table> {
        std::fs::read_to_string(self.configuration()).ok()?.parse().ok()
    }
}

/// Writes a configuration on free ports and says where it is.
fn configure(folder: &Path, database: &str, keys: &str, issuer: Option<String>, settings: &str) -> String {
    let [public, participants, operations] = free_ports();
    let issuer = issuer.unwrap_or_else(|| format!("http://localhost:{public}"));
    let configuration = folder.join("lionrock.toml");
    let text = format!(
        "[database]\nurl = \"{database}\"\n[keys]\nfolder = \"{keys}\"\n\
         [public]\nlisten = \"127.0.0.1:{public}\"\nissuer = \"{issuer}\"\n\
         [participants]\nlisten = \"127.0.0.1:{participants}\"\n\
         [operations]\nlisten = \"127.0.0.1:{operations}\"\n{settings}",
    );
    std::fs::write(&configuration, text).unwrap();
    configuration.display().to_string()
}

/// Ports that nobody listens on just now.
pub(super) fn free_ports() -> [u16; 3] {
    let sockets = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    sockets.map(|socket| socket.local_addr().unwrap().port())
}

/// Makes a key and a certificate for it: `NAME.key` and `NAME.pem`.
pub(crate) fn self_sign(folder: &Path, name: &str) {
    let (key, certificate) = (format!("{name}.key"), format!("{name}.pem"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-keyout", &key, "-out", &certificate])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", said(&made));
}
