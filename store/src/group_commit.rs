//! SQLite's one writer. While a commit is on its way to disk the next pieces of work gather; then all of them
//! share one transaction, each in a savepoint of its own, and each caller is answered after the commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::sql_types::Integer;
use futures_channel::oneshot;

use crate::changes::{Effect, Watch};
use crate::log_file::LogFile;
use crate::wide_readers::WideReaders;
use crate::{Conn, Error};

/// At most this many pieces of work share a commit.
const MAX_BATCH: usize = 256;
/// Work that can wait is committed so often at most. A commit takes the processor about as long as reading and checking a
/// request; so when there is much to write, as much as comes in this time shares one.
const APART: Duration = Duration::from_millis(10);
/// How often the write-ahead log is folded into the database while nobody waits for it.
const CHECKPOINT_EVERY: Duration = Duration::from_millis(250);
/// While readers keep what they see, that is put off so many times at most: they let go then of all that they have in
/// memory, and commits wait for the disk with it. In tests, less time is to pass.
const PUT_OFF: u32 = if cfg!(test) { 4 } else { 60 };
/// It is put off no longer when so many pages have come since the last time.
const WORTH_FOLDING: i32 = 16_384;
/// From so many pages on, the write-ahead log is to begin anew: a file that only ever grows costs its file system
/// more at each commit than one that is written again.
const BEGIN_ANEW: i32 = 8_192;

/// Answers the caller of one piece of work, once it is known whether its batch was committed.
type Answer = Box<dyn FnOnce(Result<(), Error>) + Send>;

/// Does one piece of work in a savepoint, and says what it did.
type Work = Box<dyn FnOnce(&mut SqliteConnection) -> (Answer, Effect) + Send>;

/// One piece of work.
struct Job {
    work: Work,
    haste: Haste,
}

/// How soon a piece of work is to be committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Haste {
    /// As soon as can be.
    Now,
    /// Together with others, [`APART`] from the commit before at the latest: nobody's thread waits for it.
    Soon,
}

