//! A simulated bank: what a customer is asked to pay.

use askama::Template;

use super::Page;
use super::bank_brand::Brand;

/// Who asks for what, and the two answers: posts `amount` to [`BankRequest::action`]`/pay`, or to `/refuse`.
#[derive(Debug, Template)]
#[template(path = "bank_request.html")]
pub struct BankRequest {
    /// Its context.
    pub page: Page,
    /// The bank.
    pub bank: Brand,
    /// Its own address.
    pub action: String,
    /// Who asks, in Chinese.
    pub payee_zh: String,
    /// Who asks, in English.
    pub payee_en: String,
    /// Their bank in Traditional Chinese.
    pub payee_bank_zh: String,
    /// Their bank in English.
    pub payee_bank_en: String,
    /// How much is asked, such as `HK$ 250.00`.
    pub amount: String,
    /// What the customer typed, where less may be paid.
    pub typed: Option<String>,
    /// What it is for.
    pub purpose: Option<String>,
    /// The number of the bill.
    pub bill_number: Option<String>,
    /// By when it is wanted.
    pub due: Option<String>,
    /// Until when it can be paid.
    pub expires: String,
    /// Whether it can be paid.
    pub can_pay: bool,
    /// Whether it can be refused: it asks this customer, and nobody else.
    pub can_refuse: bool,
    /// What stands against it.
    pub problem: Option<String>,
}
