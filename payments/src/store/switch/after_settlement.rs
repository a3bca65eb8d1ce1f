//! What participants do about payments that have settled.

use std::sync::Arc;

use store::Timestamp;
use uuid::Uuid;

use super::{Room, Switch};
use crate::clearing::{Command, PaymentReturn, RecallAnswer, RecallRefusal, RecallRequest, Reply, StatusReport};
use crate::error::SubmitError;
use crate::participant::ClearingCode;

/// A return as it came.
#[derive(Debug, Clone)]
pub struct ReturnSubmission {
    /// What it says.
    pub request: PaymentReturn,
    /// `TxInf` as it was sent: stored as evidence, and forwarded as it is.
    pub body: String,
}

impl Switch {
    /// Takes a recall of `sender`, the debtor agent of a settled payment, and forwards it to the creditor agent.
    /// The same again changes nothing.
    pub async fn recall(
        &self,
        sender: ClearingCode,
        request: RecallRequest,
        body: String,
    ) -> Result<Result<(), RecallRefusal>, SubmitError> {
        self.take_recall(sender, Command::Recall { sender, request: Box::new(request), body: Arc::from(body) }).await
    }

    /// Takes the answer of `sender`, the creditor agent, to a recall, and forwards it to the debtor agent. The
    /// same again changes nothing. An acceptance moves nothing by itself: a return follows it.
    pub async fn answer_recall(
        &self,
        sender: ClearingCode,
        answer: RecallAnswer,
        body: String,
    ) -> Result<Result<(), RecallRefusal>, SubmitError> {
        self.take_recall(sender, Command::AnswerRecall { sender, answer: Box::new(answer), body: Arc::from(body) })
            .await
    }

    async fn take_recall(
        &self,
        sender: ClearingCode,
        command: Command,
    ) -> Result<Result<(), RecallRefusal>, SubmitError> {
        let replies = self.0.ask(vec![command], (self.0.clock)(), Room::New(sender)).await?;
        match replies.into_iter().next() {
            Some(Reply::Recalled(done)) => Ok(done),
            _ => Err(SubmitError::Unavailable),
        }
    }

    /// How payments stand, by UETR, however old; for one that `sender` has no part in, nothing.
    pub async fn enquire_by_uetr(
        &self,
        sender: ClearingCode,
        uetrs: Vec<Uuid>,
    ) -> Result<Vec<Option<StatusReport>>, SubmitError> {
        let command = |original_uetr| Command::EnquireByUetr { sender, original_uetr };
        let commands = uetrs.into_iter().map(command).collect();
        let replies = self.0.ask(commands, (self.0.clock)(), Room::Reserve(Some(sender))).await?;
        let report = |reply| match reply {
            Reply::Enquired(report) => Ok(report),
            _ => Err(SubmitError::Unavailable),
        };
        replies.into_iter().map(report).collect()
    }

    /// Takes returns of `sender`, the creditor agent of settled payments, and says how each ended: settled, or
    /// refused. The same return again gets the same outcome again.
    pub async fn return_payments(
        &self,
        sender: ClearingCode,
        returns: Vec<ReturnSubmission>,
        arrived: Timestamp,
    ) -> Result<Vec<StatusReport>, SubmitError> {
        let command = |one: ReturnSubmission| Command::Return {
            sender,
            request: Box::new(one.request),
            body: Arc::from(one.body),
            arrived,
        };
        let replies = self.0.ask(returns.into_iter().map(command).collect(), arrived, Room::New(sender)).await?;
        let report = |reply| match reply {
            Reply::Returned(report) => Ok(report),
            _ => Err(SubmitError::Unavailable),
        };
        replies.into_iter().map(report).collect()
    }
}
