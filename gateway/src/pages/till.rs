//! The demo's shop: a till that shows a code and turns green when money came.

use askama::Template;

use super::Page;

/// The till, in both languages at once as both sides of the counter read it. Posts `amount` to `/bills`;
/// `/events` (server-sent events) says when to look again.
#[derive(Debug, Template)]
#[template(path = "till.html")]
pub struct Till {
    /// Its context.
    pub page: Page,
    /// The shop's name in Traditional Chinese.
    pub name_zh: String,
    /// The shop's name in English.
    pub name_en: String,
    /// The bill's amount in HK$, such as `48.00`; `None` for the code on the counter.
    pub amount: Option<String>,
    /// The bill's number.
    pub bill: Option<String>,
    /// Whether the bill is paid.
    pub paid: bool,
    /// Where the code is as an SVG picture.
    pub svg_href: String,
    /// Where the code is as a PNG picture.
    pub png_href: String,
    /// The newest payments, newest first.
    pub received: Vec<Payment>,
    /// Why no bill was made.
    pub problem: Option<String>,
}

/// Money that reached the shop.
#[derive(Debug, Clone)]
pub struct Payment {
    /// The bank's number for it.
    pub id: i64,
    /// HK$, such as `48.00`.
    pub amount: String,
    /// Who paid.
    pub payer: String,
    /// What for: the bill's number.
    pub note: Option<String>,
    /// When.
    pub at: String,
}

impl Till {
    /// The payment of the bill on show.
    fn payment(&self) -> Option<&Payment> {
        self.received.iter().find(|payment| payment.note.is_some() && payment.note == self.bill)
    }
}
