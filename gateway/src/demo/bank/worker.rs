//! What a bank does all day: it reads its inbox, answers, credits, and resolves payments that are in doubt.

use std::sync::Arc;
use std::time::Duration;

use ::store::Timestamp;
use actix_web::rt::time::sleep;
use payments::clearing::{CreditTransfer, PaymentReturn, Subject};
use payments::iso20022::inbox::{Inbox, Message};
use tokio::sync::watch;

use super::behaviour::{Behaviour, decide};
use super::client::ClientError;
use super::ledger::Incoming;
use super::outcome::{Attempt, outcome};
use super::payment::{ReceivedPayment, Uetr};
use super::{Bank, BankError, message, recalls, store};
use crate::clock;

/// The pause after the switch could not be reached.
const PAUSE: Duration = Duration::from_secs(1);
/// How often the books are searched for payments in doubt.
const SEARCH_EVERY: Duration = Duration::from_secs(3);
/// A payment that was confirmed this long ago has its outcome, or something went wrong on the way.
const IN_DOUBT_AFTER: Duration = Duration::from_secs(15);

/// Reads the inbox from where it was left, until `stop`.
pub(super) async fn read_inbox(bank: Arc<Bank>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let round = async {
            // First what an earlier round left unanswered: the switch gives the state that stands.
            answer(&bank).await?;
            let cursor = bank.books(store::Books::cursor).await?;
            if let Some(inbox) = bank.switch.inbox(cursor).await? {
                take(&bank, inbox).await?;
            }
            Ok::<_, BankError>(())
        };
        let failed = tokio::select! {
            done = round => done.err(),
            _ = stop.changed() => None,
        };
        if let Some(error) = failed {
            tracing::warn!(bank = %bank.config.clearing_code, %error, "the inbox could not be read");
            pause(PAUSE, &mut stop).await;
        }
    }
}

/// Looks after payments in doubt, and links what is to be linked, until `stop`.
pub(super) async fn look_after(bank: Arc<Bank>, mut stop: watch::Receiver<bool>) {
    let started = clock::now();
    let mut linked = false;
    while !*stop.borrow() {
        let round = async {
            // Money first: a link that is refused must not keep payments in doubt.
            resolve(&bank, started).await?;
            bank.books(|books| books.forget_presented(clock::now())).await?;
            if !linked {
                bank.complete_links().await?;
                linked = true;
            }
            Ok::<_, BankError>(())
        };
        let failed = tokio::select! {
            done = round => done.err(),
            _ = stop.changed() => None,
        };
        if let Some(error) = failed {
            tracing::warn!(bank = %bank.config.clearing_code, %error, "not resolved yet");
        }
        pause(if linked { SEARCH_EVERY } else { PAUSE }, &mut stop).await;
    }
}

async fn pause(span: Duration, stop: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = sleep(span) => {}
        _ = stop.changed() => {}
    }
}

/// Takes a page of the inbox into the books. The cursor moves only when all of it is there.
async fn take(bank: &Arc<Bank>, inbox: Inbox) -> Result<(), BankError> {
    for received in inbox.messages {
        match received.message {
            Message::CreditTransfer(message) => {
                for parsed in message.transfers {
                    receive(bank, parsed.transfer).await?;
                }
            }
            Message::StatusReports(reports) => {
                for report in reports {
                    // A report on a return is not about the payment itself.
                    if report.subject == Subject::Transfer
                        && let Some(outcome) = outcome(report.status)
                    {
                        bank.finish(Uetr::from_uuid(report.original_uetr), outcome).await?;
                    }
                }
            }
            Message::Recall(recall) => recalls::take_on(bank, recall).await?,
            // A bank of the demo recalls nothing; whoever did so for it reads the inbox as well.
            Message::RecallAnswer(_) => {}
            // The treasurer's to read; a simulated bank has one position, which the console shows.
            Message::SystemEvent(event) => {
                tracing::warn!(bank = %bank.config.clearing_code, event = event.code, "the switch says something");
            }
            Message::Return(message) => {
                for PaymentReturn { original_uetr, return_id, amount, .. } in
                    message.returns.into_iter().map(|parsed| parsed.request)
                {
                    let uetr = Uetr::from_uuid(original_uetr);
                    bank.books(move |books| books.take_back(uetr, return_id.clone(), amount, clock::now())).await?;
                }
            }
        }
    }
    let next = inbox.next;
    bank.books(move |books| books.advance_cursor(next)).await
}

