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

use super::ahead::{Gathered, InFlight};
use super::asked::{Asked, opened};
use super::commit::{Decided, Done, Failed, Work, commit};
use super::committer::Committer;
use super::ids::Ids;
use super::metrics::Counters;
use super::presence::Presence;
use super::queue::{Job, Queue};
use super::recall::LookUps;
use super::recent::Recent;
use super::{Clock, SwitchSettings, history, log, memory};
use crate::clearing::{Command, Payment, Reply, State, StatusReport, cut_over, timeout};
use crate::directory::Directory;
use crate::error::Error;

/// At most about so many steps share a transaction.
pub(super) const STEPS_A_BATCH: usize = 2_048;
/// So often a batch is tried that the database refuses for what is in it.
const ATTEMPTS: u32 = 3;
/// How long after another gateway was quicker this one counts on it.
const CONTENDED: Duration = Duration::from_secs(1);
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
    /// Shared with those who read along.
    pub(super) recent: Arc<Recent>,
    pub(super) ids: Ids,
    pub(super) committer: Committer,
    pub(super) gathered: Option<Gathered>,
    pub(super) in_flight: Option<InFlight>,
    /// The last row that is certainly recorded; memory may be ahead of it.
    pub(super) recorded: i64,
    /// When another gateway was last quicker, or had appended something.
    pub(super) outrun: Option<Instant>,
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
        while self.queue.take(usize::MAX, 1, Duration::ZERO).is_some() {}
    }
}

impl Sequencer {
    /// Reads the state of `db` and readies everything.
    pub(super) fn open(db: Db, settings: SwitchSettings, clock: Clock, directory: Directory) -> Result<Self, Error> {
        let state = db.snapshot(memory::load)?;
        let (recorded, queue) = (state.sequence(), Arc::new(Queue::new(settings.queue_capacity)));
        let ids = Ids::load(&db, recorded, state.business_day(state.clock(clock())));
        let recent = Arc::new(Recent::after(recorded));
        Ok(Self {
            presence: Arc::new(Presence::new(&state, clock())),
            committer: Committer::start(db.clone(), Arc::clone(&queue))?,
            head: watch::channel(recorded).0,
            counters: Arc::default(),
            gathered: None,
            in_flight: None,
            outrun: None,
            stale: false,
            waiters: HashMap::new(),
            db,
            settings,
            clock,
            directory,
            queue,
            recent,
            ids,
            recorded,
            state,
        })
    }

    /// Runs until the queue is closed and empty.
    pub(super) fn run(mut self) {
        while let Some(jobs) = self.queue.take(self.room(), self.enough(), self.patience()) {
            let now = (self.clock)();
            let due = self.due(now, STEPS_A_BATCH);
            let day_is_over = cut_over::is_due(&self.state, now, &self.settings.rules);
            let idle = jobs.is_empty() && due.is_empty() && !day_is_over;
            self.process(jobs, due, now);
            self.advance();
            if idle && self.is_settled() {
                self.follow();
            }
            self.counters.open(self.state.open());
        }
        self.wait_for_all();
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
        let (last, today) = (self.state.sequence(), self.state.business_day(self.state.clock((self.clock)())));
        self.recent.restart(last);
        let ids = &mut self.ids;
        if self.db.read(|conn| ids.catch_up(conn, last, today)).is_err() {
            self.ids = Ids::load(&self.db, last, today);
        }
        self.publish();
        self.state.forget_final();
        Ok(())
    }

    fn catch_up(&mut self) -> Result<(), Error> {
        let head = self.db.read(log::head)?;
        if head.sequence == self.state.sequence() {
            return Ok(());
        }
        let state = &mut self.state;
        let entries = self.db.snapshot(|conn| memory::catch_up(conn, state, head))?;
        self.ids.add(&entries);
        self.recent.push(entries);
        self.publish();
        self.state.forget_final();
        Ok(())
    }

