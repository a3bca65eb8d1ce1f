//! The handle that the rest of a program holds.

mod after_settlement;
mod days;
mod operators;
mod presence;
mod proposals;

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use store::{Db, Timestamp};
use tokio::sync::{oneshot, watch};

use super::metrics::{Counters, Metrics};
use super::presence::Presence;
use super::projector::Projector;
use super::queue::{Ask, Job, NotTaken, Queue, Room};
use super::recent::Recent;
use super::request_to_pay::RequestsToPay;
use super::sequencer::Sequencer;
use super::statistics::Minute;
use super::trial_balance::{self, TrialBalance};
use super::{history, inbox, projection, statistics};
use crate::clearing::{
    Answer, AnswerRefusal, Command, CreditTransfer, EventRow, Inbox, Payment, Position, Reply, Rules, StatusReport,
};
use crate::directory::Directory;
use crate::error::{Error, SubmitError};
use crate::money::Currency;
use crate::participant::{ClearingCode, Participant, Thumbprint};

pub use after_settlement::ReturnSubmission;

/// Where the switch reads the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How a switch is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SwitchSettings {
    /// The times by which payments are judged.
    pub rules: Rules,
    /// So many new payments may wait; more are refused with [`SubmitError::Busy`]. One participant alone gets
    /// half of it: the rest is for the others.
    pub queue_capacity: usize,
    /// How often an idle switch looks whether others have appended to the log.
    pub follow_every: Duration,
    /// A participant that leaves a payment unanswered and was not heard of for so long is taken to be offline.
    /// More than a long poll takes.
    pub offline_after: Duration,
    /// How long a batch is tried on a failing database before its callers are told.
    pub patience: Duration,
}

impl Default for SwitchSettings {
    fn default() -> Self {
        Self {
            rules: Rules::default(),
            queue_capacity: 20_000,
            follow_every: Duration::from_millis(200),
            offline_after: Duration::from_mins(1),
            patience: Duration::from_secs(5),
        }
    }
}

/// A payment as it came.
#[derive(Debug, Clone)]
pub struct Submission {
    /// What it says.
    pub transfer: CreditTransfer,
    /// `CdtTrfTxInf` as it was sent: stored as evidence, and forwarded as it is.
    pub body: Vec<u8>,
}

/// What an answer led to: the state that stands, or why the answer was not taken.
pub type AnswerReport = Result<StatusReport, AnswerRefusal>;

