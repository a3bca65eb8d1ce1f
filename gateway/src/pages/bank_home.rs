//! A simulated bank: the customer's account.

use askama::Template;

use super::Page;
use super::bank_brand::Brand;

/// What the customer has, may do, and did. Signing out posts to `/logout`.
#[derive(Debug, Template)]
#[template(path = "bank_home.html")]
pub struct BankHome {
    /// Its context.
    pub page: Page,
    /// The bank.
    pub bank: Brand,
    /// The customer's name.
    pub name: String,
    /// The account number.
    pub account: String,
    /// What is in it, such as `HK$ 8,000.00`.
    pub balance: String,
    /// Numbers and addresses that lead to it.
    pub links: Vec<String>,
    /// What waits to be paid, the most urgent first.
    pub asked: Vec<AskedLine>,
    /// The newest payments, newest first.
    pub history: Vec<Line>,
}

/// Something that somebody asks the customer to pay.
#[derive(Debug, Clone)]
pub struct AskedLine {
    /// Its own page.
    pub href: String,
    /// Who asks.
    pub name: String,
    /// How much, such as `HK$ 48.00`.
    pub amount: String,
    /// What it is for.
    pub note: Option<String>,
    /// By when.
    pub until: String,
}

/// One payment of the history.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its own page, for what the customer paid.
    pub href: Option<String>,
    /// Whether the customer paid it.
    pub outgoing: bool,
    /// The other side.
    pub name: String,
    /// How much, such as `HK$ 48.00`.
    pub amount: String,
    /// What it was for.
    pub note: Option<String>,
    /// Where it stands, in a word.
    pub state: String,
    /// When.
    pub at: String,
}
