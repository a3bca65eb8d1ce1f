//! Recalls: a payer's bank asks for a payment back (camt.056), and this bank answers (camt.029).
//!
//! The rule is one that a customer understands: what was sent twice or by a fault of the other bank goes back by itself,
//! if the account still holds it; anything else is the customer's to decide, and the simulated bank has nobody who would
//! ask them. The money is set aside before the switch hears of the answer, so that a crash in between returns it once.

use std::sync::Arc;

use payments::clearing::{RecallAnswer, RecallDecision};
use payments::iso20022::camt029::{self, RecallAnswerMessage};
use payments::iso20022::camt056::RecallMessage;
use payments::iso20022::case::Assignment;
use payments::participant::ClearingCode;

use super::client::ClientError;
use super::payment::Uetr;
use super::store::{Cause, GivenBack};
use super::{Bank, BankError, refunds};
use crate::clock;

/// Decides about a recall, and answers it. The same recall again is answered alike.
pub(super) async fn take_on(bank: &Arc<Bank>, recall: RecallMessage) -> Result<(), BankError> {
    let (asked, payers_bank) = (recall.request, recall.assignment.assigner);
    let wanted = asked.clone();
    match bank.books(move |books| books.decide_recall(&wanted, payers_bank, clock::now())).await? {
        Ok(set_aside) => refunds::give_back(bank, &set_aside).await,
        Err(reason) => {
            let answer = RecallAnswer {
                cancellation_id: asked.cancellation_id,
                original_transaction_id: asked.original_transaction_id,
                original_uetr: asked.original_uetr,
                decision: RecallDecision::Rejected(reason),
            };
            match bank.switch.answer_recall(message(bank, payers_bank, answer)).await {
                // It was answered before, or taken back: the switch keeps what stands.
                Err(ClientError::Refused(call)) if call.status.is_client_error() => Ok(()),
                answered => Ok(answered?),
            }
        }
    }
}

/// Says that the money is on its way back. False when the switch does not take that: then it stays where it was.
pub(super) async fn accept(bank: &Arc<Bank>, of: &GivenBack) -> Result<bool, ClientError> {
    let Cause::Recall { id, payers_bank } = &of.cause else { return Ok(true) };
    let answer = RecallAnswer {
        cancellation_id: id.clone(),
        original_transaction_id: of.transaction_id.clone(),
        original_uetr: *of.uetr.as_uuid(),
        decision: RecallDecision::Accepted,
    };
    match bank.switch.answer_recall(message(bank, *payers_bank, answer)).await {
        Ok(()) => Ok(true),
        Err(ClientError::Refused(call)) if call.status.is_client_error() => Ok(false),
        Err(other) => Err(other),
    }
}

fn message(bank: &Bank, payers_bank: ClearingCode, answer: RecallAnswer) -> String {
    let assignment = Assignment {
        id: Uetr::from_uuid(answer.original_uetr).transaction_id(),
        assigner: bank.config.clearing_code,
        assignee: payers_bank,
        created: clock::now(),
    };
    camt029::write(&RecallAnswerMessage::new(assignment, answer))
}
