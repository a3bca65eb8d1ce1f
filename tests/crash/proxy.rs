//! Stands between the gateway and PostgreSQL and cuts connections, at the worst moment if wished.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::broadcast;
use tokio::task::JoinHandle;

/// Hundredths of a second that a commit is waited for.
const PATIENCE: u32 = 1_000;

/// When a connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// The commit never reaches the server.
    BeforeCommit,
    /// The server has answered the commit, and the answer never reaches the gateway.
    AfterCommit,
}

/// A listener in front of the server; it ends when dropped.
pub(super) struct Proxy {
    address: SocketAddr,
    plan: Arc<Plan>,
    listener: JoinHandle<()>,
}

struct Plan {
    next_commit: Mutex<Option<Cut>>,
    happened: [AtomicU64; 2],
    everything: broadcast::Sender<()>,
}

impl Plan {
    fn take(&self) -> Option<Cut> {
        let cut = self.next_commit.lock().unwrap().take()?;
        self.happened[cut as usize].fetch_add(1, Ordering::Relaxed);
        Some(cut)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

impl Proxy {
    /// In front of the server behind this Unix socket.
    pub(super) async fn start(server: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let everything = broadcast::channel(1).0;
        let plan = Arc::new(Plan { next_commit: Mutex::default(), happened: Default::default(), everything });
        let for_all = Arc::clone(&plan);
        let listener = tokio::spawn(async move {
            while let Ok((program, _)) = listener.accept().await {
                let Ok(server) = UnixStream::connect(&server).await else { continue };
                let plan = Arc::clone(&for_all);
                tokio::spawn(async move {
                    // However it ends: both sides are closed.
                    let _ = carry(program, server, &plan).await;
                });
            }
        });
        Self { address, plan, listener }
    }

    /// The database's URL through the proxy.
    pub(super) fn url(&self) -> String {
        format!("postgres://lionrock@{}/postgres?sslmode=disable", self.address)
    }

    /// Cuts the connection on which the next transaction that writes commits, and waits until there was one.
    pub(super) async fn cut_next_commit(&self, cut: Cut) {
        let before = self.count(cut);
        *self.plan.next_commit.lock().unwrap() = Some(cut);
        for _ in 0..PATIENCE {
            if self.count(cut) > before {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("nothing was committed for a long while");
    }

    /// How often that has happened.
    pub(super) fn count(&self, cut: Cut) -> u64 {
        self.plan.happened[cut as usize].load(Ordering::Relaxed)
    }

    /// Cuts all connections, whatever they are doing.
    pub(super) fn cut_everything(&self) {
        // When nobody is connected, there is nothing to cut.
        let _ = self.plan.everything.send(());
    }
}

async fn carry(mut program: TcpStream, mut server: UnixStream, plan: &Plan) -> std::io::Result<()> {
    let (mut up, mut down) = (vec![0; 65_536], vec![0; 65_536]);
    let (mut writes, mut loses_answer) = (false, false);
    let mut everything = plan.everything.subscribe();
    loop {
        tokio::select! {
            read = program.read(&mut up) => {
                let bytes = &up[..read?];
                if bytes.is_empty() {
                    return Ok(());
                }
                if contains(bytes, b"BEGIN") {
                    writes = !contains(bytes, b"READ ONLY");
                }
                if writes && contains(bytes, b"COMMIT\0") {
                    match plan.take() {
                        Some(Cut::BeforeCommit) => return Ok(()),
                        Some(Cut::AfterCommit) => loses_answer = true,
                        None => {}
                    }
                }
                server.write_all(bytes).await?;
            }
            read = server.read(&mut down) => {
                let bytes = &down[..read?];
                if bytes.is_empty() || loses_answer {
                    return Ok(());
                }
                program.write_all(bytes).await?;
            }
            _ = everything.recv() => return Ok(()),
        }
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
