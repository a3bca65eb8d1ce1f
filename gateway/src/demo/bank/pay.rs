//! How a customer's payment goes: look up, show, set aside, send, learn the outcome.

use std::sync::Arc;
use std::time::Duration;

use payments::directory::Proxy;
use payments::money::Amount;
use payments::participant::ClearingCode;
use payments::request_to_pay::RequestId;

use super::account::AccountNumber;
use super::ledger::{Outcome, Outgoing, OutgoingState};
use super::outcome::{Attempt, Known, judge};
use super::payment::{Payee, Payment, Uetr};
use super::{Bank, BankError, Customer, message, store};
use crate::{clock, random};

/// How long a payer is kept waiting for the final word: as long as the switch gives the payee's bank.
const WAIT: Duration = Duration::from_secs(10);

/// What a customer wants to pay.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    /// To whom.
    pub(super) proxy: Proxy,
    /// At which bank, when a QR code says so.
    pub(super) creditor_agent: Option<ClearingCode>,
    /// How much.
    pub(super) amount: Amount,
    /// What for.
    pub(super) remittance_information: Option<String>,
    /// The request to pay that a QR code carries.
    pub(super) request_to_pay: Option<RequestId>,
    /// The payee's till that a QR code names.
    pub(super) till: Option<String>,
}

impl Bank {
    /// Looks the payee up and keeps what the payer is about to be shown. No money moves.
    pub(super) async fn prepare(self: &Arc<Self>, customer: &Customer, wish: Wish) -> Result<Payment, BankError> {
        let payer = Some((&customer.account, customer.kind));
        let payee = self.switch.look_up(&wish.proxy, wish.creditor_agent, payer).await?;
        let payee = payee.ok_or(BankError::UnknownPayee)?;
        let drafted = Self::draft(customer, payee, wish.amount, wish.remittance_information, wish.request_to_pay)?;
        self.keep(Payment { till: wish.till, ..drafted }).await
    }

    /// A payment for the customer to confirm.
    pub(super) fn draft(
        customer: &Customer,
        payee: Payee,
        amount: Amount,
        remittance_information: Option<String>,
        request_to_pay: Option<RequestId>,
    ) -> Result<Payment, BankError> {
        Ok(Payment {
            uetr: Uetr::random(random::bytes().map_err(|_| BankError::NoRandomness)?),
            transfer: Outgoing { debtor: customer.account.clone(), amount, state: OutgoingState::Draft },
            debtor_name: customer.names.joined(),
            payee,
            remittance_information,
            request_to_pay,
            till: None,
            created: clock::now(),
            accepted: None,
            finished: None,
        })
    }

    /// Keeps a payment until the customer confirms it. No money moves.
    pub(super) async fn keep(self: &Arc<Self>, payment: Payment) -> Result<Payment, BankError> {
        let draft = payment.clone();
        self.books(move |books| books.draft(draft)).await?;
        Ok(payment)
    }

    /// The payer confirms. Returns how far the payment came: settled, rejected, or still under way.
    ///
    /// Confirming again is refused by the books, so that a double click pays once.
    pub(super) async fn confirm(self: &Arc<Self>, debtor: AccountNumber, uetr: Uetr) -> Result<Payment, BankError> {
        let owner = debtor.clone();
        let payment = self.books(move |books| books.payment(uetr, &owner)).await?;
        // A request is spent at the switch, so whatever answers one goes there.
        if payment.payee.bank == self.config.clearing_code && payment.request_to_pay.is_none() {
            return self.pay_within(debtor, payment).await;
        }
        let held = {
            let debtor = debtor.clone();
            self.books(move |books| books.hold(uetr, debtor, clock::now())).await?
        };
        self.send(&held, Attempt::First, WAIT).await?;
        self.books(move |books| books.payment(uetr, &debtor)).await
    }

    /// Both sides bank here: the books settle it, the switch has no part in it.
    async fn pay_within(self: &Arc<Self>, debtor: AccountNumber, payment: Payment) -> Result<Payment, BankError> {
        let token = payment.payee.account_token;
        self.books(move |books| {
            let creditor = books.account_of(&token)?.ok_or(store::Error::UnknownAccount)?;
            books.transfer_within(payment.uetr, debtor, creditor, clock::now())
        })
        .await
    }

    /// Sends a payment that is held, and writes down what is known then.
    pub(super) async fn send(
        self: &Arc<Self>,
        payment: &Payment,
        attempt: Attempt,
        wait: Duration,
    ) -> Result<Known, BankError> {
        let uetr = payment.uetr;
        let answer = self.switch.pay(message::credit_transfer(payment, self.config.clearing_code), wait).await;
        if let Err(error) = &answer {
            tracing::warn!(bank = %self.config.clearing_code, %uetr, %error, "a payment was not answered");
        }
        let known = judge(uetr, attempt, &answer);
        if let Known::Final(outcome) = known {
            self.finish(uetr, outcome).await?;
        }
        Ok(known)
    }

    /// Writes down how a payment ended, whichever side of it this bank is on; often it is both or neither.
    pub(super) async fn finish(self: &Arc<Self>, uetr: Uetr, outcome: Outcome) -> Result<(), BankError> {
        self.books(move |books| {
            books.finish(uetr, outcome, clock::now())?;
            books.finish_incoming(uetr, outcome, clock::now())?;
            Ok(())
        })
        .await
    }
}
