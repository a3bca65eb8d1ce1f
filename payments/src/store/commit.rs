//! One batch: what its commands lead to, decided and recorded in one transaction.

use std::sync::{Arc, Mutex, PoisonError};

use store::{Conn, Db, Timestamp};

use super::{log, memory, projection};
use crate::clearing::chain::{self, Batch};
use crate::clearing::{Command, Refusal, Reply, Row, Rules, State, settle};
use crate::directory::Directory;
use crate::error::Error;

/// Commands to decide together.
pub(super) struct Work {
    /// Where memory stands before them.
    pub(super) state: Arc<State>,
    pub(super) commands: Arc<[Command]>,
    pub(super) now: Timestamp,
    pub(super) rules: Rules,
    pub(super) directory: Directory,
}

/// Where they lead.
#[derive(Clone)]
pub(super) struct Done {
    /// The state afterwards; payments that ended in this batch are still in it.
    pub(super) state: State,
    pub(super) rows: Vec<Row>,
    /// One for each command.
    pub(super) replies: Vec<Reply>,
    /// None when there was nothing to record.
    pub(super) batch: Option<Batch>,
}

/// Why a batch may not have been recorded.
pub(super) struct Failed {
    pub(super) error: Error,
    /// What was attempted last. When the answer to the commit was lost, it may have happened all the same.
    pub(super) attempted: Option<Box<Done>>,
}

/// Decides and records. When this is `Ok`, it is durable.
pub(super) fn commit(db: &Db, work: Work) -> Result<Done, Failed> {
    let attempted = Arc::new(Mutex::new(None));
    let attempt = Arc::clone(&attempted);
    let committed = db.write(move |conn| {
        let done = work.run(conn)?;
        *attempt.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(done.clone()));
        Ok(done)
    });
    committed.map_err(|error| {
        let attempted = attempted.lock().unwrap_or_else(PoisonError::into_inner).take();
        Failed { error, attempted }
    })
}

impl Work {
    /// May run more than once: the state it begins with is never touched.
    fn run(&self, conn: &mut Conn<'_>) -> Result<Done, Error> {
        let mut state = State::clone(&self.state);
        memory::recall(conn, &mut state, &self.commands, self.now)?;
        let mut rows = Vec::with_capacity(self.commands.len());
        let mut replies = Vec::with_capacity(self.commands.len());
        let payees = self.payees(conn, &state)?;
        for (command, payee) in self.commands.iter().zip(payees) {
            let step = settle::apply(&mut state, command, payee, self.now, &self.rules)?;
            rows.extend(step.row);
            replies.push(step.reply);
        }
        let batch = chain::batch(state.hash, &rows);
        if let Some(batch) = &batch {
            // The head first: whoever else is appending waits here, and then fails.
            log::advance_head(conn, batch)?;
            log::append(conn, batch, &rows)?;
            projection::write(conn, &state, &rows)?;
            state.hash = batch.hash;
        }
        Ok(Done { state, rows, replies, batch })
    }

    /// What the directory says, for each command, against the payee of a payment that is not a repetition. It
    /// is asked inside the transaction that records the payment, so that a proxy that has moved is seen.
    fn payees(&self, conn: &mut Conn<'_>, state: &State) -> Result<Vec<Option<Refusal>>, Error> {
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
