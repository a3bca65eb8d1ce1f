//! The merchant console: for owners and cashiers of shops, on a phone or a tablet.

pub mod bills;
pub mod books;
pub mod codes;
pub mod counter;
pub mod programs;
pub mod receipt;
pub mod shops;
pub mod staff;
pub mod till;

use super::Page;

/// The shop that a page is about, and what whoever looks may do there.
#[derive(Debug, Clone)]
pub struct Shop {
    /// Its identifier, in addresses.
    pub id: String,
    /// Its name in Traditional Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// Whether whoever looks runs it.
    pub is_owner: bool,
    /// Whether it takes payments.
    pub is_open: bool,
    /// Its tills.
    pub tills: Vec<String>,
}

/// A part of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What comes in today.
    Counter,
    /// Codes to print.
    Codes,
    /// Bills to send.
    Bills,
    /// Other days, totals, downloads.
    Books,
    /// Who works there.
    Staff,
    /// Programs that act for it.
    Programs,
}

/// A payment in a list.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its number, in addresses.
    pub payment: i64,
    /// Such as `HK$ 48.00`.
    pub amount: String,
    /// The payer, masked.
    pub payer: String,
    /// When it settled.
    pub at: String,
    /// The till, where the payment names one.
    pub till: Option<String>,
    /// The bill, where the payment names one.
    pub bill: Option<String>,
    /// What has gone back or is on its way, such as `HK$ 8.00`.
    pub back: Option<String>,
}

/// What a till took, or all of them.
#[derive(Debug, Clone)]
pub struct Total {
    /// The till; none for payments that name none.
    pub till: Option<String>,
    /// How many payments.
    pub count: i64,
    /// What came in.
    pub received: String,
    /// What went back; none when nothing did.
    pub refunded: Option<String>,
    /// By how much the account grew.
    pub net: String,
}

/// A picture or a file to take away.
#[derive(Debug, Clone)]
pub struct Download {
    /// Where it is.
    pub href: String,
    /// What it is called, in Traditional Chinese.
    pub label_zh: String,
    /// What it is called, in English.
    pub label_en: String,
}
