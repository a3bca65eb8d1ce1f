//! The sequencer: one thread that takes what has gathered, decides it in order, makes it durable in one
//! transaction, and only then replies. While a commit is on its way to disk, the next batch gathers.
//!
//! Several gateways may each run one on the same database. Whose memory is current moves the head of the log;
//! the others fail, fold in what they missed, and decide again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use store::{Db, Timestamp};
use tokio::sync::{oneshot, watch};

use super::commit::{Decided, Done, Failed, Work, commit};
use super::metrics::Counters;
use super::presence::Presence;
use super::queue::{Ask, Job, Queue};
use super::{Clock, SwitchSettings, history, log, memory};
use crate::clearing::{Command, Reply, State, StatusReport, cut_over, timeout};
use crate::directory::Directory;
use crate::error::Error;

/// At most about so many steps share a transaction.
const STEPS_A_BATCH: usize = 1_024;
/// So often a batch is tried that the database refuses for what is in it.
const ATTEMPTS: u32 = 3;
/// The pause before a failing database is tried again.
const RETRY_PAUSE: Duration = Duration::from_millis(50);

pub(super) struct Sequencer {
    pub(super) db: Db,
    pub(super) settings: SwitchSettings,
    pub(super) clock: Clock,
    pub(super) directory: Directory,
    pub(super) queue: Arc<Queue>,
    pub(super) counters: Arc<Counters>,
    /// Tells readers how far the log reaches.
    pub(super) head: watch::Sender<i64>,
    pub(super) state: State,
    /// Tells handlers who takes part, and learns from them who was heard of.
    pub(super) presence: Arc<Presence>,
    /// Whether memory may differ from the log and must be read anew before it is used.
    pub(super) stale: bool,
    /// Who waits for a payment to become final, by its sequence number.
    pub(super) waiters: HashMap<i64, Vec<oneshot::Sender<Option<StatusReport>>>>,
}

/// Whatever ends the thread, nobody waits for it in vain.
impl Drop for Sequencer {
    fn drop(&mut self) {
        self.queue.close();
        while self.queue.take(usize::MAX, Duration::ZERO).is_some() {}
    }
}

impl Sequencer {
    /// Runs until the queue is closed and empty.
    pub(super) fn run(mut self) {
        while let Some(jobs) = self.queue.take(STEPS_A_BATCH, self.patience()) {
            let now = (self.clock)();
            let due = self.due(now, STEPS_A_BATCH);
            let day_is_over = cut_over::is_due(&self.state, now, &self.settings.rules);
            if jobs.is_empty() && due.is_empty() && !day_is_over {
                self.follow();
            } else {
                self.process(jobs, due, now);
            }
            self.counters.open(self.state.open());
        }
    }

    /// How long to wait for something to do: not past the next deadline, nor longer than others' rows may wait.
    fn patience(&self) -> Duration {
        let follow = self.settings.follow_every;
        timeout::until_next(&self.state, (self.clock)()).map_or(follow, |next| next.min(follow))
    }

    /// Folds in what other gateways have appended, and tells readers.
    fn follow(&mut self) {
        let result = if self.stale { self.reload() } else { self.catch_up() };
        if let Err(error) = result {
            tracing::warn!(%error, "the log could not be followed");
            self.stale = true;
        }
    }

    fn reload(&mut self) -> Result<(), Error> {
        self.state = self.db.snapshot(memory::load)?;
        self.stale = false;
        self.publish();
        Ok(())
    }

    fn catch_up(&mut self) -> Result<(), Error> {
        if self.db.read(log::head)?.sequence == self.state.sequence() {
            return Ok(());
        }
        let state = &mut self.state;
        self.db.snapshot(|conn| memory::catch_up(conn, state))?;
        self.publish();
        Ok(())
    }

    /// After memory has moved: readers learn how far the log reaches, and waiters what has become final.
    fn publish(&mut self) {
        let sequence = self.state.sequence();
        self.presence.follow(&self.state);
        self.head.send_if_modified(|head| std::mem::replace(head, sequence) != sequence);
        self.tell_waiters();
        self.state.forget_final();
    }

    /// Tells those who wait for payments that are no longer under way.
    fn tell_waiters(&mut self) {
        let decided: Vec<i64> = self.waiters.keys().copied().filter(|payment| !self.is_open(*payment)).collect();
        for payment in decided {
            let report = match self.state.payment(payment) {
                Some(known) => Some(known.report()),
                None => self.db.snapshot(|conn| history::payment(conn, payment)).ok().flatten().map(|p| p.report()),
            };
            for waiter in self.waiters.remove(&payment).unwrap_or_default() {
                // Who no longer listens is not told.
                let _ = waiter.send(report.clone());
            }
        }
    }

    fn is_open(&self, payment: i64) -> bool {
        self.state.payment(payment).is_some_and(|payment| !payment.state.is_final())
    }

