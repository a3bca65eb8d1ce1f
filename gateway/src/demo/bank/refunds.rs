//! Refunds of the bank's merchants: read from the directory's inbox, taken from the merchant's account, returned to the
//! payer's bank (pacs.004).
//!
//! What a merchant asks for is kept with its money set aside before the switch hears of the return, so that a crash in
//! between returns it once: the same return sent again has the same outcome.

use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::time::sleep;
use payments::clearing::{PaymentReturn, Status};
use payments::iso20022::ReasonCode;
use payments::iso20022::pacs004::{self, ParsedReturn, ReturnMessage};
use payments::money::Amount;
use time::macros::offset;
use tokio::sync::watch;
use uuid::Uuid;

use super::client::{ClientError, RefundOrder};
use super::payment::Uetr;
use super::store::{Cause, GivenBack};
use super::{Bank, BankError, recalls, store};
use crate::clock;

/// How often the inbox is looked at.
const EVERY: Duration = Duration::from_secs(1);
/// A customer asked for it.
const AT_THE_CUSTOMERS_REQUEST: ReasonCode = ReasonCode::literal("CUST");
/// Following a cancellation request.
const AFTER_A_RECALL: ReasonCode = ReasonCode::literal("FOCR");

/// Carries refunds out, until `stop`.
pub(super) async fn carry_out(bank: Arc<Bank>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let failed = tokio::select! {
            done = round(&bank) => done.err(),
            _ = stop.changed() => None,
        };
        if let Some(error) = failed {
            tracing::warn!(bank = %bank.config.clearing_code, %error, "refunds wait");
        }
        tokio::select! {
            () = sleep(EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}

async fn round(bank: &Arc<Bank>) -> Result<(), BankError> {
    // First what an earlier round left open.
    for open in bank.books(store::Books::giving_back).await? {
        give_back(bank, &open).await?;
    }
    let after = bank.books(store::Books::directory_cursor).await?;
    for notice in bank.switch.directory_inbox(after).await? {
        if notice.kind == "refund_instructed" {
            take_on(bank, notice.subject).await?;
        }
        bank.books(move |books| books.advance_directory_cursor(notice.seq)).await?;
    }
    Ok(())
}

/// Sets the money aside, or says that there is none, and sends it back.
async fn take_on(bank: &Arc<Bank>, refund: Uuid) -> Result<(), BankError> {
    let order = bank.switch.refund(refund).await?;
    if order.state != "instructed" {
        return Ok(());
    }
    let amount = Amount::parse(&order.amount, payments::money::Currency::Hkd)
        .map_err(|_| ClientError::Unreadable("the refund's amount".to_owned()))?;
    let RefundOrder { return_id, original, .. } = order;
    let wanted = GivenBack {
        uetr: Uetr::from_uuid(original.uetr),
        transaction_id: original.transaction_id,
        cause: Cause::Refund(refund),
        return_id,
        amount,
    };
    let kept = wanted.clone();
    if bank.books(move |books| books.set_aside_for_return(kept, clock::now())).await? {
        give_back(bank, &wanted).await
    } else {
        Ok(bank.switch.refuse_refund(refund).await?)
    }
}

/// Sends the return, and writes down what became of it. Without an answer it is sent again in the next round.
pub(super) async fn give_back(bank: &Arc<Bank>, of: &GivenBack) -> Result<(), BankError> {
    let now = clock::now();
    if !recalls::accept(bank, of).await? {
        return finish(bank, of, false).await;
    }
    let request = PaymentReturn {
        message_id: of.return_id.clone(),
        return_id: of.return_id.clone(),
        original_message: None,
        original_transaction_id: of.transaction_id.clone(),
        original_uetr: *of.uetr.as_uuid(),
        original_amount: None,
        amount: of.amount,
        settlement_date: now.to_utc().to_offset(offset!(+8)).date(),
        reason: match of.cause {
            Cause::Refund(_) => AT_THE_CUSTOMERS_REQUEST,
            Cause::Recall { .. } => AFTER_A_RECALL,
        },
    };
    let message = ReturnMessage {
        message_id: of.return_id.clone(),
        created: now,
        instructing_agent: Some(bank.config.clearing_code),
        returns: vec![ParsedReturn::new(request)],
    };
    let reports = bank.switch.give_back(pacs004::write(&message)).await?;
    let settled = match reports.first().map(|report| report.status) {
        Some(Status::Settled) => true,
        Some(Status::Rejected(_)) => false,
        _ => return Ok(()),
    };
    finish(bank, of, settled).await
}

/// The money is gone, or the customer has it again; a merchant that asked for the return is told.
async fn finish(bank: &Arc<Bank>, of: &GivenBack, settled: bool) -> Result<(), BankError> {
    let return_id = of.return_id.clone();
    bank.books(move |books| books.finish_return(&return_id, settled, clock::now())).await?;
    if let Cause::Refund(refund) = of.cause
        && !settled
    {
        bank.switch.refuse_refund(refund).await?;
    }
    Ok(())
}
