//! What comes in today, and the tills.

use askama::Template;

use super::{Line, Page, Part, Shop, Total};

/// The first page of a shop. `/merchant/{id}/events` says when to look again.
#[derive(Debug, Template)]
#[template(path = "merchant/counter.html")]
pub struct Counter {
    /// Its context.
    pub page: Page,
    /// Which shop.
    pub shop: Shop,
    /// Which part this is.
    pub part: Part,
    /// The newest payments of today, newest first.
    pub lines: Vec<Line>,
    /// Today's totals by till; owners see them.
    pub totals: Vec<Total>,
    /// All tills together, when there is more than one line.
    pub sum: Option<Total>,
}
