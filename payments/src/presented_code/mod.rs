//! Consumer-presented codes: a payer shows a code, a shop scans it, and the payer's bank pays what the shop asks.
//!
//! The code stands for what its payer has agreed to beforehand, at their bank: to pay, within a minute, whoever scans it,
//! up to a limit, once. It says nothing of who they are. A shop that scans it makes a request to pay of it
//! ([`crate::RequestsToPay::ask_presented`]); that request asks the payer's bank, which knows the code by its
//! [`PresentedCodeId`] and pays without asking its customer again. From there on it is a request as any other, so it is
//! paid once. The code is EMVCo's consumer-presented one ([`crate::qr::consumer`]).

#[cfg(test)]
mod tests;
mod token;

use std::time::Duration;

use store::Timestamp;

use crate::money::{Amount, Currency};
use crate::participant::ClearingCode;
use crate::request_to_pay::{Debtor, RequestId};

pub use token::{NotOurCode, PresentedToken};

/// How long a code can be scanned: as long as somebody stands at a till with it.
pub const LASTS: Duration = Duration::from_mins(1);
/// How long the payer's bank then has to pay.
pub const TIME_TO_PAY: Duration = Duration::from_mins(1);
/// Characters of what a bank calls its customer's consent (`Max35Text`).
const CONSENT: usize = 35;

store::identifier! {
    /// A code, as the payer's bank knows it. The request that is made of it names it as its debtor's account.
    pub struct PresentedCodeId;
}

impl PresentedCodeId {
    /// What stands for the payer's account in the request to pay: 32 characters, which say nothing of the account.
    pub fn account(&self) -> String {
        self.as_uuid().simple().to_string()
    }
}

/// What a payer has agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayerConsent {
    /// The payer's bank.
    pub debtor_agent: ClearingCode,
    /// The most that may be asked, and in which currency.
    pub limit: Amount,
    /// What the bank calls this consent, for its own records: at most 35 characters.
    pub reference: String,
}

impl PayerConsent {
    /// Whether a code may be made of it.
    ///
    /// # Errors
    /// What is wrong with the reference.
    pub fn check(&self) -> Result<(), &'static str> {
        let length = self.reference.chars().count();
        if self.reference.trim().is_empty() || length > CONSENT || self.reference.chars().any(char::is_control) {
            return Err("between 1 and 35 characters that can be printed");
        }
        Ok(())
    }
}

/// What has become of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PresentedState {
    /// Nobody has scanned it.
    Waiting,
    /// Its payer, or their bank, took it back.
    Withdrawn,
    /// A shop scanned it: this is its request.
    Spent(RequestId),
}

/// A code that a payer shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentedCode {
    /// Which.
    pub id: PresentedCodeId,
    /// What its payer has agreed to.
    pub consent: PayerConsent,
    /// When it was made.
    pub created: Timestamp,
    /// What has become of it.
    pub state: PresentedState,
}

impl PresentedCode {
    /// From when it can no longer be scanned.
    pub fn expires(&self) -> Timestamp {
        self.created + LASTS
    }

    /// The name of its state for programs: `waiting`, `withdrawn`, `spent`, or `expired`.
    pub fn state_name(&self, now: Timestamp) -> &'static str {
        match self.state {
            PresentedState::Waiting if now >= self.expires() => "expired",
            PresentedState::Waiting => "waiting",
            PresentedState::Withdrawn => "withdrawn",
            PresentedState::Spent(_) => "spent",
        }
    }

    /// Whom the request asks that is made of it.
    pub fn debtor(&self) -> Debtor {
        Debtor { agent: self.consent.debtor_agent, account: self.id.account() }
    }
}

/// Why a shop cannot ask by a code. The order is the order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum NotPresentable {
    /// Nobody made such a code here, or it was forgotten since.
    #[error("no payer shows such a code")]
    Unknown,
    /// Somebody has asked by it before.
    #[error("the code has been used; the payer shows another one")]
    Spent,
    /// Its payer took it back.
    #[error("the payer took the code back")]
    Withdrawn,
    /// Its minute is over.
    #[error("the code has expired; the payer shows another one")]
    Expired,
    /// Its payer agreed to pay in another currency.
    #[error("the code is for another currency")]
    OtherCurrency(Currency),
    /// More than its payer agreed to. How much that is, is not told.
    #[error("the amount is more than the payer agreed to")]
    AboveLimit,
}

/// Checks whether `amount` can be asked by a code at `now`.
///
/// # Errors
/// The first reason why not.
pub fn presentable(code: Option<&PresentedCode>, amount: Amount, now: Timestamp) -> Result<(), NotPresentable> {
    let code = code.ok_or(NotPresentable::Unknown)?;
    match code.state {
        PresentedState::Waiting => {}
        PresentedState::Withdrawn => return Err(NotPresentable::Withdrawn),
        PresentedState::Spent(_) => return Err(NotPresentable::Spent),
    }
    if now >= code.expires() {
        return Err(NotPresentable::Expired);
    }
    let limit = code.consent.limit;
    if amount.currency() != limit.currency() {
        return Err(NotPresentable::OtherCurrency(limit.currency()));
    }
    if amount.minor() > limit.minor() {
        return Err(NotPresentable::AboveLimit);
    }
    Ok(())
}
