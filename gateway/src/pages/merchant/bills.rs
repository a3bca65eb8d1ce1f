//! Bills that a shop sends: the list with the form for another one, and one bill with its code, to be printed.

use askama::Template;
use payments::request_to_pay::RequestState;

use super::{Page, Part, Shop};

/// What the shop has asked for, latest first, and the form. Posts `reference`, `amount`, `bill`, `purpose`, `due`, `debtor`
/// and `csrf` to `/merchant/{id}/bills`.
#[derive(Debug, Template)]
#[template(path = "merchant/bills.html")]
pub struct Bills {
    /// Its context.
    pub page: Page,
    /// Which shop.
    pub shop: Shop,
    /// Which part this is.
    pub part: Part,
    /// The bills.
    pub bills: Vec<BillLine>,
    /// The next page.
    pub next: Option<String>,
    /// The form, as it was typed.
    pub form: Form,
}

/// A bill in the list.
#[derive(Debug, Clone)]
pub struct BillLine {
    /// Its identifier, in addresses.
    pub id: String,
    /// Such as `HK$ 48.00`.
    pub amount: String,
    /// Its number.
    pub number: Option<String>,
    /// What it is for.
    pub purpose: Option<String>,
    /// By when it is wanted.
    pub due: Option<String>,
    /// How it stands.
    pub state: RequestState,
}

/// What was typed, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// What tells this form from the same one sent twice.
    pub reference: String,
    /// The amount.
    pub amount: String,
    /// The bill's number.
    pub number: String,
    /// What it is for.
    pub purpose: String,
    /// By when it is wanted.
    pub due: String,
    /// Whom it asks: a number or an address.
    pub debtor: String,
    /// The field that is wrong, by its name, and why.
    pub wrong: Option<(&'static str, String)>,
}

impl Form {
    /// Why this field is wrong, if it is.
    pub fn problem(&self, field: &str) -> Option<&str> {
        self.wrong.as_ref().filter(|(wrong, _)| *wrong == field).map(|(_, why)| why.as_str())
    }
}

/// One bill. Posts `csrf` to `/merchant/{id}/bills/{bill}/cancel`.
#[derive(Debug, Template)]
#[template(path = "merchant/bill.html")]
pub struct Bill {
    /// Its context.
    pub page: Page,
    /// Which shop.
    pub shop: Shop,
    /// Which part this is.
    pub part: Part,
    /// What the list says of it.
    pub line: BillLine,
    /// Whether it was also sent to somebody's bank.
    pub is_sent: bool,
    /// When it was made.
    pub created: String,
    /// Until when it can be paid.
    pub expires: String,
    /// What was paid, where that is another amount.
    pub paid: Option<String>,
    /// The payment link.
    pub link: String,
    /// The payment in the books, once it is paid.
    pub receipt: Option<i64>,
}

impl Bill {
    /// Whether it can still be paid.
    pub const fn waits(&self) -> bool {
        matches!(self.line.state, RequestState::Waiting | RequestState::Accepted)
    }
}
