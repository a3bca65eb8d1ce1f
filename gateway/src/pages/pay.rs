//! A payment link: what is asked, for whom, and the code to pay it by.

use askama::Template;

use super::Page;

/// The page behind `/pay/{id}`, which looks again by itself while the request can be paid.
#[derive(Debug, Template)]
#[template(path = "pay.html")]
pub struct Pay {
    /// Its context.
    pub page: Page,
    /// The request's identifier.
    pub id: String,
    /// The payee, in Traditional Chinese.
    pub name_zh: String,
    /// The payee, in English.
    pub name_en: String,
    /// Such as `HK$ 48.00`.
    pub amount: String,
    /// What it is for.
    pub purpose: Option<String>,
    /// The bill.
    pub bill: Option<String>,
    /// By when the payee would like to have it.
    pub due: Option<String>,
    /// Until when it can be paid.
    pub expires: String,
    /// How it stands.
    pub state: State,
    /// The banks at which it can be opened.
    pub banks: Vec<PayersBank>,
    /// The code's text, for an app on the same device.
    pub code: String,
}

/// A bank that a payer may pay from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayersBank {
    /// Its name, in Traditional Chinese.
    pub name_zh: String,
    /// Its name, in English.
    pub name_en: String,
    /// What opens the request there: in its app, where that is installed.
    pub link: String,
}

/// How a request stands towards a payer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It can be paid.
    Waiting,
    /// Somebody is paying.
    UnderWay,
    /// It is paid.
    Paid,
    /// It can be paid no more.
    Over,
}
