//! A simulated bank: whom the customer is about to pay.

use askama::Template;

use super::Page;
use super::bank_brand::Brand;

/// The payee's masked name, the amount, and the button that pays: posts to [`BankConfirm::action`].
#[derive(Debug, Template)]
#[template(path = "bank_confirm.html")]
pub struct BankConfirm {
    /// Its context.
    pub page: Page,
    /// The bank.
    pub bank: Brand,
    /// Where the confirmation goes.
    pub action: String,
    /// The payee's masked name in Chinese.
    pub payee_zh: String,
    /// The payee's masked name in English.
    pub payee_en: String,
    /// The payee's bank in Traditional Chinese.
    pub payee_bank_zh: String,
    /// The payee's bank in English.
    pub payee_bank_en: String,
    /// The number or address that leads to them, when they were found by one.
    pub proxy: Option<String>,
    /// How much, such as `HK$ 250.00`.
    pub amount: String,
    /// What it is for.
    pub note: Option<String>,
    /// Why it cannot be paid.
    pub problem: Option<String>,
}
