//! What a resident is asked to pay by the numbers and addresses in their name.

use askama::Template;
use payments::request_to_pay::RequestState;
use store::Timestamp;

use super::{Page, moment};

/// Every request to pay, what waits first. Its forms post `csrf` to `/me/bills/{id}/refuse`.
#[derive(Debug, Template)]
#[template(path = "my_bills.html")]
pub struct MyBills {
    /// Its context.
    pub page: Page,
    /// The requests.
    pub bills: Vec<MyBill>,
}

/// One of them.
#[derive(Debug, Clone)]
pub struct MyBill {
    /// Its id.
    pub id: String,
    /// Who asks, in Traditional Chinese.
    pub payee_zh: String,
    /// Who asks, in English.
    pub payee_en: String,
    /// The resident's own bank that it went to, in Traditional Chinese.
    pub bank_zh: String,
    /// That bank, in English.
    pub bank_en: String,
    /// What opens it in that bank's app, if the bank has told.
    pub link: Option<String>,
    /// How much is asked, or was paid.
    pub amount: String,
    /// What it is for.
    pub purpose: Option<String>,
    /// The number of the bill.
    pub bill_number: Option<String>,
    /// By when it is wanted.
    pub due: Option<String>,
    /// Until when it can be paid.
    pub expires: Timestamp,
    /// When it came.
    pub created: Timestamp,
    /// How it stands.
    pub state: RequestState,
}

impl MyBill {
    /// Whether something can still be done about it.
    pub const fn waits(&self) -> bool {
        matches!(self.state, RequestState::Waiting | RequestState::Accepted)
    }
}