    /// After memory was made what is recorded: readers learn how far the log reaches, and waiters what is final.
    fn publish(&mut self) {
        self.recorded = self.state.sequence();
        self.tell_readers();
        self.tell_waiters();
    }

    fn tell_readers(&self) {
        self.presence.follow(&self.state);
        let last = self.recorded;
        self.head.send_if_modified(|head| std::mem::replace(head, last) != last);
    }

    /// A batch is on disk: whoever reads along may know.
    pub(super) fn recorded(&mut self, decided: Decided) {
        let Some(recording) = decided.recording else { return };
        self.counters.committed(&recording.rows);
        self.ids.add(&decided.entries);
        self.recent.push(decided.entries);
        self.recorded = recording.batch.last;
        self.tell_readers();
        self.tell_waiters();
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

    /// Whether it has not ended, as far as is recorded.
    fn is_open(&self, payment: i64) -> bool {
        let open = |payment: &Payment| !payment.state.is_final() || payment.state_sequence > self.recorded;
        self.state.payment(payment).is_some_and(open)
    }

    /// Ends the business day if it is over, then decides everything in `jobs`, then what is due: ahead of what is
    /// recorded, if memory alone can.
    pub(super) fn process(&mut self, jobs: Vec<Job>, due: Vec<Command>, now: Timestamp) {
        let day_is_over = cut_over::is_due(&self.state, now, &self.settings.rules);
        let (asked, commands) = opened(day_is_over, jobs, due);
        if asked.is_empty() {
            return;
        }
        if self.can_go_ahead(&commands, now) {
            self.gather(asked, commands, now);
        } else {
            self.wait_for_all();
            self.process_in_order(asked, commands, now);
        }
    }

    /// Decides these when everything before them is recorded, and replies when they are recorded, too.
    pub(super) fn process_in_order(&mut self, asked: Vec<Asked>, commands: Vec<Command>, now: Timestamp) {
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
    }

    /// Decides until it is recorded, or until trying again is of no use.
    fn decide(&mut self, commands: &Arc<[Command]>, now: Timestamp) -> Result<Vec<Reply>, Error> {
        let (began, mut attempts) = (Instant::now(), 0);
        loop {
            if self.stale {
                self.insist(began, Self::reload)?;
            }
            let asked = LookUps::by(commands, &self.state, &mut self.ids);
            let work = Work {
                state: std::mem::take(&mut self.state),
                asked,
                commands: Arc::clone(commands),
                now,
                rules: self.settings.rules,
                directory: self.directory.clone(),
                recent: Arc::clone(&self.recent),
                contended: self.is_contended(),
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

    /// Whether another gateway is appending to the same log at this time.
    pub(super) fn is_contended(&self) -> bool {
        self.outrun.is_some_and(|when| when.elapsed() < CONTENDED)
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
            self.outrun = Some(Instant::now());
            return Ok(None);
        }
        tracing::warn!(%error, "a batch could not be recorded");
        self.stale = true;
        let Some(Decided { recording: Some(recording), replies, .. }) = attempted else { return Ok(None) };
        let batch = recording.batch;
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
        self.counters.committed(&recording.rows);
        Ok(Some(replies))
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
        let Done { state, caught_up, mut decided } = done;
        self.state = state;
        if !caught_up.is_empty() {
            // The other gateway is still at it: deciding ahead would be for nothing.
            self.outrun = Some(Instant::now());
        }
        self.ids.add(&caught_up);
        self.recent.push(caught_up);
        if decided.recording.is_none() {
            self.publish();
        }
        let replies = std::mem::take(&mut decided.replies);
        self.recorded(decided);
        self.state.forget_final();
        replies
    }

    pub(super) fn reply(&mut self, asked: Vec<Asked>, replies: Vec<Reply>) {
        let mut replies = replies.into_iter();
        for asked in asked {
            match asked {
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
                Asked::ByTime(count) => drop(replies.by_ref().take(count).count()),
            }
        }
        // Some may have ended later in the same batch.
        self.tell_waiters();
    }
}
