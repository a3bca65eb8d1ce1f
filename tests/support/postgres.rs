//! A PostgreSQL cluster of a test's own, which may be killed. Its settings are those of a fresh installation:
//! durable.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use super::said;

/// How long a start may take, recovery included. Only a failing test waits this long.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server; it is killed when dropped.
pub(crate) struct Cluster {
    /// Holds the socket, and the data unless they are elsewhere. Its name is short: a Unix socket's may have 107 bytes.
    folder: tempfile::TempDir,
    data: PathBuf,
    server: Mutex<Option<Child>>,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Cluster {
    /// A new cluster.
    pub(crate) fn start() -> Self {
        Self::start_on(None)
    }

    /// A new cluster with its data in this folder, or in one of its own.
    pub(crate) fn start_on(disk: Option<&Path>) -> Self {
        let folder = tempfile::Builder::new().prefix("pg").tempdir_in("/tmp").unwrap();
        let data = disk.unwrap_or(folder.path()).join("data");
        fs::create_dir(&data).unwrap();
        if let Some((user, group)) = unprivileged() {
            for place in [folder.path(), &data] {
                chown(place, Some(user), Some(group)).unwrap();
            }
        }
        let cluster = Self { folder, data, server: Mutex::new(None) };
        let settings = ["--username=lionrock", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"];
        let made = cluster.command("initdb").arg("--pgdata").arg(&cluster.data).args(settings).output().unwrap();
        assert!(made.status.success(), "initdb: {}", said(&made));
        cluster.run_server();
        cluster.wait_until(|| cluster.is_ready());
        cluster
    }

    /// The database to work in.
    pub(crate) fn url(&self) -> String {
        format!("postgres://lionrock@{}/postgres", self.folder.path().display().to_string().replace('/', "%2F"))
    }

    /// The Unix socket on which it listens.
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join(".s.PGSQL.5432")
    }

    /// Ends all of its processes at once (SIGKILL).
    pub(crate) fn kill(&self) {
        let Some(mut server) = self.server.lock().unwrap().take() else { return };
        // The server first, lest it notices that its children die.
        let everybody: Vec<u32> = [server.id()].into_iter().chain(children(server.id())).collect();
        kill(&everybody);
        server.wait().unwrap();
        self.wait_until(|| everybody.iter().all(|process| !is_alive(*process)));
    }

    /// Kills one process that serves a connection. The server then ends all the others and recovers.
    pub(crate) fn kill_a_connection(&self) {
        let server = self.server.lock().unwrap().as_ref().unwrap().id();
        let serves = |process: &u32| {
            let name = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
            name.starts_with("postgres: lionrock")
        };
        kill(&[children(server).into_iter().find(serves).expect("somebody is connected")]);
    }

    /// Starts it again where it was, and waits until it has recovered.
    pub(crate) async fn restart(&self) {
        self.kill();
        self.run_server();
        let started = Instant::now();
        while !self.is_ready() {
            assert!(started.elapsed() < PATIENCE, "PostgreSQL does not come back: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Starts it again when it has ended by itself.
    pub(crate) async fn restart_if_down(&self) {
        let ended = self.server.lock().unwrap().as_mut().is_none_or(|server| server.try_wait().unwrap().is_some());
        if ended {
            self.restart().await;
        }
    }

    /// Has the server carry this out.
    pub(crate) fn execute(&self, statement: &str) {
        PgConnection::establish(&self.url()).unwrap().batch_execute(statement).unwrap();
    }

    fn run_server(&self) {
        let socket = format!("unix_socket_directories={}", self.folder.path().display());
        let log = fs::File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let mut command = self.command("postgres");
        command.arg("-D").arg(&self.data).args(["-c", "listen_addresses=", "-c", &socket, "-c", "max_connections=60"]);
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        *self.server.lock().unwrap() = Some(command.spawn().unwrap());
    }

    fn is_ready(&self) -> bool {
        PgConnection::establish(&self.url()).is_ok()
    }

    fn wait_until(&self, mut holds: impl FnMut() -> bool) {
        let started = Instant::now();
        while !holds() {
            assert!(started.elapsed() < PATIENCE, "PostgreSQL takes too long: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// A program of PostgreSQL, as somebody who is not root: as root it refuses to run.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(programs().join(program));
        command.current_dir("/").env("HOME", self.folder.path());
        if let Some((user, group)) = unprivileged() {
            command.uid(user).gid(group);
        }
        command
    }
}

/// Where initdb and postgres are. Debian keeps them off the PATH, in a folder for each version.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.unwrap().path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.extend(std::env::split_paths(&path));
    let complete = |folder: &PathBuf| folder.join("initdb").exists() && folder.join("postgres").exists();
    folders.into_iter().find(complete).expect("PostgreSQL is installed by tests/run")
}

/// The user and group to be when this is root.
fn unprivileged() -> Option<(u32, u32)> {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let id = |kind, user| {
        let done = Command::new("id").args([kind, user]).output().unwrap();
        String::from_utf8(done.stdout).unwrap().trim().parse().ok()
    };
    let of = |user| Some((id("-u", user)?, id("-g", user)?));
    Some(of("postgres").or_else(|| of("nobody")).expect("a user who is not root"))
}

fn kill(processes: &[u32]) {
    // Some may be gone by themselves.
    let _ = Command::new("kill").arg("-9").args(processes.iter().map(u32::to_string)).output().unwrap();
}

/// The state (`R`, `S`, `Z` …) and the parent of a process, as /proc tells them.
fn state(process: u32) -> Option<(char, u32)> {
    let line = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut fields = line.rsplit_once(") ")?.1.split(' ');
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

fn is_alive(process: u32) -> bool {
    state(process).is_some_and(|(state, _)| state != 'Z')
}

fn children(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    processes.filter(|process| state(*process).is_some_and(|(_, its)| its == parent)).collect()
}
