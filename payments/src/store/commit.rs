//! One batch: what its commands lead to, decided and recorded in one transaction.

use std::sync::{Arc, Mutex, PoisonError};

use store::{Conn, Db, Timestamp};

use super::{log, projection, recall};
use crate::clearing::chain::{self, Batch};
use crate::clearing::{Command, Digest, Refusal, Reply, Row, Rules, State, cut_over, settle};
use crate::directory::Directory;
use crate::error::Error;

/// Commands to decide together.
pub(super) struct Work {
    /// Where memory stands before them.
    pub(super) state: State,
    pub(super) commands: Arc<[Command]>,
    pub(super) now: Timestamp,
    pub(super) rules: Rules,
    pub(super) directory: Directory,
}

/// What they lead to.
#[derive(Clone)]
pub(super) struct Decided {
    pub(super) rows: Vec<Row>,
    /// One for each command.
    pub(super) replies: Vec<Reply>,
    /// None when there was nothing to record.
    pub(super) batch: Option<Batch>,
}

/// They are recorded.
pub(super) struct Done {
    /// The state afterwards; payments that ended in this batch are still in it.
    pub(super) state: State,
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
        (Ok(()), Some(decided)) => {
            if let Some(batch) = &decided.batch {
                state.hash = batch.hash;
            }
            Ok(Done { state, decided })
        }
        (committed, attempted) => {
            state.undo(&before);
            // The work is only ever left without a decision by an error.
            let error = committed.err().unwrap_or(Error::Store(store::Error::Panicked));
            Err(Box::new(Failed { error, state, attempted }))
        }
    }
}

impl Work {
    fn run(&mut self, conn: &mut Conn<'_>) -> Result<Decided, Error> {
        log::prepare(conn)?;
        let today = cut_over::day_at(&self.state, self.now, &self.rules);
        recall::recall(conn, &mut self.state, &self.commands, today)?;
        let mut rows = Vec::with_capacity(self.commands.len());
        let mut replies = Vec::with_capacity(self.commands.len());
        let payees = self.payees(conn)?;
        for (command, payee) in self.commands.iter().zip(payees) {
            let step = settle::apply(&mut self.state, command, payee, self.now, &self.rules)?;
            rows.extend(step.row);
            replies.push(step.reply);
        }
        let digests: Vec<Digest> = rows.iter().map(Row::digest).collect();
        let batch = chain::batch(self.state.hash, &rows, &digests);
        if let Some(batch) = &batch {
            log::append(conn, batch, &rows, &digests)?;
            projection::write(conn, &self.state, &rows)?;
        }
        Ok(Decided { rows, replies, batch })
    }

    /// What the directory says, for each command, against the payee of a payment that is not a repetition. It
    /// is asked inside the transaction that records the payment, so that a proxy that has moved is seen.
    fn payees(&self, conn: &mut Conn<'_>) -> Result<Vec<Option<Refusal>>, Error> {
        let state = &self.state;
        let mut payees = vec![None; self.commands.len()];
        let (mut indices, mut transfers) = (Vec::new(), Vec::new());
        for (index, command) in self.commands.iter().enumerate() {
            let Command::Reserve { transfer, .. } = command else { continue };
            let is_new = state.payment_by_transaction_id(transfer.debtor_agent, &transfer.transaction_id).is_none();
            if is_new && transfer.creditor_proxy.is_some() {
                indices.push(index);
                transfers.push(transfer.as_ref());
            }
        }
        if transfers.is_empty() {
            return Ok(payees);
        }
        let said = self.directory.payees_not_as_shown(conn, &transfers, state.clock(self.now))?;
        for (index, against) in indices.into_iter().zip(said) {
            payees[index] = against.map(Refusal::from);
        }
        Ok(payees)
    }
}
