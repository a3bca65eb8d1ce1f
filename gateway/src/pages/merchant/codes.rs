//! Codes to put on the counter.

use askama::Template;

use super::{Page, Part, Shop};

/// Shows the code for any amount, and links to its pictures and posters.
#[derive(Debug, Template)]
#[template(path = "merchant/codes.html")]
pub struct Codes {
    /// Its context.
    pub page: Page,
    /// Which shop.
    pub shop: Shop,
    /// Which part this is.
    pub part: Part,
    /// Of which till; none for the whole shop.
    pub till: Option<String>,
    /// `?till=T-1`, or nothing.
    pub query: String,
}
