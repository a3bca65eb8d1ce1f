//! A simulated bank: a code that the customer shows at a till.

use askama::Template;

use super::Page;
use super::bank_brand::Brand;

/// The form that asks how much at most (posts `limit` to `/show`), or the code, or what became of it.
#[derive(Debug, Template)]
#[template(path = "bank_show.html")]
pub struct BankShow {
    /// Its context.
    pub page: Page,
    /// The bank.
    pub bank: Brand,
    /// What the customer has.
    pub balance: String,
    /// What the customer typed.
    pub typed: String,
    /// What is wrong with it.
    pub problem: Option<String>,
    /// The code; none for the form.
    pub shown: Option<Code>,
}

/// A code for a minute.
#[derive(Debug, Clone)]
pub struct Code {
    /// Where its picture is.
    pub svg_href: String,
    /// The most that can be asked by it, such as `HK$ 500.00`.
    pub limit: String,
    /// Until when it can be scanned.
    pub expires: String,
    /// The page of the payment that was made by it.
    pub payment: Option<String>,
    /// Who was paid.
    pub payee: Option<String>,
    /// How much.
    pub amount: Option<String>,
    /// How it stands.
    pub state: State,
}

/// How a code stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A shop may scan it.
    Waiting,
    /// A shop asked, and is being paid.
    UnderWay,
    /// The shop is paid.
    Paid,
    /// Nothing was paid by it, and nothing will be.
    Over,
}