    /// Ends the business day if it is over, then decides everything in `jobs`, then what is due, and replies.
    pub(super) fn process(&mut self, jobs: Vec<Job>, due: Vec<Command>, now: Timestamp) {
        let (mut commands, mut asked) = (Vec::new(), Vec::with_capacity(jobs.len()));
        if cut_over::is_due(&self.state, now, &self.settings.rules) {
            // First in its batch: so a day has whole batches, and what is decided now belongs to the new one.
            commands.push(Command::CutOver);
            asked.push(Asked::Nobody);
        }
        for job in jobs {
            match job.ask {
                Ask::Decide { commands: more, reply } => {
                    asked.push(Asked::Decided(more.len(), reply));
                    commands.extend(more);
                }
                Ask::WaitFinal { debtor_agent, transaction_id, reply } => {
                    asked.push(Asked::Final(reply));
                    commands.push(Command::Enquire { debtor_agent, transaction_id });
                }
            }
        }
        commands.extend(due);
        let commands: Arc<[Command]> = commands.into();
        match self.decide(&commands, now) {
            Ok(replies) => self.reply(asked, replies),
            Err(error) if error.lies_in_the_batch() && asked.len() > 1 => {
                tracing::error!(%error, "a batch cannot be recorded; each of its requests is tried alone");
                self.process_apart(asked, &commands, now);
            }
            // Dropping what is asked tells everybody that nothing can be said.
            Err(error) => tracing::error!(%error, "a batch was given up"),
        }
    }

    /// One request that cannot be recorded must not take the others with it.
    fn process_apart(&mut self, asked: Vec<Asked>, commands: &[Command], now: Timestamp) {
        let mut rest = commands;
        for asked in asked {
            let (own, others) = rest.split_at(asked.commands());
            rest = others;
            match self.decide(&own.into(), now) {
                Ok(replies) => self.reply(vec![asked], replies),
                Err(error) => tracing::error!(%error, "a request was given up"),
            }
        }
        // What was due is last; what fails now falls due again.
        if let Err(error) = self.decide(&rest.into(), now) {
            tracing::error!(%error, "what was due is put off");
        }
    }

    /// Decides until it is recorded, or until trying again is of no use.
    fn decide(&mut self, commands: &Arc<[Command]>, now: Timestamp) -> Result<Vec<Reply>, Error> {
        let (began, mut attempts) = (Instant::now(), 0);
        loop {
            if self.stale {
                self.insist(began, Self::reload)?;
            }
            let work = Work {
                state: std::mem::take(&mut self.state),
                commands: Arc::clone(commands),
                now,
                rules: self.settings.rules,
                directory: self.directory.clone(),
            };
            let failed = match commit(&self.db, work) {
                Ok(done) => return Ok(self.committed(done)),
                Err(failed) => failed,
            };
            let Failed { error, state, attempted } = *failed;
            self.state = state;
            if let Some(replies) = self.after_failure(&error, attempted, began)? {
                return Ok(replies);
            }
            attempts += 1;
            let hopeless = attempts >= ATTEMPTS && error.lies_in_the_batch();
            if hopeless || began.elapsed() > self.settings.patience {
                return Err(error);
            }
        }
    }

    /// Makes memory right again. The replies, when what seemed to fail was recorded after all: that must be
    /// known before anything is tried again, since not every command may be done twice.
    pub(super) fn after_failure(
        &mut self,
        error: &Error,
        attempted: Option<Decided>,
        began: Instant,
    ) -> Result<Option<Vec<Reply>>, Error> {
        if matches!(error, Error::HeadMoved) {
            self.counters.head_moved();
            self.follow();
            return Ok(None);
        }
        tracing::warn!(%error, "a batch could not be recorded");
        self.stale = true;
        let Some((attempted, batch)) = attempted.and_then(|decided| decided.batch.map(|batch| (decided, batch))) else {
            return Ok(None);
        };
        let recorded = self.insist(began, |sequencer| {
            sequencer.db.write(move |conn| -> Result<_, Error> {
                // The lost transaction holds the head until it has ended, one way or the other.
                log::lock_head(conn)?;
                log::batch_ending(conn, batch.last)
            })
        })?;
        if recorded != Some(batch) {
            return Ok(None);
        }
        self.counters.committed(&attempted.rows);
        Ok(Some(attempted.replies))
    }

    /// Tries until it succeeds, or until the switch's patience, counted from `began`, is at its end.
    fn insist<T>(&mut self, began: Instant, mut work: impl FnMut(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        loop {
            match work(self) {
                Err(_) if began.elapsed() < self.settings.patience => std::thread::sleep(RETRY_PAUSE),
                done => return done,
            }
        }
    }

    fn committed(&mut self, done: Done) -> Vec<Reply> {
        let Done { state, decided } = done;
        self.state = state;
        if decided.batch.is_some() {
            self.counters.committed(&decided.rows);
            self.publish();
        }
        decided.replies
    }

    fn reply(&mut self, asked: Vec<Asked>, replies: Vec<Reply>) {
        let mut replies = replies.into_iter();
        for asked in asked {
            match asked {
                Asked::Nobody => _ = replies.next(),
                Asked::Decided(count, reply) => {
                    // Who no longer listens is not told; what it asked for is done all the same.
                    let _ = reply.send(replies.by_ref().take(count).collect());
                }
                Asked::Final(waiter) => match replies.next() {
                    Some(Reply::Enquired(Some(report))) if !report.status.is_final() => {
                        // While a payment is under way, its report carries its own number.
                        self.waiters.entry(report.sequence).or_default().push(waiter);
                    }
                    Some(Reply::Enquired(report)) => {
                        let _ = waiter.send(report);
                    }
                    _ => {}
                },
            }
        }
        // Some may have ended later in the same batch.
        self.tell_waiters();
    }
}

/// Who asked, and how many of the replies are theirs.
enum Asked {
    /// It was time.
    Nobody,
    Decided(usize, oneshot::Sender<Vec<Reply>>),
    Final(oneshot::Sender<Option<StatusReport>>),
}

impl Asked {
    fn commands(&self) -> usize {
        match self {
            Self::Decided(count, _) => *count,
            Self::Nobody | Self::Final(_) => 1,
        }
    }
}
