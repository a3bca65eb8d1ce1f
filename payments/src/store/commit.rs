//! One batch: what its commands lead to, decided and recorded in one transaction.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use store::{Conn, Db, Timestamp};

use super::projection::Changed;
use super::recall::{self, LookUps};
use super::recent::{Entry, Recent};
use super::{log, memory, request_to_pay};
use crate::clearing::chain::{self, Batch};
use crate::clearing::{Command, Digest, Refusal, Reply, Row, Rules, State, cut_over, settle};
use crate::directory::Directory;
use crate::error::Error;
use crate::request_to_pay::RequestId;

/// Commands to decide together.
pub(super) struct Work {
    /// Where memory stands before them.
    pub(super) state: State,
    pub(super) commands: Arc<[Command]>,
    /// What they refer to that is not in the state.
    pub(super) asked: LookUps,
    /// Where it is looked for first.
    pub(super) recent: Arc<Recent>,
    pub(super) now: Timestamp,
    pub(super) rules: Rules,
    pub(super) directory: Directory,
    /// Whether others are appending too. The head is then taken first, so that nobody can be quicker, and what they
    /// appended is folded in before anything is decided.
    pub(super) contended: bool,
}

/// Steps as they are decided, one after the other.
#[derive(Default)]
pub(super) struct Steps {
    rows: Vec<Row>,
    digests: Vec<Digest>,
    entries: Vec<Entry>,
    replies: Vec<Reply>,
}

impl Steps {
    /// Decides one more command and folds what follows into `state`.
    pub(super) fn take(
        &mut self,
        state: &mut State,
        command: &Command,
        payee: Option<Refusal>,
        now: Timestamp,
        rules: &Rules,
    ) -> Result<(), Error> {
        let step = settle::apply(state, command, payee, now, rules)?;
        if let Some(row) = step.row {
            self.digests.push(row.digest());
            self.entries.push(Entry::of(&row, state));
            self.rows.push(row);
        }
        self.replies.push(step.reply);
        Ok(())
    }

    /// How many commands were decided.
    pub(super) const fn len(&self) -> usize {
        self.replies.len()
    }

    /// Makes them a batch. `state`, into which they are folded, then ends with it.
    pub(super) fn seal(self, state: &mut State) -> Decided {
        let Self { rows, digests, entries, replies } = self;
        let recording = chain::batch(state.hash, &rows, &digests).map(|batch| {
            state.hash = batch.hash;
            let changed = Changed::by(&rows, state);
            Arc::new(Recording { batch, rows, digests, changed })
        });
        Decided { recording, entries, replies }
    }
}

/// What commands lead to.
#[derive(Clone)]
pub(super) struct Decided {
    /// None when there was nothing to record.
    pub(super) recording: Option<Arc<Recording>>,
    /// What its rows mean to those who read along.
    pub(super) entries: Vec<Entry>,
    /// One for each command.
    pub(super) replies: Vec<Reply>,
}

/// What is written in one transaction.
#[derive(Clone)]
pub(super) struct Recording {
    pub(super) batch: Batch,
    pub(super) rows: Vec<Row>,
    digests: Vec<Digest>,
    changed: Changed,
}

impl Recording {
    /// # Errors
    /// [`Error::HeadMoved`] when the log no longer ends where this begins.
    pub(super) fn write(&self, conn: &mut Conn<'_>) -> Result<(), Error> {
        log::append(conn, &self.batch, (&self.rows, &self.digests), self.changed.early_positions())?;
        self.changed.write(conn)
    }
}

/// They are recorded.
pub(super) struct Done {
    /// The state afterwards; payments that ended in this batch are still in it.
    pub(super) state: State,
    /// What others had appended before.
    pub(super) caught_up: Vec<Entry>,
    pub(super) decided: Decided,
}

/// Why a batch may not have been recorded.
pub(super) struct Failed {
    pub(super) error: Error,
    /// Where memory stood before.
    pub(super) state: State,
    /// What was attempted last. When the answer to the commit was lost, it may have happened all the same.
    pub(super) attempted: Option<Decided>,
}