/// The handle of the writer's thread. Dropping it finishes the queue and ends the thread.
pub(crate) struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    checkpointer: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Writer {
    /// Starts the writer over a connection that is set up, and a second connection for checkpoints. `watch` is told
    /// of each commit, and `readers` let go of what they see when the log is folded.
    pub(crate) fn start(
        mut conn: SqliteConnection,
        checkpoints: SqliteConnection,
        log: LogFile,
        watch: Arc<Watch>,
        readers: Arc<WideReaders>,
    ) -> Result<Self, Error> {
        let unavailable = |e: std::io::Error| Error::Unavailable(e.to_string());
        watch.follow(&mut conn);
        let (jobs, queue) = channel::<Job>();
        let is_long = Arc::new(AtomicBool::new(false));
        let (long, of_writer) = (Arc::clone(&is_long), Arc::clone(&readers));
        let thread = thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || run(conn, log, &queue, &watch, &of_writer, &long))
            .map_err(unavailable)?;
        let (stop, stopped) = channel::<()>();
        let checkpointer = thread::Builder::new()
            .name("sqlite-checkpoint".to_owned())
            .spawn(move || checkpoint(checkpoints, &stopped, &readers, &is_long))
            .map_err(unavailable)?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), checkpointer: Some((stop, checkpointer)) })
    }

    /// Does `work` in a transaction; ready when it is durable, or when none of it is. Who drops the future once it has
    /// begun undoes nothing. `effect` says what it did, by what came of it.
    pub(crate) async fn write<T, E>(
        &self,
        haste: Haste,
        work: impl FnOnce(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        effect: impl FnOnce(&T) -> Effect + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + From<diesel::result::Error> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        // The caller may be gone; what it asked for is done all the same.
        self.submit(haste, work, effect, |done| drop(answer.send(done)));
        answered.await.unwrap_or_else(|_| Err(Error::Unavailable("the writer has stopped".to_owned()).into()))
    }

    /// The same; `then` is told by the writer's thread, which does nothing else meanwhile. It is dropped, and told
    /// nothing, when the work is not even begun.
    pub(crate) fn submit<T, E>(
        &self,
        haste: Haste,
        work: impl FnOnce(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        effect: impl FnOnce(&T) -> Effect + Send + 'static,
        then: impl FnOnce(Result<T, E>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<Error> + From<diesel::result::Error> + Send + 'static,
    {
        let work = Box::new(move |conn: &mut SqliteConnection| -> (Answer, Effect) {
            // A panic is caught inside the savepoint, so that the savepoint is rolled back like any refusal.
            let done = conn.transaction::<T, E, _>(|conn| {
                catch_unwind(AssertUnwindSafe(|| work(&mut Conn::Sqlite(conn))))
                    .unwrap_or_else(|_| Err(E::from(Error::Panicked)))
            });
            let effect = done.as_ref().map_or(Effect::Changed, effect);
            let answer: Answer =
                Box::new(move |committed| then(done.and_then(|value| committed.map(|()| value).map_err(E::from))));
            (answer, effect)
        });
        if let (Some(jobs), Some(thread)) = (&self.jobs, &self.thread) {
            // Without a writer the job is dropped, and with it whoever would have answered.
            let _ = jobs.send(Job { work, haste });
            if haste == Haste::Now {
                thread.thread().unpark();
            }
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.jobs.take());
        // Whoever is told by the writer may have been the database's last holder: then this is the writer's thread, which ends
        // by itself.
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
        if let Some((stop, thread)) = self.checkpointer.take() {
            drop(stop);
            let _ = thread.join();
        }
    }
}

/// `is_long` asks for the rest of a long write-ahead log, which only begins anew when nothing was added to it since it
/// was folded in last; and nothing is while this thread does that.
fn run(
    mut conn: SqliteConnection,
    mut log: LogFile,
    queue: &Receiver<Job>,
    watch: &Watch,
    readers: &WideReaders,
    is_long: &AtomicBool,
) {
    let (mut next, mut is_short) = (Instant::now(), false);
    while let Ok(first) = queue.recv() {
        let mut jobs = gather(first, queue, next).into_iter();
        next = Instant::now() + APART;
        if let Err(refused) = AnsiTransactionManager::begin_transaction_sql(&mut conn, "BEGIN IMMEDIATE") {
            // Nothing can be done without a transaction: drop the jobs unrun, their callers read "unavailable".
            tracing::error!(error = %refused, "SQLite would not begin a transaction");
            continue;
        }
        if is_short && let Err(refused) = log.lengthen() {
            tracing::debug!(error = %refused, "the log is made longer by each commit");
        }
        let (mut answers, mut effects) = (Vec::new(), Effect::Added);
        while let Some(job) = jobs.next().or_else(|| queue.try_recv().ok()) {
            let (answer, effect) = (job.work)(&mut conn);
            answers.push(answer);
            if effect == Effect::Changed {
                effects = effect;
            }
            if answers.len() >= MAX_BATCH {
                break;
            }
        }
        let committed = commit(&mut conn);
        watch.committed(&mut conn, if committed.is_ok() { effects } else { Effect::Changed });
        for answer in answers {
            answer(committed.clone().map_err(Error::CommitUnknown));
        }
        is_short = log.is_short();
        if is_long.swap(false, Ordering::Relaxed) {
            // Whoever reads again meanwhile would see something in the log, which then cannot begin anew.
            let _turn = readers.let_go();
            let is_all = |fold: &Folded| fold.checkpointed == fold.log;
            let begins_anew = fold(&mut conn, "PASSIVE").as_ref().is_some_and(is_all);
            readers.log_is_long(!begins_anew);
        }
    }
}

/// What shares a commit: one that is wanted now, and what has gathered by then; or what gathers until `next`.
fn gather(first: Job, queue: &Receiver<Job>, next: Instant) -> Vec<Job> {
    let mut jobs = vec![first];
    loop {
        jobs.extend(queue.try_iter().take(MAX_BATCH - jobs.len()));
        let rest = next.saturating_duration_since(Instant::now());
        let all_can_wait = jobs.iter().all(|job| job.haste == Haste::Soon);
        if rest.is_zero() || !all_can_wait || jobs.len() >= MAX_BATCH {
            return jobs;
        }
        // Whoever is in haste says so; the others only add to the queue.
        thread::park_timeout(rest);
    }
}

/// Commits; on failure rolls back and says why, in words that can be given to every caller of the batch.
fn commit(conn: &mut SqliteConnection) -> Result<(), String> {
    AnsiTransactionManager::commit_transaction(conn).map_err(|refused| {
        tracing::error!(error = %refused, "SQLite would not commit");
        if AnsiTransactionManager::rollback_transaction(conn).is_err() {
            let _ = conn.batch_execute("ROLLBACK");
        }
        refused.to_string()
    })
}

/// Folds the log into the database away from the path of commits. `stopped` ends it, with a last fold. The log stays as long
/// as it is: another process may be writing to it, and the last one to close the database removes it.
fn checkpoint(mut conn: SqliteConnection, stopped: &Receiver<()>, readers: &WideReaders, is_long: &AtomicBool) {
    let mut put_off = 0;
    while stopped.recv_timeout(CHECKPOINT_EVERY) == Err(RecvTimeoutError::Timeout) {
        put_off += 1;
        let is_little = |log: &Folded| log.log - log.checkpointed < WORTH_FOLDING;
        if put_off < PUT_OFF && readers.keep_something() && fold(&mut conn, "NOOP").as_ref().is_some_and(is_little) {
            continue;
        }
        put_off = 0;
        drop(readers.let_go());
        let is_too_long = |fold: &Folded| fold.log >= BEGIN_ANEW;
        let is_long_now = fold(&mut conn, "PASSIVE").as_ref().is_some_and(is_too_long);
        readers.log_is_long(is_long_now);
        // Of a long log a second time, so that what was added meanwhile, and is left to the writer, is little.
        if is_long_now && fold(&mut conn, "PASSIVE").as_ref().is_some_and(is_too_long) {
            is_long.store(true, Ordering::Relaxed);
        }
    }
    let _turn = readers.let_go();
    fold(&mut conn, "PASSIVE");
}

/// What a checkpoint says of the write-ahead log.
#[derive(QueryableByName)]
struct Folded {
    /// How many pages it has.
    #[diesel(sql_type = Integer)]
    log: i32,
    /// How many of them are in the database.
    #[diesel(sql_type = Integer)]
    checkpointed: i32,
}

fn fold(conn: &mut SqliteConnection, mode: &str) -> Option<Folded> {
    let folded = diesel::sql_query(format!("PRAGMA wal_checkpoint({mode})")).get_result(conn);
    folded.inspect_err(|refused| tracing::debug!(error = %refused, "checkpoint put off")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{durability, wait};
    use diesel::sql_types::Binary;

    /// A writer whose log is long whenever the flag says so.
    fn writer(conn: SqliteConnection, watch: Watch, is_long: &Arc<AtomicBool>) -> Writer {
        let (jobs, queue) = channel::<Job>();
        let long = Arc::clone(is_long);
        let readers = WideReaders::new("none.db", 1);
        let thread = thread::spawn(move || run(conn, LogFile::of("none.db"), &queue, &watch, &readers, &long));
        Writer { jobs: Some(jobs), thread: Some(thread), checkpointer: None }
    }

    fn write_a_megabyte(writer: &Writer) {
        let work = |conn: &mut Conn<'_>| {
            let Conn::Sqlite(conn) = conn else { return Ok(()) };
            diesel::sql_query("UPDATE something SET value = ?").bind::<Binary, _>(vec![7; 1 << 20]).execute(*conn)?;
            Ok(())
        };
        let written: Result<(), Error> = wait(writer.write(Haste::Now, work, |()| Effect::Changed));
        written.unwrap();
    }

    #[test]
    fn a_long_log_begins_anew_while_there_is_always_something_to_write() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db").display().to_string();
        let mut conn = SqliteConnection::establish(&path).unwrap();
        durability::prepare_sqlite(&mut conn).unwrap();
        conn.batch_execute("CREATE TABLE something (value BLOB); INSERT INTO something VALUES (x'')").unwrap();
        let is_long = Arc::new(AtomicBool::new(false));
        let watch = Watch::new(SqliteConnection::establish(&path).unwrap()).unwrap();
        let writer = writer(conn, watch, &is_long);
        let length = || std::fs::metadata(format!("{path}-wal")).unwrap().len();
        write_a_megabyte(&writer);
        let short = length();
        for _ in 0..5 {
            is_long.store(true, Ordering::Relaxed);
            write_a_megabyte(&writer);
        }
        // The answer comes before the fold, so one more may have been added behind.
        assert!(length() <= 4 * short, "{} bytes, {short} at first", length());
    }

    fn job(haste: Haste) -> Job {
        Job { work: Box::new(|_| (Box::new(|_| ()), Effect::Changed)), haste }
    }

    #[test]
    fn what_can_wait_gathers_until_the_time_has_come_or_somebody_is_in_haste() {
        let (later, (jobs, queue)) = (Instant::now() + Duration::from_hours(1), channel());
        jobs.send(job(Haste::Soon)).unwrap();
        assert_eq!(gather(job(Haste::Soon), &queue, Instant::now()).len(), 2, "the last commit was long ago");
        jobs.send(job(Haste::Soon)).unwrap();
        assert_eq!(gather(job(Haste::Now), &queue, later).len(), 2, "taken along");
        let writer = thread::current();
        let hasty = thread::spawn(move || {
            jobs.send(job(Haste::Soon)).unwrap();
            jobs.send(job(Haste::Now)).unwrap();
            writer.unpark();
            jobs
        });
        assert_eq!(gather(job(Haste::Soon), &queue, later).len(), 3);
        let jobs = hasty.join().unwrap();
        for _ in 0..2 * MAX_BATCH {
            jobs.send(job(Haste::Soon)).unwrap();
        }
        assert_eq!(gather(job(Haste::Soon), &queue, later).len(), MAX_BATCH, "enough");
    }
}
