//! A simulated bank: numbers and addresses that lead to the customer's account.

use askama::Template;

use super::Page;
use super::bank_brand::Brand;

/// The form for a mobile number or an e-mail address. Posts `proxy` to `/link`.
#[derive(Debug, Template)]
#[template(path = "bank_link.html")]
pub struct BankLink {
    /// Its context.
    pub page: Page,
    /// The bank.
    pub bank: Brand,
    /// What is linked.
    pub links: Vec<String>,
    /// What was typed.
    pub value: String,
    /// What is wrong with it.
    pub problem: Option<String>,
    /// Whether something was linked just now.
    pub done: bool,
}
