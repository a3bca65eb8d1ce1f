//! Deciding ahead: while one batch is on its way to disk, the next is already decided on top of it. When the first
//! turns out not to be recorded, both are undone and decided anew, one after the other.
//!
//! Only commands that memory alone decides are taken ahead. Whatever needs the database to be decided waits until
//! nothing is on its way, and is then decided inside its own transaction.

use std::sync::Arc;
use std::time::Instant;

use store::Timestamp;

use super::asked::Asked;
use super::commit::{Decided, Steps};
use super::recall::LookUps;
use super::sequencer::{STEPS_A_BATCH, Sequencer};
use crate::clearing::{Command, Mark, Verdict, cut_over};
use crate::error::Error;

/// While a batch is on its way, commands are decided so many at a time. Being woken for each of them would cost more than
/// deciding it, and none would be recorded sooner.
const STEPS_AT_ONCE: usize = 128;

/// What is decided and waits for its turn to be recorded.
pub(super) struct Gathered {
    /// Where memory stood before.
    before: Mark,
    steps: Steps,
    asked: Vec<Asked>,
    commands: Vec<Command>,
    now: Timestamp,
}

/// What is on its way to disk.
pub(super) struct InFlight {
    before: Mark,
    after: Mark,
    decided: Decided,
    asked: Vec<Asked>,
    commands: Vec<Command>,
    now: Timestamp,
    began: Instant,
}

impl Sequencer {
    /// How many more steps fit into the batch that gathers.
    pub(super) fn room(&self) -> usize {
        let taken = self.gathered.as_ref().map_or(0, |gathered| gathered.steps.len());
        STEPS_A_BATCH.saturating_sub(taken).max(1)
    }

    /// How many steps are worth looking at before the batch on its way has landed.
    pub(super) const fn enough(&self) -> usize {
        if self.in_flight.is_some() { STEPS_AT_ONCE } else { 1 }
    }

    /// Whether nothing is decided that is not recorded.
    pub(super) const fn is_settled(&self) -> bool {
        self.gathered.is_none() && self.in_flight.is_none()
    }

    /// Whether memory alone decides these.
    pub(super) fn can_go_ahead(&mut self, commands: &[Command], now: Timestamp) -> bool {
        let clock = self.state.clock(now);
        let plain = |command: &Command| match command {
            Command::Reserve { transfer, .. } => {
                transfer.creditor_proxy.is_none()
                    && transfer.request_to_pay.is_none()
                    && !self.directory.may_be_suspected(transfer, clock)
            }
            Command::Answer { answer, .. } => !matches!(answer.verdict, Verdict::Credited | Verdict::Blocked),
            Command::TimeOut { .. } | Command::WatchLiquidity { .. } | Command::Enquire { .. } => true,
            _ => false,
        };
        !self.stale && !self.is_contended() && commands.iter().all(plain) && self.has_nothing_to_recall(commands, now)
    }

    /// Whether memory holds all that the log knows of the payments these are about. An id that may have been used is
    /// looked for on a connection beside: mostly it is new, and waiting for the batches under way would cost all
    /// others more. Should another gateway use it in between, the batch does not follow the head and is decided anew.
    fn has_nothing_to_recall(&mut self, commands: &[Command], now: Timestamp) -> bool {
        let asked = LookUps::by(commands, &self.state, &mut self.ids);
        let today = cut_over::day_at(&self.state, now, &self.settings.rules);
        asked.is_empty()
            || asked.is_of_new_payments()
                && self.db.read(|conn| asked.finds_nothing(conn, &self.recent, today)).unwrap_or(false)
    }

    /// Decides these on top of everything before, recorded or not.
    pub(super) fn gather(&mut self, asked: Vec<Asked>, commands: Vec<Command>, now: Timestamp) {
        let mut gathered = self.gathered.take().unwrap_or_else(|| Gathered {
            before: self.state.mark_again(),
            steps: Steps::default(),
            asked: Vec::new(),
            commands: Vec::new(),
            now,
        });
        let rules = self.settings.rules;
        let decided: Result<(), Error> =
            commands.iter().try_for_each(|command| gathered.steps.take(&mut self.state, command, None, now, &rules));
        gathered.asked.extend(asked);
        gathered.commands.extend(commands);
        gathered.now = now;
        if let Err(error) = decided {
            tracing::error!(%error, "a batch cannot be decided ahead");
            self.state.undo(&gathered.before);
            self.wait_for_all();
            return self.process_in_order(gathered.asked, gathered.commands, now);
        }
        self.gathered = Some(gathered);
    }

    /// Publishes what has been recorded and sends what has gathered on its way, without waiting; but a batch that
    /// is full waits for the one before it.
    pub(super) fn advance(&mut self) {
        if self.in_flight.is_some() {
            let full = self.gathered.as_ref().is_some_and(|gathered| gathered.steps.len() >= STEPS_A_BATCH);
            match if full { Some(self.committer.wait()) } else { self.committer.done() } {
                None => return,
                Some(done) => self.landed(done),
            }
        }
        if self.in_flight.is_none() {
            self.send();
        }
    }

    /// Until everything that is decided is recorded.
    pub(super) fn wait_for_all(&mut self) {
        while !self.is_settled() {
            if self.in_flight.is_some() {
                let done = self.committer.wait();
                self.landed(done);
            } else {
                self.send();
            }
        }
    }

    fn send(&mut self) {
        let Some(gathered) = self.gathered.take() else { return };
        let Gathered { before, steps, asked, commands, now } = gathered;
        let decided = steps.seal(&mut self.state);
        let Some(recording) = &decided.recording else {
            // Nothing to record, and nothing before it that is not: it can be told.
            return self.reply(asked, decided.replies);
        };
        self.committer.send(Arc::clone(recording));
        let after = self.state.mark_again();
        self.in_flight = Some(InFlight { before, after, decided, asked, commands, now, began: Instant::now() });
    }

    fn landed(&mut self, done: Result<(), Error>) {
        let Some(flight) = self.in_flight.take() else { return };
        match done {
            Ok(()) => {
                // The disk first: it has been waiting.
                self.send();
                let InFlight { after, mut decided, asked, .. } = flight;
                let replies = std::mem::take(&mut decided.replies);
                self.recorded(decided);
                self.state.forget_before(&after);
                self.reply(asked, replies);
            }
            Err(error) => self.start_over(flight, &error),
        }
    }

    /// Nothing that was decided on top of a batch that failed stands.
    fn start_over(&mut self, flight: InFlight, error: &Error) {
        let InFlight { before, decided, mut asked, mut commands, mut now, began, .. } = flight;
        self.state.undo(&before);
        let gathered = self.gathered.take();
        match self.after_failure(error, Some(decided), began) {
            Ok(Some(replies)) => {
                self.reply(asked, replies);
                (asked, commands) = (Vec::new(), Vec::new());
            }
            Ok(None) => {}
            Err(error) => {
                // Dropping what is asked tells everybody that nothing can be said.
                tracing::error!(%error, "a batch was given up");
                (asked, commands) = (Vec::new(), Vec::new());
            }
        }
        if let Some(gathered) = gathered {
            asked.extend(gathered.asked);
            commands.extend(gathered.commands);
            now = gathered.now;
        }
        if !commands.is_empty() || !asked.is_empty() {
            self.process_in_order(asked, commands, now);
        }
    }
}
