//! A till on a tablet: a code for an amount, which turns green when it is paid.

use askama::Template;

use super::{Page, Shop};

/// The till, in both languages at once as both sides of the counter read it. Posts `amount`, `bill`, `code` and `csrf` to
/// `/merchant/{id}/tills/{label}`.
#[derive(Debug, Template)]
#[template(path = "merchant/till.html")]
pub struct Till {
    /// Its context.
    pub page: Page,
    /// Which shop.
    pub shop: Shop,
    /// The till.
    pub label: String,
    /// The code that customers see; none for the form.
    pub asked: Option<Asked>,
    /// The form, when no code is seen.
    pub form: Form,
}

/// What is typed at the till.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// The amount, as it was typed.
    pub amount: String,
    /// The bill's number, as it was typed.
    pub bill: String,
    /// What is wrong with the amount.
    pub amount_problem: Option<String>,
    /// What is wrong with the bill's number.
    pub bill_problem: Option<String>,
    /// What is wrong with the code that the customer shows.
    pub code_problem: Option<String>,
}

/// A code for one amount.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The request's identifier, in addresses.
    pub id: String,
    /// In HK$, such as `48.00`.
    pub amount: String,
    /// The bill.
    pub bill: Option<String>,
    /// Whether the shop shows a code; otherwise the customer has shown one, and their bank is asked.
    pub is_shown: bool,
    /// How it stands.
    pub state: State,
    /// When it was paid.
    pub at: String,
}

/// How a code stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody has paid yet.
    Waiting,
    /// Somebody is paying.
    UnderWay,
    /// It is paid.
    Paid,
    /// It can be paid no more: its time is over, or it was taken back.
    Over,
}
