//! What nobody waits for: filing reads, giving tokens back, adding digests up, forgetting buckets that are full again.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::super::{Core, DirectoryError, buckets, digest, filing, refunds};

/// So often it looks what there is to do.
const EVERY: Duration = Duration::from_secs(1);
/// Runs that are filed in a round at most: more than look-ups fill.
const RUNS: u32 = 4;
/// In every so manieth round, buckets are gone through.
const ROUNDS: u32 = 60;

/// The thread. Dropping it ends it.
pub(super) struct Housekeeping {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Housekeeping {
    pub(super) fn start(core: Arc<Core>) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new().name("directory-keeping".to_owned()).spawn(move || {
            give_way();
            let mut round = 0_u32;
            while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                round = round.wrapping_add(1);
                if let Err(error) = step(&core, round) {
                    tracing::warn!(%error, "the directory's housekeeping is put off");
                }
            }
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Housekeeping {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Lets look-ups have the processors first, where a thread can have a priority of its own; elsewhere it takes its share.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(refused) = rustix::process::nice(10) {
        tracing::debug!(%refused, "the directory's housekeeping takes its share of the processors");
    }
}

/// One round. The time is that of the latest look-up or payment: without any there is nothing to do.
fn step(core: &Core, round: u32) -> Result<(), DirectoryError> {
    let Some(now) = core.latest() else { return Ok(()) };
    refunds::make(core, now)?;
    for _ in 0..RUNS {
        if core.db.read(filing::are_many)? {
            filing::file(&core.db, now)?;
        }
    }
    if core.db.read(digest::are_many)? {
        core.db.write(digest::add_up)?;
    }
    if round.is_multiple_of(ROUNDS) {
        core.db.write(move |conn| buckets::forget_full(conn, now))?;
    }
    Ok(())
}
