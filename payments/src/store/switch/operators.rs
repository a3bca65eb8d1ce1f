//! What operators do to participants.

use super::{Command, Reply, Room, Switch};
use crate::clearing::{Limits, Operation, Particulars};
use crate::error::{OperationError, SubmitError};
use crate::money::Currency;
use crate::participant::{ClearingCode, Thumbprint};

/// What the operator does. `by` names who does it; it stays in the log.
impl Switch {
    /// Does one thing. Returns the sequence number of its event.
    pub async fn operate(
        &self,
        by: &str,
        participant: ClearingCode,
        operation: Operation,
    ) -> Result<i64, OperationError> {
        self.act(Command::Operate { actor: by.to_owned(), participant, operation }).await
    }

    /// Gives an officer's command to the sequencer.
    pub(super) async fn act(&self, command: Command) -> Result<i64, OperationError> {
        let replies =
            self.0.ask(vec![command], (self.0.clock)(), Room::Reserve(None)).await.map_err(|error| match error {
                SubmitError::Busy { .. } => OperationError::Busy,
                SubmitError::NotDebtorAgent { .. } | SubmitError::Unavailable => OperationError::Unavailable,
            })?;
        match replies.into_iter().next() {
            Some(Reply::Operated(done)) => Ok(done?),
            _ => Err(OperationError::Unavailable),
        }
    }

    /// Lets a participant in. The same again changes nothing.
    pub async fn add_participant(
        &self,
        by: &str,
        code: ClearingCode,
        particulars: Particulars,
    ) -> Result<i64, OperationError> {
        self.operate(by, code, Operation::Add(particulars)).await
    }

    /// Sets how far below zero a position may go, in minor units.
    pub async fn set_net_debit_cap(
        &self,
        by: &str,
        code: ClearingCode,
        currency: Currency,
        cap: i64,
    ) -> Result<i64, OperationError> {
        self.operate(by, code, Operation::SetNetDebitCap(currency, cap)).await
    }

    /// Takes no new payments from or to a participant. Answers to old ones are still taken.
    pub async fn suspend(&self, by: &str, code: ClearingCode) -> Result<i64, OperationError> {
        self.operate(by, code, Operation::Suspend).await
    }

    /// Takes nothing more from a participant: it may only read, and what was sent to it times out.
    pub async fn block(&self, by: &str, code: ClearingCode) -> Result<i64, OperationError> {
        self.operate(by, code, Operation::Block).await
    }

    /// Sets what a participant may send in a currency, and when it is warned.
    pub async fn set_limits(
        &self,
        by: &str,
        code: ClearingCode,
        currency: Currency,
        limits: Limits,
    ) -> Result<i64, OperationError> {
        self.operate(by, code, Operation::SetLimits(currency, limits)).await
    }

    /// Ends a suspension, or a block.
    pub async fn resume(&self, by: &str, code: ClearingCode) -> Result<i64, OperationError> {
        self.operate(by, code, Operation::Resume).await
    }

    /// Lets a client certificate act for a participant.
    pub async fn add_certificate(
        &self,
        by: &str,
        code: ClearingCode,
        thumbprint: Thumbprint,
    ) -> Result<i64, OperationError> {
        self.operate(by, code, Operation::AddCertificate(thumbprint)).await
    }

    /// Ends that, for good.
    pub async fn revoke_certificate(
        &self,
        by: &str,
        code: ClearingCode,
        thumbprint: Thumbprint,
    ) -> Result<i64, OperationError> {
        self.operate(by, code, Operation::RevokeCertificate(thumbprint)).await
    }
}
