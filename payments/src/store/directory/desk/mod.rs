//! Where look-ups are served: they gather while others are being served, and share one transaction.
//!
//! In it the buckets are charged, the entries read and the reads recorded; when it is committed, everybody in it is
//! given what was found, and opens it. So a payer is never shown anything that the audit does not tell of, and a commit
//! is shared by all who came meanwhile.

mod batch;
mod decision;
mod housekeeping;

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use store::{Backend, Timestamp, wait};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use self::batch::Asked;
pub(super) use self::batch::Seen;
pub(super) use self::decision::{Buckets, Levels, Taken};
use self::housekeeping::Housekeeping;
use super::payable::PayableRow;
use super::{Core, DirectoryError, buckets};
use crate::directory::{Lookup, LookupRequest, PayerBucket};

/// Look-ups that share a transaction at most.
const MOST_TOGETHER: usize = 512;
/// Look-ups that wait at most; more are refused at once, and nothing is charged for them.
const MOST_WAITING: usize = 8_192;

/// Batches begin so long after each other when many ask, so much for each of them: a transaction costs as much for a few
/// as for many, and what it costs is missing to those who ask.
const APART_EACH: Duration = Duration::from_micros(30);
/// But at least so long,
const APART: Duration = Duration::from_micros(500);
/// and at most: then so many ask that no more is gained.
const APART_AT_MOST: Duration = Duration::from_millis(2);

/// Batches of which an embedded database has not said yet that they are written. More of them would not be written sooner, but
/// in the queue they can share a batch.
const UNDER_WAY: usize = 2;

/// Look-ups so few that they are not many.
const FEW: usize = 4;

/// Whoever waits for what comes of a look-up.
type Answering = oneshot::Sender<Result<Arc<PayableRow>, DirectoryError>>;

/// One look-up that waits to be served.
struct Job {
    asked: Asked,
    now: Timestamp,
    answer: Answering,
}

/// What comes of a look-up, when it is durably recorded.
pub(super) struct Answer {
    request: LookupRequest,
    payer: PayerBucket,
    now: Timestamp,
    found: oneshot::Receiver<Result<Arc<PayableRow>, DirectoryError>>,
}

impl Answer {
    /// Waits for it.
    pub(super) async fn shown(self, core: &Core) -> Result<Lookup, DirectoryError> {
        let found = self.found.await.unwrap_or(Err(DirectoryError::Stopped))?;
        batch::show(core, &self.request, self.payer, &found, self.now)
    }

    /// The same, and nothing else is done on this thread meanwhile.
    pub(super) fn shown_blocking(self, core: &Core) -> Result<Lookup, DirectoryError> {
        let found = self.found.blocking_recv().unwrap_or(Err(DirectoryError::Stopped))?;
        batch::show(core, &self.request, self.payer, &found, self.now)
    }
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
        let queue = Arc::new(Mutex::new(Queue { jobs: queue, next: Instant::now() }));
        // While one batch waits for the disk, another is read: on PostgreSQL by another thread, on SQLite by the same, since
        // one thread writes there anyway.
        let threads = match core.db.backend() {
            Backend::Postgres => 3,
            Backend::Sqlite => 1,
        };
        let start = |_| {
            let (core, queue) = (Arc::clone(core), Arc::clone(&queue));
            std::thread::Builder::new().name("directory".to_owned()).spawn(move || {
                let under_way = Arc::new(Semaphore::new(UNDER_WAY));
                while let Ok(turn) = wait(Arc::clone(&under_way).acquire_owned())
                    && let Some(jobs) = gather(&queue)
                {
                    serve(&core, jobs, turn);
                }
            })
        };
        let threads = (0..threads).map(start).collect::<Result<_, _>>().map_err(unavailable)?;
        let housekeeping = Housekeeping::start(Arc::clone(core)).map_err(unavailable)?;
        Ok(Self { jobs: Some(jobs), threads, _housekeeping: housekeeping })
    }

    /// Queues a look-up.
    pub(super) fn ask(&self, core: &Core, request: LookupRequest, now: Timestamp) -> Result<Answer, DirectoryError> {
        let (answer, found) = oneshot::channel();
        let payer = buckets::of_payer(core, &request);
        let job = Job { asked: Asked::of(core, &request, payer), now, answer };
        match self.jobs.as_ref().map(|jobs| jobs.try_send(job)) {
            Some(Ok(())) => Ok(Answer { request, payer, now, found }),
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

/// Look-ups that wait, and when those that come in numbers are to be taken.
struct Queue {
    jobs: Receiver<Job>,
    next: Instant,
}

/// Waits for a look-up and takes it with all that have come since, and with those that come until it is time.
fn gather(queue: &Mutex<Queue>) -> Option<Vec<Job>> {
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    let mut jobs = vec![queue.jobs.recv().ok()?];
    std::thread::sleep(queue.next.saturating_duration_since(Instant::now()));
    jobs.extend(queue.jobs.try_iter().take(MOST_TOGETHER - 1));
    queue.next = Instant::now() + apart(jobs.len());
    Some(jobs)
}

/// How long after a batch of so many the next one begins.
fn apart(jobs: usize) -> Duration {
    if jobs <= FEW {
        return Duration::ZERO;
    }
    (APART_EACH * u32::try_from(jobs).unwrap_or(u32::MAX)).clamp(APART, APART_AT_MOST)
}

/// Serves a batch; `turn` is given back when it is durable.
fn serve(core: &Arc<Core>, jobs: Vec<Job>, turn: OwnedSemaphorePermit) {
    // The latest of them: a bucket that has filled since is not held against anybody.
    let Some(now) = jobs.iter().map(|job| job.now).max() else { return };
    let (asked, answers): (Vec<Asked>, Vec<_>) = jobs.into_iter().map(|job| (job.asked, job.answer)).unzip();
    core.at(now);
    // Here, where it may be waited for. Whoever is answered tries again when it cannot be read, and says why.
    let _ = core.refresh_suspicion(now);
    batch::look(core, asked, now, move |seen| {
        answer(seen, answers);
        drop(turn);
    });
}

fn answer(seen: Result<Seen, DirectoryError>, answers: Vec<Answering>) {
    match seen {
        Ok(seen) => {
            for (answer, found) in answers.into_iter().zip(seen) {
                // Whoever asked may be gone.
                let _ = answer.send(found);
            }
        }
        Err(error) => {
            tracing::error!(%error, "look-ups failed");
            for answer in answers {
                let failed = store::Error::Unavailable("the directory's database".to_owned());
                let _ = answer.send(Err(failed.into()));
            }
        }
    }
}
