//! Codes that customers show at a till: what a customer agrees to pay, and paying what a shop then asks.
//!
//! The customer says how much at most, and the bank has the switch make a code of it. While the code lives the bank looks
//! what became of it; when a shop has asked by it, within what was agreed, the bank pays at once. The books keep one
//! payment for one code.

use std::sync::Arc;
use std::time::Duration;

use ::store::Timestamp;
use actix_web::rt::time::sleep;
use payments::money::Amount;
use payments::presented_code::PresentedCodeId;
use tokio::sync::watch;

use super::account::AccountNumber;
use super::ledger::Refusal;
use super::outcome::Attempt;
use super::payment::Uetr;
use super::request::Asked;
use super::{Bank, BankError, Customer, store};
use crate::{clock, random};

/// How often living codes are looked after.
const EVERY: Duration = Duration::from_millis(300);
/// How long the payee's bank is waited for.
const WAIT: Duration = Duration::from_secs(10);

/// A code that a customer shows, as the bank keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    /// As the switch knows it.
    pub id: PresentedCodeId,
    /// Whose account pays.
    pub account: AccountNumber,
    /// The most that the customer agreed to.
    pub limit: Amount,
    /// The text that is shown.
    pub code: String,
    /// Until when it can be scanned.
    pub expires: Timestamp,
    /// The payment that was made by it.
    pub payment: Option<Uetr>,
    /// Whether nothing will be paid by it any more, unless a payment was made.
    pub over: bool,
}

/// What the switch says of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// A shop may still scan it.
    Waiting,
    /// A shop asks by it.
    Asked(payments::request_to_pay::RequestId),
    /// Nobody will.
    Over,
}

impl Presented {
    /// Whether the customer agreed to what is asked: of them, and within the limit.
    pub fn allows(&self, asked: &Asked) -> bool {
        asked.debtor.as_deref() == Some(self.id.account().as_str())
            && asked.amount.currency() == self.limit.currency()
            && asked.amount.minor() <= self.limit.minor()
            && asked.payable().is_ok()
    }
}

impl Bank {
    /// Has a code made by which `customer` agrees to pay up to `limit`.
    pub(super) async fn present(
        self: &Arc<Self>,
        customer: &Customer,
        limit: Amount,
    ) -> Result<PresentedCodeId, BankError> {
        let consent = hex::encode(random::bytes::<16>().map_err(|_| BankError::NoRandomness)?);
        let made = self.switch.present(limit, &consent).await?;
        let account = customer.account.clone();
        let kept = Presented {
            id: made.id,
            account,
            limit,
            code: made.code,
            expires: made.expires,
            payment: None,
            over: false,
        };
        self.books(move |books| books.keep_presented(kept.clone())).await?;
        Ok(made.id)
    }
}

/// Pays what shops ask by the codes that customers show, until `stop`.
pub(super) async fn look_after(bank: Arc<Bank>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let failed = tokio::select! {
            done = round(&bank) => done.err(),
            _ = stop.changed() => None,
        };
        if let Some(error) = failed {
            tracing::warn!(bank = %bank.config.clearing_code, %error, "codes that customers show wait");
        }
        tokio::select! {
            () = sleep(EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}

async fn round(bank: &Arc<Bank>) -> Result<(), BankError> {
    for presented in bank.books(store::Books::living_presented).await? {
        match bank.switch.presented(presented.id).await? {
            Fate::Waiting => {}
            Fate::Over => end(bank, presented.id).await?,
            Fate::Asked(request) => {
                let asked = bank.switch.request(request).await?.filter(|asked| presented.allows(asked));
                match asked {
                    Some(asked) => pay(bank, &presented, asked).await?,
                    None => end(bank, presented.id).await?,
                }
            }
        }
    }
    Ok(())
}

async fn end(bank: &Arc<Bank>, id: PresentedCodeId) -> Result<(), BankError> {
    bank.books(move |books| books.end_presented(id)).await
}

/// Sets the money aside and sends the payment; a customer who has not enough refuses.
async fn pay(bank: &Arc<Bank>, presented: &Presented, asked: Asked) -> Result<(), BankError> {
    let customer = bank.customer(&presented.account).ok_or(store::Error::UnknownAccount)?;
    let (request, amount) = (asked.id, asked.amount);
    let payment = Bank::answer(customer, asked, amount)?;
    let id = presented.id;
    match bank.books(move |books| books.hold_presented(id, payment.clone(), clock::now())).await {
        Ok(Some(held)) => bank.send(&held, Attempt::First, WAIT).await.map(drop),
        // Another round was quicker.
        Ok(None) => Ok(()),
        Err(BankError::Books(store::Error::Refused(Refusal::InsufficientFunds))) => {
            bank.switch.refuse(request).await?;
            end(bank, id).await
        }
        Err(other) => Err(other),
    }
}