/// Keeps a payment to a customer, with what the bank is going to answer.
async fn receive(bank: &Arc<Bank>, transfer: CreditTransfer) -> Result<(), BankError> {
    let named = transfer.creditor_account.clone();
    let account = bank.books(move |books| books.account_of(&named)).await?;
    let customer = account.and_then(|account| bank.customer(&account).cloned());
    let behaviour = customer.as_ref().map(|customer| customer.behaviour);
    let payment = received(transfer, customer.map(|customer| customer.account), behaviour, clock::now());
    bank.books(move |books| books.receive(payment)).await
}

fn received(
    transfer: CreditTransfer,
    account: Option<super::AccountNumber>,
    behaviour: Option<Behaviour>,
    now: Timestamp,
) -> ReceivedPayment {
    let state = decide(behaviour, transfer.amount);
    ReceivedPayment {
        uetr: Uetr::from_uuid(transfer.uetr),
        transaction_id: transfer.transaction_id,
        transfer: Incoming { creditor: account, amount: transfer.amount, state },
        debtor_name: transfer.debtor_name,
        remittance_information: transfer.remittance_information,
        received: now,
    }
}

/// Answers every payment that has an answer, and credits what the switch says is settled.
async fn answer(bank: &Arc<Bank>) -> Result<(), BankError> {
    let open = bank.books(store::Books::unanswered).await?;
    let Some(message) = message::answers(&open, bank.config.clearing_code, clock::now()) else { return Ok(()) };
    let reports = match bank.switch.answer(message).await {
        // It will not be taken next time either; the inbox says how these payments end.
        Err(ClientError::Refused(call)) if call.status.is_client_error() => {
            tracing::warn!(bank = %bank.config.clearing_code, status = %call.status, call.detail, "answers refused");
            return Ok(());
        }
        answered => answered?,
    };
    for report in reports {
        let uetr = Uetr::from_uuid(report.original_uetr);
        // Without an outcome it is asked again in the next round.
        if let Some(outcome) = outcome(report.status) {
            bank.finish(uetr, outcome).await?;
        }
    }
    Ok(())
}

/// Sends again what was confirmed a while ago, or by an earlier run, and has no outcome.
async fn resolve(bank: &Arc<Bank>, started: Timestamp) -> Result<(), BankError> {
    let now = clock::now();
    for payment in bank.books(store::Books::held).await? {
        let confirmed = payment.accepted.unwrap_or(payment.created);
        if confirmed < started || now.since(confirmed) > IN_DOUBT_AFTER {
            bank.send(&payment, Attempt::Again, Duration::ZERO).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use payments::iso20022::ReasonCode;
    use payments::money::{Amount, Currency};

    use super::super::ledger::IncomingState;
    use super::*;

    fn transfer() -> CreditTransfer {
        CreditTransfer {
            instruction_id: None,
            end_to_end_id: "e".to_owned(),
            transaction_id: "t".to_owned(),
            uetr: uuid::Uuid::from_u128(7),
            amount: Amount::new(4_800, Currency::Hkd).unwrap(),
            settlement_date: time::macros::date!(2026 - 11 - 22),
            accepted: Timestamp::from_seconds(1),
            debtor_name: "CHAN Tai Man".to_owned(),
            debtor_account: "012-100001-001".to_owned(),
            debtor_agent: "012".parse().unwrap(),
            creditor_agent: "027".parse().unwrap(),
            creditor_name: "Morning Light Stationery".to_owned(),
            creditor_account: "token-1".to_owned(),
            creditor_proxy: None,
            lookup_reference: None,
            remittance_information: Some("bill 7".to_owned()),
            request_to_pay: None,
        }
    }

    #[test]
    fn a_payment_to_an_account_is_kept_with_what_the_bank_will_answer() {
        let account: super::super::AccountNumber = "027-200001-001".parse().unwrap();
        let kept = received(transfer(), Some(account.clone()), Some(Behaviour::Honest), Timestamp::from_seconds(2));
        assert_eq!(kept.transfer.state, IncomingState::Accepted);
        assert_eq!(kept.transfer.creditor, Some(account));
        assert_eq!(kept.remittance_information.as_deref(), Some("bill 7"));
    }

    #[test]
    fn a_payment_to_nobody_is_refused_and_names_no_account() {
        let kept = received(transfer(), None, None, Timestamp::from_seconds(2));
        assert_eq!(kept.transfer.state, IncomingState::Refused(ReasonCode::literal("AC01")));
        assert_eq!(kept.transfer.creditor, None);
    }
}