/// Decides and records. When this is `Ok`, it is durable.
pub(super) fn commit(db: &Db, mut work: Work) -> Result<Done, Box<Failed>> {
    let before = work.state.mark();
    let attempt = Arc::new(Mutex::new((work, None)));
    let shared = Arc::clone(&attempt);
    let mark = before.clone();
    // May run more than once, so each time it begins where memory stood.
    let committed = db.write(move |conn| {
        let (work, decided) = &mut *shared.lock().unwrap_or_else(PoisonError::into_inner);
        work.state.undo(&mark);
        *decided = None;
        *decided = Some(work.run(conn)?);
        Ok(())
    });
    let (mut state, decided) = {
        let mut attempt = attempt.lock().unwrap_or_else(PoisonError::into_inner);
        (std::mem::take(&mut attempt.0.state), attempt.1.take())
    };
    match (committed, decided) {
        (Ok(()), Some((caught_up, decided))) => Ok(Done { state, caught_up, decided }),
        (committed, attempted) => {
            state.undo(&before);
            let attempted = attempted.map(|(_, decided)| decided);
            // The work is only ever left without a decision by an error.
            let error = committed.err().unwrap_or(Error::Store(store::Error::Panicked));
            Err(Box::new(Failed { error, state, attempted }))
        }
    }
}

impl Work {
    fn run(&mut self, conn: &mut Conn<'_>) -> Result<(Vec<Entry>, Decided), Error> {
        log::prepare(conn)?;
        let mut caught_up = Vec::new();
        let consumed = self.consumed();
        // Requests to pay are taken after the head, so that no two gateways wait for each other.
        if self.contended || !consumed.is_empty() {
            let head = log::lock_head(conn)?;
            caught_up = memory::catch_up(conn, &mut self.state, head)?;
            self.asked.forget_known(&self.state);
        }
        let today = cut_over::day_at(&self.state, self.now, &self.rules);
        recall::recall(conn, &mut self.state, &self.commands, (&self.asked, &self.recent), today)?;
        if !consumed.is_empty() {
            for request in request_to_pay::payment::take(conn, &consumed)? {
                self.state.remember_request(request);
            }
        }
        let payees = self.payees(conn)?;
        let mut steps = Steps::default();
        for (command, payee) in self.commands.iter().zip(payees) {
            steps.take(&mut self.state, command, payee, self.now, &self.rules)?;
        }
        let decided = steps.seal(&mut self.state);
        if let Some(recording) = &decided.recording {
            recording.write(conn)?;
        }
        Ok((caught_up, decided))
    }

    /// The requests to pay that payments of this batch carry the ids of.
    fn consumed(&self) -> BTreeSet<RequestId> {
        let carried = |command: &Command| match command {
            Command::Reserve { transfer, .. } => transfer.request_to_pay,
            _ => None,
        };
        self.commands.iter().filter_map(carried).collect()
    }

    /// What the directory says, for each command, against the payee of a payment that is not a repetition. It
    /// is asked inside the transaction that records the payment, so that a proxy that has moved is seen. Of payments to
    /// accounts it is asked about those alone whose payee may be suspected.
    fn payees(&self, conn: &mut Conn<'_>) -> Result<Vec<Option<Refusal>>, Error> {
        let state = &self.state;
        let now = state.clock(self.now);
        let mut payees = vec![None; self.commands.len()];
        let (mut indices, mut transfers) = (Vec::new(), Vec::new());
        for (index, command) in self.commands.iter().enumerate() {
            let Command::Reserve { transfer, .. } = command else { continue };
            let is_new = state.payment_by_transaction_id(transfer.debtor_agent, &transfer.transaction_id).is_none();
            let asks = || transfer.creditor_proxy.is_some() || self.directory.may_be_suspected(transfer, now);
            if is_new && asks() {
                indices.push(index);
                transfers.push(transfer.as_ref());
            }
        }
        if transfers.is_empty() {
            return Ok(payees);
        }
        let said = self.directory.payees_not_as_shown(conn, &transfers, now)?;
        for (index, against) in indices.into_iter().zip(said) {
            payees[index] = against.map(Refusal::from);
        }
        Ok(payees)
    }
}
