//! Where look-ups are served: they gather while others are being served, and share one transaction.
//!
//! In it the buckets are charged, the entries read and the reads recorded; when it is committed, everybody in it is
//! answered. So a payer is never shown anything that the audit does not tell of, and a commit is shared by all who
//! came meanwhile.

mod batch;
mod decision;
mod housekeeping;

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use store::{Backend, Timestamp};
use tokio::sync::oneshot;

pub(super) use self::decision::{Levels, Taken};
use self::housekeeping::Housekeeping;
use super::{Core, DirectoryError};
use crate::directory::{Lookup, LookupRequest};

/// Look-ups that share a transaction at most.
const MOST_TOGETHER: usize = 512;
/// Look-ups that wait at most; more are refused at once, and nothing is charged for them.
const MOST_WAITING: usize = 8_192;

/// One look-up that waits to be served.
struct Job {
    request: LookupRequest,
    now: Timestamp,
    answer: oneshot::Sender<Result<Lookup, DirectoryError>>,
}

/// The threads that serve look-ups. Dropping it serves those that wait, and ends them.
pub(super) struct Desk {
    jobs: Option<SyncSender<Job>>,
    threads: Vec<JoinHandle<()>>,
    _housekeeping: Housekeeping,
}

impl Desk {
    pub(super) fn open(core: &Arc<Core>) -> Result<Self, DirectoryError> {
        let (jobs, queue) = sync_channel(MOST_WAITING);
        let queue = Arc::new(Mutex::new(queue));
        // While one waits for the disk, another reads; on SQLite there is one writer to wait for.
        let threads = match core.db.backend() {
            Backend::Postgres => 3,
            Backend::Sqlite => 2,
        };
        let start = |_| {
            let (core, queue) = (Arc::clone(core), Arc::clone(&queue));
            std::thread::Builder::new().name("directory".to_owned()).spawn(move || {
                while let Some(jobs) = gather(&queue) {
                    serve(&core, jobs);
                }
            })
        };
        let threads = (0..threads).map(start).collect::<Result<_, _>>().map_err(unavailable)?;
        let housekeeping = Housekeeping::start(Arc::clone(core)).map_err(unavailable)?;
        Ok(Self { jobs: Some(jobs), threads, _housekeeping: housekeeping })
    }

    /// Queues a look-up; its answer comes through what is returned.
    pub(super) fn ask(
        &self,
        request: LookupRequest,
        now: Timestamp,
    ) -> Result<oneshot::Receiver<Result<Lookup, DirectoryError>>, DirectoryError> {
        let (answer, answered) = oneshot::channel();
        let sent = self.jobs.as_ref().map(|jobs| jobs.try_send(Job { request, now, answer }));
        match sent {
            Some(Ok(())) => Ok(answered),
            Some(Err(TrySendError::Full(_))) => Err(DirectoryError::Busy),
            Some(Err(TrySendError::Disconnected(_))) | None => Err(DirectoryError::Stopped),
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        drop(self.jobs.take());
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn unavailable(error: std::io::Error) -> DirectoryError {
    DirectoryError::Store(store::Error::Unavailable(error.to_string()))
}

/// Waits for a look-up and takes it with all that have come since.
fn gather(queue: &Mutex<Receiver<Job>>) -> Option<Vec<Job>> {
    let queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    let mut jobs = vec![queue.recv().ok()?];
    jobs.extend(queue.try_iter().take(MOST_TOGETHER - 1));
    Some(jobs)
}

fn serve(core: &Arc<Core>, jobs: Vec<Job>) {
    let asked: Arc<[batch::Asked]> = jobs.iter().map(|job| batch::Asked::of(core, &job.request)).collect();
    // The latest of them: a bucket that has filled since is not held against anybody.
    let Some(now) = jobs.iter().map(|job| job.now).max() else { return };
    core.at(now);
    match batch::look(core, &asked, now) {
        Ok(seen) => {
            for (job, seen) in jobs.into_iter().zip(seen) {
                let shown = seen.and_then(|row| batch::show(core, &job.request, &row, job.now));
                // Whoever asked may be gone.
                let _ = job.answer.send(shown);
            }
        }
        Err(error) => {
            tracing::error!(%error, "look-ups failed");
            for job in jobs {
                let failed = store::Error::Unavailable("the directory's database".to_owned());
                let _ = job.answer.send(Err(failed.into()));
            }
        }
    }
}
