//! A simulated bank: who signs in.

use askama::Template;

use super::Page;
pub use super::bank_brand::Brand;

/// The bank is simulated, so whoever comes chooses which customer to be. Posts `account` to `/login`, with
/// the request to pay that they came for.
#[derive(Debug, Template)]
#[template(path = "bank_login.html")]
pub struct BankLogin {
    /// Its context.
    pub page: Page,
    /// The bank.
    pub bank: Brand,
    /// Its customers.
    pub customers: Vec<Choice>,
    /// The request to pay that is shown next.
    pub request: Option<String>,
}

/// A customer to be.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The account number.
    pub account: String,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
}
