//! A simulated bank: how a payment went.

use askama::Template;

use super::Page;
use super::bank_brand::Brand;

/// The outcome. While it is pending the page asks again by itself.
#[derive(Debug, Template)]
#[template(path = "bank_result.html")]
pub struct BankResult {
    /// Its context.
    pub page: Page,
    /// The bank.
    pub bank: Brand,
    /// How it went.
    pub outcome: Outcome,
    /// The payee's masked name in Chinese.
    pub payee_zh: String,
    /// The payee's masked name in English.
    pub payee_en: String,
    /// How much, such as `HK$ 250.00`.
    pub amount: String,
    /// Why it was not paid, and what to do.
    pub reason: Option<String>,
    /// When that was known.
    pub at: String,
    /// The payment's UETR, for whoever asks about it.
    pub reference: String,
}

/// How a payment went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The payee has the money.
    Settled,
    /// The payee's bank refused it, or the switch did.
    Rejected,
    /// The payee's bank did not answer in time.
    TimedOut,
    /// Not known yet.
    Pending,
}