/// The payment switch on one database. Cheap to clone; the last clone stops it.
#[derive(Clone)]
pub struct Switch(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    queue: Arc<Queue>,
    counters: Arc<Counters>,
    presence: Arc<Presence>,
    recent: Arc<Recent>,
    head: watch::Receiver<i64>,
    thread: Mutex<Option<JoinHandle<()>>>,
    projector: Mutex<Option<Projector>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Inner {
    fn stop(&self) {
        self.queue.close();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the sequencer panicked");
        }
        drop(self.projector.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    async fn ask(&self, commands: Vec<Command>, arrived: Timestamp, room: Room) -> Result<Vec<Reply>, SubmitError> {
        let (reply, replied) = oneshot::channel();
        self.push(Job { arrived, ask: Ask::Decide { commands, reply } }, room)?;
        replied.await.map_err(|_| SubmitError::Unavailable)
    }

    fn push(&self, job: Job, room: Room) -> Result<(), SubmitError> {
        self.queue.push(job, room).map_err(|not_taken| match not_taken {
            NotTaken::Full => SubmitError::Busy { retry_after: Duration::from_secs(1) },
            NotTaken::Closed => SubmitError::Unavailable,
        })
    }
}

/// Opening, stopping and watching.
impl Switch {
    /// Opens the switch on a database: reads its state and starts its sequencer. Payments to proxies are
    /// checked against `directory`, which is in the same database.
    ///
    /// # Errors
    /// [`Error::NeedsMigration`]; [`Error::Damaged`] when the log does not end as its head says or positions
    /// do not agree with it: such books must be looked at, not worked with.
    pub fn open(db: Db, settings: SwitchSettings, clock: Clock, directory: Directory) -> Result<Self, Error> {
        if db.needs_migration()? {
            return Err(Error::NeedsMigration);
        }
        let sequencer = Sequencer::open(db.clone(), settings, Arc::clone(&clock), directory)?;
        let (queue, counters) = (Arc::clone(&sequencer.queue), Arc::clone(&sequencer.counters));
        let presence = Arc::clone(&sequencer.presence);
        let (recent, head) = (Arc::clone(&sequencer.recent), sequencer.head.subscribe());
        let projector = Mutex::new(Some(Projector::start(db.clone(), Arc::clone(&recent))?));
        let thread = std::thread::Builder::new().name("sequencer".to_owned()).spawn(move || sequencer.run())?;
        let thread = Mutex::new(Some(thread));
        Ok(Self(Arc::new(Inner { db, clock, queue, counters, presence, recent, head, thread, projector })))
    }

    /// Finishes what was taken and stops. Blocks until then; afterwards nothing more is taken.
    pub fn stop(&self) {
        self.0.stop();
    }

    /// Whether it takes payments.
    pub fn is_running(&self) -> bool {
        self.0.queue.is_open()
    }

    /// Changes whenever the log has grown, also when another gateway made it grow: its value is the last
    /// row's sequence number. This is what long polling waits for.
    pub fn head(&self) -> watch::Receiver<i64> {
        self.0.head.clone()
    }

    /// The requests to pay that its payments answer.
    pub fn requests_to_pay(&self) -> RequestsToPay {
        RequestsToPay::new(self.0.db.clone())
    }

    /// What the sequencer counts.
    pub fn metrics(&self) -> Metrics {
        self.0.counters.read(self.0.queue.len())
    }
}

/// What participants do.
impl Switch {
    /// Takes payments of `sender` and says how each stands: reserved, refused, or, when it came before, as it
    /// stands by now. `arrived` is when the request came in. What is reported is durable.
    ///
    /// # Errors
    /// [`SubmitError`]; nothing was taken unless it is [`SubmitError::Unavailable`].
    pub async fn submit(
        &self,
        sender: ClearingCode,
        payments: Vec<Submission>,
        arrived: Timestamp,
    ) -> Result<Vec<StatusReport>, SubmitError> {
        if let Some(index) = payments.iter().position(|payment| payment.transfer.debtor_agent != sender) {
            return Err(SubmitError::NotDebtorAgent { index });
        }
        let command = |payment: Submission| Command::Reserve {
            transfer: Box::new(payment.transfer),
            body: Arc::from(payment.body),
            arrived,
        };
        let replies = self.0.ask(payments.into_iter().map(command).collect(), arrived, Room::New(sender)).await?;
        let report = |reply| match reply {
            Reply::Reserved(report) => Ok(report),
            _ => Err(SubmitError::Unavailable),
        };
        replies.into_iter().map(report).collect()
    }

    /// Takes answers of `sender`, the creditor agent, and says what stands now. Only when that is settled may
    /// the creditor agent credit its customer.
    pub async fn answer(
        &self,
        sender: ClearingCode,
        answers: Vec<Answer>,
        arrived: Timestamp,
    ) -> Result<Vec<AnswerReport>, SubmitError> {
        self.0.presence.hear(sender, arrived);
        let command = |answer| Command::Answer { sender, answer, arrived };
        let replies =
            self.0.ask(answers.into_iter().map(command).collect(), arrived, Room::Reserve(Some(sender))).await?;
        let report = |reply| match reply {
            Reply::Answered(report) => Ok(report),
            _ => Err(SubmitError::Unavailable),
        };
        replies.into_iter().map(report).collect()
    }

    /// How a payment of `debtor_agent` from this business day or the one before stands.
    pub async fn enquire(
        &self,
        debtor_agent: ClearingCode,
        transaction_id: &str,
    ) -> Result<Option<StatusReport>, SubmitError> {
        let command = Command::Enquire { debtor_agent, transaction_id: transaction_id.to_owned() };
        let room = Room::Reserve(Some(debtor_agent));
        let replies = self.0.ask(vec![command], (self.0.clock)(), room).await?;
        match replies.into_iter().next() {
            Some(Reply::Enquired(report)) => Ok(report),
            _ => Err(SubmitError::Unavailable),
        }
    }

    /// Waits until a payment is final, whichever gateway ends it; `None` when there is no such payment. It
    /// has no time limit of its own (a payment ends by its deadline); dropping it cancels nothing.
    pub async fn wait_final(
        &self,
        debtor_agent: ClearingCode,
        transaction_id: &str,
    ) -> Result<Option<StatusReport>, SubmitError> {
        let (reply, replied) = oneshot::channel();
        let ask = Ask::WaitFinal { debtor_agent, transaction_id: transaction_id.to_owned(), reply };
        self.0.push(Job { arrived: (self.0.clock)(), ask }, Room::Reserve(Some(debtor_agent)))?;
        replied.await.map_err(|_| SubmitError::Unavailable)
    }

    /// A page of `reader`'s inbox: at most `max` messages after `after`. Blocks on the database. With no
    /// messages and `next` at the head, wait for [`Switch::head`] to change.
    pub fn inbox(&self, reader: ClearingCode, after: i64, max: usize) -> Result<Inbox, Error> {
        inbox::read(&self.0.db, &self.0.recent, reader, after, max)
    }

    /// The same without asking the database; `None` when it must be asked.
    pub fn recent_inbox(&self, reader: ClearingCode, after: i64, max: usize) -> Option<Inbox> {
        inbox::recent(&self.0.recent, reader, after, max)
    }
}

/// What is looked at. All of these block on the database.
impl Switch {
    /// All participants, by clearing code.
    pub fn participants(&self) -> Result<Vec<Participant>, Error> {
        self.0.db.read(projection::participants)
    }

    /// All positions, by participant and currency.
    pub fn positions(&self) -> Result<Vec<(ClearingCode, Currency, Position)>, Error> {
        self.0.db.read(projection::positions)
    }

    /// What participants have beside what they put in, as of one moment.
    pub fn trial_balance(&self) -> Result<TrialBalance, Error> {
        self.0.db.snapshot(trial_balance::read)
    }

    /// For whom a client certificate acts now; nobody once it is revoked.
    pub fn participant_of_certificate(&self, thumbprint: &Thumbprint) -> Result<Option<ClearingCode>, Error> {
        self.0.db.read(|conn| projection::participant_of(conn, thumbprint))
    }

    /// Payments in any state, newest first, at most `limit`, recorded before row `before`.
    pub fn payments(&self, before: Option<i64>, limit: usize) -> Result<Vec<Payment>, Error> {
        self.0.db.snapshot(|conn| history::payments(conn, before, limit))
    }

    /// The payment with this UETR.
    pub fn payment(&self, uetr: uuid::Uuid) -> Result<Option<Payment>, Error> {
        self.0.db.snapshot(|conn| history::payment_by_uetr(conn, &self.0.recent, uetr))
    }

    /// The payments with this UETR, transaction id or end-to-end id, newest first, at most `limit`. Whoever calls in has
    /// one of them, and may not know which.
    pub fn payments_known_as(&self, id: &str, limit: usize) -> Result<Vec<Payment>, Error> {
        self.0.db.snapshot(|conn| history::payments_known_as(conn, &self.0.recent, id, limit))
    }

    /// What operators did and whatever else happened, newest first, at most `limit`, before row `before`.
    pub fn events(&self, before: Option<i64>, limit: usize) -> Result<Vec<EventRow>, Error> {
        self.0.db.read(|conn| history::events(conn, before, limit))
    }

    /// What happened in each minute of the last hour, oldest first; minutes without payments are there too.
    pub fn statistics(&self) -> Result<Vec<Minute>, Error> {
        let now = (self.0.clock)();
        self.0.db.snapshot(|conn| statistics::last_hour(conn, now))
    }
}
