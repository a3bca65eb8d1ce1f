//! A day's payments and totals, to compare with the bank's statement and to take away.

use askama::Template;

use super::{Download, Line, Page, Part, Shop, Total};

/// A day. The form asks for another by `day`, or for a bill by `bill`.
#[derive(Debug, Template)]
#[template(path = "merchant/books.html")]
pub struct Books {
    /// Its context.
    pub page: Page,
    /// Which shop.
    pub shop: Shop,
    /// Which part this is.
    pub part: Part,
    /// The business day that is shown.
    pub day: String,
    /// The bill that was looked for.
    pub bill: Option<String>,
    /// Totals by till.
    pub totals: Vec<Total>,
    /// All tills together.
    pub sum: Option<Total>,
    /// The payments, newest first.
    pub lines: Vec<Line>,
    /// The next page.
    pub next: Option<String>,
    /// Files of the day.
    pub downloads: Vec<Download>,
}
